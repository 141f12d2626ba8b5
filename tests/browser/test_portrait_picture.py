"""A portrait on a share card is the one that browsers draw."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import sync_playwright

from experts.portrait import portrait_svg
from experts.portrait_picture import portrait_picture
from tests.conftest import lacking

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SIZE = 240


def test_a_portrait_in_pixels_looks_as_in_a_browser():
    if not Path(CHROMIUM).exists():
        lacking("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": SIZE, "height": SIZE})
        seeds = [f"seed {number}" for number in range(40)]  # every hair, collar and pair of glasses
        shown = []
        for seed in seeds:
            page.set_content(f'<body style="margin:0">{portrait_svg("", seed)}</body>')
            shown.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        browser.close()
    for seed, there in zip(seeds, shown, strict=True):
        drawn = portrait_picture(seed, SIZE)
        inside = drawn.getchannel("A").point(lambda alpha: 255 if alpha == 255 else 0)
        apart = ImageChops.difference(drawn.convert("RGB"), there)
        assert max(ImageStat.Stat(apart, inside).mean) < 3, seed  # of 255: edges alone
