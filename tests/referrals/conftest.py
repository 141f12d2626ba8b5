"""A job to share, and ways to follow a link."""

from __future__ import annotations

import pytest

from careers.base import clock
from careers.base.people import person_by_email
from careers.jobs.models import Job
from referrals.ingesting import ingest
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
