"""The company's own journeys: what candidates met before they applied, and whether they were hired.

From the touches on receipts. Only touches that a person made stand for a step; applications without
any say nothing about channels and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.hiring.models import Application
from referrals.attribution import Dropped
from referrals.models import Receipt
from referrals.removal import Journey, is_enough, removal_effects, shapley_values

ROWS_AT_ONCE = 1_000
NOT_MET = {  # touches that no person made on their way to the application
    reason.value
    for reason in (
        Dropped.UNKNOWN_CLICK,
        Dropped.NOT_A_PERSON,
        Dropped.NOT_OPENED,
        Dropped.TOO_LATE,
        Dropped.OWN_APPLICATION,
    )
}
BY = ("channel", "kind")  # by what of a touch a step is named


@dataclass(frozen=True, slots=True)
class Measured:
    """What one channel, or one way of touching, stands for."""

    name: str
    met: int  # journeys that it was part of
    hires: int  # of these
    shapley: Fraction  # hires that it stands for
    removal: Fraction  # the part of hires that would be missing, from 0 to 1


@dataclass(frozen=True, slots=True)
class Analysis:
    """Journeys by channel or by kind of touch. Too few: nothing is measured."""

    journeys: int
    hires: int
    measured: list[Measured]  # the largest Shapley value first

    @property
    def is_enough(self) -> bool:
        """Whether there was enough to measure anything."""
        return bool(self.measured)


def analyses(db: Session) -> dict[str, Analysis]:
    """The company's whole history, by what is in BY. Asks one question of the database."""
    journeys: dict[str, list[Journey]] = {by: [] for by in BY}
    columns: list[Any] = [Receipt.touches, Application.hired_at.is_not(None)]
    asked = (
        select(*columns)
        .join(Application, Application.id == Receipt.application_id)
        .where(Receipt.is_newest)
    )
    for touches, is_hired in db.execute(asked, execution_options={"yield_per": ROWS_AT_ONCE}):
        for by, found in journeys.items():
            if steps := steps_of(touches, by):
                found.append(Journey(steps, bool(is_hired)))
    return {by: analysis(found) for by, found in journeys.items()}


def steps_of(touches: list[Any], by: str) -> tuple[str, ...]:
    """What a candidate met, in the order of the receipt: that of time. A touch without a channel (a
    page that was read) goes by its kind."""
    met = [touch for touch in touches if touch["dropped"] not in NOT_MET]
    return tuple(str(touch.get(by) or touch["kind"]) for touch in met)


def analysis(journeys: list[Journey]) -> Analysis:
    """Both measures over `journeys`; none below the minimum sample. Pure."""
    hires = sum(journey.is_converted for journey in journeys)
    if not is_enough(journeys):
        return Analysis(len(journeys), hires, [])
    shapley, removal = shapley_values(journeys), removal_effects(journeys)
    assert shapley is not None
    assert removal is not None
    measured = []
    for name in shapley:
        met = [journey for journey in journeys if name in journey.steps]
        converted = sum(journey.is_converted for journey in met)
        measured.append(Measured(name, len(met), converted, shapley[name], removal[name]))
    measured.sort(key=lambda one: (-one.shapley, one.name))
    return Analysis(len(journeys), hires, measured)
