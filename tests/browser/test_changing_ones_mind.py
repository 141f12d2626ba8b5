"""A candidate keeps to themself that they applied, shows it later, and hides it again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.acts import fill_in, fits, move, reload_until, send, share_as_code
from tests.browser.somebody import Somebody
from tests.cast import Cast

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
EVERYTHING = "that I applied, and each step"


def test_what_a_referrer_sees_follows_the_candidates_mind(site, browser, document):
    employee, recruiter = Somebody(browser, site), Somebody(browser, site)
    candidate = Somebody(browser, site, **PHONE)
    ada, nadia = employee.sign_in(Cast.ENGINEER), candidate.page
    nadia.goto(share_as_code(ada))
    fill_in(nadia, "Nadia Rossi", document)
    own_page = send(nadia, "nothing")
    rosa = recruiter.sign_in(Cast.RECRUITER)
    move(rosa, "Nadia Rossi", "Being read")
    rosa.get_by_role("link", name="How they came to us").click()
    reload_until(rosa, "all of it")
    receipt = rosa.url.replace("/recruiting/", "/me/")

    def sees(*words: str) -> None:
        """Ada finds `words` beside her links and opens the receipt; without any, neither."""
        ada.goto("/me/links")
        assert ("Nadia" in ada.content()) is bool(words)
        for word in words:
            expect(ada.get_by_role("row").filter(has_text="Nadia Rossi")).to_contain_text(word)
        assert ada.goto(receipt).status == (200 if words else 404)
        ada.goto("/me/bonuses")
        assert "Nadia" not in ada.content()

    def allows(choice: str) -> None:
        nadia.goto(own_page)
        nadia.get_by_label(choice, exact=True).check()
        nadia.get_by_role("button", name="Change what they see").click()
        expect(nadia.get_by_role("status")).to_be_visible()
        expect(nadia.get_by_label(choice, exact=True)).to_be_checked()
        assert fits(nadia)

    sees()
    allows(EVERYTHING)
    sees("being read")
    move(rosa, "Nadia Rossi", "Interviews")
    sees("in interviews")
    allows("that I applied")
    sees("applied on")
    allows("nothing")
    sees()
    nadia.get_by_role("link", name="the receipt").click()  # to the candidate nothing is hidden
    expect(nadia.locator("main")).to_contain_text("Someone opened Ada’s link")
    assert [one["name"] for one in candidate.context.cookies()] == ["entourage"]

    employee.wrong = [said for said in employee.wrong if "404" not in said]
    for somebody in (employee, candidate, recruiter):
        assert somebody.wrong == []
        assert somebody.foreign == []
        somebody.context.close()
