"""WebSub (https://www.w3.org/TR/websub/): a hub hears that the blog's feeds have changed, and tells
whoever follows them."""

from __future__ import annotations

from typing import Any, Protocol, cast

from flask import current_app
from sqlalchemy.orm import Session

from careers.base import fetching, outbox
from careers.base.config import Settings
from careers.base.fetching import Allow, Fetched
from careers.base.languages import LANGUAGES, address_in
from careers.blog import publishing
from careers.blog.models import Article

WORK = "tell_hub"
FEEDS = ("/blog/feed.atom", "/blog/feed.json")


class Refused(Exception):
    """The hub answered something else than that it has understood; it is told again later."""


class Post(Protocol):
    """`careers.base.fetching.post`, or what a test hands in."""

    def __call__(
        self, url: str, fields: list[tuple[str, str]], *, contact: str, allow: Allow
    ) -> Fetched:
        """What `url` answers to the form. Raises Unreachable."""


def topics(settings: Settings) -> list[str]:
    """The addresses of the blog's feeds, in every language."""
    return [settings.base_url + address_in(one, path) for path in FEEDS for one in LANGUAGES]


@publishing.published.connect
@publishing.withdrawn.connect
@publishing.changed.connect
def feeds_change(article: Article, *, db: Session, **_: Any) -> None:
    """Have the hub told once the caller's transaction is committed, if there is one then."""
    outbox.add(db, WORK, {})


@outbox.handles(WORK)
def tell_hub(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Tell the hub about one feed, or have it told about all; twice does no harm.

    Raises Unreachable or Refused.
    """
    if not settings.websub_hub:
        return
    if not payload:
        outbox.add_many(db, WORK, [{"topic": topic} for topic in topics(settings)])
        return
    post = cast(Post, current_app.extensions.get("post", fetching.post))
    topic = payload["topic"]
    # Hubs in use read the address as `hub.url`; some as `hub.topic`.
    said = [("hub.mode", "publish"), ("hub.url", topic), ("hub.topic", topic)]
    answer = post(settings.websub_hub, said, contact=settings.base_url, allow=Allow(any_port=True))
    if not 200 <= answer.status < 300:
        raise Refused(f"the hub answered {answer.status}")
