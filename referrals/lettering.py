"""Lettering: the site's own fonts for pictures, what they can write, and how text fits a space."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import ImageDraw, ImageFont

from careers.base.files import folder

# Each family lies in two files, as browsers get it; the second has the rarer Latin letters.
FILES = {
    "display": (
        "bricolage-grotesque-latin-standard-normal",
        "bricolage-grotesque-latin-ext-standard-normal",
    ),
    "serif": ("source-serif-4-latin-opsz-normal", "source-serif-4-latin-ext-opsz-normal"),
    "sans": ("instrument-sans-latin-wght-normal", "instrument-sans-latin-ext-wght-normal"),
}
NOBODYS = "\U0010fffd"  # a character that no font has: it shows what a missing one looks like
TIED = "\u00a0\u202f"  # spaces at which no line may end
SOFT = re.compile(r"(?<=\w{4}[-/])(?=\w{4})")  # in a word, where a line may end without a hyphen
EMPTY_PAIR = re.compile(r"\(\W*\)|\[\W*\]|«\s*»|“\s*”|\"\s*\"")
LOOSE = " \u00a0\u202f,;:·•|/–—-"
SLACK = 3  # pixels by which a line may turn out wider than the sum of its words


@dataclass(frozen=True, slots=True)
class Style:
    """A font at a size (pixels); `width` in percent, for the family that has it."""

    family: str
    size: int
    weight: int
    width: int = 100

    @property
    def leading(self) -> int:
        """From one line to the next, in pixels: tight where letters are large."""
        return round(self.size * (1.02 if self.size >= 60 else 1.1 if self.size >= 44 else 1.24))


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that fit their space, and how they are set."""

    style: Style
    lines: tuple[str, ...]

    @property
    def height(self) -> int:
        """In pixels, from line to line."""
        return self.style.leading * len(self.lines)


# -- what the fonts hold ---------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _content(name: str) -> bytes:
    return (folder("static") / "fonts" / f"{name}.woff2").read_bytes()


@lru_cache(maxsize=96)
def _fonts(style: Style) -> tuple[ImageFont.FreeTypeFont, ...]:
    axes: list[float] = {
        "display": [float(min(style.size, 96)), style.weight, style.width],
        "serif": [float(style.weight), min(style.size, 60)],
        "sans": [float(style.weight)],
    }[style.family]
    fonts = []
    for name in FILES[style.family]:
        font = ImageFont.truetype(BytesIO(_content(name)), style.size)
        font.set_variation_by_axes(axes)
        fonts.append(font)
    return tuple(fonts)


@lru_cache(maxsize=8)
def _probes(family: str) -> tuple[tuple[ImageFont.FreeTypeFont, object], ...]:
    """Each font of a family at a small size, unshaped, with what it draws in place of nothing."""
    fonts = [
        ImageFont.truetype(BytesIO(_content(name)), 24, layout_engine=ImageFont.Layout.BASIC)
        for name in FILES[family]
    ]
    return tuple((font, _look(font, NOBODYS)) for font in fonts)


def _look(font: ImageFont.FreeTypeFont, sign: str) -> object:
    return bytes(font.getmask(sign, "L")), font.getbbox(sign), font.getlength(sign)


@lru_cache(maxsize=4096)
def holder(family: str, sign: str) -> int | None:
    """Which font of `family` has the character `sign`; None when neither has."""
    if sign == " " or sign in TIED:
        return 0
    for index, (font, missing) in enumerate(_probes(family)):
        if _look(font, sign) != missing:
            return index
    return None


def drawable(text: str, family: str) -> str:
    """`text` without what `family` cannot write; "" when that is more than half of its letters.

    Letters in fancy dress (full width, mathematical bold) become plain, those with an accent that
    is missing lose it, emoji and other scripts are left out with the brackets around them.
    """
    kept: list[str] = []
    letters = lost = 0
    for sign in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(sign)
        is_letter = kind[0] in "LN"
        letters += is_letter
        if sign in TIED:
            kept.append(sign)
        elif kind == "Cc" or kind[0] == "Z":
            kept.append(" ")
        elif kind[0] == "M":  # one mark on a letter is writing, more are a prank
            if kept and holder(family, sign) is not None and not _is_mark(kept[-1]):
                kept.append(sign)
        elif kind[0] != "C":
            spelled = _spelled(family, sign)
            kept.append(spelled)
            lost += is_letter and not spelled
    if lost * 2 > letters:
        return ""
    words = "".join(kept)
    if len(words) < len(text):
        words = EMPTY_PAIR.sub(" ", words).strip(LOOSE)
        words = words[1:-1] if re.fullmatch(r"\([^()]*\)", words) else words
    return re.sub(r" +", " ", words).strip(" " + TIED)


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign[-1])[0] == "M" if sign else True


def _spelled(family: str, sign: str) -> str:
    """`sign`, or the nearest that `family` can write; "" for none."""
    parts = unicodedata.normalize("NFD", sign)
    plainer = (unicodedata.normalize("NFC", parts[:end]) for end in range(len(parts) - 1, 0, -1))
    for other in (sign, unicodedata.normalize("NFKC", sign), *plainer):
        if all(holder(family, one) is not None for one in other):
            return other
    return ""


# -- measuring and writing -------------------------------------------------------------------------


def _runs(text: str, style: Style) -> list[tuple[ImageFont.FreeTypeFont, str]]:
    """`text` in pieces, each with the one font that has all its characters."""
    fonts = _fonts(style)
    runs: list[tuple[int, str]] = []
    for sign in text:
        index = holder(style.family, sign) or 0
        sign = " " if sign in TIED else sign
        if runs and (runs[-1][0] == index or sign == " "):
            runs[-1] = (runs[-1][0], runs[-1][1] + sign)
        else:
            runs.append((index, sign))
    return [(fonts[index], run) for index, run in runs]


def width_of(text: str, style: Style) -> float:
    """How wide `text` is on one line, in pixels."""
    return sum(font.getlength(run) for font, run in _runs(text, style))


def write(
    draw: ImageDraw.ImageDraw, x: float, baseline: float, text: str, style: Style, colour: str
) -> float:
    """Write `text` from `x` on; the x at which it ends."""
    for font, run in _runs(text, style):
        draw.text((x, baseline), run, fill=colour, font=font, anchor="ls")
        x += font.getlength(run)
    return x


# -- fitting ---------------------------------------------------------------------------------------


def fitted(text: str, width: int, height: int, styles: list[tuple[Style, int]]) -> Block:
    """`text` in the first of `styles` in which it fits into `width` and `height` (pixels).

    Each style comes with the most lines it may take. A word that is too long for all of them is
    taken apart with a hyphen; what is still too long ends with an ellipsis.
    """
    for breaking in (False, True):
        for style, most in styles:
            most = min(most, height // style.leading)
            lines = _lines(text, width, style, breaking)
            if lines is not None and len(lines) <= most:
                return Block(style, _balanced(text, width, style, breaking, lines))
    style, most = styles[-1]
    lines = _lines(text, width, style, True) or ()
    kept = lines[: max(1, min(most, height // style.leading))]
    if len(kept) < len(lines):
        kept = (*kept[:-1], _cut(f"{kept[-1]}…", width, style))
    return Block(style, kept)


def one_line(text: str, width: int, style: Style) -> str:
    """`text`, with an ellipsis where it is too long for one line of `width` pixels."""
    return text if width_of(text, style) <= width else _cut(f"{text}…", width, style)


def _cut(text: str, width: int, style: Style) -> str:
    """The longest beginning of `text` that fits together with the ellipsis it ends with."""
    words = text.rstrip("…")
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(words[:middle].rstrip(LOOSE) + "…", style) <= width:
            low = middle
        else:
            high = middle - 1
    whole = words.rfind(" ", low // 2, low + 1)  # not within a word, unless it is a very long one
    return words[: whole if whole > 0 else low].rstrip(LOOSE + ".") + "…"


def _lines(text: str, width: float, style: Style, breaking: bool) -> tuple[str, ...] | None:
    """`text` in lines of at most `width`; None when a word is wider and may not be broken."""
    space = width_of(" ", style)
    lines: list[str] = []
    line, reached = "", 0.0
    for word in text.split(" "):
        too_long = width_of(word, style) > width - SLACK
        for number, piece in enumerate(SOFT.split(word) if too_long else (word,)):
            gap = " " if line and number == 0 else ""
            long = width_of(piece, style)
            if line and reached + (space if gap else 0) + long <= width - SLACK:
                line, reached = line + gap + piece, reached + (space if gap else 0) + long
                continue
            if line:
                lines.append(line)
            line, reached = piece, long
            while reached > width - SLACK:
                if not breaking:
                    return None
                head = _head(line, width, style)
                lines.append(line[:head] + "-")
                line = line[head:]
                reached = width_of(line, style)
    return (*lines, line)


def _head(word: str, width: float, style: Style) -> int:
    """How many characters of `word` fit before a hyphen; never so many that few are left over."""
    low, high = 1, max(1, len(word) - 3)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(word[:middle] + "-", style) <= width - SLACK:
            low = middle
        else:
            high = middle - 1
    return low


def _balanced(
    text: str, width: int, style: Style, breaking: bool, lines: tuple[str, ...]
) -> tuple[str, ...]:
    """The same number of lines, as even as they can be: the narrowest width that allows it."""
    low, high = width / 2, float(width)
    while high - low > 8:
        middle = (low + high) / 2
        found = _lines(text, middle, style, breaking=False)
        if found is not None and len(found) == len(lines):
            high, lines = middle, found
        else:
            low = middle
    return lines
