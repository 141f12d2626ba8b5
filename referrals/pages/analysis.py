"""What would be missing: channels and kinds of touch measured over the company's own history."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from careers.base.permissions import requires
from careers.base.web import db
from referrals.journeys import analyses
from referrals.pages.blueprint import blueprint
from referrals.removal import MINIMUM
from referrals.sharing import CHANNEL_NAMES


@blueprint.get("/recruiting/analysis")
@requires("referral:read")
def analysis() -> ResponseReturnValue:
    """Shapley value and removal effect, by channel and by kind of touch; never what pays."""
    return render_template(
        "referrals/analysis.html",
        analyses=analyses(db()),
        minimum=MINIMUM,
        channels=CHANNEL_NAMES,
    )
