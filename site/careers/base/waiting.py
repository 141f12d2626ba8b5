"""What one process has counted and not yet written: pages that only read need no lock to count."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from careers.base.database import Database

log = structlog.get_logger(__name__)
EVERY = 5.0  # seconds
MOST = 50_000  # in memory; a flood beyond that is not counted

T = TypeVar("T")


class Waiting(Generic[T]):
    """What waits to be written every few seconds. Safe for many threads.

    What a process has not written when it is killed is lost: not for what credit depends on.
    """

    def __init__(
        self, database: Database, write: Callable[[Session, Sequence[T]], None], *, by_itself: bool
    ) -> None:
        """`write` adds some of it to a session; with `by_itself`, a thread has it do so."""
        self._database, self._write, self._by_itself = database, write, by_itself
        self._lock = threading.Lock()
        self._waiting: list[T] = []
        self._writer: threading.Thread | None = None

    def add(self, one: T) -> None:
        """Have `one` written."""
        with self._lock:
            if len(self._waiting) < MOST:
                self._waiting.append(one)
            if self._writer is None and self._by_itself:
                self._writer = threading.Thread(target=self._go_on, name="waiting", daemon=True)
                self._writer.start()
                atexit.register(self.write)

    def write(self) -> None:
        """Write what waits now. What cannot be written is kept for next time."""
        with self._lock:
            taken, self._waiting = self._waiting, []
        if not taken:
            return
        try:
            with self._database.writing() as db:
                self._write(db, taken)
                db.commit()
        except Exception:
            log.exception("what was counted could not be written")
            with self._lock:
                self._waiting = [*taken, *self._waiting][:MOST]

    def _go_on(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY):
            self.write()
