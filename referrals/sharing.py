"""Sharing: an employee's own link for a job on a channel, and what it is shared with."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from careers.base import clock, codes
from careers.base.people import Person
from careers.jobs.models import Job
from referrals.models import CHANNELS, ShareLink

CHANNEL_NAMES = {
    "linkedin": "LinkedIn",
    "x": "X",
    "facebook": "Facebook",
    "whatsapp": "WhatsApp",
    "email": lazy_gettext("E-mail"),
    "sms": lazy_gettext("Text message"),
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "instagram": "Instagram",
    "teams": "Teams",
    "slack": "Slack",
    "qr": lazy_gettext("QR code"),
    "other": lazy_gettext("Somewhere else"),
}
assert set(CHANNEL_NAMES) == set(CHANNELS)


def share(db: Session, person: Person, job: Job, channel: str) -> ShareLink:
    """The person's link for `job` on `channel`, made when there is none yet.

    Pressing twice at once makes one link: the constraint decides, not a look beforehand.
    Raises ValueError for an unknown channel.
    """
    if channel not in CHANNELS:
        raise ValueError(channel)
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    db.execute(
        dialect.insert(ShareLink)
        .values(
            code=codes.code(),
            person_id=person.id,
            job_id=job.id,
            channel=channel,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["person_id", "job_id", "channel"])
    )
    return db.scalars(
        select(ShareLink).where(
            ShareLink.person_id == person.id,
            ShareLink.job_id == job.id,
            ShareLink.channel == channel,
        )
    ).one()


def share_window(channel: str, text: str, address: str, subject: str) -> str | None:
    """The address at which the network lets a person post `text` (which ends with `address`).

    None where a network offers no such page: there one copies the text. Nothing is posted here.
    Sources: each network's own page on share links.
    """
    query = {
        "linkedin": ("https://www.linkedin.com/sharing/share-offsite/", {"url": address}),
        "x": ("https://x.com/intent/post", {"text": text}),
        "facebook": ("https://www.facebook.com/sharer/sharer.php", {"u": address}),
        "whatsapp": ("https://wa.me/", {"text": text}),
        "bluesky": ("https://bsky.app/intent/compose", {"text": text}),
        "teams": ("https://teams.microsoft.com/share", {"href": address, "msgText": text}),
        "email": ("mailto:", {"subject": subject, "body": text}),
        "sms": ("sms:", {"body": text}),
    }.get(channel)
    if query is None:
        return None
    base, parameters = query
    return f"{base}?{urlencode(parameters, quote_via=quote)}"
