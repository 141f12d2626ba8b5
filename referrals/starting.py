"""The step between a click and an application: somebody began to fill in the form.

A start is what a person's click on a share link led to whose landing page was really shown: on an
application form that carries the click, something was typed (a script tells it), or the form was
sent (with or without scripts, right or wrong). It is kept by the click, so it counts once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import inserting
from referrals.models import Click, FormStart
from referrals.trails import Trail


def note_start(db: Session, trail: Trail) -> bool:
    """Keep that the visit with this trail began to fill in a form, in the caller's transaction;
    whether it was news. Each click that the trail carries counts once, however often this is said.
    """
    clicks = {step.click for step in trail.links if step.how == "click" and step.click}
    rows = [{"click_id": click, "at": clock.now()} for click in sorted(clicks)]
    if not rows:
        return False
    made = inserting(db, FormStart).values(rows).on_conflict_do_nothing()
    return bool(db.scalars(made.returning(FormStart.click_id)).all())


def starts(*wanted: ColumnElement[bool]) -> Subquery:
    """Who began, by clicks that fulfil `wanted`: one row for each visitor of a link and day, as
    people are counted, with the job (0: none) to which their first such click led."""
    day: ColumnElement[Any] = func.date(Click.at)  # UTC on both databases
    who = (Click.link_id, day, Click.visitor)
    place = func.row_number().over(partition_by=who, order_by=(Click.at, Click.id))
    job: ColumnElement[Any] = func.coalesce(Click.job_id, 0)
    each = (
        select(Click.link_id, day.label("day"), job.label("job"), place.label("place"))
        .join(FormStart, FormStart.click_id == Click.id)
        # Said twice: SQLite then looks up these few clicks, instead of reading all in order.
        .where(Click.id.in_(select(FormStart.click_id)))
        .where(Click.class_ == "human", Click.is_confirmed, *wanted)
        .subquery()
    )
    first = select(each.c.link_id, each.c.day, each.c.job).where(each.c.place == 1)
    return first.subquery("starts")
