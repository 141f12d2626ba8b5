"""Work beside the requests: woken at once, done once, by one process."""

from __future__ import annotations

import subprocess
import sys
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
from tests.conftest import REDIS, lacking


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


def wait_for(happens, seconds=120):
    end = time.monotonic() + seconds
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
    """Not only by the sweep, which comes once a minute."""
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
    wait_for(lambda: len(tried) == 2, seconds=20)
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
    code = (
        "import sys; from careers.app import create_app; from careers.base import outbox\n"
        "kind = sys.argv[1]\n"
        "outbox.handles(kind)(lambda db, payload, settings: print(payload['n'], flush=True))\n"
        "app = create_app()\n"
        "with app.app_context():\n"
        "    outbox.do_due_work(app.extensions['database'], app.extensions['settings'])\n"
    )
    settings = background.settings
    environment = {
        "ENTOURAGE_DATA_DIR": str(settings.data_dir),
        "ENTOURAGE_DATABASE_URL": settings.database_url,
        "ENTOURAGE_SECRET_KEY": "s" * 40,
        "PATH": "/usr/bin:/bin",
    }
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, kind], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    did = [int(n) for worker in workers for n in worker.communicate(timeout=60)[0].split()]
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
