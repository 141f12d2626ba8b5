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
from referrals.bonuses.correcting import CorrectedMeanwhile, WrongShares, correct, share_from
from referrals.bonuses.forms import CorrectionForm
from referrals.bonuses.pages.blueprint import blueprint
from referrals.crediting import receipt_of
from referrals.models import Receipt
from referrals.queries import people_on, receipt_for

Named = list[tuple[Person, str]]
"""People with the share that stands in their field."""


def named(application: Application, *others: Person) -> Named:
    """Everybody whom a correction may concern, with their present share, or with what was just
    written."""
    shares = queries.standing_shares(db(), application.id)
    receipt = receipt_of(db(), application.id)
    carried = people_on(db(), receipt).values() if receipt else ()
    people = {one.id: one for one in (*carried, *others)}
    for key in shares.keys() - people.keys():
        people[key] = db().get_one(Person, key)
    found = []
    for one in sorted(people.values(), key=lambda person: (person.name, person.id)):
        now = str(shares.get(one.id, Fraction(0)))
        found.append((one, request.form.get(f"share-{one.code}", now)[:20]))
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
    people = named(application)
    error = ""
    is_carried = "carried" in request.form
    if not is_carried and form.sent_and_valid():
        error = _correct(application, receipt, people, form)
        if not error:
            return redirect(url_for("referrals.receipt", code=code), code=303)
    page = render_template(
        "bonuses/correction.html",
        application=application,
        receipt=receipt,
        people=people,
        form=form,
        error=error,
    )
    return page, 422 if request.method == "POST" and not is_carried else 200


def _correct(
    application: Application, receipt: Receipt, people: Named, form: CorrectionForm
) -> str:
    """Correct, and commit; what was wrong, "" if nothing was."""
    shares = shares_sent(people)
    if form.email.data:
        other = person_by_email(db(), form.email.data)
        share = share_from(form.share.data or "")
        if other is None or not other.is_active:
            form.email.errors = [gettext("Nobody who works here has this address.")]
            return str(form.email.errors[0])
        shares = {**shares, other: share} if shares is not None and share is not None else None
    if shares is None:
        return wrong_shares()
    try:
        correct(db(), application, receipt, shares, me(), form.why.data or "", settings())
    except WrongShares:
        return wrong_shares()
    except CorrectedMeanwhile:
        return str(gettext("Somebody else corrected this credit meanwhile. Look at it again."))
    db().commit()
    flash(gettext("The credit is corrected. Those whose share changed were told."))
    return ""
