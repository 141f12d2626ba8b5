"""A poster brings three people: one scans it, one types its code, one tells the code in the form.

Each is hired, and each receipt says how they came.
"""

from __future__ import annotations

import shutil
import subprocess

import pytest
from playwright.sync_api import expect

from tests.browser.acts import STAGES, fill_in, fits, move, read_code, reload_until, send
from tests.browser.somebody import Somebody
from tests.cast import Cast
from tests.conftest import lacking

pytestmark = [
    pytest.mark.browser,
    # What is looked at here is the browser's part; other tests have both databases.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_a_printed_poster_brings_three_who_are_hired(site, browser, document, tmp_path):
    if shutil.which("pdftoppm") is None:
        lacking("pdftoppm")
    employee, recruiter = Somebody(browser, site), Somebody(browser, site)
    ada = employee.sign_in(Cast.ENGINEER)
    ada.goto("/me/campaigns/new")
    ada.get_by_label("What is it for?").fill("Meetup")
    ada.get_by_label("How many posters or tables?").fill("1")
    ada.get_by_label("Where do they lead?").fill("data")
    ada.get_by_role("button", name="Look").click()
    ada.get_by_label("Data engineer").check()
    ada.get_by_role("button", name="Make the links").click()
    typed = ada.locator("td code").first.inner_text()
    with ada.expect_download() as download:
        ada.get_by_role("button", name="Save the PDF").click()
    subprocess.run(
        ["pdftoppm", "-r", "100", "-png", "-singlefile", download.value.path(), tmp_path / "sheet"],
        check=True,
    )

    came = [Somebody(browser, site, **PHONE) for _ in range(3)]
    nadia, omar, paul = (somebody.page for somebody in came)
    nadia.goto(read_code(tmp_path / "sheet.png"))
    fill_in(nadia, "Nadia Rossi", document)
    expect(nadia.locator("main")).to_contain_text("You opened Ada Engel’s link")
    send(nadia, "that I applied, and each step")

    omar.goto("/code")
    omar.get_by_label("Your code").fill(typed.lower())
    omar.get_by_role("button", name="Show me").click()
    fill_in(omar, "Omar Haddad", document)
    expect(omar.locator("main")).to_contain_text("You typed Ada Engel’s code")
    send(omar, "that I applied, and each step")

    paul.goto("/jobs/data-engineer-x")
    fill_in(paul, "Paul Martin", document)
    paul.get_by_label("Did somebody give you a code?").fill(typed)
    paul.get_by_role("button", name="Send my application").click()
    expect(paul.get_by_role("alert")).to_contain_text("This code is from Ada Engel")
    send(paul, "that I applied, and each step")

    rosa = recruiter.sign_in(Cast.RECRUITER)
    for page, name, how in (
        (nadia, "Nadia Rossi", "Someone opened Ada’s link"),
        (omar, "Omar Haddad", "Someone came with the code of Ada’s link"),
        (paul, "Paul Martin", "Someone came with the code of Ada’s link"),
    ):
        move(rosa, name, *STAGES)
        rosa.get_by_role("link", name="How they came to us").click()
        reload_until(rosa, "all of it")
        page.reload()
        page.get_by_role("link", name="the receipt").click()
        ada.goto("/me/links")
        row = ada.get_by_role("row").filter(has_text=name)
        expect(row).to_contain_text("hired")
        row.get_by_role("link", name="Receipt").click()
        for reader in (rosa, page, ada):
            expect(reader.locator("main")).to_contain_text(how)
            expect(reader.locator("main")).to_contain_text(f"{name} was hired")
            assert fits(reader)
    prints = {reader.locator(".fingerprint").inner_text() for reader in (rosa, paul, ada)}
    assert len(prints) == 1

    for somebody in (employee, recruiter, *came):
        assert somebody.wrong == []
        assert somebody.foreign == []
        somebody.context.close()
