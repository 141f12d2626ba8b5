"""How bonuses read in the reader's language."""

from __future__ import annotations

import re
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency
from flask_babel import format_date, get_locale, gettext

from careers.hiring.models import Application
from careers.jobs.words import NARROW
from referrals.bonuses.models import Instalment, Programme
from referrals.bonuses.queries import shows_whom
from referrals.bonuses.rules import Reason

# Currencies with hundredths, so that an amount is always written in whole cents (ISO 4217).
CURRENCIES = (
    "EUR", "GBP", "CHF", "USD", "CAD", "AUD", "CZK", "DKK", "MAD", "NOK", "PLN", "RON", "SEK",
)  # fmt: skip
_AMOUNT = re.compile(r"([0-9]{1,8})(?:[.,]([0-9]{1,2}))?")


def money(amount: int, currency: str) -> str:
    """`amount` in minor units, in the reader's language; hundredths only where there are any."""
    locale = get_locale() or Locale("en")
    pattern = str(locale.currency_formats["standard"].pattern).split(";")[0]
    if amount % 100 == 0:
        pattern = pattern.replace(".00", "")
    pattern = pattern.replace("¤", NARROW.get(currency, "¤"))
    return str(
        format_currency(
            Decimal(amount).scaleb(-2), currency, pattern, locale=locale, currency_digits=False
        )
    )


def cents(text: str) -> int | None:
    """The minor units that somebody wrote as `1500`, `1 500,50` or `1500.50`; None for nonsense.

    Spaces are left out. Thousands can't be parted by commas or points: `1,500` isn't guessed at.
    """
    found = _AMOUNT.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def as_written(amount: int) -> str:
    """`amount` in minor units as the forms take it: `1500` or `1500.50`."""
    return str(amount // 100) if amount % 100 == 0 else f"{amount // 100}.{amount % 100:02}"


def reason_words(reason: str) -> str:
    """Why a bonus isn't due, as a sentence."""
    words = {
        Reason.LEFT: gettext("Whoever has left the company gets no bonus."),
        Reason.HIRE_UNDONE: gettext("The hire was taken back."),
        Reason.NOT_CREDITED: gettext("After a correction of the credit nothing is left of it."),
        Reason.OWN_APPLICATION: gettext("It is the employee’s own application."),
        Reason.RECRUITER: gettext("Recruiters get no bonus from this programme."),
        Reason.HIRING_CONTACT: gettext(
            "Whoever hires for a job, or answers candidates about it, gets no bonus for it."
        ),
        Reason.REFUSED: gettext("A recruiter refused it."),
    }
    return str(words[Reason(reason)])


def state_name(state: str) -> str:
    """A state in a word or two."""
    words = {
        "pending": gettext("waiting"),
        "eligible": gettext("due"),
        "paid": gettext("paid"),
        "ineligible": gettext("not due"),
    }
    return str(words[state])


def instalment_words(one: Instalment) -> str:
    """Where an instalment stands in a plain sentence, with the date on which it changes."""
    if one.state == "pending":
        return str(gettext("It waits until %(date)s.", date=format_date(one.due_at, "long")))
    if one.state == "eligible" and one.batch_id is not None:
        return str(
            gettext(
                "Due since %(date)s and handed to the payroll: it isn’t said to be paid yet.",
                date=format_date(one.since, "long"),
            )
        )
    if one.state == "eligible":
        return str(
            gettext(
                "Due since %(date)s: it goes out with one of the next payrolls.",
                date=format_date(one.since, "long"),
            )
        )
    if one.state == "paid":
        assert one.paid_at is not None
        return str(
            gettext("Paid: so says the payroll of %(date)s.", date=format_date(one.paid_at, "long"))
        )
    return reason_words(one.reason)


def whom(application: Application) -> str:
    """Whose hire a bonus is for, as far as the candidate lets its employee know."""
    if shows_whom(application):
        return application.name
    return str(gettext("Somebody who came through you"))


def about_job(application: Application) -> str:
    """The job of that hire, as far as the candidate lets its employee know; "" otherwise."""
    return application.job.title if shows_whom(application) else ""


def meant_for(programme: Programme) -> str:
    """For which jobs a programme is, in words."""
    if programme.scope == "team":
        return str(gettext("Jobs of %(team)s", team=programme.team))
    if programme.scope == "jobs":
        return ", ".join(job.title for job in programme.jobs)
    return str(gettext("All jobs"))


def terms_words(programme: Programme) -> list[str]:
    """The instalments of a programme, one sentence each."""
    return [
        str(gettext("%(percent)s %% at the hire", percent=term.percent))
        if term.days == 0
        else str(
            gettext("%(percent)s %% %(days)s days after it", percent=term.percent, days=term.days)
        )
        for term in programme.terms
    ]
