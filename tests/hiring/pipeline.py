"""What tests of the pipeline stand on: jobs, applications, and people who hire."""

from __future__ import annotations

from careers.base import codes
from careers.base.people import person_by_email
from careers.base.permissions import Part
from careers.hiring.models import Application, Candidate, StageChange
from careers.hiring.pipeline.access import Access, access_of, seat
from tests.cast import Cast


def applied(db, job, name="Nadia Benali", stage="new", **more) -> Application:
    """An application with a candidate of its own, committed."""
    key = codes.token()
    values = {"email": f"{codes.slug(name)}@example.com", "language": "en", **more}
    made = Application(
        token_hash=key, submission=key, job_id=job.id, name=name, name_key=codes.slug(name),
        stage=stage, candidate=Candidate(), changes=[StageChange(stage=stage)], **values,
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


def hires(db, email, job, part="manager") -> None:
    """Give somebody a part in hiring for a job."""
    seat(db, job, person_by_email(db, email), Part(part), None)
    db.commit()


def rosa(db) -> Access:
    """The recruiter who sees every job."""
    return access_of(db, person_by_email(db, Cast.RECRUITER))


def address(application) -> str:
    return f"/recruiting/applications/{application.code}"
