"""Polling 2,000 feeds of this machine: none changed, then one in a hundred.

    python scripts/bench_feeds.py [--feeds=2000]

Seconds by the clock and of processor time (of this process and of those that parse), for each feed
that has not changed and for each that has; the most memory held after each part of the run. The
sites are 200 loopback addresses served by another process.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from sqlalchemy import insert, update

from careers.base import clock, fetching
from careers.base.database import Database
from careers.base.fetching import Allow
from careers.base.migrating import migrate
from careers.base.people import Person
from feeds.models import Feed, host_of
from feeds.polling import poll_due

HOSTS = 200
HERE = Allow(any_port=True, loopback=True)
SITES = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
ITEMS = "".join(
    f"<item><guid>{{n}}</guid><link>https://a.example/{{n}}</link><title>Words {{n}}</title>"
    f"<pubDate>Tue, 03 Nov 2026 10:{{n:02}}:00 GMT</pubDate><description>{{'Some more. ' * 60}}"
    "</description></item>" for n in range(20))
class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        number, _, changes = self.path[1:].partition("?")
        if self.headers.get("If-None-Match") == '"1"' and not (changes and int(number) % 100 == 0):
            self.send_response(304)
            self.end_headers()
            return
        head = f"<rss version='2.0'><channel><title>Blog {{number}}</title>"
        body = f"{{head}}{{ITEMS}}</channel></rss>".encode()
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
class Server(ThreadingHTTPServer):
    request_queue_size = 500
    daemon_threads = True
server = Server(("0.0.0.0", 0), Site)
print(server.server_port, flush=True)
server.serve_forever()
""".replace("{{", "{").replace("}}", "}")


def used() -> float:
    """Seconds of processor time of this process and of all that it waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def memory() -> int:
    """Megabytes that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def _poll(database: Database, changes: bool) -> tuple[float, float, int, list[int]]:
    """Make all due and read them: seconds, seconds of processor, how many, memory on the way."""
    with database.writing() as db:
        suffix = "?1" if changes else ""
        url = Feed.url if not changes else Feed.url + suffix
        db.execute(update(Feed).values(due_at=clock.now(), url=url, etag='"1"'))
        db.commit()
    held, tried = [memory()], 0
    began, before = time.perf_counter(), used()
    while count := poll_due(database, partial(fetching.fetch, allow=HERE), most=200):
        tried += count
        held.append(memory())
    return time.perf_counter() - began, used() - before, tried, held


def measure(url: str, feeds: int = 2_000) -> None:
    """Print what reading so many feeds takes, in a new database at `url`."""
    database = Database(url)
    migrate(database)
    sites = subprocess.Popen([sys.executable, "-c", SITES], stdout=subprocess.PIPE, text=True)
    try:
        assert sites.stdout is not None
        port = int(sites.stdout.readline())
        with database.writing() as db:
            person = Person(name="Ada Engel", email="ada@acme.example")
            db.add(person)
            db.flush()
            addresses = [
                f"http://127.0.{1 + n % HOSTS // 100}.{1 + n % 100}:{port}/{n}"
                for n in range(feeds)
            ]
            rows = [{"person_id": person.id, "url": one, "host": host_of(one)} for one in addresses]
            db.execute(insert(Feed), rows)
            db.commit()
        _poll(database, changes=False)  # once uncounted: imports, and what is compiled once
        clock_1, cpu_1, tried, held_1 = _poll(database, changes=False)
        each = cpu_1 / tried
        clock_2, cpu_2, tried, held_2 = _poll(database, changes=True)
        changed = tried // 100
        one = (cpu_2 - each * (tried - changed)) / changed
        kind = url.partition(":")[0]
        for words, took, cpu in (("none", clock_1, cpu_1), (changed, clock_2, cpu_2)):
            print(
                f"{kind:12}{tried} feeds, {words} changed: {took:.1f} s, {cpu:.1f} s of processor"
            )
        print(
            f"{'':12}one that has not changed: {each * 1000:.2f} ms of processor, one that has: "
            f"{one * 1000:.0f} ms; {each / one:.2%}"
        )
        print(f"{'':12}memory, MB: {' '.join(map(str, held_1 + held_2))}", flush=True)
    finally:
        sites.terminate()
        sites.wait(10)
        database.dispose()


def main() -> int:
    feeds = next((int(a.split("=")[1]) for a in sys.argv if a.startswith("--feeds=")), 2_000)
    with tempfile.TemporaryDirectory() as place:
        measure(f"sqlite:///{Path(place) / 'entourage.db'}", feeds)
    if other := os.environ.get("ENTOURAGE_BENCH_DATABASE"):
        measure(other, feeds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
