"""Applications that come by links, with clicks, CVs and messages, and what is found about them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from careers.base import clock, codes, storage
from careers.base.people import person_by_email
from careers.hiring.models import Application
from referrals.crediting import decide_credit
from referrals.doubts.checking import queue_check
from referrals.doubts.models import Doubt
from referrals.models import Click, Touch
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.jobs.samples import open_job


@pytest.fixture
def job(db):
    return open_job(db)


@pytest.fixture
def apply(app, db, job, work):
    """`apply(by="ada@…", email="…")`: an application that carries a click on that person's link,
    with its credit decided and looked over."""
    number = count(1)
    settings = app.extensions["settings"]

    def make(
        by=Cast.ENGINEER, *, name="Nadia Rossi", email=None, message="", cv=b"", visitor=0,
        channel="linkedin", checked=True,
    ):  # fmt: skip
        turn = next(number)
        made = Application(
            token_hash=f"t{turn}", submission=f"s{turn}", job=job, name=name,
            name_key=codes.slug(name, 120), email=email or f"n{turn}@mail.example",
            message=message,
        )  # fmt: skip
        if cv:
            made.cv_key = storage.keep(settings.folder("cvs"), cv)
        db.add(made)
        db.flush()
        if by:
            link = share(db, person_by_email(db, by), job_target(job), channel)
            link.created_at = made.created_at - timedelta(days=2)
            click = Click(
                id=f"click{turn}", link_id=link.id, at=made.created_at - timedelta(minutes=5),
                class_="human", navigates=True, visitor=visitor or turn, lists="test",
            )  # fmt: skip
            db.add(click)
            db.add(
                Touch(application_id=made.id, how="click", link=link, person=link.person,
                      click_id=click.id, carried_at=clock.now())
            )  # fmt: skip
        db.flush()
        decide_credit(db, {"application": made.id}, settings)
        if checked:
            queue_check(db, made.id)
        db.commit()
        work()
        db.expire_all()
        return made

    return make


@pytest.fixture
def again(db, work):
    """`again(application)` looks it over again."""

    def look(application):
        queue_check(db, application.id)
        db.commit()
        work()
        db.expire_all()

    return look


@pytest.fixture
def doubts(db):
    """`doubts(application)` is what is doubted about it: state by kind."""

    def of(application):
        asked = select(Doubt).where(Doubt.application_id == application.id)
        rows = db.scalars(asked.execution_options(populate_existing=True))
        return {one.kind: one.state for one in rows}

    return of
