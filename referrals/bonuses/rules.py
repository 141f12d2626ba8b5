"""What a bonus comes to, where it stands and who may act on it: pure functions of facts and dates.

Amounts are whole minor units (cents); moments are aware, days are of the company's zone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction


class State(StrEnum):
    """Where an instalment stands. Money never moves here: `paid` is what the payroll says."""

    PENDING = "pending"
    ELIGIBLE = "eligible"
    PAID = "paid"
    INELIGIBLE = "ineligible"


class Reason(StrEnum):
    """Why an instalment isn't due; in the order in which they are told."""

    LEFT = "left"
    HIRE_UNDONE = "hire_undone"
    NOT_CREDITED = "not_credited"
    OWN_APPLICATION = "own_application"
    RECRUITER = "recruiter"
    HIRING_CONTACT = "hiring_contact"
    REFUSED = "refused"


# What a reviewer can set aside. Who has left isn't paid, and credit has an appeal of its own.
OVERRULABLE = frozenset(Reason) - {Reason.LEFT, Reason.NOT_CREDITED}


# -- which programme ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """A programme, as far as it matters for which applications it is meant."""

    key: int
    scope: str  # all, team, jobs
    team: str
    jobs: frozenset[int]
    since: date
    until: date | None  # the last day


def offer_for(offers: Iterable[Offer], job: int, team: str, applied_on: date) -> Offer | None:
    """The one offer that holds for an application of that day: a hire counts once.

    One for chosen jobs goes before one for their team, and that before one for all; of two alike,
    the one that was made last (the greater key).
    """

    def is_meant(offer: Offer) -> bool:
        if applied_on < offer.since or (offer.until is not None and applied_on > offer.until):
            return False
        if offer.scope == "jobs":
            return job in offer.jobs
        return offer.scope == "all" or (team != "" and offer.team == team)

    width = ("all", "team", "jobs").index
    meant = [offer for offer in offers if is_meant(offer)]
    return max(meant, key=lambda offer: (width(offer.scope), offer.key), default=None)


# -- how much -------------------------------------------------------------------------------------


def allotted(amount: int, shares: Mapping[int, Fraction]) -> dict[int, int]:
    """What each person has of `amount`, by their key, for shares that sum to at most 1.

    Each part is rounded down to a whole cent, so the sum never exceeds `amount`, nobody's part
    depends on a name or an order, and less than a cent for each person is left over.
    Raises ValueError for shares that aren't.
    """
    if any(share < 0 for share in shares.values()) or sum(shares.values()) > 1:
        raise ValueError("shares lie between 0 and 1, and sum to at most 1")
    return {person: amount * s.numerator // s.denominator for person, s in shares.items()}


def divided(total: int, percents: Sequence[int], paid: Sequence[int | None]) -> list[int]:
    """`total` in instalments of so many percent each (100 together).

    Each is what is due up to it, rounded down, less what came before it: together they are exactly
    the total. `paid` holds what an instalment was paid with, None where it wasn't: that stays, and
    what is left of the total, if any, is divided among the others.
    """
    left = max(0, total - sum(was for was in paid if was is not None))
    made: list[int] = []
    reached = 0
    for percent, was in zip(percents, paid, strict=True):
        reached += percent
        if was is None:
            amount = min(left, max(0, total * reached // 100 - sum(made)))
            left -= amount
        made.append(amount if was is None else was)
    return made


# -- where it stands ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides where an instalment stands."""

    due_at: datetime
    amount: int
    is_hired: bool
    has_left: bool  # the employee
    is_refused: bool = False  # by a recruiter, by hand
    is_paid: bool = False
    exclusions: frozenset[Reason] = frozenset()  # of the programme, as things were at the hire
    overruled: frozenset[Reason] = frozenset()  # by a reviewer


@dataclass(frozen=True, slots=True)
class Standing:
    """A state, with the reason where it is `ineligible`."""

    state: State
    reason: Reason | None = None


def reasons_against(facts: Facts) -> list[Reason]:
    """Every reason why it isn't due, the one to tell first; none if it is, now or later."""
    found = set(facts.exclusions)
    if facts.has_left:
        found.add(Reason.LEFT)
    if not facts.is_hired:
        found.add(Reason.HIRE_UNDONE)
    if facts.amount == 0:
        found.add(Reason.NOT_CREDITED)
    if facts.is_refused:
        found.add(Reason.REFUSED)
    found -= facts.overruled & OVERRULABLE
    return [reason for reason in Reason if reason in found]


def standing(facts: Facts, now: datetime) -> Standing:
    """Where an instalment stands at `now`. What is paid stays paid, whatever happens then."""
    if facts.is_paid:
        return Standing(State.PAID)
    if reasons := reasons_against(facts):
        return Standing(State.INELIGIBLE, reasons[0])
    return Standing(State.PENDING if now < facts.due_at else State.ELIGIBLE)


# -- who may act ----------------------------------------------------------------------------------


class Step(StrEnum):
    """What somebody's word that an instalment was paid comes to."""

    FIRST = "first"  # a second person must say the same
    PAID = "paid"
    NOT_DUE = "not_due"
    OWN = "own"
    SAME_PERSON = "same_person"


def payment_step(
    state: State, owner: int, who: int, needs_two: bool, first: int | None = None
) -> Step:
    """What follows when `who` says that an instalment of `owner` was paid.

    Nobody says it of their own, and where two are needed they are two different people. `first` is
    who said it before. People are given by their keys.
    """
    if state is not State.ELIGIBLE:
        return Step.NOT_DUE
    if who == owner:
        return Step.OWN
    if not needs_two:
        return Step.PAID
    if first is None:
        return Step.FIRST
    return Step.SAME_PERSON if first == who else Step.PAID


def may_decide(who: int, owner: int, decided_before: Collection[int | None]) -> bool:
    """Whether `who` may decide an appeal of `owner`: neither about themself, nor about what they
    decided before. People are given by their keys."""
    return who != owner and who not in decided_before
