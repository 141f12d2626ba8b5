"""Our mark in pixels, on cards and in codes: a thread from one person to another."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

from experts.portrait_picture import curve

WIDE, HIGH = 30, 26  # as the SVG in templates/base.html
OVER = 3  # drawn that many times larger, then reduced: smooth edges


def draw_mark(
    picture: Image.Image, at: tuple[int, int], unit: float, colour: str, start: str
) -> None:
    """Draw the mark into `picture`, its top left corner `at`, in `unit` pixels of one of the SVG.

    The thread and who is at its end have the `colour` (`#rrggbb`), who is at its `start` another.
    """
    thread, point = _masks(unit)
    picture.paste(colour, at, thread)
    picture.paste(start, at, point)


@lru_cache(maxsize=2)
def _masks(unit: float) -> tuple[Image.Image, Image.Image]:
    """The thread with its end, and its start."""
    scale = unit * OVER
    size = (round((WIDE + 1) * unit) * OVER, round((HIGH + 1) * unit) * OVER)
    thread, point = Image.new("L", size), Image.new("L", size)
    pen = ImageDraw.Draw(thread)
    line = [(6, 20), *curve((6, 20), (14, 20), (12, 8), (22, 7))]
    pen.line([(x * scale, y * scale) for x, y in line], 255, round(2.6 * scale), joint="curve")
    pen.circle((24 * scale, 6 * scale), 6 * scale, 255)
    ImageDraw.Draw(point).circle((6 * scale, 20 * scale), 5 * scale, 255)
    return thread.reduce(OVER), point.reduce(OVER)
