"""Applying, in a real browser: on a phone, in French, in two tabs, offline, without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine, text

from tests.browser.somebody import Somebody
from tests.hiring.samples import odt, plain_pdf

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def cv(tmp_path):
    path = tmp_path / "cv.pdf"
    path.write_bytes(plain_pdf())
    return path


@pytest.fixture
def applications(database_url):
    engine = create_engine(database_url)

    def read() -> list[tuple]:
        with engine.connect() as db:
            rows = db.execute(text("SELECT name, phone, stage FROM application ORDER BY id"))
            return [tuple(row) for row in rows]

    yield read
    engine.dispose()


def link_of(database_url) -> str:
    """Where the mail to the candidate leads."""
    engine = create_engine(database_url)
    with engine.connect() as db:
        words = db.execute(
            text("SELECT text FROM mail WHERE \"to\" = 'nadia@example.com'")
        ).scalar()
    engine.dispose()
    return re.search(r"http://[^/]+(/\S+/\S{43,})\s", words)[1]


def _fits(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_search_to_an_application_on_a_phone_in_french(
    site, browser, cv, tmp_path, applications, database_url
):
    nadia = Somebody(browser, site, viewport=PHONE, locale="fr-FR")
    page = nadia.page
    page.goto("/fr/jobs")
    page.locator("main input[name=q]").first.fill("data")
    page.locator("main input[name=q]").first.press("Enter")
    page.get_by_role("link", name="Data engineer").first.click()
    page.get_by_role("link", name="Postuler").first.click()
    _fits(page)
    bad = tmp_path / "cv.docx"
    bad.write_bytes(odt())
    page.get_by_label("Votre nom").fill("Nadia Benali")
    page.get_by_label("Votre adresse e-mail").fill("nadia@example.com")
    page.get_by_label("Votre numéro de téléphone").fill("06 12 34")
    page.get_by_label("Votre CV").set_input_files(bad)
    page.get_by_role("button", name="Envoyer").last.click()
    expect(page.get_by_role("alert").first).to_contain_text("2 réponses")
    _fits(page)
    page.get_by_label("Votre numéro de téléphone").fill("06 12 34 56 78")
    page.get_by_label("Votre CV").set_input_files(cv)
    page.get_by_role("button", name="Envoyer").last.click()
    expect(page).to_have_url(re.compile(r"/fr/applications/"))
    expect(page.get_by_text("+33 6 12 34 56 78")).to_be_visible()
    _fits(page)
    assert applications() == [("Nadia Benali", "+33612345678", "new")]

    later = Somebody(browser, site, viewport=PHONE, locale="fr-FR")
    later.page.goto(link_of(database_url))
    _fits(later.page)
    later.page.get_by_role("button", name="Ouvrir ma candidature").click()
    expect(later.page).to_have_url(page.url)
    expect(later.page.get_by_text("nadia@example.com").first).to_be_visible()

    page.get_by_role("button", name="Retirer ma candidature").click()
    expect(page.get_by_text("Vous l’avez retirée", exact=False)).to_be_visible()
    page.get_by_text("Effacer mes données").first.click()
    page.get_by_role("button", name="Oui, effacer mes données").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("effacées")
    assert applications() == [("", "", "withdrawn")]
    assert nadia.wrong == [f for f in nadia.wrong if "422" in f]
    assert nadia.foreign == []
    assert nadia.context.cookies() == []


def _fill(page, cv) -> None:
    page.get_by_label("Your name").fill("Nadia Benali")
    page.get_by_label("Your e-mail address").fill("nadia@example.com")
    page.get_by_label("Anything you want to tell us").fill("I like meters.")
    page.get_by_label("Your CV").set_input_files(cv)


def test_two_tabs_going_back_and_a_lost_connection_are_one_application(
    site, browser, cv, applications
):
    nadia = Somebody(browser, site)
    one, address = nadia.page, "/jobs/data-engineer-x/apply"
    one.goto(address)
    _fill(one, cv)
    two = nadia.context.new_page()
    two.goto(address)
    key = one.locator("[name=submission]").input_value()
    expect(two.locator("[name=submission]")).to_have_value(key)
    _fill(two, cv)

    nadia.context.set_offline(True)
    one.get_by_role("button", name="Send my application").last.click()
    expect(one.get_by_text("You are offline.", exact=False)).to_be_visible()
    nadia.context.set_offline(False)
    one.reload()
    expect(one.get_by_label("Anything you want to tell us")).to_have_value("I like meters.")
    expect(one.locator("[name=submission]")).to_have_value(key)
    one.get_by_label("Your CV").set_input_files(cv)
    one.get_by_role("button", name="Send my application").last.click()
    expect(one).to_have_url(re.compile(r"/applications/"))
    two.get_by_role("button", name="Send my application").last.click()
    expect(two).to_have_url(one.url)
    assert len(applications()) == 1

    one.go_back()
    expect(one.locator("[name=submission]")).to_have_value(key)
    if not one.get_by_label("Your name").input_value():
        _fill(one, cv)
    one.get_by_role("button", name="Send my application").last.click()
    expect(one).to_have_url(two.url)
    assert len(applications()) == 1
    assert nadia.foreign == []


def test_without_scripts_a_form_that_is_wrong_keeps_everything(site, browser, cv, applications):
    nadia = Somebody(browser, site, viewport=PHONE, java_script_enabled=False)
    page = nadia.page
    page.goto("/jobs/data-engineer-x/apply")
    _fill(page, cv)
    page.get_by_label("A link").fill("not an address")
    page.get_by_role("button", name="Send my application").last.click()
    expect(page.get_by_text("We have this file already: cv.pdf", exact=False)).to_be_visible()
    expect(page.get_by_label("Anything you want to tell us")).to_have_value("I like meters.")
    page.get_by_label("A link").fill("nadia.example")
    page.get_by_label("A link").press("Enter")
    expect(page).to_have_url(re.compile(r"/applications/"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Save all of it").click()
    assert download.value.suggested_filename.endswith(".zip")
    assert applications() == [("Nadia Benali", "", "new")]
