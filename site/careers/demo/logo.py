"""The demo company's logo, drawn here: one period of alternating current, measured at its end."""

from __future__ import annotations

import io
from math import pi, sin

from PIL import Image, ImageDraw

from careers.base.admin.logos import LARGEST_SIDE, logo

OVER = 3  # drawn that many times larger, then reduced: smooth edges


def demo_logo(colour: str) -> bytes:
    """The logo in `colour` (`#rrggbb`), kept as one that an administrator hands in."""
    side = LARGEST_SIDE * OVER
    picture = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((0, 0, side - 1, side - 1), colour)
    current = [
        ((0.2 + 0.54 * part / 100) * side, (0.5 - 0.2 * sin(part * pi / 50)) * side)
        for part in range(101)
    ]
    for x, y in current:  # round ends and bends
        pen.circle((x, y), 0.045 * side, "#ffffff")
    pen.line(current, "#ffffff", round(0.09 * side), joint="curve")
    pen.circle(current[-1], 0.105 * side, "#ffffff")
    out = io.BytesIO()
    picture.reduce(OVER).save(out, "PNG")
    return logo(out.getvalue())
