"""Changes what the homepage shows, again and again, while something else measures it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import update

from careers.base.company import Company
from careers.base.database import Database

EVERY = 0.001  # seconds


@contextmanager
def changing(url: str) -> Iterator[Callable[[], float]]:
    """While it runs, the company's words are other ones every millisecond; what it gives says
    afterwards how many changes a second there really were.
    """
    database, over, changes, begun = Database(url), threading.Event(), 0, time.monotonic()

    def change() -> None:
        nonlocal changes
        while not over.wait(EVERY):
            with database.writing() as db:
                db.execute(update(Company).values(tagline_en=f"Words {changes}"))
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
