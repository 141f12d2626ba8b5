"""Correcting a credit by hand: a decision beside the old one, never instead of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from blinker import Signal
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit
from careers.base.config import Settings
from careers.base.people import Person
from careers.hiring.models import Application, SharerSees
from referrals.attribution import Kind
from referrals.bonuses import letters
from referrals.bonuses.models import CorrectedShare, Correction
from referrals.bonuses.queries import corrections_of
from referrals.bonuses.settling import award
from referrals.crediting import receipt_of, source_of, take_turns
from referrals.models import Receipt, ShareLink
from referrals.standing import link_met, standing_shares

corrected = Signal()
"""Sent as `corrected.send(application, db=session, correction=made, is_appeal=bool)` in the
transaction of a correction; `is_appeal` says that an employee's appeal was granted by it."""

_SHARE = re.compile(r"([0-9]{1,18})(?:\s*/\s*([1-9][0-9]{0,17}))?")


class WrongShares(ValueError):
    """They aren't fractions between 0 and 1 that sum to at most 1, or change nothing."""


class CorrectedMeanwhile(Exception):
    """Somebody else has corrected this credit since it was looked at."""


class DecidedAnew(Exception):
    """It was decided anew since, because the candidate changed how they came."""


def share_from(text: str) -> Fraction | None:
    """The fraction that somebody wrote as `1/2`, `0` or `1`; nothing is 0. None for nonsense."""
    if not text.strip():
        return Fraction(0)
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        return None
    share = Fraction(int(found[1]), int(found[2] or 1))
    return share if share <= 1 else None


def correct(
    db: Session,
    application: Application,
    receipt: Receipt,
    shares: Mapping[Person, Fraction],
    person: Person,
    why: str,
    instead_of: int,
    settings: Settings,
    *,
    is_appeal: bool = False,
) -> Correction:
    """Say anew who has which share of a credit, and bring bonuses in line, in the caller's
    transaction.

    The receipt stays as it is. Nobody raises their own share. `instead_of` is the number of the
    correction that `person` saw in force (0: none). Raises WrongShares, CorrectedMeanwhile when it
    is no longer, and DecidedAnew when `receipt` isn't.
    """
    take_turns(db, application)
    standing = receipt_of(db, application.id)
    if standing is None or standing.id != receipt.id:
        raise DecidedAnew
    known = corrections_of(db, receipt)
    if instead_of != len(known):
        raise CorrectedMeanwhile
    before = standing_shares(db, application.id)
    named = {one: share for one, share in shares.items() if share}
    after = {one.id: share for one, share in named.items()}
    if any(share < 0 for share in named.values()) or sum(named.values()) > 1 or after == before:
        raise WrongShares
    if after.get(person.id, 0) > before.get(person.id, 0):
        raise WrongShares
    correction = Correction(
        receipt=receipt,
        number=len(known) + 1,
        person=person,
        why=why,
        shares=[_given(db, receipt, one, share) for one, share in named.items()],
    )
    db.add(correction)
    try:
        db.flush()
    except IntegrityError:
        raise CorrectedMeanwhile from None
    kinds = {credit.kind for credit in receipt.credits if credit.kind != Kind.REFERRAL}
    application.source = source_of(kinds | ({Kind.REFERRAL.value} if named else set()))
    audit.record(
        db,
        person,
        "credit:correct",
        application.code,
        shares={one.code: str(share) for one, share in named.items()},
    )
    _tell(db, application, before, after, why)
    award(db, application, person, settings, why)
    corrected.send(application, db=db, correction=correction, is_appeal=is_appeal)
    return correction


def _given(db: Session, receipt: Receipt, person: Person, share: Fraction) -> CorrectedShare:
    """A share by hand, and the link through which it counts: that of the rule's credit, else the
    last one by which the candidate met them."""
    links = {
        credit.person_id: credit.link_id
        for credit in receipt.credits
        if credit.kind == Kind.REFERRAL
    }
    link = links.get(person.id)
    if person.id not in links and (met := link_met(receipt.touches, person.code)):
        link = db.scalar(select(ShareLink.id).where(ShareLink.code == met))
    return CorrectedShare(
        person=person, link_id=link, part=share.numerator, whole=share.denominator
    )


def _tell(
    db: Session,
    application: Application,
    before: Mapping[int, Fraction],
    after: Mapping[int, Fraction],
    why: str,
) -> None:
    """Tell those whose share changed, where the candidate lets them know."""
    if application.sharer_sees == SharerSees.NOTHING or application.erased_at is not None:
        return
    for key in sorted(before.keys() | after.keys()):
        share = after.get(key, Fraction(0))
        if share != before.get(key, Fraction(0)):
            person = db.get_one(Person, key)
            letters.tell_corrected(db, person, str(share), why)
