"""A candidate puts right what they sent: what they may ask of us, they do themselves."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from careers.base.permissions import public
from careers.base.web import db, limiter, private, settings
from careers.hiring import moving
from careers.hiring.forms import CorrectForm
from careers.hiring.pages.blueprint import blueprint
from careers.hiring.pages.own import back_to, own_application
from careers.hiring.phones import plain_phone, region_of, shown_phone


@blueprint.route("/applications/mine/<code>/correction", methods=["GET", "POST"])
@limiter.limit("60/hour", methods=["POST"])
@public
def correct(code: str) -> ResponseReturnValue:
    """Name, number, link and message; the address stays, since all of it is theirs by its mail."""
    application = own_application(code)
    if application.erased_at is not None:
        abort(404)
    given = {
        "name": application.name,
        "phone": shown_phone(application.phone) if application.phone else "",
        "link": application.link,
        "message": application.message,
    }
    form = CorrectForm(**given)
    form.region = application.job.country or region_of(settings().time_zone)
    if form.sent_and_valid():
        said = {
            "name": " ".join((form.name.data or "").split()),
            "phone": plain_phone(form.phone.data, form.region) if form.phone.data else "",
            "link": form.link.data or "",
            "message": form.message.data or "",
        }
        moving.correct(db(), application, said)
        db().commit()
        return back_to(code, "corrected")
    page = render_template("hiring/correct.html", application=application, form=form)
    return private((page, 422 if request.method == "POST" else 200))
