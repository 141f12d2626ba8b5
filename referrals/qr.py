"""QR codes of share links."""

from __future__ import annotations

import io
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage

QUIET_ZONE = 4  # modules, ISO/IEC 18004


def _code(address: str) -> qrcode.QRCode[Any]:
    made: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    made.add_data(address)
    made.make(fit=True)
    return made


def qr_svg(address: str) -> bytes:
    """The QR code of `address` as SVG, black on white with its quiet zone."""
    out = io.BytesIO()
    _code(address).make_image(image_factory=SvgPathFillImage).save(out)
    return out.getvalue()


def qr_png(address: str, width: int = 720) -> bytes:
    """The QR code of `address` as PNG, at least `width` pixels wide, sharp at each module."""
    code = _code(address)
    modules = code.modules_count + 2 * QUIET_ZONE
    code.box_size = -(-width // modules)
    out = io.BytesIO()
    code.make_image().save(out, "PNG")
    return out.getvalue()
