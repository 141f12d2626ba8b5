"""A hub, a real one on this machine, hears when the blog's feeds change."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from feedparser import parse
from sqlalchemy import select

from careers.app import create_app
from careers.base import clock, fetching, outbox
from careers.base.config import Settings
from careers.base.fetching import Allow, Unreachable
from careers.base.outbox import Work
from careers.base.people import person_by_email
from careers.blog import publishing
from careers.blog.models import Article
from careers.blog.publishing import Text
from experts.editing import Profile, write_profile
from experts.showing import opt_out
from feeds.models import Feed
from feeds.storing import entries_changed
from tests.cast import Cast
from tests.conftest import Visitor
from tests.showing import opt_in

HERE = Allow(any_port=True, loopback=True, seconds=60)


class Hub:
    """Takes what it is told, and answers as it is told to."""

    def __init__(self) -> None:
        self.heard: list[dict[str, list[str]]] = []
        self.kinds: list[str] = []
        self.status, self.location = 204, ""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                hub.heard.append(parse_qs(self.rfile.read(length).decode()))
                hub.kinds.append(self.headers["Content-Type"])
                self.send_response(hub.status)
                if hub.location:
                    self.send_header("Location", hub.location)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hub"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def topics(self) -> set[str]:
        return {one["hub.url"][0] for one in self.heard}


@pytest.fixture
def hub():
    made = Hub()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def telling(settings, hub):
    """The site that names the hub."""
    known = settings.model_dump() | {"secret_key": "s" * 40, "websub_hub": hub.address}
    app = create_app(Settings(_env_file=None, **known), testing=True)
    app.extensions["post"] = lambda url, fields, contact, allow: fetching.post(
        url, fields, contact=contact, allow=HERE
    )
    yield app
    app.extensions["database"].dispose()


def _publish(app) -> None:
    with app.app_context(), app.extensions["database"].writing() as db:
        author, editor = (person_by_email(db, one) for one in (Cast.ENGINEER, Cast.EDITOR))
        made = publishing.start_article(db, author, Text("Clocks lie", "", "They drift.", "en"))
        publishing.submit(db, author, made)
        publishing.publish(db, editor, made, made.version)
        db.commit()


def _work(app) -> int:
    with app.app_context():
        return outbox.do_due_work(app.extensions["database"], app.extensions["settings"])


FEEDS = {
    f"http://127.0.0.1:8000{prefix}/blog/feed.{kind}"
    for prefix in ("", "/fr")
    for kind in ("atom", "json")
}


def test_the_hub_hears_of_each_feed_when_an_article_is_published_moved_and_withdrawn(telling, hub):
    _publish(telling)
    assert hub.heard == []  # nobody waits for it
    _work(telling)
    assert hub.topics == FEEDS
    assert {one["hub.mode"][0] for one in hub.heard} == {"publish"}
    assert set(hub.kinds) == {"application/x-www-form-urlencoded"}
    for act in (
        lambda db, editor, article: publishing.move(db, editor, article, "clocks"),
        publishing.withdraw,
        publishing.put_back,
    ):
        hub.heard.clear()
        with telling.app_context(), telling.extensions["database"].writing() as db:
            article = db.scalars(select(Article)).one()
            act(db, person_by_email(db, Cast.EDITOR), article)
            db.commit()
        _work(telling)
        assert hub.topics == FEEDS


def test_both_feeds_name_the_hub_and_themselves(telling, hub):
    visitor = Visitor(telling)
    for prefix in ("", "/fr"):
        for kind in ("atom", "json"):
            answer = visitor.get(f"{prefix}/blog/feed.{kind}")
            own = f"http://127.0.0.1:8000{prefix}/blog/feed.{kind}"
            assert answer.headers["Link"] == f'<{hub.address}>; rel="hub", <{own}>; rel="self"'
            assert own in FEEDS
    links = parse(visitor.get("/blog/feed.atom").text).feed.links
    assert [one.href for one in links if one.rel == "hub"] == [hub.address]
    assert visitor.get("/blog/feed.json").json["hubs"] == [{"type": "WebSub", "url": hub.address}]


@pytest.fixture
def ada_is_shown(telling, hub):
    """Ada shows herself and knows about clocks; Carl, too, but nobody sees his page."""
    with telling.app_context(), telling.extensions["database"].writing() as db:
        for email in (Cast.ENGINEER, Cast.COLLEAGUE):
            profile = Profile(headline="Keeps clocks honest.", topics=("Clocks", "On time"))
            write_profile(db, person_by_email(db, email), profile)
        opt_in(db, person_by_email(db, Cast.ENGINEER))
        db.commit()
    _work(telling)
    hub.heard.clear()


def _feeds_of(*pages: str) -> set[str]:
    return {one.replace("/blog", page) for one in FEEDS for page in pages}


HERS = ("/experts/ada-engel", "/topics/clocks", "/topics/on-time")


def test_the_hub_hears_of_the_feeds_of_its_authors_and_of_their_topics(telling, hub, ada_is_shown):
    _publish(telling)
    _work(telling)
    assert hub.topics == FEEDS | _feeds_of(*HERS)
    assert len(hub.heard) == len(hub.topics)
    hub.heard.clear()
    with telling.app_context(), telling.extensions["database"].writing() as db:
        publishing.withdraw(db, person_by_email(db, Cast.EDITOR), db.scalars(select(Article)).one())
        db.commit()
    _work(telling)
    assert hub.topics == FEEDS | _feeds_of(*HERS)


def test_the_hub_hears_of_what_comes_by_feed_and_of_a_page_that_was_edited(
    telling, hub, ada_is_shown
):
    def hears(email: str, act) -> set[str]:
        hub.heard.clear()
        with telling.app_context(), telling.extensions["database"].writing() as db:
            act(db, person_by_email(db, email))
            db.commit()
        _work(telling)
        return hub.topics

    def entry_comes(db, person) -> None:
        feed = Feed(person_id=person.id, url=f"https://{person.id}.example/feed", source="x")
        db.add(feed)
        db.flush()
        entries_changed.send(feed, db=db)

    assert hears(Cast.ENGINEER, entry_comes) == _feeds_of(*HERS)
    assert hears(Cast.COLLEAGUE, entry_comes) == set()  # he shows himself to nobody
    edited = Profile(headline="Keeps clocks.", topics=("Clocks",))
    assert hears(
        Cast.ENGINEER, lambda db, ada: write_profile(db, ada, edited, seen=1)
    ) == _feeds_of(*HERS[:2])
    assert hears(Cast.ENGINEER, lambda db, ada: opt_out(db, ada)) == set()  # 410 says it all


@pytest.mark.parametrize("page", HERS[:2])
def test_the_feeds_of_experts_and_topics_name_the_hub_and_themselves(
    telling, hub, ada_is_shown, page
):
    visitor = Visitor(telling)
    for prefix in ("", "/fr"):
        for kind in ("atom", "json"):
            answer = visitor.get(f"{prefix}{page}/feed.{kind}")
            own = f"http://127.0.0.1:8000{prefix}{page}/feed.{kind}"
            assert answer.headers["Link"] == f'<{hub.address}>; rel="hub", <{own}>; rel="self"'
            assert own in _feeds_of(page)
    links = parse(visitor.get(f"{page}/feed.atom").text).feed.links
    assert [one.href for one in links if one.rel == "hub"] == [hub.address]
    assert visitor.get(f"{page}/feed.json").json["hubs"] == [{"type": "WebSub", "url": hub.address}]


def test_a_hub_that_does_not_understand_is_told_again(telling, hub):
    hub.status = 503
    _publish(telling)
    _work(telling)
    assert hub.topics == FEEDS
    hub.heard.clear()
    hub.status = 202
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        _work(telling)
    assert hub.topics == FEEDS
    with telling.extensions["database"].reading() as db:
        waits = Work.kind == "tell_hub", Work.done_at.is_(None)
        assert db.scalars(select(Work).where(*waits)).all() == []


def test_what_is_sent_to_one_hub_is_not_sent_to_another(hub):
    hub.status, hub.location = 307, hub.address + "/elsewhere"
    answer = fetching.post(hub.address, [("a", "b")], allow=HERE)
    assert (answer.status, len(hub.heard)) == (307, 1)


def test_a_hub_on_this_machine_or_in_its_network_is_never_reached(hub):
    send = partial(fetching.post, fields=[("a", "b")], allow=Allow(any_port=True))
    for address in (hub.address, hub.address.replace("127.0.0.1", "localhost"), "http://10.0.0.1/"):
        with pytest.raises(Unreachable) as refused:
            send(address)
        assert refused.value.reason == fetching.NOT_PUBLIC
    assert hub.heard == []


def test_without_a_hub_none_is_named_and_nothing_is_to_be_told(app, visitor, db):
    _publish(app)
    _work(app)
    assert db.scalars(select(Work.payload).where(Work.kind == "tell_hub")).all() == []
    assert "hub" not in visitor.get("/blog/feed.atom").text
    assert "hubs" not in visitor.get("/blog/feed.json").json
    assert "Link" not in visitor.get("/blog/feed.atom").headers


@pytest.mark.parametrize("hub", ["hub.example", "ftp://hub.example/", "https://"])
def test_a_hub_that_is_no_address_is_refused_at_the_start(tmp_path, hub):
    with pytest.raises(ValueError, match="must look like"):
        Settings(_env_file=None, data_dir=tmp_path, websub_hub=hub)
