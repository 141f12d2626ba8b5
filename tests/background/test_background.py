"""Work beside the requests: woken at once, done once, by one process."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from itertools import pairwise

import pytest
import redis
from sqlalchemy import select

from careers.app import create_app
from careers.background import Background
from careers.base import clock, outbox
from careers.base.config import Settings
from careers.base.outbox import Work
from tests.background.working import do_all_work
from tests.conftest import REDIS, lacking
from tests.serving import LOADED


@pytest.fixture(params=["sqlite queue", "redis queue"])
def background(request, database_url, tmp_path):
    queue = None
    if request.param == "redis queue":
        try:
            redis.Redis.from_url(REDIS).ping()
        except redis.ConnectionError:
            lacking("Redis")
        queue = REDIS
    settings = Settings(
        _env_file=None, data_dir=tmp_path / "data", database_url=database_url,
        secret_key="s" * 40, redis_url=queue,
    )  # fmt: skip
    app = create_app(settings, testing=True)
    background = Background(app)
    outbox.work_waits.connect(background.wake)
    yield background
    outbox.work_waits.disconnect(background.wake)
    background.stop()
    background.huey.storage.flush_all()
    app.extensions["database"].dispose()


@pytest.fixture
def chore():
    """A kind of work that notes what it was given."""
    kind, done = f"chore-{uuid.uuid4().hex[:8]}", []
    outbox.handles(kind)(lambda _db, payload, _settings: done.append(payload["n"]))
    return kind, done


def wait_for(happens):
    end = time.monotonic() + 120
    while not happens() and time.monotonic() < end:
        time.sleep(0.05)
    assert happens()


def test_work_is_done_soon_after_it_is_committed(background, chore):
    kind, done = chore
    assert background.start()
    with background.database.writing() as db:
        outbox.add(db, kind, {"n": 1})
        db.commit()
    wait_for(lambda: done == [1])
    with background.database.reading() as db:
        wait_for(
            lambda: db.scalars(select(Work.done_at).where(Work.kind == kind)).one() is not None
        )


def test_work_that_was_rolled_back_never_happens(background, chore):
    kind, done = chore
    assert background.start()
    with background.database.writing() as db:
        outbox.add(db, kind, {"n": 1})
        db.rollback()
    with background.database.writing() as db:
        outbox.add(db, kind, {"n": 2})
        db.commit()
    wait_for(lambda: done == [2])


def test_only_one_process_of_a_machine_does_the_work(background):
    assert background.start()
    other = Background(background.app)
    assert not other.start()


def test_work_that_waits_a_moment_is_done_soon_after(background):
    """Not by the sweep, which comes once a minute, and not at all here."""
    background.huey._registry._periodic_tasks.clear()
    kind, tried = f"moment-{uuid.uuid4().hex[:8]}", []

    def wait_once(_db, _payload, _settings):
        tried.append(clock.now())
        if len(tried) == 1:
            raise outbox.NotYet("in a moment", wait=timedelta(seconds=1))

    outbox.handles(kind)(wait_once)
    assert background.start()
    with background.database.writing() as db:
        outbox.add(db, kind, {})
        db.commit()
    wait_for(lambda: len(tried) == 2)
    assert tried[1] - tried[0] >= timedelta(seconds=1)


def test_the_sweep_finds_work_whose_wake_up_was_lost(background, chore):
    kind, done = chore
    with background.database.writing() as db:
        db.add(Work(kind=kind, payload={"n": 1}))
        db.commit()
    background.sweep()
    assert done == [1]


def test_two_workers_never_do_the_same_work(background, chore):
    kind, _ = chore
    with background.database.writing() as db:
        db.add_all(Work(kind=kind, payload={"n": n}) for n in range(40))
        db.commit()
    workers = []
    for _ in range(2):
        told, tells = LOADED.Pipe(duplex=False)
        worker = LOADED.Process(target=do_all_work, args=(kind, background.settings, tells))
        worker.start()
        tells.close()  # so that one that fails is not waited for
        workers.append((worker, told))
    did = []
    for worker, told in workers:
        with told:
            did += told.recv()
        worker.join()
    assert sorted(did) == list(range(40))


def test_work_that_fails_is_tried_again_later_and_given_up_at_last(database, app):
    kind = f"fails-{uuid.uuid4().hex[:8]}"

    def fail(_db, _payload, _settings):
        raise RuntimeError("no luck")

    outbox.handles(kind)(fail)
    with database.writing() as db:
        outbox.add(db, kind, {})
        db.commit()
    settings = app.extensions["settings"]
    moment, waits = clock.now(), []
    for _ in range(outbox.ATTEMPTS):
        with clock.set_to(moment):
            assert outbox.do_due_work(database, settings) == 0
        with database.reading() as db:
            work = db.scalars(select(Work).where(Work.kind == kind)).one()
        assert work.last_error == "RuntimeError: no luck"
        if work.given_up_at is None:
            waits.append(work.due_at - moment)
            moment = work.due_at
    assert work.given_up_at is not None
    assert work.attempts == outbox.ATTEMPTS
    assert all(later > sooner * 0.9 for sooner, later in pairwise(waits))


def test_work_that_must_wait_is_never_given_up(database, app):
    kind = f"waits-{uuid.uuid4().hex[:8]}"

    def wait(_db, _payload, _settings):
        raise outbox.NotYet("not today")

    outbox.handles(kind)(wait)
    with database.writing() as db:
        outbox.add(db, kind, {})
        db.commit()
    moment = clock.now()
    for _ in range(outbox.ATTEMPTS * 2):
        with clock.set_to(moment):
            outbox.do_due_work(database, app.extensions["settings"])
        with database.reading() as db:
            work = db.scalars(select(Work).where(Work.kind == kind)).one()
        moment = work.due_at
    assert (work.given_up_at, work.done_at, work.attempts) == (None, None, 0)
