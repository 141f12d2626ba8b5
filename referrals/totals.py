"""Who brought whom: clicks, applications and hires over a period, by employee, team, job, channel
or office. Clicks are read from rollups only, never one by one.

Teams and offices are those that employees have today. An application that several employees share
counts once for each of them, and once in all; credit is each one's share of it. Both are as they
stand: what somebody corrected by hand counts as corrected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache, cached_property
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Subquery,
    bindparam,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import Base, UTCDateTime
from careers.base.people import Person
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.models import CHANNELS, COUNTS, Click, ShareLink
from referrals.periods import Period, Span, bounded, month, spans, steps, unit_of
from referrals.periods import starts as rollup_starts
from referrals.standing import STANDING, in_units
from referrals.starting import starts

GROUPS = ("employee", "team", "job", "channel", "office")
SUBJECTS = {  # group → the subject of click_total that holds its clicks
    "employee": "employee",
    "team": "employee",
    "office": "employee",
    "job": "job",
    "channel": "channel",
}


class Figures(NamedTuple):
    """What came of sharing: clicks told apart (see `models.Counts`), applications, hires."""

    human: int = 0
    repeat: int = 0
    people: int = 0
    confirmed: int = 0
    preview: int = 0
    prefetch: int = 0
    bot: int = 0
    applications: int = 0
    hires: int = 0  # of those applications
    credit: int = 0  # the shares in those applications, in billionths of an application
    started: int = 0  # people who began to fill in an application form


FIGURES = Figures._fields
assert FIGURES[: len(COUNTS)] == COUNTS
TOTAL = Base.metadata.tables["click_total"].c
Counts = tuple[int, ...]  # in the order of COUNTS
Results = list[tuple[Any, ...]]  # one for each employee's credit in an application:
APPLICATION, DAY, IS_HIRED, PERSON, JOB, CHANNEL, PART, WHOLE = range(8)  # its columns
Result = tuple[int, int, int]  # applications, hires and credit, as in `Figures`
_channel_credited = func.coalesce(ShareLink.channel, "other")  # of word of mouth there is no link
Starts = list[tuple[Any, ...]]  # how many people began to fill in a form, by
START_DAY, START_PERSON, START_JOB, START_CHANNEL, STARTED = range(5)
NO_CLICKS, NO_RESULTS = (0,) * len(COUNTS), (0, 0, 0)
NOTHING = (*NO_CLICKS, *NO_RESULTS, 0)


def figures_of(clicks: Counts | None, results: Result | None = None, started: int = 0) -> Figures:
    """Clicks in the order of COUNTS, what came of them, and how many began to fill in a form, as
    figures; None: none."""
    both = (clicks or NO_CLICKS) + (results or NO_RESULTS)
    return Figures(*both)._replace(started=started)


class Brought(NamedTuple):
    """One row of the recruiter's page."""

    key: str  # public: a person's code, a job's slug, a channel, or a name; "": none of them
    name: str  # "" where there is none
    figures: Figures


@dataclass(frozen=True, slots=True)
class Subject:
    """One employee, team, job, channel or office, looked at by itself."""

    group: str
    key: str
    name: str
    rows: Any  # the keys of its rows in click_total: numbers, or a query for them
    is_behind: ColumnElement[bool]  # of a share that stands, with its link and application
    is_shared: ColumnElement[bool]  # of a share link


@dataclass(frozen=True, slots=True)
class Trend:
    """Figures step by step."""

    unit: str  # day, month
    steps: list[tuple[date, Figures]]


# -- all together -----------------------------------------------------------------------------


class Board:
    """What a period brought, in all and by each group. Each table is read once."""

    def __init__(self, db: Session, period: Period) -> None:
        self._db, self._period = db, period
        self._clicks: dict[str, dict[int, Counts]] = {}

    @cached_property
    def total(self) -> Figures:
        """Everything together."""
        return figures_of(
            _clicks(self._db, self._period),
            count_results(self._results),
            sum(row[STARTED] for row in self._starts),
        )

    @cached_property
    def trend(self) -> Trend | None:
        """Everything, step by step; None when there is nothing."""
        return _trend(self._db, self._period, None, self._results, self._starts)

    def brought(self, group: str) -> list[Brought]:
        """What each row of `group` brought, in no order; only those who share are there."""
        clicks, results = self._clicks_by(group), self._results_by(group)
        started = self._starts_by(group)
        names = self._names(group, clicks.keys() | results.keys() | started.keys())
        return [
            Brought(key, name, figures_of(clicks.get(row), results.get(row), started.get(row, 0)))
            for row, (key, name) in names.items()
        ]

    @cached_property
    def _results(self) -> Results:
        return _results(self._db, self._period)

    @cached_property
    def _starts(self) -> Starts:
        return _starts(self._db, self._period)

    @cached_property
    def _sharers(self) -> dict[int, Any]:
        return {row.id: row for row in self._db.execute(_asked_sharers()).all()}

    def _clicks_by(self, group: str) -> dict[Any, Counts]:
        subject = SUBJECTS[group]
        if subject not in self._clicks:
            self._clicks[subject] = _clicks_by(self._db, subject, "key", spans(self._period))
        if group not in {"team", "office"}:
            return self._clicks[subject]
        found: dict[str, Counts] = {}
        for person, counts in self._clicks[subject].items():
            name = getattr(self._sharers[person], group)
            found[name] = tuple(map(add, found.get(name, NO_CLICKS), counts))
        return found

    def _results_by(self, group: str) -> dict[Any, Result]:
        if group == "channel":
            found = count_by(CHANNEL, self._results)
            return {CHANNELS.index(name): counts for name, counts in found.items()}
        if group == "job":
            return count_by(JOB, self._results)
        if group == "employee":
            return count_by(PERSON, self._results)
        names = {person: getattr(row, group) for person, row in self._sharers.items()}
        return count_by(PERSON, self._results, names)

    def _starts_by(self, group: str) -> dict[Any, int]:
        if group == "channel":
            names: Any = {name: place for place, name in enumerate(CHANNELS)}
            return add_starts(START_CHANNEL, self._starts, names)
        if group == "job":
            return add_starts(START_JOB, self._starts)
        if group == "employee":
            return add_starts(START_PERSON, self._starts)
        names = {person: getattr(row, group) for person, row in self._sharers.items()}
        return add_starts(START_PERSON, self._starts, names)

    def _names(self, group: str, brought: Iterable[Any]) -> dict[Any, tuple[str, str]]:
        """The public key and the name of each row of a group, by its key in the rollups."""
        if group == "channel":
            return {row: (CHANNELS[row], CHANNELS[row]) for row in brought}
        if group == "job":
            return _jobs(self._db, set(brought))
        if group == "employee":
            return {person: (row.code, row.name) for person, row in self._sharers.items()}
        names = {getattr(row, group) for row in self._sharers.values()}
        return {name: (name, name) for name in names}


def _clicks(db: Session, period: Period, subject: Subject | None = None) -> Counts:
    found = spans(period)
    if subject is None:
        asked = _asked_sums("all", tuple(map(_shape, found)))
    else:
        rows = _rollups(SUBJECTS[subject.group], tuple(map(_shape, found)))
        asked = select(*_sums(rows)).where(rows.c.key.in_(subject.rows))
    return tuple(db.execute(asked, _dates(found)).one())


@cache
def _asked_sums(subject: str, shapes: tuple[_Shape, ...], by: str = "") -> Select[Any]:
    """All of `subject` in some spans, if need be by `key` or `start`."""
    rows = _rollups(subject, shapes)
    if not by:
        return select(*_sums(rows))
    return select(rows.c[by], *_sums(rows)).group_by(rows.c[by])


def _clicks_by(db: Session, subject: str, by: str, wanted: list[Span]) -> dict[Any, Counts]:
    """The clicks of all of `subject` by `key` or by `start`."""
    asked = _asked_sums(subject, tuple(map(_shape, wanted)), by)
    return {row[0]: tuple(row[1:]) for row in db.execute(asked, _dates(wanted)).all()}


class _Shape(NamedTuple):
    """A span but for its dates: there are only a few, so statements are made once."""

    sign: int
    unit: str
    begins: bool
    ends: bool


def _shape(span: Span) -> _Shape:
    return _Shape(span.sign, span.unit, span.first is not None, span.last is not None)


def _dates(spans: list[Span]) -> dict[str, date]:
    named = {f"first{n}": span.first for n, span in enumerate(spans)}
    named |= {f"last{n}": span.last for n, span in enumerate(spans)}
    return {name: day for name, day in named.items() if day is not None}


@cache
def _rollups(subject: str, shapes: tuple[_Shape, ...]) -> Subquery:
    """The rows of click_total in some spans."""
    parts = []
    for number, shape in enumerate(shapes):
        part = select(TOTAL.key, TOTAL.start, *_signed(shape.sign)).where(
            TOTAL.unit == shape.unit, TOTAL.subject == subject
        )
        if shape.begins:
            part = part.where(TOTAL.start >= bindparam(f"first{number}", type_=Date))
        if shape.ends:
            part = part.where(TOTAL.start <= bindparam(f"last{number}", type_=Date))
        parts.append(part)
    return union_all(*parts).subquery()


def _signed(sign: int) -> list[Any]:
    return [TOTAL[name] if sign > 0 else (-TOTAL[name]).label(name) for name in COUNTS]


def _sums(rows: FromClause) -> list[Any]:
    return [cast(func.coalesce(func.sum(rows.c[name]), 0), Integer).label(name) for name in COUNTS]


def _results(db: Session, period: Period, subject: Subject | None = None) -> Results:
    asked = _asked_credits(period.since is not None, period.until is not None)
    if subject is not None:
        asked = asked.where(subject.is_behind)
    return [tuple(row) for row in db.execute(asked, _moments(period)).all()]


@cache
def _asked_credits(begins: bool, ends: bool) -> Select[Any]:
    """Shares with what is to be counted of their applications: see `Results`."""
    columns: list[Any] = [
        Application.id,
        func.date(Application.created_at),  # UTC on both databases
        Application.hired_at.is_not(None),
        STANDING.c.person_id,
        Application.job_id,
        _channel_credited,
        STANDING.c.part,
        STANDING.c.whole,
    ]
    asked = (
        select(*columns)
        .join(STANDING, STANDING.c.application_id == Application.id)
        .outerjoin(ShareLink, ShareLink.id == STANDING.c.link_id)
    )
    if begins:
        asked = asked.where(Application.created_at >= bindparam("since", type_=UTCDateTime))
    if ends:
        asked = asked.where(Application.created_at < bindparam("until", type_=UTCDateTime))
    return asked


def _starts(db: Session, period: Period, subject: Subject | None = None) -> Starts:
    """Who began to fill in a form: see `Starts`."""
    each = starts(*clicked_in(period))
    by = (each.c.day, ShareLink.person_id, each.c.job, ShareLink.channel)
    asked: Select[Any] = select(*by, func.count()).join(each, each.c.link_id == ShareLink.id)
    if subject is not None:
        is_its = each.c.job.in_(subject.rows) if subject.group == "job" else subject.is_shared
        asked = asked.where(is_its)
    return [tuple(row) for row in db.execute(asked.group_by(*by))]


def _moments(period: Period) -> dict[str, datetime]:
    """When `period` begins, and when it is over."""
    found = {}
    if period.since is not None:
        found["since"] = datetime.combine(period.since, time.min, UTC)
    if period.until is not None:
        found["until"] = datetime.combine(period.until, time.min, UTC) + timedelta(days=1)
    return found


def clicked_in(period: Period) -> list[ColumnElement[bool]]:
    """Conditions on a click: that it came in `period`."""
    return _within(Click.at, period)


def applied_in(period: Period) -> list[ColumnElement[bool]]:
    """Conditions on an application: that it came in `period`."""
    return _within(Application.created_at, period)


def _within(column: Any, period: Period) -> list[ColumnElement[bool]]:
    moments = _moments(period)
    found = []
    if "since" in moments:
        found.append(column >= moments["since"])
    if "until" in moments:
        found.append(column < moments["until"])
    return found


def count_results(results: Results) -> Result:
    """How many applications there are among `results`, each once, how many hires, and how much
    credit."""
    return counted((row[APPLICATION], row[IS_HIRED], row[PART], row[WHOLE]) for row in results)


def count_by(
    column: int, results: Results, names: Mapping[Any, Any] | None = None
) -> dict[Any, Result]:
    """The same by what stands in a column, or by what `names` calls that."""
    those: dict[Any, Results] = defaultdict(list)
    for result in results:
        those[result[column] if names is None else names[result[column]]].append(result)
    return {key: count_results(rows) for key, rows in those.items()}


def counted(shares: Iterable[tuple[int, bool, int, int]]) -> Result:
    """Shares, each with its application's key and whether it was hired, added up."""
    seen: dict[int, bool] = {}
    credit = 0
    for application, is_hired, part, whole in shares:
        seen[application] = is_hired
        credit += in_units(part, whole)
    return len(seen), sum(seen.values()), credit


def add_starts(column: int, rows: Starts, names: Mapping[Any, Any] | None = None) -> dict[Any, int]:
    """How many people began by what stands in a column, or by what `names` calls that."""
    found: dict[Any, int] = defaultdict(int)
    for row in rows:
        found[row[column] if names is None else names[row[column]]] += row[STARTED]
    return found


@cache
def _asked_sharers() -> Select[Any]:
    columns: list[Any] = [Person.id, Person.code, Person.name, Person.team, Person.office]
    return select(*columns).where(_has_shared())


@cache
def _asked_jobs() -> Select[Any]:
    is_shared = select(ShareLink.id).where(ShareLink.job_id == Job.id).exists()
    columns: list[Any] = [Job.id, Job.slug, Job.title, is_shared]
    return select(*columns)


def _has_shared() -> ColumnElement[bool]:
    """Who has a link, or brought somebody by word of mouth."""
    has_a_link = select(ShareLink.id).where(ShareLink.person_id == Person.id).exists()
    return or_(has_a_link, Person.id.in_(select(STANDING.c.person_id)))


def _jobs(db: Session, brought: set[int]) -> dict[int, tuple[str, str]]:
    """Jobs that were shared or that `brought` something; 0 stands for links to no single job."""
    jobs = db.execute(_asked_jobs()).all()
    found = {row[0]: (row[1], row[2]) for row in jobs if row[3] or row[0] in brought}
    return found | ({0: ("", "")} if 0 in brought else {})


# -- one by itself ----------------------------------------------------------------------------


def find_subject(db: Session, group: str, key: str) -> Subject | None:
    """One row of `Board.brought` by its public key; None when nobody shared that way."""
    if group not in GROUPS:
        return None
    if group == "job":
        return _job(db, key)
    if group == "channel":
        if key not in CHANNELS:
            return None
        is_behind, is_shared = _channel_credited == key, ShareLink.channel == key
        return Subject(group, key, key, [CHANNELS.index(key)], is_behind, is_shared)
    column = Person.code if group == "employee" else getattr(Person, group)
    name = Person.name if group == "employee" else column
    found = db.scalar(select(name).where(column == key, _has_shared()).limit(1))
    if found is None:
        return None
    those = select(Person.id).where(column == key)
    is_behind, is_shared = STANDING.c.person_id.in_(those), ShareLink.person_id.in_(those)
    return Subject(group, key, found, those, is_behind, is_shared)


def _job(db: Session, key: str) -> Subject | None:
    if not key:
        leads_to_none, nothing = ShareLink.job_id.is_(None), Application.job_id.is_(None)
        return Subject("job", "", "", [0], nothing, leads_to_none)
    job = db.execute(select(Job.id, Job.title).where(Job.slug == key)).one_or_none()
    if job is None:
        return None
    is_shared, is_behind = ShareLink.job_id == job.id, Application.job_id == job.id
    brought = select(Application.id).join(STANDING, STANDING.c.application_id == Application.id)
    is_there = select(ShareLink.id).where(is_shared).exists() | brought.where(is_behind).exists()
    if not db.scalar(select(is_there)):
        return None
    return Subject("job", key, job.title, [job.id], is_behind, is_shared)


def brought_by(db: Session, subject: Subject, period: Period) -> tuple[Figures, Trend | None]:
    """What one of a group brought in all of `period`, and step by step."""
    results, started = _results(db, period, subject), _starts(db, period, subject)
    figures = figures_of(
        _clicks(db, period, subject), count_results(results), sum(row[STARTED] for row in started)
    )
    return figures, _trend(db, period, subject, results, started)


class Share(NamedTuple):
    """Somebody's share of an application, as it stands."""

    application: Application
    person: Person
    channel: str  # "" when no link was followed
    share: Fraction
    is_by_hand: bool  # as somebody corrected it


def credited(
    db: Session, subject: Subject, period: Period, count: int, skip: int = 0
) -> tuple[list[Share], int]:
    """The shares behind what `subject` brought, of the newest applications first; and how many
    there are."""
    columns: list[Any] = [
        Application, Person, ShareLink.channel, STANDING.c.part, STANDING.c.whole,
        STANDING.c.is_by_hand,
    ]  # fmt: skip
    behind = (
        select(*columns)
        .join(STANDING, STANDING.c.application_id == Application.id)
        .join(Person, Person.id == STANDING.c.person_id)
        .outerjoin(ShareLink, ShareLink.id == STANDING.c.link_id)
        .where(subject.is_behind, *applied_in(period))
    )
    total = db.scalar(
        select(func.count()).select_from(behind.with_only_columns(Application.id).subquery())
    )
    newest = behind.order_by(Application.created_at.desc(), Application.id, Person.id)
    return [
        Share(application, person, channel or "", Fraction(part, whole), bool(is_by_hand))
        for application, person, channel, part, whole, is_by_hand in db.execute(
            newest.limit(count).offset(skip)
        )
    ], total or 0


def clicks_of(db: Session, person: Person) -> Figures:
    """All clicks on all links of one person, ever."""
    months = select(*_sums(Base.metadata.tables["click_total"])).where(
        TOTAL.unit == "month", TOTAL.subject == "employee", TOTAL.key == person.id
    )
    return figures_of(tuple(db.execute(months).one()))


# -- trends -----------------------------------------------------------------------------------


def _trend(
    db: Session, period: Period, subject: Subject | None, results: Results, started: Starts
) -> Trend | None:
    """By day, or by month when the days of `period` are many; a month at its edge holds only the
    days within."""
    first, last = (
        db.scalar(
            select(TOTAL.start)
            .where(TOTAL.unit == "day", TOTAL.subject == "all")
            .order_by(order)
            .limit(1)
        )
        for order in (TOTAL.start, TOTAL.start.desc())
    )
    by_day = count_by(DAY, results)
    brought = {date.fromisoformat(str(day)): counts for day, counts in by_day.items()}
    began = {
        date.fromisoformat(str(day)): count for day, count in add_starts(START_DAY, started).items()
    }
    whole = bounded(period, [first, last, *brought, *began], clock.now().date())
    if whole is None:
        return None
    clicks = _clicks_in_steps(db, whole, subject)
    return Trend(unit_of(whole), folded(whole, clicks, brought, began))


def _clicks_in_steps(
    db: Session, period: Period, subject: Subject | None
) -> Iterable[tuple[Any, ...]]:
    wanted = spans(period)
    if unit_of(period) == "day":
        wanted = [Span(1, "day", period.since, period.until)]
    if subject is None:
        found = _clicks_by(db, "all", "start", wanted)
        return [(start, *counts) for start, counts in found.items()]
    parts = [
        select(TOTAL.start, *_signed(span.sign)).where(
            TOTAL.unit == span.unit,
            TOTAL.subject == SUBJECTS[subject.group],
            TOTAL.start.in_(
                rollup_starts(span)
            ),  # each found by its key, not by walking past others
            TOTAL.key.in_(subject.rows),
        )
        for span in wanted
    ]
    rows = union_all(*parts).subquery()
    asked = select(rows.c.start, *_sums(rows)).group_by(rows.c.start)
    return [tuple(row) for row in db.execute(asked).all()]


def folded(
    period: Period,
    clicks: Iterable[tuple[Any, ...]],
    results: dict[date, Result],
    started: dict[date, int],
) -> list[tuple[date, Figures]]:
    """A step for each day or month of a bounded `period`: `clicks` are (start, *COUNTS)."""
    by_month = unit_of(period) == "month"
    parts = [(start, (*counts, *NO_RESULTS, 0)) for start, *counts in clicks]
    parts += [(day, (*NO_CLICKS, *result, 0)) for day, result in results.items()]
    parts += [(day, (*NO_CLICKS, *NO_RESULTS, count)) for day, count in started.items()]
    sums: dict[date, tuple[int, ...]] = {}
    for day, figures in parts:
        step = month(day) if by_month else day
        sums[step] = tuple(map(add, sums.get(step, NOTHING), figures))
    return [(step, Figures(*sums.get(step, NOTHING))) for step in steps(period)]
