"""The standing cast: who is who in every test."""

from __future__ import annotations

from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.people import Person, Role
from careers.base.signin.passwords import cheap_hash


class Cast:
    """Addresses of the cast; all have the same password."""

    PASSWORD = "a long enough password"
    ENGINEER = "ada@acme.example"  # shares and writes
    EDITOR = "edith@acme.example"
    RECRUITER = "rosa@acme.example"
    ADMIN = "alma@acme.example"
    GONE = "gwen@acme.example"  # has left
    COLLEAGUE = "carl@acme.example"  # an employee who must see nothing of the others


def invite_cast(db: Session) -> None:
    """Add the cast; the stranger needs no row."""
    hashed = cheap_hash(Cast.PASSWORD)

    def person(number: str, name: str, email: str, title: str, team: str, *roles: Role) -> Person:
        made = Person(
            employee_number=number, name=name, email=email, job_title=title, team=team,
            office="Lyon", language="en", password_hash=hashed,
        )  # fmt: skip
        db.add(made)
        for role in roles:
            made.grant(role)
        return made

    person("A1", "Ada Engel", Cast.ENGINEER, "Engineer", "Platform")
    person("A2", "Edith Martin", Cast.EDITOR, "Editor", "Communication", Role.EDITOR)
    person("A3", "Rosa Klein", Cast.RECRUITER, "Recruiter", "People", Role.RECRUITER)
    person("A4", "Alma Duval", Cast.ADMIN, "IT lead", "IT", Role.ADMIN)
    person("A6", "Carl Bauer", Cast.COLLEAGUE, "Analyst", "Finance")
    gone = person("A5", "Gwen Hall", Cast.GONE, "Engineer", "Platform")
    gone.status, gone.left_at = "left", clock.now()
    db.flush()
