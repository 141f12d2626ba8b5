"""Which jobs are opened after an article: through the door, in sums, with robots told apart."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from careers.base import clock
from careers.base.people import person_by_email
from careers.blog.models import Article
from careers.jobs.models import Job
from referrals.ingesting import jobs_opened
from referrals.jobs_seen import forget_visitors, jobs_seen_after
from referrals.journal import JobOpened, microseconds
from referrals.models import ArticleJobDay, ArticleJobVisitor
from tests.cast import Cast
from tests.conftest import Visitor
from tests.referrals.conftest import BROWSER

ROBOT = {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}
SLACK = {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}


@pytest.fixture
def article(db, job):
    ada = person_by_email(db, Cast.ENGINEER)
    body = '<p><a href="/jobs/engineer-x#apply">Join us</a>, <a href="/blog">read</a></p>'
    made = Article(author_id=ada.id, slug="clocks", title="Clocks", body_html=body,
                   state="published", published_at=clock.now())  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def sums(ingested, db):
    """`sums()` is what was counted so far: (people, again, previews, prefetched, robots)."""

    def look() -> tuple[int, ...]:
        ingested()
        db.rollback()
        rows = db.scalars(select(ArticleJobDay)).all()
        names = ("people", "again", "preview", "prefetch", "bot")
        return tuple(sum(getattr(row, name) for row in rows) for name in names)

    return look


def _opened(db, article: str, job: str, at: datetime) -> None:
    jobs_opened.send([JobOpened(article, job, microseconds(at), "human", 7)], db=db)


def _job_link(reader: Visitor, address: str = "/blog/clocks") -> str:
    """The link to the job that stands in the article."""
    page = reader.get(address, headers=BROWSER).text
    found = re.search(r'href="((?:/fr)?/jobs/engineer-x\?[^"#]+)', page)
    assert found, "the article's link to a job carries nothing on"
    return html.unescape(found[1])


def test_who_goes_from_an_article_to_a_job_is_counted_once_a_day(app, visitor, article, sums):
    link = _job_link(visitor)
    assert "~" not in link
    assert visitor.get(link, headers=BROWSER).status_code == 200
    assert sums() == (1, 0, 0, 0, 0)
    visitor.get(link, headers=BROWSER)
    assert sums() == (1, 1, 0, 0, 0)
    other = BROWSER | {"User-Agent": BROWSER["User-Agent"].replace("144", "145")}
    Visitor(app).get(_job_link(visitor, "/fr/blog/clocks"), headers=other)
    assert sums() == (2, 1, 0, 0, 0)
    assert "Set-Cookie" not in visitor.get(link, headers=BROWSER).headers


def test_what_is_no_reader_is_told_apart_or_not_counted(app, visitor, visit_as, article, sums):
    link = _job_link(visitor)
    visitor.get(link, headers=ROBOT)
    visitor.get(link, headers=SLACK)
    visitor.get(link, headers=BROWSER | {"Sec-Purpose": "prefetch"})
    assert sums() == (0, 0, 1, 1, 1)
    visitor.client.head(link, headers=BROWSER)
    visitor.get(link, headers=BROWSER | {"Sec-Fetch-Dest": "image"})
    visit_as(Cast.COLLEAGUE).get(link, headers=BROWSER)  # works here, and is signed in
    visitor.get("/jobs/engineer-x", headers=BROWSER)  # found it by another way
    visitor.get(link.replace("engineer-x", "nothing"), headers=BROWSER)
    forged = re.sub(r"[0-9a-f]{8}$", "00000000", link)
    visitor.get(forged, headers=BROWSER)
    with clock.set_to(clock.now() + timedelta(hours=25)):
        visitor.get(link, headers=BROWSER)
    assert sums() == (0, 0, 1, 1, 1)
    robot = visitor.get("/blog/clocks", headers=ROBOT).text
    assert 'href="/jobs/engineer-x#apply"' in robot  # its addresses stay what they are


def test_nothing_that_tells_readers_apart_outlives_the_next_day(db, article, job):
    now = clock.now()
    for days in (0, 1, 2):
        _opened(db, article.code, job.slug, now - timedelta(days=days))
        _opened(db, article.code, job.slug, now - timedelta(days=days))
    _opened(db, "gone", job.slug, now)
    forget_visitors(db)
    left = {row.day for row in db.scalars(select(ArticleJobVisitor))}
    assert left == {now.date(), now.date() - timedelta(days=1)}
    found = jobs_seen_after(db, article)
    assert (found.people, found.jobs[0].people, found.jobs[0].again) == (3, 3, 3)


def test_its_author_sees_the_jobs_and_nobody_else(app, visitor, visit_as, db, article, job, sums):
    visitor.get(_job_link(visitor), headers=BROWSER)
    visitor.get(_job_link(visitor), headers=SLACK)
    sums()
    address = f"/me/articles/{article.code}/figures"
    page = visit_as(Cast.ENGINEER).get(address).text
    table = page[page.index("Jobs that were opened after it") :]
    assert re.findall(r'class="number"[^>]*>(\d+)<', table)[:3] == ["1", "0", "1"]
    assert 'href="/jobs/engineer-x"' in table
    assert "who finds the job by another way is not counted" in table.lower()
    assert visit_as(Cast.COLLEAGUE).get(address).status_code == 404
    assert "Offres ouvertes après l’article" in visit_as(Cast.ENGINEER).get(f"/fr{address}").text
    db.get_one(Job, job.id).closed_at = clock.now()
    db.commit()
    assert 'href="/jobs/engineer-x"' not in visit_as(Cast.ENGINEER).get(address).text


def test_a_disk_that_refuses_stops_no_reader(app, visitor, article, sums, monkeypatch):
    def refuse(_line):
        raise OSError(28, "No space left on device")

    link = _job_link(visitor)
    monkeypatch.setattr(app.extensions["following"].journal, "append", refuse)
    assert visitor.get(link, headers=BROWSER).status_code == 200
    monkeypatch.undo()
    assert sums() == (0, 0, 0, 0, 0)


def test_more_jobs_ask_no_more_of_the_database(database, visit_as, db, article, job, still):
    ada, address = visit_as(Cast.ENGINEER), f"/me/articles/{article.code}/figures"

    def asked() -> int:
        statements = []
        note = lambda *given: statements.append(given[2])  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", note)
        ada.get(address)
        event.remove(database.engine, "before_cursor_execute", note)
        return len(statements)

    _opened(db, article.code, job.slug, clock.now())
    db.commit()
    asked()
    few = asked()
    for number in range(5):
        other = Job(
            slug=f"job-{number}", source="lever", board="acme", source_id=f"j{number}", title="J",
            description_html="", opened_at=clock.now(), content_hash="0" * 64,
        )  # fmt: skip
        db.add(other)
        db.flush()
        _opened(db, article.code, other.slug, clock.now())
    db.commit()
    assert asked() == few
