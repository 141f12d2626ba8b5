"""What an employee does with their own link: its text, its name, its campaign, a pause."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.permissions import requires
from careers.base.web import db, limiter, me
from referrals import managing, queries, texts
from referrals.campaigns import campaign_of, campaigns_of
from referrals.models import Campaign, ShareLink
from referrals.pages.blueprint import blueprint, keep
from referrals.pages.sharing import remember_instance
from referrals.targets import language_of, target_of

AT_MOST = "200/hour"


def _mine(code: str) -> ShareLink:
    """One's own link; anybody else's does not exist."""
    link = queries.link_by_code(db(), code)
    if link is None or link.person_id != me().id:
        abort(404)
    return link


def _settled(link: ShareLink, said: str) -> ResponseReturnValue:
    """Keep the change, say so, and go back to the page of the link."""
    page = url_for("referrals.my_link", code=link.code)
    keep([link], said)
    return redirect(page, code=303)


@blueprint.post("/me/links/<code>/text")
@requires("link:share")
@limiter.limit(AT_MOST)
def set_link_text(code: str) -> ResponseReturnValue:
    """Change what goes with a link; an empty text brings back one that is offered."""
    link = _mine(code)
    try:
        words = texts.plain(request.form.get("words", ""))
    except texts.TextRefused as refused:
        flash(str(refused), "error")
        return redirect(url_for("referrals.my_link", code=code), code=303)
    link.words = texts.said_of(target_of(link), language_of(link), words)
    return _settled(link, gettext("Kept."))


@blueprint.post("/me/links/<code>/server")
@requires("link:share")
@limiter.limit(AT_MOST)
def name_server(code: str) -> ResponseReturnValue:
    """Say on which Mastodon server one is; remembered while signed in."""
    link = _mine(code)
    if not remember_instance(request.form.get("instance", "")):
        flash(gettext("This names no Mastodon server. It looks like mastodon.social."), "error")
    return redirect(url_for("referrals.my_link", code=link.code), code=303)


@blueprint.post("/me/links/<code>/name")
@requires("link:share")
@limiter.limit(AT_MOST)
def name_link(code: str) -> ResponseReturnValue:
    """Call a link by a name of one's own; an empty one gives it the title of its page again."""
    link = _mine(code)
    managing.rename(link, request.form.get("name", ""))
    if link.name:
        return _settled(link, gettext("It is called “%(name)s” now.", name=link.name))
    return _settled(link, gettext("It is called what its page is called again."))


@blueprint.post("/me/links/<code>/pause")
@requires("link:share")
@limiter.limit(AT_MOST)
def pause_link(code: str) -> ResponseReturnValue:
    """From now on the link leads on but brings its owner nothing."""
    link = _mine(code)
    managing.pause(db(), link)
    return _settled(
        link,
        gettext("Paused. It leads on, but within a minute nobody comes through you any more."),
    )


@blueprint.post("/me/links/<code>/resume")
@requires("link:share")
@limiter.limit(AT_MOST)
def resume_link(code: str) -> ResponseReturnValue:
    """The link brings its owner again what comes of it."""
    link = _mine(code)
    managing.resume(db(), link)
    return _settled(
        link, gettext("It is yours again: in a minute at most, people come through you.")
    )


@blueprint.post("/me/links/<code>/campaign")
@requires("link:share")
@limiter.limit(AT_MOST)
def gather_link(code: str) -> ResponseReturnValue:
    """Gather the link under a campaign: one of one's own, a new one, or none."""
    link = _mine(code)
    new, chosen = request.form.get("new", ""), request.form.get("campaign", "")
    try:
        managing.point_to(link, _campaign(new, chosen))
    except managing.Refused:
        abort(400)
    if link.campaign is None:
        return _settled(link, gettext("It belongs to no campaign any more."))
    return _settled(link, gettext("It belongs to “%(name)s” now.", name=link.campaign.name))


def _campaign(new: str, chosen: str) -> Campaign | None:
    """The campaign that was named or chosen; a name comes first."""
    if managing.plain_name(new):
        return managing.begin_campaign(db(), me(), new)
    if not chosen:
        return None
    return campaign_of(db(), me(), chosen) or abort(404)


@blueprint.app_template_global()
def my_campaigns() -> list[Campaign]:
    """The campaigns to choose from on the page of a link."""
    return campaigns_of(db(), me())
