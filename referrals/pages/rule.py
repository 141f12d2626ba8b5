"""Choosing the rule of credit: what holds, what another would have meant, and since when."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import clock
from careers.base.forms import stripped
from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, me, page_number, settings
from referrals import choosing_rule, previewing
from referrals.forms import RULE_WORDS, filled_with
from referrals.models import RulePreview
from referrals.pages.blueprint import blueprint

MOST_WORDS = 500  # characters of a reason


@blueprint.route("/recruiting/rule", methods=["GET", "POST"])
@requires("rule:choose")
def rule() -> ResponseReturnValue:
    """The rule in force and every one before it; a form to try another on the past."""
    in_force = choosing_rule.terms_in_force(db(), clock.now(), settings())
    form = filled_with(in_force, 90)
    if form.sent_and_valid():
        instead_of = choosing_rule.newest_number(db())
        preview = previewing.begin(db(), me(), form.terms, instead_of, int(str(form.days.data)))
        code, number = preview.code, preview.id
        db().commit()
        if not previewing.go_on(db(), number):  # what is small is done at once
            previewing.queue(db(), db().get_one(RulePreview, number))
        db().commit()
        return redirect(url_for("referrals.rule_preview", code=code), 303)
    page = render_template(
        "referrals/rule.html",
        form=form,
        in_force=in_force,
        choices=choosing_rule.choices(db()),
        rule_words=RULE_WORDS,
    )
    return page, 422 if form.errors else 200


@blueprint.get("/recruiting/rule/<code>")
@requires("rule:choose")
def rule_preview(code: str) -> ResponseReturnValue:
    """Who would have gained and lost; until all is looked at, so far and how far it has come."""
    preview = previewing.find_preview(db(), code) or abort(404)
    return _preview_page(preview, "")


def _preview_page(preview: RulePreview, wrong: str) -> ResponseReturnValue:
    rows = previewing.rows_of(db(), preview)
    differing = [row for row in rows if row.changed]
    page = page_number()
    in_force = choosing_rule.terms_in_force(db(), clock.now(), settings())
    terms = previewing.terms_of_preview(preview)
    shown = render_template(
        "referrals/rule_preview.html",
        preview=preview,
        is_finished=previewing.is_finished(preview),
        terms=terms,
        in_force=in_force,
        is_in_force=terms.stated == in_force.stated,
        rows=differing[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        most=max([1, *(abs(row.difference) for row in differing)]),
        as_before=len(rows) - len(differing),
        gaining=sum(row.difference > 0 for row in differing),
        losing=sum(row.difference < 0 for row in differing),
        total=previewing.total_of(preview),
        page=page,
        pages=max(1, -(-len(differing) // PAGE_ROWS)),
        rule_words=RULE_WORDS,
        days=previewing.DAYS,
        wrong=wrong,
    )
    return shown, 422 if wrong else 200


@blueprint.post("/recruiting/rule/<code>/choice")
@requires("rule:choose")
def choose_rule(code: str) -> ResponseReturnValue:
    """Have what a finished preview tried hold from now on, with a reason."""
    preview = previewing.find_preview(db(), code) or abort(404)
    if not previewing.is_finished(preview):
        abort(404)
    why = stripped(request.form.get("why"))[:MOST_WORDS]
    if not why:
        return _preview_page(preview, gettext("Please say why: it stands beside the choice."))
    try:
        choosing_rule.choose(
            db(), previewing.terms_of_preview(preview), me(), why, preview.instead_of, settings()
        )
    except choosing_rule.ChosenMeanwhile:
        db().rollback()
        flash(gettext("Nothing was changed: somebody has chosen a rule meanwhile."), "error")
    else:
        db().commit()
        flash(gettext("From now on this rule holds. Credit that is decided stays as it is."))
    return redirect(url_for("referrals.rule"), 303)
