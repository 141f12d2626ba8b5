"""How long recruiters wait for their pages among many applications.

    python scripts/bench_hiring.py [--applications=10000] [DATABASE_URL]

On SQLite, and on the database whose address is given (one that is thrown away): each page as a
browser asks for it, HTML included; milliseconds by the clock, median of five after one, and of this
process's work; and how many statements it took.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, insert, select

from careers.app import create_app
from careers.base import clock, codes
from careers.base.config import Settings
from careers.base.database import Database
from careers.base.migrating import migrate
from careers.base.people import Person, Role
from careers.base.signin.passwords import cheap_hash
from careers.hiring.models import Application, Candidate, Refusal, Stage, StageChange
from careers.hiring.pipeline.models import Seat
from careers.jobs.models import Job

JOBS, RECRUITERS, ROUNDS = 200, 12, 5
PASSWORD = "a long enough password"  # noqa: S105  of people who are thrown away
FIRST = ["Nadia", "Élodie", "Tom", "Inès", "Jean-Marc", "Aoife", "Łukasz", "Chloé", "Sam", "Zoé"]
LAST = ["Benali", "Lefèvre", "O’Brien", "Nguyen", "Kowalski", "Martin", "Garcia", "Özdemir"]
WORDS = [
    "meter", "grid", "school", "depot", "reading", "circuit", "night", "team", "write", "steer",
    "équipe", "réseau",
]  # fmt: skip
STAGES = [
    *[Stage.NEW] * 30, *[Stage.SCREENING] * 15, *[Stage.INTERVIEW] * 8, *[Stage.OFFER] * 2,
    *[Stage.HIRED] * 3, *[Stage.REJECTED] * 38, *[Stage.WITHDRAWN] * 4,
]  # fmt: skip
PAGES = {
    "list": "/recruiting/applications",
    "list, page 150": "/recruiting/applications?page=150",
    "list, a stage": "/recruiting/applications?stage=rejected",
    "list, a name": "/recruiting/applications?q=lefevre",
    "list, of messages": "/recruiting/applications?q=depot+night",
    "list, waiting": "/recruiting/applications?waiting=30",
    "list, nothing": "/recruiting/applications?q=xyzzy",
    "board": "/recruiting/board",
    "board, a name": "/recruiting/board?q=lefevre",
    "board, mine": "/recruiting/board?recruiter=nobody",
}


def fill(database: Database, count: int) -> str:
    """Jobs, people and `count` applications; the code of one that took every step."""
    chance = random.Random(7)  # noqa: S311  applications to measure with
    now = clock.now()
    with database.writing() as db:
        people = [_person(number) for number in range(RECRUITERS + 1)]
        for one in people[:RECRUITERS]:
            one.grant(Role.RECRUITER)
        db.add_all(people)
        db.execute(insert(Job), [_job(number) for number in range(JOBS)])
        jobs = list(db.scalars(select(Job.id).order_by(Job.id)))
        db.add_all(Seat(job_id=job, person_id=people[-1].id, part="manager") for job in jobs[:20])
        db.execute(insert(Candidate), [{"code": f"c{number}"} for number in range(count)])
        candidates = list(db.scalars(select(Candidate.id).order_by(Candidate.id)))
        recruiters = [one.id for one in people[:RECRUITERS]]
        rows = [
            _application(number, chance, chance.choice(jobs), recruiters, candidates[number], now)
            for number in range(count)
        ]
        for start in range(0, count, 500):
            db.execute(insert(Application), rows[start : start + 500])
        known = {row.code: row.id for row in db.execute(select(Application.code, Application.id))}
        steps = [step for row in rows for step in _steps(row, known[row["code"]])]
        for start in range(0, len(steps), 1000):
            db.execute(insert(StageChange), steps[start : start + 1000])
        db.commit()
    return str(next(row["code"] for row in rows if row["stage"] == Stage.HIRED.value))


def _person(number: int) -> Person:
    return Person(
        employee_number=str(number), name=f"{FIRST[number % 10]} {LAST[number % 8]} {number}",
        email=f"p{number}@bench.example", job_title="Recruiter", team="People", office="Lyon",
        language="en", password_hash=cheap_hash(PASSWORD),
    )  # fmt: skip


def _job(number: int) -> dict[str, Any]:
    return {
        "code": f"job{number}", "slug": f"job-{number}", "source": "here", "board": "",
        "source_id": str(number), "content_hash": "", "title": f"Engineer of {number}",
        "description_html": "<p>Keep numbers honest.</p>", "language": "en", "team": "Platform",
        "places": [], "opened_at": clock.now(),
    }  # fmt: skip


def _application(
    number: int, chance: random.Random, job: int, recruiters: list[int], candidate: int, now: Any
) -> dict[str, Any]:
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    stage, came = chance.choice(STAGES), now - timedelta(minutes=30 * number)
    return {
        "code": f"a{number:011}", "token_hash": f"t{number}", "submission": f"s{number}",
        "job_id": job, "name": name, "name_key": codes.slug(name),
        "email": f"{codes.slug(name)}{number}@example.com",
        "message": " ".join(chance.choices(WORDS, k=120)), "stage": stage.value,
        "language": chance.choice(["en", "fr"]), "candidate_id": candidate,
        "stage_since": came + timedelta(minutes=20 * chance.random()), "created_at": came,
        "recruiter_id": chance.choice([None, *recruiters]),
        "source": chance.choice(["", "referral", "inspiration"]),
    }  # fmt: skip


def _steps(row: dict[str, Any], number: int) -> list[dict[str, Any]]:
    reason = Refusal.SKILLS.value if row["stage"] == Stage.REJECTED.value else ""
    steps = [{"stage": Stage.NEW.value, "at": row["created_at"], "reason": ""}]
    if row["stage"] != Stage.NEW.value:
        steps.append({"stage": row["stage"], "at": row["stage_since"], "reason": reason})
    return [{"application_id": number, **step} for step in steps]


def measure(url: str, folder: Path, count: int) -> None:
    """Print what the pages take among `count` applications in the empty database `url`."""
    database = Database(url)
    migrate(database)
    one = fill(database, count)
    settings = Settings(_env_file=None, data_dir=folder, database_url=url, secret_key="s" * 40)
    app = create_app(settings, RATELIMIT_ENABLED=False)
    taken = [0]
    engine = app.extensions["database"].engine

    @event.listens_for(engine, "before_cursor_execute")
    def _count(*_: Any) -> None:
        taken[0] += 1

    pages = PAGES | {"one application": f"/recruiting/applications/{one}"}
    people = {"recruiter": "p0@bench.example", "manager": f"p{RECRUITERS}@bench.example"}
    for who, email in people.items():
        browser = app.test_client()
        _sign_in(browser, email)
        print(f"  {who}")
        for name, address in pages.items():
            _print(browser, name, address, taken)
    app.extensions["database"].dispose()
    database.dispose()


def _print(browser: FlaskClient, name: str, address: str, taken: list[int]) -> None:
    times, worked = [], []
    for _ in range(ROUNDS + 1):
        taken[0] = 0
        begin, busy = time.perf_counter(), time.process_time()
        answer = browser.get(address)
        times.append(1000 * (time.perf_counter() - begin))
        worked.append(1000 * (time.process_time() - busy))
    took, work = statistics.median(times[1:]), statistics.median(worked[1:])
    print(
        f"    {name:18} {took:6.0f} ms, {work:5.0f} of work; {taken[0]:3} statements, "
        f"{len(answer.data) // 1024} kB, {answer.status_code}"
    )


def _sign_in(browser: FlaskClient, email: str) -> None:
    page = browser.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="form_token"[^>]*value="([^"]+)"', page)
    assert token
    fields = {"form_token": token[1], "email": email, "password": PASSWORD}
    assert browser.post("/sign-in", data=fields).status_code == 302


def main() -> None:
    """Measure SQLite, and the database named on the command line."""
    count = next((int(a[15:]) for a in sys.argv[1:] if a.startswith("--applications=")), 10_000)
    urls = [one for one in sys.argv[1:] if not one.startswith("--")]
    with tempfile.TemporaryDirectory() as name:
        for number, url in enumerate([f"sqlite:///{name}/bench.db", *urls]):
            print(url.split(":")[0])
            folder = Path(name) / str(number)
            folder.mkdir()
            measure(url, folder, count)


if __name__ == "__main__":
    main()
