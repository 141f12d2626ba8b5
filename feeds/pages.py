"""An employee's feeds and what came from them."""

from __future__ import annotations

from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import fetching, storage
from careers.base.fetching import Unreachable
from careers.base.permissions import public, requires
from careers.base.pictures import SERVED, best_kind
from careers.base.web import PAGE_ROWS, database, db, limiter, me, page_number, settings
from feeds import pictures, queries, republishing, subscribing
from feeds.forms import AddressForm, LanguageForm, RuleForm, SubscribeForm
from feeds.models import Entry, EntryPicture, Feed
from feeds.polling import Fetch, poll_feed
from feeds.storing import Failed

blueprint = Blueprint("feeds", __name__)
A_YEAR = 365 * 24 * 3600  # seconds


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


def _why_not(picture: EntryPicture | None) -> str:
    """Why there is no picture beside an entry, in the reader's language."""
    return gettext(picture.last_error) if picture and picture.last_error else ""


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
    confirm = SubscribeForm(found.feed.language)
    confirm.url.data, confirm.shows.data, confirm.words.data = found.url, "everything", ""
    confirm.language.data = "" if found.feed.language else me().language
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
        feed = subscribing.subscribe(
            db(), me(), str(form.url.data), shows, form.chosen_words(), form.chosen_language()
        )
    except subscribing.TooMany:
        flash(gettext("You have as many feeds as anyone may have. Remove one first."), "alert")
        return redirect(url_for("feeds.my_feeds"))
    except Unreachable as error:
        cast(list[Any], form.url.errors).append(gettext(error.reason))
        return _my_feeds(form), 422
    return _read_now(feed, gettext("We read this feed from now on."))


def _read_now(feed: Feed, done: str) -> ResponseReturnValue:
    """Read `feed` at once and say what came of it."""
    number, code = feed.id, feed.code
    db().commit()
    outcome = poll_feed(database(), number, _fetch(), contact=settings().base_url)
    if isinstance(outcome, Failed):
        flash(gettext(outcome.reason), "alert")
    elif outcome is None:
        flash(gettext("Its site is being read right now; your feed comes within minutes."))
    else:
        flash(done)
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.get("/me/feeds/<code>")
@requires("feed:subscribe")
def my_feed(code: str) -> ResponseReturnValue:
    """One feed and what came from it."""
    return _my_feed(_mine(code))


def _my_feed(feed: Feed, form: RuleForm | None = None, spoken: LanguageForm | None = None) -> str:
    page, count = page_number(), queries.count_entries_of_feed(db(), feed)
    entries = queries.entries_of_feed(db(), feed, PAGE_ROWS, (page - 1) * PAGE_ROWS)
    return render_template(
        "feeds/my_feed.html",
        feed=feed,
        why=why(feed),
        form=form or RuleForm(shows=feed.shows, words=", ".join(feed.words)),
        spoken=spoken or LanguageForm(feed.language, language=feed.chosen_language or ""),
        entries=entries,
        pictures=pictures.pictures_of(db(), entries),
        why_not=_why_not,
        texts=republishing.count_texts(db(), feed),
        texts_since=republishing.kept_since(db(), feed),
        page=page,
        pages=-(-count // PAGE_ROWS),
    )


@blueprint.post("/me/feeds/<code>/rule")
@requires("feed:subscribe")
def change_rule(code: str) -> ResponseReturnValue:
    """Change what of a feed is shown from now on."""
    feed, form = _mine(code), RuleForm()
    if not form.validate():
        return _my_feed(feed, form), 422
    shows = cast(subscribing.Shows, form.shows.data)
    subscribing.change_rule(db(), me(), feed, shows, form.chosen_words())
    db().commit()
    flash(gettext("This holds for what comes from now on."))
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.post("/me/feeds/<code>/language")
@requires("feed:subscribe")
def choose_language(code: str) -> ResponseReturnValue:
    """Say what language a feed is in."""
    feed = _mine(code)
    form = LanguageForm(feed.language)
    if not form.validate():
        return _my_feed(feed, spoken=form), 422
    subscribing.choose_language(db(), me(), feed, form.chosen_language())
    db().commit()
    flash(gettext("Kept. It holds for what came from this feed, too."))
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.post("/me/feeds/<code>/read")
@requires("feed:subscribe")
@limiter.limit("30 per hour")
def read_now(code: str) -> ResponseReturnValue:
    """Read a feed again without waiting, even one that was given up or paused."""
    feed = _mine(code)
    subscribing.read_again(feed)
    return _read_now(feed, gettext("This feed was read just now."))


@blueprint.post("/me/feeds/<code>/pause")
@requires("feed:subscribe")
def pause(code: str) -> ResponseReturnValue:
    """Read a feed no longer for now; what came from it stays."""
    subscribing.pause(db(), me(), _mine(code))
    db().commit()
    flash(gettext("This feed is paused. What came from it stays."))
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.post("/me/feeds/<code>/prove")
@requires("feed:subscribe")
@limiter.limit("30 per hour")
def look_for_proof(code: str) -> ResponseReturnValue:
    """Look again for what shows that a feed is one's own."""
    subscribing.proof_wanted.send(_mine(code), db=db())
    db().commit()
    flash(gettext("We look within a minute."))
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.post("/me/feeds/<code>/texts")
@requires("feed:subscribe")
@limiter.limit("30 per hour")
def keep_texts(code: str) -> ResponseReturnValue:
    """Have the whole texts of one's own feed read here, for it is one's own to republish."""
    feed = _mine(code)
    try:
        republishing.keep_texts(db(), me(), feed)
    except republishing.NotTheirs:
        flash(gettext("It is not known yet that this feed is yours."), "alert")
        return redirect(url_for("feeds.my_feed", code=code))
    if feed.state == "read":
        return _read_now(feed, gettext("Its whole texts are read here now."))
    db().commit()
    flash(gettext("Noted. Its whole texts come when this feed is read again."))
    return redirect(url_for("feeds.my_feed", code=code))


@blueprint.post("/me/feeds/<code>/texts/delete")
@requires("feed:subscribe")
def delete_texts(code: str) -> ResponseReturnValue:
    """Delete the whole texts of one's feed; excerpts stay."""
    republishing.delete_texts(db(), me(), _mine(code))
    db().commit()
    flash(gettext("The whole texts are deleted. Excerpts with a link to the original stay."))
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


@blueprint.get("/entries/pictures/<code>/<int:width>")
@public
def picture(code: str, width: int) -> ResponseReturnValue:
    """The picture of an entry that everybody may see, in one of its sizes, as the best kind that
    the browser reads.

    Its address names what is seen, so whoever has it need not ask again; nobody between us and them
    keeps it, for it must be gone when its entry is.
    """
    found = pictures.seen_by_everybody(db(), code) or abort(404)
    kind = best_kind(request.headers.get("Accept", ""))
    try:
        content = storage.store(settings(), pictures.FILES).read(found.keys[f"{width}.{kind}"])
    except (KeyError, FileNotFoundError):
        abort(404)
    answer = Response(content, mimetype=SERVED[kind][0])
    answer.vary.add("Accept")
    answer.set_etag(f"{code}.{width}.{kind}")
    answer.headers["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # feed readers in browsers
    return answer.make_conditional(request)
