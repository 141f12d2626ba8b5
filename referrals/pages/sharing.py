"""Sharing: an employee picks a channel and gets their own link and a text."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from careers.base.permissions import requires
from careers.base.web import db, me
from referrals.models import CHANNELS
from referrals.pages.blueprint import blueprint
from referrals.sharing import CHANNEL_NAMES
from referrals.sharing import share as make_link
from referrals.targets import Standing, find_target


@blueprint.route("/jobs/share", methods=["GET", "POST"], defaults={"kind": "jobs", "slug": None})
@blueprint.route("/jobs/<slug>/share", methods=["GET", "POST"], defaults={"kind": "job"})
@blueprint.route("/blog/<slug>/share", methods=["GET", "POST"], defaults={"kind": "article"})
@blueprint.route("/experts/<slug>/share", methods=["GET", "POST"], defaults={"kind": "expert"})
@requires("link:share")
def share(kind: str, slug: str | None) -> ResponseReturnValue:
    """Pick a channel; get one's own link for it."""
    target = find_target(db(), kind, slug) or abort(404)
    if target.standing is not Standing.OPEN:
        abort(410)
    if request.method == "POST":
        channel = request.form.get("channel", "")
        if channel not in CHANNELS:
            abort(400)
        link = make_link(db(), me(), target, channel)
        db().commit()
        return redirect(url_for("referrals.my_link", code=link.code), code=303)
    return render_template("referrals/share.html", target=target, channels=CHANNEL_NAMES)
