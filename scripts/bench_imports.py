"""How long an import of 5,000 jobs takes: new, the same again, and with a tenth of them changed.

Usage: bench_imports.py [JOBS]. On SQLite, and on PostgreSQL where ENTOURAGE_TEST_POSTGRESQL names a
database that may be filled and emptied.
"""

from __future__ import annotations

import html
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import delete, select

from careers.base.database import Database
from careers.base.migrating import migrate
from careers.jobs.importing import import_jobs
from careers.jobs.models import Job, JobImport

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


def databases() -> Iterator[tuple[str, Database]]:
    """SQLite in a temporary folder, and PostgreSQL if there is one."""
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", Database(f"sqlite:///{Path(folder) / 'bench.db'}")
    if address := os.environ.get("ENTOURAGE_TEST_POSTGRESQL"):
        yield "PostgreSQL", Database(address)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    first, other = answer(count), answer(count, count // 10)
    print(f"{count} jobs, {len(first) / 1e6:.1f} MB")
    for name, database in databases():
        migrate(database)
        for what, body in (("new", first), ("the same", first), ("a tenth changed", other)):
            start, busy = time.perf_counter(), time.process_time()
            with database.writing() as db:
                report = import_jobs(db, "greenhouse", "bench", body)
                db.commit()
                counts = f"{report.new} new, {report.changed} changed, {report.unchanged} the same"
            took, worked = time.perf_counter() - start, time.process_time() - busy
            print(f"{name:10} {what:16} {took:6.1f} s, {worked:5.1f} s of work   ({counts})")
        with database.writing() as db:
            assert len(db.scalars(select(Job.id)).all()) == count
            db.execute(delete(Job))
            db.execute(delete(JobImport))
            db.commit()
        database.dispose()
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
