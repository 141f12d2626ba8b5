"""Somebody who shows themselves, as tests need them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from careers.base.people import Person
from experts import charter, showing
from experts.models import Expert


def opt_in(db: Session, person: Person) -> Expert:
    """Show the page of `person`, who agrees to the charter in force."""
    present = charter.present_charter(db)
    if present is not None:
        charter.agree_to_charter(db, person, present)
    return showing.opt_in(db, person)
