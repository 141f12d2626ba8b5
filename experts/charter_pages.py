"""The charter: administrators write it, whoever shows themselves reads it and agrees."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import consents
from careers.base.database import ChangedMeanwhile
from careers.base.languages import language
from careers.base.permissions import requires
from careers.base.web import db, me
from experts import charter
from experts.forms import CharterForm
from experts.models import Charter
from experts.pages import blueprint


@blueprint.get("/me/charter")
@requires("profile:edit")
def my_charter() -> ResponseReturnValue:
    """The text in force, and whether the person who asks has agreed to it."""
    present = charter.present_charter(db()) or abort(404)
    return _read(present)


@blueprint.get("/me/charter/<int:version>")
@requires("profile:edit")
def charter_before(version: int) -> ResponseReturnValue:
    """A text that was in force, for who agreed to it."""
    return _read(charter.charter_numbered(db(), version) or abort(404))


def _read(text: Charter) -> str:
    given = {one.item: one for one in consents.consents_of(db(), me()) if not one.withdrawn_at}
    return render_template(
        "experts/charter.html",
        charter=text,
        charter_html=text.html(language()),
        present=charter.present_charter(db()),
        agreed=given.get(charter.item_of(text)),
    )


@blueprint.post("/me/charter/<int:version>/agree")
@requires("profile:edit")
def agree_to_charter(version: int) -> ResponseReturnValue:
    """Agree to the text in force; one that is so no longer is shown as it is now."""
    present = charter.present_charter(db()) or abort(404)
    if present.number != version:
        flash(gettext("The charter has just changed: this is what it says now."), "alert")
        return redirect(url_for("experts.my_charter"), 303)
    charter.agree_to_charter(db(), me(), present)
    db().commit()
    flash(gettext("Noted: you agree to the charter."))
    return redirect(url_for("experts.edit_profile"), 303)


@blueprint.route("/admin/charter", methods=["GET", "POST"])
@requires("company:edit")
def edit_charter() -> ResponseReturnValue:
    """What the charter says, in both languages; each change is another version of it."""
    present = charter.present_charter(db())
    kept = {
        "in_english": present.in_english if present else "",
        "in_french": present.in_french if present else "",
        "seen": str(present.number if present else 0),
    }
    form = CharterForm(**kept)
    if not form.sent_and_valid():
        return _edit(form), 422 if form.errors else 200
    seen = form.seen.data or ""
    try:
        charter.write_charter(
            db(), me(), form.in_english.data or "", form.in_french.data or "",
            int(seen) if seen.isdecimal() else 0,
        )  # fmt: skip
    except ChangedMeanwhile:
        db().rollback()
        form.seen.data = kept["seen"]
        return _edit(form, has_changed=True), 409
    except ValueError:
        db().rollback()
        form.in_english.errors = [gettext("This text cannot be shown: its parts are too nested.")]
        return _edit(form), 422
    db().commit()
    flash(gettext("Kept. Whoever takes part is asked to read it when they next open their page."))
    return redirect(url_for("experts.edit_charter"), 303)


def _edit(form: CharterForm, *, has_changed: bool = False) -> str:
    return render_template(
        "experts/edit_charter.html",
        form=form,
        present=charter.present_charter(db()),
        versions=charter.charters(db()),
        has_changed=has_changed,
    )
