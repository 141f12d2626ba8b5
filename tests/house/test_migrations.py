"""The migrations lead to the tables that the code describes, and back."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from careers.base.database import Base, Database
from careers.base.migrating import is_current, migrate


def test_the_migrated_tables_are_those_of_the_models(database_url):
    database = Database(database_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert is_current(database)
    database.dispose()


def test_every_constraint_has_a_name_that_says_its_rule():
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, (table.name, constraint)


def test_the_way_back_leaves_nothing(database_url):
    database = Database(database_url)
    migrate(database, to="base")
    with database.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrate(database)
    assert is_current(database)
    database.dispose()


def test_migrating_twice_changes_nothing(database_url):
    database = Database(database_url)
    migrate(database)
    assert is_current(database)
    database.dispose()
