"""A job that somebody of the cast shares."""

from __future__ import annotations

from careers.base import clock
from careers.base.database import Database
from careers.base.people import person_by_email
from careers.jobs.models import Job
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast


def share_a_job(database: Database) -> str:
    """Have the engineer share a job; the code of the link."""
    with database.writing() as db:
        job = Job(
            slug="engineer-x", source="greenhouse", board="acme", source_id="1", title="Engineer",
            description_html="<p>Build.</p>", opened_at=clock.now(), content_hash="0" * 64,
        )  # fmt: skip
        db.add(job)
        db.flush()
        code = share(db, person_by_email(db, Cast.ENGINEER), job_target(job), "linkedin").code
        db.commit()
        return code
