"""A journal's disk that is full, or read-only: visitors are led on, and the loss is told."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from careers.base.database import Database
from careers.base.mail import Mail
from referrals.models import Click, LostClicks
from tests.cast import Cast
from tests.conftest import lacking
from tests.serving import AGENT, PATIENCE, Server

pytestmark = pytest.mark.system


@pytest.fixture
def disk(tmp_path):
    """The folder of journals, on a small disk of its own."""
    folder = tmp_path / "data" / "journal"
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        lacking("the right to mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder) -> None:
    with (folder / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
    assert os.statvfs(folder).f_bavail == 0


def make_room(folder) -> None:
    (folder / "filler").unlink()


@pytest.fixture
def server(disk, database_url, tmp_path):
    server = Server(database_url, tmp_path / "data")
    # Without a worker, which would make room by removing what it has stored.
    server.environment |= {"ENTOURAGE_PROCESSES": "1", "ENTOURAGE_BACKGROUND": "separate"}
    yield server
    server.stop()


def test_a_full_disk_stops_no_visitor_and_is_told(disk, shared, server):
    database, code = shared
    server.start()
    assert "." in server.get(f"/r/{code}")[1]
    assert server.get("/readyz")[0] == 200
    fill(disk)
    _click_until_refused(server, code)
    _all_are_led_on_without_a_click(server, code)
    make_room(disk)
    _the_loss_is_told(database, server, code, 21)


def _click_until_refused(server: Server, code: str) -> None:
    """Use up the room that the journal has ahead, as many people: one alone would be a flood."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    with closing(connection):
        for number in count():
            connection.request("GET", f"/r/{code}", headers={"User-Agent": f"{AGENT} {number}"})
            answer = connection.getresponse()
            answer.read()
            if "." not in answer.headers["Location"]:
                break


def test_a_read_only_disk_stops_no_visitor_and_is_told(disk, shared, server):
    database, code = shared
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    server.start()
    _all_are_led_on_without_a_click(server, code)
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    _the_loss_is_told(database, server, code, 20)


def _all_are_led_on_without_a_click(server: Server, code: str) -> None:
    answers = [server.get(f"/r/{code}") for _ in range(20)]
    assert answers == [(302, f"/jobs/engineer-x?via={code}")] * 20
    assert server.get("/readyz")[0] == 503


def _the_loss_is_told(database: Database, server: Server, code: str, clicks: int) -> None:
    assert "." in server.get(f"/r/{code}")[1]
    command = [Path(sys.executable).parent / "entourage", "worker"]
    with subprocess.Popen(command, env=server.environment) as worker:
        try:
            assert _wait_for(database, select(LostClicks.clicks)) == [clicks]
            assert _wait_for(database, select(Click.id))
            assert _wait_for(database, select(Mail.to)) == [Cast.ADMIN]
        finally:
            worker.terminate()


def _wait_for(database: Database, asked) -> list:
    for _ in range(100):
        with database.reading() as db:
            if found := list(db.scalars(asked)):
                return found
        time.sleep(0.2)
    raise AssertionError(f"nothing came: {asked}")
