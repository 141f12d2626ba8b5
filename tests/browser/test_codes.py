"""A code on a poster, typed on a phone, becomes an application in its giver's name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from sqlalchemy import create_engine, update

from referrals.models import ShareLink
from referrals.typed_codes import check_digit
from tests.browser.somebody import Somebody
from tests.cast import Cast
from tests.documents import pdf

pytestmark = pytest.mark.browser


STEM = "01V7Q"
TYPED = STEM + check_digit(STEM)  # has every sign that is taken for another


def test_a_code_from_a_table_is_typed_and_counts(site, browser, database_url, tmp_path):
    employee = Somebody(browser, site)
    ada = employee.sign_in(Cast.ENGINEER)
    ada.goto("/me/campaigns")
    ada.get_by_role("link", name="Print something").first.click()
    ada.get_by_label("What is it for?").fill("Job fair Lyon")
    ada.get_by_label("How many posters or tables?").fill("3")
    ada.get_by_label("Where do they lead?").fill("data")
    ada.get_by_role("button", name="Look").click()
    ada.get_by_label("Data engineer").check()
    ada.get_by_role("button", name="Make the links").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Job fair Lyon")
    typed = ada.locator("td code").first.inner_text()
    assert re.fullmatch(r"\w{3} \w{3}", typed)
    engine = create_engine(database_url)
    with engine.begin() as database:
        old = ShareLink.typed_code == typed.replace(" ", "")
        assert database.execute(update(ShareLink).where(old).values(typed_code=TYPED)).rowcount == 1
    engine.dispose()
    ada.reload()
    expect(ada.locator("td code").first).to_have_text(f"01V {TYPED[3:]}")

    ada.get_by_label("Table 2").check()
    ada.get_by_label("As what?").select_option("a6")
    with ada.expect_download() as download:
        ada.get_by_role("button", name="Save the PDF").click()
    assert download.value.suggested_filename == "job-fair-lyon-a6.pdf"
    assert len(PdfReader(download.value.path()).pages) == 1

    candidate = Somebody(browser, site, viewport={"width": 390, "height": 844})
    nadia = candidate.page
    nadia.goto("/")
    nadia.get_by_role("link", name="I have a code").first.click()
    nadia.get_by_label("Your code").fill("K7F2QX")
    nadia.get_by_role("button", name="Show me").click()
    expect(nadia.get_by_role("alert")).to_contain_text("We don't know this code")
    expect(nadia.get_by_label("Your code")).to_have_value("K7F2QX")
    nadia.get_by_label("Your code").fill(f"olu {TYPED[3:]}".lower())
    nadia.get_by_role("button", name="Show me").click()
    expect(nadia.get_by_role("heading", level=1)).to_have_text("Data engineer")
    nadia.get_by_role("link", name="Apply").first.click()
    expect(nadia.locator("main")).to_contain_text("You typed Ada Engel’s code")
    assert candidate.context.cookies() == []
    assert nadia.evaluate("document.documentElement.scrollWidth") <= 390
    candidate.wrong = [said for said in candidate.wrong if "422" not in said]

    # Somebody else finds the job alone, and was told the code in a conversation.
    other = Somebody(browser, site)
    paul = other.page
    document = tmp_path / "CV.pdf"
    document.write_bytes(pdf("Paul Martin"))
    paul.goto("/jobs/data-engineer-x")
    paul.get_by_role("link", name="Apply").first.click()
    paul.get_by_label("Your name").fill("Paul Martin")
    paul.get_by_label("Your e-mail address").fill("paul@mail.example")
    paul.get_by_label("Your CV").set_input_files(document)
    paul.get_by_label("Did somebody give you a code?").fill(f"Oiu-{TYPED[3:].lower()}")
    paul.get_by_role("button", name="Send my application").click()
    expect(paul.get_by_role("alert")).to_contain_text("This code is from Ada Engel")
    paul.get_by_label("nothing").check()
    paul.get_by_role("button", name="Send my application").click()
    expect(paul).to_have_url(re.compile(r"/applications/"))
    expect(paul.locator("main")).to_contain_text("Ada Engel")

    ada.goto("/me/campaigns")
    ada.get_by_role("link", name="Job fair Lyon").click()
    ada.get_by_label("Table 1").check()
    ada.get_by_role("button", name="Change the chosen ones").click()
    ada.get_by_label("Our open jobs").check()
    ada.get_by_role("button", name="Lead there from now on").click()
    expect(ada.get_by_role("status")).to_contain_text("1 link leads to “Our open jobs” now.")
    nadia.goto("/code")
    nadia.get_by_label("Your code").fill(TYPED)
    nadia.get_by_role("button", name="Show me").click()
    expect(nadia).to_have_url(re.compile(r"/jobs\?via="))

    for somebody in (employee, candidate, other):
        assert somebody.wrong == []
        assert somebody.foreign == []
        somebody.context.close()


def test_a_code_can_be_saved_with_the_logo_from_its_page(site, browser):
    employee = Somebody(browser, site, viewport={"width": 360, "height": 780})
    ada = employee.sign_in(Cast.ENGINEER)
    ada.goto("/jobs/data-engineer-x/share")
    ada.get_by_role("button", name="QR code").click()
    ada.get_by_label("Save the QR code").select_option("a3")
    ada.get_by_label("with our logo in the middle").check()
    for button, suffix in (("Save as PNG", ".png"), ("Save as SVG", ".svg")):
        with ada.expect_download() as download:
            ada.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == f"data-engineer-x-a3{suffix}"
        assert Path(download.value.path()).stat().st_size > 2_000
    assert ada.evaluate("document.documentElement.scrollWidth") <= 360
    assert employee.wrong == []
    employee.context.close()
