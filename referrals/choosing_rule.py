"""Which rule the company has chosen, since when, and who chose it.

What was chosen holds for the applications that come from then on. Credit that is decided stays.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.base.config import Settings
from careers.base.database import inserting
from careers.base.people import Person
from referrals.models import RuleChoice
from referrals.terms import Terms, terms_stated, usual_terms


class ChosenMeanwhile(Exception):
    """Somebody else has chosen a rule since this one was looked at."""


def choices(db: Session) -> list[RuleChoice]:
    """All that was ever chosen, newest first."""
    return list(db.scalars(select(RuleChoice).order_by(RuleChoice.number.desc())))


def newest_number(db: Session) -> int:
    """The number of the newest choice; 0 before the first row is there."""
    return db.scalar(select(RuleChoice.number).order_by(RuleChoice.number.desc()).limit(1)) or 0


def terms_in_force(db: Session, at: datetime, settings: Settings) -> Terms:
    """The terms that hold for an application of the moment `at` (aware).

    Before the first row is there, those of the settings.
    """
    held = (RuleChoice.since.is_(None)) | (RuleChoice.since <= at)
    newest = select(RuleChoice).where(held).order_by(RuleChoice.number.desc()).limit(1)
    choice = db.scalar(newest)
    return terms_of(choice) if choice else usual_terms(settings.attribution_days)


def terms_of(choice: RuleChoice) -> Terms:
    """The terms that a row states. Raises as `terms_stated` does."""
    return terms_stated(choice.rule, choice.version, choice.parameters)


def keep_first_choice(db: Session, settings: Settings) -> None:
    """Write down what holds from the beginning, unless it is: a setting that changes later then
    changes nothing."""
    name, version, parameters = usual_terms(settings.attribution_days).stated
    if newest_number(db):
        return
    db.execute(
        inserting(db, RuleChoice)
        .values(number=1, rule=name, version=version, parameters=parameters, why="")
        .on_conflict_do_nothing()
    )


def choose(
    db: Session, terms: Terms, person: Person, why: str, instead_of: int, settings: Settings
) -> RuleChoice:
    """Have `terms` hold from now on, in the caller's transaction.

    `instead_of` is the number of the choice that `person` saw in force (0: what the settings say).
    Raises ChosenMeanwhile when it is no longer.
    """
    keep_first_choice(db, settings)
    newest = newest_number(db)
    if max(instead_of, 1) != newest:
        raise ChosenMeanwhile
    name, version, parameters = terms.stated
    choice = RuleChoice(
        number=newest + 1, since=clock.now(), rule=name, version=version, parameters=parameters,
        person=person, why=why,
    )  # fmt: skip
    db.add(choice)
    try:
        db.flush()
    except IntegrityError:
        raise ChosenMeanwhile from None
    audit.record(
        db, person, "rule:choose", str(choice.number), rule=name, version=version, why=why,
        **parameters,
    )  # fmt: skip
    return choice
