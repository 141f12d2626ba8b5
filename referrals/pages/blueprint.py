"""The blueprint of share links, clicks and credit; the door of share links in front of it."""

from __future__ import annotations

from flask import (
    Blueprint,
    Flask,
)
from flask.blueprints import BlueprintSetupState

from careers.base.config import Settings
from careers.base.database import Database
from careers.base.web import settings
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
