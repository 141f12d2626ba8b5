"""Three people at once, each in a browser of their own: a share link becomes a hire."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.somebody import Somebody
from tests.cast import Cast
from tests.documents import pdf

pytestmark = pytest.mark.browser


def test_a_share_link_becomes_a_hire_in_three_browsers(site, browser, tmp_path):
    document = tmp_path / "CV Nadia.pdf"
    document.write_bytes(pdf("Nadia Rossi"))
    employee = Somebody(browser, site)
    candidate = Somebody(browser, site, viewport={"width": 390, "height": 844})
    recruiter = Somebody(browser, site)

    ada = employee.sign_in(Cast.ENGINEER)
    ada.goto("/jobs/data-engineer-x")
    ada.get_by_role("link", name="Share").first.click()
    employee.context.route("https://wa.me/**", lambda route: route.fulfill(body="WhatsApp"))
    with employee.context.expect_page():
        ada.get_by_role("button", name="WhatsApp").click()
    ada.get_by_role("link", name="What becomes of your link").click()
    link = ada.locator("code").first.inner_text()
    assert re.fullmatch(rf"{re.escape(site)}/r/\w+", link)
    assert link in ada.locator("blockquote").inner_text()

    nadia = candidate.page
    nadia.goto(link)
    expect(nadia.get_by_role("heading", level=1)).to_have_text("Data engineer")
    nadia.get_by_role("link", name="Apply").first.click()
    expect(nadia.locator("main")).to_contain_text("Ada")
    nadia.get_by_label("Your name").fill("Nadia Rossi")
    nadia.get_by_label("Your e-mail address").fill("nadia@mail.example")
    nadia.get_by_label("Your CV").set_input_files(document)
    nadia.get_by_label("Anything you want to tell us").fill("Hello from a real browser.")
    nadia.get_by_label(re.compile("each step|every step", re.IGNORECASE)).check()
    assert candidate.context.cookies() == []
    nadia.get_by_role("button", name="Send my application").click()
    expect(nadia).to_have_url(re.compile(r"/applications/"))

    rosa = recruiter.sign_in(Cast.RECRUITER)
    rosa.goto("/recruiting/applications")
    rosa.get_by_role("link", name="Nadia Rossi").click()
    with rosa.expect_download() as download:
        rosa.get_by_role("link", name=re.compile("Save the CV")).click()
    assert Path(download.value.path()).read_bytes() == document.read_bytes()
    for stage in ("Being read", "Interviews", "Offer", "Hired"):
        rosa.get_by_role("button", name=stage, exact=True).click()
    rosa.get_by_role("link", name="How they came to us").click()
    expect(rosa.locator("main")).to_contain_text("Ada Engel shared the job (WhatsApp)")
    expect(rosa.locator("main")).to_contain_text("Someone opened Ada’s link")
    expect(rosa.locator("main")).to_contain_text("all of it")

    ada.goto("/me/links")
    expect(ada.locator("main")).to_contain_text("Nadia Rossi")
    expect(ada.locator("main")).to_contain_text("hired")
    ada.get_by_role("link", name="Receipt").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("How Nadia came to us")

    for somebody in (employee, candidate, recruiter):
        assert somebody.wrong == []
        assert somebody.foreign == []
        somebody.context.close()
