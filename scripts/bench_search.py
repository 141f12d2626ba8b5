"""How long searching takes among many jobs, and making the index of them.

    python scripts/bench_search.py [--jobs=10000] [DATABASE_URL]

Jobs in French and English, their texts made of the sentences of the demo company's. For SQLite
with Whoosh (and PostgreSQL, when its address is given: a database that is thrown away): `search` is
what the page /jobs asks for, words and filters with counts, and twenty jobs of the page; `page` is
the whole request of it, passages and HTML included. Beside them, in the same run, SQLite's FTS5
alone: the twenty best rows for the same words, without filters, counts or stems. Milliseconds, each
query three times after all were asked once; then how long the first time took. Queries take turns.
Processor time of this process stands beside that of the clock.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from careers.app import create_app
from careers.base import clock, search
from careers.base.config import Settings
from careers.base.database import Database
from careers.base.migrating import migrate
from careers.base.prose import plain_text
from careers.jobs import greenhouse, lever
from careers.jobs.models import CONTRACTS, SENIORITIES, WORKPLACES, Job
from careers.jobs.queries import Wanted, wanted_jobs

BOARDS = Path(__file__).parents[1] / "site" / "careers" / "demo" / "company" / "boards"
TITLES = {
    "en": [
        "Data Engineer", "Software Engineer", "Product Manager", "Designer", "Accountant", "Lawyer",
        "Buyer", "Network Engineer", "Security Engineer", "Technician", "Sales Manager",
        "Customer Advisor", "Researcher", "Backend Developer", "Frontend Developer",
        "Site Reliability Engineer", "Project Manager",
    ],
    "fr": [
        "Ingénieur·e données", "Développeur·se back-end", "Chef·fe de projet", "Designer",
        "Comptable", "Juriste", "Acheteur·se", "Administrateur·rice réseau",
        "Responsable sécurité", "Technicien·ne de maintenance", "Commercial·e",
        "Conseiller·ère clientèle", "Chargé·e de recrutement", "Développeuse front-end",
        "Ingénieur·e fiabilité", "Rédacteur·rice technique", "Électricien·ne",
    ],
}  # fmt: skip
LEVELS = ["", "Senior ", "Junior ", "Lead "]
TEAMS = ["Data", "Platform", "Product", "Design", "Finance", "Legal", "Sales", "Care"]
PLACES = [
    "Lyon, France", "Paris, France", "Nantes, France", "Lille, France", "Toulouse, France",
    "London", "Dublin", "Berlin", "Grenoble, France", "Bordeaux, France", "Rennes, France",
    "Madrid", "Milano", "Remote",
]  # fmt: skip
SKILLS = [
    "Python", "C++", "C#", ".NET", "Node.js", "React", "Kubernetes", "SQL", "R", "Go", "Java",
    "Figma", "SAP", "Excel",
]  # fmt: skip
QUERIES = [
    "engineer", "ingénieur", "data", "données", "développeuse back-end", "data engineer",
    "comptable lyon", "c++", "kubernetes python", "chef de projet", '"chef de projet"', "designer",
    "technicien maintenance toulouse", "senior", "manager", "sales manager london", "juriste",
    "engineer -senior", "réseau sécurité", "react", "node.js", "remote", "télétravail", "stage",
    "conseillère clientèle", "rédactrice", "product manager berlin", "network", "R", "équipe",
    "team", "meter", "compteur", "électricienne grenoble", "software engineer python remote",
    "acheteur", "responsable", "front-end react", "site reliability", "recrutement",
]  # fmt: skip
CHOICES: list[dict[str, tuple[str, ...]]] = [
    {}, {}, {"team": (TEAMS[0],)}, {"place": tuple(PLACES[:2])}, {"contract": ("permanent",)},
    {"workplace": ("remote", "hybrid"), "salary": ("known",)}, {"language": ("fr",)},
]  # fmt: skip


def job_rows(count: int) -> Iterator[dict[str, Any]]:
    """Rows of the table of jobs, always the same ones."""
    chance = random.Random(5)  # noqa: S311  jobs to measure with
    said = _sentences()
    now = clock.now()
    for number in range(count):
        language = chance.choice(["fr", "en"])
        title = chance.choice(LEVELS) + chance.choice(TITLES[language])
        text = " ".join(chance.choices(said[language], k=chance.randint(14, 26)))
        paid = chance.random() < 0.6
        place = chance.choice(PLACES)
        yield {
            "code": f"code{number}", "slug": f"job-{number}", "source": "greenhouse",
            "board": "bench", "source_id": str(number), "content_hash": "", "title": title,
            "description_html": f"<p>{text} {chance.choice(SKILLS)}.</p>", "language": language,
            "team": chance.choice(TEAMS),
            "places": [{"name": place, "city": place.split(",")[0], "country": ""}],
            "workplace": chance.choice([*WORKPLACES, None]),
            "contract": chance.choice([*CONTRACTS, "permanent", "permanent"]),
            "seniority": chance.choice([*SENIORITIES, None]),
            "skills": chance.sample(SKILLS, 2),
            "salary_low": 4_000_000 if paid else None, "salary_high": 5_000_000 if paid else None,
            "salary_currency": "EUR" if paid else None, "salary_period": "year" if paid else None,
            "opened_at": now - timedelta(minutes=number),
        }  # fmt: skip


def _sentences() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"en": [], "fr": []}
    for name, reader in (("greenhouse", greenhouse), ("lever", lever)):
        answer = json.loads((BOARDS / f"{name}.json").read_text())
        for job in reader.read(answer).jobs:
            text = plain_text(job.description_html)
            found[job.language if job.language == "fr" else "en"] += [
                one.strip() for one in re.split(r"(?<=[.!?])\s", text) if len(one) > 20
            ]
    return found


def measure(url: str, folder: Path, count: int) -> None:
    """Print what searching among `count` jobs takes with the engine beside the database `url`."""
    database = Database(url)
    migrate(database)
    settings = Settings(_env_file=None, data_dir=folder, database_url=url, secret_key="s" * 40)
    with database.writing() as db:
        for start in range(0, count, 500):
            db.execute(insert(Job), _all_rows(count)[start : start + 500])
        db.commit()
    with database.reading() as db:
        begin, busy_before = time.perf_counter(), time.process_time()
        search.rebuild(db, settings, ["job"])
        print(
            f"  index of {count} jobs: {time.perf_counter() - begin:.0f} s, "
            f"{time.process_time() - busy_before:.0f} s of this process"
        )
    bare = _bare(folder, count)
    asked = [(words, CHOICES[n % len(CHOICES)]) for n, words in enumerate(QUERIES)]

    def ours(words: str, chosen: dict[str, tuple[str, ...]]) -> None:
        with database.reading() as db:
            wanted_jobs(db, settings, Wanted(words, chosen), 1, 20)

    app = create_app(settings, RATELIMIT_ENABLED=False)
    visitor = app.test_client()

    def page(words: str, chosen: dict[str, tuple[str, ...]]) -> None:
        answer = visitor.get("/jobs", query_string={"q": words, **chosen})
        assert answer.status_code == 200

    def theirs(words: str, _chosen: dict[str, tuple[str, ...]]) -> None:
        quoted = " ".join(f'"{word}"' for word in re.findall(r"\w+", words))
        query = "SELECT rowid FROM job_words WHERE job_words MATCH ? ORDER BY rank LIMIT 20"
        bare.execute(query, [quoted]).fetchall()

    asks = {"search": ours, "page": page, "fts5": theirs}
    first, again, worked = ({name: list[float]() for name in asks} for _ in range(3))
    for times in (first, again, again, again):
        for words, chosen in asked:
            for name, ask in asks.items():
                taken, busy = _timed(ask, words, chosen)
                times[name].append(taken)
                if times is again:
                    worked[name].append(busy)
    for name in asks:
        p50, p95 = _quantiles(again[name])
        c50, c95 = _quantiles(worked[name])
        f50, f95 = _quantiles(first[name])
        print(
            f"  {name:6} p50 {p50:.1f}, p95 {p95:.1f} ms (processor {c50:.1f}, {c95:.1f}); "
            f"the first time {f50:.1f}, {f95:.1f} ms"
        )
    app.extensions["database"].dispose()
    database.dispose()


@cache
def _all_rows(count: int) -> list[dict[str, Any]]:
    return list(job_rows(count))


def _bare(folder: Path, count: int) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "bare.db")
    connection.execute(
        "CREATE VIRTUAL TABLE job_words USING fts5(title, text, tokenize='unicode61')"
    )
    begin = time.perf_counter()
    connection.executemany(
        "INSERT INTO job_words VALUES (?, ?)",
        [(row["title"], plain_text(row["description_html"])) for row in _all_rows(count)],
    )
    connection.commit()
    print(f"  fts5's own index: {time.perf_counter() - begin:.1f} s")
    return connection


def _timed(ask: Callable[..., None], *of: Any) -> tuple[float, float]:
    begin, worked = time.perf_counter(), time.process_time()
    ask(*of)
    return 1000 * (time.perf_counter() - begin), 1000 * (time.process_time() - worked)


def _quantiles(times: list[float]) -> tuple[float, float]:
    cut = statistics.quantiles(times, n=20)
    return statistics.median(times), cut[18]


def main() -> int:
    """Measure SQLite with Whoosh, and the database named on the command line."""
    count = next((int(a[7:]) for a in sys.argv[1:] if a.startswith("--jobs=")), 10_000)
    urls = [one for one in sys.argv[1:] if not one.startswith("--")]
    with tempfile.TemporaryDirectory() as name:
        for number, url in enumerate([f"sqlite:///{name}/bench.db", *urls]):
            print(url.split(":")[0])
            folder = Path(name) / str(number)
            folder.mkdir()
            measure(url, folder, count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
