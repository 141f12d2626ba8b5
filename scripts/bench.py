"""Speed, as ratios: each page against a bare answer of the same server, in the same run.

Needs `wrk`. Rounds are interleaved, ours and bare by turns after one that isn't counted; what is
printed is the median of three. Share links answer only once their line is on disk, and stand beside
a bare redirect: alone, and with the worker beside them that stores what they write. Then how far
the worker is behind at 2,000 clicks a second, memory over a million clicks, and how many are stored
in a second of processor time; how long the recruiter's page takes over ten million clicks (some
minutes to make them); how long, and in how much memory, 100,000 applications are decided by another
rule; searching among 10,000 jobs with both engines beside SQLite's FTS5; importing 5,000; pages of
2,000 experts and their 10,000 posts, and the homepage, kept and made anew, each beside a bare
answer of its size.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import bench_dashboards
import bench_feeds
import bench_homepage
import bench_imports
import bench_people
import bench_search
from bench_credit import recompute_credit
from many_clicks import make
from memory import memory
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from careers.app import THREADS
from careers.base import clock
from careers.base.database import Database
from careers.base.migrating import migrate
from referrals.ingesting import ingest
from referrals.journal import Line, Rendered, encode, microseconds
from referrals.models import Click, ShareLink

BIN = Path(sys.executable).parent
ROUNDS, SECONDS = 3, 4
POSTGRESQL = os.environ.get(
    "ENTOURAGE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres"
)
BARE = """
def app(environ, start_response):
    if environ["PATH_INFO"].startswith("/r/"):
        start_response("302 Found", [("Location", "/jobs"), ("Content-Length", "0")])
        return [b""]
    size = environ["PATH_INFO"].removeprefix("/page").strip("/") or "20000"
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", size)])
    return [b"x" * int(size)]
"""
# Many visitors: one alone who clicked so fast would be refused.
MANY_VISITORS = """
local requests = {}
local number = 0
init = function()
  for n = 1, 2000 do
    local agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144." .. n
    requests[n] = wrk.format("GET", nil, { ["User-Agent"] = agent })
  end
end
request = function()
  number = number % 2000 + 1
  return requests[number]
end
"""
STEADILY = """
function delay()
  return 17
end
"""  # milliseconds between two requests of a connection: 40 of them make some 2,000 a second
MANY_CLICKS = 1_000_000


@dataclass(frozen=True)
class Rate:
    """What `wrk` saw: answers a second, and the time in which 99 of 100 came, in milliseconds."""

    answers: float
    p99: float


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str], cwd: Path | None = None):
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, cwd=cwd, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).read()
                break
            time.sleep(0.1)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def rate(address: str, connections: int, script: Path, seconds: int = SECONDS) -> Rate:
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, address],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    if "Non-2xx" in out:
        raise SystemExit(f"{address} answered with errors:\n{out}")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return Rate(float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), p99)


def compare(
    name: str, bare: str, ours: str, connections: int, script: Path, seconds: int = SECONDS
) -> None:
    """Print one line: ours beside bare, by turns."""
    rounds = [
        (rate(bare, connections, script, seconds), rate(ours, connections, script, seconds))
        for _ in range(ROUNDS + 1)
    ][1:]
    one, two = (statistics.median(found[side].answers for found in rounds) for side in (0, 1))
    slow, slower = (statistics.median(found[side].p99 for found in rounds) for side in (0, 1))
    print(
        f"{name:44}{connections:5}{one:10.0f}{two:10.0f}{two / one:8.1%}{slow:9.1f}{slower:9.1f}",
        flush=True,
    )


def serve_and_compare(folder: Path, bare: int, database: str, script: Path, pages: bool) -> None:
    """Our server on `database` (SQLite when empty) beside the bare one."""
    ours = free_port()
    kind = "PostgreSQL" if database else "SQLite"
    environment = {
        "ENTOURAGE_DATA_DIR": str(folder / kind),
        "ENTOURAGE_LISTEN": f"127.0.0.1:{ours}",
        "ENTOURAGE_BASE_URL": f"http://127.0.0.1:{ours}",
    } | ({"ENTOURAGE_DATABASE_URL": database} if database else {})
    subprocess.run(
        [BIN / "entourage", "demo"], check=True, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = database or f"sqlite:///{folder / kind / 'entourage.db'}"
    opened = Database(url)
    with opened.reading() as db:
        code = db.scalar(select(ShareLink.code).where(ShareLink.target == "job").limit(1))
    here, there = f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{bare}"
    serve = [str(BIN / "entourage"), "serve"]
    follow, redirect = f"{here}/r/{code}", f"{there}/r/{code}"
    with running(serve, ours, environment | {"ENTOURAGE_BACKGROUND": "separate"}):
        for connections in (16, 64):
            compare(f"share link, {kind}", redirect, follow, connections, script)
    with running(serve, ours, environment) as server:
        compare("  with the worker beside it", redirect, follow, 64, script)
        lag(opened, follow, script)
        for page in ("/", "/jobs?q=data", "/experts") if pages else ():
            compare(page, f"{there}/page", f"{here}{page}", 16, script)
        if pages:
            million_clicks(server, follow, script)
    opened.dispose()


def million_clicks(server: int, address: str, script: Path) -> None:
    """Print the server's memory after each of ten parts of a million clicks."""
    clicks, held = 0.0, [memory(server)]
    while clicks < MANY_CLICKS:
        begun = clicks
        while clicks < begun + MANY_CLICKS / 10:
            clicks += rate(address, 64, script).answers * SECONDS
        held.append(memory(server))
    print(f"{'':4}memory over {clicks:,.0f} clicks, MB: {' '.join(map(str, held))}", flush=True)


def lag(database: Database, address: str, script: Path) -> None:
    """Print how far behind the worker is while 2,000 clicks a second come, for 20 seconds."""
    _wait_until_stored(database)
    steadily = script.with_name("steadily.lua")
    steadily.write_text(script.read_text() + STEADILY)
    command = ["wrk", "-t1", "-c40", "-d20s", "-s", str(steadily), address]
    behind = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clicking:
        time.sleep(3)
        while clicking.poll() is None:
            behind.append((clock.now() - _newest(database)).total_seconds())
            time.sleep(0.1)
        out = clicking.stdout.read()
    behind = behind[:-5]  # the last ones may be from after the end
    answers = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    print(
        f"{'':4}at {answers:.0f} clicks a second the newest stored is "
        f"{statistics.median(behind):.1f} s old, at most {max(behind):.1f}",
        flush=True,
    )


def _newest(database: Database) -> datetime:
    with database.reading() as db:
        return db.scalars(select(func.max(Click.at))).one()


def _wait_until_stored(database: Database) -> None:
    newest = None
    while newest != (newest := _newest(database)):
        time.sleep(3)


def store_clicks(url: str, clicks: int = 200_000) -> float:
    """How many clicks are stored in a second of this process's time, with confirmations."""
    make(url, 1_000)
    database = Database(url)
    with database.reading() as db:
        links = db.execute(select(ShareLink.id, ShareLink.job_id).limit(2_000)).all()
    with tempfile.TemporaryDirectory() as place:
        begin = microseconds(clock.now()) - 600_000_000
        with (Path(place) / "a.journal").open("wb") as out:
            for number in range(clicks):
                link, job = links[number * 7919 % len(links)]
                at = begin + number * 2_000
                id = f"{at // 1_000_000:08x}{number:012x}"
                kind = ("human",) * 8 + ("preview", "bot")
                line = Line(
                    id, link, job or 0, at, kind[number % 10], "", True, number * 48_271, "own"
                )
                out.write(encode(line))
                if number % 10 < 6:
                    out.write(encode(Rendered(id, at + 900_000)))
        used = time.process_time()
        stored = ingest(database, Path(place))
        used = time.process_time() - used
    database.dispose()
    assert stored == clicks
    return stored / used


@contextmanager
def postgresql():
    """The address of a fresh database, "" where no server answers."""
    url = make_url(POSTGRESQL.replace("postgresql://", "postgresql+psycopg://"))
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"entourage_bench_{os.getpid()}"
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except Exception:
        print("PostgreSQL does not answer; only SQLite is measured")
        yield ""
        return
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def main() -> int:
    """All that is measured, or the parts that are named (`--search`)."""
    parts = {
        "--clicks": clicks, "--dashboards": dashboards, "--credit": credit,
        "--search": search_jobs, "--imports": bring_jobs, "--people": people, "--feeds": poll_feeds,
        "--homepage": homepage,
    }  # fmt: skip
    if unknown := set(sys.argv[1:]) - set(parts):
        print(f"unknown: {' '.join(unknown)}; there are {' '.join(parts)}")
        return 2
    for measured in [parts[named] for named in sys.argv[1:]] or parts.values():
        measured()
    return 0


@contextmanager
def both_databases():
    """The addresses of a new SQLite file, and of a new database where PostgreSQL answers."""
    with tempfile.TemporaryDirectory() as place, postgresql() as url:
        yield list(filter(None, (f"sqlite:///{Path(place) / 'entourage.db'}", url)))


@contextmanager
def beside_bare():
    """The port of the bare server while it runs, a folder, and what `wrk` sends."""
    if shutil.which("wrk") is None:
        raise SystemExit("make bench needs wrk (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as place:
        folder, bare = Path(place), free_port()
        (folder / "bare.py").write_text(BARE)
        script = folder / "many.lua"
        script.write_text(MANY_VISITORS)
        granian = [
            str(BIN / "granian"), "--interface", "wsgi", "--port", str(bare), "--no-ws",
            "--workers", str(os.cpu_count()), "--blocking-threads", str(THREADS), "bare:app",
        ]  # fmt: skip
        print(f"{'':44}{'conn':>5}{'bare/s':>10}{'ours/s':>10}{'ratio':>8}{'p99 ms':>9}{'ours':>9}")
        with running(granian, bare, {}, folder):
            yield bare, folder, script


def clicks() -> None:
    """Share links and pages beside a bare answer of the same server; storing clicks."""
    with beside_bare() as (bare, folder, script):
        serve_and_compare(folder, bare, "", script, pages=True)
        with postgresql() as url:
            if url:
                serve_and_compare(folder, bare, url, script, pages=False)
    with both_databases() as addresses:
        for address in addresses:
            migrate(Database(address))
            stored = store_clicks(address)
            kind = address.partition(":")[0]
            print(f"clicks stored in a second of processor time, {kind}: {stored:.0f}", flush=True)


READ = (
    "/experts/expert-7", "/blog/article-9", "/experts", "/experts?q=depot", "/blog",
    "/topics/topic-3",
)  # fmt: skip
TYPED = "/experts?q=dep"  # of the list of experts, what is fetched while somebody types
ASKS_FOR_A_PART = {"HX-Request": "true"}


def people() -> None:
    """What everybody reads of 2,000 experts and their 10,000 posts, each page beside a bare answer
    of its size, on both databases.
    """
    with beside_bare() as (bare, folder, script), both_databases() as addresses:
        typing = script.with_name("typing.lua")
        typing.write_text(script.read_text().replace("{ [", '{ ["HX-Request"] = "true", ['))
        for address in addresses:
            migrate(Database(address))
            bench_people.make_people(address)
            ours, kind = free_port(), address.partition(":")[0]
            environment = {
                "ENTOURAGE_DATA_DIR": str(folder / kind), "ENTOURAGE_DATABASE_URL": address,
                "ENTOURAGE_LISTEN": f"127.0.0.1:{ours}",
                "ENTOURAGE_BASE_URL": f"http://127.0.0.1:{ours}",
            }  # fmt: skip
            with running([str(BIN / "entourage"), "serve"], ours, environment):
                for page in (*READ, TYPED):
                    asked, sent = ({}, script) if page in READ else (ASKS_FOR_A_PART, typing)
                    here = f"http://127.0.0.1:{ours}{page}"
                    request = urllib.request.Request(here, headers=asked)
                    size = len(urllib.request.urlopen(request, timeout=60).read())
                    same = f"http://127.0.0.1:{bare}/page/{size}"
                    compare(f"{page}, {kind}, {size:,} B", same, here, 8, sent, seconds=2)


def homepage() -> None:
    """The demo's homepage in both languages, each beside a bare answer of its size, on both
    databases: kept; and while something changes every millisecond, so that it is made anew for
    everybody, alone and for all who wait for it.
    """
    with beside_bare() as (bare, folder, script), both_databases() as addresses:
        for address in addresses:
            ours, kind = free_port(), address.partition(":")[0]
            environment = {
                "ENTOURAGE_DATA_DIR": str(folder / kind), "ENTOURAGE_DATABASE_URL": address,
                "ENTOURAGE_LISTEN": f"127.0.0.1:{ours}",
                "ENTOURAGE_BASE_URL": f"http://127.0.0.1:{ours}",
            }  # fmt: skip
            subprocess.run(
                [BIN / "entourage", "demo"], check=True, env={**os.environ, **environment},
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            environment["ENTOURAGE_BACKGROUND"] = "separate"
            with running([str(BIN / "entourage"), "serve"], ours, environment):
                for path in ("/", "/fr/"):
                    here = f"http://127.0.0.1:{ours}{path}"
                    size = len(urllib.request.urlopen(here, timeout=60).read())
                    same = f"http://127.0.0.1:{bare}/page/{size}"
                    compare(f"{path}, {kind}, {size:,} B", same, here, 16, script)
                    with bench_homepage.changing(address) as changes:
                        for connections in (1, 16):
                            compare("  while it changes", same, here, connections, script)
                    print(f"{'':4}{changes():.0f} changes a second", flush=True)


def dashboards() -> None:
    """The recruiter's page over ten million clicks, on both databases."""
    with both_databases() as addresses:
        for address in addresses:
            migrate(Database(address))
            make(address, 10_000_000)
            for period, found in bench_dashboards.measure(address).items():
                kind = address.partition(":")[0]
                print(f"{kind:20}{period:10}{found['all']:8.1f} ms", flush=True)


def credit() -> None:
    """A year of applications decided by another rule, on both databases."""
    with both_databases() as addresses:
        for address in addresses:
            recompute_credit(address)


def search_jobs() -> None:
    """Searching among 10,000 jobs, with both engines."""
    with both_databases() as addresses:
        for address in addresses:
            print(f"searching among 10,000 jobs, {address.partition(':')[0]}", flush=True)
            with tempfile.TemporaryDirectory() as place:
                bench_search.measure(address, Path(place), 10_000)


def bring_jobs() -> None:
    """Importing 5,000 jobs into both databases."""
    with both_databases() as addresses:
        for address in addresses:
            print(f"importing, {address.partition(':')[0]}", flush=True)
            bench_imports.measure(address, 5_000)


def poll_feeds() -> None:
    """Polling 2,000 feeds on both databases."""
    with both_databases() as addresses:
        for address in addresses:
            bench_feeds.measure(address)


if __name__ == "__main__":
    sys.exit(main())
