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
from feeds.models import Feed
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


def test_feeds_that_say_no_language_are_in_that_of_their_owner(app, database):
    with database.writing() as db:
        person = person_by_email(db, Cast.ENGINEER)
        person.language = "fr"
        for name, says, read in (("a", "", True), ("b", "de", True), ("c", "", False)):
            db.add(
                Feed(
                    person_id=person.id, url=f"https://{name}.example/", language=says,
                    fetched_at=clock.now() if read else None,
                )
            )  # fmt: skip
        db.commit()
    with (
        database.engine.connect() as connection,
        _tables_can_be_made_anew(connection),
        connection.begin(),
    ):
        command.downgrade(_config(connection), "0040_entry_texts")
    migrate(database)
    with database.reading() as db:
        chosen = db.scalars(select(Feed.chosen_language).order_by(Feed.url)).all()
    assert chosen == ["fr", None, None]
