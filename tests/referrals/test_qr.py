"""QR codes are read by a real decoder."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import pytest
from PIL import Image, ImageDraw

from referrals.qr import qr_png, qr_svg
from tests.conftest import lacking

ADDRESS = "https://careers.lumenne.example/r/k7PqXw3mRt9a"


def read_by_zbar(picture: Image.Image, folder) -> str:
    if shutil.which("zbarimg") is None:
        lacking("zbarimg")
    path = folder / "code.png"
    picture.convert("L").save(path)
    found = subprocess.run(
        ["zbarimg", "--quiet", "--raw", path], capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


@pytest.mark.parametrize("width", [120, 240, 720, 2000])
def test_every_size_of_png_leads_to_the_link(width, tmp_path):
    picture = Image.open(io.BytesIO(qr_png(ADDRESS, width)))
    assert picture.width >= width
    assert read_by_zbar(picture, tmp_path) == ADDRESS


def test_the_svg_leads_to_the_link(tmp_path):
    assert read_by_zbar(drawn(qr_svg(ADDRESS).decode()), tmp_path) == ADDRESS


def drawn(svg: str) -> Image.Image:
    """The picture of a QR code's SVG: one path of squares, `M x,y H… V… H… z`, on white."""
    size = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
    scale = 10
    picture = Image.new("L", (int(size * scale), int(size * scale)), 255)
    pen = ImageDraw.Draw(picture)
    path = re.search(r' d="([^"]+)"', svg)[1]
    for x, y, right, bottom in re.findall(r"M([\d.]+),([\d.]+)H([\d.]+)V([\d.]+)H", path):
        box = [
            float(x) * scale,
            float(y) * scale,
            float(right) * scale - 1,
            float(bottom) * scale - 1,
        ]
        pen.rectangle(box, fill=0)
    return picture


def test_a_code_that_is_partly_damaged_is_still_read(tmp_path):
    picture = Image.open(io.BytesIO(qr_png(ADDRESS))).convert("L")
    middle, spot = picture.width // 2, picture.width // 14
    ImageDraw.Draw(picture).rectangle(
        [middle - spot, middle - spot, middle + spot, middle + spot], fill=255
    )
    assert read_by_zbar(picture, tmp_path) == ADDRESS


def test_the_svg_is_white_behind_and_has_its_quiet_zone():
    svg = qr_svg(ADDRESS).decode()
    assert 'fill="white"' in svg or "fill:#fff" in svg
    first = re.search(r'd="M(\d+)', svg)
    assert first
    assert int(first[1]) >= 4
