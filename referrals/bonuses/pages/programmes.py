"""Programmes: what the company promises for a hire."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement, select

from careers.base import audit
from careers.base.forms import options
from careers.base.permissions import requires
from careers.base.web import db, limiter, me
from careers.jobs.models import OPEN, Job
from referrals.bonuses import queries
from referrals.bonuses.forms import ProgrammeForm
from referrals.bonuses.models import MOST_INSTALMENTS, Programme, Term
from referrals.bonuses.pages.blueprint import blueprint
from referrals.bonuses.words import as_written


@blueprint.route("/recruiting/bonuses/programmes/new", methods=["GET", "POST"])
@limiter.limit("60/hour", methods=["POST"])
@requires("bonus:edit")
def new_programme() -> ResponseReturnValue:
    """Promise something for hires to come."""
    form = _form(percent_1=100, days_1=0, two_people_above="0")
    if form.sent_and_valid():
        programme = Programme()
        _fill(programme, form)
        db().add(programme)
        db().flush()
        audit.record(db(), me(), "programme:make", programme.code, **_said(programme))
        db().commit()
        flash(gettext("The programme is made."))
        return redirect(url_for("bonuses.bonuses"), code=303)
    return _page(form, None)


@blueprint.route("/recruiting/bonuses/programmes/<code>", methods=["GET", "POST"])
@limiter.limit("60/hour", methods=["POST"])
@requires("bonus:edit")
def programme(code: str) -> ResponseReturnValue:
    """Change a programme, or end it; bonuses that exist keep their terms."""
    found = queries.programme_by_code(db(), code) or abort(404)
    form = _form(**_values(found))
    if form.sent_and_valid():
        before = _said(found)
        _fill(found, form)
        audit.record(db(), me(), "programme:change", found.code, before=before, after=_said(found))
        db().commit()
        flash(gettext("The programme is changed. It holds for hires from now on."))
        return redirect(url_for("bonuses.bonuses"), code=303)
    return _page(form, found)


def _form(**values: Any) -> ProgrammeForm:
    form = ProgrammeForm(**values)
    teams = db().scalars(select(Job.team).where(Job.team != "").distinct().order_by(Job.team))
    form.team.choices = options([("", gettext("Choose one")), *((team, team) for team in teams)])
    wanted: ColumnElement[bool] = OPEN
    if chosen := values.get("jobs"):
        wanted = wanted | Job.code.in_(chosen)
    jobs = db().execute(select(Job.code, Job.title).where(wanted).order_by(Job.title, Job.id))
    form.jobs.choices = options((row.code, row.title) for row in jobs)
    return form


def _values(programme: Programme) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: getattr(programme, name)
        for name in (
            "name", "currency", "scope", "team", "since", "until", "excludes_recruiters",
            "excludes_contact",
        )
    }  # fmt: skip
    for term in programme.terms:
        values[f"percent_{term.number}"], values[f"days_{term.number}"] = term.percent, term.days
    values["amount"] = as_written(programme.amount)
    values["two_people_above"] = as_written(programme.two_people_above)
    values["jobs"] = [job.code for job in programme.jobs]
    return values


def _fill(programme: Programme, form: ProgrammeForm) -> None:
    programme.name = " ".join((form.name.data or "").split())
    programme.amount = form.amount.cents or 0
    programme.currency = form.currency.data
    programme.scope = form.scope.data
    programme.team = form.team.data if programme.scope == "team" else ""
    chosen = form.jobs.data if programme.scope == "jobs" else []
    programme.jobs = list(db().scalars(select(Job).where(Job.code.in_(chosen or []))))
    assert form.since.data is not None
    programme.since, programme.until = form.since.data, form.until.data
    programme.excludes_recruiters = form.excludes_recruiters.data
    programme.excludes_contact = form.excludes_contact.data
    programme.two_people_above = form.two_people_above.cents or 0
    known = {term.number: term for term in programme.terms}
    for number, (percent, days) in enumerate(form.terms, 1):
        term = known.pop(number, None)
        if term is None:
            programme.terms.append(Term(number=number, percent=percent, days=days))
        else:
            term.percent, term.days = percent, days
    for term in known.values():
        programme.terms.remove(term)


def _said(programme: Programme) -> dict[str, Any]:
    """The terms, as the log of acts keeps them."""
    return {
        "amount": programme.amount,
        "currency": programme.currency,
        "terms": [[term.percent, term.days] for term in programme.terms],
        "scope": programme.scope,
        "since": programme.since.isoformat(),
        "until": programme.until.isoformat() if programme.until else None,
        "two_people_above": programme.two_people_above,
    }


def _page(form: ProgrammeForm, programme: Programme | None) -> ResponseReturnValue:
    page = render_template(
        "bonuses/programme.html",
        form=form,
        programme=programme,
        numbers=range(1, MOST_INSTALMENTS + 1),
    )
    return page, 422 if request.method == "POST" else 200
