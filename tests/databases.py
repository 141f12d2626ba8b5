"""PostgreSQL databases for tests: one for each process, put back as it was after each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

# What describes the tables. A row that changes gets another xmin, which vacuuming leaves alone.
SCHEMA = SQL(" UNION ALL ").join(
    SQL(
        "SELECT {name}, count(*), sum(xmin::text::bigint) FROM {table} WHERE {key} >= 16384"
    ).format(name=table, table=Identifier(table), key=Identifier(key))
    for table, key in {
        "pg_class": "oid",
        "pg_attribute": "attrelid",
        "pg_attrdef": "oid",
        "pg_constraint": "oid",
        "pg_index": "indexrelid",
        "pg_trigger": "oid",
        "pg_proc": "oid",
        "pg_type": "oid",
        "pg_namespace": "oid",
    }.items()
)
USED = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    " AND pg_relation_size(oid) > 0 ORDER BY relname"
)


class Databases:
    """Lends databases that are all alike: copies of a template on one server.

    Copying takes a good part of a second, putting back a few hundredths. So the same database is
    lent again, under another name: whoever still has the old one finds nothing there. Put back
    are rows, in the order in which they were written, and sequences. A database whose tables
    themselves were changed is thrown away.
    """

    def __init__(self, server: str, template: str) -> None:
        """`server` is the address of any database there, for a superuser; `template` a name."""
        self._server = server
        self._template = template
        self._ready: list[str] = []
        self._admin = psycopg.connect(server, autocommit=True)
        self._admin.execute("SET synchronous_commit = off")
        with self._connected(template) as database:
            self._schema = database.execute(SCHEMA).fetchall()
            self._rows = {table: _rows(database, table) for (table,) in database.execute(USED)}
            self._sequences = _sequences(database)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The name of a database that is like the template, until the end of the block."""
        name = self._ready.pop() if self._ready else self._copied()
        try:
            yield name
        finally:
            self._take_back(name)

    def close(self) -> None:
        """Drop what was lent; the template stays."""
        for name in self._ready:
            self._drop(name)
        self._admin.close()

    def _connected(self, name: str) -> psycopg.Connection:
        return psycopg.connect(make_conninfo(self._server, dbname=name), autocommit=True)

    def _copied(self) -> str:
        name = _new_name()
        self._admin.execute(
            SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                Identifier(name), Identifier(self._template)
            )
        )
        # Tests end servers, never the machine: nothing is lost by not waiting for the disk.
        self._admin.execute(
            SQL("ALTER DATABASE {} SET synchronous_commit = off").format(Identifier(name))
        )
        return name

    def _take_back(self, name: str) -> None:
        self._admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [name],
        )
        renamed = _new_name()
        self._admin.execute(
            SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(name), Identifier(renamed))
        )
        with self._connected(renamed) as database:
            is_ready = database.execute(SCHEMA).fetchall() == self._schema
            if is_ready:
                self._put_back(database)
        if is_ready:
            self._ready.append(renamed)
        else:
            self._drop(renamed)

    def _put_back(self, database: psycopg.Connection) -> None:
        used = [Identifier(table) for (table,) in database.execute(USED)]
        database.execute("SET session_replication_role = replica")  # no order among foreign keys
        for table in used:
            database.execute(SQL("DELETE FROM {}").format(table))
        database.execute(SQL("VACUUM {}").format(SQL(", ").join(used)))  # new rows begin at the top
        for table, rows in self._rows.items():
            statement = SQL("COPY {} FROM STDIN").format(Identifier(table))
            with database.cursor().copy(statement) as copy:
                copy.write(rows)
        for sequence, last in _sequences(database).items():
            if last != self._sequences[sequence]:
                before = self._sequences[sequence]
                database.execute(
                    "SELECT setval(%s::regclass, %s, %s)",
                    [sequence, before or 1, before is not None],
                )

    def _drop(self, name: str) -> None:
        self._admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _new_name() -> str:
    return f"entourage_{uuid.uuid4().hex[:12]}"


def _rows(database: psycopg.Connection, table: str) -> bytes:
    with database.cursor().copy(SQL("COPY {} TO STDOUT").format(Identifier(table))) as copy:
        return b"".join(copy)


def _sequences(database: psycopg.Connection) -> dict[str, int | None]:
    """The last number that each sequence gave; None before the first."""
    return dict(
        database.execute(
            "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
        ).fetchall()
    )
