"""The homepage, the search over everything, and what machines read."""

from __future__ import annotations

import re
import socket
import xml.etree.ElementTree as ET

import pytest
from sqlalchemy import event

from careers.base import clock, search
from careers.base.people import person_by_email
from careers.blog import publishing
from careers.jobs.models import Job
from experts.editing import Profile, write_profile
from experts.showing import opt_out
from tests.cast import Cast
from tests.showing import opt_in


def article(db, author, title, language="en"):
    text = publishing.Text(title, f"About {title}.", f"{title} in many words.", language)
    made = publishing.start_article(db, author, text)
    publishing.submit(db, author, made)
    publishing.publish(db, person_by_email(db, Cast.EDITOR), made, made.version)
    return made


@pytest.fixture
def ada(database, app):
    """Ada, shown, with one article; committed."""
    with app.app_context(), database.writing() as db:
        person = person_by_email(db, Cast.ENGINEER)
        write_profile(db, person, Profile("Keeps meters honest.", topics=("Meter data",)))
        opt_in(db, person)
        article(db, person, "The day with twenty-five hours")
        db.commit()
    return person


def test_whoever_is_surfaced_is_seen(visitor, ada):
    page = visitor.get("/").get_data(as_text=True)
    assert 'src="/portraits/' in page
    assert "portrait-nobody" not in page


@pytest.fixture
def job(db):
    made = Job(
        slug="engineer-x", source="lever", board="acme", source_id="1", title="Meter engineer",
        description_html="<p>Build meters.</p>", opened_at=clock.now(), content_hash="0" * 64,
        locations=["Lyon"],
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


def text_of(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/", "/fr/", "/experts", "/blog", "/jobs", "/search", "/search?q=x"]
)
def test_an_empty_site_has_pages_that_make_sense(visitor, path):
    page = text_of(visitor, path)
    assert "None" not in page
    assert "<h1" in page


def test_what_an_expert_writes_is_on_the_homepage(visitor, ada, job):
    page = text_of(visitor, "/")
    assert "The day with twenty-five hours" in page
    assert "Ada Engel" in page
    assert "Meter engineer" in page
    assert "The day with twenty-five hours" in text_of(visitor, "/fr/")


def test_nobody_is_on_the_homepage_without_having_asked_for_it(visitor, app, database):
    with app.app_context(), database.writing() as db:
        article(db, person_by_email(db, Cast.COLLEAGUE), "A quiet article")
        db.commit()
    page = text_of(visitor, "/")
    assert "Carl Bauer" not in page
    assert "A quiet article" not in page


def test_who_takes_their_page_down_is_gone_from_everywhere_at_once(
    visitor, app, database, ada, work
):
    work()
    assert "Ada Engel" in text_of(visitor, "/search?q=meters")
    with app.app_context(), database.writing() as db:
        opt_out(db, person_by_email(db, Cast.ENGINEER))
        db.commit()
    for path in ("/", "/experts", "/search?q=meters", "/search?q=Ada", "/sitemap.xml"):
        page = text_of(visitor, path)
        assert "Ada Engel" not in page, path
        assert "ada-engel" not in page, path


def test_it_works_with_every_outside_network_unreachable(visitor, ada, job, monkeypatch):
    def unreachable(*_args, **_options):
        raise OSError("the network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    monkeypatch.setattr(socket, "create_connection", unreachable)
    assert "twenty-five hours" in text_of(visitor, "/")


@pytest.mark.usefixtures("still")
def test_the_homepage_asks_the_database_the_same_number_of_times_whatever_there_is(
    visitor, app, database, ada
):
    few = _queries(visitor, database)
    with app.app_context(), database.writing() as db:
        for number in range(25):
            article(db, person_by_email(db, Cast.ENGINEER), f"Article {number}")
            db.add(
                Job(
                    slug=f"job-{number}",
                    source="lever",
                    board="acme",
                    source_id=f"{number}",
                    title=f"Job {number}",
                    description_html="",
                    opened_at=clock.now(),
                    content_hash="0" * 64,
                    contact=person_by_email(db, Cast.ENGINEER),
                )  # fmt: skip
            )
        db.commit()
    assert _queries(visitor, database) <= few + 1  # whom to ask, once, now that there is somebody


def _queries(visitor, database) -> int:
    count = []

    def note(*_):
        count.append(1)

    event.listen(database.engine, "before_cursor_execute", note)
    text_of(visitor, "/")
    event.remove(database.engine, "before_cursor_execute", note)
    return len(count)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("meter", ["Meter engineer", "Keeps meters honest"]),
        ("twenty-five", ["The day with twenty-five hours"]),
        ("Ada", ["Ada Engel"]),
        ("zzzz", ["Nothing found for “zzzz”"]),
        ("<script>", ["&lt;script&gt;"]),
    ],
)
def test_jobs_people_and_posts_are_found_together(
    visitor, app, database, ada, job, work, words, found
):
    work()
    with database.reading() as db:
        search.rebuild(db, app.extensions["settings"])
    page = re.sub("</?mark>", "", text_of(visitor, f"/search?q={words}"))
    for piece in found:
        assert piece in page


@pytest.mark.parametrize(
    "typed", ["elis", "ÉLIS", "E\u0301lis", "anne eli", "anne-éli", "d'ors", "D’ORS", "orsay"]
)
def test_people_are_suggested_however_their_names_are_typed(visitor, database, ada, typed):
    with database.writing() as db:
        person_by_email(db, Cast.ENGINEER).name = "Anne-Élise d’Orsay"
        db.commit()
    answer = visitor.get("/search/suggestions", query_string={"q": typed})
    assert answer.json == ["Anne-Élise d’Orsay"]


def test_the_sitemap_lists_every_public_page_in_its_languages(visitor, ada, job):
    tree = ET.fromstring(visitor.get("/sitemap.xml").data)
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    listed = {found.text for found in tree.findall("s:url/s:loc", space)}
    base = "http://127.0.0.1:8000"
    for path in ("/", "/jobs/engineer-x", "/experts/ada-engel"):
        assert f"{base}{path}" in listed
        assert f"{base}/fr{path}" in listed
    article = "/blog/the-day-with-twenty-five-hours"  # it is in English alone
    assert f"{base}{article}" in listed
    assert f"{base}/fr{article}" not in listed
    changed = tree.findall("s:url/s:lastmod", space)
    assert all(found.text.endswith("+00:00") for found in changed)


def test_a_sitemap_of_too_many_pages_names_its_parts(visitor, ada, job, monkeypatch):
    whole = _listed(visitor, "/sitemap.xml", "url")
    monkeypatch.setattr("careers.home.pages.IN_SITEMAP", len(whole) // 2 - 1)
    parts = _listed(visitor, "/sitemap.xml", "sitemap")
    assert len(parts) == 2
    addresses = [part.removeprefix("http://127.0.0.1:8000") for part in parts]
    assert [one for part in addresses for one in _listed(visitor, part, "url")] == whole
    assert visitor.get("/sitemap.xml?part=3").status_code == 404


def _listed(visitor, path, kind):
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    tree = ET.fromstring(visitor.get(path).data)
    return [found.text for found in tree.findall(f"s:{kind}/s:loc", space)]


def test_crawlers_are_told_what_is_not_for_them(visitor):
    page = text_of(visitor, "/robots.txt")
    assert "Disallow: /r/" in page
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in page


def test_the_site_says_that_it_lives_and_that_it_is_ready(visitor):
    assert text_of(visitor, "/healthz") == "ok\n"
    assert text_of(visitor, "/readyz") == "ready\n"
