"""Adding clicks up: by link, employee, job, channel and over all, per day and month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base.database import Base, inserting
from referrals.counting import (
    Tallies,
    add_to,
)
from referrals.journal import Line
from referrals.models import (
    CHANNELS,
    COUNTS,
    ClickTotal,
    LinkDay,
    LinkSource,
    ShareLink,
)


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
    _add_up(
        db,
        LinkDay,
        [
            {"link_id": link, "day": day} | _named(tally)
            for (link, day), tally in sorted(by_link.items())
        ],
        ["link_id", "day"],
    )
    _add_up(
        db,
        ClickTotal,
        [
            {"unit": unit, "subject": subject, "start": start, "key": key} | _named(tally)
            for (unit, subject, start, key), tally in sorted(totals.items())
        ],
        ["unit", "subject", "start", "key"],
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
    _add_up(db, LinkSource, rows, ["link_id", "class", "source"])


def upsert(db: Session, model: type[Base], rows: list[dict[str, Any]], key: list[str]) -> None:
    """Insert `rows`, or replace what stands at their key."""
    if rows:
        adding = inserting(db, model.__table__)
        values = {name: adding.excluded[name] for name in rows[0] if name not in key}
        db.execute(adding.on_conflict_do_update(index_elements=key, set_=values), rows)


def _add_up(db: Session, model: type[Base], rows: list[dict[str, Any]], key: list[str]) -> None:
    """Insert `rows`, or add their numbers to what stands at their key."""
    if rows:
        table = model.__table__
        adding = inserting(db, table)
        values = {
            name: table.c[name] + adding.excluded[name] for name in rows[0] if name not in key
        }
        db.execute(adding.on_conflict_do_update(index_elements=key, set_=values), rows)
