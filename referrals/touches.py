"""Touches: what a visitor's address carries, and what of it an application remembers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.hiring.applying import received
from careers.hiring.models import Application
from referrals import crediting
from referrals.models import ShareLink, Touch
from referrals.typed_codes import read_typed_code

_VIA = re.compile(r"([0-9A-Za-z]{6,16})(?:\.([0-9A-Za-z]{1,20}))?")


@dataclass(frozen=True, slots=True)
class Via:
    """A link's code in the address of a visit, with the click that began it where there was one."""

    code: str
    click: str | None

    @property
    def token(self) -> str:
        """As it stands in an address: `CODE.CLICK`, or the code alone."""
        return f"{self.code}.{self.click}" if self.click else self.code


def via_from(text: str | None) -> Via | None:
    """The value of `via` in an address or a form; None for nonsense."""
    found = _VIA.fullmatch(text or "")
    return Via(found[1], found[2]) if found else None


def link_of(db: Session, via: Via) -> ShareLink | None:
    """The share link that `via` names."""
    return db.scalar(select(ShareLink).where(ShareLink.code == via.code))


def link_typed(db: Session, text: str) -> ShareLink | None:
    """The share link whose typed code somebody meant by `text`."""
    code = read_typed_code(text)
    return db.scalar(select(ShareLink).where(ShareLink.typed_code == code)) if code else None


def carries(link: ShareLink) -> bool:
    """Whether a visit by this link is its owner's: not while it is off, nor once they have left."""
    return not link.is_paused and link.person.is_active


@received.connect
def remember_touch(
    application: Application, *, db: Session, via: str, code: str = "", **_: Any
) -> None:
    """Keep the touches that an application carries, by the link that was followed and by the code
    that was typed into the form, and have its credit decided.
    """
    carried = via_from(via)
    link = link_of(db, carried) if carried else None
    typed = link_typed(db, code)
    db.flush()
    if carried is not None and link is not None:
        db.add(_touch(application, link, carried.click))
    is_same = carried is not None and carried.click is None and link is typed
    if typed is not None and carries(typed) and not is_same:
        db.add(_touch(application, typed, None))
    crediting.queue_credit(db, application)


def _touch(application: Application, link: ShareLink, click: str | None) -> Touch:
    return Touch(
        application_id=application.id,
        link=link,
        click_id=click,
        carried_at=application.created_at,
    )
