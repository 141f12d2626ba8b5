"""Counting who was seen on the homepage and which posts were opened, without keeping who looked.

Who was seen is counted in memory, and sums are written every few seconds: what a process has not
written when it is killed is lost, which changes no credit and no bonus. That a post was opened is
a line in the journal of clicks, on disk before it is answered, and stored like these.
"""

from __future__ import annotations

import atexit
import threading
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import Database, inserting
from careers.base.people import Person
from careers.home.models import Exposure, PostDay, PostVisitor
from careers.home.past_draws import PastDraw, keep
from experts.posts import posts_by_code
from referrals.counting import day_of
from referrals.ingesting import posts_opened as openings_read
from referrals.journal import Opened

log = structlog.get_logger(__name__)
EVERY = 5.0  # seconds
KEPT = timedelta(days=400)
KNOWN = 100  # draws that a process has kept, and does not keep again


class Seen:
    """What one process has counted and not yet written. Safe for many threads."""

    def __init__(self, database: Database, by_itself: bool) -> None:
        """With `by_itself`, a thread writes it every few seconds once there is anything."""
        self._database, self._by_itself = database, by_itself
        self._lock = threading.Lock()
        self._shown: Counter[tuple[date, str]] = Counter()
        self._drawn: dict[str, PastDraw] = {}
        self._known: deque[str] = deque(maxlen=KNOWN)
        self._writer: threading.Thread | None = None

    def shown(self, people: Iterable[str], at: datetime) -> None:
        """Count that a person saw a page with these `people` (codes) on it."""
        with self._lock:
            self._shown.update((at.date(), person) for person in people)
        self._begin()

    def drew(self, found: PastDraw) -> None:
        """Keep a draw that is shown, unless it is kept."""
        key = found.key
        with self._lock:
            if key not in self._known:
                self._known.append(key)
                self._drawn[key] = found
        self._begin()

    def write(self) -> None:
        """Add what was counted to the sums. What cannot be written now is kept for next time."""
        with self._lock:
            shown, self._shown = self._shown, Counter()
            drawn, self._drawn = self._drawn, {}
        if not shown and not drawn:
            return
        try:
            with self._database.writing() as db:
                _add_exposure(db, shown)
                for found in drawn.values():
                    keep(db, found)
                db.commit()
        except Exception:
            log.exception("what was seen could not be written")
            with self._lock:
                self._shown.update(shown)
                self._drawn = drawn | self._drawn

    def _begin(self) -> None:
        if self._writer is None and self._by_itself:
            with self._lock:
                if self._writer is None:
                    self._writer = threading.Thread(target=self._go_on, name="seen", daemon=True)
                    self._writer.start()
                    atexit.register(self.write)

    def _go_on(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY):
            self.write()


def _numbers(db: Session, codes: Iterable[str]) -> dict[str, int]:
    rows = db.execute(select(Person.code, Person.id).where(Person.code.in_(set(codes))))
    return {row.code: row.id for row in rows}


def _add_exposure(db: Session, shown: Counter[tuple[date, str]]) -> None:
    if not shown:
        return
    numbers = _numbers(db, (person for _, person in shown))
    rows = [
        {"person_id": numbers[person], "day": day, "times": times}
        for (day, person), times in sorted(shown.items())
        if person in numbers
    ]
    if rows:
        statement = inserting(db, Exposure).values(rows)
        db.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id", "day"],
                set_={"times": Exposure.times + statement.excluded.times},
            )
        )


@openings_read.connect
def _add_openings(opened: Sequence[Opened], db: Session) -> None:
    """Count the openings of posts that everybody may see. Who opens a post twice on one day is one
    of its people, and comes again.
    """
    asked = {one.post for one in opened}
    authors = {post.code: post.author.code for post in posts_by_code(db, sorted(asked))}
    if asked - set(authors):
        log.info("posts were opened that nobody may see", posts=len(asked - set(authors)))
    numbers = _numbers(db, authors.values())
    counts: Counter[tuple[str, date, int, str]] = Counter()
    for one in sorted(opened):  # several machines in one order: none waits for another's row
        if one.post not in authors:
            continue
        day, kind = day_of(one.at), one.kind
        if kind == "human":
            values = {"day": day, "post": one.post, "visitor": one.visitor}
            added = inserting(db, PostVisitor).values(values).on_conflict_do_nothing()
            is_new = db.scalar(added.returning(PostVisitor.post)) is not None
            kind = "people" if is_new else "again"
        counts[one.post, day, numbers[authors[one.post]], kind] += 1
    for (post, day, person, kind), times in sorted(counts.items()):
        zero: dict[str, Any] = dict.fromkeys(("people", "again", "preview", "prefetch", "bot"), 0)
        row = {"post": post, "day": day, "person_id": person} | zero | {kind: times}
        statement = inserting(db, PostDay).values(row)
        db.execute(
            statement.on_conflict_do_update(
                index_elements=["post", "day"],
                set_={kind: getattr(PostDay, kind) + statement.excluded[kind]},
            )
        )


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
