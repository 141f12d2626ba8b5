"""One's own account: language, password, sessions."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from careers.base.people import person_by_email
from careers.base.signin.sessions import SignIn
from tests.cast import Cast
from tests.conftest import Visitor

MINE = "/me/account"
FRESH = "a fresh elephant walks"


def test_a_visitor_is_sent_to_sign_in(visitor):
    assert visitor.get(MINE).headers["Location"].startswith("/sign-in?next=")


def test_language_and_time_zone_are_kept(visit_as, db):
    visitor = visit_as(Cast.ENGINEER)
    fields = {"language": "fr", "time_zone": "America/Montreal"}
    assert visitor.post(MINE, fields).status_code == 303
    person = person_by_email(db, Cast.ENGINEER)
    assert (person.language, person.time_zone) == ("fr", "America/Montreal")
    db.rollback()
    page = visitor.get(MINE).get_data(as_text=True)
    assert '<option selected value="America/Montreal">' in page


@pytest.mark.parametrize(
    "fields",
    [
        {"language": "de", "time_zone": ""},
        {"language": "en", "time_zone": "Mars/Olympus"},
        {"language": "en", "time_zone": "../../etc/passwd"},
    ],
)
def test_what_is_not_offered_is_refused(visit_as, db, fields):
    assert visit_as(Cast.ENGINEER).post(MINE, fields).status_code == 422
    assert person_by_email(db, Cast.ENGINEER).time_zone is None


def test_unknown_fields_change_nothing(visit_as, db):
    fields = {"language": "en", "time_zone": "", "email": "x@acme.example", "status": "left"}
    visit_as(Cast.ENGINEER).post(MINE, fields)
    assert person_by_email(db, Cast.ENGINEER).status == "active"


def test_the_password_is_changed_by_whoever_knows_it(app, visit_as):
    visitor, elsewhere = visit_as(Cast.ENGINEER), visit_as(Cast.ENGINEER)
    fields = {"old_password": Cast.PASSWORD, "new_password": FRESH}
    before = visitor.client.get_cookie("entourage").value
    assert visitor.post(f"{MINE}/password", fields, form_on=MINE).status_code == 302
    assert visitor.client.get_cookie("entourage").value != before
    assert visitor.get(MINE).status_code == 200
    assert elsewhere.get(MINE).status_code == 302
    Visitor(app).sign_in(Cast.ENGINEER, FRESH)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wrong", FRESH),
        ("", FRESH),
        (Cast.PASSWORD, "short"),
        (Cast.PASSWORD, "password123"),
        (Cast.PASSWORD, "adaengel1"),
    ],
)
def test_otherwise_it_stays(app, visit_as, old, new):
    visitor = visit_as(Cast.ENGINEER)
    fields = {"old_password": old, "new_password": new}
    assert visitor.post(f"{MINE}/password", fields, form_on=MINE).status_code == 422
    Visitor(app).sign_in(Cast.ENGINEER)


def keys_on(visitor: Visitor) -> list[str]:
    page = visitor.get(MINE).get_data(as_text=True)
    return re.findall(r'name="session" value="([0-9a-f]{64})"', page)


def test_one_sees_and_ends_ones_other_sessions(visit_as):
    here, there = visit_as(Cast.ENGINEER), visit_as(Cast.ENGINEER)
    (key,) = keys_on(here)
    here.post(f"{MINE}/sessions", {"session": key}, form_on=MINE)
    assert there.get(MINE).status_code == 302
    assert here.get(MINE).status_code == 200
    assert keys_on(here) == []


def test_one_cannot_end_the_session_of_another(visit_as):
    mine, theirs = visit_as(Cast.ENGINEER), visit_as(Cast.EDITOR)
    visit_as(Cast.EDITOR)
    (key,) = keys_on(theirs)
    mine.post(f"{MINE}/sessions", {"session": key}, form_on=MINE)
    assert keys_on(theirs) == [key]


def test_signing_out_everywhere_ends_this_session_too(visit_as, db):
    here, there = visit_as(Cast.ENGINEER), visit_as(Cast.ENGINEER)
    other = visit_as(Cast.EDITOR)
    answer = here.post(f"{MINE}/sessions", {"all": "1"}, form_on=MINE)
    assert answer.headers["Location"] == "/sign-in"
    assert here.get(MINE).status_code == there.get(MINE).status_code == 302
    assert other.get(MINE).status_code == 200
    assert len(db.scalars(select(SignIn)).all()) == 1


def test_private_pages_are_never_kept(visit_as):
    assert visit_as(Cast.ENGINEER).get(MINE).headers["Cache-Control"] == "no-store"


def test_single_sign_on_is_not_there_unless_it_is_set(visit_as, visitor):
    page = visit_as(Cast.ENGINEER).get(MINE).get_data(as_text=True)
    assert "single-sign-on" not in page
    assert visitor.get("/sign-in/oidc").status_code == 404
    assert visitor.get("/sign-in/oidc/callback").status_code == 404
