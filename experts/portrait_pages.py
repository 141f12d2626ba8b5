"""Portraits: a photograph if somebody gave one, else what is drawn; and choosing one's own."""

from __future__ import annotations

import hashlib

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import consents, storage
from careers.base.people import Person, person_by_code
from careers.base.permissions import public, requires
from careers.base.pictures import SERVED, NotAPicture, best_kind
from careers.base.web import db, limiter, me, no_store, settings
from experts import showing
from experts.editing import draw_another_portrait, show_initials
from experts.forms import FocusForm, PhotographForm
from experts.models import Portrait
from experts.pages import blueprint
from experts.photograph import (
    SIDES,
    cut_again,
    cut_photograph,
    discard,
    keep_cut,
    move_focus,
    portrait_of,
    take_photograph_away,
)
from experts.portrait import portrait_svg

HANDED_IN = "30 per hour"  # of one person: each costs the processor half a second


@blueprint.get("/portraits/<code>.svg")
@public
def drawn_portrait(code: str) -> ResponseReturnValue:
    """What is drawn for somebody: of experts for everybody, of colleagues for who is signed in."""
    return _drawn(_seen(code))


@blueprint.get("/portraits/<code>/<side>")
@public
def portrait(code: str, side: str) -> ResponseReturnValue:
    """The portrait of somebody in one of the sizes in which it is shown, as the best kind that the
    browser reads; `640.jpg` and the like are a kind of their own, for machines.
    """
    pixels, _, kind = side.partition(".")
    if pixels not in map(str, SIDES) or kind not in {"", *SERVED}:
        abort(404)
    person = _seen(code)
    photograph = _photograph(person)
    if photograph is None:
        return _drawn(person) if not kind else abort(404)
    kind = kind or best_kind(request.headers.get("Accept", ""))
    try:
        content = storage.store(settings(), "portraits").read(photograph.keys[f"{pixels}.{kind}"])
    except OSError:
        return _drawn(person)
    answer = Response(content, mimetype=SERVED[kind][0])
    answer.vary.add("Accept")
    answer.set_etag(f"{photograph.code}.{pixels}.{kind}")
    return _for_now(answer)


def _seen(code: str) -> Person:
    """The person with this code, if who asks may see that they are here."""
    person = person_by_code(db(), code)
    if person is None or not (person.is_active or g.person):
        abort(404)
    if person.page is None and g.person is None:
        abort(404)
    return person


def _photograph(person: Person) -> Portrait | None:
    """The photograph that who asks may see: one's own, or one that everybody may."""
    if person.photo is None and (g.person is None or g.person.id != person.id):
        return None
    return portrait_of(db(), person)


def _drawn(person: Person) -> ResponseReturnValue:
    drawn = portrait_svg(person.name, person.portrait_seed, person.code)
    answer = Response(drawn, mimetype="image/svg+xml")
    answer.vary.add("Accept")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.set_etag(hashlib.sha256(drawn.encode()).hexdigest()[:20])
    return _for_now(answer)


def _for_now(answer: Response) -> ResponseReturnValue:
    """`answer` as it may be kept: a minute by others, for whoever takes their page down is gone."""
    answer.headers["Cache-Control"] = (
        "public, max-age=60" if g.person is None else "private, no-cache"
    )
    return answer.make_conditional(request)


# -- one's own -------------------------------------------------------------------------------------


@blueprint.route("/me/portrait", methods=["GET", "POST"])
@requires("profile:edit")
@limiter.limit(HANDED_IN, methods=["POST"])
def my_portrait() -> ResponseReturnValue:
    """One's portrait: another photograph is handed in, which is then cut around a face."""
    form = PhotographForm()
    if request.method != "POST":
        return _mine(form)
    if not form.validate():
        return _mine(form), 422
    with form.photograph.data.stream as sent:
        content = sent.read()
    try:
        db().rollback()  # drawing it in all sizes takes a while: nobody else waits for it
        keep_cut(db(), me(), cut_photograph(settings(), content))
    except NotAPicture as refused:
        form.photograph.errors = [refused.in_words()]
        return _mine(form), 422
    if form.is_public.data:
        showing.agree(db(), me(), showing.PORTRAIT)
    db().commit()
    flash(gettext("This is your photograph now. See below whether it is cut well."))
    return redirect(url_for("experts.my_portrait"), 303)


def _mine(form: PhotographForm, focus: FocusForm | None = None) -> str:
    kept = portrait_of(db(), me())
    if kept is not None and focus is None:
        focus = FocusForm(x=kept.focus_x, y=kept.focus_y, closer=kept.closer)
    return render_template(
        "experts/my_portrait.html",
        form=form,
        focus=focus,
        kept=kept,
        is_agreed=showing.PORTRAIT in consents.standing(db(), me()),
    )


@blueprint.post("/me/portrait/focus")
@requires("profile:edit")
@limiter.limit(HANDED_IN)
def focus_portrait() -> ResponseReturnValue:
    """Cut one's photograph around another point."""
    form = FocusForm()
    if not form.validate():
        return _mine(PhotographForm(), form), 422
    kept = portrait_of(db(), me()) or abort(404)
    whole = kept.whole_key
    db().rollback()  # nobody else waits while it is cut
    cut = cut_again(settings(), whole, form.focus())
    try:
        move_focus(db(), me(), cut)
    except LookupError:  # another photograph was handed in meanwhile
        discard(settings(), cut)
        abort(404)
    db().commit()
    flash(gettext("Kept."))
    return redirect(url_for("experts.my_portrait"), 303)


@blueprint.get("/me/portrait/whole.jpg")
@requires("profile:edit")
def whole_portrait() -> ResponseReturnValue:
    """One's whole photograph, to find the face in it."""
    kept = portrait_of(db(), me()) or abort(404)
    try:
        content = storage.store(settings(), "portraits").read(kept.whole_key)
    except FileNotFoundError:
        abort(404)
    return no_store(Response(content, mimetype="image/jpeg"))


@blueprint.post("/me/portrait/delete")
@requires("profile:edit")
def delete_portrait() -> ResponseReturnValue:
    """Delete one's photograph."""
    take_photograph_away(db(), me())
    db().commit()
    flash(gettext("Your photograph is deleted."))
    return redirect(url_for("experts.my_portrait"), 303)


@blueprint.post("/me/portrait/draw")
@requires("profile:edit")
def draw_portrait() -> ResponseReturnValue:
    """Have another portrait drawn, or be shown by one's initials again."""
    if request.form.get("as") == "initials":
        show_initials(db(), me())
        flash(gettext("Your initials stand for you."))
    else:
        draw_another_portrait(db(), me())
        flash(gettext("Another portrait is drawn."))
    db().commit()
    return redirect(url_for("experts.my_portrait"), 303)
