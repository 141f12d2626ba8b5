"""CVs of the demo's candidates: one page each, drawn with the site's own fonts."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

from careers.base.files import folder

WIDTH, HEIGHT, MARGIN = 1240, 1754, 130  # A4 at 150 dots an inch
INK, MUTED, THREAD = "#17191e", "#5b616e", "#d2371f"


def cv(name: str, headline: str, email: str, experience: list[str], skills: list[str]) -> bytes:
    """A CV as PDF."""
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(page)
    fonts = folder("static") / "fonts"
    title, text = (
        fonts / f"{family}-normal.woff2"
        for family in ("bricolage-grotesque-latin-standard", "instrument-sans-latin-wght")
    )
    y = MARGIN
    pen.text((MARGIN, y), name, INK, ImageFont.truetype(title, 64))
    pen.text((MARGIN, y + 84), headline, MUTED, ImageFont.truetype(text, 30))
    pen.text((MARGIN, y + 128), email, MUTED, ImageFont.truetype(text, 26))
    y += 230
    pen.line((MARGIN, y, WIDTH - MARGIN, y), THREAD, 4)
    body = ImageFont.truetype(text, 28)
    for line in [*experience, "", *skills]:
        for part in _wrapped(pen, line, body):
            y += 46
            pen.text((MARGIN, y), part, INK, body)
        y += 14
    out = io.BytesIO()
    page.save(out, "PDF", resolution=150)
    return out.getvalue()


def _wrapped(pen: ImageDraw.ImageDraw, line: str, font: ImageFont.FreeTypeFont) -> list[str]:
    rows = [""]
    for word in line.split():
        longer = f"{rows[-1]} {word}".strip()
        if pen.textlength(longer, font) > WIDTH - 2 * MARGIN:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows
