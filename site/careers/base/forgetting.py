"""Deleting files that no row names any more, after the transaction that names them no longer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from careers.base import outbox, storage
from careers.base.config import Settings

WORK = "forget_files"
# What such work was called before, each of one store: some of it may wait at an update.
_BEFORE = {
    "forget_cv": "cvs",
    "forget_entry_pictures": "entries",
    "forget_pictures": "pictures",
    "forget_portrait": "portraits",
}


def forget(db: Session, name: str, keys: Iterable[str]) -> None:
    """Have the files with these `keys` in the store `name` deleted, if the caller's transaction
    commits; they follow within a minute."""
    if found := list(keys):
        outbox.add(db, WORK, {"store": name, "keys": found})


@outbox.handles(WORK)
def _delete(_db: Session, payload: dict[str, Any], settings: Settings) -> None:
    files = storage.store(settings, payload["store"])
    for key in payload["keys"]:
        files.forget(key)


def _handle(kind: str, name: str) -> None:
    @outbox.handles(kind)
    def delete(db: Session, payload: dict[str, Any], settings: Settings) -> None:
        _delete(db, {"store": name, "keys": payload.get("keys") or [payload["key"]]}, settings)


for _kind, _name in _BEFORE.items():
    _handle(_kind, _name)
