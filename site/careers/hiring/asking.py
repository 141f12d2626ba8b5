"""What a job asks of its candidates: kept by recruiters, answered on the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from careers.base import audit
from careers.base.people import Person
from careers.hiring.models import Asks, Question
from careers.jobs.models import Job

MOST = 20  # of one job
MOST_CHOICES = 12


class ChangedMeanwhile(Exception):
    """Somebody else changed or removed the question since it was shown."""


class TooMany(ValueError):
    """The job asks enough already."""


@dataclass(frozen=True)
class Asked:
    """A question as it is to be; `choices` only where one is to be chosen."""

    words: str
    asks: Asks
    choices: tuple[str, ...] = ()
    is_required: bool = False


def questions_of(db: Session, job: Job) -> list[Question]:
    """What `job` asks, in its order."""
    asked = select(Question).where(Question.job_id == job.id)
    return list(db.scalars(asked.order_by(Question.place, Question.id)))


def add_question(db: Session, job: Job, asked: Asked, person: Person) -> Question:
    """Ask one thing more, last. Raises TooMany."""
    db.execute(select(Job.id).where(Job.id == job.id).with_for_update())
    count, last = db.execute(
        select(func.count(), func.coalesce(func.max(Question.place), 0)).where(
            Question.job_id == job.id
        )
    ).one()
    if count >= MOST:
        raise TooMany
    question = Question(job_id=job.id, place=last + 1, **_values(asked))
    db.add(question)
    db.flush()
    audit.record(db, person, "question:add", question.code, job=job.code)
    return question


def change_question(
    db: Session, question: Question, asked: Asked, version: int, person: Person
) -> None:
    """Ask it otherwise, if it is still as `version` showed it. Raises ChangedMeanwhile."""
    changed = db.scalar(
        update(Question)
        .where(Question.id == question.id, Question.version == version)
        .values(**_values(asked), version=version + 1)
        .returning(Question.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise ChangedMeanwhile
    audit.record(db, person, "question:change", question.code)


def move_question(db: Session, question: Question, up: bool) -> None:
    """Ask it one place earlier or later; the first and the last stay where they are."""
    db.execute(select(Job.id).where(Job.id == question.job_id).with_for_update())
    rows = select(Question).where(Question.job_id == question.job_id)
    ranked = list(db.scalars(rows.order_by(Question.place, Question.id)))
    at = ranked.index(question)
    other = at - 1 if up else at + 1
    if 0 <= other < len(ranked):
        ranked[at], ranked[other] = ranked[other], ranked[at]
    for place, one in enumerate(ranked, 1):
        one.place = place


def remove_question(db: Session, question: Question, person: Person) -> None:
    """Ask it no more; what was answered stays with the applications."""
    db.execute(delete(Question).where(Question.id == question.id))
    audit.record(db, person, "question:remove", question.code)


def _values(asked: Asked) -> dict[str, object]:
    return {
        "words": asked.words,
        "asks": asked.asks.value,
        "choices": list(asked.choices) if asked.asks is Asks.CHOICE else [],
        "is_required": asked.is_required,
    }


def answers(
    questions: Sequence[Question], given: dict[str, str | None]
) -> list[dict[str, str | bool]]:
    """What is kept of the answers `given` by the questions' codes: words with each, so that it can
    be read when the question is changed or gone; nothing of what was left open."""
    kept: list[dict[str, str | bool]] = []
    for question in questions:
        answer = (given.get(question.code) or "").strip()
        if answer:
            said = answer == "yes" if question.asks == Asks.YES_NO else answer
            kept.append({"question": question.words, "answer": said})
    return kept
