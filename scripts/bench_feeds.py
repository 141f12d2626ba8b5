"""Polling 2,000 feeds of this machine, of which one in a hundred has changed, in several rounds.

    python scripts/bench_feeds.py [--feeds=2000] [--sample=FEED.xml]

Seconds, feeds a second, the most memory held in each round, and what a feed that has not changed
costs of processor time beside one that is fetched, parsed and stored (this process and those that
parse). The sites are 200 loopback addresses that another process serves; a feed has 25 entries, or
is a file of yours.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import func, insert, update

from careers.base import clock, fetching
from careers.base.database import Database
from careers.base.fetching import Allow
from careers.base.migrating import migrate
from careers.base.people import Person
from feeds.models import Feed
from feeds.polling import poll_due

HOSTS, ROUNDS = 200, 3
HERE = Allow(any_port=True, loopback=True)
SITES = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
body = open(sys.argv[1], "rb").read()
class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        path, _, version = self.path.partition("?")
        if self.headers.get("If-None-Match") == f'"{version}"':
            self.send_response(304)
            self.end_headers()
            return
        said = body.replace(b"</title>", f" {version} of {path}</title>".encode(), 2)
        self.send_response(200)
        self.send_header("ETag", f'"{version}"')
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
    def log_message(self, *words):
        pass
class Server(ThreadingHTTPServer):
    request_queue_size = 500
    daemon_threads = True
server = Server(("0.0.0.0", 0), Site)
print(server.server_port, flush=True)
server.serve_forever()
"""
PARAGRAPH = (
    "<p>The <a href='https://a.example/grid'>grid</a> is a &amp;ldquo;machine&amp;rdquo; that "
    "nobody has ever seen <em>whole</em>. What follows are notes on its clocks, on who sets them, "
    "and on what happened the night they disagreed by a quarter of a second.</p>"
)


def a_feed() -> bytes:
    """A blog of 25 entries, of 3 kB each."""
    items = "".join(
        f"<item><guid isPermaLink='false'>n{n}</guid><link>https://a.example/{n}</link>"
        f"<title>What the clocks said, part {n}</title><category>grid</category>"
        f"<pubDate>Tue, 03 Nov 2026 10:{n:02}:00 GMT</pubDate>"
        f"<description><![CDATA[{PARAGRAPH * 9}]]></description></item>"
        for n in range(25)
    )
    head = "<title>Notes</title><link>https://a.example/</link><description>Clocks</description>"
    return f"<rss version='2.0'><channel>{head}{items}</channel></rss>".encode()


@dataclass(frozen=True)
class Round:
    """What one round of reading took: seconds, of processor too, and the most megabytes held."""

    feeds: int
    seconds: float
    processor: float
    held: int


def used() -> float:
    """Seconds of processor time of this process and of all that it waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def memory() -> int:
    """Megabytes that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


@contextmanager
def most_held() -> Iterator[list[int]]:
    """What this process holds, looked at ten times a second while it goes on."""
    held, is_over = [memory()], threading.Event()

    def look() -> None:
        while not is_over.wait(0.1):
            held.append(memory())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield held
    finally:
        is_over.set()
        looking.join()


def poll(database: Database, version: int, one_in: int = 0, most: int = 1_000_000) -> Round:
    """Make so many feeds due, change one in so many of them (0: none), and read them."""
    with database.writing() as db:
        due = update(Feed).where(Feed.id <= most)
        db.execute(due.values(due_at=clock.now()))
        if one_in:
            changed = func.substr(Feed.url, 1, func.length(Feed.url) - 2).op("||")(f"{version:02}")
            db.execute(due.where(Feed.id % one_in == 0).values(url=changed))
        db.commit()
    began, before = time.perf_counter(), used()
    with most_held() as held:
        tried = poll_due(database, partial(fetching.fetch, allow=HERE))
    return Round(tried, time.perf_counter() - began, used() - before, max(held))


def measure(url: str, feeds: int = 2_000, sample: str = "") -> None:
    """Print what reading so many feeds takes, in a new database at `url`."""
    database = Database(url)
    migrate(database)
    with sites(sample) as root, database.writing() as db:
        person = Person(name="Ada Engel", email="ada@acme.example")
        db.add(person)
        db.flush()
        places = (f"127.0.{1 + n % HOSTS // 100}.{1 + n % 100}" for n in range(feeds))
        rows = [
            {"person_id": person.id, "url": f"{root.replace('HOST', place)}/{n}?01", "host": place}
            for n, place in enumerate(places)
        ]
        db.execute(insert(Feed).values(etag='"01"'), rows)
        db.commit()
        _tell(database, f"{url.partition(':')[0]:19}", feeds)
    database.dispose()


def _tell(database: Database, kind: str, feeds: int) -> None:
    changing = min(50, feeds)
    poll(database, 2, one_in=1, most=changing)  # uncounted: what is compiled once, and new entries
    poll(database, 2)
    none = [poll(database, 2) for _ in range(ROUNDS)]
    some = [poll(database, 3 + n, one_in=min(100, feeds)) for n in range(ROUNDS)]
    all_of_few = [poll(database, 50 + n, one_in=1, most=changing) for n in range(2)]
    for words, rounds in (("none", none), (f"one in {min(100, feeds)}", some)):
        seconds = statistics.median(one.seconds for one in rounds)
        processor = statistics.median(one.processor for one in rounds)
        print(
            f"{kind}{feeds} feeds, {words} changed: {seconds:.1f} s, {feeds / seconds:.0f} feeds "
            f"a second, {processor:.1f} s of processor; memory, MB: "
            + " ".join(str(one.held) for one in rounds),
            flush=True,
        )
    unchanged = min(one.processor / one.feeds for one in none)
    changed = min(one.processor / one.feeds for one in all_of_few)
    print(
        f"{'':19}one that has not changed: {unchanged * 1000:.2f} ms of processor, one that has: "
        f"{changed * 1000:.0f} ms; {unchanged / changed:.2%}",
        flush=True,
    )


@contextmanager
def sites(sample: str) -> Iterator[str]:
    """The root of the sites while they are served, with HOST in it."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "feed.xml"
        file.write_bytes(Path(sample).read_bytes() if sample else a_feed())
        command = [sys.executable, "-c", SITES, str(file)]
        serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert serving.stdout is not None
            port = int(serving.stdout.readline())
            yield f"http://HOST:{port}"
        finally:
            serving.terminate()
            serving.wait(10)


def main() -> int:
    given = dict(one.lstrip("-").partition("=")[::2] for one in sys.argv[1:])
    options = {"sample": given.get("sample", ""), "feeds": int(given.get("feeds", "2000"))}
    with tempfile.TemporaryDirectory() as place:
        measure(f"sqlite:///{Path(place) / 'entourage.db'}", **options)
    if other := os.environ.get("ENTOURAGE_BENCH_DATABASE"):
        measure(other, **options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
