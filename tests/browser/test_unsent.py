"""What is written into a form is never lost, in a real browser: without a network, after the session
has ended, in a closed tab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from careers.base.people import person_by_email
from careers.blog import comments, publishing
from careers.blog.publishing import Text
from experts import questions
from experts.editing import Profile, write_profile
from experts.showing import QUESTIONS, agree
from tests.browser.acts import fits
from tests.browser.somebody import Somebody
from tests.cast import Cast
from tests.showing import opt_in

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
ANSWER = "A minute a day, by a radio clock.\nOver a year."


@pytest.fixture
def article(site, app, database):
    """The address of an article that came back with a comment on a passage."""
    with app.app_context(), database.writing() as db:
        ada, edith = (person_by_email(db, one) for one in (Cast.ENGINEER, Cast.EDITOR))
        made = publishing.start_article(db, ada, Text("Clocks lie", "", "They drift.", "en"))
        publishing.submit(db, ada, made)
        comments.comment_on(db, edith, made, "How much?", "drift")
        publishing.return_article(db, edith, made, made.version, "")
        write_profile(db, ada, Profile(headline="Keeps clocks honest."))
        expert = opt_in(db, ada)
        agree(db, ada, QUESTIONS)
        questions.ask(db, expert, "Is on-call paid?", "Zoé", None, "en")
        db.commit()
        return f"/me/articles/{made.code}"


def test_an_answer_outlives_the_network_the_tab_and_the_session(site, browser, article):
    ada = Somebody(browser, site, viewport=PHONE)
    page = ada.sign_in(Cast.ENGINEER)
    page.goto(article)
    page.locator("#comment-1").get_by_text("Answer", exact=True).click()
    field = page.locator("#comment-1").get_by_label("Your answer")
    ada.context.set_offline(True)
    field.fill(ANSWER)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("No network, so nothing was sent.")).to_be_visible()
    ada.context.set_offline(False)
    page.close(run_before_unload=False)

    page = ada.context.new_page()
    page.goto(article)
    found = page.locator("#comment-1 [data-found]")
    expect(found).to_contain_text("A minute a day, by a radio clock.")
    assert fits(page)
    found.get_by_role("button", name="Put it into the form").click()
    field = page.locator("#comment-1").get_by_label("Your answer")
    expect(field).to_have_value(ANSWER)

    ada.context.clear_cookies()  # the session has ended
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", name="Please sign in first")).to_be_visible()
    expect(page.locator("pre.letter")).to_have_text(ANSWER)
    assert fits(page)
    with ada.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again").click()
    other = opened.value
    other.get_by_label("E-mail").fill(Cast.ENGINEER)
    other.get_by_label("Password").first.fill(Cast.PASSWORD)
    other.locator("main form button").first.click()
    expect(other).not_to_have_url(re.compile(r"/sign-in"))
    page.get_by_role("button", name="Send it once more").click()
    page.get_by_role("button", name="Send it once more").click()
    expect(page.locator("#comment-1")).to_contain_text("Over a year.")
    left = "Object.keys(localStorage).filter((key) => key.startsWith('unsent:'))"
    expect(page.locator("[data-found]:visible")).to_have_count(0)
    assert page.evaluate(left) == []  # the site has it


def test_a_profile_comes_back_with_its_rows_and_a_visitor_s_question_waits_for_a_network(
    site, browser, article
):
    ada, zoe = Somebody(browser, site), Somebody(browser, site, viewport=PHONE)
    page = ada.sign_in(Cast.ENGINEER)
    page.goto("/me/profile")
    page.locator("[name=headline]").fill("Keeps clocks, and time.")
    for number in range(3):
        page.locator(f"[name=networks-{number}-url]").fill(f"https://ada{number}.example/")
    page.locator(".searching input").fill("Clocks, Time")
    page.locator(".searching button").click()
    page.close(run_before_unload=False)
    page = ada.context.new_page()
    page.goto("/me/profile")
    page.get_by_role("button", name="Put it into the form").click()
    expect(page.locator("[name=headline]")).to_have_value("Keeps clocks, and time.")
    expect(page.locator("[name=networks-2-url]")).to_have_value("https://ada2.example/")
    expect(page.locator(".searching").locator("xpath=preceding-sibling::ul")).to_contain_text(
        "Time"
    )
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Kept.", exact=True)).to_be_visible()
    expect(page.locator("[data-found]:visible")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).length") == 0

    asks = zoe.page
    asks.goto("/experts/ada-engel/ask")
    words = asks.locator("textarea[name=words]")
    words.fill("Who winds the clocks?")
    zoe.context.set_offline(True)
    asks.get_by_role("button", name="Ask", exact=True).click()
    expect(asks.get_by_text("No network, so nothing was sent.")).to_be_visible()
    expect(words).to_have_value("Who winds the clocks?")
    zoe.context.set_offline(False)
    asks.get_by_role("button", name="Ask", exact=True).click()
    expect(asks.get_by_text("Thank you for asking")).to_be_visible()
    assert asks.evaluate("localStorage.length + sessionStorage.length") == 0
    assert (ada.wrong, ada.foreign, zoe.wrong, zoe.foreign) == ([], [], [], [])
