"""An employee's feeds and what came from them; an editor's view of the entries."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import fetching
from careers.base.fetching import Unreachable
from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, database, db, limiter, me, page_number, settings
from feeds import queries, subscribing
from feeds.forms import AddressForm, RuleForm, SubscribeForm
from feeds.models import Entry, Feed
from feeds.polling import Failed, Fetch, poll_feed

blueprint = Blueprint("feeds", __name__)


def _fetch() -> Fetch:
    """The client; a test puts another one among the application's extensions."""
    return cast(Fetch, current_app.extensions.get("fetch", fetching.fetch))


@blueprint.get("/me/feeds")
@requires("feed:subscribe")
def my_feeds() -> ResponseReturnValue:
    """The feeds of the person who asks, and how each is doing."""
    return _my_feeds(AddressForm())


def _my_feeds(form: AddressForm) -> str:
    return render_template(
        "feeds/my_feeds.html", form=form, feeds=queries.feeds_of(db(), me()), why=why
    )


def why(feed: Feed) -> str:
    """Why a feed was not read, in the reader's language."""
    return gettext(feed.last_error) if feed.last_error else ""


@blueprint.post("/me/feeds/look")
@requires("feed:subscribe")
@limiter.limit("30 per hour")
def look() -> ResponseReturnValue:
    """Show what lies at an address before anybody subscribes to it."""
    form = AddressForm()
    if not form.validate():
        return _my_feeds(form), 422
    db().rollback()  # the network may be slow: nobody else waits for it
    try:
        found = subscribing.look_at(str(form.url.data), _fetch(), settings().base_url)
    except Unreachable as error:
        cast(list[Any], form.url.errors).append(gettext(error.reason))
        return _my_feeds(form), 422
    confirm = SubscribeForm()
    confirm.url.data, confirm.shows.data = found.url, "everything"
    return render_template("feeds/look.html", found=found, form=confirm)


@blueprint.post("/me/feeds")
@requires("feed:subscribe")
@limiter.limit("30 per hour")
def subscribe() -> ResponseReturnValue:
    """Subscribe to a feed and read it at once."""
    form = SubscribeForm()
    if not form.validate():
        return _my_feeds(form), 422
    shows = cast(subscribing.Shows, form.shows.data)
    try:
        feed = subscribing.subscribe(db(), me(), str(form.url.data), shows)
    except subscribing.TooMany:
        flash(gettext("You have as many feeds as anyone may have. Remove one first."), "alert")
        return redirect(url_for("feeds.my_feeds"))
    except Unreachable as error:
        cast(list[Any], form.url.errors).append(gettext(error.reason))
        return _my_feeds(form), 422
    number, code = feed.id, feed.code
    db().commit()
    outcome = poll_feed(database(), number, _fetch(), contact=settings().base_url)
    if isinstance(outcome, Failed):
        flash(gettext(outcome.reason), "alert")
    else:
        flash(gettext("We read this feed from now on."))
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.get("/me/feeds/<code>")
@requires("feed:subscribe")
def my_feed(code: str) -> ResponseReturnValue:
    """One feed and what came from it."""
    feed = _mine(code)
    page, count = page_number(), queries.count_entries_of_feed(db(), feed)
    return render_template(
        "feeds/my_feed.html",
        feed=feed,
        why=why(feed),
        form=RuleForm(shows=feed.shows),
        entries=queries.entries_of_feed(db(), feed, PAGE_ROWS, (page - 1) * PAGE_ROWS),
        page=page,
        pages=-(-count // PAGE_ROWS),
    )


@blueprint.post("/me/feeds/<code>/rule")
@requires("feed:subscribe")
def change_rule(code: str) -> ResponseReturnValue:
    """Change what of a feed is shown from now on."""
    feed, form = _mine(code), RuleForm()
    if form.validate():
        subscribing.change_rule(db(), me(), feed, cast(subscribing.Shows, form.shows.data))
        db().commit()
        flash(gettext("This holds for what comes from now on."))
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.post("/me/feeds/<code>/read")
@requires("feed:subscribe")
@limiter.limit("30 per hour")
def read_now(code: str) -> ResponseReturnValue:
    """Read a feed again without waiting, even one that was given up."""
    feed = _mine(code)
    subscribing.read_again(feed)
    number = feed.id
    db().commit()
    outcome = poll_feed(database(), number, _fetch(), contact=settings().base_url)
    if isinstance(outcome, Failed):
        flash(gettext(outcome.reason), "alert")
    else:
        flash(gettext("This feed was read just now."))
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.post("/me/feeds/<code>/unsubscribe")
@requires("feed:subscribe")
def unsubscribe(code: str) -> ResponseReturnValue:
    """Stop reading a feed; what came from it is deleted."""
    subscribing.unsubscribe(db(), me(), _mine(code))
    db().commit()
    flash(gettext("This feed is no longer read, and what came from it is deleted."))
    return redirect(url_for("feeds.my_feeds"))


@blueprint.post("/me/entries/<code>/show")
@requires("feed:subscribe")
def show_entry(code: str) -> ResponseReturnValue:
    """Show an entry of one's own."""
    entry = queries.entry_of(db(), me(), code) or abort(404)
    changed = subscribing.show_entry(db(), me(), entry)
    return _settled(entry, changed, gettext("It is shown now."), _mine_on_page(entry))


@blueprint.post("/me/entries/<code>/hide")
@requires("feed:subscribe")
def hide_entry(code: str) -> ResponseReturnValue:
    """Hide an entry of one's own."""
    entry = queries.entry_of(db(), me(), code) or abort(404)
    changed = subscribing.hide_entry(db(), me(), entry)
    return _settled(entry, changed, gettext("It is hidden now."), _mine_on_page(entry))


@blueprint.get("/editing/entries")
@requires("entry:withdraw")
def entries() -> ResponseReturnValue:
    """What people show of what they publish elsewhere, newest first."""
    page, count = page_number(), queries.count_public_entries(db())
    return render_template(
        "feeds/entries.html",
        entries=queries.public_entries(db(), PAGE_ROWS, (page - 1) * PAGE_ROWS),
        page=page,
        pages=-(-count // PAGE_ROWS),
    )


@blueprint.post("/editing/entries/<code>/withdraw")
@requires("entry:withdraw")
def withdraw_entry(code: str) -> ResponseReturnValue:
    """Take somebody's entry out of sight."""
    entry = queries.entry_by_code(db(), code) or abort(404)
    changed = subscribing.withdraw_entry(db(), me(), entry)
    return _settled(entry, changed, gettext("It is withdrawn now."), _all_on_page(entry))


@blueprint.post("/editing/entries/<code>/put-back")
@requires("entry:withdraw")
def put_back_entry(code: str) -> ResponseReturnValue:
    """Show a withdrawn entry again."""
    entry = queries.entry_by_code(db(), code) or abort(404)
    changed = subscribing.put_back_entry(db(), me(), entry)
    return _settled(entry, changed, gettext("It is shown again."), _all_on_page(entry))


def _mine(code: str) -> Feed:
    return queries.feed_of(db(), me(), code) or abort(404)


def _settled(entry: Entry, changed: bool, done: str, then: str) -> ResponseReturnValue:
    """Say what became of an entry, where it stands."""
    db().commit()
    if changed:
        flash(done)
    elif entry.state == "withdrawn" and entry.feed.person_id == me().id:
        flash(gettext("An editor has withdrawn this. Please talk to them."), "alert")
    else:
        flash(gettext("Nothing has changed. This is how it stands now."), "alert")
    return redirect(then)


def _mine_on_page(entry: Entry) -> str:
    """The address of an entry of one's own."""
    code, row = entry.feed.code, f"entry-{entry.code}"
    return url_for("feeds.my_feed", code=code, page=page_number(), _anchor=row)


def _all_on_page(entry: Entry) -> str:
    """The address of an entry among everybody's."""
    return url_for("feeds.entries", page=page_number(), _anchor=f"entry-{entry.code}")
