"""Posters, table cards and badges of share links, drawn as PDF for print at 300 dots an inch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from PIL import Image, ImageDraw, ImageFont

from careers.base.company import palette
from careers.base.files import folder
from referrals.paper import Paper
from referrals.qr import QUIET_ZONE, SIZES, Box, Modules, logo_place, modules_of, runs
from referrals.typed_codes import grouped

DOTS = 300 / 25.4  # a millimetre
FACES_KEPT = 32  # fonts open at once
INK, MUTED, LINE, WHITE = "#17191e", "#5b616e", "#c9c4b8", "#ffffff"
# Which letters each file of a font has: those of the style sheet's `latin`, else `latin-ext`.
_LATIN = {0x131, 0x152, 0x153, 0x2BB, 0x2BC, 0x2C6, 0x2DA, 0x2DC, 0x20AC, 0x2122, 0x2212, 0x2215}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on one poster, card or badge, in the words of its language."""

    address: str  # of the share link, for the QR code
    typed_code: str
    label: str  # for who puts it up: "Table 1"
    title: str
    place: str  # of a job; else ""
    line: str  # who speaks, and what they say
    initials: str  # of the person who speaks; "" when the company does
    scan: str  # "Scan it, or type"
    at: str  # "at careers.example.com/code"


@dataclass(frozen=True, slots=True)
class House:
    """Whose sheets they are."""

    name: str
    colour: str  # `#rrggbb`
    logo: Image.Image  # for the codes and the head
    has_logo: bool  # of its own; else its name stands beside our mark


@dataclass(frozen=True, slots=True)
class Design:
    """The measures of one card, in millimetres."""

    size: str  # of SIZES, for the code
    width: float
    height: float
    margin: float
    head: float  # height of the logo
    title: float  # height of its letters at most, and at least
    title_least: float
    title_lines: int
    line: float
    typed: float
    note: float
    label: float
    is_wide: bool = False  # the code stands beside the words, not below them


A3 = Design("a3", 297, 420, 24, 13, 36, 13, 5, 10.4, 27, 7.6, 3.6)
A6 = Design("a6", 105, 148, 9, 5.6, 13.2, 5.2, 5, 4.0, 9.8, 2.8, 1.9)
BADGE = Design("badge", 85, 54, 5, 3.4, 5.6, 3.1, 3, 2.35, 6.2, 2.0, 1.5, is_wide=True)


@dataclass(frozen=True, slots=True)
class Format:
    """How cards lie on a page."""

    design: Design
    width: float
    height: float
    across: int = 1
    down: int = 1

    @property
    def on_a_page(self) -> int:
        """How many cards a page holds."""
        return self.across * self.down


FORMATS = {
    "a3": Format(A3, 297, 420),
    "a6": Format(A6, 105, 148),
    "a6-4": Format(A6, 210, 297, 2, 2),
    "badge-10": Format(BADGE, 210, 297, 2, 5),
}


def write_sheets(
    out: BinaryIO, form: Format, house: House, sheets: Sequence[Sheet], title: str, language: str
) -> None:
    """Write `sheets` into `out` as a PDF named `title`, page by page."""
    paper = Paper(out, title, language)
    pen = _Pen(paper, house, form.design)
    left = (form.width - form.across * form.design.width) / 2
    top = (form.height - form.down * form.design.height) / 2
    for first in range(0, len(sheets), form.on_a_page):
        paper.begin_page()
        for number, sheet in enumerate(sheets[first : first + form.on_a_page]):
            row, column = divmod(number, form.across)
            pen.card(sheet, left + column * form.design.width, top + row * form.design.height)
        if form.on_a_page > 1:
            _cutting_lines(paper, form, left, top)
        paper.end_page(form.width, form.height)
    paper.finish()


def _cutting_lines(paper: Paper, form: Format, left: float, top: float) -> None:
    for column in range(form.across + 1):
        x = left + column * form.design.width
        if 0 < x < form.width:
            paper.line([(x, 0), (x, form.height)], 0.1, LINE, dashed=True)
    for row in range(form.down + 1):
        y = top + row * form.design.height
        if 0 < y < form.height:
            paper.line([(0, y), (form.width, y)], 0.1, LINE, dashed=True)


# -- words ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Style:
    """A font at a size in millimetres."""

    stem: str
    axes: tuple[int, ...]
    size: float


class Face:
    """A style as Pillow draws it: two files, one for each range of letters."""

    def __init__(self, style: Style) -> None:
        """Reads the fonts from the static files."""
        self.style = style
        fonts = folder("static") / "fonts"
        stem, _, axes = style.stem.partition(" ")
        self._latin, self._other = (
            ImageFont.truetype(fonts / f"{stem}-{subset}-{axes}.woff2", round(style.size * DOTS))
            for subset in ("latin", "latin-ext")
        )
        for font in (self._latin, self._other):
            font.set_variation_by_axes(list(style.axes))

    def width(self, words: str) -> float:
        """How wide `words` are, in millimetres."""
        return sum(font.getlength(part) for part, font in self._parts(words)) / DOTS

    def drawn(self, words: str) -> Image.Image:
        """`words` in one line as a mask; its baseline is `baseline` below its top."""
        height = round(self.style.size * 1.35 * DOTS)
        width = max(1, round(self.width(words) * DOTS) + round(0.2 * self.style.size * DOTS))
        mask = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(mask)
        x = 0.0
        for part, font in self._parts(words):
            pen.text((x, self.style.size * DOTS), part, 255, font, anchor="ls")
            x += font.getlength(part)
        return mask

    def wrapped(self, words: str, width: float) -> list[str]:
        """`words` in lines of at most `width`; a word that is longer is broken."""
        lines = [""]
        for word in words.split():
            if self.width(f"{lines[-1]} {word}".strip()) <= width:
                lines[-1] = f"{lines[-1]} {word}".strip()
                continue
            if lines[-1]:
                lines.append("")
            for letter in word:
                if lines[-1] and self.width(lines[-1] + letter) > width:
                    lines.append("")
                lines[-1] += letter
        return lines

    def _parts(self, words: str) -> list[tuple[str, ImageFont.FreeTypeFont]]:
        parts: list[tuple[str, ImageFont.FreeTypeFont]] = []
        for letter in words:
            number = ord(letter)
            is_latin = number < 0x100 or number in _LATIN or 0x2000 <= number < 0x2070
            font = self._latin if is_latin else self._other
            if parts and parts[-1][1] is font:
                parts[-1] = (parts[-1][0] + letter, font)
            else:
                parts.append((letter, font))
        return parts


DISPLAY, SANS, SERIF = (
    "bricolage-grotesque standard-normal",
    "instrument-sans wght-normal",
    "source-serif-4 opsz-normal",
)


# -- one card ------------------------------------------------------------------------------------


class _Pen:
    """Draws cards of one design onto paper."""

    def __init__(self, paper: Paper, house: House, design: Design) -> None:
        self.paper, self.house, self.design = paper, house, design
        self.colours = palette(house.colour)
        self._faces: dict[Style, Face] = {}
        self._made: tuple[str, tuple[Modules, Box | None]] | None = None
        self._titles: tuple[tuple[str, float, float], tuple[Style, list[str]]] | None = None

    @cached_property
    def _qr(self) -> float:
        return float(SIZES[self.design.size].millimetres or 0)

    def card(self, sheet: Sheet, x: float, y: float) -> None:
        """One card, its top left corner at (x, y)."""
        if self.design.is_wide:
            self._wide(sheet, x, y)
        else:
            self._high(sheet, x, y)

    def _high(self, sheet: Sheet, x: float, y: float) -> None:
        """The title above, the code below; the thread runs from who speaks to the code."""
        design = self.design
        left, right = x + design.margin, x + design.width - design.margin
        wide, low = right - left, y + design.height - design.margin
        self._head(left, y + design.margin, wide)
        qr_top = low - self._qr + self._quiet(sheet)
        qr_left = left - self._quiet(sheet)
        top = y + design.margin + design.head * 2.1
        point = design.line * 1.15
        words = wide - 2 * point - design.line * 0.8
        line = self._face(Style(SERIF, (400, 20), design.line))
        said = line.wrapped(sheet.line, words)[:3]
        room = qr_top - top - len(said) * design.line * 1.35 - design.line * 5.6
        top = self._title(sheet, left, top, wide, room)
        if sheet.place:
            style = Style(SANS, (500,), design.line)
            top = self._words(sheet.place, style, MUTED, left, top + design.line * 0.5, wide)
        # Who speaks is a point of the thread, which runs over the code to the words beside it.
        top += design.line * 1.5
        height = max(2 * point, len(said) * design.line * 1.35)
        middle = top + height / 2
        typed_left = left + self._qr - 2 * self._quiet(sheet) + design.margin * 0.55
        typed_top = low - self._typed_height()
        dot = design.line * 0.42
        start, end = (left + point, middle), (typed_left + dot, typed_top - design.line * 1.1)
        over = (top + height + qr_top + self._quiet(sheet)) / 2
        turn = (start[0] + end[0]) / 2
        self.paper.line(
            [
                *(start, (start[0], over), (start[0] + point, over), (turn, over)),
                *((end[0] - point / 2, over), (end[0], over), (end[0], qr_top)),
                *((end[0], qr_top), end, end),
            ],
            design.line * 0.13,
            self.colours.mark,
        )
        self.paper.circle(*end, dot, self.colours.mark)
        self._speaker(sheet, *start, point)
        at = top + (height - len(said) * design.line * 1.35) / 2
        for row in said:
            at = self._words(row, line.style, INK, left + 2 * point + design.line * 0.8, at, words)
        self._code(sheet, qr_left, qr_top)
        self._typed(sheet, typed_left, typed_top, right - typed_left)
        self._label(sheet, right, y + design.height - design.margin * 0.42)

    def _wide(self, sheet: Sheet, x: float, y: float) -> None:
        """The words on the left, the code on the right."""
        design = self.design
        left, low = x + design.margin, y + design.height - design.margin
        qr_left = x + design.width - design.margin - self._qr + self._quiet(sheet)
        qr_top = low - self._qr + self._quiet(sheet)
        wide = qr_left - left - design.margin * 0.2
        self._head(left, y + design.margin, design.width - 2 * design.margin)
        typed_top = low - self._typed_height()
        top = y + design.margin + design.head * 1.75
        line = self._face(Style(SERIF, (400, 12), design.line))
        said = line.wrapped(sheet.line, wide)[:2]
        room = typed_top - top - len(said) * design.line * 1.35 - design.line * 1.4
        top = self._title(sheet, left, top, wide, room) + design.line * 0.4
        for row in said:
            top = self._words(row, line.style, MUTED, left, top, wide)
        head = y + design.margin + design.head / 2
        start = (x + design.width * 0.42, head)
        end = (qr_left + self._qr / 2, qr_top + self._quiet(sheet) - 2.4)
        bend = (start[0] + end[0]) / 2 + 4
        self.paper.line([start, (bend, head), (end[0], head), end], 0.35, self.colours.mark)
        self.paper.circle(*start, 0.7, MUTED)
        self.paper.circle(*end, 0.95, self.colours.mark)
        self._code(sheet, qr_left, qr_top)
        self._typed(sheet, left, typed_top, wide)
        self._label(sheet, x + design.width - design.margin, y + design.height - 1.4)

    def _head(self, x: float, y: float, wide: float) -> None:
        house, height = self.house, self.design.head
        shape = house.logo.width / house.logo.height
        width = min(height * shape, wide * 0.5)
        tall = width / shape
        self.paper.picture(("logo",), lambda: house.logo, (x, y + (height - tall) / 2, width, tall))
        if house.has_logo and shape > 2:  # it most likely is the name itself
            return
        style = Style(DISPLAY, (24, 650, 100), height * 0.72)
        room = wide - width - height * 0.5
        self._words(house.name, style, INK, x + width + height * 0.5, y + height * 0.02, room)

    def _title(self, sheet: Sheet, x: float, y: float, wide: float, room: float) -> float:
        """The title as large as it fits; returns where it ends."""
        style, lines = self._fitted(sheet.title, wide, room)
        for row in lines:
            self._draw(row, style, INK, x - style.size * 0.04, y)
            y += style.size * 1.02
        return y + style.size * 0.12

    def _fitted(self, title: str, wide: float, room: float) -> tuple[Style, list[str]]:
        asked = (title, wide, room)
        if self._titles is not None and self._titles[0] == asked:
            return self._titles[1]
        size = self.design.title
        while True:
            style = Style(DISPLAY, (96, 700, 84), round(size, 2))
            face = self._face(style)
            lines = face.wrapped(title, wide)
            whole = all(word in " ".join(lines).split() for word in title.split())
            most = min(self.design.title_lines, int(room / (size * 1.06)))
            if (len(lines) <= most and whole) or size <= self.design.title_least:
                break
            self._faces.pop(style, None)
            size *= 0.93
        if len(lines) > max(most, 1):
            lines = lines[: max(most, 1)]
            while face.width(lines[-1] + "…") > wide:
                lines[-1] = lines[-1][:-1]
            lines[-1] = lines[-1].rstrip() + "…"
        self._titles = (asked, (style, lines))
        return style, lines

    def _speaker(self, sheet: Sheet, x: float, y: float, radius: float) -> None:
        self.paper.circle(x, y, radius, INK)
        if not sheet.initials:
            self.paper.circle(x, y, radius * 0.42, WHITE)
            return
        style = Style(SANS, (600,), radius * 0.84)
        width = self._face(style).width(sheet.initials)
        at = (x - width / 2, y - style.size * 0.66)
        self._draw(sheet.initials, style, WHITE, *at, ground=INK)

    def _code(self, sheet: Sheet, x: float, y: float) -> None:
        """The QR code with its quiet zone, at the width that SIZES says."""
        modules, pad = self._modules(sheet.address)
        module = self._qr / len(modules)
        self.paper.box(x, y, self._qr, self._qr, WHITE)
        self.paper.boxes(
            (
                (x + left * module, y + top * module, (right - left) * module, module)
                for left, top, right, _ in runs(modules)
            ),
            "#000000",
        )
        if pad is not None:
            left, top, wide, high = (part * module for part in logo_place(pad, self.house.logo))
            logo = self.house.logo
            self.paper.picture(("logo",), lambda: logo, (x + left, y + top, wide, high))

    def _quiet(self, sheet: Sheet) -> float:
        """How wide the quiet zone is: so far the code stands out of the column, unseen."""
        modules, _ = self._modules(sheet.address)
        return self._qr / len(modules) * QUIET_ZONE

    def _modules(self, address: str) -> tuple[Modules, Box | None]:
        if self._made is None or self._made[0] != address:
            self._made = (address, modules_of(address, self.house.logo))
        return self._made[1]

    def _typed_height(self) -> float:
        return self.design.note * 3.0 + self.design.typed * 1.2

    def _typed(self, sheet: Sheet, x: float, y: float, wide: float) -> None:
        """ "Scan it, or type K7F 2QX at …", the code as large as fits."""
        design = self.design
        note = Style(SANS, (450,), design.note)
        y = self._words(sheet.scan, note, MUTED, x, y, wide)
        code, size = grouped(sheet.typed_code), design.typed
        widest = self._face(Style(DISPLAY, (48, 700, 92), design.typed)).width("MMM MMM")
        size *= min(1.0, wide / widest)
        style = Style(DISPLAY, (48, 700, 92), round(size, 2))
        self._draw(code, style, INK, x - size * 0.03, y + (design.typed * 1.2 - size * 1.25) / 2)
        y += design.typed * 1.2
        self._words(sheet.at, note, INK, x, y, wide)

    def _label(self, sheet: Sheet, right: float, low: float) -> None:
        style = Style(SANS, (450,), self.design.label)
        width = self._face(style).width(sheet.label)
        self._draw(sheet.label, style, MUTED, right - width, low - style.size)

    def _words(self, words: str, style: Style, ink: str, x: float, y: float, wide: float) -> float:
        """One line, made smaller where it is too long; returns where the next one begins."""
        width = self._face(style).width(words)
        drawn = style
        if width > wide:
            drawn = Style(style.stem, style.axes, round(style.size * wide / width, 3))
        self._draw(words, drawn, ink, x, y + (style.size - drawn.size) * 0.7)
        return y + style.size * 1.35

    def _draw(
        self, words: str, style: Style, ink: str, x: float, y: float, ground: str = WHITE
    ) -> None:
        face = self._face(style)
        height = style.size * 1.35
        width = max(1, round(face.width(words) * DOTS) + round(0.2 * style.size * DOTS)) / DOTS
        self.paper.picture(
            (words, style, ink, ground),
            lambda: face.drawn(words),
            (x, y, width, height),
            ink,
            ground,
        )

    def _face(self, style: Style) -> Face:
        if style not in self._faces:
            if len(self._faces) >= FACES_KEPT:
                self._faces.clear()
            self._faces[style] = Face(style)
        return self._faces[style]
