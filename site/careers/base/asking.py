"""A question that an event loop puts to the database for one request after the other."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Engine, Select

from careers.base.database import Database

if TYPE_CHECKING:
    import psycopg  # where there is no PostgreSQL, it need not be installed

log = structlog.get_logger(__name__)


class Question:
    """What a SELECT of one number says now, over a connection that is kept open for it.

    No answer is older than its request: who asks while PostgreSQL is being asked waits for the
    next turn, and all who wait share one. SQLite answers before anybody else can come.
    """

    def __init__(self, database: Database, wanted: Select[int]) -> None:
        """`wanted` has no parameters. An object belongs to the one event loop that uses it."""
        self._engine = database.engine
        self._sql = str(wanted.compile(self._engine))
        self._file: sqlite3.Connection | None = None
        self._server: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()
        self._next: asyncio.Future[int | None] | None = None
        self._put = self._look if database.is_sqlite else self._wait

    async def answer(self) -> int | None:
        """The number; None while the database is away or busy, or has none."""
        return await self._put()

    async def _look(self) -> int | None:
        try:
            if self._file is None:
                self._file = _opened(self._engine)
            ((number,),) = self._file.execute(self._sql).fetchall()
        except sqlite3.Error as error:
            log.warning("SQLite did not answer an event loop", error=str(error))
            self._file = None
            return None
        return number  # type: ignore[no-any-return]

    async def _wait(self) -> int | None:
        if self._next is None:
            self._next = asyncio.ensure_future(self._ask())
        return await asyncio.shield(self._next)

    async def _ask(self) -> int | None:
        async with self._turn:
            self._next = None  # whoever comes from here on may know of a later change
            try:
                if self._server is None:
                    self._server = await _connected(self._engine)
                cursor = await self._server.execute(self._sql, prepare=True)
                row = await cursor.fetchone()
            except self._engine.dialect.loaded_dbapi.Error as error:
                log.warning("PostgreSQL did not answer an event loop", error=str(error))
                self._server = None
                return None
        return row[0] if row else None


def _opened(engine: Engine) -> sqlite3.Connection:
    """A connection that only reads, and never waits for a lock."""
    connection = sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None)
    connection.execute("PRAGMA query_only=ON")
    return connection


async def _connected(engine: Engine) -> psycopg.AsyncConnection[Any]:
    """A connection whose every statement is a transaction of its own: it sees what is committed."""
    import psycopg

    _, named = engine.dialect.create_connect_args(engine.url)
    patience = {"connect_timeout": 2, "options": "-c statement_timeout=2000"}  # then threads ask
    return await psycopg.AsyncConnection.connect(**{**named, **patience}, autocommit=True)
