"""Lost clicks: people who were led on while the disk refused the line that counts them.

The journal writes the number down as soon as the disk takes it again; from there it is told to
every admin, and stands beside the figures it is missing from.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import force_locale, format_datetime, gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import audit, mail, outbox
from careers.base.config import Settings
from careers.base.people import Person, PersonRole
from referrals.models import LostClicks


def report(db: Session, clicks: int, since: datetime, until: datetime) -> None:
    """Record a loss between two moments (aware), and have every admin told, in the caller's
    transaction."""
    lost = LostClicks(clicks=clicks, since=since, until=until)
    db.add(lost)
    db.flush()
    audit.record(db, None, "clicks:lost", clicks=clicks, since=since.isoformat())
    outbox.add(db, "lost_clicks", {"loss": lost.id})


@outbox.handles("lost_clicks")
def tell_admins(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Write to every admin about the loss `payload["loss"]`."""
    lost = db.get_one(LostClicks, payload["loss"])
    admins = select(Person).join(PersonRole).where(PersonRole.role == "admin")
    for admin in db.scalars(admins.where(Person.status == "active")):
        with force_locale(admin.language):
            subject = ngettext(
                "%(num)s click could not be recorded",
                "%(num)s clicks could not be recorded",
                lost.clicks,
            )
            words = gettext(
                "Between %(since)s and %(until)s (UTC) the disk of the journal refused to write. "
                "Visitors were led on, but these clicks are missing from every figure and can earn "
                "no credit. Please make room on the disk, or mend it.",
                since=format_datetime(lost.since, "short", rebase=False),
                until=format_datetime(lost.until, "short", rebase=False),
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
