"""The queue of doubts, and what a reviewer does about them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, gettext

from careers.base import clock
from careers.base.forms import options
from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, limiter, me, page_number
from careers.hiring.models import Application
from referrals.bonuses.queries import corrections_of
from referrals.crediting import receipt_of
from referrals.doubts import checking, queries, reviewing, words  # noqa: F401  checking listens
from referrals.doubts.forms import DismissalForm
from referrals.doubts.models import OPEN, Doubt
from referrals.doubts.rules import Kind
from referrals.standing import standing_shares

blueprint = Blueprint("doubts", __name__)
_SEEN = re.compile(r"([A-Za-z0-9]{1,16})\.([0-9]{1,9})")
JUDGED = 10  # of those that were judged last, in the queue

for _name in ("kind_name", "innocent", "state_words", "reason_to_carry"):
    blueprint.add_app_template_global(getattr(words, _name), f"doubt_{_name}")
blueprint.add_app_template_filter(words.kind_name, "doubt_kind")


@blueprint.app_template_global()
def doubts_waiting() -> int:
    """How many doubts are open."""
    return sum(queries.count_open(db()).values())


@blueprint.app_template_global()
def open_doubts_about(application: Application) -> list[Doubt]:
    """The open doubts about an application."""
    return queries.open_about(db(), application)


@blueprint.app_template_global()
def doubted_among(applications: Iterable[Application]) -> set[int]:
    """Those of `applications`, by their keys, about which a doubt is open."""
    return queries.doubted_among(db(), (one.id for one in applications))


@blueprint.app_template_global()
def count_doubted(applications: list[int]) -> int:
    """About how many of these, which are keys of applications, a doubt is open."""
    doubted = queries.doubted_among(db(), applications)
    return sum(1 for one in applications if one in doubted)


@blueprint.app_template_filter("age")
def age(since: object) -> str:
    """How long ago a moment was, in words."""
    return str(format_timedelta(clock.now() - since, granularity="hour"))  # type: ignore[operator]


@blueprint.get("/recruiting/doubts")
@requires("doubt:review")
def doubts() -> ResponseReturnValue:
    """What waits to be looked at, oldest first, and what was judged last."""
    counts = queries.count_open(db())
    kind = request.args.get("kind", "")
    if kind not in ("", *Kind):
        abort(404)
    page = page_number()
    found = queries.open_doubts(db(), kind, PAGE_ROWS, (page - 1) * PAGE_ROWS)
    judged = queries.judged_doubts(db(), JUDGED)
    number = counts.get(kind, 0) if kind else sum(counts.values())
    return render_template(
        "doubts/doubts.html",
        doubts=found,
        people=queries.people_named(db(), found),
        people_in=queries.people_in,
        judged=judged,
        counts=counts,
        kinds=[one.value for one in Kind if counts.get(one.value) or one.value == kind],
        kind=kind,
        page=page,
        pages=-(-number // PAGE_ROWS),
    )


@blueprint.get("/recruiting/doubts/<code>")
@requires("doubt:review")
def doubt(code: str) -> ResponseReturnValue:
    """All that is doubtful about one application, and what can be done about it."""
    return _page(*_found(code))


@blueprint.post("/recruiting/doubts/<code>/dismissal")
@limiter.limit("120/hour")
@requires("doubt:review")
def dismiss(code: str) -> ResponseReturnValue:
    """Say, with a reason, that nothing is wrong."""
    application, doubts = _found(code)
    form = DismissalForm()
    if not form.validate():
        return _page(application, doubts, form), 422
    why = form.why.data or ""
    try:
        seen = _seen(form.doubts.data or [])
        reviewing.dismiss(db(), application, doubts, seen, me(), why)
        db().commit()
    except reviewing.NotYours:
        abort(404)
    except reviewing.ReviewedMeanwhile:
        return _changed_meanwhile(code, form)
    flash(gettext("Kept as nothing wrong, with your reason. The credit stays as it is."))
    return redirect(url_for("doubts.doubt", code=code), code=303)


@blueprint.post("/recruiting/doubts/<code>/reopening")
@limiter.limit("120/hour")
@requires("doubt:review")
def reopen(code: str) -> ResponseReturnValue:
    """Take back that nothing is wrong."""
    application, doubts = _found(code)
    try:
        seen = _seen(request.form.getlist("doubts"))
        reviewing.reopen(db(), application, doubts, seen, me())
        db().commit()
    except reviewing.NotYours:
        abort(404)
    except reviewing.ReviewedMeanwhile:
        return _changed_meanwhile(code)
    flash(gettext("It waits again."))
    return redirect(url_for("doubts.doubt", code=code), code=303)


def _found(code: str) -> tuple[Application, list[Doubt]]:
    return queries.application_with_doubts(db(), code) or abort(404)


def _seen(values: list[str]) -> dict[str, int]:
    """The doubts that a form means, by code, with the version that its page showed."""
    found = [_SEEN.fullmatch(value) for value in values]
    if not found or None in found:
        raise reviewing.ReviewedMeanwhile
    return {one[1]: int(one[2]) for one in found if one is not None}


def _changed_meanwhile(code: str, form: DismissalForm | None = None) -> ResponseReturnValue:
    """What is so now; what was written is kept."""
    db().rollback()
    application, doubts = _found(code)
    return _page(
        application,
        doubts,
        form,
        gettext("Somebody else judged this meanwhile, or something new was found. Look again."),
    ), 409


def _page(
    application: Application,
    doubts: list[Doubt],
    form: DismissalForm | None = None,
    error: str = "",
) -> str:
    receipt = receipt_of(db(), application.id)
    people = queries.people_named(db(), doubts)
    shares = standing_shares(db(), application.id)
    open_ = [one for one in doubts if one.state == OPEN]
    form = form or DismissalForm(doubts=[_value(one) for one in open_])
    form.doubts.choices = options((_value(one), words.kind_name(one.kind)) for one in open_)
    return render_template(
        "doubts/doubt.html",
        application=application,
        receipt=receipt,
        corrections=corrections_of(db(), receipt) if receipt else [],
        shares=queries.shares_of(db(), shares),
        doubts=sorted(doubts, key=lambda one: (one.state != OPEN, one.id)),
        open=open_,
        explained={one.code: words.explained(one, people) for one in doubts},
        others=queries.applications_named(db(), doubts),
        links=queries.links_named(db(), doubts),
        value=_value,
        form=form,
        error=error,
        can_review=reviewing.can_review(db(), application, doubts, me()),
    )


def _value(one: Doubt) -> str:
    """How forms name a doubt as it was seen."""
    return f"{one.code}.{one.version}"
