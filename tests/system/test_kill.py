"""Server and ingester are killed under load, again and again: what was answered, clicks and openings
of posts, is stored once."""

from __future__ import annotations

import http.client
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Select, func, select

from careers.base import clock
from careers.base.database import Database
from careers.base.migrating import migrate
from careers.base.people import person_by_email
from careers.blog.models import Article
from careers.home.models import PostDay, PostVisitor
from experts.editing import Profile, write_profile
from referrals.models import Click, ClickTotal, LinkDay
from referrals.visitors import Visitors
from tests.cast import Cast, invite_cast
from tests.conftest import lacking
from tests.serving import Server, free_port
from tests.shared import share_a_job
from tests.showing import opt_in

pytestmark = pytest.mark.system
KILLS = 20
AWAY = 30  # seconds


class Postgres:
    """A PostgreSQL of this test's own, so that it may be stopped."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if not found or os.geteuid() != 0:
            lacking("PostgreSQL that a test may start")
        self.bin, self.data = found[-1].parent, folder / "pg"
        self.port = free_port()
        folder.chmod(0o755)
        self.data.mkdir()
        shutil.chown(self.data, "postgres")
        self._run("initdb", "-D", self.data, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        server = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE clicks")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/clicks"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.data}"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.data / "log", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def _run(self, command: str, *arguments: object) -> None:
        subprocess.run(
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
             self.bin / command, *map(str, arguments)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request):
    """The address of a database with the cast, and a PostgreSQL that can be stopped, if it is one."""
    folder = Path(tempfile.mkdtemp())  # its parents are open to the account of PostgreSQL
    own = Postgres(folder) if request.param == "postgresql" else None
    url = own.url if own else f"sqlite:///{folder / 'clicks.db'}"
    yield url, own
    if own:
        own.stop()
    shutil.rmtree(folder)


class Crowd(ABC):
    """People who do the same all the time; what they were answered is remembered."""

    THREADS = 12

    def __init__(self, server: Server, code: str) -> None:
        self.server, self.code = server, code
        self.answered: list[Any] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._go_on, args=(n,)) for n in range(self.THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def _go_on(self, number: int) -> None:
        turn = 0
        while not self._over.is_set():
            turn += 1
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=5)
            with closing(connection):  # also where the server is killed meanwhile
                try:
                    self.act(connection, number, turn)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.02)

    @abstractmethod
    def act(self, connection: http.client.HTTPConnection, number: int, turn: int) -> None:
        """Ask once, and remember the answer."""

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


class Clicking(Crowd):
    """People who follow a link."""

    def act(self, connection: http.client.HTTPConnection, number: int, turn: int) -> None:
        agent = f"Mozilla/5.0 (X11; Linux x86_64; rv:{number}.{turn % 40}) Gecko/20100101"
        connection.request("GET", f"/r/{self.code}", headers={"User-Agent": agent})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 302:
            self.answered.append(answer.headers["Location"].rpartition(".")[2])
        else:
            assert answer.status == 503, answer.status


class Opening(Crowd):
    """People who open a post, each once, from a network and with a browser of their own."""

    THREADS = 4

    def act(self, connection: http.client.HTTPConnection, number: int, turn: int) -> None:
        address = f"10.{number}.{turn // 250}.{turn % 250}"
        agent = f"Mozilla/5.0 (X11; Linux x86_64; rv:{number}.{turn}) Gecko/20100101"
        headers = {"X-Forwarded-For": address, "User-Agent": agent}
        connection.request("POST", f"/posts/{self.code}/opened", headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 204:
            self.answered.append((clock.microseconds(), address, agent))
        else:
            assert answer.status == 503, answer.status


def test_every_answered_click_and_opening_is_stored_exactly_once(
    place, tmp_path, record_testsuite_property
):
    url, postgres = place
    database = Database(url)
    migrate(database)
    with database.writing() as db:
        invite_cast(db)
        db.commit()
    code, post = share_a_job(database), _post(database)
    server = Server(url, tmp_path / "data")
    server.environment["ENTOURAGE_TRUSTED_PROXIES"] = "1"
    server.start()
    clicking, opening = Clicking(server, code), Opening(server, post)
    chance = random.Random(7)
    try:
        for number in range(KILLS):
            time.sleep(chance.uniform(0.3, 2.0))
            if number == KILLS // 2 and postgres:
                _goes_on_without(postgres, clicking, opening)
            if chance.random() < 0.5:
                server.kill()
                server.start()
            else:
                _kill_worker(server)
    finally:
        clicking.stop()
        opening.stop()
    answered = clicking.answered
    visitors = Visitors(tmp_path / "data" / "salt")
    openings = {visitors.visitor(at, 0, address, agent) for at, address, agent in opening.answered}
    stored = _wait_until_stored(database, select(Click.id), set(answered))
    opened = _wait_until_stored(database, select(PostVisitor.visitor), openings)
    assert server.stop() == 0
    assert len(answered) > KILLS * 50
    assert len(set(answered)) == len(answered)
    assert set(answered) <= set(stored), f"{len(set(answered) - set(stored))} were lost"
    assert len(stored) == len(set(stored))
    assert len(openings) == len(opening.answered) > KILLS * 10
    assert openings <= set(opened), f"{len(openings - set(opened))} openings were lost"
    with database.reading() as db:
        sums = db.execute(select(func.sum(PostDay.people), func.sum(PostDay.again))).one()
        assert sums == (len(opened), 0)  # whoever is stored twice comes again
        for model in (LinkDay, ClickTotal):
            counted = select(func.sum(model.human + model.repeat))
            if model is ClickTotal:
                counted = counted.where(ClickTotal.subject == "all", ClickTotal.unit == "day")
            assert db.scalar(counted) == len(stored)
    database.dispose()
    record_testsuite_property("answered", len(answered))
    record_testsuite_property("stored", len(stored))


def _post(database: Database) -> str:
    """The code of a post that everybody may see."""
    with database.writing() as db:
        ada = person_by_email(db, Cast.ENGINEER)
        write_profile(db, ada, Profile(headline="Keeps clocks honest."))
        opt_in(db, ada)
        article = Article(
            author_id=ada.id, title="Clocks", summary="On clocks.", body="", body_html="",
            state="published", language="en", slug="clocks", published_at=clock.now(),
        )  # fmt: skip
        db.add(article)
        db.flush()
        code = article.code
        db.commit()
    return code


def _goes_on_without(postgres: Postgres, *crowds: Crowd) -> None:
    """PostgreSQL is away for half a minute; those who come meanwhile notice nothing."""
    postgres.stop()
    before = [len(crowd.answered) for crowd in crowds]
    time.sleep(AWAY)
    went_on = [len(crowd.answered) - so_far for crowd, so_far in zip(crowds, before, strict=True)]
    postgres.start()
    assert min(went_on) > AWAY * 5
    assert went_on[0] > AWAY * 20


def _kill_worker(server: Server) -> None:
    """Kill the process that stores clicks; the server starts another."""
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if b"careers.main\0worker" in found.read_bytes():
                process = int(found.parent.name)
                if os.getpgid(process) == server.process.pid:
                    os.kill(process, signal.SIGKILL)


def _wait_until_stored(database: Database, kept: Select, answered: set) -> list:
    stored: list = []
    for _ in range(300):
        with database.reading() as db:
            stored = list(db.scalars(kept))
        if answered <= set(stored):
            break
        time.sleep(0.4)
    return stored
