"""What tests stand on: a fresh site on each database, and ways to visit it."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import ClassVar

import hypothesis
import psycopg
import pytest
import structlog
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from whitenoise import WhiteNoise

import careers.app
import careers.base.database
from careers.app import create_app
from careers.base import clock, outbox
from careers.base.config import Settings
from careers.base.database import Database
from careers.base.migrating import migrate
from careers.base.signin import passwords
from careers.hiring import cvs
from tests.cast import Cast, invite_cast
from tests.databases import Databases
from tests.made_once import KnownRoutes
from tests.mailing import Sink, listening

CI = os.environ.get("CI") == "true"
SERVER = os.environ.get(
    "ENTOURAGE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres"
)
TEMPLATE = f"entourage_template_{os.getpid()}"
PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS = f"redis://127.0.0.1:6379/{9 + PROCESS % 6}"  # no process of tests takes another's work


MEMORY = Path("/dev/shm")
ROOM = 2**30  # bytes; tests leave nothing behind when they pass, but two may need much at once


# A slow machine is no fault of a rule: no test is judged by its time.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


def pytest_configure() -> None:
    """Keep the tests' files in memory where there is room: most wait for disks otherwise."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    # As the site itself logs: writing out the local variables of an error can take minutes.
    *usual, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*usual, plain])


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of those marks few files have tests, and a test of a file that doesn't name them has none."""
    mark = config.option.markexpr
    if mark in {"browser", "system"} and collection_path.suffix == ".py":
        return f"mark.{mark}" not in collection_path.read_text() or None
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is there before the first test stays there: no cycles are looked for among it. Among
    what tests leave they are looked for seldom, as each leaves a whole application.
    """
    gc.disable()
    collected = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    return collected


class KnownFiles(WhiteNoise):
    """Looks at each file that is served as it is once in a process, and not once in each test."""

    _known: ClassVar[dict] = {}

    def get_static_file(self, path, url, stat_cache=None):
        if url not in self._known:
            self._known[url] = super().get_static_file(path, url, stat_cache)
        return self._known[url]


careers.app.Flask = KnownRoutes
careers.app.WhiteNoise = KnownFiles
careers.app._version = cache(careers.app._version)
_first_engines: dict[str, Engine] = {}


def engine_of(url: str, **options) -> Engine:
    """An engine like any other, but each statement is compiled once in a process for all of them,
    and not once in each test: they have one dialect, and one place for what it compiled.
    """
    engine = create_engine(url, **options)
    first = _first_engines.get(engine.dialect.name)
    if first is None or first.dialect.server_version_info is None:  # it has never connected
        _first_engines[engine.dialect.name] = engine
        engine.update_execution_options(compiled_cache={})
    else:
        engine.dialect = first.dialect
        engine.update_execution_options(
            compiled_cache=first.get_execution_options()["compiled_cache"]
        )
    return engine


careers.base.database.create_engine = engine_of

# On a busy machine CVs wait for the processor as long as it takes; what they use of it is limited.
cvs.CHECK_SECONDS = cvs.WAIT_FOR_A_PLACE = 600.0

# Signing in takes the time that makes guessing slow only where that is what a test is about.
REAL_HASHER = passwords._hasher
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # as `cheap_hash`


def lacking(what: str) -> None:
    """Skip a test for something this machine lacks; with CI=true that is a failure instead."""
    if CI:
        pytest.fail(f"{what} is missing, and with CI=true nothing may be skipped")
    pytest.skip(f"{what} is missing on this machine")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "entourage.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.writing() as db:
        invite_cast(db)
        db.commit()
    database.dispose()  # the last connection to close writes everything into the one file
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        lacking("PostgreSQL")
        raise
    server.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}"')
    server.execute(f'CREATE DATABASE "{TEMPLATE}"')
    database = Database(_postgresql(TEMPLATE))
    migrate(database)
    with database.writing() as db:
        invite_cast(db)
        db.commit()
    database.dispose()
    yield TEMPLATE
    server.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
    server.close()


@pytest.fixture(scope="session")
def postgresql(postgresql_template: str) -> Iterator[Databases]:
    """The databases of this process, which are lent to one test after the other."""
    databases = Databases(SERVER, postgresql_template)
    yield databases
    databases.close()


def _postgresql(name: str) -> str:
    return SERVER.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://") + f"/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with the cast in it: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "entourage.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("postgresql").lent() as name:
        yield _postgresql(name)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None, data_dir=tmp_path / "data", database_url=database_url, secret_key="s" * 40
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, testing=True)
    KnownRoutes.known = app.url_map
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server."""
    with listening() as made:
        yield made


@pytest.fixture
def mailing(settings: Settings, sink: Sink) -> Iterator[Flask]:
    """The site with that server."""
    known = settings.model_dump() | {
        "secret_key": "s" * 40,
        "smtp_url": f"smtp://127.0.0.1:{sink.port}",
        "mail_from": "Acme careers <careers@acme.example>",
    }
    app = create_app(Settings(_env_file=None, **known), testing=True)
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def db(app: Flask, database_url: str) -> Iterator[Session]:
    """A session for looking at what happened (and for arranging, with a commit).

    Unlike the application's own, it takes no lock by looking.
    """
    engine = engine_of(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def real_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed with all the work that it takes on a real site."""
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHER)
    passwords._nobodys_hash.cache_clear()
    yield
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def still() -> Iterator[None]:
    """The clock stands still: what a page does once a minute comes into no count."""
    with clock.set_to(clock.now()):
        yield


class Visitor:
    """Somebody with a browser: follows links, fills forms as the page gives them."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    def get(self, address: str, **options):
        return self.client.get(address, **options)

    def form_token(self, address: str) -> str:
        page = self.client.get(address).get_data(as_text=True)
        found = re.search(r'name="form_token"[^>]*value="([^"]+)"', page)
        assert found, f"{address} has no form"
        return found[1]

    def post(
        self, address: str, fields: dict | None = None, *, form_on: str | None = None, **options
    ):
        """Send a form: its token is taken from the page `form_on` (the same address by default)."""
        token = self.form_token(form_on or address)
        data = {"form_token": token, **(fields or {})}
        return self.client.post(address, data=data, **options)

    def sign_in(self, email: str, password: str = Cast.PASSWORD) -> Visitor:
        answer = self.post("/sign-in", {"email": email, "password": password})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return self


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def visit_as(app: Flask):
    """`visit_as(Cast.ENGINEER)` is that person, signed in, with a browser of their own."""
    return lambda email: Visitor(app).sign_in(email)


@pytest.fixture
def work(app: Flask):
    """`work()` does what waits in the outbox, as the background would."""

    def do() -> int:
        with app.app_context():
            return outbox.do_due_work(app.extensions["database"], app.extensions["settings"])

    return do
