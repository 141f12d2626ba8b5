"""Saved views: a name for what a page of figures is narrowed to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from careers.base import clock
from careers.base.people import Role, person_by_email
from referrals.views import SavedView, forget_views
from tests.cast import Cast

BOARD = "/recruiting/referrals"
LIST = "/recruiting/views"


@pytest.fixture
def rosa(visit_as):
    return visit_as(Cast.RECRUITER)


@pytest.fixture
def another(visit_as, db):
    person_by_email(db, Cast.EDITOR).grant(Role.RECRUITER)
    db.commit()
    return visit_as(Cast.EDITOR)


def text(answer):
    return answer.get_data(as_text=True)


def save(browser, name, query="?by=team&period=365&sort=applications", page="referrals", **more):
    return browser.post(f"{LIST}/{page}{query}", {"name": name, **more}, form_on=BOARD)


def only(db):
    db.expire_all()
    return db.scalars(select(SavedView)).one()


def test_a_view_keeps_what_the_page_is_narrowed_to(rosa, db):
    answer = save(rosa, "  Teams   this year ")
    assert answer.location == f"{BOARD}?period=365&by=team&sort=applications"
    assert only(db).name == "Teams this year"
    page = text(rosa.get(answer.location))
    assert page.count("Teams this year") == 2 and 'aria-current="true">Teams this year' in page
    assert "Teams this year" in text(rosa.get(BOARD))
    assert "Teams this year" not in text(rosa.get("/recruiting/funnel"))
    days = save(rosa, "Spring", "?from=2026-03-01&to=2026-05-31", page="funnel")
    assert days.location == "/recruiting/funnel?from=2026-03-01&to=2026-05-31"
    assert "Spring" in text(rosa.get("/recruiting/funnel"))


@pytest.mark.parametrize("query", ["?by=nobody", "?period=7", "?sort=salary", "?from=x"])
def test_what_cannot_be_shown_cannot_be_saved(rosa, query):
    assert save(rosa, "Odd", query).status_code == 404
    assert save(rosa, "Odd", page="analysis").status_code == 404


def test_a_view_without_a_name_is_not_saved(rosa, db):
    assert "Please give the view a name" in text(rosa.get(save(rosa, "  ").location))
    assert db.scalars(select(SavedView)).all() == []


def test_others_see_it_only_while_it_is_shared_and_never_change_it(rosa, another, db):
    save(rosa, "Teams")
    code = only(db).code
    assert "Teams" not in text(another.get(LIST))
    change = f"{LIST}/{code}/change"
    rosa.post(change, {"name": "Teams, all", "shared": "1"}, form_on=LIST)
    assert "Teams, all" in text(another.get(LIST)) and "Teams, all" in text(another.get(BOARD))
    for act in ("change", "delete", "return"):
        assert another.post(f"{LIST}/{code}/{act}", {"name": "x"}, form_on=BOARD).status_code == 404
    rosa.post(change, {"name": "Teams, mine"}, form_on=LIST)
    assert "Teams, mine" not in text(another.get(LIST))
    assert "Teams, mine" in text(rosa.get(LIST))


def test_a_deleted_view_comes_back_for_a_day(rosa, db):
    save(rosa, "Teams")
    code = only(db).code
    rosa.post(f"{LIST}/{code}/delete", form_on=LIST)
    page = text(rosa.get(LIST))
    assert "“Teams” is deleted." in page and "Bring it back" in page
    assert "Teams" not in text(rosa.get(BOARD))
    rosa.post(f"{LIST}/{code}/return", form_on=LIST)
    assert "Teams" in text(rosa.get(BOARD))
    rosa.post(f"{LIST}/{code}/delete", form_on=LIST)
    db.expire_all()
    with clock.set_to(clock.now() + timedelta(hours=23)):
        forget_views(db)
    assert only(db).name == "Teams"
    with clock.set_to(clock.now() + timedelta(hours=25)):
        forget_views(db)
        db.commit()
    assert db.scalars(select(SavedView)).all() == []
    assert rosa.post(f"{LIST}/{code}/return", form_on=BOARD).status_code == 404
