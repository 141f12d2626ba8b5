"""What recruiters see of bonuses, and what they say of them."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, limiter, me, page_number
from referrals.bonuses import queries, settling
from referrals.bonuses.forms import RefusalForm, UnrefusalForm
from referrals.bonuses.models import Bonus
from referrals.bonuses.pages.blueprint import blueprint
from referrals.bonuses.paying import say_paid
from referrals.bonuses.rules import Reason, State, Step


@blueprint.get("/recruiting/bonuses")
@requires("bonus:edit")
def bonuses() -> ResponseReturnValue:
    """What is promised, what it comes to, and where each bonus stands."""
    state = request.args.get("state", "")
    if state not in {"", *State}:
        abort(404)
    page = page_number()
    count = queries.count_bonuses(db(), state)
    return render_template(
        "bonuses/bonuses.html",
        programmes=queries.programmes(db()),
        bonuses=queries.bonuses(db(), state, PAGE_ROWS, (page - 1) * PAGE_ROWS),
        sums=queries.sums(db()),
        states=list(State),
        state=state,
        waiting=queries.count_waiting(db()),
        page=page,
        pages=-(-count // PAGE_ROWS),
    )


@blueprint.get("/recruiting/bonuses/<code>")
@requires("bonus:edit")
def bonus(code: str) -> ResponseReturnValue:
    """One bonus: its instalments, how they came to be where they are, and what can be done."""
    found = queries.bonus_by_code(db(), code) or abort(404)
    can_take_back = settling.may_take_back(db(), found, me())
    return _page(found, UnrefusalForm() if can_take_back else RefusalForm())


def _page(found: Bonus, form: RefusalForm | UnrefusalForm) -> ResponseReturnValue:
    is_open = any(one.state in (State.PENDING, State.ELIGIBLE) for one in found.instalments)
    is_mine = found.person_id == me().id
    page = render_template(
        "bonuses/bonus.html",
        bonus=found,
        history=queries.history_of(db(), found),
        form=form,
        is_mine=is_mine,
        can_take_back=settling.may_take_back(db(), found, me()),
        can_refuse=is_open and not is_mine and Reason.REFUSED not in found.overruled,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/recruiting/bonuses/<code>/refusal")
@limiter.limit("60/hour")
@requires("bonus:edit")
def refuse_bonus(code: str) -> ResponseReturnValue:
    """Refuse what isn't paid of a bonus, with a reason that its employee reads."""
    found = queries.bonus_by_code(db(), code) or abort(404)
    form = RefusalForm()
    if not form.validate():
        return _page(found, form)
    try:
        settling.refuse(db(), found, me(), form.why.data or "")
        db().commit()
        flash(gettext("Refused. The employee was told, and can appeal."))
    except settling.NotRefusable:
        db().rollback()
        flash(gettext("This bonus can’t be refused any more."), "alert")
    return redirect(url_for("bonuses.bonus", code=code), code=303)


@blueprint.post("/recruiting/bonuses/<code>/refusal/end")
@limiter.limit("60/hour")
@requires("bonus:edit")
def take_refusal_back(code: str) -> ResponseReturnValue:
    """Take back that one refused a bonus, with a reason that its employee reads."""
    found = queries.bonus_by_code(db(), code) or abort(404)
    form = UnrefusalForm()
    if not form.validate():
        return _page(found, form)
    try:
        settling.take_refusal_back(db(), found, me(), form.why.data or "")
        db().commit()
        flash(gettext("Taken back. The employee was told."))
    except settling.NotRefusable:
        db().rollback()
        flash(gettext("This refusal can’t be taken back: its appeal decides."), "alert")
    return redirect(url_for("bonuses.bonus", code=code), code=303)


@blueprint.post("/recruiting/bonuses/instalments/<code>/payment")
@limiter.limit("600/hour")
@requires("bonus:edit")
def pay_instalment(code: str) -> ResponseReturnValue:
    """Say that the payroll has paid an instalment."""
    one = queries.instalment_by_code(db(), code) or abort(404)
    step = say_paid(db(), one, me())
    back = url_for("bonuses.bonus", code=one.bonus.code)
    db().commit()
    flash(step_words(step), "" if step in (Step.PAID, Step.FIRST) else "alert")
    return redirect(back, code=303)


def step_words(step: Step) -> str:
    """What somebody's word that an instalment was paid came to."""
    words = {
        Step.FIRST: gettext("Noted. A second person must say the same."),
        Step.PAID: gettext("Marked as paid. The employee was told."),
        Step.NOT_DUE: gettext("It isn’t due any more, or somebody was faster. See where it is."),
        Step.OWN: gettext("This is your own bonus: somebody else must say so."),
        Step.SAME_PERSON: gettext("You said so already: a second person must say the same."),
    }
    return str(words[step])
