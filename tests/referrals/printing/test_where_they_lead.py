"""Choosing where printed links lead."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from careers.base import clock
from careers.base.people import person_by_email
from careers.blog.models import Article
from experts.models import Expert
from referrals.models import Campaign, ShareLink
from tests.cast import Cast
from tests.referrals.printing.campaign_pages import new, text


def test_looking_finds_jobs_articles_and_people_and_keeps_the_rest(ada, db, job, other_job):
    edith = person_by_email(db, Cast.EDITOR)
    edith.page = "edith-martin"
    db.add(Expert(person=edith, slug="edith-martin", state="shown", headline="Edits"))
    db.add(
        Article(
            author_id=edith.id,
            slug="on-engineering",
            title="On engineering",
            state="published",
            published_at=clock.now(),
        )  # fmt: skip
    )
    db.commit()
    sent = {"look": "1", "name": "Kept", "count": "7"}
    for words, values in {
        "ENGINE": ["jobs:", "job:engineer-x", "article:on-engineering"],
        "ingenieure": ["jobs:", "job:ingenieure-y"],
        "martin edith": ["jobs:", "expert:edith-martin"],
    }.items():
        answer = new(ada, "jobs:", where=words, looked="", **sent)
        page = text(answer)
        assert answer.status_code == 200
        assert re.findall(r'name="target" value="([^"]*)"', page) == values
        assert 'value="Kept"' in page
        assert 'value="7"' in page


def test_what_was_chosen_after_looking_is_taken(ada, db, job, other_job):
    chosen = {"where": "engineer", "looked": "engineer"}
    assert new(ada, f"job:{job.slug}", **chosen).status_code == 303
    assert set(db.scalars(select(ShareLink.job_id))) == {job.id}


def test_words_without_a_choice_ask_for_one(ada, db, job):
    answer = new(ada, "jobs:", where="engineer", looked="")
    assert answer.status_code == 422
    assert "Choose one of these." in text(answer)


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("/jobs/engineer-x", "engineer-x"),
        ("{base}/jobs/engineer-x?via=abc#top", "engineer-x"),
        ("{base}/fr/jobs/engineer-x/", "engineer-x"),
        ("{host}/jobs/engineer-x", "engineer-x"),
        ("{base}/jobs", None),
    ],
)
def test_an_address_of_ours_can_be_pasted(app, ada, db, job, address, slug):
    base = app.extensions["settings"].base_url
    pasted = address.format(base=base, host=base.partition("://")[2])
    assert new(ada, "jobs:", where=pasted, looked="").status_code == 303
    link = db.scalar(select(ShareLink).limit(1))
    assert (link.job.slug if link.job else None) == slug


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/jobs/engineer-x",
        "//evil.example/jobs/engineer-x",
        "/\\evil.example/jobs/engineer-x",
        "{base}@evil.example/jobs/engineer-x",
        "{base}.evil.example/jobs/engineer-x",
        "javascript://{host}/jobs/engineer-x",
        "http://user@{host}/jobs/engineer-x",
        "http://{host}:99999/jobs/engineer-x",
        "http://[/jobs/engineer-x",
        "{base}/me/links",
        "/jobs/engineer-x/apply",
        "/jobs/nothing",
        "/blog",
        "/",
    ],
)
def test_links_lead_nowhere_else(app, ada, db, job, address):
    base = app.extensions["settings"].base_url
    pasted = address.format(base=base, host=base.partition("://")[2])
    answer = new(ada, "jobs:", where=pasted, looked="")
    assert answer.status_code == 422
    assert 'id="where-error"' in text(answer)
    assert db.scalar(select(func.count()).select_from(Campaign)) == 0


def test_a_closed_job_is_told_apart(ada, db, job):
    job.closed_at = clock.now()
    db.commit()
    assert "This job is closed" in text(new(ada, "jobs:", where="/jobs/engineer-x", looked=""))
    assert new(ada, "job:engineer-x").status_code == 422
