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
from tests.conftest import Visitor
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


def _link(db) -> str:
    return re.search(r"http://127.0.0.1:8000(/applications/\S+)", _reminder(db).text)[1]


def test_the_reminder_s_link_names_nothing_until_its_button_is_pressed(app, db, settings, applied):
    code, job = _one(db).code, _one(db).job.title
    _run(app, settings, 695)
    stranger = Visitor(app)
    with clock.set_to(clock.now() + timedelta(days=700)):
        closed = shown(stranger.get(_link(db)))
        assert "Open my application" in closed
        for said in (job, "Nadia", code, "20"):
            assert said not in re.search("<main.*</main>", closed, re.DOTALL)[0].replace(
                _link(db), ""
            ), said
        opened = stranger.post(_link(db)).location
        assert "Yes, keep it" in shown(stranger.get(opened))


def test_who_agrees_stays_and_is_asked_again(app, db, settings, applied):
    _run(app, settings, 695)
    candidate = Visitor(app)
    with clock.set_to(clock.now() + timedelta(days=700)):
        own = candidate.post(_link(db)).location
        assert "Yes, keep it" in shown(candidate.get(own))
        thanks = candidate.post(f"{own}/stay", form_on=own).location
        page = shown(candidate.get(thanks))
        assert "Thank you. We keep your data longer" in page
        assert "Yes, keep it" not in page
    agreed = _one(db).agreed_at
    assert agreed is not None
    with clock.set_to(clock.now() + timedelta(days=700, minutes=5)):
        candidate.post(f"{own}/stay", form_on=own)
    assert _one(db).agreed_at == agreed
    assert _run(app, settings, 721) == []
    assert _run(app, settings, 700 + 695)[0][1] is False
    assert _run(app, settings, 700 + 721)[0][1] is True


def test_only_who_came_by_the_mail_can_agree(app, db, settings, applied, visitor):
    own = f"/applications/mine/{_one(db).code}"
    _run(app, settings, 695)
    assert "Yes, keep it" not in shown(visitor.get(own))  # who sent it, in that browser
    assert visitor.post(f"{own}/stay", form_on=own).status_code == 404
    assert visitor.post(f"{own}/stay", form_on="/sign-in").status_code == 404
    assert _one(db).agreed_at is None


def test_the_reminder_leads_to_erasing_at_once(app, db, settings, applied):
    _run(app, settings, 695)
    candidate = Visitor(app)
    with clock.set_to(clock.now() + timedelta(days=700)):
        own = candidate.post(_link(db)).location
        erased = candidate.post(f"{own}/erasure", form_on=own).location
        assert "Your data is erased" in shown(candidate.get(erased))
    assert _one(db).name == ""


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
