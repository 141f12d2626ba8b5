"""The server is killed under load, again and again: no click that was answered is lost."""

from __future__ import annotations

import http.client
import threading
import time
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from careers.base import clock
from careers.base.database import Database
from careers.base.people import person_by_email
from careers.jobs.models import Job
from referrals.models import Click, LinkDay
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.serving import Server

pytestmark = pytest.mark.system
KILLS = 5


@pytest.fixture
def shared(database_url):
    """A database with one open job and a share link on it; the link's code."""
    database = Database(database_url)
    with database.writing() as db:
        job = Job(
            slug="engineer-x", source="greenhouse", board="acme", source_id="1", title="Engineer",
            description_html="<p>Build.</p>", opened_at=clock.now(), content_hash="0" * 64,
        )  # fmt: skip
        db.add(job)
        db.flush()
        link = share(db, person_by_email(db, Cast.ENGINEER), job_target(job), "linkedin")
        db.commit()
        code = link.code
    yield database, code
    database.dispose()


def test_no_answered_click_is_lost_when_the_server_is_killed(
    shared, database_url, tmp_path, record_property
):
    database, code = shared
    server = Server(database_url, tmp_path / "data")
    answered: list[str] = []
    for _ in range(KILLS):
        server.start()
        killed = threading.Event()

        def click(killed: threading.Event = killed) -> None:
            while not killed.is_set():
                with suppress(OSError, http.client.HTTPException):
                    status, location = server.get(f"/r/{code}")
                    assert status == 302
                    answered.append(location.rpartition(".")[2])

        threads = [threading.Thread(target=click) for _ in range(12)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        server.kill()
        killed.set()
        for thread in threads:
            thread.join()
    server.start()
    stored = _wait_until_stored(database, answered)
    assert server.stop() == 0
    assert len(answered) > KILLS * 50
    assert len(set(answered)) == len(answered)
    assert set(answered) <= stored, f"{len(set(answered) - stored)} of {len(answered)} lost"
    with database.reading() as db:
        assert db.scalar(select(func.sum(LinkDay.human + LinkDay.repeat))) == len(stored)
    record_property("answered", len(answered))
    record_property("stored", len(stored))


def _wait_until_stored(database: Database, answered: list[str]) -> set[str]:
    stored: set[str] = set()
    for _ in range(100):
        with database.reading() as db:
            stored = set(db.scalars(select(Click.id)))
        if set(answered) <= stored:
            break
        time.sleep(0.2)
    return stored
