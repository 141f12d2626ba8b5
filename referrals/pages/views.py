"""Saved views of the pages of figures: saving, renaming, sharing, deleting and bringing back."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import clock
from careers.base.permissions import requires
from careers.base.web import db, limiter, me
from referrals import views
from referrals.pages.blueprint import blueprint
from referrals.pages.funnel import funnel_query
from referrals.pages.recruiting import board_query

QUERIES = {"referrals": board_query, "funnel": funnel_query}


@blueprint.get("/recruiting/views")
@requires("referral:read")
def saved_views() -> ResponseReturnValue:
    """My views, and those that others share."""
    return render_template(
        "referrals/views.html",
        views=views.views(db(), me()),
        deleted=views.deleted_views(db(), me()),
    )


@blueprint.post("/recruiting/views/<page>")
@limiter.limit("200/hour")
@requires("referral:read")
def save_view(page: str) -> ResponseReturnValue:
    """Save what a page is narrowed to by the query of this address, and go back to it."""
    if page not in QUERIES:
        abort(404)
    query = QUERIES[page]()
    try:
        made = views.save(
            db(), me(), page, request.form.get("name", ""), query,
            is_shared="shared" in request.form,
        )  # fmt: skip
        db().commit()
        flash(gettext("Saved as “%(name)s”.", name=made.name))
    except views.Unnamed:
        flash(gettext("Please give the view a name."), "alert")
    values: dict[str, Any] = dict(query)
    return redirect(url_for(f"referrals.{page}", **values), code=303)


@blueprint.post("/recruiting/views/<code>/change")
@limiter.limit("200/hour")
@requires("referral:read")
def change_view(code: str) -> ResponseReturnValue:
    """Rename a view of mine, and share it or not."""
    found = views.own_view(db(), me(), code) or abort(404)
    try:
        found.name = views.plain_name(request.form.get("name", ""))
        found.is_shared = "shared" in request.form
        db().commit()
        flash(gettext("Saved."))
    except views.Unnamed:
        flash(gettext("Please give the view a name."), "alert")
    return redirect(url_for("referrals.saved_views"), code=303)


@blueprint.post("/recruiting/views/<code>/delete")
@limiter.limit("200/hour")
@requires("referral:read")
def delete_view(code: str) -> ResponseReturnValue:
    """Delete a view of mine; for a day it can be brought back."""
    found = views.own_view(db(), me(), code) or abort(404)
    found.deleted_at = found.deleted_at or clock.now()
    db().commit()
    return redirect(url_for("referrals.saved_views"), code=303)


@blueprint.post("/recruiting/views/<code>/return")
@limiter.limit("200/hour")
@requires("referral:read")
def return_view(code: str) -> ResponseReturnValue:
    """Bring a deleted view back."""
    found = views.own_view(db(), me(), code) or abort(404)
    found.deleted_at = None
    db().commit()
    flash(gettext("“%(name)s” is back.", name=found.name))
    return redirect(url_for("referrals.saved_views"), code=303)


@blueprint.app_template_global()
def views_of(page: str) -> list[views.SavedView]:
    """The saved views to choose from on a page of figures."""
    return views.views(db(), me(), page)
