"""A link leads on for ever, whatever becomes of what it led to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from careers.base import clock
from careers.base.people import person_by_email
from careers.jobs.models import Job
from referrals.models import ShareLink
from tests.cast import Cast
from tests.referrals.conftest import BROWSER
from tests.referrals.sharing.panel_answers import made, shown


def test_a_link_to_a_closed_job_leads_to_those_like_it_and_is_carried_on(visitor, job, link, db):
    def another(slug, title, team, place):
        db.add(
            Job(
                slug=slug,
                source="greenhouse",
                board="acme",
                source_id=slug,
                title=title,
                description_html="<p>x</p>",
                opened_at=clock.now(),
                team=team,
                content_hash="2" * 64,
                locations=[place],
            )  # fmt: skip
        )

    another("far", "Baker", "Kitchen", "Lille")
    another("near", "Baker", "Kitchen", "Lyon")
    another("team", "Analyst", "Platform", "Lille")
    job.closed_at = clock.now()
    db.commit()
    landing = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    answer = visitor.get(landing)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 410
    assert "You came through Ada Engel" in page
    via = re.search(r"via=([\w.]+)", landing)[1]
    assert re.findall(r'href="/jobs/(?!follow)(\w+)\?via=([\w.]+)"', page) == [
        ("team", via), ("near", via), ("far", via),
    ]  # fmt: skip


def withdrawn(visit_as, visitor, pages, article, expert, db) -> list[str]:
    """The paths of Ada's links to an article and to an expert that are not shown any more."""
    ada = visit_as(Cast.ENGINEER)
    found = [urlsplit(made(ada, f"{page}/share")["address"]).path for page in pages[2:]]
    article.state, expert.state = "withdrawn", "hidden"
    db.commit()
    for path in found:
        visitor.app.extensions["following"].links.forget(path.rpartition("/")[2])
    return found


def test_what_was_withdrawn_is_told_kindly_with_jobs(visit_as, visitor, pages, article, expert, db):
    for address in withdrawn(visit_as, visitor, pages, article, expert, db):
        answer = visitor.get(address, headers=BROWSER)
        assert answer.status_code == 302
        assert re.search(r"\?via=\w+\.\w{20}$", answer.location)
        assert answer.headers["Cache-Control"] == "no-store"
        answer = visitor.get(answer.location, headers=BROWSER)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 410
        assert page.count("<h1") == 1
        assert 'href="/jobs/engineer-x?via=' in page
        assert "Nine bytes" not in page
        assert "Edith" not in page
    nowhere = visitor.get("/r/abcdefgh", headers=BROWSER)
    assert nowhere.status_code == 404
    assert 'href="/jobs/engineer-x"' in nowhere.get_data(as_text=True)
    assert visitor.get("/r/abcdefgh/withdrawn").status_code == 404


@pytest.mark.parametrize(
    ("asked", "owner", "prefix"),
    [
        ("", "en", ""), ("", "fr", "/fr"), ("fr-CA,fr;q=0.9,en;q=0.5", "en", "/fr"),
        ("en-GB", "fr", ""), ("ja", "fr", "/fr"),
    ],
)  # fmt: skip
def test_what_was_withdrawn_is_told_in_the_language_of_the_visitor(
    visit_as, visitor, pages, article, expert, db, asked, owner, prefix
):
    article.language = person_by_email(db, Cast.ENGINEER).language = owner
    db.commit()
    for address in withdrawn(visit_as, visitor, pages, article, expert, db):
        headers = BROWSER | ({"Accept-Language": asked} if asked else {})
        place = visitor.get(address, headers=headers).location
        assert place.startswith(f"{prefix}/r/")
        page = visitor.get(place, headers=headers).get_data(as_text=True)
        assert f'<html lang="{prefix[1:] or "en"}">' in page
        assert f'href="{prefix}/jobs/engineer-x?via=' in page
        other = "" if prefix else "/fr"
        assert f'href="{other}{place.removeprefix(prefix)}"' in page  # and is kept in the other one


def test_whoever_finds_something_withdrawn_still_comes_through_its_sharer(
    visit_as, visitor, pages, article, expert, db
):
    address, paused = withdrawn(visit_as, visitor, pages, article, expert, db)
    place = visitor.get(address, headers=BROWSER).location
    via = place.partition("?via=")[2]
    assert re.fullmatch(address.rpartition("/")[2] + r"\.\w{20}", via)  # the click is named too
    page = visitor.get(place).get_data(as_text=True)
    for path in ("/experts", "/jobs", "/jobs/engineer-x"):
        assert f'href="{path}?via={via}"' in page
    assert "You came through Ada Engel" in shown(visitor.get(f"/jobs/engineer-x?via={via}"))

    preview = visitor.get(address, headers={"User-Agent": "LinkedInBot/1.0"})
    assert preview.status_code == 410
    assert "via=" not in preview.get_data(as_text=True)

    link = db.scalars(select(ShareLink).where(ShareLink.code == paused.rpartition("/")[2])).one()
    link.paused_at = clock.now()
    db.commit()
    place = visitor.get(paused, headers=BROWSER).location
    assert place == f"{paused}/withdrawn"
    assert "via=" not in visitor.get(place).get_data(as_text=True)


def test_what_is_shown_again_is_led_to_again(visit_as, visitor, pages, article, expert, db):
    address, _ = withdrawn(visit_as, visitor, pages, article, expert, db)
    place = visitor.get(address, headers=BROWSER).location
    article.state = "published"
    db.commit()
    again = visitor.get(place)
    assert again.status_code == 302
    assert again.location == f"/blog/{article.slug}?{place.partition('?')[2]}"


def test_a_link_of_somebody_who_left_names_nobody(visitor, link, db):
    landing = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    link.person.status, link.person.left_at = "left", clock.now()
    db.commit()
    assert "Ada" not in shown(visitor.get(landing))
    visitor.app.extensions["following"].links.forget(link.code)
    neutral = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    assert neutral == "/jobs/engineer-x"
    assert "Ada" not in shown(visitor.get(neutral))
