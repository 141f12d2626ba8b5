"""Credit decided again from what a receipt says, and from nothing else. Pure functions.

The touches on a receipt hold what any rule may look at: how and when each came about, by whom, and
everything that speaks against it by itself. So another rule can be tried on them, and a receipt can
be checked where there is no database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from referrals.attribution import By, Decision, Dropped, Kind, TouchFact
from referrals.passing_on import SPLIT, Hop, Outsider
from referrals.terms import Terms

CREDITED, NO_TOUCH, NONE_COUNTS = "credited", "no_touch", "none_counts"
Touches = Sequence[Mapping[str, Any]]
"""The touches of a receipt, as it holds them (see `crediting`)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the touches, with people named by their public codes."""

    outcome: str
    shares: dict[tuple[str, str], Fraction]  # by person and kind; each kind sums to at most 1
    dropped: list[str | None]  # for each touch why it doesn't count; None: it is used
    outside: dict[str, Fraction]  # of kind referral, by people outside who passed a link on

    def shares_of(self, kind: Kind) -> dict[str, Fraction]:
        """The shares of one kind, by person."""
        return {person: share for (person, of), share in self.shares.items() if of == kind}


def outcome_of(decision: Decision, touches: Sequence[TouchFact]) -> str:
    """In a word, what came of `touches`: `credited`, else why nobody was who could have been."""
    if decision.shares:
        return CREDITED
    return NONE_COUNTS if any(touch.by.kind is Kind.REFERRAL for touch in touches) else NO_TOUCH


def recomputed(terms: Terms, applied_at: datetime, touches: Touches) -> Result:
    """The credit of an application of `applied_at` (aware) under `terms`.

    Raises UnknownSplit for a chain that is split in a way that isn't known here, KeyError,
    TypeError, AttributeError or ValueError for touches that no receipt could hold.
    """
    people: dict[str, int] = {}
    facts = [_fact(key, touch, people) for key, touch in enumerate(touches)]
    decision = terms.decide(facts, applied_at)
    code_of = list(people)
    by_kind = ((Kind.REFERRAL, decision.shares), (Kind.INSPIRATION, decision.inspiration))
    return Result(
        outcome_of(decision, facts),
        {
            (code_of[person], kind.value): share
            for kind, shares in by_kind
            for person, share in shares.items()
        },
        [reason.value if (reason := decision.dropped.get(fact.key)) else None for fact in facts],
        decision.outside,
    )


_BY = {by.value: by for by in By}


class UnknownSplit(LookupError):
    """A receipt names a way to split credit along a chain that isn't known here."""


def _fact(key: int, touch: Mapping[str, Any], people: dict[str, int]) -> TouchFact:
    """A touch; `people` gives each code a number of its own."""
    at, against = datetime.fromisoformat(touch["at"]), touch.get("against")
    person, by = people.setdefault(touch["sharer"], len(people)), _BY[touch["kind"]]
    chain = _chain(touch["chain"], people) if "chain" in touch else ()
    if against == []:  # most of them; receipts are decided again by the hundred thousand
        return TouchFact(str(key), person, at, True, True, True, False, None, None, by, chain=chain)
    speaks = _told(touch) if against is None else {Dropped(reason) for reason in against}
    return TouchFact(
        key=str(key),
        person=person,
        at=at,
        is_person=Dropped.NOT_A_PERSON not in speaks,
        is_opened=Dropped.NOT_OPENED not in speaks,
        is_known=Dropped.UNKNOWN_CLICK not in speaks,
        is_own=Dropped.OWN_APPLICATION in speaks,
        sharer_left_at=at if Dropped.SHARER_HAD_LEFT in speaks else None,
        link_off_since=at if Dropped.LINK_WAS_OFF in speaks else None,
        by=by,
        is_named=Dropped.NOBODY_NAMED not in speaks,
        is_taken_out=Dropped.TAKEN_OUT in speaks,
        chain=chain,
    )


def _chain(stated: Mapping[str, Any], people: dict[str, int]) -> tuple[Hop, ...]:
    """Who passed the link of a touch on, as a receipt holds it (see `chains`)."""
    if stated["split"] != SPLIT:
        raise UnknownSplit(f"there is no split of version {stated['split']}")
    return tuple(
        Hop(
            people.setdefault(hop["person"], len(people))
            if hop["is"] == "employee"
            else Outsider(hop["person"]),
            is_verified=hop["is"] != "unknown" and hop["dropped"] is None,
        )
        for hop in stated["hops"]
    )


def _told(touch: Mapping[str, Any]) -> set[Dropped]:
    """What speaks against a touch on a receipt of the first form, which gave one reason only.

    Of a touch that was too old it doesn't say what else there was, so that it counts under no
    wider window either: its sharer is taken for one who had left, which is asked after its age.
    """
    if not touch["dropped"]:
        return set()
    reason = Dropped(touch["dropped"])
    return {Dropped.SHARER_HAD_LEFT} if reason is Dropped.TOO_OLD else {reason}
