"""A PDF of pictures, lines and boxes, written page by page: it is never in memory as a whole.

PDF 1.7 (ISO 32000-1). Lengths are millimetres from the top left corner of the page. Words are
pictures, drawn with the site's fonts; what many pages have in common is in the file once.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from typing import BinaryIO

from PIL import Image

POINTS = 72 / 25.4  # in a millimetre
CATALOGUE, PAGES, INFO = 1, 2, 3


class Paper:
    """One PDF on its way into a file."""

    def __init__(self, out: BinaryIO, title: str, language: str) -> None:
        """Writes into `out` at once; `finish` makes it whole."""
        self._out = out
        self._title, self._language = title, language
        self._at = 0
        self._offsets = {CATALOGUE: 0, PAGES: 0, INFO: 0}
        self._pages: list[int] = []
        self._pictures: dict[tuple[object, ...], int] = {}
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._marks: list[str] = []
        self._used: set[int] = set()

    def begin_page(self) -> None:
        """Begin a page; what is drawn until `end_page` stands on it."""
        self._marks, self._used = [], set()

    def end_page(self, width: float, height: float) -> None:
        """Write the page, of this size."""
        turn = f"{POINTS:.5f} 0 0 {-POINTS:.5f} 0 {height * POINTS:.3f} cm"
        content = zlib.compress("\n".join([turn, *self._marks]).encode())
        drawn = self._stream("/Filter /FlateDecode", content)
        pictures = " ".join(f"/P{number} {number} 0 R" for number in sorted(self._used))
        self._pages.append(
            self._object(
                f"<< /Type /Page /Parent {PAGES} 0 R /Contents {drawn} 0 R "
                f"/MediaBox [0 0 {width * POINTS:.3f} {height * POINTS:.3f}] "
                f"/Resources << /XObject << {pictures} >> >> >>".encode()
            )
        )

    def finish(self) -> None:
        """Write what readers look for at the end of the file."""
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        self._object(f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>".encode(), PAGES)
        self._object(
            f"<< /Type /Catalog /Pages {PAGES} 0 R /Lang ({self._language}) "
            "/ViewerPreferences << /DisplayDocTitle true >> >>".encode(),
            CATALOGUE,
        )
        title = self._title.encode("utf-16-be").hex()
        self._object(f"<< /Title <FEFF{title}> /Producer (Entourage) >>".encode(), INFO)
        start, count = self._at, len(self._offsets) + 1
        rows = "".join(f"{self._offsets[number]:010} 00000 n \n" for number in range(1, count))
        self._write(
            f"xref\n0 {count}\n0000000000 65535 f \n{rows}trailer\n<< /Size {count} "
            f"/Root {CATALOGUE} 0 R /Info {INFO} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
        )

    # -- drawing -----------------------------------------------------------------------------

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled box."""
        self._marks.append(f"{_colour(colour)} rg {x:.3f} {y:.3f} {width:.3f} {height:.3f} re f")

    def boxes(self, boxes: Iterable[tuple[float, float, float, float]], colour: str) -> None:
        """Many filled boxes (left, top, width, height) as one shape, without seams."""
        path = " ".join(f"{x:.3f} {y:.3f} {w:.3f} {h:.3f} re" for x, y, w, h in boxes)
        self._marks.append(f"{_colour(colour)} rg {path} f")

    def circle(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle around a point."""
        # A line of no length with round ends: ISO 32000-1, 8.5.3.2.
        self.line([(x, y), (x, y)], 2 * radius, colour)

    def line(
        self, points: Iterable[tuple[float, float]], width: float, colour: str, dashed: bool = False
    ) -> None:
        """A line: from the first point, then by curves of three points each, else straight."""
        (x, y), *rest = points
        path = f"{x:.3f} {y:.3f} m "
        if len(rest) % 3 == 0:
            for at in range(0, len(rest), 3):
                path += " ".join(f"{x:.3f} {y:.3f}" for x, y in rest[at : at + 3]) + " c "
        else:
            path += " ".join(f"{x:.3f} {y:.3f} l" for x, y in rest)
        dashes = "[1 1] 0 d" if dashed else "[] 0 d"
        self._marks.append(f"{_colour(colour)} RG {width:.3f} w 1 J {dashes} {path} S")

    def picture(
        self,
        key: tuple[object, ...],
        draw: Callable[[], Image.Image],
        place: tuple[float, float, float, float],
        ink: str = "#000000",
        ground: str = "#ffffff",
    ) -> None:
        """A picture at `place` (left, top, width, height).

        `draw` is asked only when nothing was drawn under this `key` before. A grey picture (mode L)
        says how much of `ink` covers `ground`, and nothing is seen where there is none; others have
        colours of their own.
        """
        number = self._pictures.get(key)
        if number is None:
            number = self._pictures[key] = self._picture(draw(), ink, ground)
        self._used.add(number)
        x, y, width, height = place
        self._marks.append(
            f"q {width:.3f} 0 0 {-height:.3f} {x:.3f} {y + height:.3f} cm /P{number} Do Q"
        )

    def _picture(self, picture: Image.Image, ink: str, ground: str) -> int:
        space = "/DeviceRGB"
        if picture.mode == "L":
            one, other = _rgb(ground), _rgb(ink)
            shades = (
                round(low + (high - low) * step / 255)
                for step in range(256)
                for low, high in zip(one, other, strict=True)
            )
            space = f"[/Indexed /DeviceRGB 255 <{bytes(shades).hex()}>] /Mask [0 0]"
        elif picture.mode != "RGB":
            picture = picture.convert("RGB")
        return self._stream(
            f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} "
            f"/ColorSpace {space} /BitsPerComponent 8 /Filter /FlateDecode",
            zlib.compress(picture.tobytes()),
        )

    # -- the file ----------------------------------------------------------------------------

    def _stream(self, entries: str, content: bytes) -> int:
        head = f"<< {entries} /Length {len(content)} >>\nstream\n".encode()
        return self._object(head + content + b"\nendstream")

    def _object(self, body: bytes, number: int | None = None) -> int:
        number = number or len(self._offsets) + 1
        self._offsets[number] = self._at
        self._write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
        return number

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._at += len(content)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _colour(colour: str) -> str:
    return " ".join(f"{value / 255:.4f}" for value in _rgb(colour))
