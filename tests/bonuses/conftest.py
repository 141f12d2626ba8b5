"""A programme, applications with an offer, hires, and the passing of time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from careers.base import clock, codes
from careers.base.people import person_by_email
from careers.hiring.models import Application, Stage
from careers.hiring.moving import move_application
from referrals.bonuses.models import Programme, Term
from referrals.bonuses.settling import remind_of_due, settle_due
from referrals.models import Credit, Receipt, Touch
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.jobs.samples import open_job


@pytest.fixture
def job(db):
    return open_job(db)


@pytest.fixture
def programme(db):
    made = Programme(
        name="Bring a friend", amount=100_000, currency="EUR", since=date(2020, 1, 1),
        two_people_above=60_000,
        terms=[Term(number=1, percent=50, days=0), Term(number=2, percent=50, days=90)],
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def applied(db, job):
    """`applied("ada@…", "carl@…")`: an application with an offer, credited to them equally; those
    in `without` brought a link that earned nothing."""

    def apply(*credited, without=(), sees="steps", email="nadia@mail.example"):
        key = codes.token()
        made = Application(
            token_hash=key, submission=key, job=job, name="Nadia Rossi", email=email,
            sharer_sees=sees, stage="offer",
        )  # fmt: skip
        db.add(made)
        db.flush()
        rows, credits = [], []
        for who in (*credited, *without):
            person = person_by_email(db, who)
            link = share(db, person, job_target(job), "linkedin")
            db.flush()
            db.add(Touch(application_id=made.id, how="code", link=link, person=link.person))
            moment = clock.now().isoformat()
            rows.append({
                "kind": "code", "link": link.code, "channel": "linkedin", "sharer": person.code,
                "shared_at": moment, "at": moment, "class": None, "by": "", "lists": None,
                "used": who in credited, "dropped": None if who in credited else "too_old",
            })  # fmt: skip
            if who in credited:
                credits.append(
                    Credit(
                        application_id=made.id,
                        person=person,
                        link=link,
                        kind="referral",
                        part=1,
                        whole=len(credited),
                    )  # fmt: skip
                )
        db.add(
            Receipt(
                application_id=made.id,
                rule="last_touch",
                version=1,
                parameters={"window_days": 30},
                touches=rows,
                outcome="credited" if credits else "none_counts",
                sha256="0" * 64,
                credits=credits,
            )  # fmt: skip
        )
        db.commit()
        return made

    return apply


@pytest.fixture
def moved(db, work):
    """`moved(application, "offer", "hired")` as the recruiter does it, with all that follows."""

    def move(application, before, after, who=Cast.RECRUITER):
        move_application(db, application, Stage(before), Stage(after), person_by_email(db, who))
        db.commit()
        work()
        db.expire_all()

    return move


@pytest.fixture
def hired(applied, moved, programme):
    def hire(*credited, **options):
        application = applied(*credited, **options)
        moved(application, "offer", "hired")
        return application

    return hire


@pytest.fixture
def settled(app, database, db):
    """`settled(in_days)` does what the background does every minute, so many days from now."""

    def settle(in_days=0):
        then = clock.set_to(clock.now() + timedelta(days=in_days))
        with then, app.app_context(), database.writing() as writing:
            settle_due(writing)
            reminded = remind_of_due(writing)
            writing.commit()
        db.expire_all()
        return reminded

    return settle
