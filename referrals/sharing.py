"""Sharing: an employee's own link for a page of ours on a channel, and what it is shared with."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from careers.base import clock, codes
from careers.base.database import inserting
from careers.base.people import Person
from experts.models import Expert, Network
from referrals.models import CHANNELS, ShareLink
from referrals.targets import Target
from referrals.texts import with_link
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
    mine = select(ShareLink).where(*_leads_to(person, target), ShareLink.channel == channel)
    for _ in range(5):  # a code that somebody else was given is tried again
        found = db.scalar(mine)
        if found is not None:
            return found
        values = new_link(person, target, channel)
        db.execute(inserting(db, ShareLink).values(values).on_conflict_do_nothing())
    raise RuntimeError("no free code was found for a share link")


def _leads_to(person: Person, target: Target) -> list[ColumnElement[bool]]:
    return [
        ShareLink.person_id == person.id,
        ShareLink.is_printed.is_(False),
        ShareLink.parent_id.is_(None),
        *(getattr(ShareLink, n).is_not_distinct_from(v) for n, v in places(target).items()),
    ]


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


def share_window(
    channel: str, words: str, address: str, subject: str = "", instance: str = ""
) -> str | None:
    """The address at which the network lets a person post `words` and the link after them.

    None where a network offers no such page: there one copies the text. Nothing is posted here.
    `instance` is the host of the person's own Mastodon server. LinkedIn and Facebook take the
    link alone; Teams takes it apart from the words.

    Sources: LinkedIn's plugin "Share on LinkedIn", Facebook's "Share dialog", X's "Post web
    intent", WhatsApp's "Click to chat", Bluesky's "Action intent links", Mastodon's route
    `/share`, Microsoft's "Share to Teams from web apps", RFC 6068 (mailto), RFC 5724 (sms; the
    empty parameter before `body` is for iPhones).
    """
    text = with_link(words, address)
    if channel == "mastodon" and not instance:
        return None
    query = {
        "linkedin": ("https://www.linkedin.com/sharing/share-offsite/?", {"url": address}),
        "x": ("https://x.com/intent/post?", {"text": text}),
        "facebook": ("https://www.facebook.com/sharer/sharer.php?", {"u": address}),
        "whatsapp": ("https://wa.me/?", {"text": text}),
        "bluesky": ("https://bsky.app/intent/compose?", {"text": text}),
        "mastodon": (f"https://{instance}/share?", {"text": text}),
        "teams": ("https://teams.microsoft.com/share?", {"href": address, "msgText": words}),
        "email": ("mailto:?", {"subject": subject, "body": text.replace("\n", "\r\n")}),
        "sms": ("sms:?&", {"body": text}),
    }.get(channel)
    if query is None:
        return None
    base, parameters = query
    return base + urlencode({k: v for k, v in parameters.items() if v}, quote_via=quote, safe="")


_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{1,59}})")


def instance_host(written: str) -> str | None:
    """The host of a Mastodon server from what people write: its name, an address on it, or their
    handle; None when that names no public host.

    >>> instance_host("@ada@Mastodon.social")
    'mastodon.social'
    """
    name = re.sub(r"^https?://", "", written.strip().lower()[:500]).partition("/")[0]
    name = name.rpartition("@")[2] if name.count("@") < 3 else ""
    try:
        host = name.encode("idna").decode()
    except UnicodeError:
        return None
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None


def instance_of(db: Session, person: Person) -> str:
    """The Mastodon server that `person` names on their own page; "" when they name none."""
    address = db.scalar(
        select(Network.url)
        .join(Expert, Expert.id == Network.expert_id)
        .where(Expert.person_id == person.id, Network.kind == "mastodon")
        .order_by(Network.id)
        .limit(1)
    )
    return instance_host(address or "") or ""


def links_to(db: Session, person: Person, target: Target) -> list[ShareLink]:
    """The person's own links to `target`, without printed ones; the newest first."""
    mine = select(ShareLink).where(*_leads_to(person, target)).order_by(ShareLink.id.desc())
    return list(db.scalars(mine))
