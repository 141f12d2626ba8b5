"""Counting who was seen on the homepage and which posts were opened, without keeping who looked.

Who was seen is gathered in memory and written every few seconds (`gathering`): what a process has
not written when it is killed is lost, which changes no credit and no bonus. That a post was opened
is a line in the journal of clicks, on disk before it is answered, and stored like these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.people import Person
from careers.home.models import Exposure, PostDay, PostVisitor
from experts.posts import posts_by_code
from referrals.adding_up import add_openings, add_up
from referrals.ingesting import posts_opened as openings_read
from referrals.journal import Opened

log = structlog.get_logger(__name__)
KEPT = timedelta(days=400)


Sight = tuple[date, tuple[str, ...]]
"""That a person saw a page: on which day, and who (codes) was on it by the draw."""


def _numbers(db: Session, codes: Iterable[str]) -> dict[str, int]:
    rows = db.execute(select(Person.code, Person.id).where(Person.code.in_(set(codes))))
    return {row.code: row.id for row in rows}


def add_exposure(db: Session, came: Counter[Sight]) -> None:
    """Add how often pages were seen to the sums of who was on them."""
    shown: Counter[tuple[date, str]] = Counter()
    for (day, people), times in came.items():
        for person in people:
            shown[day, person] += times
    numbers = _numbers(db, (person for _, person in shown))
    rows = [
        {"person_id": numbers[person], "day": day, "times": times}
        for (day, person), times in sorted(shown.items())
        if person in numbers
    ]
    add_up(db, Exposure, rows, ["times"])


@openings_read.connect
def _add_openings(opened: Sequence[Opened], db: Session) -> None:
    """Count the openings of posts that everybody may see."""
    asked = {one.post for one in opened}
    authors = {post.code: post.author.code for post in posts_by_code(db, sorted(asked))}
    if asked - set(authors):
        log.info("posts were opened that nobody may see", posts=len(asked - set(authors)))
    numbers = _numbers(db, authors.values())
    seen = [((one.post, numbers[authors[one.post]]), one) for one in opened if one.post in authors]
    add_openings(db, PostDay, PostVisitor, ("post", "person_id"), seen)


def forget(db: Session) -> None:
    """Drop what told visitors of past days apart, and sums that are older than anybody looks at."""
    today = clock.now().date()
    db.execute(delete(PostVisitor).where(PostVisitor.day < today - timedelta(days=1)))
    for table in (Exposure, PostDay):
        db.execute(delete(table).where(table.day < today - KEPT))


# -- what became of it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Openings:
    """How often one post was opened: by people, by the same ones again, by what is no person."""

    people: int
    again: int
    others: int


def days_shown(db: Session, person: Person, since: date) -> dict[date, int]:
    """How often `person` was seen on the homepage, by day."""
    rows = db.execute(
        select(Exposure.day, Exposure.times)
        .where(Exposure.person_id == person.id, Exposure.day >= since)
        .order_by(Exposure.day)
    )
    return {row.day: row.times for row in rows}


def posts_opened(db: Session, person: Person, since: date) -> dict[str, Openings]:
    """How often the posts of `person` were opened from here, by their codes."""
    sums = [func.sum(getattr(PostDay, name)) for name in ("people", "again")]
    others = func.sum(PostDay.preview + PostDay.prefetch + PostDay.bot)
    rows = db.execute(
        select(PostDay.post, *sums, others)
        .where(PostDay.person_id == person.id, PostDay.day >= since)
        .group_by(PostDay.post)
    )
    return {
        post: Openings(int(people), int(again), int(rest)) for post, people, again, rest in rows
    }


def shown_in_sum(db: Session, since: date) -> int:
    """How often anybody was seen on the homepage."""
    return int(db.scalar(select(func.sum(Exposure.times)).where(Exposure.day >= since)) or 0)


def opened_in_sum(db: Session, since: date) -> int:
    """How many people opened a post from here, each once a day and post."""
    return int(db.scalar(select(func.sum(PostDay.people)).where(PostDay.day >= since)) or 0)
