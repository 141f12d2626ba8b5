"""Links that are passed on, as the database knows them: making a child, and the chain above one.

Whoever comes by a share link may pass on the page they are looking at: that makes a child of the
link they came by. It is the same employee's, on the same channel, and is on and off as their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from careers.base import clock
from careers.base.database import inserting
from careers.base.mailboxes import plain_mailbox
from careers.base.people import Person
from referrals.attribution import Dropped
from referrals.models import Passer, ShareLink
from referrals.passing_on import DEEPEST, SPLIT, Hop, Outsider, chain_of
from referrals.sharing import new_link
from referrals.targets import Target


class CannotBePassedOn(Exception):
    """The link is off, or was passed on often enough."""


def pass_on(
    db: Session, parent: ShareLink, target: Target, visit: str, by: Person | None
) -> ShareLink:
    """A link to `target` below `parent`, for whoever came by that in this `visit`.

    `visit` names it: the click that began it, or what its form was given where there was none.
    Pressed again in the same visit, or twice at once, it is the same link: the constraint decides.
    `by` is the colleague who is signed in, if one is. Raises CannotBePassedOn.
    """
    if not may_be_passed_on(parent):
        raise CannotBePassedOn(parent.code)
    now = clock.now()
    values = new_link(parent.person, target, parent.channel) | {
        "parent_id": parent.id,
        "root_id": parent.root_id or parent.id,
        "depth": parent.depth + 1,
        "pressed": _pressed(parent, target, visit),
        "passed_by_id": by.id if by else None,
        "known_since": now if by else None,
        "created_at": now,
    }
    made = select(ShareLink).where(ShareLink.pressed == values["pressed"])
    for _ in range(5):  # a code that somebody else was given is tried again
        found = db.scalar(made)
        if found is not None:
            return found
        values |= {key: new_link(parent.person, target, "other")[key] for key in _CODES}
        db.execute(inserting(db, ShareLink).values(values).on_conflict_do_nothing())
    raise RuntimeError("no free code was found for a share link")


_CODES = ("code", "typed_code")


def already_passed_on(
    db: Session, parent: ShareLink, target: Target, visit: str
) -> ShareLink | None:
    """The link that was made in this visit."""
    pressed = _pressed(parent, target, visit)
    return db.scalar(select(ShareLink).where(ShareLink.pressed == pressed))


def _pressed(parent: ShareLink, target: Target, visit: str) -> str:
    return f"{parent.id}.{visit}.{target.kind}{target.key or ''}"


def may_be_passed_on(link: ShareLink) -> bool:
    """Whether a child of `link` may be made: not while it is off, once its employee has left, nor
    at the end of a chain."""
    return not link.is_paused and link.person.is_active and link.depth < DEEPEST


# -- the chain above a link -------------------------------------------------------------------


def chains_above(db: Session, links: Iterable[ShareLink]) -> dict[int, list[ShareLink]]:
    """By key, of each of `links` that was passed on: the children from the first down to itself.

    Asks nothing where no link was passed on, and one question however many were.
    """
    asked = [link.id for link in links if link.parent_id is not None]
    if not asked:
        return {}
    above = (
        select(ShareLink.id, ShareLink.parent_id)
        .where(ShareLink.id.in_(asked))
        .cte("above", recursive=True)
    )
    higher = aliased(ShareLink)
    above = above.union(select(higher.id, higher.parent_id).where(higher.id == above.c.parent_id))
    wanted = (
        select(ShareLink)
        .where(ShareLink.id.in_(select(above.c.id)))
        .options(joinedload(ShareLink.passed_by), joinedload(ShareLink.passer))
    )
    found = {link.id: link for link in db.scalars(wanted)}
    parents = {link.id: link.parent_id for link in found.values()}
    return {key: [found[one] for one in chain_of(parents, key)[1:]] for key in asked}


@dataclass(frozen=True, slots=True)
class Passing:
    """One passing on in the chain of a touch, as credit sees it."""

    link: ShareLink  # the child
    person: Person | None = None  # the colleague who passed it on
    passer: Passer | None = None  # or who else is known to have
    dropped: Dropped | None = None  # why whoever is known has nothing of it

    @property
    def hop(self) -> Hop:
        """As the split of credit takes it."""
        who = self.person.id if self.person else Outsider(self.passer.code if self.passer else "")
        is_known = self.person is not None or self.passer is not None
        return Hop(who, is_verified=is_known and self.dropped is None)

    @property
    def stated(self) -> dict[str, Any]:
        """As a receipt holds it."""
        known = self.person or self.passer
        return {
            "link": self.link.code,
            "is": "employee" if self.person else "outsider" if self.passer else "unknown",
            "person": known.code if known else None,
            "dropped": self.dropped.value if self.dropped else None,
        }


def passings(
    chain: Iterable[ShareLink], touched_at: datetime, applied_at: datetime, email: str
) -> tuple[Passing, ...]:
    """Who passed on the links of `chain`, as far as it was known when the candidate with this mail
    address applied.

    Whoever is the candidate has nothing of having passed it on to themself, and nobody loses by it.
    """
    mailbox = plain_mailbox(email)
    found = []
    for link in chain:
        if link.known_since is None or link.known_since > applied_at:
            found.append(Passing(link))
            continue
        person, passer = link.passed_by, link.passer
        dropped = None
        if mailbox == (plain_mailbox(person.email) if person else passer and passer.mailbox):
            dropped = Dropped.OWN_APPLICATION
        elif person and person.left_at is not None and person.left_at <= touched_at:
            dropped = Dropped.SHARER_HAD_LEFT
        found.append(Passing(link, person, passer, dropped))
    return tuple(found)


def chain_stated(chain: Iterable[Passing]) -> dict[str, Any]:
    """A chain as a receipt holds it, with the version of the split."""
    return {"split": SPLIT, "hops": [passing.stated for passing in chain]}
