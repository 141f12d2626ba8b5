"""Whoever follows the feed of an expert, or of a topic, hears that it has changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from careers.base import hub, outbox
from careers.base.config import Settings
from careers.base.people import Person
from careers.blog import publishing
from careers.blog.models import Article
from experts.models import Expert
from experts.showing import shown_changed
from feeds.models import Feed
from feeds.storing import entries_changed

WORK = "experts_changed"


@publishing.published.connect
@publishing.withdrawn.connect
@publishing.changed.connect
def _of_authors(article: Article, *, db: Session, **_: Any) -> None:
    outbox.add(db, WORK, {"people": [person.id for person in article.writers]})


@entries_changed.connect
def _of_whose_feed_it_is(feed: Feed, *, db: Session, **_: Any) -> None:
    outbox.add(db, WORK, {"people": [feed.person_id]})


@shown_changed.connect
def _of_who_changed(person: Person, *, db: Session, **_: Any) -> None:
    outbox.add(db, WORK, {"people": [person.id]})


@outbox.handles(WORK)
def tell_followers(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Have the hub told of the feeds of these people, and of the topics that they know about, as
    far as they show themselves."""
    if settings.websub_hub:
        hub.have_told(db, settings, pages_of(db, payload["people"]))


def pages_of(db: Session, people: list[int]) -> list[str]:
    """The paths of the pages whose feeds have what these people (ids) publish."""
    asked = (
        select(Expert)
        .where(Expert.person_id.in_(people), Expert.state == "shown")
        .options(selectinload(Expert.topics))
    )
    found = db.scalars(asked).all()
    topics = sorted({topic.slug for expert in found for topic in expert.topics})
    return [f"/experts/{expert.slug}" for expert in found] + [f"/topics/{one}" for one in topics]
