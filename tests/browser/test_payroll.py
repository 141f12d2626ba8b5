"""A hire is promised a bonus, exported to the payroll, read back from its files and marked paid."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, update

from careers.base import clock
from careers.base.people import Person
from tests.browser.acts import STAGES, fill_in, fits, move, reload_until, send, share_as_code
from tests.browser.somebody import Somebody
from tests.cast import Cast

pytestmark = [
    pytest.mark.browser,
    # What is looked at here is the browser's part; other tests have both databases.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
FORMULA = '=HYPERLINK("https://bad.example";"Ada")'


def saved(page: Page, button: str) -> bytes:
    """The file that `button` saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_bytes()


def test_a_bonus_goes_to_the_payroll_and_back(site, browser, database_url, document):
    engine = create_engine(database_url)
    with engine.begin() as database:  # as the import from HR would write it
        ada_row = Person.email == Cast.ENGINEER
        database.execute(update(Person).where(ada_row).values(name=FORMULA))
    engine.dispose()
    begun = clock.now().date()
    employee, recruiter = Somebody(browser, site), Somebody(browser, site)
    candidate = Somebody(browser, site)
    rosa, ada = recruiter.sign_in(Cast.RECRUITER), employee.sign_in(Cast.ENGINEER)
    rosa.goto("/recruiting/payroll")
    expect(rosa.locator("main")).to_contain_text("Nothing is due")
    rosa.goto("/recruiting/bonuses")
    rosa.get_by_role("link", name="Make a programme").click()
    rosa.get_by_label("What is it called?").fill("+1 colleague")
    rosa.get_by_label("Amount for a hire").fill("1 000,50")
    rosa.get_by_label("First instalment, percent").fill("50")
    rosa.get_by_label("Second instalment, percent").fill("50")
    rosa.get_by_label("Days after the hire").nth(1).fill("90")
    rosa.get_by_label("For applications from").fill("2026-01-01")
    rosa.get_by_label("Above this bonus, two people").fill("5000")
    rosa.get_by_role("button", name="Make the programme").click()
    expect(rosa.get_by_role("status")).to_contain_text("The programme is made")

    candidate.page.goto(share_as_code(ada))
    fill_in(candidate.page, "Nadia Rossi", document)
    send(candidate.page, "that I applied")
    move(rosa, "Nadia Rossi", *STAGES)
    rosa.goto("/recruiting/payroll")
    reload_until(rosa, "€500.25")
    rosa.get_by_role("button", name="Put these into a batch").click()
    expect(rosa.locator("main")).to_contain_text("Not saved yet")
    rows = list(csv.DictReader(io.StringIO(saved(rosa, "Save as CSV").decode("utf-8-sig"))))
    assert len(rows) == 1
    assert rows[0]["Employee"] == f"'{FORMULA}"
    assert rows[0]["Programme"] == "'+1 colleague"
    assert Decimal(rows[0]["Amount"]) == Decimal("500.25")
    assert (rows[0]["Currency"], rows[0]["Instalment"]) == ("EUR", "1 / 2")
    assert begun <= date.fromisoformat(rows[0]["Due since"]) <= clock.now().date()
    assert "Nadia" not in str(rows), "the payroll learns nothing of the candidate"

    sheet = load_workbook(io.BytesIO(saved(rosa, "Save as XLSX"))).active
    head, row = sheet.iter_rows()
    cells = {name.value: cell for name, cell in zip(head, row, strict=True)}
    assert (cells["Employee"].value, cells["Employee"].data_type) == (FORMULA, "s")
    assert (cells["Amount"].value, cells["Export number"].value) == (500.25, 2)
    assert cells["Reference"].value == rows[0]["Reference"]

    rosa.reload()
    expect(rosa.locator("main")).to_contain_text("Saved 2 times so far")
    rosa.get_by_role("button", name="All of it was paid").click()
    expect(rosa.get_by_role("status")).to_contain_text("1 instalment is marked as paid")
    rosa.goto("/recruiting/payroll")
    expect(rosa.locator("main")).to_contain_text("Nothing is due")
    ada.set_viewport_size({"width": 390, "height": 844})
    ada.goto("/me/bonuses")
    expect(ada.locator("main")).to_contain_text("Paid: so says the payroll of")
    expect(ada.locator("main")).to_contain_text("It waits until")
    expect(ada.locator("main")).to_contain_text("Somebody who came through you")
    assert "Nadia" not in ada.content()
    for page in (ada, rosa):
        assert fits(page)

    for somebody in (employee, candidate, recruiter):
        assert somebody.wrong == []
        assert somebody.foreign == []
        somebody.context.close()
