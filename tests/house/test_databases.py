"""No test sees what another one left in PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.conftest import SERVER


def connected(name):
    return psycopg.connect(make_conninfo(SERVER, dbname=name), autocommit=True)


def content(name):
    """Every row in its order, every sequence, and how much room each table takes."""
    with connected(name) as database:
        tables = database.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {
            **{
                table: (
                    database.execute(f'SELECT * FROM "{table}"').fetchall(),
                    database.execute(f"SELECT pg_relation_size('\"{table}\"')").fetchone(),
                )
                for (table,) in tables
            },
            "sequences": set(
                database.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
            ),
        }


def test_a_database_is_lent_again_as_it_was(postgresql):
    with postgresql.lent() as name:
        before = content(name)
        assert before["person"][0]
        left_open = connected(name)
        left_open.execute("UPDATE person SET office = 'elsewhere'")
        left_open.execute("DELETE FROM person_role")
        left_open.execute(
            "INSERT INTO topic (slug, name) SELECT n, n FROM generate_series(1, 2000) AS n"
        )
        left_open.execute("SELECT nextval(oid::regclass) FROM pg_class WHERE relkind = 'S'")
        left_open.execute("SELECT pg_advisory_lock(1)")
        changed = content(name)
        assert all(changed[part] != before[part] for part in ("person", "person_role", "sequences"))
    with postgresql.lent() as again:
        assert again != name
        assert content(again) == before
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connected(name)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE another (number integer)",
        "DROP TABLE person CASCADE",
        "ALTER TABLE person ADD COLUMN shoe_size integer",
        "ALTER TABLE person ALTER COLUMN office SET DEFAULT 'Lyon'",
        "ALTER TABLE person DROP CONSTRAINT pk_person CASCADE",
        "DROP INDEX {index}",
        "CREATE SCHEMA elsewhere",
    ],
)
def test_a_database_with_other_tables_is_not_lent_again(postgresql, change):
    with postgresql.lent() as name, connected(name) as database:
        before = content(name)
        (index,) = database.execute(
            "SELECT indexrelid::regclass FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid"
            " WHERE indexrelid >= 16384 AND conindid IS NULL"
            " AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
        ).fetchone()
        oid = database.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        database.execute(change.format(index=index))
    with postgresql.lent() as again, connected(again) as database:
        assert content(again) == before
        assert (
            oid
            != database.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        )


def test_two_databases_can_be_lent_at_once(postgresql):
    with postgresql.lent() as one, postgresql.lent() as other:
        assert one != other
        assert content(one) == content(other)
