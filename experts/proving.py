"""Whether a feed is of whom it is said to be: what we can find out without asking an editor.

Either it is of a page that is verified to be theirs, or its own page links to theirs here with
rel="me". What is found makes it known; what isn't found changes nothing, and an editor decides.
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import fetching, outbox
from careers.base.config import Settings
from careers.base.fetching import Unreachable
from careers.base.people import Person
from experts.models import Expert, Network
from experts.showing import shown_changed
from experts.verifying import (
    LARGEST,
    PAGES,
    Fetch,
    comparable,
    network_verified,
    own_addresses,
)
from feeds import places
from feeds.models import Feed
from feeds.parsing import own_pages
from feeds.subscribing import proof_wanted, prove

WORK = "prove_feed"


def is_of(feed: str, page: str) -> bool:
    """Whether only the author of `page` can write what the address `feed` brings: the feed of that
    very page, or one below it.

    >>> is_of("https://social.example/@ada.rss", "https://social.example/@ada")
    True
    >>> is_of("https://social.example/@eve.rss", "https://social.example/@ada")
    False
    >>> is_of("https://www.ada.example/blog/feed", "https://ada.example/")
    True
    """
    known = places.page_of(feed)
    if known:
        return _plain(known) == _plain(page)
    if places.is_shared(urlsplit(feed).hostname or "") and not urlsplit(page).path.strip("/"):
        return False
    return f"{_plain(feed)}/".startswith(f"{_plain(page)}/")


def _plain(url: str) -> str:
    return comparable(url).removeprefix("www.")


def asks_page(feed: Feed) -> str:
    """The page that could link back: the one that the place of `feed` has for its author, or the
    one it names itself on its own host."""
    if known := places.page_of(feed.url):
        return known
    if feed.home and (urlsplit(feed.home).hostname or "") == feed.host:
        return feed.home
    parts = urlsplit(feed.url)
    return "" if places.is_shared(feed.host) else f"{parts.scheme}://{parts.netloc}/"


@proof_wanted.connect
def begin(feed: Feed, db: Session) -> None:
    """Note at once what is known, and look for the rest within a minute."""
    if not _by_network(db, feed):
        outbox.add(db, WORK, {"feed": feed.id})


@shown_changed.connect
def begin_for_all(person: Person, db: Session, shown: bool) -> None:
    """Look again for everything of `person` once they have an address here to link to."""
    if shown:
        for feed in db.scalars(_unproven(person.id)).all():
            begin(feed, db)


@network_verified.connect
def prove_by_network(network: Network, db: Session) -> None:
    """Note which feeds are of a page that was just found to be their person's."""
    db.flush()
    person = db.scalars(select(Expert.person_id).where(Expert.id == network.expert_id)).one()
    for feed in db.scalars(_unproven(person)).all():
        _by_network(db, feed)


def _unproven(person: int) -> Any:
    return select(Feed).where(Feed.person_id == person, Feed.is_theirs.is_(False), Feed.proof == "")


def _by_network(db: Session, feed: Feed) -> bool:
    verified = db.scalars(
        select(Network.url)
        .join(Expert, Expert.id == Network.expert_id)
        .where(Expert.person_id == feed.person_id, Network.verified_at.is_not(None))
    )
    return any(is_of(feed.url, url) for url in verified) and prove(db, feed, "network")


@outbox.handles(WORK)
def look_for_link(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Ask the page of one feed whether it links to its person's page here."""
    feed = db.get(Feed, payload["feed"])
    if feed is None or feed.is_theirs or feed.proof:
        return
    slug = db.scalar(select(Expert.slug).where(Expert.person_id == feed.person_id))
    page = asks_page(feed)
    if slug is None or not page:
        return
    db.rollback()  # the network outside may be slow: nobody else waits for it
    fetch = cast(Fetch, current_app.extensions.get("fetch", fetching.fetch))
    try:
        answer = fetch(page, limit_bytes=LARGEST, accept=PAGES, contact=settings.base_url)
        content_type = answer.headers.get("content-type", "")
        found = own_pages(answer.body, answer.url, content_type) if answer.status == 200 else []
    except Unreachable:
        return
    mine = own_addresses(settings, slug)
    feed = db.get(Feed, payload["feed"])
    if (
        feed is not None
        and asks_page(feed) == page
        and any(comparable(one) in mine for one in found)
    ):
        prove(db, feed, "link")
