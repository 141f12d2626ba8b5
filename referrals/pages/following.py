"""What whoever follows a link finds: a preview, a friendly page, the QR code."""

from __future__ import annotations

from flask import (
    Response,
    abort,
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
from referrals.qr import qr_png, qr_svg
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


@blueprint.get("/r/<code>.svg")
@public
def qr_as_svg(code: str) -> ResponseReturnValue:
    """The QR code of a link, to print at any size."""
    link = queries.link_by_code(db(), code) or abort(404)
    return _picture(qr_svg(address_of(link)), "image/svg+xml")


@blueprint.get("/r/<code>.png")
@public
def qr_as_png(code: str) -> ResponseReturnValue:
    """The QR code of a link, for screens and slides."""
    link = queries.link_by_code(db(), code) or abort(404)
    return _picture(qr_png(address_of(link)), "image/png")


def _picture(content: bytes, media_type: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
