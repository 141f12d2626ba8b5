"""Reading the pipeline: lists, the board, and all that happened to an application."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from careers.base import clock, codes
from careers.base.audit import Act
from careers.base.people import Person, PersonRole, Role
from careers.base.permissions import PARTS
from careers.hiring.models import Application, Stage, StageChange
from careers.hiring.pipeline.access import Access
from careers.hiring.pipeline.models import Letter, Seat
from careers.jobs.models import Job

SOURCES: Final = ("referral", "inspiration", "unknown")
WAITING: Final = (3, 7, 14, 30)  # days in the same stage
OPEN: Final = (Stage.NEW, Stage.SCREENING, Stage.INTERVIEW, Stage.OFFER)
CARDS: Final = 30  # of a stage, on the board
PAST_CARDS: Final = 8  # of one that is past
_LOGGED: Final = (
    "application:assign",
    "application:correct",
    "application:cv",
    "application:join",
    "application:part",
    "note:delete",
)


@dataclass(frozen=True)
class Sought:
    """Which applications somebody looks for; empty means any."""

    text: str = ""
    job: str = ""  # its code
    stage: str = ""
    source: str = ""  # of SOURCES
    recruiter: str = ""  # a person's code, or "nobody"
    waiting: int = 0  # days at least since the last step, of those that go on

    def asked(self) -> dict[str, Any]:
        """What an address carries of it."""
        values = {
            "q": self.text,
            "job": self.job,
            "stage": self.stage,
            "source": self.source,
            "recruiter": self.recruiter,
            "waiting": self.waiting,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class ApplicationList:
    """One page of applications, and how many there are in each stage."""

    applications: list[Application]
    stages: dict[Stage, int]
    count: int


@dataclass(frozen=True)
class Column:
    """A stage on the board: its first applications, and how many there are."""

    stage: Stage
    applications: list[Application]
    count: int


def sought_applications(
    db: Session, access: Access, sought: Sought, page: int, per_page: int
) -> ApplicationList:
    """A page of the applications that `sought` describes: newest first, or, of those that wait,
    the longest first."""
    stages = _counts(db, access, sought)
    wanted = _narrowed(select(Application), access, sought)
    if sought.stage:
        wanted = wanted.where(Application.stage == sought.stage)
    order = (
        (Application.stage_since, Application.id)
        if sought.waiting
        else (Application.created_at.desc(), Application.id.desc())
    )
    rows = wanted.options(joinedload(Application.recruiter)).order_by(*order)
    found = db.scalars(rows.limit(per_page).offset((page - 1) * per_page)).unique()
    count = stages[Stage(sought.stage)] if sought.stage else sum(stages.values())
    return ApplicationList(list(found), stages, count)


def board(db: Session, access: Access, sought: Sought) -> list[Column]:
    """The applications that `sought` describes, by stage: of each the `CARDS` that wait longest; of
    those that are past, the newest `PAST_CARDS`."""
    anywhere = replace(sought, stage="")
    counts = _counts(db, access, anywhere)
    ranked = _narrowed(
        select(
            Application.id,
            func.row_number()
            .over(
                partition_by=Application.stage,
                order_by=(Application.stage_since, Application.id),
            )
            .label("first"),
            func.row_number()
            .over(
                partition_by=Application.stage,
                order_by=(Application.stage_since.desc(), Application.id.desc()),
            )
            .label("last"),
        ),
        access,
        anywhere,
    ).subquery()
    one = aliased(Application)
    goes_on = one.stage.in_([stage.value for stage in OPEN])
    cards = (
        select(one)
        .join(ranked, ranked.c.id == one.id)
        .where(or_(goes_on & (ranked.c.first <= CARDS), ~goes_on & (ranked.c.last <= PAST_CARDS)))
        .options(joinedload(one.recruiter))
        .order_by(one.stage_since, one.id)
    )
    found = list(db.scalars(cards).unique())
    columns = []
    for stage in Stage:
        here = [card for card in found if card.stage == stage]
        columns.append(Column(stage, here if stage in OPEN else here[::-1], counts[stage]))
    return columns


def _counts(db: Session, access: Access, sought: Sought) -> dict[Stage, int]:
    """By stage, whatever stage is sought."""
    counted = select(Application.stage, func.count(Application.id)).select_from(Application)
    rows = db.execute(_narrowed(counted, access, sought).group_by(Application.stage))
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    return {stage: counts.get(stage.value, 0) for stage in Stage}


def _narrowed(wanted: Any, access: Access, sought: Sought) -> Any:
    """By all but the stage."""
    wanted = wanted.where(access.seen())
    if sought.job:
        wanted = wanted.where(
            Application.job_id == select(Job.id).where(Job.code == sought.job).scalar_subquery()
        )
    if sought.source:
        source = "" if sought.source == "unknown" else sought.source
        wanted = wanted.where(Application.source == source)
    if sought.recruiter == "nobody":
        wanted = wanted.where(Application.recruiter_id.is_(None))
    elif sought.recruiter:
        theirs = select(Person.id).where(Person.code == sought.recruiter).scalar_subquery()
        wanted = wanted.where(Application.recruiter_id == theirs)
    if sought.waiting:
        wanted = wanted.where(
            Application.stage.in_([stage.value for stage in OPEN]),
            Application.stage_since <= clock.now() - timedelta(days=sought.waiting),
        )
    for word in sought.text.split():
        wanted = wanted.where(_says(word))
    return wanted


def _says(word: str) -> Any:
    """In the name, whatever its accents; in the address; in the message."""
    key = codes.slug(word)
    places = [
        Application.name_key.contains(key, autoescape=True)
        if key
        else Application.name.contains(word, autoescape=True),
        Application.email.contains(word.lower(), autoescape=True),
        Application.message.icontains(word, autoescape=True),
    ]
    return or_(*places)


def jobs_with_applications(db: Session, access: Access) -> list[Any]:
    """Code and title of every job that somebody applied for, by title, of those that one sees."""
    there = select(Application.id).where(Application.job_id == Job.id, access.seen()).exists()
    return list(db.execute(select(Job.code, Job.title).where(there).order_by(Job.title, Job.id)))


def who_can_move(db: Session, access: Access) -> list[Person]:
    """To whom applications can be assigned, by name: recruiters, and who else moves those of a job
    that `access` sees."""
    recruits = select(PersonRole.person_id).where(PersonRole.role == Role.RECRUITER.value)
    parts = [part.value for part in PARTS if "application:move" in PARTS[part]]
    seats = select(Seat.person_id).where(Seat.part.in_(parts))
    if access.parts:
        seats = seats.where(Seat.job_id.in_(access.parts))
    wanted = select(Person).where(
        Person.status == "active", or_(Person.id.in_(recruits), Person.id.in_(seats))
    )
    return list(db.scalars(wanted.order_by(Person.name, Person.id)))


@dataclass(frozen=True)
class Entry:
    """Something that happened to an application. `kind` is "step", "letter", or the act's name."""

    at: datetime
    kind: str
    person: Person | None
    of: StageChange | Letter | Act


def history_of(db: Session, application: Application) -> list[Entry]:
    """All that happened, first to last."""
    steps = db.scalars(select(StageChange).where(StageChange.application_id == application.id))
    sent = db.scalars(select(Letter).where(Letter.application_id == application.id)).unique()
    acts = db.scalars(
        select(Act).where(Act.subject == application.code, Act.what.in_(_LOGGED)).order_by(Act.id)
    )
    entries = [Entry(one.at, "step", one.person, one) for one in steps]
    entries += [Entry(one.created_at, "letter", one.person, one) for one in sent]
    entries += [Entry(one.at, one.what, one.person, one) for one in acts]
    return sorted(entries, key=lambda entry: entry.at)


def people_named(db: Session, entries: list[Entry]) -> dict[str, str]:
    """The names of those to whom an application was assigned, by their codes."""
    asked = {
        entry.of.details.get("to")
        for entry in entries
        if isinstance(entry.of, Act) and entry.kind == "application:assign"
    }
    rows = db.execute(select(Person.code, Person.name).where(Person.code.in_(asked - {None})))
    return {row.code: row.name for row in rows}


def last_step(db: Session, application: Application) -> StageChange | None:
    """The step that brought it where it is."""
    steps = select(StageChange).where(StageChange.application_id == application.id)
    return db.scalar(steps.order_by(StageChange.id.desc()).limit(1))
