"""Parts of the homepage before are taken over into the next one only where they say the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, StatementError

from careers.base.company import Company
from careers.base.database import Base
from careers.base.people import Person, person_by_email
from careers.blog.models import Article, Picture
from careers.home.changes import WATCHED
from careers.home.models import Featured
from feeds.models import Entry, EntryPicture
from tests.cast import Cast
from tests.serving import AGENT

PAGES = ("/", "/fr/")
SHAPE = {"width": 960, "height": 540, "keys": {}}


@pytest.fixture
def full(show, said, wrote, job, db):
    """A homepage with everything that it can have."""
    everybody = [Cast.ENGINEER, *(f"n{number}@acme.example" for number in range(9))]
    for email in everybody[1:]:
        about = {"job_title": "Engineer", "team": "Platform", "office": "Lyon"}
        db.add(Person(employee_number=email, name=f"Nora {email}", email=email, **about))
    db.commit()
    for number, email in enumerate(everybody):
        show(email, topics=("Clocks", f"Subject {number}"))
        said(email, f"Words of {number}", days=28)
        wrote(email, f"Article {number}", days=27)
    db.merge(Company(id=1, name="Acme", tagline_en="Words", tagline_fr="Mots", internal=[]))
    job.contact = person_by_email(db, Cast.ENGINEER)
    job.salary_low, job.salary_high = 5_000_000, 6_000_000
    job.salary_currency, job.salary_period = "EUR", "year"
    job.workplace, job.contract = "hybrid", "permanent"
    for number, entry in enumerate(db.scalars(select(Entry))):
        entry.picture_alt = f"Entry {number}"
        picture = EntryPicture(entry_id=entry.id, url="https://x.example/a.png", **SHAPE)
        picture.state, picture.code = "kept", f"{number:064}"[:32]
        db.add(picture)
    for number, article in enumerate(db.scalars(select(Article))):
        alt = f"Article {number}"
        db.add(
            Picture(code=f"{number:016}", article_id=article.id, alt=alt, is_cover=True, **SHAPE)
        )
    for place, posts in ((1, Entry), (2, Article)):  # of two people
        codes = db.scalars(select(posts.code).order_by(posts.id)).all()
        db.add(Featured(post=codes[place]))
    db.commit()


KNOWN = {
    "active": "left", "shown": "hidden", "published": "withdrawn", "visible": "withdrawn",
    "kept": "left out", "year": "month", "permanent": "internship", "hybrid": "remote",
}  # fmt: skip
"""Words that a table knows, each with another one that it knows."""


def otherwise(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return KNOWN.get(value) or f"{'y' if value[:1] == 'x' else 'x'}{value[1:]}"
        case datetime():
            return value - timedelta(hours=1)
        case list():
            return value[:-1] if value else ["team"]
    return None


@pytest.mark.parametrize("name", sorted(WATCHED))
def test_whatever_changes_the_page_is_that_which_is_made_from_nothing(
    name, app, visitor, full, database, still
):
    fronts, table = app.extensions["fronts"], Base.metadata.tables[name]

    def shown() -> list[bytes]:
        answers = [visitor.client.get(page, headers={"User-Agent": AGENT}) for page in PAGES]
        assert [answer.status_code for answer in answers] == [200, 200]
        return [answer.data for answer in answers]

    def change(column: Any, values: dict[Any, Any]) -> None:
        with database.writing() as db:
            for row, value in values.items():
                keys = zip(table.primary_key, row, strict=True)
                db.execute(
                    update(table).where(*(key == one for key, one in keys)).values({column: value})
                )
            db.commit()

    before, others = shown(), set()
    for column in (one for one in table.columns if not one.primary_key):
        with database.reading() as db:
            rows = db.execute(select(*table.primary_key, column)).all()
        values = {tuple(row[:-1]): row[-1] for row in rows}
        try:
            change(column, {row: otherwise(value) for row, value in values.items()})
        except (DBAPIError, StatementError):
            continue  # the table refuses it
        found = shown()
        fronts._kept.clear()
        assert found == shown(), column
        if found != before:
            others.add(column.name)
        change(column, values)
        assert shown() == before, column
    assert others >= SAID.get(name, set())


SAID = {
    "article": {"title", "minutes", "slug", "state"},
    "article_picture": {"alt", "width", "height", "is_cover"},
    "company": {"name", "tagline_en", "internal"},
    "entry": {"excerpt", "url", "has_title", "state"},
    "entry_picture": {"width", "height", "code"},
    "expert": {"state"},
    "job": {"title", "slug", "team", "places", "contract", "contact_id"},
    "person": {"name", "page", "team", "code"},
    "topic": {"name", "slug"},
}
"""What the page is certain to say otherwise when it changes."""
