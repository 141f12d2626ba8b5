"""What an employee sees of their bonuses and of refused credit, and their appeals."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.permissions import requires
from careers.base.web import db, limiter, me
from referrals.bonuses import appealing, queries
from referrals.bonuses.forms import AppealForm
from referrals.bonuses.pages.blueprint import blueprint
from referrals.queries import receipt_for


@blueprint.get("/me/bonuses")
@requires("link:share")
def my_bonuses() -> ResponseReturnValue:
    """Where my bonuses stand, when that changes, and why not where it doesn't."""
    return render_template(
        "bonuses/my_bonuses.html",
        bonuses=queries.my_bonuses(db(), me()),
        uncredited=queries.my_uncredited(db(), me()),
        shows_credit=queries.shows_credit,
    )


@blueprint.route("/me/bonuses/<code>/appeal", methods=["GET", "POST"])
@limiter.limit("20/hour", methods=["POST"])
@requires("link:share")
def appeal_bonus(code: str) -> ResponseReturnValue:
    """Ask for a second look at why a bonus of mine isn't due."""
    found = queries.bonus_by_code(db(), code)
    if found is None or found.person_id != me().id:
        abort(404)
    return _appeal(queries.refused_bonus(db(), found))


@blueprint.route("/me/credits/<code>/appeal", methods=["GET", "POST"])
@limiter.limit("20/hour", methods=["POST"])
@requires("link:share")
def appeal_credit(code: str) -> ResponseReturnValue:
    """Ask for a second look at why an application that carried my link gives me no credit."""
    application, receipt = receipt_for(db(), code) or abort(404)
    if receipt is None or not queries.carries_link_of(db(), application, me()):
        abort(404)
    return _appeal(queries.refused_credit(db(), me(), application, receipt))


def _appeal(decision: queries.Decision | None) -> ResponseReturnValue:
    if decision is None:
        abort(404)
    form = AppealForm()
    if form.sent_and_valid():
        try:
            appealing.appeal(db(), me(), decision, form.text.data or "")
            db().commit()
            flash(gettext("Your appeal is in. You get an answer by mail."))
        except appealing.AppealedAlready:
            flash(gettext("You have appealed against this decision before."), "alert")
        return redirect(url_for("bonuses.my_bonuses"), code=303)
    page = render_template("bonuses/appeal_form.html", form=form, decision=decision)
    return page, 422 if request.method == "POST" else 200
