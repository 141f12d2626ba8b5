"""A real web site to read feeds from, on this machine, and a client that may reach it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import event, select

from careers.base import fetching
from careers.base.fetching import Allow
from careers.base.people import person_by_email
from experts.editing import Profile, write_profile
from feeds import parsing, subscribing
from feeds.models import Entry
from tests.cast import Cast
from tests.showing import opt_in

# On a busy machine feeds wait for the processor as long as it takes; what they use is limited.
parsing.SECONDS = 600.0

SAMPLES = Path(__file__).parent / "samples"
HERE = Allow(any_port=True, loopback=True, seconds=60)  # no test waits until they are over


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0  # seconds before each byte
    raw: bool = False  # the body is the whole answer, headers included
    endless: bytes = b""  # sent again and again behind it
    held: threading.Event | None = None  # nothing is said before it is set


class Site:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                answer = site.answers.get(self.path, Answer(status=404))
                if answer.held is not None:
                    answer.held.wait(60)
                if not answer.raw:
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                if not answer.pause:
                    self.wfile.write(answer.body)
                    while answer.endless:
                        self.wfile.write(answer.endless)
                    return
                for byte in answer.body:
                    time.sleep(answer.pause)
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()

            def log_message(self, *_words: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 200

            def handle_error(self, *_where: object) -> None:
                """Readers who hang up are what we want to see."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.root = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def says(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = Answer(body, status, named)
        return self.root + path

    def shows(self, path: str, sample: str, **headers: str) -> str:
        return self.says(path, (SAMPLES / sample).read_bytes(), **headers)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def fetch():
    """The real client, which may also reach this machine."""
    return partial(fetching.fetch, allow=HERE)


@pytest.fixture
def fetch_anywhere():
    """The same, for which every name leads to this machine: its port is `site.port`."""
    allow = replace(HERE, resolve=lambda _host, _port: ["127.0.0.1"])
    return partial(fetching.fetch, allow=allow)


@pytest.fixture
def queries(database):
    """`with queries() as found:` gathers the statements that the database is sent."""

    @contextmanager
    def gather() -> Iterator[list[str]]:
        found: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            found.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        yield found
        event.remove(database.engine, "before_cursor_execute", note)

    return gather


@pytest.fixture
def shown(database):
    """The engineer has a public page."""
    with database.writing() as db:
        person = person_by_email(db, Cast.ENGINEER)
        write_profile(db, person, Profile(headline="Keeps clocks honest."))
        opt_in(db, person)
        db.commit()


@pytest.fixture
def feed_at(database):
    """`feed_at(url)` subscribes the engineer to a feed that is known to be hers."""

    def at(url: str, shows="everything", known: bool = True) -> None:
        with database.writing() as db:
            feed = subscribing.subscribe(db, person_by_email(db, Cast.ENGINEER), url, shows)
            if known:
                subscribing.confirm(db, person_by_email(db, Cast.EDITOR), feed)
            db.commit()

    return at


@pytest.fixture
def act(database):
    """`act(function)` calls it with a session, the engineer and her first entry, and commits."""

    def do(what) -> None:
        with database.writing() as db:
            entry = db.scalars(select(Entry).order_by(Entry.id)).first()
            what(db, person_by_email(db, Cast.ENGINEER), entry)
            db.commit()

    return do
