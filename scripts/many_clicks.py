"""A database of millions of clicks with their rollups, to measure dashboards on.

    python scripts/many_clicks.py DATABASE_URL [CLICKS]

The same seed gives the same company: 500 employees in 40 teams and 8 offices, 300 jobs, 20,000
links over 24 months, a few of which get most of the clicks (Zipf). The database must be empty; on
PostgreSQL the role must be a superuser, for foreign keys are not checked while loading. What is
written must satisfy `entourage clicks audit`. Sign in as rosa@many.example, "many clicks here".
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import time
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from operator import add
from random import Random
from typing import Any

import psycopg
from sqlalchemy import insert, make_url

from careers.base.database import Database
from careers.base.migrating import migrate
from careers.base.people import Person, Role
from careers.base.signin.passwords import cheap_hash
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.adding_up import places
from referrals.classifying import LISTS
from referrals.counting import Seen, tell_apart
from referrals.models import (
    CHANNELS,
    COUNTS,
    Credit,
    LostClicks,
    Receipt,
    ShareLink,
)

PEOPLE, TEAMS, OFFICES, JOBS, LINKS, DAYS = 500, 40, 8, 300, 20_000, 730
PASSWORD = "many clicks here"  # noqa: S105  of a database to measure on
OFFICE_NAMES = ("Lyon", "Paris", "Nantes", "Lille", "Bruxelles", "Lausanne", "Montréal", "Lisboa")
TEAM_NAMES = ("Platform", "Data", "Design", "Sales", "Support", "Finance", "Research", "Legal")
FIRST = (
    "Ada", "Bruno", "Chloé", "Daniel", "Élise", "Farid", "Grace", "Hugo", "Inès", "Jonas",
    "Khadija", "Louis", "Mina", "Noé", "Olga", "Paul", "Quitterie", "Rosa", "Samir", "Thaïs",
    "Ulysse", "Vera", "Wassim", "Xenia", "Yann",
)  # fmt: skip
LAST = (
    "Abadie", "Bauer", "Costa", "Duval", "Engel", "Fournier", "Garnier", "Haddad", "Ilunga",
    "Jourdan", "Klein", "Lemaire", "Moreau", "Nguyen", "Okafor", "Petit", "Quéré", "Rossi",
    "Silva", "Traoré",
)  # fmt: skip
NO_TALLY = [0] * len(COUNTS)
SUBJECTS = 4  # each day counts for an employee, a job, a channel and all
TITLES = ("Engineer", "Analyst", "Designer", "Manager", "Consultant", "Researcher")
USED = (30, 8, 8, 12, 12, 4, 4, 2, 4, 5, 5, 4, 2)  # how often each of CHANNELS is shared on
PREVIEWERS = ("LinkedIn", "Slack", "Teams", "WhatsApp", "Facebook", "X")
BOTS = ("Googlebot", "crawler", "Outlook SafeLinks", "no agent", "python-requests")

CLICK = (
    "id", "link_id", "job_id", "at", "class", "source", "navigates", "visitor", "is_repeat",
    "is_confirmed", "lists",
)  # fmt: skip
TABLES = {
    "click": CLICK,
    "link_day": ("link_id", "day", *COUNTS),
    "link_source": ("link_id", "class", "source", "clicks"),
    "click_total": ("unit", "subject", "start", "key", *COUNTS),
}
Load = Callable[[str, Iterable[tuple[Any, ...]]], None]


def make(url: str, clicks: int, *, last: date | None = None, seed: int = 1) -> None:
    """Fill the empty database at `url` with about `clicks` clicks of the 730 days up to `last`."""
    database = Database(url)
    migrate(database)
    begin = (last or datetime.now(UTC).date()) - timedelta(days=DAYS - 1)
    chance = Random(seed)  # noqa: S311  nothing secret hangs on it
    links = _company(database, chance, begin)
    _applications(database, chance, begin, links, clicks // 2_500)
    database.dispose()
    loader = _load_sqlite if url.startswith("sqlite") else _load_postgresql
    loader(url, lambda load: _clicks(load, chance, begin, links, clicks))


# -- the company ------------------------------------------------------------------------------


class _Link:
    __slots__ = ("channel", "id", "job", "person", "since")

    def __init__(self, row: dict[str, Any], begin: date) -> None:
        self.id, self.person, self.job = row["id"], row["person_id"], row["job_id"] or 0
        self.channel = row["channel"]
        self.since = (row["created_at"].date() - begin).days


def _company(database: Database, chance: Random, begin: date) -> list[_Link]:
    founded = datetime.combine(begin, datetime.min.time(), UTC)
    teams = [f"{TEAM_NAMES[n % 8]} {n // 8 + 1}" for n in range(TEAMS)]
    people = [
        {
            "id": n + 1,
            "code": f"P{n + 1:05}",
            "employee_number": f"N{n + 1}",
            "name": f"{FIRST[n % 25]} {LAST[n // 25 % 20]}",
            "email": f"n{n + 1}@many.example",
            "job_title": TITLES[n % len(TITLES)],
            "team": teams[_rank(chance, TEAMS)],
            "office": OFFICE_NAMES[_rank(chance, OFFICES)],
            "created_at": founded,
            "portrait_seed": f"{n}",
            "language": "en",
            "status": "active",
        }
        for n in range(PEOPLE)
    ]
    jobs = [
        {
            "id": n + 1,
            "code": f"J{n + 1:05}",
            "slug": f"job-{n + 1}",
            "source": "many",
            "board": "many",
            "source_id": f"{n + 1}",
            "title": f"{TITLES[n % len(TITLES)]}, {TEAM_NAMES[n % 8]} {n + 1}",
            "description_html": "<p>…</p>",
            "team": teams[n % TEAMS],
            "locations": [OFFICE_NAMES[n % OFFICES]],
            "language": "en",
            "opened_at": founded,
            "changed_at": founded,
            "content_hash": "0" * 64,
        }
        for n in range(JOBS)
    ]
    links = _links(chance, founded)
    with database.writing() as db:
        db.execute(insert(Person), people)
        db.execute(insert(Job), jobs)
        db.execute(insert(ShareLink), links)
        rosa = Person(
            employee_number="R1", name="Rosa Klein", email="rosa@many.example", office="Lyon",
            job_title="Recruiter", team="People", password_hash=cheap_hash(PASSWORD), id=PEOPLE + 1,
        )  # fmt: skip
        rosa.grant(Role.RECRUITER)
        db.add(rosa)
        db.commit()
    return [_Link(row, begin) for row in links]


def _links(chance: Random, founded: datetime) -> list[dict[str, Any]]:
    taken: set[tuple[int, int, str]] = set()
    rows = []
    while len(rows) < LINKS:
        person = _rank(chance, PEOPLE) + 1
        job = 0 if chance.random() < 0.08 else _rank(chance, JOBS) + 1
        channel = chance.choices(CHANNELS, USED)[0]
        if (person, job, channel) in taken:
            continue
        taken.add((person, job, channel))
        number = len(rows) + 1
        day = 0 if number % 4 == 0 else chance.randrange(DAYS)
        rows.append(
            {
                "id": number,
                "code": f"L{number:07}",
                "typed_code": f"{number:06}",
                "person_id": person,
                "target": "job" if job else "jobs",
                "job_id": job or None,
                "channel": channel,
                "created_at": founded + timedelta(days=day),
            }
        )
    return rows


def _rank(chance: Random, most: int) -> int:
    """A place from 0 below `most`; the first come far more often."""
    return int(most * chance.random() ** 2)


def _applications(
    database: Database, chance: Random, begin: date, links: list[_Link], count: int
) -> None:
    founded = datetime.combine(begin, datetime.min.time(), UTC)
    applications, receipts, credits = [], [], []
    for number in range(1, count + 1):
        came = chance.choice(links)
        at = founded + timedelta(seconds=chance.randrange(came.since * 86_400, DAYS * 86_400))
        is_hired = chance.random() < 1 / 16
        applications.append(
            {
                "id": number,
                "code": f"A{number:07}",
                "token_hash": _digest(f"token {number}"),
                "submission": _digest(f"form {number}"),
                "job_id": came.job or _rank(chance, JOBS) + 1,
                "name": f"Candidate {number}",
                "email": f"c{number}@example.org",
                "stage": "hired" if is_hired else "screening",
                "created_at": at,
                "hired_at": at + timedelta(days=20) if is_hired else None,
            }
        )
        receipts.append(
            {
                "id": number,
                "application_id": number,
                "decided_at": at,
                "rule": "last_touch",
                "version": 1,
                "parameters": {},
                "touches": [],
                "outcome": "credited",
                "sha256": "0" * 64,
            }
        )
        sharers = {came.person: came}
        if chance.random() < 0.08:
            other = chance.choice(links)
            sharers.setdefault(other.person, other)
        credits += [
            {
                "receipt_id": number,
                "application_id": number,
                "person_id": person,
                "link_id": link.id,
                "kind": "referral",
                "part": 1,
                "whole": len(sharers),
            }
            for person, link in sharers.items()
        ]
    with database.writing() as db:
        if applications:
            db.execute(insert(Application), applications)
            db.execute(insert(Receipt), receipts)
            db.execute(insert(Credit), credits)
        db.add(LostClicks(clicks=7, since=founded, until=founded + timedelta(minutes=3)))
        db.commit()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# -- clicks and their rollups -----------------------------------------------------------------

Key = tuple[str, str, date, int]  # unit, subject, start, key: a row of click_total


def _clicks(load: Load, chance: Random, begin: date, links: list[_Link], clicks: int) -> None:
    weights = [(rank + 10) ** -0.85 for rank in range(len(links))]
    chance.shuffle(weights)
    links = sorted(links, key=lambda link: link.since)
    cumulated = list(accumulate(weights[link.id - 1] for link in links))
    sources: Counter[tuple[int, str, str]] = Counter()
    month: dict[Key, list[int]] = {}
    made = 0
    for number in range(DAYS):
        day = begin + timedelta(days=number)
        quota = (clicks * (number + 1)) // DAYS - made
        made += quota
        active = bisect(links, number, key=lambda link: link.since)
        drawn = chance.choices(range(active), cum_weights=cumulated[:active], k=quota)
        rows: list[tuple[Any, ...]] = []
        days: list[tuple[Any, ...]] = []
        today: dict[Key, list[int]] = {}
        for place, many in sorted(Counter(drawn).items()):
            link = links[place]
            tally = _link_day(chance, day, link, many, rows, sources)
            days.append((link.id, day, *tally))
            for key in places(link.job, day, link.person, link.channel)[:SUBJECTS]:
                today[key] = list(map(add, today.get(key, NO_TALLY), tally))
        rows.sort(key=lambda row: row[3])  # as they would have come
        load("click", rows)
        load("link_day", days)
        load("click_total", _flat(today))
        for (_, subject, _, key), sums in today.items():
            whole = ("month", subject, day.replace(day=1), key)
            month[whole] = list(map(add, month.get(whole, NO_TALLY), sums))
        if (day + timedelta(days=1)).day == 1 or number == DAYS - 1:
            load("click_total", _flat(month))
            month = {}
    load("link_source", [(*key, count) for key, count in sorted(sources.items())])


def _flat(sums: dict[Key, list[int]]) -> list[tuple[Any, ...]]:
    return [(*key, *row) for key, row in sorted(sums.items())]


def _link_day(
    chance: Random,
    day: date,
    link: _Link,
    many: int,
    rows: list[tuple[Any, ...]],
    sources: Counter[tuple[int, str, str]],
) -> list[int]:
    """Add the clicks of one link on one day to `rows`; their tally."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000
    tally = [0] * len(COUNTS)
    visitors: dict[int, list[Seen]] = {}
    seen_from: dict[str, str] = {}
    for _ in range(many):
        draw, at = chance.random(), midnight + chance.randrange(86_400_000_000)
        kind, source, visitor = "human", "", chance.getrandbits(63) - 2**62
        if draw > 0.82:
            kind, source = "preview", PREVIEWERS[chance.randrange(len(PREVIEWERS))]
        elif draw > 0.74:
            kind, source = "bot", BOTS[chance.randrange(len(BOTS))]
        elif draw > 0.71:
            kind = "prefetch"
        elif draw > 0.36:
            source = link.channel if draw > 0.4 else chance.choice(CHANNELS)
            source = "" if source in ("email", "sms", "qr", "other", "bluesky") else source
        if kind != "human":
            tally[COUNTS.index(kind)] += 1
            click = f"{at // 1_000_000:08x}{chance.getrandbits(48):012x}"
            rows.append(_row(click, link, at, kind, source, visitor, False, False))
            sources[link.id, kind, source] += 1
            continue
        if visitors and chance.random() < 0.15:
            visitor, before = next(reversed(visitors.items()))
            at = min(before[-1].at + int(chance.expovariate(1 / 1.2e9)), midnight + 86_399_999_999)
        click = f"{at // 1_000_000:08x}{chance.getrandbits(48):012x}"
        visitors.setdefault(visitor, []).append(Seen(at, click, link.job, chance.random() < 0.7))
        seen_from[click] = source
        sources[link.id, kind, source] += 1
    for visitor, clicks in visitors.items():
        tallies, repeats = tell_apart(clicks)
        for index, value in enumerate(tallies[link.job]):
            tally[index] += value
        for click in clicks:
            rows.append(
                _row(
                    click.id, link, click.at, "human", seen_from[click.id], visitor,
                    click.id in repeats, click.is_confirmed,
                )
            )  # fmt: skip
    return tally


def _row(
    click: str, link: _Link, at: int, kind: str, source: str, visitor: int, repeat: bool,
    confirmed: bool,
) -> tuple[Any, ...]:  # fmt: skip
    return (
        click, link.id, link.job or None, at, kind, source, True, visitor, repeat, confirmed, LISTS,
    )  # fmt: skip


# -- loading ----------------------------------------------------------------------------------


def _load_sqlite(url: str, work: Callable[[Load], None]) -> None:
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-1000000", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    midnights: dict[int, str] = {}

    def text(at: int) -> str:
        seconds, fraction = divmod(at, 1_000_000)
        days, rest = divmod(seconds, 86_400)
        day = midnights.get(days)
        if day is None:
            day = midnights[days] = (date(1970, 1, 1) + timedelta(days=days)).isoformat()
        return f"{day} {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{fraction:06}"

    def load(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        columns = TABLES[table]
        if table == "click":
            rows = ((*row[:3], text(row[3]), *row[4:]) for row in rows)
        else:
            rows = (tuple(_plain(value) for value in row) for row in rows)
        marks = ",".join("?" * len(columns))
        names = ",".join(f'"{name}"' for name in columns)
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608

    work(load)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _load_postgresql(url: str, work: Callable[[Load], None]) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute("SET session_replication_role = replica")

        def load(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
            names = ",".join(f'"{name}"' for name in TABLES[table])
            with connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    if table == "click":
                        copy.write(_line(row))
                    else:
                        copy.write_row(row)

        work(load)
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("person", "job", "share_link", "application", "receipt"):
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"  # noqa: S608
            )
        connection.execute("VACUUM ANALYZE")


def _line(row: tuple[Any, ...]) -> str:
    at = datetime.fromtimestamp(row[3] / 1_000_000, UTC).isoformat()
    job = "\\N" if row[2] is None else row[2]
    flags = "\t".join("ft"[flag] for flag in row[8:10])
    return (
        f"{row[0]}\t{row[1]}\t{job}\t{at}\t{row[4]}\t{row[5]}\t{'ft'[row[6]]}\t{row[7]}\t"
        f"{flags}\t{row[10]}\n"
    )


def main() -> int:
    """Make the database named on the command line."""
    if len(sys.argv) not in (2, 3):
        print(__doc__)
        return 2
    begin = time.monotonic()
    make(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 10_000_000)
    print(f"made in {time.monotonic() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
