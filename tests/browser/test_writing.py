"""Writing for the blog, in a real browser: without a network, after the session, in two tabs, on a
phone, until somebody reads it in French."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from careers.base import prose
from tests.blog.payloads import payloads
from tests.browser.acts import fits
from tests.browser.somebody import Somebody
from tests.cast import Cast

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def _status(page):
    return page.locator("[data-saved]")


def test_an_article_from_the_first_word_to_its_readers(site, browser):
    ada, edith = Somebody(browser, site), Somebody(browser, site)
    page = ada.sign_in(Cast.ENGINEER)
    page.goto("/me/articles")
    page.get_by_role("link", name="Write an article").first.click()
    page.get_by_label("Title").fill("Les horloges mentent")
    page.get_by_label("Language").select_option("fr")
    body = page.get_by_label("Text", exact=True)
    body.fill("Elles dérivent. <script>alert(1)</script>")
    body.select_text()
    body.press("Control+b")
    expect(body).to_have_value("**Elles dérivent. <script>alert(1)</script>**")
    expect(page.locator("[data-seen-body] strong")).to_contain_text("Elles dérivent. <script>")
    expect(_status(page)).to_contain_text("Kept at")
    expect(page).to_have_url(re.compile(r"/me/articles/\w{12}$"))

    ada.context.set_offline(True)
    body.fill("Elles **dérivent**, sans réseau.")
    expect(_status(page)).to_contain_text("stays in this browser")
    ada.context.set_offline(False)
    expect(_status(page)).to_contain_text("Kept at")
    page.reload()
    expect(body).to_have_value("Elles **dérivent**, sans réseau.")

    page.get_by_role("button", name="Hand it to the editors").click()
    expect(page.get_by_text("The editors have it now.")).to_be_visible()
    desk = edith.sign_in(Cast.EDITOR)
    desk.goto("/editing")
    desk.get_by_role("link", name="Les horloges mentent").click()
    desk.get_by_label("What should change").fill("Dites de combien.")
    desk.get_by_role("button", name="Give it back").click()

    page.reload()
    expect(page.get_by_text("Dites de combien.")).to_be_visible()
    body.fill("Elles **dérivent** d’une minute par an.")
    page.get_by_role("button", name="Hand it to the editors").click()
    expect(page.get_by_text("The editors have it now.")).to_be_visible()
    desk.goto("/editing")
    desk.get_by_role("link", name="Les horloges mentent").click()
    desk.get_by_role("button", name="Publish").click()

    reader = Somebody(browser, site, viewport=PHONE, locale="fr-FR")
    reader.page.goto("/fr/blog")
    reader.page.get_by_role("link", name="Les horloges mentent").click()
    expect(reader.page.get_by_text("d’une minute par an")).to_be_visible()
    assert fits(reader.page)
    assert (reader.wrong, reader.foreign) == ([], [])
    assert [line for line in ada.wrong if "ERR_INTERNET_DISCONNECTED" not in line] == []


def test_what_a_tab_or_an_ended_session_could_not_keep_is_not_lost(site, browser):
    ada = Somebody(browser, site, viewport=PHONE)
    page = ada.sign_in(Cast.ENGINEER)
    page.goto("/me/articles/new")
    title, body = page.get_by_label("Title"), page.get_by_label("Text", exact=True)
    title.fill("Two tabs")
    expect(_status(page)).to_contain_text("Kept at")
    assert fits(page)
    other = ada.context.new_page()
    other.goto(page.url)
    other.get_by_label("Text", exact=True).fill("From the other tab")
    expect(_status(other)).to_contain_text("Kept at")
    body.fill("From the first tab")
    conflict = page.locator("[data-conflict]")
    expect(conflict).to_contain_text("From the other tab")
    page.get_by_role("button", name="Keep mine instead").click()
    expect(_status(page)).to_contain_text("Kept at")

    session = ada.context.cookies()
    ada.context.clear_cookies()
    body.fill("Typed after the session had ended")
    expect(_status(page)).to_contain_text("Your session has ended")
    address = page.url
    page.close(run_before_unload=False)
    ada.context.add_cookies(session)
    again = ada.context.new_page()
    again.goto(address)
    expect(again.get_by_label("Text", exact=True)).to_have_value("From the first tab")
    again.get_by_role("button", name="Put it into the form").click()
    expect(_status(again)).to_contain_text("Kept at")
    again.reload()
    expect(again.get_by_label("Text", exact=True)).to_have_value(
        "Typed after the session had ended"
    )
    expect(again.locator("[data-found]")).to_be_hidden()


def test_hostile_texts_run_nothing_in_a_browser_even_without_the_policy(browser):
    """What `prose` makes of every payload, on a page that forbids nothing."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1; }")
    page.goto("about:blank")
    made = []
    for payload in payloads():
        made += [prose.markdown_to_html(payload, lambda code, alt: f'<b title="{alt}">'),
                 prose.safe_html(payload)]  # fmt: skip
    page.evaluate(
        "html => { document.open(); document.write(html); document.close(); }", "".join(made)
    )
    schemes = page.evaluate("[...new Set([...document.links].map((link) => link.protocol))]")
    assert set(schemes) <= {"http:", "https:", "mailto:", "about:", ":"}
    page.mouse.move(200, 200)
    page.mouse.click(200, 200)
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)
    assert page.evaluate("window.hits") == 0
    assert [url for url in asked if not url.startswith(("about:", "data:image/"))] == []
    page.close()
