"""Boards' turns: whose it is, asking it, bringing its jobs, when to come back.

A board that is due becomes a piece of work in the outbox, in the transaction that sets its next
turn, so that several hosts make one of it. Whoever does it holds the board by a lease, asks
outside of any transaction, and stores what came as a whole.
"""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol, cast

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from careers.base import clock, fetching, outbox
from careers.base.config import Settings
from careers.base.fetching import Fetched, Unreachable
from careers.jobs import boards, sources
from careers.jobs.boards import Answer, InvalidAnswer
from careers.jobs.importing import fail_import, import_jobs
from careers.jobs.models import JobBoard, JobImport
from careers.jobs.sources import SOURCES

LEASE = timedelta(minutes=2)  # beyond it, whoever asked is gone; every answer renews it
WORK = "jobs:board"
WAITING, STORING = "waiting", "storing"  # a board's progress, beside "12/340"
BETWEEN = 0.11  # seconds between two addresses of one board: SmartRecruiters allows ten a second
MOST_ADDRESSES = boards.MOST_JOBS + 500


class CouldNotFetch(Exception):
    """The board gave no answer that could be read."""


class Fetch(Protocol):
    """`careers.base.fetching.fetch`, or what a test hands in."""

    def __call__(self, url: str, *, limit_bytes: int, accept: str, contact: str) -> Fetched:
        """What lies at `url`. Raises Unreachable."""  # fmt: skip


def outside() -> Fetch:
    """How this application reaches the boards."""
    return cast(Fetch, current_app.extensions.get("fetch", fetching.fetch))


def gathered(
    source: str,
    board: str,
    fetch: Fetch,
    *,
    contact: str = "",
    told: Callable[[int, int], None] = lambda done, of: None,
    first_look: bool = False,
) -> list[bytes]:
    """Everything that `board` answers, or what is needed for a first look. `told` hears how many
    addresses were asked, of how many are known. Raises CouldNotFetch, InvalidAnswer.
    """
    asks = (SOURCES[source].asks_first if first_look else None) or SOURCES[source].asks
    got: dict[str, bytes] = {}
    size = 0
    quoted = urllib.parse.quote(board, safe="")
    while wanted := asks(quoted, got):
        if len(got) + len(wanted) > MOST_ADDRESSES:
            raise CouldNotFetch(f"The board has more than {boards.MOST_JOBS} jobs.")
        for number, address in enumerate(wanted):
            if got:
                time.sleep(BETWEEN)
            got[address] = _answer(fetch, address, contact, is_first=not got)
            size += len(got[address])
            if size > 10 * boards.LARGEST:
                raise CouldNotFetch("The answers together are too large.")
            told(len(got), len(got) + len(wanted) - number - 1)
    return [answer for answer in got.values() if answer]


def _answer(fetch: Fetch, address: str, contact: str, is_first: bool) -> bytes:
    """The body at `address`; b"" for a single job that was taken away meanwhile."""
    accept = "application/json, application/xml;q=0.9, application/rss+xml;q=0.9"
    try:
        answer = fetch(address, limit_bytes=boards.LARGEST, accept=accept, contact=contact)
    except Unreachable as reason:
        raise CouldNotFetch(str(reason)) from None
    if answer.status == 404 and not is_first:
        return b""
    if answer.status == 404:
        raise CouldNotFetch("There is no such board.")
    if answer.status == 429:
        raise CouldNotFetch("The board asks us to come back less often.")
    if answer.status != 200:
        raise CouldNotFetch(f"The board answered with status {answer.status}.")
    return answer.body


def tried(source: str, board: str, fetch: Fetch, contact: str = "") -> Answer:
    """What `board` would bring, without storing anything. Raises CouldNotFetch, InvalidAnswer."""
    answers = gathered(source, board, fetch, contact=contact, first_look=True)
    if not answers:
        raise CouldNotFetch("The answer is empty.")
    return SOURCES[source].read(*answers)


# -- whose turn it is ----------------------------------------------------------------------------


def queue_due(db: Session) -> int:
    """Make work of every board that is due, in the caller's transaction; how many."""
    now, queued = clock.now(), 0
    due = select(JobBoard.id, JobBoard.due_at, JobBoard.every_hours).where(JobBoard.due_at <= now)
    for number, due_at, every in db.execute(due).all():
        mine = update(JobBoard).where(JobBoard.id == number, JobBoard.due_at == due_at)
        taken = db.execute(mine.values(due_at=now + timedelta(hours=every)))
        if taken.rowcount:  # type: ignore[attr-defined]
            outbox.add(db, WORK, {"board": number})
            queued += 1
    return queued


def queue_now(db: Session, board: JobBoard) -> None:
    """Make work of `board` at once, in the caller's transaction."""
    board.progress = WAITING
    outbox.add(db, WORK, {"board": board.id})


@outbox.handles(WORK)
def run_board(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Ask a board and bring its jobs; nothing when somebody else is at it, or it was removed."""
    number = payload["board"]
    if not _claim(db, number):
        return
    board = db.get_one(JobBoard, number)
    source, name = board.source, board.name

    def told(done: int, of: int) -> None:
        _renew(db, number, f"{done}/{of}")

    try:
        answers = gathered(source, name, outside(), contact=settings.base_url, told=told)
        _renew(db, number, STORING)
        if not answers:
            raise CouldNotFetch("The answer is empty.")
        report = import_jobs(db, source, name, *answers)
    except (CouldNotFetch, InvalidAnswer) as reason:
        db.rollback()
        report = fail_import(db, source, name, str(reason))
    except Exception:
        db.rollback()
        _finish(db, number, JobBoard.failures + 1)
        db.commit()
        raise
    _finish(db, number, JobBoard.failures + 1 if report.error else 0)


def _finish(db: Session, number: int, failures: Any) -> None:
    finished = {"leased_until": None, "progress": ""}
    db.execute(update(JobBoard).where(JobBoard.id == number).values(failures=failures, **finished))


def _claim(db: Session, number: int) -> bool:
    """Hold the board `number` for LEASE, unless somebody does."""
    now = clock.now()
    free = or_(JobBoard.leased_until.is_(None), JobBoard.leased_until < now)
    claimed = db.execute(
        update(JobBoard)
        .where(JobBoard.id == number, free)
        .values(leased_until=now + LEASE, progress="0/1")
    )
    db.commit()
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def _renew(db: Session, number: int, progress: str) -> None:
    db.execute(
        update(JobBoard)
        .where(JobBoard.id == number)
        .values(leased_until=clock.now() + LEASE, progress=progress)
    )
    db.commit()


def last_reports(db: Session, board: JobBoard, count: int) -> list[JobImport]:
    """The last imports of `board`, newest first."""
    its = select(JobImport).where(JobImport.source == board.source, JobImport.board == board.name)
    return list(db.scalars(its.order_by(JobImport.id.desc()).limit(count)))


def file_board(db: Session, name: str) -> JobBoard | None:
    """The row that remembers how a file was mapped."""
    return db.scalar(select(JobBoard).where(JobBoard.source == sources.FILE, JobBoard.name == name))
