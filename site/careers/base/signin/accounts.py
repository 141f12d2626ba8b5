"""Who may come in with a password, and how someone gets a first or another one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import update
from sqlalchemy.orm import Session

from careers.base import clock, codes, mail, outbox
from careers.base.audit import record
from careers.base.company import the_company
from careers.base.config import Settings
from careers.base.languages import address_in
from careers.base.people import Person, person_by_email
from careers.base.signin import passwords, sessions

LINK_LASTS = timedelta(minutes=10)  # ASVS 5.0, 6.5.5


def person_who_knows(db: Session, email: str, password: str) -> Person | None:
    """The active person with this address and password.

    The caller's transaction is rolled back first: hashing is slow, and nobody waits for it. The
    answer takes as long for an address that nobody has.
    """
    found = person_by_email(db, email)
    number, stored = (found.id, found.password_hash) if found else (None, None)
    db.rollback()
    if not passwords.matches(stored, password) or number is None or stored is None:
        return None
    renewed = passwords.hash_password(password) if passwords.is_outdated(stored) else None
    person = db.get_one(Person, number)
    if not person.is_active or person.password_hash != stored:
        return None
    if renewed:
        person.password_hash = renewed
    return person


def knows_password(db: Session, person: Person, password: str) -> bool:
    """Whether `password` is that of `person`; as above, the transaction is rolled back first."""
    stored = person.password_hash
    db.rollback()
    return passwords.matches(stored, password)


def context_words(db: Session, person: Person | None) -> list[str]:
    """What a password must not consist of: the company, the person's name and address."""
    words = [the_company(db).name]
    if person is not None:
        words += [person.name, *person.email.split("@")]
    return words


def set_password(db: Session, person: Person, hashed: str, but: str = "") -> None:
    """Give `person` another password, end their sessions except the one keyed `but`, tell them."""
    person.password_hash = hashed
    person.reset_hash = person.reset_until = None
    sessions.end_all(db, person, but=but)
    record(db, person, "password:set", person.code)
    with force_locale(person.language):
        mail.write(
            db,
            person.email,
            gettext("Your password was changed"),
            gettext(
                "Hello %(name)s,\n\nyour password at %(company)s was changed, and every other "
                "session was ended. If that was not you, ask for a link to set a new one and tell "
                "whoever runs the site.\n",
                name=person.first_name,
                company=the_company(db).name,
            ),
        )


# -- links to set a password -------------------------------------------------------------------


def ask_for_link(db: Session, email: str) -> None:
    """Have a link to set a password mailed to whoever has this address, if anybody.

    The same work is done either way, and the rest later, so that no answer tells who exists.
    """
    person = person_by_email(db, email)
    known = person is not None and person.is_active
    outbox.add(db, "password-link", {"person": person.id if person and known else 0})


@outbox.handles("password-link")
def mail_link(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Mail a link to set a password, which replaces any earlier one."""
    person = db.get(Person, payload["person"])
    if person is None or not person.is_active:
        return
    address = link_to_set_password(db, person, settings)
    with force_locale(person.language):
        mail.write(
            db,
            person.email,
            gettext("Set your password"),
            gettext(
                "Hello %(name)s,\n\nhere you set your password at %(company)s:\n\n%(address)s\n\n"
                "The link works once, for ten minutes. If you did not ask for it, you need not do "
                "anything.\n",
                name=person.first_name,
                company=the_company(db).name,
                address=address,
            ),
        )


def link_to_set_password(db: Session, person: Person, settings: Settings) -> str:
    """A new address at which `person` may set a password, once; older ones are worth nothing."""
    token = codes.token()
    person.reset_hash = sessions.token_hash(token)
    person.reset_until = clock.now() + LINK_LASTS
    path = current_app.url_map.bind("").build("signin.set_password", {"token": token})
    return settings.base_url + address_in(person.language, path)


def person_with_link(db: Session, token: str) -> Person | None:
    """Whom the link with `token` still lets set a password; nothing changes."""
    found = db.query(Person).filter_by(reset_hash=sessions.token_hash(token)).one_or_none()
    if found is None or not found.is_active or found.reset_until is None:
        return None
    return found if found.reset_until > clock.now() else None


def use_link(db: Session, token: str, hashed: str) -> Person | None:
    """Set the password for the link with `token`, and spend it: of two at once, one succeeds."""
    key = sessions.token_hash(token)
    person = person_with_link(db, token)
    if person is None:
        return None
    spent = db.execute(
        update(Person)
        .where(Person.id == person.id, Person.reset_hash == key)
        .values(reset_hash=None, reset_until=None)
        .execution_options(synchronize_session=False)
    )
    if not spent.rowcount:  # type: ignore[attr-defined]
        return None
    db.refresh(person)
    set_password(db, person, hashed)
    return person
