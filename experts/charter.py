"""The charter: what a company asks of those who show themselves, and promises them. Each text that
was in force stays, for whoever agreed to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, consents, prose
from careers.base.database import ChangedMeanwhile
from careers.base.people import Person
from experts.models import Charter

LONGEST = 20_000  # characters


def present_charter(db: Session) -> Charter | None:
    """The text in force; None where there is none."""
    return db.scalar(select(Charter).order_by(Charter.number.desc()).limit(1))


def charter_numbered(db: Session, number: int) -> Charter | None:
    """The text with this number, in force or not."""
    return db.get(Charter, number)


def charters(db: Session) -> Sequence[Charter]:
    """Every text that was in force, the present one first."""
    return db.scalars(select(Charter).order_by(Charter.number.desc())).all()


def write_charter(db: Session, who: Person, in_english: str, in_french: str, seen: int) -> None:
    """Put another text in force; nothing changes when it is the present one.

    `seen` is the number of the text that was changed. Raises ChangedMeanwhile, or ValueError for
    what cannot be shown.
    """
    present = present_charter(db)
    number = present.number if present else 0
    if present and (present.in_english, present.in_french) == (in_english, in_french):
        return
    if number != seen:
        raise ChangedMeanwhile
    another = Charter(
        number=number + 1, in_english=in_english, in_french=in_french,
        english_html=prose.markdown_to_html(in_english),
        french_html=prose.markdown_to_html(in_french),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(another)
    except IntegrityError:  # somebody else did so in this moment
        raise ChangedMeanwhile from None
    audit.record(db, who, "charter:write", "", version=number + 1)


def item_of(charter: Charter) -> str:
    """What a yes to this text is called among consents."""
    return f"charter:{charter.number}"


def number_in(item: str) -> int | None:
    """The number of the text that the consent `item` is of; None for any other consent."""
    kind, _, number = item.partition(":")
    return int(number) if kind == "charter" and number.isdecimal() else None


def agree_to_charter(db: Session, person: Person, charter: Charter) -> None:
    """Record that `person` agrees to `charter`, and since when."""
    consents.agree(db, person, item_of(charter))


def asked_of(db: Session, person: Person) -> Charter | None:
    """The text in force, unless `person` has agreed to it."""
    present = present_charter(db)
    if present is None or item_of(present) in consents.standing(db, person):
        return None
    return present
