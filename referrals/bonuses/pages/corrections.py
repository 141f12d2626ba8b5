"""Correcting a credit by hand, from its receipt."""

from __future__ import annotations

from fractions import Fraction

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.people import Person, person_by_email
from careers.base.permissions import requires
from careers.base.web import db, limiter, me, settings
from careers.hiring.models import Application
from referrals.bonuses import queries
from referrals.bonuses.correcting import (
    CorrectedMeanwhile,
    DecidedAnew,
    WrongShares,
    correct,
    share_from,
)
from referrals.bonuses.forms import CorrectionForm
from referrals.bonuses.models import Correction
from referrals.bonuses.pages.blueprint import blueprint
from referrals.crediting import receipt_of
from referrals.models import Receipt
from referrals.queries import people_on, receipt_for
from referrals.standing import standing_shares

Named = list[tuple[Person, str]]
"""People with the share that stands in their field."""


def named(application: Application, *others: Person) -> Named:
    """Everybody whom a correction may concern, with their present share, or with what was just
    written."""
    shares = standing_shares(db(), application.id)
    receipt = receipt_of(db(), application.id)
    carried = people_on(db(), receipt).values() if receipt else ()
    people = {one.id: one for one in (*carried, *others)}
    for key in shares.keys() - people.keys():
        people[key] = db().get_one(Person, key)
    found = []
    for one in sorted(people.values(), key=lambda person: (person.name, person.id)):
        now = str(shares.get(one.id, Fraction(0)))
        found.append((one, request.form.get(f"share-{one.code}", now)[:37]))
    return found


def shares_sent(people: Named) -> dict[Person, Fraction] | None:
    """The shares that were written beside `people`; None where one is no share."""
    shares = {}
    for one, written in people:
        share = share_from(written)
        if share is None:
            return None
        shares[one] = share
    return shares


def corrections_seen() -> int:
    """How many corrections the form that was sent showed."""
    sent = request.form.get("instead_of", "")
    return int(sent) if sent.isdecimal() and len(sent) < 6 else 0


def made_meanwhile(receipt: Receipt) -> list[Correction]:
    """What was corrected since the form that was sent was opened."""
    if request.method != "POST":
        return []
    return queries.corrections_of(db(), receipt)[corrections_seen() :]


def same_receipt(receipt: Receipt) -> None:
    """Raise DecidedAnew unless the form that was sent showed this receipt."""
    if request.form.get("receipt", receipt.sha256) != receipt.sha256:
        raise DecidedAnew


def decided_anew() -> str:
    """What to do about a credit that was decided anew while the form was open."""
    return str(
        gettext(
            "The candidate changed how they came, and the credit was decided anew meanwhile. Look"
            " at the receipt again: nothing of yours is kept yet."
        )
    )


def wrong_shares() -> str:
    """What to do about shares that can't be."""
    return str(
        gettext(
            "Write each share as 0, 1 or a fraction like 1/2. Together they are at most 1,"
            " something must change, and nobody raises their own."
        )
    )


@blueprint.route("/recruiting/receipts/<code>/correction", methods=["GET", "POST"])
@limiter.limit("60/hour", methods=["POST"])
@requires("credit:correct")
def correction(code: str) -> ResponseReturnValue:
    """Say anew who has which share of a credit, beside what the rule decided.

    What another page hands over (`carried`) is the beginning of a reason, and no decision yet.
    """
    application, receipt = receipt_for(db(), code) or abort(404)
    if receipt is None:
        abort(404)
    form = CorrectionForm()
    error = ""
    is_carried = "carried" in request.form
    if not is_carried and form.sent_and_valid() and _other_works_here(form):
        try:
            same_receipt(receipt)
            error = _correct(application, receipt, form)
        except CorrectedMeanwhile:
            db().rollback()
        except DecidedAnew:
            db().rollback()
            application, receipt = receipt_for(db(), code) or abort(404)
            assert receipt is not None
            error = decided_anew()
        else:
            if not error:
                return redirect(url_for("referrals.receipt", code=code), code=303)
    page = render_template(
        "bonuses/correction.html",
        application=application,
        receipt=receipt,
        people=named(application),
        form=form,
        error=error,
        meanwhile=made_meanwhile(receipt),
    )
    return page, 422 if request.method == "POST" and not is_carried else 200


def _other_works_here(form: CorrectionForm) -> bool:
    """Whether the address, where one is written, is of somebody who works here; the form says
    so if not."""
    if not form.email.data or _other(form):
        return True
    form.email.errors = [gettext("Nobody who works here has this address.")]
    return False


def _other(form: CorrectionForm) -> Person | None:
    found = person_by_email(db(), form.email.data) if form.email.data else None
    return found if found and found.is_active else None


def _correct(application: Application, receipt: Receipt, form: CorrectionForm) -> str:
    """Correct, and commit; what was wrong, "" if nothing was. Raises CorrectedMeanwhile."""
    shares = shares_sent(named(application))
    if other := _other(form):
        share = share_from(form.share.data or "")
        shares = {**shares, other: share} if shares is not None and share is not None else None
    if shares is None:
        return wrong_shares()
    try:
        why, seen = form.why.data or "", corrections_seen()
        correct(db(), application, receipt, shares, me(), why, seen, settings())
    except WrongShares:
        return wrong_shares()
    db().commit()
    flash(gettext("The credit is corrected. Those whose share changed were told."))
    return ""
