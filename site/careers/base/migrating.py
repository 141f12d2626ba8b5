"""Bringing the database to the present tables, and checking that it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from careers.base.database import Database
from careers.base.files import folder


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, to: str = "head") -> None:
    """Apply the missing migrations, or take all back with "base"; `to` may also be a revision.

    Two processes at once wait for each other. Raises BrokenReferences, with nothing changed, when
    a migration would leave a row that refers to nothing.
    """
    with (
        database.engine.connect() as connection,
        _tables_can_be_made_anew(connection),
        connection.begin(),
    ):
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(739150827)"))
        if to == "base":
            command.downgrade(_config(connection), to)
        else:
            command.upgrade(_config(connection), to)
        if database.is_sqlite and (broken := connection.execute(_BROKEN).all()):
            raise BrokenReferences(f"{len(broken)}, the first in {broken[0][0]}")


_BROKEN = text("PRAGMA foreign_key_check")


class BrokenReferences(Exception):
    """Rows refer to rows that aren't there."""


@contextmanager
def _tables_can_be_made_anew(connection: Connection) -> Iterator[None]:
    """Most changes of a table make it anew in SQLite, and dropping the old one would delete, or
    keep alive, what refers to it: so references are checked at the end instead
    (https://sqlite.org/lang_altertable.html, section 7)."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def is_current(database: Database) -> bool:
    """Whether every migration has been applied."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
