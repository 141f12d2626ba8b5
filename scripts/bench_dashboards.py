"""How long the figures of the recruiter's page take on a database made by `many_clicks.py`.

    python scripts/bench_dashboards.py DATABASE_URL...

For each period: all aggregates together (totals, trend, losses, and the rows of all five
groupings), and one page (one grouping). Milliseconds, median of five after one to warm up.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import Database
from careers.base.people import Person
from referrals import queries, totals
from referrals.losses import lost_since
from referrals.models import Click, ClickTotal, LinkDay, ShareLink
from referrals.periods import Period
from referrals.totals import GROUPS, Board

PERIODS = {"30 days": 30, "90 days": 90, "a year": 365, "all time": None}
ROUNDS = 5


def measure(url: str) -> dict[str, dict[str, float]]:
    """Milliseconds by period: `all` aggregates of the dashboard, and one `page` of it."""
    database = Database(url)
    today = clock.now().date()
    found = {}
    for name, days in PERIODS.items():
        period = Period(today - timedelta(days=days - 1)) if days else Period()
        found[name] = {
            "all": _median(database, _dashboard(period, GROUPS)),
            "page": max(_median(database, _dashboard(period, (group,))) for group in GROUPS),
        }
    database.dispose()
    return found


def _dashboard(period: Period, groups: tuple[str, ...]) -> Callable[[Session], None]:
    """What the page asks for, with the rows of `groups`."""

    def ask(db: Session) -> None:
        board = Board(db, period)
        assert board.total
        assert board.trend
        lost_since(db, period.since, period.until)
        for group in groups:
            board.brought(group)

    return ask


def drill_downs(url: str) -> dict[str, float]:
    """Milliseconds, all time: the busiest person and link, as recruiters and their owner see."""
    database = Database(url)
    with database.reading() as db:
        busiest = (
            select(ClickTotal.key)
            .where(ClickTotal.subject == "employee", ClickTotal.unit == "month")
            .group_by(ClickTotal.key)
            .order_by(func.sum(ClickTotal.people).desc())
        )
        person = db.scalar(busiest.limit(1))
        links = select(LinkDay.link_id).group_by(LinkDay.link_id)
        link = db.scalar(links.order_by(func.sum(LinkDay.people).desc()).limit(1))
        team, code = db.execute(select(Person.team, Person.code).where(Person.id == person)).one()
        clicks = db.scalar(select(func.count()).select_from(Click).where(Click.link_id == link))
    print(f"busiest link: {clicks} clicks")

    def one_of(group: str, key: str) -> Callable[[Session], None]:
        def ask(db: Session) -> None:
            subject = totals.find_subject(db, group, key)
            assert subject is not None
            totals.brought_by(db, subject, Period())
            totals.credited(db, subject, Period(), 50)
            queries.link_rows(db, [subject.is_shared], Period(), 50)
            queries.count_links(db, [subject.is_shared])

        return ask

    def log(db: Session) -> None:
        this = [ShareLink.id == link]
        queries.clicks_on(db, this, Period())
        queries.clicks_by_day(db, this, Period())
        found = db.get(ShareLink, link)
        assert found is not None
        queries.sources_of(db, found)
        queries.lists_of(db, found)

    def own(db: Session) -> None:
        mine = [ShareLink.person_id == person]
        owner = db.get(Person, person)
        assert owner is not None
        totals.clicks_of(db, owner)
        queries.link_rows(db, mine, Period(), 50)
        queries.clicks_by_day(db, mine, Period(clock.now().date() - timedelta(days=29)))
        queries.count_links(db, mine)

    asked = {
        "employee": one_of("employee", code), "team": one_of("team", team),
        "channel": one_of("channel", "linkedin"), "job": one_of("job", "job-1"),
        "link log": log, "own links": own,
    }  # fmt: skip
    found = {name: _median(database, ask) for name, ask in asked.items()}
    database.dispose()
    return found


def _median(database: Database, ask: Callable[[Session], None]) -> float:
    times = []
    for _ in range(ROUNDS + 1):
        with database.reading() as db:
            db.scalar(select(1))  # the connection is there
            begin = time.perf_counter()
            ask(db)
            times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times[1:])


def main() -> int:
    """Measure each database named on the command line."""
    for url in sys.argv[1:]:
        print(url.split(":")[0])
        for name, times in measure(url).items():
            print(f"  {name:10}{times['all']:8.1f} ms all{times['page']:8.1f} ms a page")
        for name, taken in drill_downs(url).items():
            print(f"  {name:10}{taken:8.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
