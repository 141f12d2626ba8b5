"""What goes to the payroll: batches as CSV and XLSX, and the word that they were paid."""

from __future__ import annotations

from collections import Counter

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, limiter, me, page_number, settings
from referrals.bonuses import paying, queries
from referrals.bonuses.forms import UnpaidForm
from referrals.bonuses.models import Instalment, PayrollBatch
from referrals.bonuses.pages.blueprint import blueprint
from referrals.bonuses.rules import Step
from referrals.exporting import KINDS, as_csv, as_xlsx


@blueprint.get("/recruiting/payroll")
@requires("bonus:edit")
def payroll() -> ResponseReturnValue:
    """What is due and wasn't exported, what was and isn't paid, and the batches so far."""
    at_waiting, at_exported = page_number(), page_number("exported")
    waiting = queries.due_applications(db(), exported=False)
    exported = queries.due_applications(db(), exported=True)
    return render_template(
        "bonuses/payroll.html",
        waiting=_due(at_waiting, exported=False),
        waiting_pages=(at_waiting, -(-len(waiting) // PAGE_ROWS)),
        all_waiting=waiting,
        exported=_due(at_exported, exported=True),
        exported_pages=(at_exported, -(-len(exported) // PAGE_ROWS)),
        batches=queries.batches(db()),
    )


def _due(page: int, *, exported: bool) -> list[Instalment]:
    skip = (page - 1) * PAGE_ROWS
    return queries.due(db(), exported=exported, count=PAGE_ROWS, skip=skip)


@blueprint.get("/recruiting/payroll/<code>")
@requires("bonus:edit")
def batch(code: str) -> ResponseReturnValue:
    """One batch: what it holds, and what became of it since."""
    return _batch_page(queries.batch_by_code(db(), code) or abort(404), UnpaidForm())


def _batch_page(found: PayrollBatch, form: UnpaidForm) -> ResponseReturnValue:
    rows = queries.rows_of(db(), found)
    page = render_template("bonuses/batch.html", batch=found, rows=rows, form=form)
    return page, 422 if form.errors else 200


@blueprint.post("/recruiting/payroll/export")
@limiter.limit("60/hour")
@requires("bonus:edit")
def export_payroll() -> ResponseReturnValue:
    """Put what is due and wasn't exported into a new batch, whose page has the files."""
    try:
        made = paying.make_batch(db(), me())
        code = made.code
        db().commit()
    except paying.NothingDue:
        db().rollback()
        flash(gettext("Nothing is due that wasn’t exported before."), "alert")
        return redirect(url_for("bonuses.payroll"), code=303)
    flash(gettext("The batch is made. Save it now as a table."))
    return redirect(url_for("bonuses.batch", code=code), code=303)


@blueprint.post("/recruiting/payroll/<code>/export/<kind>")
@limiter.limit("60/hour")
@requires("bonus:edit")
def export_batch(code: str, kind: str) -> ResponseReturnValue:
    """A batch as a table to take along; each time is counted, recorded and said in it."""
    found = queries.batch_by_code(db(), code) or abort(404)
    if kind not in KINDS:
        abort(404)
    paying.take(db(), found, me())
    sheet = paying.sheet_of(found, queries.rows_of(db(), found))
    made = as_csv(sheet) if kind == "csv" else as_xlsx([sheet])
    name = f"payroll-{found.at.date()}-{found.code}-{found.exports}.{kind}"
    db().commit()
    answer = Response(made, mimetype=KINDS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.post("/recruiting/payroll/<code>/payment")
@limiter.limit("60/hour")
@requires("bonus:edit")
def pay_batch(code: str) -> ResponseReturnValue:
    """Say that the payroll has paid all of a batch that is due."""
    found = queries.batch_by_code(db(), code) or abort(404)
    steps = _pay_all(found)
    db().commit()
    if steps[Step.PAID]:
        flash(
            ngettext(
                "%(num)s instalment is marked as paid.",
                "%(num)s instalments are marked as paid.",
                steps[Step.PAID],
            )
        )
    if steps[Step.FIRST]:
        flash(
            ngettext(
                "%(num)s waits for a second person to say the same.",
                "%(num)s wait for a second person to say the same.",
                steps[Step.FIRST],
            )
        )
    left = steps[Step.OWN] + steps[Step.SAME_PERSON] + steps[Step.NOT_DUE]
    if left:
        flash(
            ngettext(
                "%(num)s needs somebody else, or isn’t due any more.",
                "%(num)s need somebody else, or aren’t due any more.",
                left,
            ),
            "alert",
        )
    return redirect(url_for("bonuses.batch", code=code), code=303)


def _pay_all(found: PayrollBatch) -> Counter[Step]:
    rows = [one for one in queries.rows_of(db(), found) if one.paid_at is None]
    return Counter(paying.say_paid(db(), one, me()) for one in rows)


@blueprint.post("/recruiting/payroll/<code>/payment/undo")
@limiter.limit("60/hour")
@requires("bonus:edit")
def unpay_batch(code: str) -> ResponseReturnValue:
    """Take back, with a reason, that the payroll has paid a batch; one's own stays."""
    found = queries.batch_by_code(db(), code) or abort(404)
    form = UnpaidForm()
    if not form.validate():
        return _batch_page(found, form)
    rows = [one for one in queries.rows_of(db(), found) if one.paid_at is not None]
    why = form.why.data or ""
    taken = sum(paying.take_back(db(), one, me(), why, settings()) for one in rows)
    db().commit()
    if taken:
        flash(
            ngettext(
                "%(num)s instalment isn’t marked as paid any more.",
                "%(num)s instalments aren’t marked as paid any more.",
                taken,
            )
        )
    if taken < len(rows):
        flash(gettext("Your own bonus stays as it is: somebody else must take it back."), "alert")
    return redirect(url_for("bonuses.batch", code=code), code=303)
