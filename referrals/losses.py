"""Lost clicks: people who were led on while the disk refused the line that counts them.

The journal writes the number down as soon as the disk takes it again; from there it is told to
every admin, and stands beside the figures it is missing from.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask_babel import force_locale, format_datetime, gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import audit, mail
from careers.base.people import Person, PersonRole
from referrals.models import LostClicks


def report(db: Session, clicks: int, since: datetime, until: datetime) -> None:
    """Record a loss between two moments (aware) and tell every admin, in the caller's
    transaction."""
    db.add(LostClicks(clicks=clicks, since=since, until=until))
    audit.record(db, None, "clicks:lost", clicks=clicks, since=since.isoformat())
    admins = select(Person).join(PersonRole).where(PersonRole.role == "admin")
    for admin in db.scalars(admins.where(Person.status == "active")):
        with force_locale(admin.language):
            subject = ngettext(
                "%(num)s click could not be recorded",
                "%(num)s clicks could not be recorded",
                clicks,
            )
            words = gettext(
                "Between %(since)s and %(until)s (UTC) the disk of the journal refused to write. "
                "Visitors were led on, but these clicks are missing from every figure and can earn "
                "no credit. Please make room on the disk, or mend it.",
                since=format_datetime(since, "short", rebase=False),
                until=format_datetime(until, "short", rebase=False),
            )
            mail.write(db, admin.email, subject, words)


def lost_since(db: Session, since: date | None, until: date | None = None) -> int:
    """How many clicks were lost since a day (UTC), or ever; if need be only up to another day.

    A loss that reaches beyond the days asked for counts whole.
    """
    asked = select(func.coalesce(func.sum(LostClicks.clicks), 0))
    if since is not None:
        asked = asked.where(LostClicks.until >= datetime.combine(since, time.min, UTC))
    if until is not None:
        end = datetime.combine(until, time.min, UTC) + timedelta(days=1)
        asked = asked.where(LostClicks.since < end)
    return db.scalar(asked) or 0
