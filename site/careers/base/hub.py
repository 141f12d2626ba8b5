"""WebSub (https://www.w3.org/TR/websub/): a hub hears that feeds of ours have changed, and tells
whoever follows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, cast

from flask import Response, current_app
from sqlalchemy.orm import Session

from careers.base import fetching, outbox
from careers.base.config import Settings
from careers.base.fetching import Allow, Fetched
from careers.base.languages import LANGUAGES, address_in, language
from careers.base.web import settings

WORK = "tell_hub"
FEEDS = ("feed.atom", "feed.json")  # below the address of a page


class Refused(Exception):
    """The hub answered something else than that it has understood; it is told again later."""


class Post(Protocol):
    """`careers.base.fetching.post`, or what a test hands in."""

    def __call__(
        self, url: str, fields: list[tuple[str, str]], *, contact: str, allow: Allow
    ) -> Fetched:
        """What `url` answers to the form. Raises Unreachable."""


def hubs() -> list[dict[str, str]]:
    """The hub as JSON feeds name it (JSON Feed 1.1); none where there is none."""
    hub = settings().websub_hub
    return [{"type": "WebSub", "url": hub}] if hub else []


def with_hub(answer: Response, path: str) -> Response:
    """The feed `answer` at `path` (without a language), which says where its readers can hear of
    changes (WebSub, 4)."""
    if hub := settings().websub_hub:
        own = settings().base_url + address_in(language(), path)
        answer.headers["Link"] = f'<{hub}>; rel="hub", <{own}>; rel="self"'
    return answer


def have_told(db: Session, settings: Settings, pages: Iterable[str]) -> None:
    """Have the hub told that the feeds of `pages` (paths) have changed, in every language, once the
    caller's transaction is committed."""
    if settings.websub_hub:
        paths = [f"{page}/{feed}" for page in pages for feed in FEEDS]
        told = [settings.base_url + address_in(one, path) for path in paths for one in LANGUAGES]
        outbox.add_many(db, WORK, [{"topic": topic} for topic in told])


@outbox.handles(WORK)
def tell_hub(_db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Tell the hub about one feed; twice does no harm. Raises Unreachable or Refused."""
    if not settings.websub_hub:
        return
    post = cast(Post, current_app.extensions.get("post", fetching.post))
    topic = payload["topic"]
    # Hubs in use read the address as `hub.url`; some as `hub.topic`.
    said = [("hub.mode", "publish"), ("hub.url", topic), ("hub.topic", topic)]
    answer = post(settings.websub_hub, said, contact=settings.base_url, allow=Allow(any_port=True))
    if not 200 <= answer.status < 300:
        raise Refused(f"the hub answered {answer.status}")
