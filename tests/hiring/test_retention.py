"""How long candidates' data stay."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from careers.base import clock
from careers.base.mail import Mail
from careers.hiring import retention
from careers.hiring.commands import retention_group
from careers.hiring.models import Application, StageChange
from tests.hiring import samples
from tests.hiring.candidates import apply_to, shown
from tests.jobs.samples import open_job

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "reminded", "months", "act"),
    [
        (0, None, 24, ""),
        (689, None, 24, ""),
        (690, None, 24, "remind"),
        (700, 690, 24, ""),
        (700, -5, 24, "remind"),  # a reminder before the last contact is none
        (719, 690, 24, ""),
        (720, None, 24, "erase"),
        (720, 690, 24, "erase"),
        (14, None, 1, ""),
        (15, None, 1, "remind"),
        (30, 15, 1, "erase"),
    ],
)
def test_when_data_end(days, reminded, months, act):
    last = NOW - timedelta(days=days)
    told = None if reminded is None else last + timedelta(days=reminded)
    assert retention.what_is_due(last, told, months, NOW) == act


@given(days=st.integers(0, 1800), months=st.integers(1, 24))
def test_nothing_stays_two_years_after_the_last_contact(days, months):
    last = NOW - timedelta(days=days)
    assert retention.what_is_due(last, last, months, last + timedelta(days=730)) == "erase"
    assert retention.what_is_due(last, None, months, last) == ""


@pytest.fixture
def applied(visitor, db, settings):
    address = apply_to(visitor, open_job(db), cv=("cv.odt", samples.odt())).location
    one = db.scalars(select(Application)).one()
    one.stage = "rejected"
    db.commit()
    return address


def _run(app, settings, days):
    with clock.set_to(clock.now() + timedelta(days=days)), app.app_context():
        return [
            (one.code, one.is_over) for one in retention.run(app.extensions["database"], settings)
        ]


def _one(db) -> Application:
    db.expire_all()
    return db.scalars(select(Application)).one()


def _reminder(db) -> Mail | None:
    db.expire_all()
    found = _one(db).reminder_id
    return db.get(Mail, found) if found else None


def test_data_are_erased_after_a_reminder(app, db, settings, applied, visitor):
    code = _one(db).code
    assert _run(app, settings, 600) == []
    assert _run(app, settings, 695) == [(code, False)]
    assert _run(app, settings, 696) == []
    assert "Your data will be erased" in _reminder(db).subject
    assert _run(app, settings, 721) == [(code, True)]
    gone = _one(db)
    assert (gone.name, gone.email, gone.stage) == ("", "", "rejected")
    assert gone.erased_at is not None
    assert db.scalars(select(Mail)).all() == []
    assert _run(app, settings, 900) == []


def test_who_agrees_stays_and_is_asked_again(app, db, settings, applied, visitor):
    _run(app, settings, 695)
    page = re.search(r"http://127.0.0.1:8000(\S+/stay/\S+)", _reminder(db).text)[1]
    assert "Yes, keep it" in shown(visitor.get(page))
    with clock.set_to(clock.now() + timedelta(days=700)):
        token = visitor.form_token(page)
        answer = visitor.client.post(page, data={"form_token": token, "choice": "stay"})
        assert answer.status_code == 303
        assert "Thank you. We keep it until" in shown(visitor.get(page))
    assert _one(db).agreed_at is not None
    assert _run(app, settings, 721) == []
    assert _run(app, settings, 700 + 695)[0][1] is False
    assert _run(app, settings, 700 + 721)[0][1] is True


def test_the_reminder_leads_to_erasing_at_once(app, db, settings, applied, visitor):
    _run(app, settings, 695)
    page = re.search(r"http://127.0.0.1:8000(\S+/stay/\S+)", _reminder(db).text)[1]
    assert visitor.get(page[:-1] + ("0" if page[-1] != "0" else "1")).status_code == 404
    assert visitor.post(page, {"choice": "else"}).status_code == 400
    assert "Your data is erased" in shown(visitor.post(page, {"choice": "erase"}))
    assert _one(db).name == ""
    assert visitor.get(page).status_code == 404


@pytest.mark.parametrize("stage", ["hired", "rejected"])
def test_who_was_hired_stays_and_a_later_contact_counts(app, db, settings, applied, stage):
    one = _one(db)
    one.stage = stage
    db.add(StageChange(application_id=one.id, stage=stage, at=clock.now() + timedelta(days=100)))
    db.commit()
    assert _run(app, settings, 730) == []
    assert len(_run(app, settings, 821)) == (stage == "rejected")


def test_the_command_says_what_it_would_do_and_then_does_it(app, db, settings, applied):
    runner = app.test_cli_runner()
    late = clock.now() + timedelta(days=721)
    for arguments, says, name in (
        (["run", "--dry-run"], "1 would be erased, 0 would be reminded.", "Nadia Benali"),
        (["run"], "1 erased, 0 reminded.", ""),
        (["run"], "0 erased, 0 reminded.", ""),
    ):
        with clock.set_to(late):
            answer = runner.invoke(retention_group, arguments, obj=lambda: app)
        assert answer.exit_code == 0, answer.output
        assert says in answer.output
        assert "Nadia" not in answer.output
        assert _one(db).name == name
