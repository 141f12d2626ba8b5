"""A feed is shown once it is known to be its person's own."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from careers.base import clock
from careers.base.fetching import Fetched, Unreachable
from careers.base.people import person_by_email
from experts.models import Network
from experts.proving import asks_page, is_of
from feeds.models import Entry, Feed
from feeds.subscribing import refuse, subscribe
from tests.cast import Cast

HERE = "http://127.0.0.1:8000/experts/ada-engel"


@pytest.mark.parametrize(
    ("feed", "page", "theirs"),
    [
        ("https://social.example/@ada.rss", "https://social.example/@ada", True),
        ("https://social.example/@eve.rss", "https://social.example/@ada", False),
        ("https://social.example/@ada/tagged/grid.rss", "https://social.example/@ada", True),
        ("https://social.example/@ada2/x.rss", "https://social.example/@ada", False),
        ("https://www.ada.example/blog/feed", "https://ada.example/", True),
        ("https://blog.ada.example/feed", "https://ada.example/", False),
        ("https://ada.example/~ada/feed", "https://ada.example/~ada", True),
        ("https://ada.example/~eve/feed", "https://ada.example/~ada", False),
        ("https://dev.to/feed/ada", "https://dev.to/ada", True),
        ("https://dev.to/feed/eve", "https://dev.to/ada", False),
        ("https://github.com/ada.atom", "https://github.com/ada", True),
        ("https://github.com/feed", "https://github.com/", False),
    ],
)
def test_what_a_verified_page_proves(feed, page, theirs):
    assert is_of(feed, page) is theirs


@pytest.mark.parametrize(
    ("url", "home", "page"),
    [
        ("https://social.example/@ada.rss", "https://elsewhere.example/", "https://social.example/@ada"),
        ("https://ada.example/feed", "https://ada.example/about", "https://ada.example/about"),
        ("https://ada.example/feed", "https://eve.example/", "https://ada.example/"),
        ("https://ada.example/feed", "", "https://ada.example/"),
        ("https://medium.com/feed/publication", "", ""),
    ],
)  # fmt: skip
def test_which_page_could_link_back(url, home, page):
    assert asks_page(Feed(url=url, home=home, host=url.split("/")[2])) == page


@pytest.fixture
def world(app):
    """Pages elsewhere, by address; every other one does not answer."""
    pages: dict[str, str] = {}

    def fetch(url, **_options):
        if url not in pages:
            raise Unreachable("The site does not answer.")
        body = f"<!doctype html><html><body>{pages[url]}</body></html>"
        return Fetched(200, url, {"content-type": "text/html"}, body.encode())

    app.extensions["fetch"] = fetch
    return pages


@pytest.fixture
def feed(database, show):
    """Ada, shown, with a feed that has one visible entry."""
    show(Cast.ENGINEER, networks=(("mastodon", "https://social.example/@ada"),))
    with database.writing() as db:
        ada = person_by_email(db, Cast.ENGINEER)
        made = subscribe(db, ada, "https://social.example/@ada.rss", "everything")
        db.flush()
        db.add(
            Entry(
                feed_id=made.id, key="k", url="https://social.example/1", title="Words of Ada",
                has_title=False, excerpt="Words of Ada", published_at=clock.now(), content_hash="",
                state="visible",
            )
        )  # fmt: skip
        code = made.code
        db.commit()
    return code


def proof(db) -> tuple[bool, str]:
    db.rollback()
    return db.execute(select(Feed.is_theirs, Feed.proof)).one()


def test_nobody_else_sees_it_before(visitor, visit_as, feed, world, work, db):
    work()
    assert proof(db) == (False, "")
    for address in ("/experts/ada-engel", "/"):
        assert "Words of Ada" not in visitor.get(address).text
    assert "Words of Ada" not in visit_as(Cast.EDITOR).get("/editing/entries").text
    mine = visit_as(Cast.ENGINEER).get(f"/me/feeds/{feed}").text
    assert "Words of Ada" in mine
    assert "An editor will confirm it." in mine


def test_its_page_links_to_the_one_here(visitor, visit_as, feed, world, work, db):
    work()
    world["https://social.example/@ada"] = f'<a rel="me" href="{HERE}">Work</a>'
    page = f"/me/feeds/{feed}"
    visit_as(Cast.ENGINEER).post(f"{page}/prove", form_on=page)
    work()
    assert proof(db) == (True, "link")
    assert "Words of Ada" in visitor.get("/experts/ada-engel").text


def test_a_mere_mention_proves_nothing(feed, world, work, db):
    world["https://social.example/@ada"] = (
        f'<a href="{HERE}">Work</a> <a rel="me" href="{HERE}x">W</a>'
    )
    work()
    assert proof(db) == (False, "")


def test_a_network_that_is_verified_later_proves_its_feed(app, feed, world, work, db, database):
    from experts.verifying import queue_due_checks

    work()
    with database.writing() as writing:
        writing.execute(update(Feed).values(url="https://social.example/@ada/more.rss"))
        queue_due_checks(writing)
        writing.commit()
    assert proof(db) == (False, "")
    world["https://social.example/@ada"] = f'<a rel="me" href="{HERE}">Work</a>'
    with database.writing() as writing:
        writing.execute(update(Network).values(check_at=None))
        queue_due_checks(writing)
        writing.commit()
    work()
    assert proof(db) == (True, "network")


def test_an_editor_confirms_and_refuses_with_a_reason(visitor, visit_as, feed, world, work, db):
    work()
    edith, ada = visit_as(Cast.EDITOR), visit_as(Cast.ENGINEER)
    assert "1 feed waits for you" in edith.get("/editing").text
    edith.post(f"/editing/feeds/{feed}/confirm", form_on="/editing/feeds")
    assert proof(db) == (True, "editor")
    assert "Words of Ada" in visitor.get("/experts/ada-engel").text
    address = f"/editing/feeds/{feed}/refuse"
    assert edith.post(address, {"why": ""}, form_on="/editing/feeds").status_code == 422
    edith.post(address, {"why": "It is a client’s account."}, form_on="/editing/feeds")
    assert "Words of Ada" not in visitor.get("/experts/ada-engel").text
    assert "It is a client’s account." in ada.get(f"/me/feeds/{feed}").text
    assert "Words of Ada" not in visitor.get("/").text
    page = f"/me/feeds/{feed}"
    world["https://social.example/@ada"] = f'<a rel="me" href="{HERE}">Work</a>'
    assert "prove" not in ada.get(page).text  # what an editor refused, only an editor confirms
    work()
    assert proof(db) == (False, "refused")


def test_only_editors_say_whose_a_feed_is(visit_as, feed):
    carl = visit_as(Cast.COLLEAGUE)
    assert carl.get("/editing/feeds").status_code == 404
    for act in ("confirm", "refuse"):
        answer = carl.post(f"/editing/feeds/{feed}/{act}", {"why": "x"}, form_on="/me/feeds")
        assert answer.status_code == 404


def test_who_takes_no_part_is_on_no_list_of_editors(visit_as, feed, database, db):
    with database.writing() as writing:
        carl = person_by_email(writing, Cast.COLLEAGUE)
        code = subscribe(writing, carl, "https://carl.example/feed", "everything").code
        writing.commit()
    edith = visit_as(Cast.EDITOR)
    assert "carl.example" not in edith.get("/editing/feeds").text
    answer = edith.post(f"/editing/feeds/{code}/confirm", form_on="/editing/feeds")
    assert answer.status_code == 404


def test_refused_twice_is_refused_once(database, feed):
    with database.writing() as db:
        edith, found = person_by_email(db, Cast.EDITOR), db.scalars(select(Feed)).one()
        assert refuse(db, edith, found, "One")
        assert not refuse(db, edith, found, "Two")


@pytest.mark.usefixtures("still")
def test_the_list_asks_the_same_number_of_times_however_long(visit_as, feed, database, queries):
    edith = visit_as(Cast.EDITOR)
    edith.get("/editing/feeds")
    with queries() as few:
        edith.get("/editing/feeds")
    with database.writing() as db:
        ada = person_by_email(db, Cast.ENGINEER)
        for number in range(8):
            subscribe(db, ada, f"https://x{number}.example/feed", "everything")
        db.commit()
    with queries() as many:
        edith.get("/editing/feeds")
    assert len(many) == len(few)
