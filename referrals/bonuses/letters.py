"""What employees and recruiters hear about bonuses by mail, each in their own language."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale, gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import mail
from careers.base.languages import address_in, locale_of
from careers.base.people import Person, PersonRole
from careers.base.permissions import GRANTS
from referrals.bonuses.models import Appeal, Bonus, Instalment
from referrals.bonuses.queries import may_be_told
from referrals.bonuses.words import instalment_words, money
from referrals.news.choosing import address_off, footing, wants


def people_who_may(db: Session, permission: str) -> list[Person]:
    """The active people whose roles grant `permission`, by name."""
    roles = [role.value for role, granted in GRANTS.items() if permission in granted]
    having = select(PersonRole.person_id).where(PersonRole.role.in_(roles))
    return list(
        db.scalars(
            select(Person)
            .where(Person.status == "active", Person.id.in_(having))
            .order_by(Person.name)
        )
    )


def tell_moved(db: Session, bonus: Bonus, moved: Sequence[Instalment]) -> None:
    """Tell the employee where their bonus stands now, with every instalment that moved, if they
    want such mail and the candidate lets them know.

    The candidate isn't named: mail stays when a candidate has their data erased.
    """
    person = bonus.person
    moved = [one for one in moved if may_be_told(bonus.application, one)]
    if not moved or not wants(db, person, "moves"):
        return
    with force_locale(locale_of(person.language)):  # dates as on the pages
        lines = [f"{money(one.amount, bonus.currency)} · {instalment_words(one)}" for one in moved]
        subject = gettext("Your bonus for a hire")
        text = gettext(
            "Hello %(name)s,\n\nthere is news of your bonus for a hire:\n\n%(lines)s\n\n"
            "All of it, with every reason:\n%(address)s\n",
            name=person.first_name,
            lines="\n".join(lines),
            address=_address(person.language, "/me/bonuses"),
        )
        text += footing(person, "moves")
    mail.write(db, person.email, subject, text, address_off(person, "moves"))


def tell_corrected(db: Session, person: Person, share: str, why: str) -> None:
    """Tell `person` that somebody changed their share of a credit by hand; `share` reads 1/2."""
    if not person.is_active:
        return
    with force_locale(person.language):
        subject = gettext("Your share of a credit was corrected")
        text = gettext(
            "Hello %(name)s,\n\nyour share of the credit for an application is now %(share)s.\n\n"
            "The reason given:\n%(why)s\n\n%(address)s\n",
            name=person.first_name,
            share=share,
            why=why,
            address=_address(person.language, "/me/bonuses"),
        )
    mail.write(db, person.email, subject, text)


def tell_appealed(db: Session, appeal: Appeal, reviewers: Sequence[Person]) -> None:
    """Tell `reviewers`, who can decide it, that somebody asks for a second look, and the employee
    that it came in."""
    for reviewer in reviewers:
        with force_locale(reviewer.language):
            mail.write(
                db,
                reviewer.email,
                gettext("An appeal waits: %(name)s", name=appeal.person.name),
                gettext(
                    "%(name)s asks for a second look at a decision.\n\n%(address)s\n",
                    name=appeal.person.name,
                    address=_address(reviewer.language, f"/recruiting/appeals/{appeal.code}"),
                ),
            )
    _tell_appellant(db, appeal)


def _tell_appellant(db: Session, appeal: Appeal) -> None:
    person = appeal.person
    with force_locale(person.language):
        mail.write(
            db,
            person.email,
            gettext("We have your appeal"),
            gettext(
                "Hello %(name)s,\n\nyour appeal is in. Somebody who hasn’t decided before will"
                " look at it and answer you with a reason.\n\n%(address)s\n",
                name=person.first_name,
                address=_address(person.language, "/me/bonuses"),
            ),
        )


def tell_decided(db: Session, appeal: Appeal) -> None:
    """Tell the employee how their appeal was decided, and why."""
    person = appeal.person
    if not person.is_active:
        return
    with force_locale(person.language):
        outcome = (
            gettext("Your appeal was granted.")
            if appeal.outcome == "granted"
            else gettext("Your appeal was refused.")
        )
        text = gettext(
            "Hello %(name)s,\n\n%(outcome)s\n\nThe reason given:\n%(why)s\n\n%(address)s\n",
            name=person.first_name,
            outcome=outcome,
            why=appeal.answer,
            address=_address(person.language, "/me/bonuses"),
        )
    mail.write(db, person.email, outcome, text)


def remind(db: Session, waiting: int, days: int) -> None:
    """Remind the recruiters that `waiting` instalments have been due for `days` or longer."""
    for person in people_who_may(db, "application:move"):
        with force_locale(person.language):
            subject = ngettext(
                "%(num)s bonus waits for the payroll",
                "%(num)s bonuses wait for the payroll",
                waiting,
            )
            text = gettext(
                "%(what)s: due for %(days)s days or longer, and nobody has said that it was"
                " paid.\n\n%(address)s\n",
                what=subject,
                days=days,
                address=_address(person.language, "/recruiting/payroll"),
            )
        mail.write(db, person.email, subject, text)


def _address(language: str, path: str) -> str:
    settings = current_app.extensions["settings"]
    return f"{settings.base_url}{address_in(language, path)}"
