"""How one came, on the candidate's own page: to look at, to correct, and why it is credited so."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from careers.base.permissions import public
from careers.base.web import db, limiter, private
from careers.hiring.models import Application
from careers.hiring.pages import SAID, application_with, back_to
from referrals import crediting, queries, second_thoughts
from referrals.attribution import Dropped
from referrals.models import Receipt
from referrals.pages.blueprint import blueprint
from referrals.pages.coming import ShownTouch
from referrals.pages.receipts import receipt_parts

SAID.update(
    {
        "no_words": ("alert", lazy_gettext("Please write a name or a code.")),
        "not_noted": (
            "alert",
            lazy_gettext("We could not note this. Please write to the recruiters."),
        ),
        "nobody": (
            "",
            lazy_gettext(
                "We know nobody of this name whom we could show. The recruiters will read what you "
                "wrote."
            ),
        ),
        "noted": ("", lazy_gettext("Noted. Thank you for telling us.")),
        "settled": ("alert", lazy_gettext("This is settled and can’t be changed any more.")),
    }
)


@blueprint.app_template_global()
def how_one_came(application: Application) -> list[ShownTouch]:
    """The touches of an application as its candidate sees them, in the order of their numbers."""
    touches = crediting.touches_of(db(), application)
    chains = crediting.passed_on(db(), touches, application.created_at, application.email)
    receipt = crediting.receipt_of(db(), application.id)
    rows = {row["number"]: row for row in receipt.touches if "number" in row} if receipt else {}
    shown = []
    for number, (touch, chain) in enumerate(zip(touches, chains, strict=True), 1):
        row = rows.get(number)
        is_out = touch.taken_out_at is not None
        reason = Dropped(row["dropped"]) if row and row["dropped"] else None
        is_decided = row is not None and is_out == (reason is Dropped.TAKEN_OUT)
        stands = reason if is_decided else None  # until the new decision, the old says nothing
        shown.append(ShownTouch(str(number), touch, stands, is_decided, is_out, chain))
    return shown


@blueprint.app_template_global()
def credit_is_settled(application: Application) -> bool:
    """Whether what a candidate said of how they came can't be changed any more."""
    return crediting.is_settled(db(), application)


@blueprint.app_template_global()
def newest_receipt(application: Application) -> Receipt | None:
    """The receipt of an application that counts, once it is decided."""
    return crediting.receipt_of(db(), application.id)


@blueprint.post("/applications/<token>/touches")
@limiter.limit("30/hour")
@public
def tell(token: str) -> ResponseReturnValue:
    """Say afterwards who told one about us: a code, or a name."""
    application = _changeable(token)
    words = request.form.get("told_by", "").strip()
    if not words:
        return back_to(token, "no_words")
    try:
        told = second_thoughts.tell(db(), application, words)
        db().commit()
    except second_thoughts.Settled:
        return _too_late(token)
    except (second_thoughts.TooMany, second_thoughts.NotAllowed):
        db().rollback()
        return back_to(token, "not_noted")
    return back_to(token, "noted" if told.person else "nobody")


@blueprint.post("/applications/<token>/touches/removal")
@limiter.limit("60/hour")
@public
def take_out(token: str) -> ResponseReturnValue:
    """Take something out of how one came, or put it in again."""
    application = _changeable(token)
    number = request.form.get("number", "")
    act = second_thoughts.put_back if request.form.get("back") else second_thoughts.take_out
    try:
        act(db(), application, int(number) if number.isdecimal() and len(number) < 6 else 0)
        db().commit()
    except second_thoughts.Settled:
        return _too_late(token)
    except second_thoughts.NotAllowed:
        abort(400)
    return back_to(token)


@blueprint.get("/applications/<token>/receipt")
@public
def candidates_receipt(token: str) -> ResponseReturnValue:
    """Who is credited for one's application, and why: what recruiters see, too."""
    application = application_with(token)
    _, receipt = queries.receipt_for(db(), application.code) or abort(404)
    if application.erased_at is not None:
        abort(404)
    page = render_template(
        "referrals/receipt.html",
        token=token,
        shows_steps=True,
        **receipt_parts(application, receipt),
    )
    return private(page)


def _changeable(token: str) -> Application:
    application = application_with(token)
    if application.erased_at is not None:
        abort(400)
    return application


def _too_late(token: str) -> ResponseReturnValue:
    db().rollback()
    return back_to(token, "settled")
