"""What a process gathers in memory and writes every few seconds, where to write each at once would
cost more than it is worth. What it has not written when it is killed is lost.
"""

from __future__ import annotations

import atexit
import threading
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from careers.base.database import Database

log = structlog.get_logger(__name__)
EVERY = 5.0  # seconds

One = TypeVar("One", bound=Hashable)


class Gathering(Generic[One]):
    """How often each thing came that is not written yet. Safe for many threads."""

    def __init__(
        self, database: Database, keep: Callable[[Session, Counter[One]], None], by_itself: bool
    ) -> None:
        """`keep` writes what came. With `by_itself`, a thread has it do so every few seconds once
        there is anything."""
        self._database, self._keep, self._by_itself = database, keep, by_itself
        self._lock = threading.Lock()
        self._came: Counter[One] = Counter()
        self._writer: threading.Thread | None = None

    def add(self, one: One) -> None:
        """Have `one` written soon."""
        with self._lock:
            self._came[one] += 1
            if self._writer is None and self._by_itself:
                self._writer = threading.Thread(target=self._go_on, name="gathering", daemon=True)
                self._writer.start()
                atexit.register(self.write)

    def write(self) -> None:
        """Write what came. What cannot be written now is kept for next time."""
        with self._lock:
            came, self._came = self._came, Counter()
        if not came:
            return
        try:
            with self._database.writing() as db:
                self._keep(db, came)
                db.commit()
        except Exception:
            log.exception("what was gathered could not be written")
            with self._lock:
                self._came.update(came)

    def _go_on(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY):
            self.write()
