"""Editing in a real browser: comments on passages, a second author, an address that moved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from careers.base.people import person_by_email
from experts.models import Expert
from tests.browser.acts import fits
from tests.browser.somebody import Somebody
from tests.cast import Cast

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
BODY = "Every clock in our house was wrong.\n\nThey **drift** a minute a day.\n\nNobody looked."
SELECT = """words => {
  const text = document.querySelector("[data-passages]");
  const range = document.createRange();
  const walk = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.data.indexOf(words);
    if (at < 0) continue;
    range.setStart(walk.currentNode, at);
    range.setEnd(walk.currentNode, at + words.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
}"""


def _hand_in(page, title: str) -> str:
    page.goto("/me/articles/new")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Text", exact=True).fill(BODY)
    page.get_by_role("button", name="Hand it to the editors").click()
    expect(page.get_by_text("The editors have it now.")).to_be_visible()
    return re.search(r"/me/articles/\w{12}", page.url)[0]


@pytest.fixture
def carl_is_shown(site, database_url):
    engine = create_engine(database_url)
    with Session(engine) as db:
        carl = person_by_email(db, Cast.COLLEAGUE)
        carl.page = "carl-bauer"
        db.add(Expert(person=carl, slug="carl-bauer", state="shown", headline="Counts."))
        db.commit()
    engine.dispose()


def test_a_first_article_is_commented_on_shared_by_two_published_and_moved(
    site, browser, carl_is_shown
):
    ada, edith = Somebody(browser, site, viewport=PHONE), Somebody(browser, site)
    carl = Somebody(browser, site, viewport=PHONE, locale="fr-FR")
    page, desk = ada.sign_in(Cast.ENGINEER), edith.sign_in(Cast.EDITOR)
    own = _hand_in(page, "Clocks lie")

    desk.goto(own.replace("/me/", "/editing/"))
    desk.evaluate(SELECT, "a minute a da")
    expect(desk.get_by_label("The words you mean")).to_have_value("a minute a da")
    desk.get_by_role("link", name="Comment on these words").click()
    desk.get_by_label("Your comment").fill("How did you measure it?")
    desk.get_by_role("button", name="Keep this comment").click()
    expect(desk.locator("mark.passage").first).to_have_text("a minute a day")  # whole words
    desk.get_by_role("button", name="Give it back").click()

    page.goto(own)
    said = page.locator("#comment-1")
    expect(said).to_contain_text("How did you measure it?")
    expect(page.locator("[data-seen-body] mark.passage")).to_have_text("a minute a day")
    assert fits(page)
    said.get_by_text("Answer", exact=True).click()
    said.get_by_label("Your answer").fill("With a radio clock.")
    said.get_by_role("button", name="Send it").click()
    expect(page.locator("#comment-1")).to_contain_text("With a radio clock.")
    page.get_by_label("Text", exact=True).fill(BODY.replace("minute a day", "second a day"))
    expect(page.locator("[data-saved]")).to_contain_text("Kept at")
    page.reload()
    expect(page.locator("#comment-1")).to_contain_text("This passage was changed.")
    page.locator("#comment-1").get_by_role("button", name="Done").click()
    expect(page.get_by_text("You have done all of them.")).to_be_visible()

    his = carl.sign_in(Cast.COLLEAGUE)
    page.goto(f"{own}/authors")
    page.get_by_label("Their name").fill("carl bauer")
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_text("has not answered yet")).to_be_visible()
    assert fits(page)
    his.goto("/fr/me/articles")
    his.get_by_role("link", name="Le lire et décider").click()
    expect(his.get_by_text("They drift a second a day.")).to_be_visible()
    assert fits(his)
    his.get_by_role("button", name="Oui, nommez-moi aussi").click()
    his.get_by_role("button", name="Confier à la rédaction").click()

    desk.goto(own.replace("/me/", "/editing/"))
    expect(desk.get_by_text("With a radio clock.")).to_be_attached()
    desk.get_by_role("button", name="Publish", exact=True).click()
    desk.goto(own.replace("/me/", "/editing/"))
    desk.get_by_text("Another address").click()
    desk.get_by_label("The last part of its address").fill("Clocks, again")
    desk.get_by_role("button", name="Move it there").click()
    expect(desk.get_by_text("It is at its new address.")).to_be_visible()

    reader = Somebody(browser, site, viewport=PHONE)
    reader.page.goto("/blog/clocks-lie")
    expect(reader.page).to_have_url(re.compile(r"/blog/clocks-again$"))
    expect(reader.page.locator(".p-author")).to_have_text(["Ada Engel", re.compile("Carl Bauer")])
    assert fits(reader.page)
    for somebody in (ada, edith, carl, reader):
        assert (somebody.wrong, somebody.foreign) == ([], [])


def test_comments_need_no_script(site, browser):
    ada, edith = (
        Somebody(browser, site, java_script_enabled=False, viewport=PHONE) for _ in range(2)
    )
    page, desk = ada.sign_in(Cast.ENGINEER), edith.sign_in(Cast.EDITOR)
    own = _hand_in(page, "Clocks lie")
    desk.goto(own.replace("/me/", "/editing/"))
    desk.get_by_label("Paragraph").select_option("They drift a minute a day.")
    desk.get_by_label("Your comment").fill("How much?")
    desk.get_by_role("button", name="Keep this comment").click()
    expect(desk.locator("#comment-1")).to_contain_text("How much?")
    desk.get_by_role("button", name="Give it back").click()
    page.goto(own)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("You have done all of them.")).to_be_visible()
