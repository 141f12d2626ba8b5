"""Whoever follows the blog's feeds hears that they have changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from careers.base import hub, outbox
from careers.base.config import Settings
from careers.blog import publishing
from careers.blog.models import Article

WORK = "blog_changed"


@publishing.published.connect
@publishing.withdrawn.connect
@publishing.changed.connect
def _note(_article: Article, *, db: Session, **_: Any) -> None:
    outbox.add(db, WORK, {})


@outbox.handles(WORK)
def tell_followers(db: Session, _payload: dict[str, Any], settings: Settings) -> None:
    """Have the hub told of the blog's feeds."""
    hub.have_told(db, settings, ["/blog"])
