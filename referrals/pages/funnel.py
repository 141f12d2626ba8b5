"""What recruiters see: how far those get who come through a colleague, beside all others."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from careers.base.permissions import requires
from careers.base.web import db
from referrals.funnel import LEAST, funnel_of
from referrals.pages.blueprint import blueprint
from referrals.pages.periods import chosen_period
from referrals.totals import Board


@blueprint.get("/recruiting/funnel")
@requires("referral:read")
def funnel() -> ResponseReturnValue:
    """From the people who opened a link to those who were hired, over a period."""
    choice = chosen_period("365")
    return render_template(
        "referrals/funnel.html",
        choice=choice,
        seen=Board(db(), choice.period).total,
        found=funnel_of(db(), choice.period),
        least=LEAST,
    )


def funnel_query() -> dict[str, str]:
    """What `funnel` is narrowed to, as an address says it."""
    return chosen_period("365").query
