"""Who is credited, as it stands: by the last correction of a person's hand, else by the rule.

Figures, bonuses and whoever may be told of an application read this, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, cast, false, select, true, union_all
from sqlalchemy.orm import Session, aliased

from referrals.bonuses.models import CorrectedShare, Correction
from referrals.models import BRINGS, Credit, Receipt

UNIT = 10**9  # sums are kept in billionths of an application, for exact ones grow without bound


def in_units(part: int, whole: int) -> int:
    """A share, rounded to billionths of an application."""
    return (2 * part * UNIT + whole) // (2 * whole)


_later = aliased(Correction)
_is_last = (
    ~select(_later.id)
    .where(_later.receipt_id == Correction.receipt_id, _later.number > Correction.number)
    .exists()
)
_by_rule = select(
    Credit.application_id,
    Credit.person_id,
    Credit.link_id,
    Credit.part,
    Credit.whole,
    false().label("is_by_hand"),
).where(BRINGS, Credit.receipt_id.not_in(select(Correction.receipt_id)))
_by_hand = (
    select(
        Receipt.application_id,
        CorrectedShare.person_id,
        CorrectedShare.link_id,
        cast(CorrectedShare.part, BigInteger),
        cast(CorrectedShare.whole, BigInteger),
        true(),
    )
    .join(Correction, Correction.id == CorrectedShare.correction_id)
    .join(Receipt, Receipt.id == Correction.receipt_id)
    .where(Receipt.is_newest, _is_last)
)
STANDING = union_all(_by_rule, _by_hand).subquery("standing")
"""Every share that stands, of kind referral: a row for each application and person. Without a link
it came by word of mouth, or was given by hand to somebody whom no touch names."""


def standing_shares(db: Session, application: int) -> dict[int, Fraction]:
    """Who has which share of the referral of an application, by keys."""
    columns: list[Any] = [STANDING.c.person_id, STANDING.c.part, STANDING.c.whole]
    rows = db.execute(select(*columns).where(STANDING.c.application_id == application))
    return {person: Fraction(part, whole) for person, part, whole in rows}


def link_met(touches: Sequence[Mapping[str, Any]], person: str) -> str | None:
    """The code of the last link by which a receipt says that the candidate met `person` (a public
    code): their own, or one that they passed on. None if there is none. Pure."""
    met = None
    for touch in touches:
        for hop in touch.get("chain", {}).get("hops", ()):
            if hop["person"] == person:
                met = hop["link"]
        if touch["sharer"] == person and touch["link"]:
            met = touch["link"]
    return met
