"""What whoever follows a link finds: a preview, or a friendly page."""

from __future__ import annotations

from flask import (
    render_template,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from careers.base.company import the_company
from careers.base.permissions import public
from careers.base.web import db
from referrals import queries
from referrals.card_contents import brand_of, contents_of_link
from referrals.pages.blueprint import address_of, blueprint
from referrals.pages.cards import picture_for_link
from referrals.targets import Standing, language_of, target_of


@blueprint.get("/r/<code>")
@public
def follow(code: str) -> ResponseReturnValue:
    """What reaches Flask: a preview to be shown, or a link that leads nowhere."""
    link = queries.link_by_code(db(), code)
    if link is None:
        return render_template("referrals/no_such_link.html"), 404
    if target_of(link).standing is Standing.WITHDRAWN:
        return render_template("referrals/withdrawn.html"), 410
    language = language_of(link)
    contents = contents_of_link(db(), link, brand_of(db(), the_company(db())), language)
    with force_locale(language):
        return render_template(
            "referrals/preview.html",
            contents=contents,
            card=picture_for_link(link, contents),
            spoken=language,
            address=address_of(link),
        )
