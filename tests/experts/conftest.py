"""Experts to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from careers.base.people import person_by_email
from careers.blog.models import Article
from experts.editing import Profile, write_profile
from feeds.models import Entry, Feed
from tests.showing import opt_in

NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def show(database):
    """`show(email, topics=(…))` writes a profile for that person and shows it; its slug."""

    def do(email: str, *, shown: bool = True, **parts) -> str:
        with database.writing() as db:
            person = person_by_email(db, email)
            given = {"headline": "Keeps clocks honest."} | parts
            write_profile(db, person, Profile(**given))
            slug = opt_in(db, person).slug if shown else ""
            db.commit()
        return slug

    return do


@pytest.fixture
def wrote(database):
    """`wrote(email, "Title", days=3)` adds an article, published unless another state is given."""

    def do(email: str, title: str, *, days: int = 0, state: str = "published") -> None:
        with database.writing() as db:
            db.add(
                Article(
                    author_id=person_by_email(db, email).id,
                    title=title,
                    summary=f"On {title}",
                    body="Text",
                    body_html="<p>Text</p>",
                    state=state,
                    language="en",
                    slug=title.lower().replace(" ", "-"),
                    published_at=NOVEMBER + timedelta(days=days),
                )
            )
            db.commit()

    return do


@pytest.fixture
def said(database):
    """`said(email, "Words", days=3)` adds an entry of a feed, visible unless told otherwise."""

    def do(
        email: str, words: str, *, days: int = 0, state: str = "visible",
        feed_language: str = "en-GB", **parts,
    ) -> None:  # fmt: skip
        with database.writing() as db:
            person = person_by_email(db, email)
            feed = Feed(
                person_id=person.id, url=f"https://x.example/{words}", source="Mastodon",
                language=feed_language, is_theirs=True,
            )  # fmt: skip
            db.add(feed)
            db.flush()
            given = {
                "url": f"https://x.example/{words}/1", "title": words, "has_title": False,
                "excerpt": words,
            } | parts  # fmt: skip
            db.add(
                Entry(
                    feed_id=feed.id,
                    key=words,
                    published_at=NOVEMBER + timedelta(days=days),
                    content_hash="",
                    state=state,
                    **given,
                )
            )
            db.commit()

    return do


@pytest.fixture
def queries(database):
    """`with queries() as found:` gathers the statements that the database is sent."""

    @contextmanager
    def gather() -> Iterator[list[str]]:
        found: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            found.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        yield found
        event.remove(database.engine, "before_cursor_execute", note)

    return gather
