"""Ratings: each who hires says what they think by each criterion; the averages are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.base.company import Company
from careers.base.database import ChangedMeanwhile, inserting
from careers.base.people import Person
from careers.hiring.models import Application
from careers.hiring.pipeline.models import Criterion, Rating
from careers.jobs.models import Job

BEST: Final = 5
MOST_CRITERIA: Final = 12
NAME_LONGEST: Final = 80


@dataclass(frozen=True)
class Rated:
    """What is thought of an application by one criterion."""

    criterion: Criterion
    ratings: list[Rating]
    is_asked: bool  # still among the criteria of the job

    @property
    def average(self) -> float | None:
        """The mean of all ratings; None while there is none."""
        return fmean(one.score for one in self.ratings) if self.ratings else None

    def by(self, person: Person) -> int | None:
        """What `person` gave."""
        return next((one.score for one in self.ratings if one.person_id == person.id), None)


def overall(rated: Iterable[Rated]) -> float | None:
    """The mean of the averages: each criterion counts the same, however many rated by it."""
    averages = [one.average for one in rated if one.average is not None]
    return fmean(averages) if averages else None


def own_criteria(db: Session, job: Job | None) -> list[Criterion]:
    """The criteria of `job` alone, or (None) those of the company."""
    of = Criterion.job_id == job.id if job else Criterion.job_id.is_(None)
    wanted = select(Criterion).where(of, Criterion.removed_at.is_(None))
    return list(db.scalars(wanted.order_by(Criterion.position, Criterion.id)))


def criteria_for(db: Session, job: Job) -> list[Criterion]:
    """What applications to `job` are rated by: its own criteria, else the company's."""
    return own_criteria(db, job) or own_criteria(db, None)


def rated_by(db: Session, application: Application) -> list[Rated]:
    """What is thought of `application`, by each criterion asked, then those no longer asked."""
    ratings = list(
        db.scalars(
            select(Rating)
            .where(Rating.application_id == application.id)
            .order_by(Rating.at, Rating.person_id)
        ).unique()
    )
    asked = criteria_for(db, application.job)
    known = {one.id for one in asked}
    former = {one.criterion_id: one.criterion for one in ratings if one.criterion_id not in known}
    return [
        Rated(one, [r for r in ratings if r.criterion_id == one.id], one.id in known)
        for one in [*asked, *former.values()]
    ]


def raters(rated: Iterable[Rated]) -> list[Person]:
    """Everybody who rated by any criterion, once each, by name."""
    found = {rating.person_id: rating.person for one in rated for rating in one.ratings}
    return sorted(found.values(), key=lambda person: (person.name, person.id))


def rate(
    db: Session, application: Application, person: Person, scores: Mapping[int, int | None]
) -> None:
    """Keep what `person` thinks, by the criteria's keys: from 1 to 5, or None for no opinion."""
    for criterion, score in scores.items():
        if score is None:
            db.execute(
                delete(Rating).where(
                    Rating.application_id == application.id,
                    Rating.person_id == person.id,
                    Rating.criterion_id == criterion,
                )
            )
            continue
        row = inserting(db, Rating).values(
            application_id=application.id,
            person_id=person.id,
            criterion_id=criterion,
            score=score,
            at=clock.now(),
        )
        db.execute(
            row.on_conflict_do_update(
                index_elements=[Rating.application_id, Rating.person_id, Rating.criterion_id],
                set_={"score": score, "at": clock.now()},
            )
        )


def names_in(text: str) -> list[str]:
    """The criteria that somebody wrote, one a line; the same twice is once.

    Raises ValueError when there are more than `MOST_CRITERIA`, or one is too long.
    """
    names: dict[str, str] = {}
    for line in text.splitlines():
        if name := " ".join(line.split()):
            names.setdefault(name.casefold(), name)
    if len(names) > MOST_CRITERIA or any(len(name) > NAME_LONGEST for name in names.values()):
        raise ValueError(text)
    return list(names.values())


def set_criteria(
    db: Session, job: Job | None, seen: list[str], names: list[str], person: Person
) -> None:
    """Replace the criteria of `job` (None: the company's), which were `seen`, by `names`.

    One that keeps its name keeps its ratings. Raises ChangedMeanwhile.
    """
    lock = select(Job.id).where(Job.id == job.id) if job else select(Company.id)
    db.execute(lock.with_for_update())
    before = own_criteria(db, job)
    if [one.name for one in before] != seen:
        raise ChangedMeanwhile
    known = {one.name.casefold(): one for one in before}
    for position, name in enumerate(names):
        kept = known.pop(name.casefold(), None)
        if kept is not None:
            kept.name, kept.position = name, position
        else:
            db.add(Criterion(job_id=job.id if job else None, name=name, position=position))
    for one in known.values():
        one.removed_at = clock.now()
    audit.record(db, person, "criteria:change", job.code if job else "")
