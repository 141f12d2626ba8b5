"""Acts on many: all told, undone for a while, letters held back meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from careers.base import clock
from careers.base.mail import Mail
from careers.base.people import Role, person_by_email
from careers.hiring import moving
from careers.hiring.models import Application, Stage, StageChange
from careers.hiring.pipeline import letters, standard_letters
from careers.hiring.pipeline.batches import Pick, move_many
from careers.hiring.pipeline.models import Batch, Letter
from tests.cast import Cast
from tests.hiring.pipeline import applied, rosa
from tests.jobs.samples import open_job

WHERE = "/recruiting/batches"


@pytest.fixture
def made(db):
    job = open_job(db)
    return [applied(db, job, f"Person {n}", language="fr" if n % 2 else "en") for n in range(4)]


@pytest.fixture
def browser(visit_as):
    return visit_as(Cast.RECRUITER)


def _picks(made):
    return [f"{one.code}:{one.version}:{one.recruiter.code if one.recruiter else ''}"
            for one in made]  # fmt: skip


def _act(browser, made, key="k" * 30, **fields):
    return browser.post(
        WHERE, {"key": key, "pick": _picks(made), **fields}, form_on="/recruiting/applications"
    )


def _stages(db):
    db.expire_all()
    return db.scalars(select(Application.stage).order_by(Application.id)).all()


def test_many_are_moved_and_each_that_wasn_t_is_told(browser, made, db):
    person = person_by_email(db, Cast.RECRUITER)
    picks = _picks(made)
    moving.move_application(db, made[1], Stage.NEW, Stage.OFFER, person)  # somebody is faster
    moving.erase(db, made[2])
    db.commit()
    answer = browser.post(WHERE, {"key": "k" * 30, "act": "move", "to": "hired",
                                  "pick": [*picks, "nothing:1:"]},
                          form_on="/recruiting/applications")  # fmt: skip
    page = browser.get(answer.location).get_data(as_text=True)
    for words in ("0 moved to “Hired”", "Somebody else was faster", "had their data erased",
                  "can’t be moved there", "No such application is yours"):  # fmt: skip
        assert words in page, words
    assert "Undo all of it" not in page
    assert _stages(db) == ["new", "offer", "withdrawn", "new"]


def test_sent_twice_it_is_done_once(browser, made, db):
    first = _act(browser, made, act="move", to="screening")
    second = _act(browser, made, act="move", to="screening")
    assert first.location == second.location
    assert db.scalar(select(func.count(Batch.id))) == 1
    assert _stages(db) == ["screening"] * 4


def test_an_act_is_undone_but_for_what_somebody_moved_since(browser, made, db):
    answer = _act(browser, made, act="move", to="interview", words="All of them shine")
    person = person_by_email(db, Cast.RECRUITER)
    db.expire_all()
    moving.move_application(db, made[3], Stage.INTERVIEW, Stage.OFFER, person)
    db.commit()
    browser.post(f"{answer.location}/undoing", form_on=answer.location)
    page = browser.get(answer.location).get_data(as_text=True)
    assert "3 are as they were." in page
    assert "somebody has moved it since" in page
    assert _stages(db) == ["new", "new", "new", "offer"]
    again = browser.post(f"{answer.location}/undoing", form_on="/recruiting/applications")
    assert "can’t be undone any more" in browser.get(again.location).get_data(as_text=True)
    assert _stages(db) == ["new", "new", "new", "offer"]


def test_what_is_put_back_has_waited_as_long_as_before(browser, made, db):
    since = [clock.now() - timedelta(days=9 + number) for number in range(4)]
    for one, moment in zip(made, since, strict=True):
        one.stage_since = db.scalars(
            select(StageChange).where(StageChange.application_id == one.id)
        ).one().at = moment  # fmt: skip
    db.commit()
    answer = _act(browser, made, act="move", to="interview")
    db.expire_all()
    assert min(one.stage_since for one in made) > clock.now() - timedelta(hours=1)
    browser.post(f"{answer.location}/undoing", form_on=answer.location)
    db.expire_all()
    assert [one.stage_since for one in made] == since


def test_many_are_declined_with_a_letter_once_it_was_looked_at(browser, made, db, work):
    template = letters.add_template(db, standard_letters.LETTERS[2], None)
    db.commit()
    fields = {"act": "decline", "reason": "filled", "words": "Closed", "template": template.code}
    seen = _act(browser, made, **fields)
    page = seen.get_data(as_text=True)
    assert seen.status_code == 200
    assert "Decline 4 applications?" in page
    assert "Hello Person 0" in page  # each language once
    assert "Bonjour Person 1" in page
    assert _stages(db) == ["new"] * 4
    answer = _act(browser, made, **fields, seen="1")
    assert _stages(db) == ["rejected"] * 4
    reasons = db.execute(select(StageChange.reason, StageChange.words).where(
        StageChange.stage == "rejected")).all()  # fmt: skip
    assert reasons == [("filled", "Closed")] * 4
    assert db.scalar(select(func.count(Mail.id))) == 4
    work()
    browser.post(f"{answer.location}/undoing", form_on=answer.location)
    assert _stages(db) == ["new"] * 4
    assert db.scalar(select(func.count(Mail.id))) == 0
    assert all(db.scalars(select(Letter.taken_back_at)))
    assert "No letter was sent" in browser.get(answer.location).get_data(as_text=True)


def test_after_a_while_nothing_is_undone(made, db):
    from careers.hiring.pipeline import batches

    picks = [Pick(one.code, 1) for one in made]
    batch = move_many(db, rosa(db), picks, Stage.SCREENING, moving.Why(), "one")
    db.commit()
    with (
        clock.set_to(clock.now() + timedelta(minutes=11)),
        pytest.raises(batches.TooLate),
    ):
        batches.undo(db, batch, rosa(db))
    db.rollback()
    assert _stages(db) == ["screening"] * 4


def test_many_are_given_and_given_back(browser, made, db):
    person_by_email(db, Cast.EDITOR).grant(Role.RECRUITER)
    db.commit()
    edith = person_by_email(db, Cast.EDITOR)
    answer = _act(browser, made, act="assign", recruiter=edith.code)
    db.expire_all()
    assert {one.recruiter.email for one in made} == {Cast.EDITOR}
    browser.post(f"{answer.location}/undoing", form_on=answer.location)
    db.expire_all()
    assert {one.recruiter for one in made} == {None}


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"act": "move", "to": "rejected"}, 400), ({"act": "move", "to": "withdrawn"}, 400),
     ({"act": "burn"}, 400), ({"act": "assign", "recruiter": "nobody1"}, 400),
     ({"act": "decline", "reason": "ugly", "seen": "1"}, 303),
     ({"act": "decline", "reason": "skills", "template": "nothing", "seen": "1"}, 400)],
)  # fmt: skip
def test_what_makes_no_sense_changes_nothing(browser, made, db, fields, status):
    assert _act(browser, made, **fields).status_code == status
    assert _stages(db) == ["new"] * 4


def test_without_a_pick_one_is_told(browser, made):
    answer = _act(browser, [], act="move", to="offer")
    assert "tick the applications first" in browser.get(answer.location).get_data(as_text=True)
