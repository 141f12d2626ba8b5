"""Those outside the company who passed a link on and want to be known: by name, once their mailbox
answered, until they have themselves forgotten.

One mail is written to them, the one they ask for; nothing is known of anybody who asks for none.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from careers.base import clock, codes, mail, outbox, tombstones
from careers.base.company import the_company
from careers.base.config import Settings
from careers.base.database import inserting
from careers.base.languages import address_in
from careers.base.mail import Mail
from careers.base.mailboxes import (
    drop,
    drop_unanswered,
    may_be_asked,
    plain_mailbox,
    question_with,
)
from careers.base.people import Person
from careers.base.signin.sessions import token_hash
from referrals.models import Introduction, LinkDay, Passer, ShareLink
from referrals.targets import Target, target_of

NAME_LONGEST = 80
WAITS = timedelta(days=7)  # for a mailbox to answer; then what was asked is forgotten
LINKS_SHOWN = 50


class IsKnown(Exception):
    """It is known already who passed this link on."""


# -- saying who one is ------------------------------------------------------------------------


def introduce(
    db: Session, link: ShareLink, name: str, email: str, language: str, tells_sharer: bool
) -> None:
    """Write to `email` to ask whether it was `name` who passed `link` on.

    A mailbox that was asked often enough today is asked no more, and nobody is told so. Raises
    IsKnown.
    """
    if link.known_since is not None:
        raise IsKnown(link.code)
    mailbox = plain_mailbox(email)
    if not may_be_asked(db, Introduction, mailbox):
        return
    token = codes.token()
    letter = _ask(db, link, email, language, token)
    db.add(
        Introduction(
            token_hash=token_hash(token),
            link_id=link.id,
            name=name,
            email=email,
            mailbox=mailbox,
            language=language,
            tells_sharer=tells_sharer,
            mail_id=letter.id,
        )
    )
    outbox.add(db, "introductions", {}, due_at=clock.now() + WAITS)


def _ask(db: Session, link: ShareLink, email: str, language: str, token: str) -> Mail:
    """The mail; nothing in it was written by whoever asked for it."""
    site = current_app.extensions["settings"].base_url
    with force_locale(language):
        subject = gettext("Did you pass this link on?")
        text = gettext(
            "Hello,\n\nsomebody gave this address as that of whoever passed on a link to "
            "“%(title)s” at %(company)s. If it was you, and you want to be known for it, say so "
            "here within %(days)s days:\n\n%(address)s\n\nIf it wasn’t, there is nothing to do: "
            "we keep nothing, and write no more.\n",
            title=target_of(link).title,
            company=the_company(db).name,
            days=WAITS.days,
            address=site + address_in(language, f"/introductions/{token}"),
        )
    return mail.write(db, email, subject, text)


def introduction_with(db: Session, token: str) -> Introduction | None:
    """What was asked with this secret, while it waits for an answer."""
    return question_with(db, Introduction, token, WAITS)


def confirm(db: Session, introduction: Introduction, signing_key: str) -> Passer | Person:
    """The mailbox answered: from now on it is known who passed the link on.

    Whoever has a colleague's mailbox is that colleague. Raises IsKnown when somebody else was
    quicker; of two at once the database takes one.
    """
    person = _colleague(db, introduction.mailbox)
    passer = None if person else _passer(db, introduction, signing_key)
    known = (
        update(ShareLink)
        .where(ShareLink.id == introduction.link_id, ShareLink.known_since.is_(None))
        .values(
            known_since=clock.now(),
            passed_by_id=person.id if person else None,
            passer_id=passer.id if passer else None,
        )
    )
    done: Any = db.execute(known)
    assert isinstance(done, CursorResult)
    if done.rowcount != 1:
        raise IsKnown(introduction.link.code)
    others = select(Introduction).where(Introduction.link_id == introduction.link_id)
    drop(db, Introduction, list(db.scalars(others)))
    known_as = person or passer
    assert known_as is not None
    return known_as


def _colleague(db: Session, mailbox: str) -> Person | None:
    asked = select(Person.id, Person.email).where(Person.status == "active")
    keys = [key for key, email in db.execute(asked) if plain_mailbox(email) == mailbox]
    return db.get_one(Person, keys[0]) if keys else None


def _passer(db: Session, introduction: Introduction, signing_key: str) -> Passer:
    """Whoever has this mailbox, as they call themselves now."""
    code = codes.code()
    made = inserting(db, Passer).values(
        code=code,
        token_hash=token_hash(token_of(code, signing_key)),
        name=introduction.name,
        email=introduction.email,
        mailbox=introduction.mailbox,
        language=introduction.language,
        tells_sharer=introduction.tells_sharer,
        created_at=clock.now(),
    )
    db.execute(made.on_conflict_do_nothing(index_elements=["mailbox"]))
    passer = db.scalars(select(Passer).where(Passer.mailbox == introduction.mailbox)).one()
    passer.name = introduction.name
    passer.tells_sharer = introduction.tells_sharer
    return passer


@outbox.handles("introductions")
def forget_unanswered(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Forget those whose mailbox didn't answer in time, and the mail that asked them."""
    drop_unanswered(db, Introduction, WAITS)


# -- their own page ---------------------------------------------------------------------------


def token_of(code: str, signing_key: str) -> str:
    """The secret of a passer's own page, 256 bits: the same whenever they come back."""
    digest = hmac.new(signing_key.encode(), f"passer:{code}".encode(), sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def passer_with(db: Session, token: str) -> Passer | None:
    """Whose page has this secret."""
    return db.scalar(select(Passer).where(Passer.token_hash == token_hash(token)))


@dataclass(frozen=True, slots=True)
class PassedLink:
    """A link that somebody passed on, with what became of it."""

    link: ShareLink
    target: Target
    people: int  # confirmed: they saw the page
    passed_on: int  # so many made a link of it again


def links_of_passer(db: Session, passer: Passer) -> list[PassedLink]:
    """What a passer may see of their links, newest first: sums of people, never who or whether
    somebody applied, for that is the candidate's to tell."""
    wanted = select(ShareLink).where(ShareLink.passer_id == passer.id)
    links = list(db.scalars(wanted.order_by(ShareLink.id.desc()).limit(LINKS_SHOWN)))
    keys = [link.id for link in links]
    sums = select(LinkDay.link_id, func.sum(LinkDay.confirmed)).where(LinkDay.link_id.in_(keys))
    people = {row[0]: int(row[1]) for row in db.execute(sums.group_by(LinkDay.link_id))}
    counted = select(ShareLink.parent_id, func.count()).where(ShareLink.parent_id.in_(keys))
    again = {row[0]: row[1] for row in db.execute(counted.group_by(ShareLink.parent_id))}
    return [
        PassedLink(link, target_of(link), people.get(link.id, 0), again.get(link.id, 0))
        for link in links
    ]


def correct(passer: Passer, name: str, tells_sharer: bool) -> None:
    """Call a passer by `name`, and say or hide it to the employees whose links they passed on."""
    passer.name, passer.tells_sharer = name, tells_sharer


@tombstones.erases("passer", Passer)
def forget(db: Session, passer: Passer) -> None:
    """Delete a passer: name, address, and our mail to them. Their links go on leading where they
    lead, as links that somebody passed on; receipts keep a code that names nobody."""
    db.execute(
        update(ShareLink)
        .where(ShareLink.passer_id == passer.id)
        .values(passer_id=None, known_since=None)
    )
    waiting = select(Introduction).where(Introduction.mailbox == passer.mailbox)
    drop(db, Introduction, list(db.scalars(waiting)))
    db.execute(delete(Passer).where(Passer.id == passer.id))
    tombstones.remember(db, "passer", passer.code)
