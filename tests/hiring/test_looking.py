"""The list and the board: filters, pages that say how many, and no more queries for more rows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from careers.base import clock
from careers.base.people import person_by_email
from careers.hiring.pipeline import joining, letters, queries, rating
from careers.hiring.pipeline.notes import add_note
from tests.cast import Cast
from tests.hiring.pipeline import address, applied
from tests.jobs.samples import open_job

NAMES = re.compile(r'<td><a href="/recruiting/applications/\w+">([^<]+)</a>')


@pytest.fixture
def browser(visit_as):
    return visit_as(Cast.RECRUITER)


def _names(browser, query=""):
    return NAMES.findall(browser.get(f"/recruiting/applications{query}").get_data(as_text=True))


def test_filters_find_what_they_say(browser, db):
    job, now = open_job(db), clock.now()
    rosa = person_by_email(db, Cast.RECRUITER)
    applied(db, job, "Ann", source="referral", recruiter_id=rosa.id, message="Élan vital 100%")
    applied(db, job, "Ben", source="inspiration", stage="offer",
            stage_since=now - timedelta(days=8))  # fmt: skip
    applied(db, job, "Cleo", stage="hired", stage_since=now - timedelta(days=40))
    applied(db, job, "Dan", stage_since=now - timedelta(days=31))
    for query, names in {
        "?source=referral": ["Ann"],
        "?source=inspiration": ["Ben"],
        "?source=unknown": ["Dan", "Cleo"],
        "?source=nonsense": ["Dan", "Cleo", "Ben", "Ann"],
        f"?recruiter={rosa.code}": ["Ann"],
        "?recruiter=nobody": ["Dan", "Cleo", "Ben"],
        "?recruiter=nonsense": [],
        "?waiting=7": ["Dan", "Ben"],  # the longest first; whoever is hired waits no more
        "?waiting=30": ["Dan"],
        "?waiting=8": ["Dan", "Cleo", "Ben", "Ann"],
        "?q=vital+100%25": ["Ann"],
        "?q=BEN@": ["Ben"],
        "?q=example+ben": ["Ben"],  # every word, wherever it stands
        "?q=vital+ann": ["Ann"],
        "?q=vital+ben": [],
        "?q=_": [],
        "?waiting=7&stage=offer&source=inspiration": ["Ben"],
    }.items():
        assert _names(browser, query) == names, query
    board = browser.get("/recruiting/board?source=referral").get_data(as_text=True)
    assert "Ann" in board
    assert "Dan" not in board


def test_a_page_says_which_of_how_many(browser, db):
    job = open_job(db)
    for number in range(53):
        applied(db, job, f"Person {number}")
    first = browser.get("/recruiting/applications").get_data(as_text=True)
    assert "1 to 50 of 53" in first
    second = browser.get("/recruiting/applications?page=2").get_data(as_text=True)
    assert "51 to 53 of 53" in second
    board = browser.get("/recruiting/board").get_data(as_text=True)
    assert "53 applications." in board
    assert f"{53 - queries.CARDS} more in the list" in board
    assert board.count("data-card") == queries.CARDS


def test_an_empty_board_says_what_to_do(browser, db):
    assert "Nobody has applied yet" in browser.get("/recruiting/board").get_data(as_text=True)
    applied(db, open_job(db))
    found = browser.get("/recruiting/board?q=nobody").get_data(as_text=True)
    assert "No application answers this" in found


def _queries(database, browser, path):
    counted = []

    def count(*of):
        counted.append(of[2])

    event.listen(database.engine, "before_cursor_execute", count)
    assert browser.get(path).status_code == 200
    event.remove(database.engine, "before_cursor_execute", count)
    return sum("SELECT" in statement for statement in counted)


@pytest.mark.usefixtures("still")
def test_more_of_anything_takes_no_more_queries(browser, database, db):
    job, rosa = open_job(db), person_by_email(db, Cast.RECRUITER)
    one = applied(db, job)
    rating.set_criteria(db, None, [], ["Craft", "Luck"], rosa)
    pages = ("/recruiting/board", "/recruiting/applications", address(one))

    def more(number):
        for person in (rosa, person_by_email(db, Cast.EDITOR)):
            add_note(db, one, person, "Fine")
            criteria = rating.own_criteria(db, None)
            rating.rate(db, one, person, {c.id: 3 for c in criteria})
            words = letters.Words("S", "T")
            letters.send_letter(db, one, person, words, f"{number}-{person.id}")
        other = applied(db, job, f"Person {number}", recruiter_id=person.id)
        joining.join(db, one, other, rosa)
        applied(db, job, one.name)
        db.commit()

    more(0)
    for page in pages:
        browser.get(page)
    few = [_queries(database, browser, page) for page in pages]
    for number in range(1, 8):
        more(number)
    assert [_queries(database, browser, page) for page in pages] == few
    assert max(few) < 45
