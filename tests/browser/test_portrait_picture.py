"""A portrait on a share card is the one that browsers draw."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from experts.portrait import portrait_svg
from experts.portrait_picture import portrait_picture

pytestmark = pytest.mark.browser
SIZE = 240


def test_a_portrait_in_pixels_looks_as_in_a_browser(browser):
    page = browser.new_page(viewport={"width": SIZE, "height": SIZE})
    seeds = [f"seed {number}" for number in range(40)]  # every hair, collar and pair of glasses
    shown = []
    for seed in seeds:
        page.set_content(f'<body style="margin:0">{portrait_svg("", seed)}</body>')
        shown.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    page.close()
    for seed, there in zip(seeds, shown, strict=True):
        drawn = portrait_picture(seed, SIZE)
        inside = drawn.getchannel("A").point(lambda alpha: 255 if alpha == 255 else 0)
        apart = ImageChops.difference(drawn.convert("RGB"), there)
        assert max(ImageStat.Stat(apart, inside).mean) < 3, seed  # of 255: edges alone
