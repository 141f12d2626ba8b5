"""What was erased stays erased, even when a backup from before is put back.

Beside the database lies a mark for each row that somebody had erased: its public code, in the store
of files, and nothing else. Rows that are there in spite of their mark are erased again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from careers.base import outbox, storage
from careers.base.config import Settings
from careers.base.database import Database

SOME = 500  # marks that are looked for at once
Eraser = Callable[[Database, Collection[str]], int]  # given codes
_erasers: dict[str, Eraser] = {}


def erases(kind: str) -> Callable[[Eraser], Eraser]:
    """Declare the function that erases, of the rows of `kind` with these codes, what is there
    again; each in a transaction of its own. It returns how many."""

    def declare(eraser: Eraser) -> Eraser:
        _erasers[kind] = eraser
        return eraser

    return declare


def remember(db: Session, kind: str, code: str) -> None:
    """Have the row of `kind` with this code marked, if the caller's transaction commits."""
    assert kind in _erasers, kind
    outbox.add(db, "mark_erased", {"kind": kind, "code": code})


@outbox.handles("mark_erased")
def mark(_db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Mark what was erased."""
    _marks(settings, payload["kind"]).mark(payload["code"])


def erase_again(database: Database, settings: Settings) -> int:
    """Erase whatever is there in spite of its mark; how much. Raises OSError."""
    count = 0
    for kind, erase in _erasers.items():
        remaining = iter(_marks(settings, kind).marks())
        while some := list(islice(remaining, SOME)):
            count += erase(database, some)
    return count


def _marks(settings: Settings, kind: str) -> storage.Store:
    return storage.store(settings, f"erased-{kind}")
