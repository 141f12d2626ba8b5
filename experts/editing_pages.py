"""An employee's own page: writing it, and showing it or not."""

from __future__ import annotations

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext

from careers.base import consents
from careers.base.database import ChangedMeanwhile
from careers.base.languages import language
from careers.base.permissions import requires
from careers.base.web import db, keeps_form, me
from experts import charter, queries, questions, showing
from experts.editing import (
    StillShown,
    differing,
    profile_of,
    write_profile,
)
from experts.forms import AfterForm, ProfileForm, profile_form
from experts.models import Expert, Network
from experts.networks import READABLE
from experts.pages import blueprint
from experts.photograph import portrait_of
from experts.presenting import Presented, network_name, previewed
from feeds.models import Feed
from feeds.queries import feeds_of
from feeds.republishing import item_of_texts
from feeds.subscribing import hide_feed, item_of, show_feed


@blueprint.route("/me/profile", methods=["GET", "POST"])
@requires("profile:edit")
@keeps_form
def edit_profile() -> ResponseReturnValue:
    """What the person who asks says about themselves. "Preview" keeps nothing of it.

    Whoever kept something in another tab meanwhile is shown what differs, and loses nothing.
    """
    form = profile_form(queries.expert_of(db(), me()), me().name)
    if request.method != "POST":
        return _edit(form)
    if g.form_has_expired:
        return _edit(form, has_expired=True), 400
    if not form.validate():
        return _edit(form), 422
    return _previewed(form) if "preview" in request.form else _kept(form)


def _previewed(form: ProfileForm) -> ResponseReturnValue:
    try:
        shown = previewed(me(), form.profile(me().payroll_name))
    except ValueError:
        return _too_nested(form)
    return _edit(form, preview=shown)


def _kept(form: ProfileForm) -> ResponseReturnValue:
    profile, seen = form.profile(me().payroll_name), form.version.data or ""
    try:
        write_profile(db(), me(), profile, seen=int(seen) if seen.isdecimal() else 0)
        if "show" in request.form:
            _agree(form)
            showing.opt_in(db(), me())
    except ChangedMeanwhile:
        db().rollback()
        return _conflict(form)
    except showing.NotAgreed:
        db().rollback()
        return _edit(form), 422
    except showing.NotReady:
        db().rollback()
        form.headline.errors = [gettext("First write what you do, in one sentence.")]
        return _edit(form), 422
    except StillShown:
        form.headline.errors = [gettext("Your page is shown and needs this sentence.")]
        return _edit(form), 422
    except ValueError:
        return _too_nested(form)
    db().commit()
    if "show" in request.form:
        flash(gettext("Your page is shown to everybody now."))
    else:
        flash(gettext("Kept."))
    return redirect(url_for("experts.edit_profile"), 303)


def _agree(form: ProfileForm) -> None:
    """Record the yes to the charter in force, unless there is one. Raises NotAgreed where it was to
    another text, or there is none."""
    asked = charter.asked_of(db(), me())
    if asked is None:
        return
    if form.charter.data != str(asked.number):
        form.charter.errors = [
            gettext("The charter has just changed: please read what it says now.")
            if form.charter.data
            else gettext("Please read the charter, and say that you agree to it.")
        ]
        form.charter.data = ""
        raise showing.NotAgreed
    charter.agree_to_charter(db(), me(), asked)


def _conflict(form: ProfileForm) -> ResponseReturnValue:
    """Show what differs from what is kept; keeping it again replaces that."""
    kept = queries.expert_of(db(), me())
    assert kept is not None
    written = form.profile(me().payroll_name)
    form.version.data = str(kept.version)
    words = [form[name].label.text for name in differing(written, profile_of(kept))]
    return _edit(form, differs=words), 409


def _too_nested(form: ProfileForm) -> ResponseReturnValue:
    db().rollback()
    form.biography.errors = [gettext("This text cannot be shown: its parts are too nested.")]
    return _edit(form), 422


def _edit(
    form: ProfileForm,
    preview: Presented | None = None,
    differs: list[str] | None = None,
    has_expired: bool = False,
) -> str:
    mine, asked = queries.expert_of(db(), me()), charter.asked_of(db(), me())
    if request.method != "POST":
        form.add_rows()
    return render_template(
        "experts/edit_profile.html",
        form=form,
        shown=preview or _shown_so_far(form),
        differs=differs,
        has_expired=has_expired,
        checked=_checked(mine),
        vocabulary=queries.vocabulary(db()),
        is_shown=mine is not None and mine.state == "shown",
        has_photograph=portrait_of(db(), me()) is not None,
        to_answer=questions.count_to_answer(db(), me()),
        is_unkept=request.method == "POST",
        charter=asked,
        charter_html=asked.html(language()) if asked else "",
    )


def _checked(mine: Expert | None) -> dict[str, str]:
    """What is known of each address: whether its page links back."""
    return {one.url: _said_of(one) for one in (mine.networks if mine else ())}


def _said_of(network: Network) -> str:
    name = {"network": network_name(network.kind)}
    if network.verified_at:
        day = format_date(network.verified_at, "long")
        words = gettext("%(network)s, verified: it linked back on %(day)s.", day=day, **name)
    elif network.kind not in READABLE:
        words = gettext("%(network)s. Its pages cannot be read by us, nor verified.", **name)
    elif network.check_error:
        reason = gettext(network.check_error)
        words = gettext("%(network)s. We could not read it: %(reason)s", reason=reason, **name)
    elif network.checked_at:
        words = gettext("%(network)s. It does not link back here yet.", **name)
    else:
        words = gettext("%(network)s. Once your page is shown, we look for a link back.", **name)
    return str(words)


def _shown_so_far(form: ProfileForm) -> Presented | None:
    """What is kept, as the first preview; nothing where something doesn't hold."""
    if form.errors:
        return None
    try:
        return previewed(me(), form.profile(me().payroll_name))
    except ValueError:
        return None


@blueprint.post("/me/profile/preview")
@requires("profile:edit")
def preview_profile() -> ResponseReturnValue:
    """How the page would look with what is typed so far, for who sees it while typing."""
    form = profile_form(None, me().name)
    try:
        shown = previewed(me(), form.what_holds(me().payroll_name))
    except ValueError:
        form.biography.data = ""
        shown = previewed(me(), form.profile(me().payroll_name))
    return render_template("experts/preview.html", shown=shown)


@blueprint.get("/me/consents")
@requires("profile:edit")
def my_consents() -> ResponseReturnValue:
    """What everybody may see of the person who asks, since when, and what they took back."""
    return _consents()


def _consents(form: AfterForm | None = None) -> str:
    given = {one.item: one for one in consents.consents_of(db(), me()) if not one.withdrawn_at}
    items = [(item, item_name(item), given.get(item)) for item in showing.ITEMS]
    feeds = [one.feed for one in feeds_of(db(), me())]
    items += [(item_of(one), one.title or one.source, given.get(item_of(one))) for one in feeds]
    texts = [(one, given[item_of_texts(one)]) for one in feeds if item_of_texts(one) in given]
    return render_template(
        "experts/my_consents.html",
        texts=texts,
        page=given.get(showing.PAGE),
        items=items,
        form=form or AfterForm(articles=me().articles_after),
        history=list(reversed(consents.consents_of(db(), me())))[:50],
        item_name=item_name,
        number_in=charter.number_in,
        charter=next((one for one in given.values() if charter.number_in(one.item)), None),
    )


@blueprint.post("/me/consents/articles")
@requires("profile:edit")
def choose_after() -> ResponseReturnValue:
    """Say beforehand what becomes of one's articles when one leaves."""
    form = AfterForm()
    if not form.validate():
        return _consents(form), 422
    me().articles_after = form.articles.data
    return _noted(gettext("Kept."))


@blueprint.post("/me/consents/leave")
@requires("profile:edit")
def leave_experts() -> ResponseReturnValue:
    """Stop taking part at once; coming back restores what one wrote about oneself."""
    showing.leave(db(), me())
    return _noted(
        gettext("You no longer take part. Whoever opens your page reads that it is gone.")
    )


def item_name(item: str) -> str:
    """What is consented to, in words."""
    names: dict[str, str] = {
        showing.PAGE: gettext("My page"),
        showing.PORTRAIT: gettext("My photograph"),
        showing.NETWORKS: gettext("Where else I can be found"),
        showing.TALKS: gettext("My talks and publications"),
        showing.QUESTIONS: gettext("That visitors may ask me something"),
    }
    if number := charter.number_in(item):
        return str(gettext("The charter, version %(number)s", number=number))
    if item.startswith("texts:"):
        return str(gettext("Whole texts of a feed"))
    return names.get(item) or str(gettext("A feed"))


@blueprint.post("/me/consents/<item>/give")
@requires("profile:edit")
def give_consent(item: str) -> ResponseReturnValue:
    """Have everybody see one more item from now on."""
    feed = _feed_of(item)
    if feed is not None:
        show_feed(db(), me(), feed)
    else:
        showing.agree(db(), me(), item)
    words = (
        gettext("Noted: visitors may ask you something while your page is shown.")
        if item == showing.QUESTIONS
        else gettext("Noted: everybody may see it while your page is shown.")
    )
    is_on_portrait = request.form.get("on") == showing.PORTRAIT
    return _noted(words, "experts.my_portrait" if is_on_portrait else "experts.my_consents")


@blueprint.post("/me/consents/<item>/withdraw")
@requires("profile:edit")
def withdraw_consent(item: str) -> ResponseReturnValue:
    """Have nobody see one item any more, at once."""
    feed = _feed_of(item)
    if feed is not None:
        hide_feed(db(), me(), feed)
    else:
        showing.withdraw(db(), me(), item)
    return _noted(gettext("Taken back. Nobody sees it any more."))


def _feed_of(item: str) -> Feed | None:
    """The feed that is meant; None for an item of the page itself."""
    if item in showing.ITEMS:
        return None
    mine = {item_of(one.feed): one.feed for one in feeds_of(db(), me())}
    return mine.get(item) or abort(404)


def _noted(words: str, then: str = "experts.my_consents") -> ResponseReturnValue:
    db().commit()
    flash(words)
    return redirect(url_for(then), 303)


@blueprint.post("/me/profile/take-down")
@requires("profile:edit")
def take_page_down() -> ResponseReturnValue:
    """Take the page of the person who asks down, at once."""
    showing.opt_out(db(), me())
    db().commit()
    flash(gettext("Your page is taken down. Whoever opens it reads that it is gone."))
    return redirect(url_for("experts.edit_profile"))
