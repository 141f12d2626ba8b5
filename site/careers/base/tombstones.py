"""What was erased stays erased, even when a backup from before is put back.

Beside the database lies a mark for each row that somebody had erased: its public code, in the store
of files, and nothing else. Rows that are there in spite of their mark are erased again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from careers.base import outbox, storage
from careers.base.config import Settings
from careers.base.database import Database

SOME = 500  # marks that are looked for at once
Erase = Callable[[Session, Any], None]
Given = TypeVar("Given", bound=Erase)


@dataclass(frozen=True)
class _Kind:
    table: Any
    is_there: tuple[ColumnElement[bool], ...]
    erase: Erase


_kinds: dict[str, _Kind] = {}


def erases(kind: str, table: Any, *is_there: ColumnElement[bool]) -> Callable[[Given], Given]:
    """Declare the function that erases a row of `table`, which has `id` and `code`. Where erasing
    leaves the row, `is_there` tells one that was not erased."""

    def declare(erase: Given) -> Given:
        _kinds[kind] = _Kind(table, is_there, erase)
        return erase

    return declare


def remember(db: Session, kind: str, code: str) -> None:
    """Have the row of `kind` with this code marked, if the caller's transaction commits."""
    assert kind in _kinds, kind
    outbox.add(db, "mark_erased", {"kind": kind, "code": code})


@outbox.handles("mark_erased")
def mark(_db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Mark what was erased."""
    _marks(settings, payload["kind"]).mark(payload["code"])


def erase_again(database: Database, settings: Settings) -> int:
    """Erase whatever is there in spite of its mark; how much. Raises OSError."""
    count = 0
    for name, kind in _kinds.items():
        remaining = iter(_marks(settings, name).marks())
        while some := list(islice(remaining, SOME)):
            count += _erase_those(database, kind, some)
    return count


def _erase_those(database: Database, kind: _Kind, codes: Collection[str]) -> int:
    """Erase, each in a transaction of its own, what is there of the rows with these codes."""
    back = select(kind.table.id).where(kind.table.code.in_(codes), *kind.is_there)
    with database.reading() as db:
        numbers = list(db.scalars(back))
    for number in numbers:
        with database.writing() as db:
            kind.erase(db, db.get_one(kind.table, number))
            db.commit()
    return len(numbers)


def _marks(settings: Settings, kind: str) -> storage.Store:
    return storage.store(settings, f"erased-{kind}")
