"""A campaign with its printed links."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from careers.base import clock
from careers.base.people import person_by_email
from careers.jobs.models import Job
from referrals import printing
from referrals.models import ShareLink
from referrals.targets import job_target
from tests.cast import Cast


@pytest.fixture
def other_job(db):
    made = Job(
        slug="ingenieure-y", source="lever", board="acme", source_id="2", title="Ingénieure",
        description_html="<p>Des compteurs.</p>", opened_at=clock.now(), language="fr",
        content_hash="0" * 64,
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def campaign(db, job):
    ada = person_by_email(db, Cast.ENGINEER)
    labels = printing.labels_for("Table", 12)
    made = printing.make_campaign(db, ada, "Job fair Lyon", job_target(job), labels)
    db.commit()
    return made


@pytest.fixture
def links(db, campaign):
    return list(db.scalars(select(ShareLink).order_by(ShareLink.id)))


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)
