"""Share cards: the picture that a link preview shows (Open Graph, 1200 × 630 pixels).

A card is a frozen value; drawing it reads nothing but that value, the logo and the site's fonts.
Its address holds a digest of the value, so it changes with everything that is seen, and the
picture at an address never does.

One thread joins what is offered to who offers it: it leaves the last word of the title and ends at
a face, or where nobody shows themselves at an open ring (a place to be filled, or how many), at a
full one when the job is filled.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageStat

from careers.base.company import contrast, palette
from experts.portrait_picture import Point, curve, portrait_picture
from referrals.lettering import Block, Style, drawable, fitted, one_line, width_of, write
from referrals.mark import HIGH, WIDE, draw_mark

DRAWING = 1  # raised when a card of the same value looks different: every address changes then
WIDTH, HEIGHT = 1200, 630
MARGIN = 64
OVER = 3  # shapes are drawn that many times larger, then reduced: smooth edges

# The day's colours of static/css/tokens.css; a card cannot know in which light it is seen.
PAPER, INK, MUTED = "#fbfaf7", "#17191e", "#5b616e"

FACE = 300  # across
FACE_AT = (WIDTH - MARGIN - 160, MARGIN + 14 + FACE // 2)
SECOND = 124
SECOND_AT = (FACE_AT[0] - 126, FACE_AT[1] + 112)
RING = 68  # radius
RING_AT = (WIDTH - MARGIN - RING, MARGIN + RING)
COLUMN, WHOLE = 690, 900  # width of the words beside a face, beside a ring
UNDER_FACE = 320  # width of the words below a face
THREAD = 7
DOT = 12  # radius

BRAND = Style("display", 38, 650, 92)
KICKER = Style("sans", 30, 600)
FACT = [(Style("sans", 40, 600), 1), (Style("sans", 36, 600), 1), (Style("sans", 32, 600), 2)]
MORE = [(Style("sans", 32, 500), 1)]
WORDS = [(Style("serif", 36, 420), 2), (Style("serif", 32, 420), 3)]
SAYS = [(Style("sans", 38, 600), 1), (Style("sans", 34, 600), 2), (Style("sans", 28, 600), 2)]
TITLES = [
    (Style("display", size, 730, width), most)
    for size, width, most in (
        (148, 80, 1), (132, 80, 2), (116, 82, 2), (104, 82, 2), (92, 82, 3), (80, 84, 3),
        (70, 84, 4), (62, 86, 4), (54, 88, 5), (54, 75, 5), (48, 75, 6), (44, 75, 6),
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that is seen on a card, in words that are already of its language."""

    language: str
    kicker: str  # what it is: "Open job"
    title: str
    otherwise: str  # the title where our fonts have not the letters of the real one
    facts: tuple[str, ...]  # at most two lines: the place, the contract and pay
    words: str  # instead of facts: what somebody says about themselves
    company: str
    colour: str
    logo: str  # changes with the company's logo; "" without one
    # At most two, whom it is about first: "photo" and its code, "initials" with their ground, or
    # the seed of a drawn portrait.
    faces: tuple[str, ...]
    says: str  # "Ada works here"
    ring: str  # where nobody shows themselves: "open", "full", or a number to stand in it


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the thread leaves the title, and from where on nothing of it stands in the way."""

    x: float
    free: float
    y: float


def digest(card: Card) -> str:
    """What the address of `card` ends with: other than that of every other card.

    >>> len(digest(Card("en", "", "A", "", (), "", "Acme", "#d2371f", "", (), "", "open")))
    20
    """
    value = json.dumps([DRAWING, asdict(card)], sort_keys=True)
    return hashlib.sha256(value.encode()).hexdigest()[:20]


def card_png(
    card: Card, logo: bytes | None = None, photographs: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """`card` as PNG; `logo` is the company's, a PNG of our own making, `photographs` are squares by
    their code.

    Nothing is drawn within 40 pixels of an edge.
    """
    colours = palette(card.colour)
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    column = COLUMN if card.faces else WHOLE
    _brand(picture, draw, card.company, logo, colours.mark, column)
    end = _title(draw, card, column, colours.text)
    picture.paste(colours.mark, mask=_thread(card, end))
    if card.faces:
        _faces(picture, draw, card, photographs)
    elif card.ring not in {"open", "full"}:
        _number(draw, card.ring)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()


# -- whose site it is ------------------------------------------------------------------------------


def _brand(
    picture: Image.Image,
    draw: ImageDraw.ImageDraw,
    company: str,
    logo: bytes | None,
    mark: str,
    column: int,
) -> None:
    """The logo, else the mark of two joined points, and the name."""
    x = float(MARGIN)
    if logo:
        drawn = _logo(logo)
        picture.paste(drawn, (MARGIN, MARGIN + 24 - drawn.height // 2), drawn)
        x += drawn.width + 18
    else:
        unit = 48 / HIGH
        draw_mark(picture, (MARGIN, MARGIN), unit, mark, INK)
        x += WIDE * unit + 16
    name = one_line(drawable(company, "display"), column - round(x) + MARGIN, BRAND)
    write(draw, x, MARGIN + 37, name, BRAND, INK)


def _logo(content: bytes) -> Image.Image:
    """The logo at the size of the brand row; on a dark ground when it hardly shows on paper."""
    with Image.open(io.BytesIO(content), formats=("PNG",)) as kept:
        logo = kept.convert("RGBA")
    logo.thumbnail((220, 60), Image.Resampling.LANCZOS)
    seen = logo.getchannel("A").point(lambda alpha: 255 if alpha > 127 else 0)
    if not seen.getbbox():
        return logo
    mean = "#{:02x}{:02x}{:02x}".format(
        *(round(value) for value in ImageStat.Stat(logo.convert("RGB"), seen).mean)
    )
    if contrast(mean, PAPER) >= 1.6:
        return logo
    ground = Image.new("RGBA", (logo.width + 20, min(logo.height + 16, 64)))
    ImageDraw.Draw(ground).rounded_rectangle(
        (0, 0, ground.width - 1, ground.height - 1), 12, fill=INK
    )
    ground.alpha_composite(logo, (10, (ground.height - logo.height) // 2))
    return ground


# -- what it says ----------------------------------------------------------------------------------


def _title(draw: ImageDraw.ImageDraw, card: Card, column: int, colour: str) -> Beginning:
    """The kicker, the title and what is known, from the bottom up; where the thread begins."""
    said = "" if card.faces else card.says
    y = float(HEIGHT - MARGIN)
    for text, styles, ink in reversed(
        [(card.words, WORDS, INK), *zip(card.facts, (FACT, MORE), (INK, MUTED), strict=False),
         (said, MORE, MUTED)]
    ):  # fmt: skip
        if plain := drawable(text, styles[0][0].family):
            block = fitted(plain, column, 130, styles)
            for line in reversed(block.lines):
                write(draw, MARGIN, y - block.style.size * 0.22, line, block.style, ink)
                y -= block.style.leading
    y -= 18 if y < HEIGHT - MARGIN else 0
    kicker = drawable(card.kicker, "sans")
    top = MARGIN + 48 + 34 + (KICKER.leading + 8 if kicker else 0)
    named = (card.title, card.otherwise, card.company)
    title = next(filter(None, (drawable(text, "display") for text in named)), "")
    block = fitted(title, column - 2 * DOT - 16, round(y - top), TITLES)
    baseline = y - _descent(block)
    first = baseline - (len(block.lines) - 1) * block.style.leading
    ends = [
        write(draw, MARGIN - 3, first + number * block.style.leading, line, block.style, INK)
        for number, line in enumerate(block.lines)
    ]
    if kicker:
        above = first - block.style.size * 0.74 - 24
        write(draw, MARGIN, above, one_line(kicker, column, KICKER), KICKER, colour)
    return Beginning(ends[-1] + 14 + DOT, max(ends) + 14, baseline - DOT)


def _descent(block: Block) -> int:
    return round(block.style.size * (0.22 if set(block.lines[-1]) & set("gjpqyçQ,;()/") else 0.1))


def _number(draw: ImageDraw.ImageDraw, number: str) -> None:
    style = Style("display", 60 if len(number) < 3 else 46 if len(number) < 4 else 36, 700, 90)
    x, y = RING_AT
    write(draw, x - width_of(number, style) / 2, y + style.size * 0.34, number, style, INK)


# -- who says it -----------------------------------------------------------------------------------


def _thread(card: Card, start: Beginning) -> Image.Image:
    """The thread from the title to whoever, or whatever, is at its other end, as a mask."""
    mask = Image.new("L", (WIDTH * OVER, HEIGHT * OVER))
    draw = ImageDraw.Draw(mask)

    def large(*values: float) -> list[float]:
        return [value * OVER for value in values]

    draw.circle(large(start.x, start.y), DOT * OVER, 255)
    if card.faces:
        centre = SECOND_AT if len(card.faces) > 1 else FACE_AT
        radius = (SECOND if len(card.faces) > 1 else FACE) / 2
        angle = math.radians(143 if start.y > centre[1] else 200)
    else:
        centre, radius, angle = RING_AT, float(RING), math.radians(90)
    out = math.cos(angle), math.sin(angle)
    end = centre[0] + radius * out[0], centre[1] + radius * out[1]
    free = min(max(start.x, start.free), end[0] - 40)
    reach = max(60.0, math.dist((free, start.y), end) * 0.55)
    bent = end[0] + out[0] * reach, min(end[1] + out[1] * reach, start.y)
    points: list[Point] = [(start.x, start.y), (free, start.y)]
    points += curve(points[-1], (free + reach, start.y), bent, end, steps=60)
    draw.line([(x * OVER, y * OVER) for x, y in points], 255, THREAD * OVER, joint="curve")
    if card.faces:
        return mask.reduce(OVER)
    inside = 255 if card.ring == "full" else 0
    draw.circle(large(*RING_AT), RING * OVER, inside, 255, THREAD * OVER)
    return mask.reduce(OVER)


def _faces(
    picture: Image.Image,
    draw: ImageDraw.ImageDraw,
    card: Card,
    photographs: Mapping[str, bytes],
) -> None:
    """The portraits, the second before the first, and the words about them."""
    for face, size, (x, y) in zip(card.faces, (FACE, SECOND), (FACE_AT, SECOND_AT), strict=False):
        if size == SECOND:
            _disc(picture, (x, y), size // 2 + 9)
        drawn = _face(face, size, photographs)
        picture.paste(drawn, (x - size // 2, y - size // 2), drawn)
    says = drawable(card.says, "sans")
    if not says:
        return
    block = fitted(says, UNDER_FACE, 110, SAYS)
    below = FACE_AT[1] + FACE // 2 + 66
    for number, line in enumerate(block.lines):
        left = FACE_AT[0] - width_of(line, block.style) / 2
        write(draw, left, below + number * block.style.leading, line, block.style, INK)


def _face(face: str, size: int, photographs: Mapping[str, bytes]) -> Image.Image:
    """One portrait, round, transparent around (RGBA)."""
    kind, _, rest = face.partition(" ")
    if kind not in {"photo", "initials"}:
        return portrait_picture(face, size)
    if rest in photographs:
        with Image.open(io.BytesIO(photographs[rest]), formats=("JPEG",)) as photograph:
            square = photograph.convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
    else:  # a photograph whose file is missing is an empty disc
        ground, _, letters = rest.partition(" ") if kind == "initials" else (MUTED, "", "")
        square = Image.new("RGB", (size, size), ground)
        style, letters = Style("display", round(size * 0.4), 650, 92), drawable(letters, "display")
        left = (size - width_of(letters, style)) / 2
        write(ImageDraw.Draw(square), left, size * 0.64, letters, style, PAPER)
    circle = Image.new("L", (size * OVER, size * OVER))
    ImageDraw.Draw(circle).ellipse((0, 0, size * OVER - 1, size * OVER - 1), fill=255)
    square.putalpha(circle.reduce(OVER))
    return square


def _disc(picture: Image.Image, centre: tuple[int, int], radius: int) -> None:
    """A disc of paper, so that one portrait stands clear of another."""
    mask = Image.new("L", (2 * radius * OVER,) * 2)
    ImageDraw.Draw(mask).circle((radius * OVER, radius * OVER), radius * OVER - 1, 255)
    picture.paste(PAPER, (centre[0] - radius, centre[1] - radius), mask.reduce(OVER))
