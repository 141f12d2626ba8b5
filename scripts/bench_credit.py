"""How long the preview of another rule takes over a year of 100,000 applications."""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context

from many_clicks import make
from memory import memory
from sqlalchemy import delete, func, insert, select

from careers.base import clock
from careers.base.database import Database
from careers.base.migrating import migrate
from careers.base.people import Person
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.models import Credit, Receipt, ShareLink
from referrals.previewing import begin, go_on
from referrals.rules import LINEAR, POSITION, TIME_DECAY
from referrals.terms import Terms


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
