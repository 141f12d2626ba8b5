"""There is always somebody who runs the site: the first administrator, and never none."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from careers.base import clock, codes
from careers.base.company import Company
from careers.base.config import Settings
from careers.base.people import Person, PersonRole, Role, person_by_email
from careers.base.signin.sessions import token_hash

SETUP_LASTS = timedelta(hours=1)
_TURN = 739150828  # any number, the same everywhere


class LastAdmin(Exception):
    """Refused: without this person, nobody could run the site."""


def administrators(db: Session) -> int:
    """How many active people are administrators."""
    found = db.scalar(
        select(func.count())
        .select_from(PersonRole)
        .join(Person)
        .where(PersonRole.role == Role.ADMIN.value, Person.status == "active")
    )
    return found or 0


def take_turn(db: Session) -> None:
    """Wait until no other transaction changes who is administrator, and keep others waiting.

    On SQLite the writing transaction itself is that turn.
    """
    if db.get_bind().dialect.name == "sqlite":
        db.connection()
    else:
        db.execute(text(f"SELECT pg_advisory_xact_lock({_TURN})"))


@contextmanager
def an_administrator_stays(db: Session) -> Iterator[None]:
    """What happens inside may not leave the site without an administrator.

    Raises LastAdmin when it would; the caller then rolls back. Of two that take each other's role
    at once, the database lets one through.
    """
    take_turn(db)
    before = administrators(db)
    yield
    db.flush()
    if before and not administrators(db):
        raise LastAdmin


def grant(db: Session, person: Person, role: Role) -> bool:
    """Give `person` a role; whether that changed anything."""
    take_turn(db)
    db.refresh(person)
    had = role in person.roles
    person.grant(role)
    db.flush()
    return not had


def revoke(db: Session, person: Person, role: Role) -> bool:
    """Take a role from `person`; whether that changed anything. Raises LastAdmin."""
    with an_administrator_stays(db):
        taken = db.execute(
            delete(PersonRole).where(
                PersonRole.person_id == person.id, PersonRole.role == role.value
            )
        )
    db.refresh(person)
    return bool(taken.rowcount)  # type: ignore[attr-defined]


# -- the first one -----------------------------------------------------------------------------


def setup_address(db: Session, settings: Settings) -> str | None:
    """A one-time address at which the first administrator is made; None once there is one.

    Only a hash of its token is kept, in the data folder; an earlier address is then worth nothing.
    """
    path = settings.folder() / "setup"
    if administrators(db):
        path.unlink(missing_ok=True)
        return None
    token = codes.token()
    kept = {"hash": token_hash(token), "until": (clock.now() + SETUP_LASTS).isoformat()}
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(kept, out)
    draft.replace(path)
    place = current_app.url_map.bind("").build("signin.setup") if current_app else "/setup"
    return f"{settings.base_url}{place}?token={token}"


def opens_setup(settings: Settings, token: str) -> bool:
    """Whether `token` is that of the address printed last, and in time."""
    try:
        kept = json.loads((settings.folder() / "setup").read_text())
        until = datetime.fromisoformat(kept["until"])
        known = str(kept["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return secrets.compare_digest(known, token_hash(token)) and clock.now() < until


def make_first_administrator(
    db: Session, settings: Settings, company: str, name: str, email: str, hashed: str
) -> Person | None:
    """The first administrator; None when somebody else was faster."""
    take_turn(db)
    if administrators(db):
        return None
    person = person_by_email(db, email)
    if person is None:
        person = Person(name=name, email=email, language=settings.default_language)
        db.add(person)
    elif not person.is_active:
        return None
    person.password_hash = hashed
    person.grant(Role.ADMIN)
    row = db.get(Company, 1)
    if row is None:
        row = Company(id=1)
        db.add(row)
    row.name = company
    db.flush()
    return person


def forget_setup(settings: Settings) -> None:
    """The printed address is spent."""
    (settings.folder() / "setup").unlink(missing_ok=True)
