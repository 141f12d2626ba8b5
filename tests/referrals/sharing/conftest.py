"""Pages of each kind that can be shared."""

from __future__ import annotations

import pytest

from careers.base import clock
from careers.base.people import person_by_email
from careers.blog.models import Article
from experts.models import Expert
from tests.cast import Cast


@pytest.fixture
def article(db):
    made = Article(
        slug="nine-bytes", author_id=person_by_email(db, Cast.EDITOR).id, title="Nine bytes",
        summary="Why so few.", body="x", body_html="<p>x</p>", state="published",
        published_at=clock.now(),
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def expert(db):
    edith = person_by_email(db, Cast.EDITOR)
    made = Expert(person_id=edith.id, slug="edith-martin", state="shown", headline="Reads it all.")
    edith.page = "edith-martin"
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def pages(job, article, expert):
    return ("/jobs/engineer-x", "/jobs", "/blog/nine-bytes", "/experts/edith-martin")
