"""What is printed has a margin on every side, and nothing of it is cut off."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.browser.somebody import Somebody
from tests.cast import Cast
from tests.conftest import lacking

pytestmark = [
    pytest.mark.browser,
    # What is looked at here is the browser's part; other tests have both databases.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
MM = 72 / 25.4  # points
PAGES = ("/recruiting/referrals?period=all", "/recruiting/funnel?period=all", "/recruiting/rule")


def edges(path):
    """How far the words of a PDF are from each edge of their page at least, in millimetres."""
    said = subprocess.run(
        ["pdftotext", "-bbox", path, "-"], check=True, capture_output=True, text=True
    ).stdout
    found = []
    for page in said.split("<page ")[1:]:
        wide, high = map(float, re.search(r'width="([\d.]+)" height="([\d.]+)"', page).groups())
        boxes = re.findall(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">', page)
        for left, top, right, bottom in (map(float, box) for box in boxes):
            found.append((left, top, wide - right, high - bottom))
    return [min(side) / MM for side in zip(*found, strict=True)]


def test_printed_pages_have_margins_and_lose_no_word(site, browser, tmp_path):
    if shutil.which("pdftotext") is None:
        lacking("pdftotext")
    ada, rosa = (Somebody(browser, site).sign_in(who) for who in (Cast.ENGINEER, Cast.RECRUITER))
    ada.goto("/jobs/data-engineer-x/share")
    for page, address in [(rosa, address) for address in PAGES] + [(ada, "/me/links")]:
        page.goto(address)
        for size in ("A4", "Letter"):
            page.pdf(path=tmp_path / "page.pdf", format=size)
            left, top, right, bottom = edges(tmp_path / "page.pdf")
            assert left > 14 and right > 13, (address, size)
            assert top > 12 and bottom > 12, (address, size)
