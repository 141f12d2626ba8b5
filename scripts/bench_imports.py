"""How long an import of 5,000 jobs takes: new, the same again, and with a tenth of them changed.

    python scripts/bench_imports.py [--jobs=5000] [DATABASE_URL]

On SQLite, and on the database whose address is given (one that is thrown away). Seconds by the
clock and of this process's work; at the end, the most memory that it held, and before the first.
"""

from __future__ import annotations

import html
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from careers.base.database import Database
from careers.base.migrating import migrate
from careers.jobs.importing import import_jobs

WORDS = (
    "meter",
    "grid",
    "school",
    "depot",
    "reading",
    "circuit",
    "night",
    "team",
    "write",
    "steer",
)


def answer(jobs: int, changed: int = 0) -> bytes:
    """A Greenhouse board of `jobs` jobs with 3 kB of text each, the first `changed` of them
    changed.
    """
    lots = random.Random(1)  # noqa: S311
    rows = []
    for number in range(jobs):
        text = "".join(f"<p>{' '.join(lots.choices(WORDS, k=60))}</p>" for _ in range(8))
        rows.append(
            {
                "id": number,
                "title": f"Engineer {number}{' again' if number < changed else ''}",
                "content": html.escape(text),
                "location": {"name": "Lyon, France"},
                "departments": [{"id": 1, "name": f"Team {number % 40}"}],
                "offices": [],
                "metadata": [{"id": 2, "name": "Employment type", "value": "Permanent"}],
                "first_published": "2026-10-01T09:00:00+02:00",
            }
        )
    return json.dumps({"jobs": rows, "meta": {"total": jobs}}).encode()


def measure(url: str, count: int) -> None:
    """Print what an import of `count` jobs into the empty database `url` takes."""
    first, other = answer(count), answer(count, count // 10)
    print(f"  {count} jobs, {len(first) / 1e6:.1f} MB; this process holds {_most_memory()} MB")
    database = Database(url)
    migrate(database)
    for what, body in (("new", first), ("the same", first), ("a tenth changed", other)):
        start, busy = time.perf_counter(), time.process_time()
        with database.writing() as db:
            report = import_jobs(db, "greenhouse", "bench", body)
            db.commit()
            counts = f"{report.new} new, {report.changed} changed, {report.unchanged} the same"
        took, worked = time.perf_counter() - start, time.process_time() - busy
        print(f"  {what:16} {took:6.1f} s, {worked:5.1f} s of work   ({counts})", flush=True)
    print(f"  at most {_most_memory()} MB")
    database.dispose()


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measure SQLite, and the database named on the command line."""
    count = next((int(a[7:]) for a in sys.argv[1:] if a.startswith("--jobs=")), 5_000)
    urls = [one for one in sys.argv[1:] if not one.startswith("--")]
    with tempfile.TemporaryDirectory() as folder:
        for url in (f"sqlite:///{Path(folder) / 'bench.db'}", *urls):
            print(url.split(":")[0])
            measure(url, count)


if __name__ == "__main__":
    main()
