"""Migrations keep the rows that are there, also of tables to which others point."""

from __future__ import annotations

from alembic import command
from sqlalchemy import func, select

from careers.base import clock
from careers.base.migrating import (
    _config,
    _tables_can_be_made_anew,
    is_current,
    migrate,
)
from careers.base.people import person_by_email
from referrals.models import Click, ShareLink
from referrals.sharing import share
from referrals.targets import all_jobs
from tests.cast import Cast


def test_links_with_clicks_outlive_a_migration_that_rebuilds_their_table(app, database):
    with app.app_context(), database.writing() as db:
        link = share(db, person_by_email(db, Cast.ENGINEER), all_jobs(), "email")
        click = Click(
            id="c1", link_id=link.id, at=clock.now(), class_="human", navigates=True, visitor=1,
            lists="test",
        )  # fmt: skip
        db.add(click)
        db.commit()
        code = link.code
    with (
        database.engine.connect() as connection,
        _tables_can_be_made_anew(connection),
        connection.begin(),
    ):
        command.downgrade(_config(connection), "0005_doubts")
    migrate(database)
    assert is_current(database)
    with database.reading() as db:
        assert db.scalars(select(ShareLink.code)).all() == [code]
        assert db.scalar(select(func.count()).select_from(Click)) == 1
        if database.is_sqlite:
            assert db.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
