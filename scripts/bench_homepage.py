"""Changes what the homepage shows, again and again, while something else measures it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle

from sqlalchemy import Update, select, update

from careers.base.company import Company
from careers.base.database import Database
from careers.jobs.models import OPEN, Job
from feeds.models import Entry

EVERY = 0.001  # seconds


@contextmanager
def changing(url: str) -> Iterator[Callable[[], float]]:
    """While it runs, something that may be shown is another every millisecond: in turn the
    company's words, what somebody published elsewhere, and a job, each time the next of them; what
    it gives says afterwards how many changes a second there really were.
    """
    database, over, changes, begun = Database(url), threading.Event(), 0, time.monotonic()
    with database.reading() as db:
        entries = cycle(db.scalars(select(Entry.id).where(Entry.state == "visible")).all())
        jobs = cycle(db.scalars(select(Job.id).where(OPEN)).all())

    def change() -> None:
        nonlocal changes
        while not over.wait(EVERY):
            with database.writing() as db:
                db.execute(_next(changes, entries, jobs))
                db.commit()
            changes += 1

    changer = threading.Thread(target=change)
    changer.start()
    try:
        yield lambda: changes / took
    finally:
        over.set()
        changer.join()
        took = time.monotonic() - begun
        database.dispose()


def _next(changes: int, entries: Iterator[int], jobs: Iterator[int]) -> Update:
    words = f"Words {changes}"
    if changes % 3 == 0:
        return update(Company).values(tagline_en=words, tagline_fr=words)
    if changes % 3 == 1:
        return update(Entry).where(Entry.id == next(entries)).values(title=words)
    return update(Job).where(Job.id == next(jobs)).values(title=words)
