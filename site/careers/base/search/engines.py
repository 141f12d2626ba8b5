"""The port: what either engine does, and which one it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from sqlalchemy.orm import Session

from careers.base.config import Settings
from careers.base.database import is_sqlite
from careers.base.search.asking import Asked
from careers.base.search.documents import Document, Progress
from careers.base.search.in_database import Tables
from careers.base.search.on_disk import Folder


class Engine(Protocol):
    """The index of one kind. Each act raises Damaged when there is none that can be read."""

    def find(self, asked: Asked, *, every: bool = True) -> list[str]:
        """The keys of what answers, best first; without `every`, of what has half the words."""

    def count(self, stem: str) -> int:
        """How many documents have `stem`."""

    def stems(self) -> set[str]:
        """Every stem that is in use."""

    def current(self) -> str:
        """The name of the current build; "" when there is none."""

    def follow(
        self, keys: Collection[str], documents: Callable[[], Iterable[Document]], wait: float = ...
    ) -> bool:
        """Make what is kept under `keys` what `documents` says now; whether `tidy` is needed.

        Raises Busy too, after `wait` seconds.
        """

    def tidy(self, wait: float = ...) -> None:
        """Take what was deleted out of the files too. Raises Busy too, after `wait` seconds."""

    def rebuild(
        self,
        documents: Callable[[], Iterable[Document]],
        progress: Progress | None = None,
        instead_of: str | None = None,
    ) -> int:
        """Make the index of `documents` only; their number. Raises Busy too.

        With `instead_of`, only while that build is the current one.
        """


def engine_of(db: Session, settings: Settings, kind: str) -> Engine:
    """The index of `kind`: in files beside SQLite, in tables of PostgreSQL.

    There is nothing to choose: where several machines serve, the database is PostgreSQL, and an
    index in files would be another one on each of them.
    """
    if is_sqlite(db):
        return Folder(settings.folder(f"search/{kind}"))
    return Tables(db, kind)
