"""What editors see of what people publish elsewhere: whose feeds these are, what they brought."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, me, page_number
from feeds import pictures, queries, subscribing
from feeds.forms import ReasonForm
from feeds.models import Entry
from feeds.pages import blueprint, why


@blueprint.app_context_processor
def _waiting() -> dict[str, Any]:
    return {"feeds_waiting": lambda: queries.count_feeds_waiting(db())}


@blueprint.get("/editing/feeds")
@requires("feed:confirm")
def feeds() -> ResponseReturnValue:
    """Whose feeds are read, and how that is known; first those of which it isn't."""
    return _feeds(ReasonForm())


def _feeds(form: ReasonForm, refused: str = "") -> str:
    page, count = page_number(), queries.count_feeds_shown(db())
    found = queries.feeds_shown(db(), PAGE_ROWS, (page - 1) * PAGE_ROWS)
    return render_template(
        "feeds/feeds.html",
        feeds=found,
        newest=queries.newest_of(db(), found),
        form=form,
        refused=refused,
        why=why,
        page=page,
        pages=-(-count // PAGE_ROWS),
    )


@blueprint.post("/editing/feeds/<code>/confirm")
@requires("feed:confirm")
def confirm_feed(code: str) -> ResponseReturnValue:
    """Say that a feed is its person's own."""
    feed = queries.feed_shown(db(), code) or abort(404)
    changed = subscribing.confirm(db(), me(), feed)
    db().commit()
    _say(gettext("Confirmed: it is shown now."), changed)
    return redirect(url_for("feeds.feeds", page=page_number()), 303)


@blueprint.post("/editing/feeds/<code>/refuse")
@requires("feed:confirm")
def refuse_feed(code: str) -> ResponseReturnValue:
    """Say that a feed is not theirs or doesn't belong here, and why."""
    feed, form = queries.feed_shown(db(), code) or abort(404), ReasonForm()
    if not form.validate():
        return _feeds(form, refused=code), 422
    changed = subscribing.refuse(db(), me(), feed, form.why.data or "")
    db().commit()
    _say(gettext("Refused. They read why."), changed)
    return redirect(url_for("feeds.feeds", page=page_number()), 303)


@blueprint.get("/editing/entries")
@requires("entry:withdraw")
def entries() -> ResponseReturnValue:
    """What people show of what they publish elsewhere, newest first."""
    return _entries(ReasonForm())


def _entries(form: ReasonForm, withdrawn: str = "") -> str:
    page, count = page_number(), queries.count_public_entries(db())
    entries = queries.public_entries(db(), PAGE_ROWS, (page - 1) * PAGE_ROWS)
    return render_template(
        "feeds/entries.html",
        entries=entries,
        pictures=pictures.pictures_of(db(), entries),
        form=form,
        withdrawn=withdrawn,
        page=page,
        pages=-(-count // PAGE_ROWS),
    )


@blueprint.post("/editing/entries/<code>/withdraw")
@requires("entry:withdraw")
def withdraw_entry(code: str) -> ResponseReturnValue:
    """Take somebody's entry out of sight, and tell them why."""
    entry, form = queries.entry_by_code(db(), code) or abort(404), ReasonForm()
    if not form.validate():
        return _entries(form, withdrawn=code), 422
    changed = subscribing.withdraw_entry(db(), me(), entry, form.why.data or "")
    return _settled(entry, changed, gettext("It is withdrawn now."))


@blueprint.post("/editing/entries/<code>/put-back")
@requires("entry:withdraw")
def put_back_entry(code: str) -> ResponseReturnValue:
    """Show a withdrawn entry again."""
    entry = queries.entry_by_code(db(), code) or abort(404)
    changed = subscribing.put_back_entry(db(), me(), entry)
    return _settled(entry, changed, gettext("It is shown again."))


def _settled(entry: Entry, changed: bool, done: str) -> ResponseReturnValue:
    """Say what became of an entry, where it stands among everybody's."""
    db().commit()
    _say(done, changed)
    return redirect(url_for("feeds.entries", page=page_number(), _anchor=f"entry-{entry.code}"))


def _say(done: str, changed: bool) -> None:
    if changed:
        flash(done)
    else:
        flash(gettext("Nothing has changed. This is how it stands now."), "alert")
