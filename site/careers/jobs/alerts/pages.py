"""Following a search: asking for it, agreeing by mail, and one's own page. No account, no cookie.

What is sent here says nothing of whether an address is known: every answer is the same.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from careers.base.languages import language
from careers.base.permissions import public
from careers.base.web import db, limiter, private, sealed, settings
from careers.jobs import queries
from careers.jobs.alerts import (
    following,
    sending,  # noqa: F401  its work
)
from careers.jobs.alerts.forms import FollowForm, LanguageForm, SearchForm
from careers.jobs.alerts.models import Alert, Follower
from careers.jobs.alerts.queries import alert_of
from careers.jobs.pages import wanted_in

blueprint = Blueprint("alerts", __name__)


# -- asking ---------------------------------------------------------------------------------------


@blueprint.route("/jobs/follow", methods=["GET", "POST"])
@limiter.limit("12/hour", methods=["POST"])
@public
def follow() -> ResponseReturnValue:
    """Follow a search: the one that the address has, which can be changed here."""
    wanted = wanted_in(request.form if request.method == "POST" else request.args)
    form = FollowForm(wanted)
    if form.sent_and_valid():
        following.ask(db(), wanted, str(form.email.data), language())
        db().commit()
        return private(redirect(url_for("alerts.asked"), code=303))
    page = render_template(
        "alerts/follow.html",
        form=form,
        wanted=wanted,
        found=queries.wanted_jobs(db(), settings(), wanted, 1, 0),
    )
    return private(page), 422 if form.errors else 200


@blueprint.get("/jobs/follow/asked")
@public
def asked() -> ResponseReturnValue:
    """What happens next, whoever asked for whatever address."""
    return private(render_template("alerts/asked.html", days=following.WAITS.days))


@blueprint.route("/alerts/confirm/<token>", methods=["GET", "POST"])
@limiter.limit("60/hour", methods=["POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    """The link in the mail: a button, for scanners of mail follow links too."""
    found = following.request_with(db(), token)
    if found is None:
        return private(render_template("alerts/link_gone.html")), 404
    if request.method == "GET":
        return private(render_template("alerts/confirm.html", asked=found, has_enough=False))
    try:
        follower = following.confirm(db(), found)
    except following.FollowsEnough:
        db().rollback()
        page = render_template("alerts/confirm.html", asked=found, has_enough=True)
        return private(page), 409
    db().commit()
    return _to(follower, "confirmed")


# -- one's own page -------------------------------------------------------------------------------


def _to(follower: Follower, said: str) -> Response:
    """To a follower's own page. What was done is said by the address: a message that waits for the
    next page would need a cookie."""
    token = following.token_of(follower, settings())
    return private(redirect(url_for("alerts.my_alerts", token=token, said=said), code=303))


def _follower(token: str) -> Follower:
    """Whose page it is. Who was forgotten is told so, as long as the address is one of ours."""
    found = following.follower_with(db(), token, settings())
    if found is None:
        if following.is_ours(token, settings()):
            abort(private((render_template("alerts/forgotten.html", is_new=False), 410)))
        abort(404)
    return found


def _alert(follower: Follower, code: str) -> Alert:
    return alert_of(follower, code) or abort(404)


@blueprint.get("/alerts/<token>")
@public
def my_alerts(token: str) -> ResponseReturnValue:
    """What somebody follows, and everything that is kept of them."""
    follower = _follower(token)
    return private(
        render_template(
            "alerts/my_alerts.html",
            follower=follower,
            token=token,
            form=LanguageForm(language=follower.language),
        )
    )


@blueprint.post("/alerts/<token>/keep")
@public
def keep(token: str) -> ResponseReturnValue:
    """Say that one still wants it."""
    follower = _follower(token)
    following.keep(follower)
    db().commit()
    return _to(follower, "kept")


@blueprint.post("/alerts/<token>/language")
@public
def set_language(token: str) -> ResponseReturnValue:
    """Choose the language one is written to in."""
    follower = _follower(token)
    form = LanguageForm()
    if not form.validate():
        abort(400)
    follower.language = form.language.data
    following.keep(follower)
    db().commit()
    return _to(follower, "kept")


@blueprint.route("/alerts/<token>/<code>", methods=["GET", "POST"])
@public
def edit_alert(token: str, code: str) -> ResponseReturnValue:
    """Look for something else."""
    follower = _follower(token)
    alert = _alert(follower, code)
    wanted = wanted_in(request.form) if request.method == "POST" else alert.wanted
    form = SearchForm(wanted)
    follows_it = False
    if form.sent_and_valid():
        try:
            following.change(db(), alert, wanted)
        except following.FollowsIt:
            follows_it = True
        else:
            following.keep(follower)
            db().commit()
            return _to(follower, "kept")
    page = render_template(
        "alerts/edit_alert.html",
        alert=alert,
        token=token,
        form=form,
        wanted=wanted,
        follows_it=follows_it,
    )
    return private(page), 422 if form.errors or follows_it else 200


@blueprint.post("/alerts/<token>/<code>/pause")
@public
def pause(token: str, code: str) -> ResponseReturnValue:
    """Hear nothing of one search for a while."""
    follower = _follower(token)
    following.pause(_alert(follower, code))
    following.keep(follower)
    db().commit()
    return _to(follower, "paused")


@blueprint.post("/alerts/<token>/<code>/resume")
@public
def resume(token: str, code: str) -> ResponseReturnValue:
    """Hear of it again."""
    follower = _follower(token)
    following.resume(_alert(follower, code))
    following.keep(follower)
    db().commit()
    return _to(follower, "resumed")


@blueprint.post("/alerts/<token>/<code>/end")
@public
def end(token: str, code: str) -> ResponseReturnValue:
    """Follow it no more; whoever follows nothing else is forgotten."""
    follower = _follower(token)
    is_left = following.end(db(), _alert(follower, code))
    db().commit()
    if is_left:
        return _to(follower, "ended")
    return private(render_template("alerts/forgotten.html", is_new=True))


@blueprint.post("/alerts/<token>/removal")
@public
def forget(token: str) -> ResponseReturnValue:
    """Have everything erased."""
    following.forget(db(), _follower(token))
    db().commit()
    return private(render_template("alerts/forgotten.html", is_new=True))


@blueprint.route("/alerts/off/<token>", methods=["GET", "POST"])
@sealed
@public
def off(token: str) -> ResponseReturnValue:
    """No more mail, by the address in each (RFC 8058): who gets none has no reason to be kept.

    Opening it changes nothing: programs open addresses, too. Sent twice it is answered twice.
    """
    if not following.is_ours(token, settings()):
        abort(404)
    follower = following.follower_with(db(), token, settings())
    if request.method == "POST" and follower is not None:
        following.forget(db(), follower)
        db().commit()
    if request.method == "POST" or follower is None:
        page = render_template("alerts/forgotten.html", is_new=request.method == "POST")
    else:
        page = render_template("alerts/off.html", follower=follower, token=token)
    return private(page)
