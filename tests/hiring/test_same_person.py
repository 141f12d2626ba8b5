"""The same person behind several applications: known to those who hire, never to a stranger."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from careers.base.audit import Act
from careers.base.mail import Mail
from careers.base.people import person_by_email
from careers.hiring import moving
from careers.hiring.models import Application, Candidate, StageChange
from careers.hiring.pipeline import joining, letters, rating
from careers.hiring.pipeline.models import Joining, Letter, Note, Rating
from careers.hiring.pipeline.notes import add_note
from tests.cast import Cast
from tests.conftest import Visitor
from tests.hiring.candidates import apply_to, come_by, link_in
from tests.hiring.pipeline import address, applied, hires
from tests.jobs.samples import open_job


@pytest.fixture
def jobs(db):
    made = [open_job(db, number=101 + n, title=f"Job {n}") for n in range(3)]
    for job in made:
        job.closed_at = None  # each of these imports was without the others
    db.commit()
    return made


@pytest.fixture
def rosa(visit_as):
    return visit_as(Cast.RECRUITER)


def _people(db):
    db.expire_all()
    return [one.candidate_id for one in db.scalars(select(Application).order_by(Application.id))]


def _confirm(visitor, db, application):
    """Follow the link of the mail, and press the button there."""
    return come_by(visitor, link_in(db.get_one(Mail, application.mail_id)))


def test_confirmed_addresses_alone_bring_applications_together(visitor, jobs, db, app):
    for job in jobs:
        assert apply_to(visitor, job).status_code == 303
    visitor = Visitor(app)
    assert len(set(_people(db))) == 3
    first, _, third = db.scalars(select(Application).order_by(Application.id))
    assert _confirm(visitor, db, first).status_code == 303
    assert len(set(_people(db))) == 3
    assert _confirm(visitor, db, third).status_code == 303
    one, two, three = _people(db)
    assert one == three != two
    (row,) = db.scalars(select(Joining))
    assert row.person is None


def test_a_stranger_learns_nothing_by_applying_with_somebody_s_address(visitor, jobs, db):
    """The same pages and mails, but for secrets and dates, whoever applied before."""
    seen = []
    for job in jobs[:2]:
        before = db.scalar(select(func.count(Mail.id)))
        answer = apply_to(visitor, job)
        page = visitor.get(answer.location).get_data(as_text=True)
        kept = re.sub(r"/applications/mine/[\w-]+|Job \d|job-\d+[\w-]*|\"[\w.-]{40,}\"|nonce=\"\S+\"|"
                      r"engineer[\w-]*|via=\S+", "", page)  # fmt: skip
        seen.append((answer.status_code, kept, db.scalar(select(func.count(Mail.id))) - before))
    assert seen[0][0] == seen[1][0]
    assert seen[0][2] == seen[1][2]
    assert len(seen[0][1]) == len(seen[1][1])


@pytest.mark.parametrize("token", ["x" * 43, "x", "é", "mine"])
def test_an_address_is_confirmed_only_with_what_its_mail_carried(visitor, jobs, db, token):
    address = apply_to(visitor, jobs[0]).location
    answer = visitor.post(f"/applications/{token}", form_on=address)
    assert answer.status_code == 404
    assert db.scalars(select(Application)).one().email_confirmed_at is None


def test_recruiters_join_and_part_people(rosa, jobs, db):
    first = applied(db, jobs[0], email="n@example.com")
    second = applied(db, jobs[1], "N. Benali", email="n@example.com")
    third = applied(db, jobs[2], "Nadia Benali", email="other@example.com")
    page = rosa.get(address(first)).get_data(as_text=True)
    assert "The same address, which nobody confirmed for both." in page
    assert "The same name, another address: other@example.com" in page
    for other in (second, third):
        where = address(first)
        rosa.post(f"{where}/same-person", {"other": other.code}, form_on=where)
    assert len(set(_people(db))) == 1
    page = rosa.get(address(first)).get_data(as_text=True)
    assert "Also applied" in page
    assert "Joined by Rosa Klein" in page
    act = joining.standing_joinings(db, first.candidate_id)[0]
    where = f"{address(second)}/same-person/{act.code}/undoing"
    for _ in range(2):
        assert rosa.post(where, form_on=address(second)).status_code == 303
    one, two, three = _people(db)
    assert one == two != three
    parted = [row.subject for row in db.scalars(select(Act)) if row.what == "application:part"]
    assert sorted(parted) == sorted([second.code, third.code])  # both histories say so, once


def test_who_hires_for_one_job_isn_t_told_of_others(visit_as, jobs, db):
    mine = applied(db, jobs[0], email="n@example.com")
    other = applied(db, jobs[1], email="n@example.com")
    joining.join(db, mine, other, person_by_email(db, Cast.RECRUITER))
    applied(db, jobs[2], email="n@example.com")
    db.commit()
    hires(db, Cast.COLLEAGUE, jobs[0])
    page = visit_as(Cast.COLLEAGUE).get(address(mine)).get_data(as_text=True)
    for words in ("Job 1", "Job 2", "Also applied", "Perhaps the same person"):
        assert words not in page
    assert "Joined by" not in page


def test_erasing_takes_all_that_was_written_and_who_they_were_joined_with(rosa, jobs, db):
    person = person_by_email(db, Cast.RECRUITER)
    gone = applied(db, jobs[0], "Nadia Benali")
    stays = applied(db, jobs[1], "Bob Martin")
    rating.set_criteria(db, None, [], ["Craft"], person)
    db.flush()
    (craft,) = rating.own_criteria(db, None)
    for number, one in enumerate((gone, stays)):
        add_note(db, one, person, "She shines")
        rating.rate(db, one, person, {craft.id: 5})
        letters.send_letter(db, one, person, letters.Words("S", "She"), f"key-{number}")
        why = moving.Why(words="She knows SQL")
        moving.move_application(db, one, moving.Stage.NEW, moving.Stage.OFFER, person, why=why)
    joining.join(db, stays, gone, person)
    db.commit()
    moving.erase(db, gone)
    db.commit()
    for table in (Note, Rating, Letter, Mail):
        assert db.scalar(select(func.count()).select_from(table)) == 1, table
    assert db.scalar(select(func.count(Joining.id))) == 0
    assert db.scalars(select(StageChange.words).where(
        StageChange.application_id == gone.id, StageChange.words != "")).all() == []  # fmt: skip
    assert (gone.candidate_id, gone.email_confirmed_at) == (None, None)
    moving.erase(db, stays)
    db.commit()
    assert db.scalars(select(Candidate.id).where(Candidate.id == stays.candidate_id)).all() == []
    assert db.scalar(select(func.count(Candidate.id))) <= 1
    assert "She" not in rosa.get(address(gone)).get_data(as_text=True)
