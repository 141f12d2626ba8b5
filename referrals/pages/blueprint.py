"""The blueprint of share links, clicks and credit; the door of share links in front of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
)
from flask.blueprints import BlueprintSetupState

from careers.base.config import Settings
from careers.base.database import Database
from careers.base.web import db, settings
from referrals.doors import WSGIDoor
from referrals.following import Following
from referrals.journal import Journal
from referrals.models import ShareLink
from referrals.visitors import Visitors
from referrals.ways import Links, way_from

blueprint = Blueprint("referrals", "referrals.pages")


@blueprint.record
def follow_links(state: BlueprintSetupState) -> None:
    """Put the door of share links in front of the application."""
    app = state.app
    assert isinstance(app, Flask)
    settings: Settings = app.extensions["settings"]
    database: Database = app.extensions["database"]
    following = Following(
        Links(way_from(database, settings.other_language)),
        Journal(settings.folder("journal")),
        Visitors(settings.folder("salt"), settings.redis_url, settings.site),
    )
    app.extensions["following"] = following
    app.wsgi_app = WSGIDoor(app.wsgi_app, following)  # type: ignore[method-assign]


def address_of(link: ShareLink) -> str:
    """The short public address of a link."""
    return f"{settings().base_url}/r/{link.code}"


def keep(links: Sequence[ShareLink], said: str) -> None:
    """Commit what was changed about `links`, have the next click look at them anew, and say so.

    Other processes learn of it when what they know of a link is a minute old.
    """
    codes = [link.code for link in links]
    db().commit()
    for code in codes:
        current_app.extensions["following"].links.forget(code)
    flash(said)
