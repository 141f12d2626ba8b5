"""Sharing: an employee's own link for a page of ours on a channel, and what it is shared with."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, codes
from careers.base.database import inserting
from careers.base.people import Person
from referrals.models import CHANNELS, ShareLink
from referrals.targets import Target
from referrals.typed_codes import typed_code

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


def share(
    db: Session,
    person: Person,
    target: Target,
    channel: str,
) -> ShareLink:
    """The person's own link for `target` on `channel`, made when there is none yet.

    Pressing twice at once makes one link: the constraint decides, not a look beforehand.
    Raises ValueError for an unknown channel.
    """
    if channel not in CHANNELS:
        raise ValueError(channel)
    mine = select(ShareLink).where(
        ShareLink.person_id == person.id,
        ShareLink.target == target.kind,
        ShareLink.job_id.is_not_distinct_from(target.key if target.kind == "job" else None),
        ShareLink.article_id.is_not_distinct_from(target.key if target.kind == "article" else None),
        ShareLink.expert_id.is_not_distinct_from(target.key if target.kind == "expert" else None),
        ShareLink.channel == channel,
        ShareLink.is_printed.is_(False),
    )
    for _ in range(5):  # a code that somebody else was given is tried again
        found = db.scalar(mine)
        if found is not None:
            return found
        values = new_link(person, target, channel)
        db.execute(inserting(db, ShareLink).values(values).on_conflict_do_nothing())
    raise RuntimeError("no free code was found for a share link")


def new_link(person: Person, target: Target, channel: str) -> dict[str, Any]:
    """The values of a new link to `target`, with fresh codes."""
    return {
        "code": codes.code(),
        "typed_code": typed_code(),
        "person_id": person.id,
        **places(target),
        "channel": channel,
        "name": "",
        "is_printed": False,
        "created_at": clock.now(),
    }


def places(target: Target) -> dict[str, Any]:
    """The columns of a link that say where it leads."""
    return {
        "target": target.kind,
        "job_id": target.key if target.kind == "job" else None,
        "article_id": target.key if target.kind == "article" else None,
        "expert_id": target.key if target.kind == "expert" else None,
    }


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
