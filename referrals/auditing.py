"""The proof that totals equal the log: every rollup recomputed from the clicks and compared.

Memory stays bounded however many clicks there are: they are read link by link and day by day, and
what they add up to is kept in a file of its own until it is compared. All is read at one moment, so
clicks that are stored meanwhile are no difference.
"""

from __future__ import annotations

import fcntl
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import add
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Table, and_, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from careers.base.database import Base, Database
from referrals.counting import NOTHING, OTHERS, Seen, add_to, count, day_of, tell_apart
from referrals.journal import microseconds
from referrals.models import CHANNELS, COUNTS, Click, ShareLink

LINKS_AT_ONCE = 100
ROWS_AT_ONCE = 5_000
KEPT = 100  # differences that are told one by one

ROLLUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # table → its key, its numbers
    "link_day": (("link_id", "day"), COUNTS),
    "link_source": (("link_id", "class", "source"), ("clicks",)),
    "click_total": (("unit", "subject", "start", "key"), COUNTS),
}


PART = ("day", "month", "employee", "job", "channel", "everything")  # of one link's day and job


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what the clicks say."""

    table: str
    key: dict[str, Any]
    found: dict[str, Any]  # {}: the row is missing
    expected: dict[str, Any]  # {}: there should be no such row

    def __str__(self) -> str:
        named = " ".join(f"{name}={value}" for name, value in self.key.items())
        told = (
            f"{name} {self.found.get(name, 0)} → {self.expected.get(name, 0)}"
            for name in self.found or self.expected
            if self.found.get(name, 0) != self.expected.get(name, 0)
        )
        return f"{self.table} {named}: {', '.join(told)}"


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit came to."""

    clicks: int
    rows: int  # rollups that were compared
    differences: int
    first: list[Difference]


def audit(
    database: Database,
    folder: Path,
    *,
    repair: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Report:
    """Recompute every rollup, and which clicks are repeats, from the clicks; compare.

    `folder` is that of the journals. With `repair` what differs is put right in the same
    transaction; clicks are stored again only after it. `progress` is told how many links of how
    many are done.
    """
    with _at_one_moment(database, folder, repair) as db, _scratch() as scratch:
        book = _Book(db, repair)
        clicks = _recompute(db, scratch, book, progress)
        for table in ROLLUPS:
            _compare(scratch, table, book)
        if repair:
            db.commit()
    return Report(clicks, book.rows, book.differences, book.first)


@contextmanager
def _at_one_moment(database: Database, folder: Path, repair: bool) -> Iterator[Session]:
    """A session that sees one state of the database throughout; with `repair`, nobody stores clicks
    meanwhile."""
    if not repair:
        with reading_one_moment(database) as db:
            yield db
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "ingest.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with database.writing() as db:
            if not database.is_sqlite:  # other machines store clicks too
                tables = ", ".join(("click", *ROLLUPS))
                db.execute(text(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
            yield db


@contextmanager
def reading_one_moment(database: Database) -> Iterator[Session]:
    """A session that reads, and sees one state of the database throughout."""
    engine = database.engine.execution_options(reads_only=True)
    if not database.is_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as db:
        yield db


@contextmanager
def _scratch() -> Iterator[sqlite3.Connection]:
    """A file of our own for what the clicks add up to; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = sqlite3.connect(Path(folder) / "audit.db", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            scratch.execute(f"PRAGMA {pragma}")
        for table, (key, numbers) in ROLLUPS.items():
            for side in ("found", "expected"):
                scratch.execute(f"CREATE TABLE {side}_{table} ({', '.join((*key, *numbers))})")
        scratch.execute(f"CREATE TABLE part ({', '.join((*PART, *COUNTS))})")
        scratch.execute("BEGIN")
        try:
            yield scratch
        finally:
            scratch.close()


class _Book:
    """What was compared, what differed; and, if asked to, puts it right."""

    def __init__(self, db: Session, repair: bool) -> None:
        self._db, self._repair = db, repair
        self.rows = self.differences = 0
        self.first: list[Difference] = []

    def note(self, difference: Difference) -> None:
        self.differences += 1
        if len(self.first) < KEPT:
            self.first.append(difference)
        if self._repair:
            _put_right(self._db, difference)


def _put_right(db: Session, difference: Difference) -> None:
    table = Base.metadata.tables[difference.table]
    key = {name: _typed(table, name, value) for name, value in difference.key.items()}
    is_it = and_(*(table.c[name] == value for name, value in key.items()))
    if difference.table == "click":
        db.execute(update(table).where(is_it).values(difference.expected))
        return
    db.execute(delete(table).where(is_it))
    if difference.expected:
        db.execute(insert(table).values(key | difference.expected))


def _typed(table: Table, name: str, value: Any) -> Any:
    return date.fromisoformat(value) if table.c[name].type.python_type is date else value


# -- what the clicks say ----------------------------------------------------------------------


class _Raw(NamedTuple):
    """A click as it is stored, with its time in microseconds since 1970."""

    link: int
    at: int
    id: str
    job: int
    kind: str
    source: str
    visitor: int
    is_repeat: bool
    is_confirmed: bool


def _recompute(
    db: Session,
    scratch: sqlite3.Connection,
    book: _Book,
    progress: Callable[[int, int], None],
) -> int:
    """Fill the scratch file with what the rollups are and should be; how many clicks there are."""
    for table in ROLLUPS:
        _copy(db, scratch, table)
    asked = select(ShareLink.id, ShareLink.person_id, ShareLink.channel).order_by(ShareLink.id)
    links, done, total, after = db.scalar(select(func.count()).select_from(ShareLink)) or 0, 0, 0, 0
    progress(0, links)
    while chunk := db.execute(asked.where(ShareLink.id > after).limit(LINKS_AT_ONCE)).all():
        whose = {row.id: (row.person_id, row.channel) for row in chunk}
        sums = _Sums([], [], [])
        for link, clicks in groupby(_clicks(db, min(whose), max(whose)), key=lambda raw: raw.link):
            total += _add_link(sums, book, link, *whose[link], clicks)
        _insert(scratch, "part", sums.parts)
        _insert(scratch, "expected_link_day", sums.days)
        _insert(scratch, "expected_link_source", sums.sources)
        after = max(whose)
        done += len(chunk)
        progress(done, links)
    _add_up(scratch)
    return total


def _add_up(scratch: sqlite3.Connection) -> None:
    """Add the parts up as click_total should."""
    sums = ", ".join(f"sum({name})" for name in COUNTS)
    for unit in ("day", "month"):
        for subject, column in (
            ("employee", "employee"), ("job", "job"), ("channel", "channel"), ("all", "everything"),
        ):  # fmt: skip
            scratch.execute(
                f"INSERT INTO expected_click_total SELECT '{unit}', '{subject}', {unit}, {column}, "  # noqa: S608
                f"{sums} FROM part GROUP BY {unit}, {column}"
            )


def _copy(db: Session, scratch: sqlite3.Connection, table: str) -> None:
    key, numbers = ROLLUPS[table]
    columns = Base.metadata.tables[table].c
    rows = db.execute(
        select(*(columns[name] for name in (*key, *numbers))),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    for part in rows.partitions():
        _insert(scratch, f"found_{table}", part)


def _insert(scratch: sqlite3.Connection, table: str, rows: Iterable[Any]) -> None:
    plain = [
        [value.isoformat() if isinstance(value, date) else value for value in row] for row in rows
    ]
    if plain:
        marks = ",".join("?" * len(plain[0]))
        scratch.executemany(f"INSERT INTO {table} VALUES ({marks})", plain)  # noqa: S608


def _clicks(db: Session, first: int, last: int) -> Iterator[_Raw]:
    """The clicks of the links from `first` to `last`, by link and in order of time."""
    asked = (
        select(
            Click.link_id, Click.at, Click.id, Click.job_id, Click.class_, Click.source,
            Click.visitor, Click.is_repeat, Click.is_confirmed,
        )
        .where(Click.link_id.between(first, last))
        .order_by(Click.link_id, Click.at)
    )  # fmt: skip
    rows = db.execute(asked, execution_options={"yield_per": ROWS_AT_ONCE})
    for row in rows:
        yield _Raw(row[0], microseconds(row[1]), row[2], row[3] or 0, *row[4:])


class _Sums(NamedTuple):
    """Rows for the scratch file, of a few links."""

    parts: list[Any]
    days: list[Any]
    sources: list[Any]


def _add_link(
    sums: _Sums,
    book: _Book,
    link: int,
    person: int,
    channel: str,
    clicks: Iterable[_Raw],
) -> int:
    """Add one link's clicks to `sums`; how many they are."""
    sources: Counter[tuple[str, str]] = Counter()
    for day, of_day in groupby(clicks, key=lambda raw: day_of(raw.at)):
        those = list(of_day)
        sources.update((raw.kind, raw.source) for raw in those)
        by_job, repeats = _tallies(those)
        whole = list(NOTHING)
        for job, tally in by_job.items():
            whole = list(map(add, whole, tally))
            key = (day, day.replace(day=1), person, job, CHANNELS.index(channel), 0)
            sums.parts.append((*key, *tally))
        sums.days.append((link, day, *whole))
        for raw in those:
            if raw.is_repeat != (raw.id in repeats):
                book.note(
                    Difference(
                        "click", {"id": raw.id}, {"is_repeat": raw.is_repeat},
                        {"is_repeat": not raw.is_repeat},
                    )
                )  # fmt: skip
    sums.sources.extend((link, *key, count) for key, count in sources.items())
    return sum(sources.values())


def _tallies(clicks: list[_Raw]) -> tuple[dict[int, list[int]], set[str]]:
    """The tallies, by job, of one link's clicks on one day; and which are repeats."""
    by_job: dict[int, list[int]] = {}
    repeats: set[str] = set()
    visitors: dict[int, list[Seen]] = {}
    for raw in clicks:
        if raw.kind in OTHERS:
            count(by_job, raw.job, OTHERS[raw.kind])
        else:
            seen = Seen(raw.at, raw.id, raw.job, raw.is_confirmed)
            visitors.setdefault(raw.visitor, []).append(seen)
    for seens in visitors.values():
        tallies, again = tell_apart(seens)
        repeats |= again
        for job, tally in tallies.items():
            add_to(by_job, job, tally)
    return by_job, repeats


# -- comparing --------------------------------------------------------------------------------


def _compare(scratch: sqlite3.Connection, table: str, book: _Book) -> None:
    """Note each row of a rollup that is not what it should be. Zeros are as
    good as no row."""
    key, numbers = ROLLUPS[table]
    keys, found, expected = ", ".join(key), [f"f_{name}" for name in numbers], list(numbers)
    sides = [
        f"SELECT {keys}, "  # noqa: S608  the names are ours
        + ", ".join(f"{name} AS f_{name}, 0 AS {name}" for name in numbers)
        + f" FROM found_{table}",
        f"SELECT {keys}, "  # noqa: S608
        + ", ".join(f"0 AS f_{name}, {name}" for name in numbers)
        + f" FROM expected_{table}",
    ]
    sums = ", ".join(f"sum({name})" for name in (*found, *expected))
    rows = scratch.execute(
        f"SELECT {keys}, {sums} FROM ({sides[0]} UNION ALL {sides[1]}) GROUP BY {keys}"  # noqa: S608
    )
    for row in rows:
        book.rows += 1
        is_so = row[len(key) : len(key) + len(numbers)]
        should_be = row[len(key) + len(numbers) :]
        if is_so != should_be:
            book.note(
                Difference(
                    table,
                    dict(zip(key, row, strict=False)),
                    dict(zip(numbers, is_so, strict=True)) if any(is_so) else {},
                    dict(zip(numbers, should_be, strict=True)) if any(should_be) else {},
                )
            )
