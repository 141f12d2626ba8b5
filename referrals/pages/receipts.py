"""Receipts: why an application is credited as it is, for sharer, candidate and recruiter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import audit
from careers.base.people import Person
from careers.base.permissions import requires
from careers.base.web import db, me
from careers.hiring.models import Application, SharerSees
from referrals import queries
from referrals.attribution import Kind
from referrals.bonuses.queries import corrections_told, sees_receipt
from referrals.forms import RULE_WORDS
from referrals.models import Credit, Receipt
from referrals.pages.blueprint import blueprint
from referrals.receipts import receipt_file
from referrals.sharing import CHANNEL_NAMES


@blueprint.get("/me/receipts/<code>")
@requires("link:share")
def my_receipt(code: str) -> ResponseReturnValue:
    """The same receipt that recruiters see, minus what the candidate keeps to themself."""
    application, receipt = _mine(code)
    return render_template(
        "referrals/receipt.html",
        shows_steps=application.sharer_sees == SharerSees.STEPS,
        file_address=url_for("referrals.export_my_receipt", code=code),
        **receipt_parts(application, receipt),
    )


@blueprint.post("/me/receipts/<code>/export")
@requires("link:share")
def export_my_receipt(code: str) -> ResponseReturnValue:
    """The receipt's file, the same that recruiters save: it holds nothing that the candidate may
    keep to themself, so nothing is left out of it and its hash holds for both."""
    return _file_of(*_mine(code))


def _mine(code: str) -> tuple[Application, Receipt]:
    """An application with its receipt, for an employee who may see it."""
    application, receipt = queries.receipt_for(db(), code) or abort(404)
    if receipt is None or not sees_receipt(db(), application, receipt, me()):
        abort(404)
    return application, receipt


def _file_of(application: Application, receipt: Receipt) -> Response:
    """The receipt's file, with who corrected what by hand and why; who took it is recorded."""
    made = receipt_file(receipt, application, corrections_told(db(), receipt))
    audit.record(db(), me(), "receipt:export", application.code)
    db().commit()
    answer = Response(made, mimetype="application/json")
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="receipt-{application.code}.json"'
    )
    return answer


def receipt_parts(application: Application, receipt: Receipt | None) -> dict[str, Any]:
    """What the page of a receipt shows, whoever looks at it."""
    return {
        "application": application,
        "receipt": receipt,
        "people": queries.people_on(db(), receipt) if receipt else {},
        "passers": queries.passers_on(db(), receipt) if receipt else {},
        "outside": _outside(receipt) if receipt else [],
        "nobodys": _nobodys(receipt) if receipt else "",
        "articles": queries.articles_on(db(), receipt) if receipt else {},
        "channels": CHANNEL_NAMES,
        "rule_words": RULE_WORDS,
    }


def _outside(receipt: Receipt) -> list[tuple[str, str]]:
    """The shares of people outside: their public code, and the share in words."""
    return [(one["person"], one["share"]) for one in receipt.outside]


def _nobodys(receipt: Receipt) -> str:
    """What is left over of a credit that was split along a chain; "" when nothing is."""
    given = [Fraction(c.part, c.whole) for c in receipt.credits if c.kind == Kind.REFERRAL.value]
    given += [Fraction(one["share"]) for one in receipt.outside]
    left = 1 - sum(given)
    return f"{left.numerator}/{left.denominator}" if given and left else ""


@blueprint.app_template_filter("credit_share")
def credit_share(credit: Credit) -> tuple[Person, float, str]:
    """A credit as the macro `shares` shows it."""
    words = gettext("all of it") if credit.whole == 1 else f"{credit.part}/{credit.whole}"
    return credit.person, credit.part / credit.whole, words


@blueprint.app_template_filter("read_share")
def read_share(credit: Credit) -> tuple[Person, str]:
    """Who was read, and what of all that was read, in words that no credit has."""
    if credit.whole == 1:
        return credit.person, gettext("nobody else was read")
    return credit.person, gettext(
        "%(share)s of what was read", share=f"{credit.part}/{credit.whole}"
    )


@blueprint.get("/recruiting/receipts/<code>")
@requires("referral:read")
def receipt(code: str) -> ResponseReturnValue:
    """How an application came to us, and who is credited for it, with every reason.

    With `decision=1` and so on it is that one of several decisions.
    """
    application, found = queries.receipt_for(db(), code) or abort(404)
    decisions = queries.decisions_of(db(), application)
    asked = request.args.get("decision", "")
    if asked:
        number = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
        found = decisions[number - 1] if 1 <= number <= len(decisions) else abort(404)
    return render_template(
        "referrals/receipt.html",
        shows_steps=True,
        file_address=url_for("referrals.export_receipt", code=code),
        decisions=decisions,
        answers=queries.answers_of(db(), application),
        **receipt_parts(application, found),
    )


@blueprint.post("/recruiting/receipts/<code>/export")
@requires("referral:read")
def export_receipt(code: str) -> ResponseReturnValue:
    """The receipt's file, to be checked elsewhere."""
    application, found = queries.receipt_for(db(), code) or abort(404)
    return _file_of(application, found or abort(404))
