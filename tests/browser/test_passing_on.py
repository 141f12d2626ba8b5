"""A link that is passed on twice, by two people with phones, to an application and its receipt."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.somebody import Somebody
from tests.cast import Cast
from tests.documents import pdf

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def passed_on(somebody: Somebody, link: str) -> str:
    """Come by a link, press "Pass it on", and make a link; its address."""
    page = somebody.page
    page.goto(link)
    page.get_by_role("link", name="Pass it on").first.click()
    page.get_by_role("button", name="Make my link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your link to pass on")
    made = page.locator("code").first.inner_text()
    assert made != link
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    return made


def test_a_re_share_of_a_re_share_leads_to_an_application_and_its_receipt(site, browser, tmp_path):
    document = tmp_path / "CV Nadia.pdf"
    document.write_bytes(pdf("Nadia Rossi"))
    employee, recruiter = Somebody(browser, site), Somebody(browser, site)
    tom, uma, candidate = (Somebody(browser, site, viewport=PHONE) for _ in range(3))

    ada = employee.sign_in(Cast.ENGINEER)
    ada.goto("/jobs/data-engineer-x")
    ada.get_by_role("link", name="Share").first.click()
    employee.context.route("https://wa.me/**", lambda route: route.fulfill(body="WhatsApp"))
    with employee.context.expect_page():
        ada.get_by_role("button", name="WhatsApp").click()
    ada.get_by_role("link", name="What becomes of your link").click()
    expect(ada).to_have_url(re.compile(r"/me/links/"))
    link = ada.locator("code").first.inner_text()

    first = passed_on(tom, link)
    tom.page.get_by_text("Say who you are").click()
    tom.page.get_by_label("Your name").fill("Tom Weber")
    tom.page.get_by_label("Your e-mail address").fill("tom@mail.example")
    tom.page.get_by_role("button", name="Send me the mail").click()
    expect(tom.page.locator("main")).to_contain_text("We wrote to you.")
    boss = Somebody(browser, site)
    boss.sign_in(Cast.ADMIN)
    boss.page.goto("/admin/mail")
    letter = boss.page.content()
    tom.page.goto(re.search(r"https?://[^/\s]+(/introductions/[\w-]+)", letter)[1])
    tom.page.get_by_role("button", name="Yes, that was me").click()
    expect(tom.page.get_by_role("heading", level=1)).to_have_text("What you passed on")

    second = passed_on(uma, first)
    nadia = candidate.page
    nadia.goto(second)
    nadia.get_by_role("link", name="Apply").first.click()
    expect(nadia.locator("#came")).to_contain_text(
        "You opened Ada Engel’s link, passed on by 2 people"
    )
    expect(nadia.locator("#came")).to_contain_text("Ada, someone outside would be credited")
    nadia.get_by_label("Your name").fill("Nadia Rossi")
    nadia.get_by_label("Your e-mail address").fill("nadia@mail.example")
    nadia.get_by_label("Your CV").set_input_files(document)
    nadia.get_by_role("button", name="Send my application").click()
    expect(nadia).to_have_url(re.compile(r"/applications/"))

    rosa = recruiter.sign_in(Cast.RECRUITER)
    rosa.goto("/recruiting/applications")
    rosa.get_by_role("link", name="Nadia Rossi").click()
    rosa.get_by_role("link", name="How they came to us").click()
    for _ in range(40):
        if rosa.get_by_role("heading", name="Credit", exact=True).count():
            break
        rosa.wait_for_timeout(500)
        rosa.reload()
    receipt = rosa.locator("main")
    expect(receipt).to_contain_text("Tom Weber, from outside, passed it on")
    expect(receipt).to_contain_text("Someone passed it on")
    expect(receipt).to_contain_text("1/2")

    ada.goto("/me/links")
    expect(ada.locator("main")).to_contain_text("Passed on 2 times:")
    expect(ada.locator("main")).not_to_contain_text(second)
    for somebody in (tom, uma):
        assert somebody.context.cookies() == []
    for somebody in (employee, recruiter, boss, tom, uma, candidate):
        assert somebody.wrong == []
        assert somebody.foreign == []
        somebody.context.close()
