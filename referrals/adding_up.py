"""Adding clicks up: by link, employee, job, channel and over all, per day and month; and openings,
by what was opened and day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from careers.base.database import Base, inserting
from referrals.counting import Tallies, add_to, day_of
from referrals.journal import JobOpened, Line, Opened
from referrals.models import (
    CHANNELS,
    COUNTS,
    ClickTotal,
    LinkDay,
    LinkSource,
    ShareLink,
)

OPENED = ("people", "again", "preview", "prefetch", "bot")  # columns of what was opened on a day


def add_counts(db: Session, tallies: Tallies) -> None:
    """Add to the counts of links, employees, jobs, channels and of all."""
    links = {link for link, _, _ in tallies}
    asked = select(ShareLink.id, ShareLink.person_id, ShareLink.channel)
    whose = {
        link: (person, channel)
        for link, person, channel in db.execute(asked.where(ShareLink.id.in_(links)))
    }
    by_link: dict[tuple[int, date], list[int]] = {}
    totals: dict[tuple[str, str, date, int], list[int]] = {}
    for (link, job, day), tally in tallies.items():
        add_to(by_link, (link, day), tally)
        for place in places(job, day, *whose[link]):
            add_to(totals, place, tally)
    add_up(
        db,
        LinkDay,
        [
            {"link_id": link, "day": day} | _named(tally)
            for (link, day), tally in sorted(by_link.items())
        ],
        COUNTS,
    )
    add_up(
        db,
        ClickTotal,
        [
            {"unit": unit, "subject": subject, "start": start, "key": key} | _named(tally)
            for (unit, subject, start, key), tally in sorted(totals.items())
        ],
        COUNTS,
    )


def places(job: int, day: date, person: int, channel: str) -> list[tuple[str, str, date, int]]:
    """The rows of `click_total` in which a click counts: unit, subject, start, key."""
    subjects = (
        ("all", 0),
        ("employee", person),
        ("job", job),
        ("channel", CHANNELS.index(channel)),
    )
    starts = (("day", day), ("month", day.replace(day=1)))
    return [(unit, subject, start, key) for unit, start in starts for subject, key in subjects]


def _named(tally: Sequence[int]) -> dict[str, int]:
    return dict(zip(COUNTS, tally, strict=True))


def add_sources(db: Session, lines: list[Line]) -> None:
    """Add to the counts of where the clicks of each link came from."""
    counts = Counter((line.link, line.kind, line.source) for line in lines)
    rows = [
        {"link_id": link, "class": kind, "source": source, "clicks": clicks}
        for (link, kind, source), clicks in sorted(counts.items())
    ]
    add_up(db, LinkSource, rows, ["clicks"])


What = tuple[Any, ...]  # the values of the columns that say what was opened


def add_openings(
    db: Session, sums: type[Base], visitors: type[Base], names: Sequence[str],
    openings: Iterable[tuple[What, Opened | JobOpened]],
) -> None:  # fmt: skip
    """Add what was opened to the `sums` of its day; the columns that say what it was have these
    `names`. Whom `visitors` has was one of its people on that day already, and comes again.
    """
    came = Counter(
        (what, day_of(one.at), one.kind, one.visitor if one.kind == "human" else 0)
        for what, one in openings
    )
    people = {one for one in came if one[2] == "human"}
    new = _first_times(db, visitors, names, people)
    counts: dict[tuple[What, date], Counter[str]] = defaultdict(Counter)
    for one, times in came.items():
        what, day, kind, _ = one
        is_new = one in new
        counts[what, day].update(
            {"people": is_new, "again": times - is_new} if one in people else {kind: times}
        )
    rows = [
        dict(zip(names, what, strict=True)) | {"day": day} | {kind: kinds[kind] for kind in OPENED}
        for (what, day), kinds in sorted(counts.items())
    ]
    add_up(db, sums, rows, OPENED)


def _first_times(
    db: Session, visitors: type[Base], names: Sequence[str], people: set[tuple[Any, ...]]
) -> set[tuple[Any, ...]]:
    """Those of `people` whom `visitors` did not have; it has them now."""
    key = inspect(visitors).primary_key
    rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for one in sorted(people):  # several machines in one order: none waits for another's row
        what, day, _, visitor = one
        values = dict(zip(names, what, strict=True)) | {"day": day, "visitor": visitor}
        rows[tuple(values[column.name] for column in key)] = one
    if not rows:
        return set()
    adding = inserting(db, visitors.__table__).on_conflict_do_nothing().returning(*key)
    given = [{column.name: value for column, value in zip(key, row, strict=True)} for row in rows]
    added = db.execute(adding, given)
    return {rows[tuple(row)] for row in added}


def upsert(db: Session, model: type[Base], rows: list[dict[str, Any]], key: list[str]) -> None:
    """Insert `rows`, or replace what stands at their key."""
    if rows:
        adding = inserting(db, model.__table__)
        values = {name: adding.excluded[name] for name in rows[0] if name not in key}
        db.execute(adding.on_conflict_do_update(index_elements=key, set_=values), rows)


def add_up(
    db: Session, model: type[Base], rows: list[dict[str, Any]], numbers: Collection[str]
) -> None:
    """Insert `rows`, or add their `numbers` to what stands at their key."""
    if rows:
        table = model.__table__
        adding = inserting(db, table)
        values = {name: table.c[name] + adding.excluded[name] for name in numbers}
        key = inspect(model).primary_key
        db.execute(adding.on_conflict_do_update(index_elements=key, set_=values), rows)
