"""The database: base model, column types, and the two ways to talk to it: reading and writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Select,
    String,
    TypeDecorator,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

# Every constraint has a name, so that a migration can change it and an error can tell which it was.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """The base of every row."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it as a class attribute
        datetime: UTCDateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
        str: String(),
    }


def primary_key() -> Any:
    """An integer key that never leaves the database."""
    return mapped_column(primary_key=True)


class Database:
    """One engine, and sessions that either only read or may write."""

    def __init__(self, url: str) -> None:
        """`url` is a SQLAlchemy address of SQLite or PostgreSQL."""
        self.engine = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
        self._reading = self.engine.execution_options(reads_only=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, and not PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session in which the database itself refuses writes."""
        with Session(self._reading) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that may write; it commits only when told, and rolls back otherwise."""
        with Session(self.engine) as session:
            yield session

    def forget_deleted(self) -> None:
        """Take what was deleted out of SQLite's log too, where it would stay until overwritten."""
        if self.is_sqlite:
            with self.engine.connect().execution_options(reads_only=True) as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def reading_beside(db: Session) -> Iterator[Session]:
    """A session that only reads, beside one that writes and has no transaction yet: what takes long
    to read then holds up no writer."""
    with Session(db.get_bind().engine.execution_options(reads_only=True)) as session:
        yield session


def rows_of(
    db: Session, wanted: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a statement that asks for columns, as `db.execute` finds them, without what that
    does for models: it takes longer than a short statement."""
    db.flush()
    return db.connection().execute(wanted, values)


def is_sqlite(db: Session) -> bool:
    """Whether this session talks to SQLite, and not to PostgreSQL."""
    return db.get_bind().dialect.name == "sqlite"


def inserting(db: Session, table: Any) -> Any:
    """An INSERT that can say what happens on a conflict: the same words in both databases."""
    return (sqlite if is_sqlite(db) else postgresql).insert(table)


def in_turn(db: Session, name: str) -> None:
    """Wait until nobody else in a transaction holds this `name`, and hold it to the end of this
    one. SQLite has one writer anyway."""
    if not is_sqlite(db):
        db.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


class ChangedMeanwhile(Exception):
    """What somebody changes is no longer what they saw."""


def rows_changed(result: Any) -> int:
    """How many rows an UPDATE or DELETE met: 0 when somebody else was faster."""
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": 30, "check_same_thread": False},
        pool_size=20,
        max_overflow=60,
        hide_parameters=True,  # they hold names and addresses, and errors are logged
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # We begin transactions ourselves: by default a read starts none, and read-then-write
        # transactions then lose each other's updates without any error.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        if connection.info.get("reads_only") is not reads_only:
            # Not each time: SQLite then prepares every statement anew, which takes longer than it.
            raw = connection.connection.driver_connection
            raw.execute(f"PRAGMA query_only={'ON' if reads_only else 'OFF'}")
            connection.info["reads_only"] = reads_only
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=30,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,  # seconds; a server that does not answer must not hold requests
            "options": "-c statement_timeout=30000 -c lock_timeout=10000 "
            "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        raw = connection.connection.driver_connection
        reads_only = connection.get_execution_options().get("reads_only", False)
        if raw.read_only is not reads_only:
            raw.read_only = reads_only  # the driver begins with it: no statement of its own

    @event.listens_for(engine, "rollback")
    def _end(connection: Any) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        if reads_only and not connection.invalidated:
            # There is nothing to take back, and at a rollback the driver forgets every statement
            # that it had prepared: the server then plans each anew, which takes longer than it.
            with suppress(
                engine.dialect.loaded_dbapi.Error
            ):  # a broken connection is found by the rollback
                connection.connection.driver_connection.commit()

    return engine
