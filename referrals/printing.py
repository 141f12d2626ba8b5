"""Printed campaigns: a link for each poster or table of an event, turned or switched off later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask_babel import force_locale, gettext
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from careers.base import clock, codes
from careers.base.database import inserting
from careers.base.people import Person
from careers.blog.models import Article
from careers.jobs.models import OPEN, Job
from experts.models import Expert
from referrals.models import Campaign, LinkDay, ShareLink
from referrals.sharing import new_link, places
from referrals.sheets import Sheet
from referrals.targets import (
    Standing,
    Target,
    article_target,
    expert_target,
    find_target,
    job_target,
    language_of,
    target_of,
    title_in,
)
from referrals.typed_codes import typed_code

MOST_LINKS = 200
MOST_FOUND = 12
LONGEST_NAME = 80
_KINDS = {"jobs": "job", "blog": "article", "experts": "expert"}  # by the first part of a path


class NameTaken(Exception):
    """The person has a campaign of this name already."""


class NotOurs(ValueError):
    """An address that no link may lead to; `reason` is "elsewhere", "unknown" or "closed"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign in the list of its owner's."""

    code: str
    name: str
    created_at: datetime
    links: int
    people: int


@dataclass(frozen=True, slots=True)
class PrintedLink:
    """One poster or table, with how many people came by it (different visitors of a day)."""

    link: ShareLink
    target: Target
    people: int


# -- reading -------------------------------------------------------------------------------------


def printed_campaigns_of(
    db: Session, person: Person, count: int, skip: int = 0
) -> list[CampaignRow]:
    """The person's campaigns that print, newest first."""
    rows = db.execute(
        select(
            Campaign.code,
            Campaign.name,
            Campaign.created_at,
            func.count(ShareLink.id.distinct()),
            func.coalesce(func.sum(LinkDay.people), 0),
        )
        .join(ShareLink, ShareLink.campaign_id == Campaign.id)
        .outerjoin(LinkDay, LinkDay.link_id == ShareLink.id)
        .where(Campaign.person_id == person.id, ShareLink.is_printed)
        .group_by(Campaign.id)
        .order_by(Campaign.created_at.desc(), Campaign.id.desc())
        .limit(count)
        .offset(skip)
    )
    return [CampaignRow(*row) for row in rows]


def count_printed_campaigns_of(db: Session, person: Person) -> int:
    """How many campaigns that print the person has."""
    printed = select(ShareLink.campaign_id).where(ShareLink.is_printed)
    mine = select(func.count()).where(Campaign.person_id == person.id, Campaign.id.in_(printed))
    return db.scalar(mine) or 0


def printed_links(
    db: Session, campaign: Campaign, chosen: Sequence[str] = ()
) -> list[PrintedLink] | None:
    """The printed links of a campaign in the order they were made, at most 200; those with the
    codes `chosen` only, where any are. None when one of those is not of this campaign.
    """
    people = (
        select(func.coalesce(func.sum(LinkDay.people), 0))
        .where(LinkDay.link_id == ShareLink.id)
        .scalar_subquery()
    )
    asked = select(ShareLink, people).where(
        ShareLink.campaign_id == campaign.id, ShareLink.is_printed
    )
    if chosen:
        asked = asked.where(ShareLink.code.in_(chosen))
    rows = db.execute(asked.order_by(ShareLink.id).limit(MOST_LINKS)).all()
    if chosen and len(rows) != len(set(chosen)):
        return None
    return [PrintedLink(link, target_of(link), number) for link, number in rows]


# -- acting --------------------------------------------------------------------------------------


def labels_for(word: str, count: int) -> list[str]:
    """What `count` posters or tables are called: "Table 1", "Table 2" …; one alone has no number.

    >>> labels_for("Table", 2)
    ['Table 1', 'Table 2']
    """
    return [word] if count == 1 else [f"{word} {number}" for number in range(1, count + 1)]


def make_campaign(
    db: Session,
    person: Person,
    name: str,
    target: Target,
    labels: Sequence[str],
    new_typed_code: Callable[[], str] = typed_code,
) -> Campaign:
    """A campaign with a printed link to `target` for each of `labels` (different ones), in the
    caller's transaction.

    Raises NameTaken; of two at once the constraint decides. A code that another link was given
    meanwhile is tried again.
    """
    row = {
        "code": codes.code(),
        "person_id": person.id,
        "name": name,
        "created_at": clock.now(),
    }
    made = db.scalar(
        inserting(db, Campaign)
        .values(row)
        .on_conflict_do_nothing(index_elements=["person_id", "name"])
        .returning(Campaign.id)
    )
    if made is None:
        raise NameTaken
    missing = list(labels)
    for _ in range(5):
        if not missing:
            break
        rows = [
            {
                **new_link(person, target, "qr"),
                "typed_code": new_typed_code(),
                "name": label,
                "is_printed": True,
                "campaign_id": made,
            }
            for label in missing
        ]
        added = inserting(db, ShareLink).values(rows).on_conflict_do_nothing()
        there = set(db.scalars(added.returning(ShareLink.name)))
        missing = [label for label in missing if label not in there]
    if missing:
        raise RuntimeError("no free code was found for a printed link")
    campaign = db.get(Campaign, made)
    assert campaign is not None
    return campaign


def rename(db: Session, link: ShareLink, label: str) -> None:
    """Call a printed link otherwise."""
    link.name = label
    db.flush()


def redirect_links(db: Session, links: Sequence[ShareLink], target: Target) -> None:
    """Let printed `links` lead to `target` from now on; their clicks so far stay where they are."""
    db.execute(
        update(ShareLink)
        .where(ShareLink.id.in_([link.id for link in links]), ShareLink.is_printed)
        .values(places(target))
    )


def switch(db: Session, links: Sequence[ShareLink], is_on: bool) -> None:
    """Switch printed `links` off, so that they lead on but bring nothing, or on again.

    A link that is off already keeps the moment since when it is.
    """
    changed = update(ShareLink).where(
        ShareLink.id.in_([link.id for link in links]), ShareLink.is_printed
    )
    if is_on:
        db.execute(changed.values(paused_at=None))
    else:
        off = changed.where(ShareLink.paused_at.is_(None))
        db.execute(off.values(paused_at=clock.now()))


# -- where they lead -----------------------------------------------------------------------------


def looks_like_an_address(text: str) -> bool:
    """Whether somebody pasted an address, and did not type words to look for."""
    return text.startswith("/") or "://" in text or ("/" in text and " " not in text)


def target_at(db: Session, address: str, base_url: str, prefixed: str) -> Target:
    """The target whose page stands at `address` on this site.

    Only the name of the page is taken from it, so no link can lead elsewhere. `prefixed` is the
    language whose addresses have a prefix. Raises NotOurs.
    """
    ours = urlsplit(base_url)
    text = address.strip()
    if not text.startswith("/") and "://" not in text:
        text = f"{ours.scheme}://{text}"
    try:
        parts = urlsplit(text)
        port, our_port = parts.port, ours.port
    except ValueError:
        raise NotOurs("elsewhere") from None
    if parts.netloc or parts.scheme:
        here = (ours.hostname, our_port)
        if parts.scheme not in {"http", "https"} or (parts.hostname, port) != here:
            raise NotOurs("elsewhere")
        if "@" in parts.netloc:
            raise NotOurs("elsewhere")
    names = [name for name in parts.path.removeprefix(ours.path.rstrip("/")).split("/") if name]
    if names[:1] == [prefixed]:
        names = names[1:]
    if names == ["jobs"]:
        return open_target(db, "jobs", None)
    if len(names) != 2 or names[0] not in _KINDS:
        raise NotOurs("unknown")
    return open_target(db, _KINDS[names[0]], names[1])


def open_target(db: Session, kind: str, slug: str | None) -> Target:
    """The target with this name, if it can be shared. Raises NotOurs."""
    target = find_target(db, kind, slug)
    if target is None or (target.standing is not Standing.OPEN and kind != "job"):
        raise NotOurs("unknown")  # what is hidden is as if it never was
    if target.standing is not Standing.OPEN:
        raise NotOurs("closed")
    return target


def targets_found(db: Session, words: str) -> list[Target]:
    """Open jobs, articles and people whose title or name has every one of `words`, at most 12.

    Case and accents don't matter.
    """
    sought = codes.slug(words, 200).split("-")

    def named(key: Any, name: Any, *which: Any) -> list[int]:
        rows = db.execute(select(key, name).where(*which).order_by(name)).all()
        called = [(number, codes.slug(title, 200)) for number, title in rows]
        return [number for number, slug in called if all(word in slug for word in sought)]

    jobs = named(Job.id, Job.title, OPEN)[:MOST_FOUND]
    articles = named(Article.id, Article.title, Article.state == "published")[:MOST_FOUND]
    shown = (Expert.person_id == Person.id, Expert.state == "shown")
    experts = named(Expert.id, Person.name, *shown)[:MOST_FOUND]
    found = [
        *map(job_target, db.scalars(select(Job).where(Job.id.in_(jobs)))),
        *map(article_target, db.scalars(select(Article).where(Article.id.in_(articles)))),
        *map(expert_target, db.scalars(select(Expert).where(Expert.id.in_(experts)))),
    ]
    return found[:MOST_FOUND]


# -- on paper ------------------------------------------------------------------------------------


def sheet_of(
    link: ShareLink,
    address: str,
    code_address: str,
    says: str,
) -> Sheet:
    """What stands on the poster of `link`, in the language of what it leads to.

    `address` is the link's, `code_address` the page where codes are typed, without its scheme;
    `says` is the company's words, or "" for those of the link's owner.
    """
    target, language = target_of(link), language_of(link)
    person = link.person
    with force_locale(language):
        line = says or gettext("I am %(name)s, and I work here. Ask me anything.", name=person.name)
        scan = gettext("Scan it, or type")
        at = gettext("at %(address)s", address=code_address)
    return Sheet(
        address=address,
        typed_code=link.typed_code,
        label=" · ".join(filter(None, [link.campaign.name if link.campaign else "", link.name])),
        title=title_in(target, language),
        place=" · ".join(target.places[:3]),
        line=line,
        initials="" if says else _initials(person.name),
        scan=str(scan),
        at=str(at),
    )


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
