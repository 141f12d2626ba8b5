"""People decide about credit: they choose a rule, correct by hand, appeal, look a second time."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, StorageState, expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from careers.base.people import Role, person_by_email
from tests.browser.acts import fill_in, fits, move, reload_until, send, share_as_code
from tests.browser.past import add_past
from tests.browser.somebody import Somebody
from tests.cast import Cast

pytestmark = pytest.mark.browser
PAST = 2_500  # so many that the background goes on with a preview
EVERYTHING = "that I applied, and each step"


def close(*people: Somebody) -> None:
    """Nothing went wrong in their browsers, and nothing was asked of other hosts."""
    for somebody in people:
        assert [said for said in somebody.wrong if "status of 4" not in said] == []
        assert somebody.foreign == []
        somebody.context.close()


def open_receipt(page: Page, name: str) -> str:
    """Open the receipt of `name`, once it is decided; its address."""
    move(page, name)
    page.get_by_role("link", name="How they came to us").click()
    reload_until(page, "Check it yourself")
    return page.url


def test_a_rule_a_correction_an_appeal_and_a_second_look(site, browser, document, database_url):
    add_past(database_url, PAST)
    employee, colleague = Somebody(browser, site), Somebody(browser, site)
    recruiter, second = Somebody(browser, site), Somebody(browser, site)
    ada, carl = employee.sign_in(Cast.ENGINEER), colleague.sign_in(Cast.COLLEAGUE)
    rosa, alma = recruiter.sign_in(Cast.RECRUITER), second.sign_in(Cast.ADMIN)
    link = share_as_code(ada)
    share_as_code(carl)
    code = carl.locator("code", has_text=re.compile(r"^\w{3} \w{3}$")).inner_text()

    def comes(name: str) -> tuple[str, StorageState]:
        """Somebody opens Ada's link, and tells Carl's code; the address of their own page, and what
        their browser remembers."""
        candidate = Somebody(browser, site, viewport={"width": 390, "height": 844})
        page = candidate.page
        page.goto(link)
        fill_in(page, name, document)
        page.locator("summary", has_text="Did somebody give you a code?").click()
        page.get_by_label("Did somebody give you a code?").fill(code)
        page.get_by_role("button", name="Send my application").click()
        expect(page.get_by_role("alert")).to_contain_text("This code is from Carl Bauer")
        own_page, remembered = send(page, EVERYTHING), candidate.context.storage_state()
        close(candidate)
        return own_page, remembered

    comes("Nadia Rossi")
    before = open_receipt(rosa, "Nadia Rossi")
    credit = rosa.locator(".card").filter(has_text="Rule:")
    expect(credit).to_contain_text("Carl Bauer")
    expect(credit).not_to_contain_text("Ada Engel")
    mark = rosa.locator(".fingerprint").inner_text()

    rosa.get_by_role("link", name="Rule of credit").click()
    rosa.get_by_label("The same to every touch").check()
    rosa.get_by_role("button", name="Show who would gain and lose").click()
    expect(rosa.get_by_role("status")).to_contain_text(
        re.compile(r"Deciding [12],\d{3} of 2,501 applications again")
    )
    assert rosa.get_by_role("progressbar").get_attribute("max") == "2501"
    table = rosa.get_by_role("table")
    expect(table).to_be_visible()  # it comes by itself, once all is looked at
    expect(table.get_by_role("row").filter(has_text="Ada Engel")).to_contain_text("+1,250.50")
    expect(table.get_by_role("row").filter(has_text="Carl Bauer")).to_contain_text("−1,250.50")
    expect(rosa.locator("main")).to_contain_text("1 colleague would have gained")
    assert fits(rosa)
    rosa.get_by_label("Why").fill("Everybody who shared has a part in it.")
    rosa.get_by_role("button", name="Choose this rule").click()
    expect(rosa.get_by_role("status")).to_contain_text("From now on this rule holds.")
    expect(rosa.get_by_role("row").nth(1)).to_contain_text("Everybody who shared has a part in it.")

    own_page, remembered = comes("Omar Haddad")
    receipt = open_receipt(rosa, "Omar Haddad")
    for name in ("Ada Engel", "Carl Bauer"):
        expect(credit.get_by_role("listitem").filter(has_text=name)).to_contain_text("1/2")
    rosa.goto(before)
    assert rosa.locator(".fingerprint").inner_text() == mark, "what is decided stays"
    expect(credit).not_to_contain_text("Ada Engel")

    rosa.goto(receipt)
    rosa.get_by_role("link", name="Correct the credit").click()
    rosa.get_by_label("Ada Engel").fill("0")
    rosa.get_by_label("Carl Bauer").fill("1")
    rosa.get_by_label("Why is it corrected?").fill("He had sent us his CV before.")
    rosa.get_by_role("button", name="Correct the credit").click()
    expect(rosa.get_by_role("status")).to_contain_text("The credit is corrected.")

    ada.goto("/me/bonuses")
    expect(ada.locator("main")).to_contain_text("He had sent us his CV before.")
    ada.get_by_role("link", name=re.compile("Appeal.*Omar Haddad")).click()
    ada.get_by_label("What should be seen differently?").fill("I gave him the link in May.")
    ada.get_by_role("button", name="Send the appeal").click()
    expect(ada.get_by_role("status")).to_contain_text("Your appeal is in.")

    rosa.goto("/recruiting/appeals")
    expect(rosa.get_by_role("row").nth(1)).to_contain_text("somebody else decides")
    rosa.get_by_role("link", name="Ada Engel").click()
    expect(rosa.locator("main")).to_contain_text("Somebody else decides this one")
    expect(rosa.get_by_role("button", name="Decide")).to_have_count(0)

    alma.goto("/recruiting/appeals")
    alma.get_by_role("link", name="Ada Engel").click()
    expect(alma.locator("main")).to_contain_text("I gave him the link in May.")
    expect(alma.locator("main")).to_contain_text("He had sent us his CV before.")
    alma.get_by_label("Grant the appeal").check()
    alma.get_by_label("Ada Engel").fill("1/4")
    alma.get_by_label("Carl Bauer").fill("3/4")
    alma.get_by_label("Your reason").fill("Her link came first, as the receipt shows.")
    alma.get_by_role("button", name="Decide").click()
    expect(alma.get_by_role("status")).to_contain_text("Decided. The employee was told.")
    expect(alma.locator("main")).to_contain_text("granted")

    mine = receipt.replace("/recruiting/", "/me/")
    for page, address in ((ada, mine), (carl, mine), (rosa, receipt)):
        page.goto(address)
        expect(page.locator("main")).to_contain_text("Her link came first, as the receipt shows.")
        expect(page.locator("main")).to_contain_text("He had sent us his CV before.")
        expect(page.get_by_role("listitem").filter(has_text="1/4")).to_contain_text("Ada Engel")
    candidate = Somebody(browser, site, storage_state=remembered)
    candidate.page.goto(own_page)
    candidate.page.get_by_role("link", name="the receipt").click()
    expect(candidate.page.locator("main")).to_contain_text("This was corrected by hand since.")
    assert "His CV" not in candidate.page.content()
    ada.goto("/me/bonuses")
    assert ada.get_by_role("link", name="Appeal", exact=True).count() == 0
    close(employee, colleague, recruiter, second, candidate)


def test_two_recruiters_correct_one_credit_at_once(site, browser, document, database_url):
    engine = create_engine(database_url)
    with Session(engine) as db:
        person_by_email(db, Cast.EDITOR).grant(Role.RECRUITER)
        db.commit()
    engine.dispose()
    employee, candidate = Somebody(browser, site), Somebody(browser, site)
    candidate.page.goto(share_as_code(employee.sign_in(Cast.ENGINEER)))
    fill_in(candidate.page, "Nadia Rossi", document)
    send(candidate.page, EVERYTHING)
    recruiter = Somebody(browser, site)
    other = Somebody(browser, site, viewport={"width": 390, "height": 844})
    rosa, edith = recruiter.sign_in(Cast.RECRUITER), other.sign_in(Cast.EDITOR)
    address = open_receipt(rosa, "Nadia Rossi")
    for page, share, why in ((rosa, "1/2", "Carl told her."), (edith, "1/4", "It was our fair.")):
        page.goto(address)
        page.get_by_role("link", name="Correct the credit").click()
        page.get_by_label("Ada Engel").fill(share)
        page.get_by_label("Why is it corrected?").fill(why)
    for page in (rosa, edith):
        page.get_by_role("button", name="Correct the credit").click()
    expect(rosa.get_by_role("status")).to_contain_text("The credit is corrected.")
    told = edith.get_by_role("alert").first
    expect(told).to_contain_text("Rosa Klein corrected this credit meanwhile")
    expect(told).to_contain_text("Ada Engel: 1/2. Reason: Carl told her.")
    expect(edith.get_by_label("Ada Engel")).to_have_value("1/4")
    expect(edith.get_by_label("Why is it corrected?")).to_have_value("It was our fair.")
    assert fits(edith)
    edith.get_by_role("button", name="Correct the credit").click()
    expect(edith.get_by_role("status")).to_contain_text("The credit is corrected.")
    for why in ("Carl told her.", "It was our fair."):
        expect(edith.locator("main")).to_contain_text(why)
    close(employee, candidate, recruiter, other)
