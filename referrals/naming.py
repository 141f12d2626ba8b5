"""Who is meant by a name: only colleagues whose page is shown can be named, and found."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, lazyload

from careers.base import codes
from careers.base.company import the_company
from careers.base.people import Person
from experts.models import Expert
from experts.queries import SHOWN

LEAST, MOST = 2, 8  # letters to begin with; names that are offered
NAME_LONGEST = 120
LONGEST = 250  # of a name and a job
LOOKED_AT = 200


def names_like(db: Session, words: str) -> list[str]:
    """Names in which a word begins as `words` do, for completion: at most MOST, by name.

    Of colleagues with the same name, each is told from the others. Nothing below LEAST letters.
    """
    key = codes.slug(words, NAME_LONGEST)
    if len(key) < LEAST:
        return []
    maybe, company = _shown(db, _has(key)), the_company(db)
    begins = [person for person in maybe if f"-{key}" in f"-{codes.slug(person.name)}"]
    names = Counter(codes.slug(person.name) for person in begins)
    return [
        company.told_apart(person) if names[codes.slug(person.name)] > 1 else person.name
        for person in begins[:MOST]
    ]


def person_named(db: Session, words: str) -> Person | None:
    """The one whose name `words` are, accents and case aside; None where it could be several.

    With what tells them apart after the name it is that one.
    """
    key = codes.slug(words, LONGEST)
    if not key:
        return None
    found = [one for one in _shown(db, _has(key)) if codes.slug(one.name, LONGEST) == key]
    if not found and "," in words:
        name = codes.slug(words.partition(",")[0], LONGEST)
        maybe, company = (_shown(db, _has(name)) if name else []), the_company(db)
        found = [one for one in maybe if codes.slug(company.told_apart(one), LONGEST) == key]
    return found[0] if len(found) == 1 else None


def _has(key: str) -> ColumnElement[bool]:
    """Whose name or address `key` stands in: addresses are made of names, without accents."""
    return or_(
        Expert.slug.contains(key, autoescape=True),
        Person.name.icontains(key.replace("-", " "), autoescape=True),
    )


def _shown(db: Session, condition: ColumnElement[bool]) -> list[Person]:
    wanted = select(Person).join(Expert, Expert.person_id == Person.id).where(SHOWN, condition)
    ordered = wanted.order_by(Person.name, Person.id).options(lazyload(Person.granted))
    return list(db.scalars(ordered.limit(LOOKED_AT)))
