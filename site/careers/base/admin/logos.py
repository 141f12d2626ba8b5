"""A company's logo: whatever picture is handed in becomes one small PNG of our own making."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_SIDE = 400  # pixels of what is kept
MOST_PIXELS = 25_000_000  # of what is read (ASVS 5.0, 5.2.6)
MOST_BYTES = 5 * 1024 * 1024
FORMATS = ("PNG", "JPEG", "WEBP")


class NotALogo(ValueError):
    """Refused: `reason` is "large", "pixels", "kind" or "broken"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def logo(content: bytes) -> bytes:
    """`content` (PNG, JPEG, WebP) as a PNG of at most 400 pixels, without anything but pixels.

    Raises NotALogo.
    """
    if len(content) > MOST_BYTES:
        raise NotALogo("large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise NotALogo("kind") from None
    except Exception:
        raise NotALogo("broken") from None
    with picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise NotALogo("pixels")
        try:
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
        except Exception:  # Pillow raises a dozen kinds for damaged files
            raise NotALogo("broken") from None
    upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    clean = Image.new("RGBA", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()
