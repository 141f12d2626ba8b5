"""What whoever follows a link finds: a preview, or a friendly page."""

from __future__ import annotations

from flask import (
    render_template,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from careers.base.permissions import public
from careers.base.web import db
from referrals import queries
from referrals.pages.blueprint import address_of, blueprint
from referrals.targets import Standing, language_of, target_of


@blueprint.get("/r/<code>")
@public
def follow(code: str) -> ResponseReturnValue:
    """What reaches Flask: a preview to be shown, or a link that leads nowhere."""
    link = queries.link_by_code(db(), code)
    if link is None:
        return render_template("referrals/no_such_link.html"), 404
    target, language = target_of(link), language_of(link)
    if target.standing is Standing.WITHDRAWN:
        return render_template("referrals/withdrawn.html", target=target), 410
    with force_locale(language):
        return render_template(
            "referrals/preview.html",
            link=link,
            target=target,
            language=language,
            address=address_of(link),
        )
