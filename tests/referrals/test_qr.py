"""QR codes are read by a real decoder."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from referrals.qr import SIZES, logo_picture, modules_of, qr_png, qr_svg
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


LOGO = logo_picture(None, "#d2371f")
WIDE = Image.new("RGB", (400, 90), "#224488")  # as many companies' are: a word
LOGOS = {"without": None, "mark": LOGO, "wide": WIDE}
SHORT = "https://a.io/r/k7PqXw3mRt9a"
LONG = "https://careers." + "a-very-long-name-" * 5 + ".example.com/people/r/k7PqXw3mRt9a"


@pytest.mark.parametrize("address", [SHORT, ADDRESS, LONG], ids=["short", "usual", "long"])
@pytest.mark.parametrize("logo", LOGOS)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_of_png_leads_to_the_link(size, logo, address, tmp_path):
    picture = Image.open(io.BytesIO(qr_png(address, size, LOGOS[logo])))
    assert SIZES[size].pixels <= picture.width < SIZES[size].pixels * 1.25
    if SIZES[size].millimetres:
        across = picture.width / picture.info["dpi"][0] * 25.4
        assert across == pytest.approx(SIZES[size].millimetres, abs=0.1)
    assert read_by_zbar(picture, tmp_path) == address


@pytest.mark.parametrize("size", SIZES)
def test_every_module_is_sharp(size):
    picture = Image.open(io.BytesIO(qr_png(ADDRESS, size)))
    modules, _ = modules_of(ADDRESS)
    assert picture.width % len(modules) == 0
    assert picture.mode == "1"


@pytest.mark.parametrize("address", [SHORT, ADDRESS, LONG], ids=["short", "usual", "long"])
def test_the_svg_leads_to_the_link(address, tmp_path):
    assert read_by_zbar(drawn(qr_svg(address).decode()), tmp_path) == address


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(chromium).exists():
        lacking("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("address", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("logo", LOGOS)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_of_svg_leads_to_the_link_as_a_browser_draws_it(
    size, logo, address, browser, tmp_path
):
    svg = qr_svg(address, size, LOGOS[logo]).decode()
    page = browser.new_page(
        viewport={"width": 800, "height": 800}, device_scale_factor=4
    )  # as fine as print
    page.set_content(f"<body style='margin:0'>{svg}</body>")
    shot = page.locator("svg").screenshot()
    page.close()
    picture = Image.open(io.BytesIO(shot))
    if SIZES[size].millimetres:
        assert picture.width == pytest.approx(SIZES[size].millimetres * 96 / 25.4 * 4, abs=6)
    assert read_by_zbar(picture, tmp_path) == address


@pytest.mark.parametrize("address", [SHORT, ADDRESS, LONG], ids=["short", "usual", "long"])
@pytest.mark.parametrize("logo", LOGOS)
def test_there_are_four_modules_of_quiet_around(logo, address):
    modules, pad = modules_of(address, LOGOS[logo])
    rows = [*modules[:4], *modules[-4:]]
    assert not any(any(row) for row in rows)
    assert not any(any(row[:4]) or any(row[-4:]) for row in modules)
    assert any(modules[4])
    if pad:
        left, top, right, bottom = pad
        assert left + right == top + bottom == len(modules)  # in the very middle
        assert (right - left) * (bottom - top) < 0.07 * (len(modules) - 8) ** 2


@pytest.mark.parametrize("logo", ["mark", "wide"])
def test_a_code_with_a_logo_survives_damage_of_15_percent(logo, tmp_path):
    picture = Image.open(io.BytesIO(qr_png(ADDRESS, "a6", LOGOS[logo]))).convert("L")
    modules, _ = modules_of(ADDRESS, LOGOS[logo])
    module = picture.width // len(modules)
    inside = picture.width - 8 * module
    # A coffee stain from the right edge, between the corner marks: 15 % of the code.
    high = inside - 20 * module
    wide = round(0.15 * inside * inside / high)
    right, top = picture.width - 4 * module, 4 * module + 9 * module
    ImageDraw.Draw(picture).rectangle([right - wide, top, right, top + high], fill=128)
    assert read_by_zbar(picture, tmp_path) == ADDRESS


def test_the_companys_own_logo_stands_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert logo_picture(out.getvalue(), "#d2371f").getpixel((0, 0)) == (255, 255, 255)


# -- their addresses -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("logo", ["0", "1"])
def test_a_links_code_is_served_at_every_size(app, visitor, link, size, logo, tmp_path):
    answer = visitor.get(f"/r/{link.code}.png?size={size}&logo={logo}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    picture = Image.open(io.BytesIO(answer.data))
    base = app.extensions["settings"].base_url
    assert read_by_zbar(picture, tmp_path) == f"{base}/r/{link.code}"
    vector = visitor.get(f"/r/{link.code}.svg?size={size}&logo={logo}")
    assert vector.mimetype == "image/svg+xml"
    assert ("<image" in vector.get_data(as_text=True)) == (logo == "1")


def test_a_code_that_a_browser_has_already_is_not_sent_again(visitor, link):
    first = visitor.get(f"/r/{link.code}.svg")
    again = visitor.get(f"/r/{link.code}.svg", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_code_can_be_saved_under_the_name_of_what_it_leads_to(visitor, link, job):
    answer = visitor.get(f"/r/{link.code}.png?size=a6&save=1")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={job.slug}-a6.png"


@pytest.mark.parametrize("asked", ["nothing1.png", "nothing1.svg"])
def test_there_is_no_code_of_no_link(visitor, asked):
    assert visitor.get(f"/r/{asked}").status_code == 404


@pytest.mark.parametrize("kind", ["png", "svg"])
@pytest.mark.parametrize("size", ["a4", "", "SCREEN", "99999"])
def test_there_is_no_other_size(visitor, link, kind, size):
    assert visitor.get(f"/r/{link.code}.{kind}?size={size}").status_code == 404


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
