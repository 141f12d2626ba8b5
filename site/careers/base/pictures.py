"""Pictures that people hand in: looked at before they are unpacked, and made anew as pixels alone.

Whatever a file carries besides what is seen (where and with what it was taken, by whom, a smaller
copy of what was cut away) is left behind: only pixels are copied.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000  # of what is read (ASVS 5.0, 5.2.6)
FORMATS = ("PNG", "JPEG", "WEBP")
WIDTHS = (480, 960, 1600)  # of what is kept; once and twice the column of a phone and of a screen
GROUND = "#fbfaf7"  # behind what is transparent
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

# What browsers are served, best first: name, type, how it is written.
SERVED: Final[dict[str, tuple[str, str, dict[str, object]]]] = {
    "avif": ("image/avif", "AVIF", {"quality": 62, "speed": 7}),
    "webp": ("image/webp", "WEBP", {"quality": 80, "method": 4}),
    "jpg": ("image/jpeg", "JPEG", {"quality": 84, "optimize": True, "progressive": True}),
}


class NotAPicture(ValueError):
    """Refused: `reason` is "large", "pixels", "small", "heic", "kind" or "broken".

    `smallest_side` is how many pixels each side must have.
    """

    def __init__(self, reason: str, smallest_side: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.smallest_side = reason, smallest_side

    def in_words(self) -> str:
        """Why it is refused, and what helps, in the reader's language."""
        words: dict[str, str] = {
            "large": gettext("This file is larger than 10 MB."),
            "pixels": gettext(
                "This picture has more than 25 million pixels. A smaller size is quite enough: "
                "1,600 pixels are the most that we keep."
            ),
            "small": gettext(
                "This picture is too small: at least %(count)s pixels on each side.",
                count=self.smallest_side,
            ),
            "heic": gettext(
                "This is a HEIC photograph, which browsers cannot show. On an iPhone, choose “Most "
                "compatible” in Settings, Camera, Formats; or send the photograph to yourself by "
                "mail, which makes it a JPEG."
            ),
            "kind": gettext("This is not a JPEG, PNG or WebP picture."),
            "broken": gettext("This picture is damaged: it could not be read to its end."),
        }
        return words[self.reason]


def read_picture(content: bytes, smallest_side: int = 1) -> Image.Image:
    """`content` (PNG, JPEG, WebP) upright, in sRGB, without anything but pixels (mode RGB).

    Its size is known before any of it is unpacked. Raises NotAPicture.
    """
    if len(content) > MOST_BYTES:
        raise NotAPicture("large")
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise NotAPicture("heic")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise NotAPicture("pixels") from None
    except UnidentifiedImageError:
        raise NotAPicture("kind") from None
    except Exception:
        raise NotAPicture("broken") from None
    with picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise NotAPicture("pixels")
        if min(picture.size) < smallest_side:
            raise NotAPicture("small", smallest_side)
        try:
            return _pixels(ImageOps.exif_transpose(picture))
        except Exception:  # Pillow raises a dozen kinds for damaged files
            raise NotAPicture("broken") from None


def _pixels(picture: Image.Image) -> Image.Image:
    """A picture of its own with the same pixels, as they look on a usual screen."""
    profile = picture.info.get("icc_profile")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        whole = Image.new("RGB", seen.size, GROUND)
        whole.paste(seen, mask=seen.getchannel("A"))
    else:
        whole = picture.convert("RGB")
        if profile and picture.mode == "RGB":
            whole = _as_srgb(whole, profile)
    clean = Image.new("RGB", whole.size)
    clean.paste(whole)
    return clean


def _as_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Phones photograph in wider colours: without their profile these would look dull."""
    try:
        here = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(picture, here, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return changed or picture


def best_kind(accepted: str) -> str:
    """What a browser that sends this Accept header reads, best first; every browser reads JPEG."""
    return next((kind for kind in SERVED if SERVED[kind][0] in accepted), "jpg")


def written(picture: Image.Image, kind: str) -> bytes:
    """`picture` as a file of one of the kinds that are `SERVED`."""
    _type, format_name, options = SERVED[kind]
    out = io.BytesIO()
    picture.save(out, format_name, **options)
    return out.getvalue()


@dataclass(frozen=True)
class Made:
    """A picture in every size and kind in which it is served; `files` by name: "960.avif"."""

    width: int
    height: int
    files: dict[str, bytes]


def in_sizes(content: bytes, smallest_side: int, widths: Sequence[int] = WIDTHS) -> Made:
    """What is kept of a file, in these `widths`: a second's work. Raises NotAPicture."""
    whole = read_picture(content, smallest_side)
    whole.thumbnail((widths[-1], widths[-1] * 2), Image.Resampling.LANCZOS)
    files: dict[str, bytes] = {}
    for width in widths_of(whole.width, widths):
        height = max(1, round(whole.height * width / whole.width))
        seen = whole.resize((width, height), Image.Resampling.LANCZOS)
        files |= {f"{width}.{kind}": written(seen, kind) for kind in SERVED}
    return Made(whole.width, whole.height, files)


def widths_of(widest: int, widths: Sequence[int] = WIDTHS) -> list[int]:
    """In which of `widths` a picture is kept that has this one: never in a larger one.

    >>> widths_of(1600), widths_of(700), widths_of(300)
    ([480, 960, 1600], [480, 700], [300])
    """
    return [*(width for width in widths if width < widest), widest]
