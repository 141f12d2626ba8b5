"""A job to share, and ways to follow a link."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from careers.base import clock
from careers.base.people import person_by_email
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.crediting import decide_credit
from referrals.ingesting import ingest
from referrals.models import Click, Touch
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
}


@pytest.fixture
def job(db):
    made = Job(
        slug="engineer-x", source="greenhouse", board="acme", source_id="1", title="Engineer",
        description_html="<p>Build things that last.</p>", opened_at=clock.now(), team="Platform",
        content_hash="0" * 64, locations=["Lyon"],
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def link(db, job):
    made = share(db, person_by_email(db, Cast.ENGINEER), job_target(job), "linkedin")
    db.commit()
    return made


@pytest.fixture
def ingested(app, database):
    """`ingested()` stores what the journals hold, and says how many clicks that were."""
    return lambda: ingest(database, app.extensions["settings"].folder("journal"))


@pytest.fixture
def came(app, db, job):
    """`came(ada=3, carl=1)` is an application whose touches are clicks on those people's links, so
    many days before; its credit is decided. `ago` is when it came, in days."""
    people = {"ada": Cast.ENGINEER, "carl": Cast.COLLEAGUE, "rosa": Cast.RECRUITER}
    number = count()

    def make(*, ago: float = 0, hired: bool = False, class_: str = "human", sees: str = "applied",
             **days: float):  # fmt: skip
        at = clock.now() - timedelta(days=ago)
        made = Application(
            token_hash=f"t{next(number)}", submission=f"s{next(number)}", name="Nadia Rossi",
            email="nadia@mail.example", job_id=job.id, created_at=at,
            hired_at=at if hired else None, stage="hired" if hired else "new",
            sharer_sees=sees,
        )  # fmt: skip
        db.add(made)
        db.flush()
        for name, before in days.items():
            sharer = person_by_email(db, people[name])
            link = share(db, sharer, job_target(job), "linkedin" if name == "ada" else "email")
            db.flush()
            click = Click(
                id=f"c{next(number)}", link_id=link.id, job_id=job.id, class_=class_,
                at=at - timedelta(days=before), navigates=True, visitor=1, lists="test",
            )  # fmt: skip
            db.add(click)
            db.add(
                Touch(
                    application_id=made.id, how="click", link=link, person=link.person,
                    click_id=click.id, carried_at=at,
                )
            )  # fmt: skip
        db.flush()
        decide_credit(db, {"application": made.id}, app.extensions["settings"])
        db.commit()
        return made

    return make
