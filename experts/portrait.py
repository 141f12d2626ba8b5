"""What stands for whoever has no photograph: their initials, or a drawn portrait if they like.

A drawn one has flat shapes, always the same for one seed.

Every choice is taken from the digest of the seed alone: a name may change, the portrait stays.
Nothing in the drawing has an id: any number of them can stand inside one page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Skin:
    face: str
    shade: str  # neck, ears, nose
    mark: str  # brows and mouth


@dataclass(frozen=True)
class Palette:
    """A background, the shape behind the head, and two clothes that sit well on both."""

    ground: str
    moon: str
    clothes: tuple[tuple[str, str], ...]  # cloth and its collar


SKINS = (
    Skin("#f6d5bd", "#e6b498", "#8a4a37"),
    Skin("#efc3a1", "#dba27c", "#7d4230"),
    Skin("#e0aa80", "#c78b60", "#6b3824"),
    Skin("#c98d62", "#ac7049", "#55291a"),
    Skin("#a56a45", "#885233", "#421e12"),
    Skin("#7f4c32", "#653823", "#2f140c"),
    Skin("#5d3626", "#472619", "#200d08"),
)
DARK_HAIR = ("#1c1a1f", "#2d211d", "#46301f")
LIGHT_HAIR = ("#6b432a", "#9a5a2c", "#c08a4a", "#ddb878", "#a83f24")
GREY_HAIR = ("#8f8c8a", "#cfcac3")

PALETTES = (
    Palette("#f2c9a8", "#f9e2cb", (("#23474f", "#e9e1d2"), ("#8c3b2e", "#f4e6d6"))),
    Palette("#2f5d62", "#3f7478", (("#f0b36b", "#fff0d6"), ("#efe6d8", "#c9bba3"))),
    Palette("#e7b64c", "#f3d182", (("#2b3350", "#f4ead6"), ("#7c3a4a", "#f6e0d3"))),
    Palette("#c96a4b", "#dd8a6c", (("#22313f", "#efe3d3"), ("#f2e3cd", "#cfae8b"))),
    Palette("#a9bfa5", "#c6d6c1", (("#34495e", "#f1ece0"), ("#b2553a", "#f7e3d0"))),
    Palette("#33415e", "#475878", (("#e08a5b", "#fae3d0"), ("#d8d4c8", "#8e96a8"))),
    Palette("#d9a5a0", "#eac7c1", (("#4a3350", "#f3e2dd"), ("#2f5750", "#efe9dc"))),
    Palette("#8db3bd", "#b0cfd6", (("#7b3f2a", "#f2dfcd"), ("#27374a", "#eef0ea"))),
    Palette("#6b4a5e", "#836078", (("#e9c46a", "#fff3d2"), ("#e9d8d0", "#b79aa5"))),
    Palette("#d8cfbd", "#ebe4d6", (("#3d5a45", "#f0ebdd"), ("#b4472f", "#f7e1d2"))),
)

# Hair is drawn in two parts: `{h}` behind the head, then over it. The head spans 39 to 81 across
# and 28 to 82 down, in a square of 120.
HAIR: dict[str, tuple[str, str]] = {
    "cropped": (
        "",
        "M38 54C36 33 46 23 61 23C76 23 84 34 82 54C79 50 78 45 77 41C66 41 52 41 43 40"
        "C42 45 41 50 38 54Z",
    ),
    "side parting": (
        "",
        "M38 56C33 34 45 19 63 20C80 20 87 35 82 56C79 52 78 47 76 43C67 42 56 38 51 32"
        "C49 40 42 45 38 56Z",
    ),
    "swept": (
        "",
        "M38 55C35 40 38 29 46 25C52 16 74 15 82 26C88 35 85 46 82 55C80 49 79 44 76 39"
        "C64 41 50 37 45 36C43 42 41 48 38 55Z",
    ),
    "curls": (
        "",
        "M39 56C31 53 31 43 36 40C31 32 38 24 45 26C47 17 58 16 62 21C68 15 79 18 79 26"
        "C87 26 90 35 85 40C90 45 88 54 81 56C81 48 78 43 75 40C70 43 66 40 62 40"
        "C57 43 52 39 48 41C43 43 39 48 39 56Z",
    ),
    "round afro": (
        "M60 9C85 9 97 28 94 46C92 63 80 70 60 70C40 70 28 63 26 46C23 28 35 9 60 9Z",
        "M38 56C33 36 45 22 60 22C75 22 87 36 82 56C80 47 76 41 70 39C63 37 56 37 50 39"
        "C45 41 40 47 38 56Z",
    ),
    "long and straight": (
        "M60 19C82 19 89 36 88 56C88 72 90 86 92 98L28 98C30 86 32 72 32 56C31 36 38 19 60 19Z",
        "M38 60C33 36 44 20 60 20C76 20 87 36 82 60C81 48 73 40 61 29C53 40 40 46 38 60Z",
    ),
    "long and wavy": (
        "M60 18C84 18 91 36 89 52C88 61 95 66 93 76C91 86 95 91 90 99L30 99C25 91 29 86 27 76"
        "C25 66 32 61 31 52C29 36 36 18 60 18Z",
        "M38 58C34 35 46 20 61 20C77 20 86 36 82 58C80 48 76 43 72 36C62 43 48 41 45 36"
        "C43 44 40 49 38 58Z",
    ),
    "bob": (
        "M60 18C83 18 91 37 89 60C89 70 88 77 85 82L35 82C32 77 31 70 31 60C29 37 37 18 60 18Z",
        "M37 60C33 34 46 20 60 20C76 20 87 34 83 60C82 52 80 47 78 43C66 45 54 45 42 43"
        "C40 47 38 52 37 60Z",
    ),
    "bun": (
        "M60 5C69 5 74 11 74 18C74 25 68 29 60 29C52 29 46 25 46 18C46 11 51 5 60 5Z",
        "M38 55C35 34 46 21 60 21C74 21 85 34 82 55C80 45 74 36 60 35C46 36 40 45 38 55Z",
    ),
    "low knot": (
        "M82 58C92 56 98 63 96 72C94 80 85 82 79 77Z",
        "M38 58C34 35 45 20 61 20C77 20 87 36 82 58C80 47 73 39 52 31C46 38 40 46 38 58Z",
    ),
    "shaved": (
        "",
        "M39 48C38 34 47 25 60 25C73 25 82 34 81 48C79 42 76 38 72 36C65 33 55 33 48 36"
        "C44 38 41 42 39 48Z",
    ),
    "bald": ("", ""),
}
HEADSCARF = (
    "M60 16C84 16 91 36 89 57C88 74 93 88 97 98L23 98C27 88 32 74 31 57C29 36 36 16 60 16Z",
    "M60 16C83 16 91 36 88 58C86 75 76 89 60 91C44 89 34 75 32 58C29 36 37 16 60 16Z"
    "M60 31C46 31 40 42 41 55C42 70 50 82 60 82C70 82 78 70 79 55C80 42 74 31 60 31Z",
)
BEARDS = (
    "M39 57C40 78 49 90 60 90C71 90 80 78 81 57C79 63 76 66 71 66C66 64 54 64 49 66"
    "C44 66 41 63 39 57Z",
    "M47 68C50 64 70 64 73 68C74 80 68 88 60 88C52 88 46 80 47 68Z",
)
SCARVES = ("#3f4d70", "#8f3f4d", "#2f6459", "#c58a3d", "#6a5a86", "#e6dccb")
# Each twice, but for the two that are rarer.
STYLES = (*HAIR, *(style for style in HAIR if style not in ("bald", "shaved")))
LIPS_IN_BEARD = "#d9a08a"
PALE_BEARDS = ("#c08a4a", "#ddb878", *GREY_HAIR)  # on which the usual lips show
WITH_BEARD = frozenset({"cropped", "side parting", "swept", "curls", "shaved", "bald"})

HEADS = (
    "M60 27C75 27 82 38 81 54C80 71 72 83 60 83C48 83 40 71 39 54C38 38 45 27 60 27Z",
    "M60 27C74 27 81 37 81 53C81 68 75 76 68 81C63 84 57 84 52 81C45 76 39 68 39 53"
    "C39 37 46 27 60 27Z",
    "M60 27C76 27 83 39 81 56C79 70 70 82 60 82C50 82 41 70 39 56C37 39 44 27 60 27Z",
)
SHOULDERS = (
    "M8 124C10 102 28 95 46 92L74 92C92 95 110 102 112 124Z",
    "M4 124C8 104 26 98 45 91L75 91C94 98 112 104 116 124Z",
    "M13 124C14 104 32 97 47 92L73 92C88 97 106 104 107 124Z",
)
NECK = "M50 68L70 68L70 92C70 100 50 100 50 92Z"
# Collars: `{c}` is the collar's colour, `{s}` the skin, `{k}` the cloth.
COLLARS = (
    '<path d="M47 90C48 104 72 104 73 90L77 92C77 110 43 110 43 92Z" fill="{c}"/>',
    '<path d="M48 89L60 112L72 89L78 93L65 120L55 120L42 93Z" fill="{c}"/>'
    '<path d="M49 90L60 111L71 90Z" fill="{s}"/>',
    '<path d="M45 82C51 89 69 89 75 82L77 97C69 104 51 104 43 97Z" fill="{k}"/>'
    '<path d="M44 95C52 102 68 102 76 95L77 97.5C68 105 52 105 43 97.5Z" fill="{c}"/>',
    '<path d="M47 90L60 104L51 114L40 94Z" fill="{c}"/>'
    '<path d="M73 90L60 104L69 114L80 94Z" fill="{c}"/>',
    '<path d="M43 92C45 110 75 110 77 92L73 91C71 104 49 104 47 91Z" fill="{s}"/>',
)
GLASSES = (
    '<circle cx="50.5" cy="57" r="7.2"/><circle cx="69.5" cy="57" r="7.2"/>'
    '<path d="M57.7 56C59 55 61 55 62.3 56M43.3 56L39.5 54.5M76.7 56L80.5 54.5"/>',
    '<rect x="42.6" y="51.6" width="15.2" height="11" rx="3.6"/>'
    '<rect x="62.2" y="51.6" width="15.2" height="11" rx="3.6"/>'
    '<path d="M57.8 55.5L62.2 55.5M42.6 55L39.4 54M77.4 55L80.6 54"/>',
)
MOUTHS = (
    "M53.5 71.5C57 74.6 63 74.6 66.5 71.5",
    "M54 72C58 74 63 74 66.5 70.6",
    "M54.5 72.4C58 73.6 62 73.6 65.5 72.4",
)


class Dice:
    """Choices drawn from a seed, one after the other, always the same."""

    def __init__(self, seed: str) -> None:
        self.left = int.from_bytes(hashlib.sha512(seed.encode()).digest())

    def below(self, sides: int) -> int:
        self.left, drawn = divmod(self.left, sides)
        return drawn

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        return choices[self.below(len(choices))]

    def once_in(self, times: int) -> bool:
        return self.below(times) == 0


def path(shape: str, fill: str, more: str = "") -> str:
    return f'<path d="{shape}" fill="{fill}"{more}/>' if shape else ""


def hair_colour(dice: Dice, skin: Skin) -> str:
    """Mostly dark on dark skin; sometimes grey on anyone."""
    if dice.once_in(7):
        return dice.one_of(GREY_HAIR)
    if SKINS.index(skin) >= 3:
        return dice.one_of(DARK_HAIR)
    return dice.one_of(DARK_HAIR + LIGHT_HAIR)


def face(dice: Dice, skin: Skin, lips: str) -> str:
    """Brows, eyes, nose and mouth: few strokes, so that they hold at forty pixels."""
    lift = dice.below(3) - 1
    brow = f"M45.5 {49 + lift}C48 {47 + lift} 52 {47 + lift} 55 {48.6 + lift}"
    other = f"M74.5 {49 + lift}C72 {47 + lift} 68 {47 + lift} 65 {48.6 + lift}"
    return (
        f'<g fill="none" stroke="{skin.mark}" stroke-width="2" stroke-linecap="round">'
        f'<path d="{brow}{other}"/><path d="{dice.one_of(MOUTHS)}" stroke="{lips}"/></g>'
        f'<path d="M60.5 57C59.6 61 58.4 63.6 57.6 65.2C59 66.6 61.4 66.6 62.6 65.8" fill="none" '
        f'stroke="{skin.shade}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>'
        f'<g fill="{skin.mark}"><circle cx="50.5" cy="56.4" r="2.1"/>'
        f'<circle cx="69.5" cy="56.4" r="2.1"/></g>'
    )


# Deep enough for light letters on any of them.
GROUNDS = ("#2f5d62", "#8c3b2e", "#33415e", "#6b4a5e", "#3d5a45", "#7b3f2a", "#4a3350", "#23474f")
LETTERS = "#fbfaf7"


def initials(name: str) -> str:
    """The first letters of the first and the last word of `name`.

    >>> initials("Anne-Marie van der Berg"), initials("Élodie"), initials("4711")
    ('AB', 'É', '')
    """
    words = [word for word in name.split() if word[0].isalpha()]
    ends = words if len(words) < 3 else (words[0], words[-1])
    return "".join(word[0].upper()[0] for word in ends)


def ground_of(code: str) -> str:
    """The colour behind the initials of the person with this code, always the same."""
    return Dice(code).one_of(GROUNDS)


def initials_svg(name: str, code: str) -> str:
    """Somebody's initials as a square SVG document, titled with the name."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120" role="img">'
        f"<title>{escape(name)}</title>{path('M0 0H120V120H0Z', ground_of(code))}"
        '<text x="60" y="76.5" text-anchor="middle" font-size="46" font-weight="650" '
        f"""font-family="'Bricolage Grotesque', 'Instrument Sans', system-ui, sans-serif" """
        f'fill="{LETTERS}">{escape(initials(name))}</text></svg>'
    )


def portrait_svg(name: str, seed: str, code: str = "") -> str:
    """The portrait as a square SVG document, titled with the name; without a seed, the initials of
    the person with this code.
    """
    if not seed:
        return initials_svg(name, code)
    dice = Dice(seed)
    palette = dice.one_of(PALETTES)
    skin = dice.one_of(SKINS)
    cloth, collar = dice.one_of(palette.clothes)
    hair = hair_colour(dice, skin)
    if dice.once_in(20):
        style, (behind, over), hair = "headscarf", HEADSCARF, dice.one_of(SCARVES)
    else:
        style = dice.one_of(STYLES)
        behind, over = HAIR[style]
    moon = 60 + 9 * (dice.below(3) - 1)

    drawing = [
        path("M0 0H120V120H0Z", palette.ground),
        f'<circle cx="{moon}" cy="58" r="47" fill="{palette.moon}"/>',
        path(behind, hair),
        path(dice.one_of(SHOULDERS), cloth),
        path(NECK, skin.shade),
        dice.one_of(COLLARS).format(c=collar, s=skin.shade, k=cloth),
    ]
    if style != "headscarf":
        drawing.append(
            f'<g fill="{skin.shade}"><ellipse cx="39" cy="58" rx="4" ry="6"/>'
            '<ellipse cx="81" cy="58" rx="4" ry="6"/></g>'
        )
    drawing.append(path(dice.one_of(HEADS), skin.face))
    lips = skin.mark
    if style in WITH_BEARD and dice.below(5) < 2:
        drawing.append(path(dice.one_of(BEARDS), hair))
        lips = skin.mark if hair in PALE_BEARDS else LIPS_IN_BEARD
    drawing.append(face(dice, skin, lips))
    drawing.append(path(over, hair, ' fill-rule="evenodd"'))
    if dice.below(10) < 3:
        frame = "#26201f" if SKINS.index(skin) < 5 else "#dcbf95"
        drawing.append(
            f'<g fill="none" stroke="{frame}" stroke-width="1.9">{dice.one_of(GLASSES)}</g>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120" role="img">'
        f"<title>{escape(name)}</title>{''.join(drawing)}</svg>"
    )
