"""The board in a real browser: by pointer, by keyboard, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from careers.jobs.models import Job
from tests.browser.somebody import Somebody
from tests.cast import Cast
from tests.hiring.pipeline import applied

pytestmark = pytest.mark.browser


@pytest.fixture
def nadia(site, database_url):
    """Her application's code."""
    engine = create_engine(database_url)
    with Session(engine) as db:
        code = applied(db, db.scalars(select(Job)).one()).code
    engine.dispose()
    return code


def _column(page, words):
    return page.get_by_role("region", name=re.compile(rf"^{words}"))


def test_a_card_is_dragged_and_moved_by_keys_and_declined(site, browser, nadia):
    recruiter = Somebody(browser, site, viewport={"width": 1280, "height": 900})
    rosa = recruiter.sign_in(Cast.RECRUITER)
    rosa.goto("/recruiting/board")
    card = rosa.locator("[data-card]", has=rosa.locator(f"#card-{nadia}"))
    card.drag_to(_column(rosa, "Interviews"))
    expect(_column(rosa, "Interviews").locator(f"#card-{nadia}")).to_be_visible()
    expect(rosa.get_by_role("status")).to_contain_text("Moved to: Interviews.")
    expect(card.get_by_role("link", name="Nadia Benali")).to_be_focused()
    rosa.keyboard.press("Shift+ArrowRight")
    expect(_column(rosa, "Offer").locator(f"#card-{nadia}")).to_be_visible()
    rosa.keyboard.press("Shift+ArrowLeft")
    expect(_column(rosa, "Interviews").locator(f"#card-{nadia}")).to_be_visible()
    rosa.locator("[data-board]").evaluate("board => (board.scrollLeft = board.scrollWidth)")
    card.drag_to(_column(rosa, "Declined"))
    expect(rosa).to_have_url(re.compile(r"decline=1#decline$"))
    rosa.locator("#decline").get_by_label("Why").select_option("skills")
    rosa.locator("#decline").get_by_label("In words").fill("No SQL")
    rosa.get_by_role("button", name="Decline").click()
    expect(rosa.locator("#so-far")).to_contain_text("Skills that the job needs. No SQL")
    assert recruiter.wrong == []
    assert recruiter.foreign == []
    recruiter.context.close()


def test_a_phone_without_scripts_moves_by_a_form(site, browser, nadia):
    recruiter = Somebody(
        browser, site, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    rosa = recruiter.sign_in(Cast.RECRUITER)
    rosa.goto("/recruiting/board")
    card = rosa.locator("[data-card]", has=rosa.locator(f"#card-{nadia}"))
    card.get_by_text("Move").click()
    card.get_by_role("button", name="Being read").click()
    expect(_column(rosa, "Being read").locator(f"#card-{nadia}")).to_be_visible()
    expect(rosa.get_by_text("Drag a card")).to_be_hidden()
    recruiter.context.close()


def test_what_a_finger_can_t_do_isn_t_offered(site, browser, nadia):
    recruiter = Somebody(
        browser, site, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    rosa = recruiter.sign_in(Cast.RECRUITER)
    rosa.goto("/recruiting/board")
    expect(rosa.locator(f"#card-{nadia}")).to_be_visible()
    expect(rosa.get_by_text("Drag a card")).to_be_hidden()
    recruiter.context.close()


def test_all_of_a_page_is_picked_moved_and_put_back(site, browser, nadia, database_url):
    engine = create_engine(database_url)
    with Session(engine) as db:
        applied(db, db.scalars(select(Job)).one(), "Bob Martin")
    engine.dispose()
    recruiter = Somebody(browser, site, viewport={"width": 1280, "height": 700})
    rosa = recruiter.sign_in(Cast.RECRUITER)
    rosa.goto("/recruiting/applications")
    rosa.get_by_label("Pick all on this page").check()
    acts = rosa.get_by_role("group", name="With what is picked")
    expect(acts.get_by_role("heading")).to_have_text("With what is picked 2")
    rosa.get_by_label("Pick Bob Martin").uncheck()
    expect(acts.get_by_role("heading")).to_have_text("With what is picked 1")
    expect(acts).to_be_in_viewport(ratio=1)  # wherever in the list one is
    rosa.get_by_label("Pick all on this page").check()
    acts.get_by_label("Move to").select_option("interview")
    acts.get_by_role("button", name="Move").click()
    expect(rosa.get_by_role("heading", level=1)).to_have_text("2 moved to “Interviews”")
    rosa.get_by_role("button", name="Undo all of it").click()
    expect(rosa.get_by_role("status")).to_contain_text("2 are as they were.")
    assert recruiter.wrong == []
    recruiter.context.close()
