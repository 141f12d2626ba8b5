"""The page where somebody types the code they were given."""

from __future__ import annotations

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from careers.base.languages import LANGUAGES, address_in, language
from careers.base.permissions import public
from careers.base.web import db, limiter
from referrals.pages.blueprint import blueprint
from referrals.pages.following import withdrawn_address
from referrals.targets import Standing, path_to, target_of
from referrals.touches import carries, link_typed
from referrals.trails import TYPED, Trail, Via, joined
from referrals.typed_codes import TYPED_LONGEST


@blueprint.route("/code", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
@public
def code() -> ResponseReturnValue:
    """A field for a code; the right one leads on, in the name of whoever gave it."""
    typed = request.form.get("code", "")[:TYPED_LONGEST].strip()
    if request.method == "GET":
        return render_template("referrals/code.html", typed=typed)
    link = link_typed(db(), typed)
    if link is None:
        return render_template("referrals/code.html", typed=typed, is_wrong=True), 422
    target = target_of(link)
    if target.standing is Standing.WITHDRAWN:
        return redirect(withdrawn_address(link, language()), code=303)
    spoken = language()
    if target.language in LANGUAGES and not request.script_root:
        spoken = target.language  # an address with a language in it was chosen, one without wasn't
    path = address_in(spoken, path_to(target.kind, target.slug))
    typed_now = Trail((Via(link.code, TYPED),)) if carries(link) else Trail()
    trail = joined(g.trail, typed_now)
    return redirect(f"{path}?via={trail.token}" if trail.steps else path, code=303)
