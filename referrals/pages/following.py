"""What whoever follows a link finds: a preview, or a friendly page."""

from __future__ import annotations

from flask import (
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from careers.base.company import the_company
from careers.base.languages import LANGUAGES, address_in
from careers.base.permissions import public
from careers.base.web import db
from referrals import queries
from referrals.card_contents import brand_of, contents_of_link
from referrals.models import ShareLink
from referrals.pages.blueprint import address_of, blueprint
from referrals.pages.cards import picture_for_link
from referrals.targets import Standing, language_of, target_of
from referrals.touches import carries
from referrals.trails import Via


@blueprint.get("/r/<code>")
@public
def follow(code: str) -> ResponseReturnValue:
    """What reaches Flask: a preview to be shown, or a link that leads nowhere any more.

    People are led to the page that says so, in a language that their browser asks for if we speak
    one, else in the link's own.
    """
    link = queries.link_by_code(db(), code)
    if link is None:
        return render_template("referrals/no_such_link.html"), 404
    if target_of(link).standing is Standing.WITHDRAWN:
        if request.environ.get("entourage.preview"):
            return render_template("referrals/withdrawn.html"), 410
        asked = request.accept_languages.best_match(LANGUAGES)
        click = request.environ.get("entourage.click", "")
        answer = redirect(withdrawn_address(link, asked or language_of(link), click))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer
    language = language_of(link)
    contents = contents_of_link(db(), link, brand_of(the_company(db())), language)
    with force_locale(language):
        return render_template(
            "referrals/preview.html",
            contents=contents,
            card=picture_for_link(link, contents),
            spoken=language,
            address=address_of(link),
        )


def withdrawn_address(link: ShareLink, spoken: str, click: str = "") -> str:
    """Where it is told, in the language `spoken`, that what `link` led to is not shown any more.

    The address carries the link on, with the `click` that began the visit if there was one, while
    that brings its owner something.
    """
    path = address_in(spoken, f"/r/{link.code}/withdrawn")
    return f"{path}?via={Via(link.code, click or None).token}" if carries(link) else path


@blueprint.get("/r/<code>/withdrawn")
@public
def withdrawn(code: str) -> ResponseReturnValue:
    """Says that what the link led to was taken back; leads there once it is shown again."""
    link = queries.link_by_code(db(), code)
    if link is None:
        return render_template("referrals/no_such_link.html"), 404
    target = target_of(link)
    if target.standing is not Standing.WITHDRAWN:
        return redirect(url_for(target.endpoint, slug=target.slug))
    return render_template("referrals/withdrawn.html"), 410
