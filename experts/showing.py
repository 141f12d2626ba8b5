"""Showing oneself and no longer: the only place where a public page begins and ends."""

from __future__ import annotations

from blinker import Signal
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, clock, codes, consents
from careers.base.people import Person, employee_left
from careers.blog import leaving
from experts import charter
from experts.models import Expert, Portrait
from experts.queries import expert_of
from feeds.pictures import settle_person
from feeds.subscribing import hide_feeds

# What is consented to: the page as a whole, and what stands on it only with a yes of its own.
PAGE, PORTRAIT, NETWORKS, TALKS = "page", "portrait", "networks", "talks"
QUESTIONS = "questions"  # that visitors may ask
ITEMS = (PORTRAIT, NETWORKS, TALKS, QUESTIONS)

shown_changed = Signal()
"""Sent as `shown_changed.send(person, db=session, shown=bool)` in the transaction in which a
public page begins, ends, or is edited while it is shown."""


left = Signal()
"""Sent as `left.send(person, db=session)` when somebody no longer takes part, but works here."""


class NotReady(Exception):
    """The page cannot be shown yet: it has no headline, or its person no longer works here."""


class NotAgreed(Exception):
    """The person has not agreed to the charter in force."""


def opt_in(db: Session, person: Person) -> Expert:
    """Show `person`'s page to everybody and record that they wanted it.

    Nothing changes when it is shown already. Raises NotReady, or NotAgreed while the charter in
    force is not agreed to (`charter.agree_to_charter`): no way leads past it.
    """
    expert = expert_of(db, person)
    if expert is None or not expert.headline.strip() or not person.is_active:
        raise NotReady
    if expert.state == "shown":
        return expert
    if charter.asked_of(db, person) is not None:
        raise NotAgreed
    if expert.slug is None:
        _give_address(db, expert, person)
    now = clock.now()
    shown = db.execute(
        update(Expert)
        .where(Expert.id == expert.id, Expert.state == "hidden")
        .values(state="shown", shown_since=now)
    )
    if shown.rowcount:  # type: ignore[attr-defined]
        consents.agree(db, person, PAGE)
        person.page = expert.slug
        settle_photo(db, person)
        leaving.name_again(db, person)
        audit.record(db, person, "page:show", expert.slug or "")
        settle_person(db, person)
        shown_changed.send(person, db=db, shown=True)
    return expert


def opt_out(db: Session, person: Person) -> None:
    """Take `person`'s page down and record that they withdrew their consent.

    Nothing changes when it isn't shown. The address stays theirs, and answers 410.
    """
    hidden = db.execute(
        update(Expert)
        .where(Expert.person_id == person.id, Expert.state == "shown")
        .values(state="hidden", shown_since=None)
    )
    if not hidden.rowcount:  # type: ignore[attr-defined]
        return
    consents.withdraw(db, person, PAGE)
    was, person.page, person.photo = person.page, None, None
    audit.record(db, person, "page:hide", was or "", left=not person.is_active)
    settle_person(db, person)
    shown_changed.send(person, db=db, shown=False)


def leave(db: Session, person: Person) -> None:
    """Stop taking part: the page goes, every consent and the photograph with it, and the articles
    become what `person` chose beforehand. What they wrote about themselves waits for them.
    """
    opt_out(db, person)
    _take_everything_back(db, person)
    leaving.settle_articles(db, person)
    left.send(person, db=db)


def _take_everything_back(db: Session, person: Person) -> None:
    hide_feeds(db, person)
    for item in consents.standing(db, person):
        consents.withdraw(db, person, item)


def agree(db: Session, person: Person, item: str) -> None:
    """Show `item` too while the page is shown, and record that they wanted it."""
    if consents.agree(db, person, item):
        _settle(db, person, item)


def withdraw(db: Session, person: Person, item: str) -> None:
    """Show `item` no longer, from now on, and record that they took their yes back."""
    if consents.withdraw(db, person, item):
        _settle(db, person, item)


def _settle(db: Session, person: Person, item: str) -> None:
    if item == PORTRAIT:
        settle_photo(db, person)
    expert = expert_of(db, person)
    if expert is not None:
        db.expire(expert, ["agreed"])
        expert.changed_at = clock.now()
    db.flush()
    if person.page is not None:
        shown_changed.send(person, db=db, shown=True)


def settle_photo(db: Session, person: Person) -> None:
    """Have everybody see the photograph of `person` if they may, or no longer."""
    code = db.scalar(select(Portrait.code).where(Portrait.person_id == person.id))
    is_seen = person.page is not None and PORTRAIT in consents.standing(db, person)
    person.photo = code if is_seen else None
    db.flush()


@employee_left.connect
def take_down(person: Person, db: Session) -> None:
    """Whoever leaves is no longer shown, from the same moment, and has agreed to nothing more."""
    opt_out(db, person)
    _take_everything_back(db, person)


def _give_address(db: Session, expert: Expert, person: Person) -> None:
    """A slug from the person's name that nobody has or had, for ever."""
    wanted = codes.slug(person.name) or codes.code(8).lower()
    taken = set(
        db.scalars(select(Expert.slug).where(Expert.slug.startswith(wanted, autoescape=True)))
    )
    number = 1
    while True:
        slug = wanted if number == 1 else f"{wanted}-{number}"
        number += 1
        if slug in taken:
            continue
        try:
            with db.begin_nested():
                expert.slug = slug
                db.flush()
        except IntegrityError:  # somebody of the same name did it in this moment
            db.refresh(expert)
            continue
        return
