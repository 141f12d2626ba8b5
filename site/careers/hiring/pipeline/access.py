"""Whose applications somebody sees: the jobs they hire for, and what they may do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, false, select, true
from sqlalchemy.orm import Session

from careers.base import audit, permissions
from careers.base.database import inserting
from careers.base.people import Person, employee_left
from careers.base.permissions import Part
from careers.hiring.models import Application
from careers.hiring.pipeline.models import Seat
from careers.jobs.models import Job


@dataclass(frozen=True)
class Access:
    """What `person` may do with applications; `parts` by the job's key."""

    person: Person
    parts: dict[int, Part]

    def may(self, permission: str, job_id: int) -> bool:
        """Whether they have `permission` for applications to this job."""
        return permissions.may_for_job(self.person, permission, self.parts.get(job_id))

    def seen(self, permission: str = "application:read") -> Any:
        """The condition on applications for which they have `permission`."""
        if permissions.may_for_every_job(self.person, permission):
            return true()
        jobs = [job for job in self.parts if self.may(permission, job)]
        return Application.job_id.in_(jobs) if jobs else false()


def access_of(db: Session, person: Person) -> Access:
    """What `person` may do."""
    seats = select(Seat.job_id, Seat.part).where(Seat.person_id == person.id)
    return Access(person, {row.job_id: Part(row.part) for row in db.execute(seats)})


@permissions.parts_held.connect
def parts_of(person: Person, *, db: Session, **_: Any) -> frozenset[Part]:
    """Every part that `person` has in hiring for any job."""
    seats = select(Seat.part).where(Seat.person_id == person.id).distinct()
    return frozenset(Part(part) for part in db.scalars(seats))


def team_of(db: Session, job: Job) -> list[Seat]:
    """Who hires for `job`, by name."""
    seats = select(Seat).join(Seat.person).where(Seat.job_id == job.id)
    return list(db.scalars(seats.order_by(Person.name, Person.id)).unique())


def seat(db: Session, job: Job, person: Person, part: Part, by: Person | None) -> None:
    """Give `person` this part in hiring for `job`, instead of any other; `by` None: the command
    line."""
    row = inserting(db, Seat).values(job_id=job.id, person_id=person.id, part=part.value)
    db.execute(
        row.on_conflict_do_update(
            index_elements=[Seat.job_id, Seat.person_id], set_={"part": part.value}
        )
    )
    audit.record(db, by, "job:seat", job.code, whom=person.code, part=part.value)


def unseat(db: Session, job: Job, person: Person, by: Person) -> None:
    """Take `person` out of those who hire for `job`."""
    db.execute(delete(Seat).where(Seat.job_id == job.id, Seat.person_id == person.id))
    audit.record(db, by, "job:unseat", job.code, whom=person.code)


@employee_left.connect
def leave_seats(person: Person, *, db: Session, **_: Any) -> None:
    """Who leaves hires no more."""
    db.execute(delete(Seat).where(Seat.person_id == person.id))


def employees(db: Session) -> list[Person]:
    """Everybody who could hire for a job, by name."""
    working = select(Person).where(Person.status == "active")
    return list(db.scalars(working.order_by(Person.name, Person.id)))
