"""The migrations lead to the tables that the code describes, and back."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import UniqueConstraint, inspect

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


def test_what_belongs_to_an_application_is_found_without_reading_the_rest():
    for table in Base.metadata.tables.values():
        unique = [key for key in table.constraints if isinstance(key, UniqueConstraint)]
        keys = [*table.indexes, *unique, table.primary_key]
        firsts = {next(iter(key.columns)).name for key in keys}
        assert "application_id" in firsts or "application_id" not in table.columns, table.name


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


def test_a_table_made_anew_keeps_what_refers_to_it(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/old.db")
    migrate(database, to="0004_touches")
    with database.engine.begin() as connection:
        for statement in (
            "INSERT INTO job (id, code, slug, source, board, source_id, title, description_html,"
            " team, locations, language, opened_at, changed_at, missed, content_hash)"
            " VALUES (1, 'j', 'j', 's', 'b', '1', 'Job', '', '', '[]', 'en', '2026-01-01',"
            " '2026-01-01', 0, '')",
            "INSERT INTO application (id, code, token_hash, submission, job_id, name, name_key,"
            " email, message, language, sharer_sees, stage, created_at)"
            " VALUES (1, 'a', 't', 's', 1, 'Nadia', 'nadia', 'n@example.com', '', 'en',"
            " 'applied', 'offer', '2026-01-01 00:00:00')",
            "INSERT INTO stage_change (id, application_id, stage, at)"
            " VALUES (1, 1, 'offer', '2026-02-03 00:00:00')",
        ):
            connection.exec_driver_sql(statement)
    migrate(database)
    with database.engine.connect() as connection:
        (row,) = connection.exec_driver_sql(
            "SELECT stage_since, version, source, candidate_id FROM application"
        )
        assert (row[0][:10], row[1:]) == ("2026-02-03", (1, "", 1))
        assert connection.exec_driver_sql("SELECT count(*) FROM stage_change").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.dispose()
