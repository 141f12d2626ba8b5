"""Which mail an employee wants, and the signed address that ends it without signing in."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from careers.base.database import inserting
from careers.base.languages import address_in
from careers.base.people import Person, person_by_code
from referrals.news.models import KINDS, NewsChoice


def wants(db: Session, person: Person, kind: str) -> bool:
    """Whether `person` works here and wants mail of this kind, one of KINDS."""
    choice = db.get(NewsChoice, person.id)
    return person.is_active and (choice is None or bool(getattr(choice, kind)))


def choose(db: Session, key: int, **wanted: bool) -> None:
    """Keep which of KINDS the person with this key wants; what isn't named stays."""
    assert wanted.keys() <= set(KINDS)
    there = inserting(db, NewsChoice).values(
        person_id=key, **{kind: wanted.get(kind, True) for kind in KINDS}
    )
    db.execute(
        there.on_conflict_do_update(index_elements=["person_id"], set_=wanted)
        if wanted
        else there.on_conflict_do_nothing()
    )


# -- without signing in ---------------------------------------------------------------------------


def _signer() -> URLSafeSerializer:
    settings = current_app.extensions["settings"]
    return URLSafeSerializer(settings.signing_key, salt="news")


def address_off(person: Person, kind: str) -> str:
    """The address where `person` ends mail of this kind, in their language; it never expires, for
    old mail is read too."""
    settings = current_app.extensions["settings"]
    token = _signer().dumps([person.code, kind])
    return f"{settings.base_url}{address_in(person.language, f'/mail/off/{token}')}"


def whose(db: Session, token: str) -> tuple[Person, str] | None:
    """Whose mail of which kind such an address ends; None for a token that isn't ours."""
    try:
        code, kind = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    person = person_by_code(db, code)
    return (person, kind) if person is not None and kind in KINDS else None


def footing(person: Person, kind: str) -> str:
    """What stands below such a mail, in the language that is in force."""
    settings = current_app.extensions["settings"]
    return str(
        gettext(
            "\n-- \nWhich mail you get: %(choices)s\nNo more mail of this kind: %(off)s\n",
            choices=settings.base_url + address_in(person.language, "/me/mail"),
            off=address_off(person, kind),
        )
    )
