"""A link followed as people follow it: from a code on paper, inside an app, without scripts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import read_code
from tests.browser.somebody import Somebody
from tests.cast import Cast

pytestmark = [
    pytest.mark.browser,
    # What is looked at here is the browser's part; tests/referrals has both databases.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
# As tests/referrals/agents/browsers.txt has them; channel seen → agent.
IN_APP = {
    "linkedin": "Mozilla/5.0 (Linux; Android 14; SM-S911B Build/UP1A.231005.007; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/141.0.7390.122 Mobile Safari/537.36 [LinkedInApp]/4.1.1043",
    "facebook": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/518.0.0.52.100;FBBV/758963214;FBDV/iPhone15,2;FBMD/iPhone;"
    "FBSN/iOS;FBSV/18.5;FBSS/3;FBID/phone;FBLC/fr_FR;FBOP/5;FBRV/0]",
    "instagram": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 Instagram 386.0.0.31.81 (iPhone15,2; iOS 18_5; fr_FR; fr; scale=3.00; "
    "1179x2556; 742104123; IABMV/1)",
    "whatsapp": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "WhatsApp/2.2412.54 Chrome/121.0.0.0 Safari/537.36",
}
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def ada(browser, site):
    """Ada, signed in; her browser runs no scripts, so that a channel leads to its link's page."""
    employee = Somebody(browser, site, java_script_enabled=False)
    yield employee.sign_in(Cast.ENGINEER)
    assert employee.wrong == []
    assert employee.foreign == []
    employee.context.close()


def share(page: Page, channel: str) -> str:
    """Have Ada share the job on `channel`; the address of her link, whose page is open then."""
    page.goto("/jobs/data-engineer-x/share")
    page.locator(f'button[name="channel"][value="{channel}"]:not([data-sheet])').click()
    return page.locator("main code", has_text="/r/").first.inner_text()


def follow(somebody: Somebody, link: str) -> None:
    """Follow `link` to the job, and find the page whole and the visit kept in the address alone."""
    page = somebody.page
    page.goto(link)
    landed = urlsplit(page.url)
    code = link.rpartition("/")[2]
    assert landed.path == "/jobs/data-engineer-x"
    assert re.fullmatch(rf"via={code}\.\w+", landed.query)
    expect(page.get_by_role("heading", level=1)).to_have_text("Data engineer")
    expect(page.get_by_role("link", name="Apply").first).to_be_visible()
    assert somebody.context.cookies() == []
    assert somebody.wrong == []
    assert somebody.foreign == []


def wait_until_confirmed(page: Page, links: int) -> None:
    """Open `/me/links` until each of as many links has one confirmed person."""
    for _ in range(60):
        page.goto("/me/links")
        confirmed = page.locator('tbody td[data-label="Confirmed"]').all_inner_texts()
        if confirmed == ["1"] * links:
            return
        page.wait_for_timeout(500)  # clicks are stored every few seconds
    raise AssertionError(confirmed)


def test_inside_an_app_a_link_is_followed_seen_and_told_to_whoever_shared_it(site, browser, ada):
    for channel, agent in IN_APP.items():
        inside = Somebody(browser, site, user_agent=agent, **PHONE)
        with inside.page.expect_response(lambda answer: "/seen/" in answer.url) as seen:
            follow(inside, share(ada, channel))
        assert seen.value.status == 204
        assert inside.page.evaluate("document.documentElement.scrollWidth") <= 390
        inside.context.close()
    wait_until_confirmed(ada, len(IN_APP))
    for channel in IN_APP:
        share(ada, channel)
        expect(ada.locator("main")).to_contain_text("agrees: 1 opening came from there")


def test_a_browser_without_scripts_confirms_by_a_picture(site, browser, ada):
    reader = Somebody(browser, site, java_script_enabled=False)
    with reader.page.expect_response(lambda answer: "/seen/" in answer.url) as seen:
        follow(reader, share(ada, "email"))
    assert seen.value.headers["content-type"] == "image/gif"
    wait_until_confirmed(ada, 1)
    reader.context.close()


@pytest.mark.parametrize("light", ["light", "dark"])
def test_a_code_on_the_screen_is_read_and_followed(site, browser, ada, light, tmp_path):
    ada.emulate_media(color_scheme=light)
    link = share(ada, "qr")
    picture = tmp_path / "code.png"
    code = ada.locator("figure.qr img")
    expect(code).to_have_js_property("complete", True)
    code.screenshot(path=picture)
    read = read_code(picture)
    assert read == link
    passer_by = Somebody(browser, site, **PHONE)
    follow(passer_by, read)
    passer_by.page.get_by_role("link", name="Apply").first.click()
    expect(passer_by.page.locator("main")).to_contain_text("You opened Ada Engel’s link")
    passer_by.context.close()
