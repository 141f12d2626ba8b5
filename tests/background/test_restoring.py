"""A backup that is put back brings nobody back who had their data erased."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, update

from careers.background import Background
from careers.base import clock, codes, tombstones
from careers.base.audit import Act
from careers.hiring import moving
from careers.hiring.commands import retention_group
from careers.hiring.models import Application
from careers.jobs.alerts import following
from careers.jobs.alerts.models import Follower
from referrals import passers
from referrals.models import Passer
from tests.hiring.pipeline import applied
from tests.jobs.samples import open_job


def _backup(db, table):
    return [dict(row) for row in db.execute(select(table.__table__)).mappings()]


def _put_back(db, table, rows):
    """As they were, whatever became of them (and whoever they were thought to be)."""
    for row in rows:
        row |= {"candidate_id": None} if table is Application else {}
        there = db.scalar(select(table.id).where(table.id == row["id"]))
        act = update(table).where(table.id == there) if there else insert(table)
        db.execute(act.values(**row))
    db.commit()
    db.expire_all()


def _names(db):
    db.expire_all()
    return db.scalars(select(Application.name).order_by(Application.id)).all()


@pytest.fixture
def job(db):
    return open_job(db)


def test_who_was_erased_is_erased_again_and_nobody_else(app, db, job, work):
    gone, stays = applied(db, job, "Nadia Benali"), applied(db, job, "Bob Martin")
    before = _backup(db, Application)
    moving.erase(db, gone)
    db.commit()
    work()
    _put_back(db, Application, before)
    assert _names(db) == ["Nadia Benali", "Bob Martin"]
    runner = app.test_cli_runner()
    dry = runner.invoke(retention_group, ["run", "--dry-run"], obj=lambda: app)
    assert dry.exit_code == 0
    assert _names(db) == ["Nadia Benali", "Bob Martin"]
    done = runner.invoke(retention_group, ["run"], obj=lambda: app)
    assert "1 had been erased before, and were erased again." in done.output
    assert _names(db) == ["", "Bob Martin"]
    again = runner.invoke(retention_group, ["run"], obj=lambda: app)
    assert "before" not in again.output
    acts = db.scalars(select(Act.subject).where(Act.what == "application:erase")).all()
    assert acts == [gone.code, gone.code]
    assert stays.erased_at is None


def test_what_was_not_erased_in_the_end_is_not_marked(app, db, job, work, settings):
    moving.erase(db, applied(db, job))
    db.rollback()
    work()
    assert tombstones.erase_again(app.extensions["database"], settings) == 0
    assert _names(db) == ["Nadia Benali"]


def test_a_follower_who_ended_it_is_deleted_again(app, db, work, settings):
    def follower(email):
        made = Follower(code=codes.code(), email=email, language="en", told_until=clock.now())
        db.add(made)
        db.commit()
        return made

    gone = follower("nadia@example.com")
    follower("bob@example.com")
    before = _backup(db, Follower)
    following.forget(db, gone)
    db.commit()
    work()
    _put_back(db, Follower, before)
    assert tombstones.erase_again(app.extensions["database"], settings) == 1
    assert db.scalars(select(Follower.email)).all() == ["bob@example.com"]
    db.execute(delete(Follower))
    db.commit()
    follower("nadia@example.com")  # who follows anew is another follower
    assert tombstones.erase_again(app.extensions["database"], settings) == 0


def test_who_passed_links_on_and_is_known_no_more_stays_so(app, db, work, settings):
    def passer(name):
        made = Passer(
            code=codes.code(), token_hash=codes.token(), name=name, email=f"{name}@example.com",
            mailbox=f"{name}@example.com", language="en",
        )  # fmt: skip
        db.add(made)
        db.commit()
        return made

    gone = passer("nadia")
    passer("bob")
    before = _backup(db, Passer)
    passers.forget(db, gone)
    db.commit()
    work()
    db.expunge_all()
    _put_back(db, Passer, before)
    assert tombstones.erase_again(app.extensions["database"], settings) == 1
    assert db.scalars(select(Passer.name)).all() == ["bob"]


def test_the_worker_looks_for_them_when_it_starts(app, db, job, work):
    gone = applied(db, job)
    before = _backup(db, Application)
    moving.erase(db, gone)
    db.commit()
    work()
    _put_back(db, Application, before)
    background = Background(app)
    background.sweep()
    assert _names(db) == [""]
    background.stop()
