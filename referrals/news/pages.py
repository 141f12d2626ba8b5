"""Which mail an employee gets: chosen by themself, and ended from a mail without signing in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.permissions import public, requires
from careers.base.web import db, me, private, sealed
from referrals.news import letters, noting  # noqa: F401  what they connect to
from referrals.news.choosing import choose, wants, whose
from referrals.news.models import KINDS

blueprint = Blueprint("news", __name__)


@blueprint.route("/me/mail", methods=["GET", "POST"])
@requires("link:share")
def my_mail() -> ResponseReturnValue:
    """Which mail I get of what comes of my links."""
    if request.method == "POST":
        choose(db(), me().id, **{kind: kind in request.form for kind in KINDS})
        db().commit()
        flash(gettext("Saved."))
        return redirect(url_for("news.my_mail"), 303)
    return render_template(
        "news/my_mail.html", wanted={kind: wants(db(), me(), kind) for kind in KINDS}
    )


@blueprint.route("/mail/off/<token>", methods=["GET", "POST"])
@sealed
@public
def mail_off(token: str) -> ResponseReturnValue:
    """End mail of one kind, or have it again, by the address in a mail (RFC 8058).

    Opening it changes nothing: programs open addresses, too.
    """
    person, kind = whose(db(), token) or abort(404)
    if request.method == "POST":
        choose(db(), person.id, **{kind: request.form.get("again") == "1"})
        db().commit()
    page = render_template(
        "news/mail_off.html",
        kind=kind,
        token=token,
        is_wanted=wants(db(), person, kind),
        was_sent=request.method == "POST",
    )
    return private(page)
