"""A company of 2,000 experts who wrote 10,000 posts, for measuring what everybody reads of them."""

from __future__ import annotations

import random
from datetime import timedelta

from bench_imports import WORDS
from sqlalchemy import DDL, insert, select

from careers.base import clock, prose
from careers.base.company import Company
from careers.base.consents import Consent
from careers.base.database import Database
from careers.base.people import Person
from careers.base.topics import Topic
from careers.blog.models import Article, article_topic
from careers.jobs.models import Job
from experts.models import Expert, Network, Talk, expert_topic
from experts.showing import ITEMS, PAGE
from feeds.models import Entry, Feed

EXPERTS, POSTS, TOPICS, OFFICES, TEAMS = 2_000, 10_000, 200, 12, 60
LANGUAGES = ("fr", "en", "de", "es", "it")


def make_people(url: str, experts: int = EXPERTS, posts: int = POSTS) -> None:
    """Fill an empty, migrated database: half of the posts are articles, half come from feeds."""
    lots, now = random.Random(2026), clock.now()  # noqa: S311  the same people each time
    names = [f"{lots.choice(WORDS).title()} {lots.choice(WORDS).title()}" for _ in range(experts)]

    def text(words: int) -> str:
        return " ".join(lots.choices(WORDS, k=words))

    body = "\n\n".join(f"## {text(4)}\n\n{text(120)}" for _ in range(6))
    body_html = prose.markdown_to_html(body)
    database = Database(url)
    with database.writing() as db:
        db.add(Company(id=1, name="Acme"))
        db.execute(
            insert(Person),
            [
                {
                    "employee_number": f"N{number}", "name": f"{name} {number}",
                    "email": f"n{number}@acme.example", "job_title": text(2),
                    "team": f"Team {number % TEAMS}", "office": f"Office {number % OFFICES}",
                    "page": f"expert-{number}",
                }
                for number, name in enumerate(names)
            ],
        )  # fmt: skip
        people = db.scalars(select(Person.id).order_by(Person.id)).all()[-experts:]
        db.execute(
            insert(Expert),
            [
                {
                    "person_id": person, "slug": f"expert-{number}", "state": "shown",
                    "headline": text(8), "biography": body, "biography_html": body_html,
                    "languages": lots.sample(LANGUAGES, 2), "shown_since": now,
                }
                for number, person in enumerate(people)
            ],
        )  # fmt: skip
        db.execute(
            insert(Consent),
            [{"person_id": one, "item": item} for one in people for item in (PAGE, *ITEMS)],
        )
        rows = [{"slug": f"topic-{number}", "name": f"Topic {number}"} for number in range(TOPICS)]
        db.execute(insert(Topic), rows)
        topics = db.scalars(select(Topic.id)).all()
        shown = db.execute(select(Expert.id, Expert.person_id)).all()
        knows = {one.person_id: lots.sample(topics, 4) for one in shown}
        db.execute(
            insert(expert_topic),
            [
                {"expert_id": one.id, "topic_id": topic}
                for one in shown
                for topic in knows[one.person_id]
            ],
        )
        for table, rows in (
            (Network, [{"kind": "x", "url": f"https://x.com/n{one.id}"} for one in shown]),
            (Talk, [{"title": text(5), "held_at": now, "event": text(2)} for one in shown]),
        ):
            pairs = zip(rows, shown, strict=True)
            db.execute(insert(table), [row | {"expert_id": one.id} for row, one in pairs])
        db.execute(
            insert(Article),
            [
                {
                    "author_id": people[number % experts], "title": text(6).capitalize(),
                    "summary": text(20), "body": body, "body_html": body_html, "state": "published",
                    "language": "en", "slug": f"article-{number}", "minutes": 4,
                    "published_at": now - timedelta(minutes=number * 90),
                }
                for number in range(posts // 2)
            ],
        )  # fmt: skip
        written = db.execute(select(Article.id, Article.author_id)).all()
        db.execute(
            insert(article_topic),
            [
                {"article_id": one.id, "topic_id": topic}
                for one in written
                for topic in knows[one.author_id][:2]
            ],
        )
        db.execute(
            insert(Feed),
            [
                {
                    "person_id": person, "url": f"https://blog.example/{person}.xml",
                    "source": "blog.example", "language": "en", "is_theirs": True,
                }
                for person in people
            ],
        )  # fmt: skip
        feeds = db.scalars(select(Feed.id)).all()
        db.execute(
            insert(Entry),
            [
                {
                    "feed_id": feeds[number % experts], "key": str(number), "title": text(7),
                    "url": f"https://blog.example/{number}", "has_title": True,
                    "excerpt": text(40), "content_hash": "", "state": "visible",
                    "published_at": now - timedelta(minutes=number * 90 + 45),
                }
                for number in range(posts - posts // 2)
            ],
        )  # fmt: skip
        db.execute(
            insert(Job),
            [
                {
                    "slug": f"job-{number}", "source": "file", "board": "bench",
                    "source_id": str(number), "title": text(3), "team": f"Team {number % TEAMS}",
                    "description_html": "<p>Words.</p>", "opened_at": now, "content_hash": "",
                }
                for number in range(200)
            ],
        )  # fmt: skip
        db.commit()
        if not database.is_sqlite:
            db.execute(DDL("ANALYZE"))  # as PostgreSQL does by itself within a minute
            db.commit()
    database.dispose()
