"""A candidate puts right what they sent."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from careers.base.audit import Act
from careers.hiring import moving
from careers.hiring.models import Application
from tests.cast import Cast
from tests.conftest import Visitor
from tests.hiring import samples
from tests.hiring.candidates import apply_to, shown
from tests.jobs.samples import open_job


@pytest.fixture
def own(visitor, db):
    return apply_to(
        visitor, open_job(db), cv=("cv.odt", samples.odt()), phone="0612345678"
    ).location


def _one(db) -> Application:
    db.expire_all()
    return db.scalars(select(Application)).one()


def test_what_is_put_right_is_what_recruiters_see(visitor, own, db, visit_as):
    form = shown(visitor.get(f"{own}/correction"))
    for given in ("Nadia Benali", "+33 6 12 34 56 78", "I like meters."):
        assert given in form
    fields = {"name": " Nadia  Bénali ", "phone": "", "link": "nadia.example", "message": "I do.",
              "email": "other@example.com", "stage": "hired", "job_id": "2"}  # fmt: skip
    answer = visitor.post(f"{own}/correction", fields)
    page = shown(visitor.get(answer.location))
    assert "Corrected: this is what those who hire see now." in page
    one = _one(db)
    assert (one.name, one.name_key, one.phone) == ("Nadia Bénali", "nadia-benali", "")
    assert (one.link, one.message) == ("https://nadia.example", "I do.")
    assert (one.email, one.stage) == ("nadia@example.com", "new")
    act = db.scalars(select(Act).where(Act.what == "application:correct")).one()
    assert act.details == {"changed": ["name", "phone", "link", "message"]}
    seen = shown(visit_as(Cast.RECRUITER).get(f"/recruiting/applications/{one.code}"))
    assert "Nadia Bénali" in seen
    assert "What they gave was corrected" in seen


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Please tell us your name."),
        ({"name": "N", "phone": "12"}, "does not look like a phone number"),
        ({"name": "N", "link": "javascript:alert(1)"}, "does not look like an address"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(visitor, own, db, fields, said):
    answer = visitor.post(f"{own}/correction", fields)
    assert answer.status_code == 422
    assert said in shown(answer)
    assert _one(db).name == "Nadia Benali"


def test_nobody_else_corrects_it_nor_what_is_erased(app, visitor, own, db):
    stranger = Visitor(app)
    assert stranger.get(f"{own}/correction").status_code == 404
    answer = stranger.post(f"{own}/correction", {"name": "Mallory"}, form_on="/applications")
    assert answer.status_code == 404
    moving.erase(db, _one(db))
    db.commit()
    assert visitor.post(f"{own}/correction", {"name": "N"}, form_on="/sign-in").status_code == 404
    assert _one(db).name == ""
