"""Appeals of employees, and how a second person decides them."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, limiter, me, settings
from referrals.bonuses import appealing, queries
from referrals.bonuses.correcting import CorrectedMeanwhile, DecidedAnew, WrongShares, correct
from referrals.bonuses.forms import AnswerForm
from referrals.bonuses.models import Appeal
from referrals.bonuses.pages.blueprint import blueprint
from referrals.bonuses.pages.corrections import (
    corrections_seen,
    decided_anew,
    made_meanwhile,
    named,
    same_receipt,
    shares_sent,
    wrong_shares,
)
from referrals.crediting import receipt_of
from referrals.standing import standing_shares


@blueprint.get("/recruiting/appeals")
@requires("appeal:decide")
def appeals() -> ResponseReturnValue:
    """What waits for a second look, and what was decided."""
    waiting = queries.appeals(db(), is_open=True, count=PAGE_ROWS)
    return render_template(
        "bonuses/appeals.html",
        waiting=list(zip(waiting, appealing.can_decide(db(), waiting, me()), strict=True)),
        decided=queries.appeals(db(), is_open=False, count=PAGE_ROWS),
    )


@blueprint.route("/recruiting/appeals/<code>", methods=["GET", "POST"])
@limiter.limit("60/hour", methods=["POST"])
@requires("appeal:decide")
def appeal(code: str) -> ResponseReturnValue:
    """One appeal: what was decided and by whom, what the employee says, and the answer."""
    found = queries.appeal_by_code(db(), code) or abort(404)
    form = AnswerForm()
    error = ""
    if form.sent_and_valid():
        try:
            error = _decide(found, form)
        except CorrectedMeanwhile:
            db().rollback()
        except DecidedAnew:
            db().rollback()
            error = decided_anew()
        else:
            if not error:
                return redirect(url_for("bonuses.appeals"), code=303)
        found = queries.appeal_by_code(db(), code) or abort(404)
    receipt = None if found.is_about_bonus else receipt_of(db(), found.application_id)
    page = render_template(
        "bonuses/appeal.html",
        appeal=found,
        form=form,
        receipt=receipt,
        people=named(found.application, found.person) if receipt else [],
        error=error,
        meanwhile=made_meanwhile(receipt) if receipt else [],
        can_decide=not found.outcome and all(appealing.can_decide(db(), [found], me())),
    )
    return page, 422 if request.method == "POST" else 200


def _decide(found: Appeal, form: AnswerForm) -> str:
    """Decide, and commit; what was wrong, "" if nothing was. Raises CorrectedMeanwhile."""
    answer = form.answer.data or ""
    try:
        appealing.decide(db(), found, me(), form.outcome.data, answer)
        if form.outcome.data == appealing.GRANTED and not found.is_about_bonus:
            _correct(found, answer)
        db().commit()
    except appealing.NotYours:
        abort(404)
    except appealing.DecidedMeanwhile:
        db().rollback()
        return str(gettext("Somebody else decided this appeal meanwhile."))
    except WrongShares:
        db().rollback()
        return wrong_shares()
    flash(gettext("Decided. The employee was told."))
    return ""


def _correct(found: Appeal, answer: str) -> None:
    """Give the employee a share, as the granted appeal says."""
    shares = shares_sent(named(found.application, found.person))
    receipt = receipt_of(db(), found.application_id)
    assert receipt is not None
    same_receipt(receipt)
    if shares is None or not shares.get(found.person):
        raise WrongShares
    if standing_shares(db(), found.application_id) == {
        one.id: share for one, share in shares.items() if share
    }:
        return  # somebody has given it meanwhile
    seen = corrections_seen()
    who, case = me(), found.application
    correct(db(), case, receipt, shares, who, answer, seen, settings(), is_appeal=True)
