"""The demo company is whole, says what it is, and never mixes with real people."""

from __future__ import annotations

import io
import sqlite3

import extruct
import pytest
from PIL import Image
from sqlalchemy import func, select

from careers.base import clock
from careers.base.database import Base, Database, UTCDateTime
from careers.base.people import Person
from careers.blog.models import Article
from careers.hiring.models import Application
from careers.jobs.models import OPEN, Job
from experts.models import Expert
from feeds.models import Entry, Feed
from referrals.models import TARGETS, Click, Credit, LinkDay, Receipt, ShareLink, Touch
from tests.demo.conftest import run
from tests.jobs.rules import check_indeed, check_posting

REQUESTS = ("human", "repeat", "preview", "prefetch", "bot")


def test_the_company_is_as_large_as_promised(demo):
    with demo.extensions["database"].reading() as db:

        def count(model, *where):
            return db.scalar(select(func.count()).select_from(model).where(*where))

        assert count(Person) == 39  # the file has one more, who has left
        assert count(Expert, Expert.state == "shown") == 16
        assert count(Article, Article.state == "published") >= 20
        assert count(Job) >= 20
        assert count(Feed, Feed.last_error.is_(None), Feed.fetched_at.is_not(None)) == 6
        assert count(Entry, Entry.state == "visible") > 20
        assert set(db.scalars(select(Click.class_))) == {"human", "preview", "prefetch", "bot"}
        assert count(Click) == db.scalar(
            select(func.sum(sum(getattr(LinkDay, name) for name in REQUESTS)))
        )
        people, confirmed = db.execute(
            select(func.sum(LinkDay.people), func.sum(LinkDay.confirmed))
        ).one()
        assert people * 0.7 < confirmed < people
        assert set(db.scalars(select(ShareLink.target))) == set(TARGETS)
        assert count(Application) == count(Receipt, Receipt.is_newest) == 27
        assert 10 < count(Credit, Credit.kind == "referral") < 26
        assert count(Credit, Credit.kind == "inspiration") > 3
        assert set(db.scalars(select(Touch.how))) == {"click", "code", "answer", "read"}
        assert count(Application, Application.hired_at.is_not(None)) > 0


def test_its_weeks_lie_in_the_past(demo):
    with demo.extensions["database"].reading() as db:
        first, last = db.execute(select(func.min(Click.at), func.max(Click.at))).one()
    assert (last - first).days > 14


def test_nothing_in_it_happened_later_than_now(demo):
    planned = {"due_at", "check_at"}
    now = clock.now()
    with demo.extensions["database"].reading() as db:
        latest = {
            f"{table.name}.{column.name}": db.scalar(select(func.max(column)))
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, UTCDateTime) and column.name not in planned
        }
    assert [name for name, moment in latest.items() if moment and moment > now] == []
    assert sum(moment is not None for moment in latest.values()) > 40


def test_a_second_start_keeps_what_is_there(demo_folder):
    before = (demo_folder / "entourage.db").stat().st_mtime_ns
    again = run("demo", "--if-empty", DATA_DIR=str(demo_folder), SECRET_KEY="s" * 40)
    assert (again.exit_code, again.output) == (0, "")
    assert (demo_folder / "entourage.db").stat().st_mtime_ns == before


def test_it_is_not_made_twice(demo_folder):
    again = run("demo", DATA_DIR=str(demo_folder), SECRET_KEY="s" * 40)
    assert again.exit_code == 1
    assert "here already" in again.output


def test_it_refuses_a_database_that_has_other_people(database_url, tmp_path):
    refused = run("demo", DATA_DIR=str(tmp_path / "d"), DATABASE_URL=database_url)
    assert refused.exit_code == 1
    assert "other people" in refused.output
    database = Database(database_url)
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Job)) == 0
    database.dispose()


def test_it_can_be_made_in_postgresql_too(postgresql_template, tmp_path):
    import psycopg

    from tests.conftest import SERVER, _postgresql

    name = f"{postgresql_template}_demo"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        made = run("demo", DATA_DIR=str(tmp_path / "d"), DATABASE_URL=_postgresql(name))
        assert made.exit_code == 0, made.output
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.mark.parametrize("setting", [{"BASE_URL": "nonsense"}, {"SECRET_KEY": "short"}])
def test_a_wrong_setting_is_one_clear_line(setting, tmp_path):
    refused = run("migrate", DATA_DIR=str(tmp_path), **setting)
    assert refused.exit_code == 1
    (line,) = refused.output.strip().splitlines()
    assert next(iter(setting)) in line


def test_nothing_foreign_was_stored(demo_folder):
    with sqlite3.connect(f"file:{demo_folder / 'entourage.db'}?mode=ro", uri=True) as db:
        dump = "\n".join(db.iterdump())
    assert "203.0.113." not in dump
    assert "<script" not in dump


def test_every_job_is_as_google_and_indeed_want_it(demo):
    visitor = demo.test_client()
    with demo.extensions["database"].reading() as db:
        jobs = {job.slug: len(job.places) for job in db.scalars(select(Job).where(OPEN))}
        assert db.scalar(select(func.count(Job.id)).where(Job.is_draft)) == 1
        assert db.scalar(select(func.count(Job.id)).where(Job.source == "here", OPEN)) == 2
    for slug in jobs:
        page = visitor.get(f"/jobs/{slug}").get_data(as_text=True)
        (posting,) = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
        check_posting(posting, page)
        assert posting["hiringOrganization"]["logo"] == "http://127.0.0.1:8000/logo.png"
    with Image.open(io.BytesIO(visitor.get("/logo.png").data)) as logo:
        assert min(logo.size) >= 112  # Google, "Organization structured data", `logo`
    found = check_indeed(visitor.get("/jobs/indeed.xml").get_data(as_text=True))
    assert {job["url"].rsplit("/", 1)[1] for job in found} == set(jobs)
    assert len(found) >= sum(jobs.values())
