"""Where bonuses stand, what pages show of them, and what was mailed."""

from __future__ import annotations

import re

from sqlalchemy import select

from careers.base.mail import Mail
from referrals.bonuses.models import Bonus, Instalment
from tests.cast import Cast

NEW = "/recruiting/bonuses/programmes/new"
SECOND = Cast.ADMIN


def standings(db, application):
    rows = db.execute(
        select(Instalment.amount, Instalment.state, Instalment.reason)
        .join(Bonus)
        .where(Bonus.application_id == application.id)
        .order_by(Bonus.person_id, Instalment.number)
    )
    return [tuple(row) for row in rows]


def text(answer):
    return answer.get_data(as_text=True)


def mails_to(db, email):
    found = select(Mail.subject).where(Mail.to == email).order_by(Mail.id)
    return list(db.scalars(found))


def only_bonus(db):
    return db.scalars(select(Bonus)).unique().one()


def opened(browser, page):
    """The hidden fields of the form on `page`, as a window that shows it holds them."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text(browser.get(page))))
