"""Speed, as ratios: each page against a bare answer of the same server, in the same run.

Needs `wrk`. Rounds are interleaved, ours and bare by turns after one that isn't counted; what is
printed is the median of three. Share links answer only once their line is on disk, and stand beside
a bare redirect: alone, and with the worker beside them that stores what they write. Then how far
the worker is behind at 2,000 clicks a second, memory over a million clicks, and how many are stored
in a second of processor time; with --dashboards, how long the recruiter's page takes over ten
million clicks (some minutes to make them). --credit measures something else, and alone: how long it
takes, and in how much memory, to recompute 100,000 applications under another rule. So does
--search: searching among 10,000 jobs, with both engines (see bench_search.py).
"""

from __future__ import annotations

import os
import random
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import create_engine, delete, func, insert, select, text
from sqlalchemy.engine import make_url

from careers.app import THREADS
from careers.base import clock
from careers.base.database import Database
from careers.base.migrating import migrate
from careers.base.people import Person
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.ingesting import ingest
from referrals.journal import Line, Rendered, encode, microseconds
from referrals.models import Click, Credit, Receipt, ShareLink
from referrals.previewing import begin, go_on
from referrals.rules import LINEAR, POSITION, TIME_DECAY
from referrals.terms import Terms

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
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "20000")])
    return [b"x" * 20000]
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


def rate(address: str, connections: int, script: Path) -> Rate:
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", script, address],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    if "Non-2xx" in out:
        raise SystemExit(f"{address} answered with errors:\n{out}")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return Rate(float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), p99)


def compare(name: str, bare: str, ours: str, connections: int, script: Path) -> None:
    """Print one line: ours beside bare, by turns."""
    rounds = [
        (rate(bare, connections, script), rate(ours, connections, script))
        for _ in range(ROUNDS + 1)
    ][1:]
    one, two = (statistics.median(found[side].answers for found in rounds) for side in (0, 1))
    slow, slower = (statistics.median(found[side].p99 for found in rounds) for side in (0, 1))
    print(
        f"{name:34}{connections:5}{one:10.0f}{two:10.0f}{two / one:8.1%}{slow:9.1f}{slower:9.1f}",
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


def memory(process: int) -> int:
    """Megabytes held by a process and those it started."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return pages * resource.getpagesize() // 2**20 + sum(memory(int(child)) for child in children)


def store_clicks(url: str, clicks: int = 200_000) -> float:
    """How many clicks are stored in a second of this process's time, with confirmations."""
    sys.path.insert(0, str(Path(__file__).parent))
    from many_clicks import make  # a script beside this one

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


def recompute_credit(url: str, applications: int = 100_000, most: int = 20) -> None:
    """Print what the preview of another rule takes over a year of so many applications, with up to
    `most` touches each."""
    with ProcessPoolExecutor(1, get_context("spawn")) as other:  # what it needs isn't measured
        touches = other.submit(give_touches, url, applications, most).result()
    for terms in (Terms(LINEAR, 30), Terms(TIME_DECAY, 90, 180), Terms(POSITION, 30)):
        preview_rule(url, terms, touches)


def preview_rule(url: str, terms: Terms, touches: int) -> None:
    """Print how long the preview of `terms` takes, after how long the page has its first figures,
    and how much more memory it needs than before its first piece."""
    database = Database(url)
    start = time.perf_counter()
    with database.writing() as db:
        person = db.scalar(select(Person).limit(1))
        preview = begin(db, person, terms, 0, 365)
        number, count = preview.id, preview.applications
        db.commit()
    before, most_memory, longest, first = memory(os.getpid()), 0, 0.0, 0.0
    is_done = False
    while not is_done:
        piece = time.perf_counter()
        with database.writing() as db:
            is_done = go_on(db, number)
            db.commit()
        longest = max(longest, time.perf_counter() - piece)
        first = first or time.perf_counter() - start
        most_memory = max(most_memory, memory(os.getpid()))
    took = time.perf_counter() - start
    database.dispose()
    print(
        f"{url.partition(':')[0]:20}{terms.rule.name:14}{count:8} applications{touches:9} touches"
        f"{took:7.1f} s, first figures after {first:.2f} s, longest piece {longest:.2f} s, "
        f"{most_memory - before:+d} MB on {before} MB",
        flush=True,
    )


def give_touches(url: str, applications: int, most: int) -> int:
    """Fill an empty database with so many applications of last year; how many touches they have."""
    sys.path.insert(0, str(Path(__file__).parent))
    from many_clicks import make

    migrate(Database(url))
    make(url, 1_000)
    database = Database(url)
    chance = random.Random(2026)  # noqa: S311  the same data each time
    now, made = clock.now(), 0
    with database.writing() as db:
        for table in (Credit, Receipt, Application):
            db.execute(delete(table))
        links = db.execute(
            select(ShareLink.code, ShareLink.channel, ShareLink.id, Person.id, Person.code)
            .join(Person, Person.id == ShareLink.person_id)
            .limit(2_000)
        ).all()
        job = db.scalar(select(func.min(Job.id)))
        for first in range(1, applications + 1, 5_000):
            rows: dict[type, list[dict]] = {Application: [], Receipt: [], Credit: []}
            for number in range(first, min(first + 5_000, applications + 1)):
                at = now - timedelta(seconds=chance.randrange(364 * 86_400))
                touches = []
                for _ in range(chance.randint(0, most)):
                    link, channel, _key, _person, sharer = chance.choice(links)
                    met = at - timedelta(seconds=chance.randrange(45 * 86_400))
                    against = ["not_a_person"] if chance.random() < 0.1 else []
                    touches.append({
                        "kind": "click", "link": link, "channel": channel, "sharer": sharer,
                        "shared_at": met.isoformat(), "at": met.isoformat(), "class": "human",
                        "by": "", "lists": "1", "used": False, "dropped": None, "against": against,
                    })  # fmt: skip
                made += len(touches)
                rows[Application].append({
                    "id": number, "code": f"B{number:09}", "token_hash": f"t{number}",
                    "submission": f"s{number}", "job_id": job, "name": "", "email": "",
                    "created_at": at,
                })  # fmt: skip
                rows[Receipt].append({
                    "id": number, "application_id": number, "decided_at": at, "rule": "last_touch",
                    "version": 1, "parameters": {"window_days": 30}, "touches": touches,
                    "outcome": "credited", "sha256": "0" * 64,
                })  # fmt: skip
                _, _, link_id, person, _ = chance.choice(links)
                rows[Credit].append({
                    "receipt_id": number, "application_id": number, "person_id": person,
                    "link_id": link_id, "kind": "referral", "part": 1, "whole": 1,
                })  # fmt: skip
            for table, those in rows.items():
                db.execute(insert(table), those)
        db.commit()
    database.dispose()
    return made


def main() -> int:
    if "--credit" in sys.argv:
        with tempfile.TemporaryDirectory() as place, postgresql() as url:
            for address in filter(None, (f"sqlite:///{Path(place) / 'credit.db'}", url)):
                recompute_credit(address)
        return 0
    if "--search" in sys.argv:
        from bench_search import measure as measure_search

        with tempfile.TemporaryDirectory() as place, postgresql() as url:
            for number, address in enumerate(filter(None, (f"sqlite:///{place}/search.db", url))):
                (Path(place) / str(number)).mkdir()
                print(address.split(":")[0])
                measure_search(address, Path(place) / str(number), 10_000)
        return 0
    if shutil.which("wrk") is None:
        print("make bench needs wrk (Debian: apt-get install wrk)")
        return 1
    with tempfile.TemporaryDirectory() as place:
        folder, bare = Path(place), free_port()
        (folder / "bare.py").write_text(BARE)
        script = folder / "many.lua"
        script.write_text(MANY_VISITORS)
        granian = [
            str(BIN / "granian"), "--interface", "wsgi", "--port", str(bare), "--no-ws",
            "--workers", str(os.cpu_count()), "--blocking-threads", str(THREADS), "bare:app",
        ]  # fmt: skip
        print(f"{'':34}{'conn':>5}{'bare/s':>10}{'ours/s':>10}{'ratio':>8}{'p99 ms':>9}{'ours':>9}")
        with running(granian, bare, {}, folder):
            serve_and_compare(folder, bare, "", script, pages=True)
            with postgresql() as url:
                if url:
                    serve_and_compare(folder, bare, url, script, pages=False)
        sqlite = f"sqlite:///{folder / 'clicks.db'}"
        migrate(Database(sqlite))
        print(f"clicks stored in a second of processor time, SQLite: {store_clicks(sqlite):.0f}")
        with postgresql() as url:
            if url:
                migrate(Database(url))
                print(f"the same, PostgreSQL: {store_clicks(url):.0f}")
        if "--dashboards" in sys.argv:
            dashboards(folder)
    return 0


def dashboards(folder: Path) -> None:
    """The recruiter's page over ten million clicks, on both databases."""
    sys.path.insert(0, str(Path(__file__).parent))
    from bench_dashboards import measure
    from many_clicks import make

    with postgresql() as url:
        for address in filter(None, (f"sqlite:///{folder / 'many.db'}", url)):
            migrate(Database(address))
            make(address, 10_000_000)
            for period, found in measure(address).items():
                print(f"{address.partition(':')[0]:20}{period:10}{found['all']:8.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
