"""What its authors are told of an article's readers: sums, by channel."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from careers.base import clock, codes
from careers.base.people import person_by_email
from careers.blog.models import Article, CoAuthor
from careers.hiring.models import Application
from referrals.article_figures import Opened, figures_of_article
from referrals.models import Click, FormStart, LinkDay, Touch
from referrals.sharing import share
from referrals.targets import all_jobs, article_target
from tests.cast import Cast


@pytest.fixture
def article(db):
    ada = person_by_email(db, Cast.ENGINEER)
    made = Article(author_id=ada.id, slug="clocks", title="Clocks", body_html="<p>x</p>",
                   state="published", published_at=clock.now())  # fmt: skip
    made.coauthors = [CoAuthor(person=person_by_email(db, Cast.RECRUITER), accepted_at=clock.now())]
    db.add(made)
    db.commit()
    return made


def opened(db, article, email, channel, people, confirmed, began=0, days=1):
    """Links of `article` on `channel` were opened by so many people each of `days`."""
    link = share(db, person_by_email(db, email), article_target(article), channel)
    for day in range(1, days + 1):
        db.add(
            LinkDay(link_id=link.id, day=date(2026, 11, day), people=people, confirmed=confirmed)
        )
    for number in range(began):
        key = f"{channel}{email}{number}"[:20]
        db.add(
            Click(id=key, link_id=link.id, at=clock.now(), class_="human", navigates=True,
                  visitor=number, lists="test", is_confirmed=True)
        )  # fmt: skip
        db.add(FormStart(click_id=key))
    db.commit()


def applied(db, job, article, *emails, sees="applied", out=False, erased=False):
    made = Application(
        job_id=job.id, name="Nadia", email="n@mail.example", sharer_sees=sees,
        token_hash=codes.code(), submission=codes.code(),
        erased_at=clock.now() if erased else None,
    )  # fmt: skip
    db.add(made)
    db.flush()
    for email in emails:
        db.add(
            Touch(application_id=made.id, how="read", person=person_by_email(db, email),
                  article=article, taken_out_at=clock.now() if out else None)
        )  # fmt: skip
    db.commit()


def test_links_of_all_who_share_it_are_added_up_by_channel(db, article):
    opened(db, article, Cast.ENGINEER, "linkedin", 5, 3, began=1, days=2)
    opened(db, article, Cast.COLLEAGUE, "linkedin", 2, 2, began=1)
    opened(db, article, Cast.COLLEAGUE, "email", 20, 1)
    other = share(db, person_by_email(db, Cast.ENGINEER), all_jobs(), "email")
    db.add(LinkDay(link_id=other.id, day=date(2026, 11, 1), people=99, confirmed=99))
    db.commit()
    found = figures_of_article(db, article)
    assert list(found.channels.items()) == [
        ("email", Opened(20, 1, 0)), ("linkedin", Opened(12, 8, 2)),
    ]  # fmt: skip
    assert found.total == Opened(32, 9, 2)


def test_an_application_counts_once_where_its_candidate_lets_it_be_seen(db, article, job):
    applied(db, job, article, Cast.ENGINEER, Cast.RECRUITER)
    applied(db, job, article, Cast.ENGINEER)
    applied(db, job, None, Cast.ENGINEER)  # read their page, not the article
    applied(db, job, article, Cast.ENGINEER, sees="nothing")
    applied(db, job, article, Cast.ENGINEER, out=True)
    applied(db, job, article, Cast.ENGINEER, erased=True)
    found = figures_of_article(db, article)
    assert (found.inspired, found.jobs) == (2, 1)


def test_its_authors_see_it_and_nobody_else(visit_as, db, article, job):
    opened(db, article, Cast.COLLEAGUE, "linkedin", 1234, 5)
    applied(db, job, article, Cast.ENGINEER, Cast.RECRUITER)
    address = f"/me/articles/{article.code}/figures"
    for email in (Cast.ENGINEER, Cast.RECRUITER):
        page = visit_as(email).get(address).text
        assert "1,234" in page
        assert "LinkedIn" in page
        assert "They applied for one job." in page
        assert "Nadia" not in page
    for email in (Cast.COLLEAGUE, Cast.EDITOR, Cast.ADMIN):
        assert visit_as(email).get(address).status_code == 404
    assert address in visit_as(Cast.ENGINEER).get("/me/articles").text
    assert "1\u202f234" in visit_as(Cast.ENGINEER).get(f"/fr{address}").text


def test_what_was_never_published_has_no_figures(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    fields = {"title": "T", "summary": "", "language": "en", "body": "x"}
    page = ada.post("/me/articles/new", fields).headers["Location"]
    assert ada.get(f"{page}/figures").status_code == 404


def test_more_links_ask_no_more_of_the_database(database, visit_as, db, article, job, still):
    ada, address = visit_as(Cast.ENGINEER), f"/me/articles/{article.code}/figures"

    def asked() -> int:
        statements = []
        note = lambda *given: statements.append(given[2])  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", note)
        ada.get(address)
        event.remove(database.engine, "before_cursor_execute", note)
        return len(statements)

    opened(db, article, Cast.ENGINEER, "linkedin", 1, 1, began=1)
    applied(db, job, article, Cast.ENGINEER)
    asked()
    few = asked()
    for channel in ("x", "email", "slack", "teams"):
        opened(db, article, Cast.ENGINEER, channel, 1, 1, began=1)
        applied(db, job, article, Cast.ENGINEER)
    assert asked() == few
