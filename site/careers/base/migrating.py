"""Bringing the database to the present tables, and checking that it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
    """Apply the missing migrations; two processes at once wait for each other."""
    with _without_foreign_keys(database) as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(739150827)"))
        if to == "base":
            command.downgrade(_config(connection), to)
        else:
            command.upgrade(_config(connection), to)


@contextmanager
def _without_foreign_keys(database: Database) -> Iterator[Connection]:
    """A transaction in which SQLite may put a table with rows in the place of another: it drops the
    old one, to which other rows still point. Whether all point to something is checked at the end.
    """
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")  # does nothing within a transaction
        try:
            with connection.begin():
                yield connection
                if (
                    database.is_sqlite
                    and connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                ):
                    raise RuntimeError("a migration would leave rows that point to nothing")
        finally:
            if database.is_sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


def is_current(database: Database) -> bool:
    """Whether every migration has been applied."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
