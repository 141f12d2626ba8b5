"""QR codes of share links: to save, to put on slides, to print."""

from __future__ import annotations

import io
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M

from referrals.mark import HIGH, WIDE, draw_mark

QUIET_ZONE = 4  # modules, ISO/IEC 18004
LOGO_PART = 0.05  # of the code's area; H restores 30 % of what is written
LOGO_WIDEST = 0.34  # of the code's width, so that it stays away from the corner marks
MILLIMETRES = 25.4  # in an inch
START = "#6d7380"  # of the mark, as in static/img/mark.svg: it stands on paper and on screens


@dataclass(frozen=True, slots=True)
class Size:
    """How large a code is made, with its quiet zone: at least so many pixels; so wide on paper."""

    pixels: int
    millimetres: int | None  # None: never printed


SIZES = {
    "screen": Size(720, None),
    "badge": Size(354, 30),  # 300 dots an inch, as the next ones
    "a6": Size(591, 50),
    "a3": Size(1654, 140),
}
Modules = list[list[bool]]  # rows from the top, with the quiet zone; True is dark
Box = tuple[int, int, int, int]  # left, top, right, bottom, in modules; right and bottom beyond


def modules_of(address: str, logo: Image.Image | None = None) -> tuple[Modules, Box | None]:
    """The modules of `address`, and the white pad in their middle where `logo` will stand.

    Corrects errors at level M; with a logo, which hides some of it, at level H.
    """
    level = ERROR_CORRECT_H if logo else ERROR_CORRECT_M
    code: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=level, border=QUIET_ZONE)
    code.add_data(address)
    code.make(fit=True)
    modules = [[bool(module) for module in row] for row in code.get_matrix()]
    if logo is None:
        return modules, None
    pad = _pad(len(modules), logo.width / logo.height)
    left, top, right, bottom = pad
    for row in modules[top:bottom]:
        row[left:right] = [False] * (right - left)
    return modules, pad


def _pad(side: int, shape: float) -> Box:
    """The pad for a logo of `shape` (width by height): whole modules, exactly in the middle."""
    code = side - 2 * QUIET_ZONE
    wide = min(code * (LOGO_PART * shape) ** 0.5, code * LOGO_WIDEST)
    high = min(code * (LOGO_PART / shape) ** 0.5, code * LOGO_WIDEST)
    # The side of a code is odd, so only an odd number of modules has its middle there.
    across, down = (max(3, int((length - 1) // 2) * 2 + 1) for length in (wide, high))
    left, top = (side - across) // 2, (side - down) // 2
    return left, top, left + across, top + down


def logo_place(pad: Box, logo: Image.Image) -> tuple[float, float, float, float]:
    """Where `logo` stands on its pad, undistorted, half a module of white around it.

    Left, top, width and height, in modules.
    """
    left, top, right, bottom = pad
    scale = min((right - left - 1) / logo.width, (bottom - top - 1) / logo.height)
    width, height = logo.width * scale, logo.height * scale
    return (left + right - width) / 2, (top + bottom - height) / 2, width, height


def runs(modules: Modules) -> list[Box]:
    """The dark modules as boxes one module high, each as wide as it can be."""
    found = []
    for y, row in enumerate(modules):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                found.append((start, y, x, y + 1))
                start = None
    return found


def qr_svg(address: str, size: str = "screen", logo: Image.Image | None = None) -> bytes:
    """The QR code of `address` as SVG, black on white with its quiet zone, at a size of SIZES."""
    modules, pad = modules_of(address, logo)
    side, wanted = len(modules), SIZES[size]
    width = f"{wanted.millimetres}mm" if wanted.millimetres else f"{wanted.pixels}"
    path = "".join(
        f"M{left},{top}H{right}V{low}H{left}z" for left, top, right, low in runs(modules)
    )
    picture = ""
    if pad is not None and logo is not None:
        x, y, across, down = (round(value, 3) for value in logo_place(pad, logo))
        out = io.BytesIO()
        logo.save(out, "PNG")
        data = b64encode(out.getvalue()).decode()
        picture = (
            f'<image x="{x}" y="{y}" width="{across}" height="{down}" '
            f'href="data:image/png;base64,{data}"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{width}" '
        f'viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="white"/><path d="{path}"/>{picture}</svg>'
    ).encode()


def qr_png(address: str, size: str = "screen", logo: Image.Image | None = None) -> bytes:
    """The QR code of `address` as PNG at a size of SIZES, each module a whole number of pixels.

    So it may be some pixels wider than asked; its dots an inch make it as wide on paper as it
    should be.
    """
    modules, pad = modules_of(address, logo)
    wanted = SIZES[size]
    module = -(-wanted.pixels // len(modules))
    side = module * len(modules)
    small = Image.new("L", (len(modules), len(modules)), 255)
    small.putdata([0 if dark else 255 for row in modules for dark in row])
    made = small.resize((side, side), Image.Resampling.NEAREST)
    if pad is None or logo is None:
        made = made.convert("1")
    else:
        left, top, across, down = (round(value * module) for value in logo_place(pad, logo))
        made = made.convert("RGB")
        fitted = logo.convert("RGBA").resize((across, down), Image.Resampling.LANCZOS)
        made.paste(fitted, (left, top), fitted)
    out = io.BytesIO()
    if wanted.millimetres:
        dots = side / wanted.millimetres * MILLIMETRES
        made.save(out, "PNG", dpi=(dots, dots), optimize=True)
    else:
        made.save(out, "PNG", optimize=True)
    return out.getvalue()


def logo_picture(content: bytes | None, colour: str) -> Image.Image:
    """The company's logo from its PNG, on white; our mark in `colour` when there is none."""
    if content is None:
        return _mark(colour)
    with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
        drawn = picture.convert("RGBA")
    white = Image.new("RGBA", drawn.size, "white")
    return Image.alpha_composite(white, drawn).convert("RGB")


def _mark(colour: str) -> Image.Image:
    """Our mark on white, large enough for the largest code."""
    unit = 10
    picture = Image.new("RGB", (WIDE * unit, HIGH * unit), "white")
    draw_mark(picture, (0, 0), unit, colour, START)
    return picture
