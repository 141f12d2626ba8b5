"""What pages about links, credits and receipts read; figures come from rollups, never from single
clicks. Totals over many links are in `totals`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from careers.base import clock
from careers.base.people import Person
from careers.blog.models import Article
from careers.hiring.models import Application
from referrals.models import (
    CLASSES,
    COUNTS,
    Campaign,
    Click,
    LinkDay,
    LinkSource,
    Passer,
    Receipt,
    ShareLink,
    Touch,
)
from referrals.periods import Period, bounded, unit_of
from referrals.standing import STANDING
from referrals.starting import starts
from referrals.targets import Target, target_of
from referrals.totals import (
    Figures,
    Result,
    Trend,
    applied_in,
    clicked_in,
    counted,
    figures_of,
    folded,
)


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of a link further on: of all that was passed on of it, together."""

    times: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Child:
    """One link that was passed on, in the tree below an employee's own."""

    depth: int
    name: str  # of who passed it on; "" when they are not known, or not to the employee
    made_at: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link, with what became of it."""

    link: ShareLink
    target: Target
    figures: Figures
    previews: list[str]  # who fetched a preview of it, by name
    passed: Passed | None  # what became of it further on; None: nobody passed it on


@dataclass(frozen=True, slots=True)
class Source:
    """Clicks of one class that came from one source."""

    name: str  # of a previewer or bot; of people the channel they visibly came from; "": unknown
    clicks: int


@dataclass(frozen=True, slots=True)
class ChannelCheck:
    """What the people who opened a link visibly came from, against the channel the link says.

    It is a check only: clicks are counted for the link's own channel.
    """

    same: int
    others: list[Source]
    unknown: int


def link_by_code(db: Session, code: str) -> ShareLink | None:
    """The share link with this code."""
    return db.scalar(select(ShareLink).where(ShareLink.code == code))


# -- links with their figures -----------------------------------------------------------------


def own(
    person: Person, target: str = "", channel: str = "", campaign: str = ""
) -> list[ColumnElement[bool]]:
    """Conditions on a link: the person's own and what was passed on of them, narrowed to a target's
    kind, a channel and a campaign by its code, where given."""
    root = aliased(ShareLink)
    found = [ShareLink.person_id == person.id]
    if target:
        found.append(ShareLink.target == target)
    if channel:
        found.append(ShareLink.channel == channel)
    if campaign:
        found.append(
            func.coalesce(ShareLink.root_id, ShareLink.id).in_(
                select(root.id).join(Campaign).where(Campaign.code == campaign)
            )
        )
    return found


OWN = ShareLink.parent_id.is_(None)
"""Of a link: an employee made it, it isn't one that was passed on."""


def link_rows(
    db: Session, wanted: list[ColumnElement[bool]], period: Period, count: int, skip: int = 0
) -> list[LinkRow]:
    """The links that employees made and that fulfil `wanted`, newest first, with their clicks in
    `period`, and the applications and hires credited through them."""
    newest = select(ShareLink).where(OWN, *wanted)
    links = list(
        db.scalars(
            newest.order_by(ShareLink.created_at.desc(), ShareLink.id.desc())
            .limit(count)
            .offset(skip)
        )
    )
    keys = [link.id for link in links]
    clicks = _clicks_of(db, keys, period)
    results = _results_of(db, keys, period)
    previews = _previews_of(db, keys)
    started = _starts_of(db, keys, period)
    passed = _passed_on_of(db, keys, period)
    return [
        LinkRow(
            link,
            target_of(link),
            figures_of(clicks.get(link.id), results.get(link.id), started.get(link.id, 0)),
            sorted(previews[link.id]),
            passed.get(link.id),
        )
        for link in links
    ]


def _passed_on_of(db: Session, links: list[int], period: Period) -> dict[int, Passed]:
    counted = select(ShareLink.root_id, func.count()).where(ShareLink.root_id.in_(links))
    times: dict[int, int] = {
        row[0]: row[1] for row in db.execute(counted.group_by(ShareLink.root_id)) if row[0]
    }
    if not times:
        return {}
    asked = (
        select(ShareLink.root_id, *_sums())
        .join(LinkDay, LinkDay.link_id == ShareLink.id)
        .where(ShareLink.root_id.in_(times), *_days(period))
        .group_by(ShareLink.root_id)
    )
    clicks = {row[0]: tuple(row[1:]) for row in db.execute(asked)}
    results = _results_of(db, list(times), period, by=ShareLink.root_id)
    return {
        root: Passed(count, figures_of(clicks.get(root), results.get(root)))
        for root, count in times.items()
    }


MOST_CHILDREN = 100


def children_of(db: Session, link: ShareLink) -> list[Child]:
    """The links that were passed on of an employee's own, each below its parent, oldest first: the
    first MOST_CHILDREN of them."""
    wanted = select(ShareLink).where(ShareLink.root_id == link.id).order_by(ShareLink.id)
    known = (joinedload(ShareLink.passed_by), joinedload(ShareLink.passer))
    children = list(db.scalars(wanted.options(*known).limit(MOST_CHILDREN)))
    keys = [child.id for child in children]
    clicks, results = _clicks_of(db, keys, Period()), _results_of(db, keys, Period())
    below: dict[int | None, list[ShareLink]] = defaultdict(list)
    for child in children:
        below[child.parent_id].append(child)
    ordered, waiting = [], below[link.id][::-1]
    while waiting:
        child = waiting.pop()
        ordered.append(child)
        waiting += below[child.id][::-1]
    return [
        Child(
            child.depth,
            _known_to_sharer(child),
            child.created_at,
            figures_of(clicks.get(child.id), results.get(child.id)),
        )
        for child in ordered
    ]


def _known_to_sharer(child: ShareLink) -> str:
    if child.passed_by is not None:
        return child.passed_by.name
    return child.passer.name if child.passer is not None and child.passer.tells_sharer else ""


def _clicks_of(db: Session, links: list[int], period: Period) -> dict[int, Any]:
    asked = select(LinkDay.link_id, *_sums()).where(LinkDay.link_id.in_(links), *_days(period))
    return {row[0]: tuple(row[1:]) for row in db.execute(asked.group_by(LinkDay.link_id))}


def _results_of(
    db: Session, links: list[int], period: Period, by: Any = ShareLink.id
) -> dict[int, Result]:
    """Applications, hires and credit of whose link it is, by link or by what it was passed on of;
    a colleague who passed it on has a share of their own through it."""
    columns: list[Any] = [
        by, Application.id, Application.hired_at.is_not(None), STANDING.c.part, STANDING.c.whole,
    ]  # fmt: skip
    asked = (
        select(*columns)
        .join(STANDING, STANDING.c.link_id == ShareLink.id)
        .join(Application, Application.id == STANDING.c.application_id)
        .where(STANDING.c.person_id == ShareLink.person_id, by.in_(links), *applied_in(period))
    )
    those: dict[int, list[Any]] = defaultdict(list)
    for key, *share in db.execute(asked):
        those[key].append(share)
    return {key: counted(shares) for key, shares in those.items()}


def _starts_of(db: Session, links: list[int], period: Period) -> dict[int, int]:
    each = starts(Click.link_id.in_(links), *clicked_in(period))
    asked = select(each.c.link_id, func.count()).group_by(each.c.link_id)
    return {row[0]: row[1] for row in db.execute(asked)}


def _previews_of(db: Session, links: list[int]) -> dict[int, list[str]]:
    asked = select(LinkSource.link_id, LinkSource.source).where(
        LinkSource.link_id.in_(links), LinkSource.class_ == "preview"
    )
    found: dict[int, list[str]] = defaultdict(list)
    for link, source in db.execute(asked):
        found[link].append(source)
    return found


def count_links(db: Session, wanted: list[ColumnElement[bool]]) -> int:
    """How many links that employees made fulfil `wanted`."""
    return db.scalar(select(func.count()).select_from(ShareLink).where(OWN, *wanted)) or 0


def clicks_on(db: Session, wanted: list[ColumnElement[bool]], period: Period) -> Figures:
    """The clicks on all links that fulfil `wanted`, in `period`."""
    return figures_of(tuple(db.execute(_link_days(select(*_sums()), wanted, period)).one()))


def clicks_by_day(db: Session, wanted: list[ColumnElement[bool]], period: Period) -> Trend | None:
    """The same by day, or by month when the days are many; None when there are none."""
    asked = select(LinkDay.day, *_sums())
    rows = db.execute(_link_days(asked, wanted, period).group_by(LinkDay.day)).all()
    whole = bounded(period, [row[0] for row in rows], clock.now().date())
    if whole is None:
        return None
    return Trend(unit_of(whole), folded(whole, map(tuple, rows), {}, {}))


def _link_days(
    asked: Select[Any], wanted: list[ColumnElement[bool]], period: Period
) -> Select[Any]:
    return (
        asked.select_from(LinkDay)
        .join(ShareLink, ShareLink.id == LinkDay.link_id)
        .where(*wanted, *_days(period))
    )


def _days(period: Period) -> list[ColumnElement[bool]]:
    found = []
    if period.since is not None:
        found.append(LinkDay.day >= period.since)
    if period.until is not None:
        found.append(LinkDay.day <= period.until)
    return found


def _sums() -> list[Any]:
    return [
        cast(func.coalesce(func.sum(getattr(LinkDay, name)), 0), Integer).label(name)
        for name in COUNTS
    ]


def sources_of(db: Session, link: ShareLink) -> dict[str, list[Source]]:
    """Where the clicks on `link` came from since it exists: by class, most clicks first."""
    rows = db.execute(
        select(LinkSource.class_, LinkSource.source, LinkSource.clicks)
        .where(LinkSource.link_id == link.id, LinkSource.clicks > 0)
        .order_by(LinkSource.clicks.desc(), LinkSource.source)
    )
    found: dict[str, list[Source]] = {kind: [] for kind in CLASSES}
    for kind, name, clicks in rows:
        found[kind].append(Source(name, clicks))
    return found


def checked(channel: str, people: Iterable[Source]) -> ChannelCheck:
    """The sources of people's clicks, against the channel that their link says."""
    people = list(people)
    return ChannelCheck(
        same=sum(source.clicks for source in people if source.name == channel),
        others=[source for source in people if source.name not in {"", channel}],
        unknown=sum(source.clicks for source in people if not source.name),
    )


def lists_of(db: Session, link: ShareLink) -> list[str]:
    """The versions of the lists that told the clicks on `link` apart.

    Asked of the first click of each day and of the last of all: a link may have a million clicks,
    and each version classes whole days.
    """
    clicks = select(Click.lists).where(Click.link_id == link.id)
    of_day = (
        clicks.where(Click.at >= LinkDay.day)
        .order_by(Click.at)
        .limit(1)
        .correlate(LinkDay)
        .scalar_subquery()
    )
    found = db.scalars(select(of_day).where(LinkDay.link_id == link.id).distinct())
    newest = db.scalar(clicks.order_by(Click.at.desc()).limit(1))
    return sorted({name for name in (*found, newest) if name})


# -- credits and receipts ---------------------------------------------------------------------


def receipt_for(db: Session, code: str) -> tuple[Application, Receipt | None] | None:
    """The application with this public code, and its newest receipt once it is decided."""
    row = db.execute(
        select(Application, Receipt)
        .outerjoin(Receipt, and_(Receipt.application_id == Application.id, Receipt.is_newest))
        .where(Application.code == code)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def decisions_of(db: Session, application: Application) -> list[Receipt]:
    """All receipts of an application, oldest first."""
    wanted = select(Receipt).where(Receipt.application_id == application.id)
    return list(db.scalars(wanted.order_by(Receipt.id)))


def people_on(db: Session, receipt: Receipt) -> dict[str, Person]:
    """The people named on a receipt, by their public code."""
    named = {touch["sharer"] for touch in receipt.touches if touch["sharer"]}
    named |= {hop["person"] for hop in _hops_on(receipt) if hop["is"] == "employee"}
    return {found.code: found for found in db.scalars(select(Person).where(Person.code.in_(named)))}


def passers_on(db: Session, receipt: Receipt) -> dict[str, Passer]:
    """Those outside who passed on a link that is on a receipt, by their public code; whoever had
    themself forgotten is missing."""
    named = {hop["person"] for hop in _hops_on(receipt) if hop["is"] == "outsider"}
    wanted = select(Passer).where(Passer.code.in_(named))
    return {found.code: found for found in db.scalars(wanted)} if named else {}


def _hops_on(receipt: Receipt) -> list[Any]:
    return [hop for touch in receipt.touches for hop in touch.get("chain", {}).get("hops", ())]


def articles_on(db: Session, receipt: Receipt) -> dict[str, Article]:
    """The articles named on a receipt, by their public code."""
    named = {touch["article"] for touch in receipt.touches if touch.get("article")}
    wanted = select(Article).where(Article.code.in_(named))
    return {found.code: found for found in db.scalars(wanted)} if named else {}


def answers_of(db: Session, application: Application) -> list[str]:
    """What the candidate answered to "who told you about us?" in words that name nobody."""
    wanted = select(Touch.said).where(Touch.application_id == application.id, Touch.said != "")
    return list(db.scalars(wanted.order_by(Touch.id)))
