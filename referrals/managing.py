"""What an employee does with a link of their own: name it, pause it, gather it in a campaign."""

from __future__ import annotations

from sqlalchemy.orm import Session

from careers.base import audit, clock, codes
from careers.base.database import inserting
from careers.base.people import Person
from referrals.campaigns import campaign_named
from referrals.models import Campaign, ShareLink

NAME_LONGEST = 80


class Refused(ValueError):
    """What cannot be done with a link; its words are fit for people."""


def plain_name(written: str) -> str:
    """A name as it is kept: one line, and not longer than its column."""
    return " ".join("".join(s if s.isprintable() else " " for s in written).split())[:NAME_LONGEST]


def rename(link: ShareLink, name: str) -> None:
    """Call `link` by `name`; by the title of its page again when that is empty."""
    link.name = plain_name(name)


def pause(db: Session, link: ShareLink) -> None:
    """From now on `link` leads on but brings its owner nothing. Pausing twice changes nothing."""
    if link.paused_at is None:
        link.paused_at = clock.now()
        audit.record(db, link.person, "link:pause", link.code)


def resume(db: Session, link: ShareLink) -> None:
    """From now on `link` brings its owner again what comes of it."""
    if link.paused_at is not None:
        link.paused_at = None
        audit.record(db, link.person, "link:resume", link.code)


def begin_campaign(db: Session, person: Person, name: str) -> Campaign:
    """The person's campaign of this name, made when there is none yet.

    Made twice at once, it is one: the constraint decides. Raises ValueError for an empty name.
    """
    name = plain_name(name)
    if not name:
        raise ValueError("a campaign needs a name")
    values = {
        "code": codes.code(), "person_id": person.id, "name": name, "created_at": clock.now(),
    }  # fmt: skip
    db.execute(inserting(db, Campaign).values(values).on_conflict_do_nothing())
    campaign = campaign_named(db, person, name)
    assert campaign is not None
    return campaign


def point_to(link: ShareLink, campaign: Campaign | None) -> None:
    """Gather `link` under one of its owner's campaigns, or under none.

    Raises Refused for a printed link without a campaign: it was printed for one.
    """
    if campaign is None and link.is_printed:
        raise Refused("a printed link belongs to a campaign")
    link.campaign = campaign
