"""What pages about referrals read. Dashboards read daily counts, never single clicks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Integer, Select, String, case, cast, desc, func, select
from sqlalchemy.orm import Session

from careers.base.people import Person
from careers.hiring.models import Application, SharerSees
from careers.jobs.models import Job
from referrals.models import Credit, LinkDay, LinkSource, Receipt, ShareLink, Touch
from referrals.targets import Target, target_of

GROUPS = ("employee", "job", "channel")


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One of an employee's links, with what became of it."""

    link: ShareLink
    target: Target
    human: int
    preview: int
    prefetch: int
    bot: int


@dataclass(frozen=True, slots=True)
class Brought:
    """One row of the recruiter's page: a person, a job or a channel, and what came of it."""

    key: str
    name: str
    human: int
    preview: int
    prefetch: int
    bot: int
    applications: int
    hires: int


@dataclass(frozen=True, slots=True)
class MyCredit:
    """A credit as its employee may see it: only what the candidate allows."""

    code: str
    name: str
    job_title: str
    channel: str
    part: int
    whole: int
    applied_at: datetime
    stage: str | None  # None: the candidate keeps the steps to themself


def link_by_code(db: Session, code: str) -> ShareLink | None:
    """The share link with this code."""
    return db.scalar(select(ShareLink).where(ShareLink.code == code))


def links_of(db: Session, person: Person, count: int, skip: int = 0) -> list[LinkRow]:
    """The person's links with their clicks by class, newest first."""
    clicks = select(LinkDay.link_id, *_clicks_by_class()).group_by(LinkDay.link_id).subquery()
    numbers = [func.coalesce(clicks.c[name], 0) for name in ("human", "preview", "prefetch", "bot")]
    rows = db.execute(
        select(ShareLink, *numbers)
        .outerjoin(clicks, clicks.c.link_id == ShareLink.id)
        .where(ShareLink.person_id == person.id)
        .order_by(ShareLink.created_at.desc(), ShareLink.id.desc())
        .limit(count)
        .offset(skip)
    )
    return [LinkRow(row[0], target_of(row[0]), *row[1:]) for row in rows]


def count_links_of(db: Session, person: Person) -> int:
    """How many links the person has."""
    mine = select(func.count()).select_from(ShareLink).where(ShareLink.person_id == person.id)
    return db.scalar(mine) or 0


def totals_of(db: Session, person: Person) -> dict[str, int]:
    """The person's clicks over all links and all days, by class."""
    row = db.execute(
        select(*_clicks_by_class())
        .select_from(LinkDay)
        .join(ShareLink, ShareLink.id == LinkDay.link_id)
        .where(ShareLink.person_id == person.id)
    ).one()
    return dict(zip(("human", "preview", "prefetch", "bot"), row, strict=True))


def clicks_on(db: Session, link: ShareLink) -> dict[str, int]:
    """The clicks on one link, by class."""
    row = db.execute(select(*_clicks_by_class()).where(LinkDay.link_id == link.id)).one()
    return dict(zip(("human", "preview", "prefetch", "bot"), row, strict=True))


def previews_of(db: Session, link: ShareLink) -> list[str]:
    """The networks that fetched a preview of the link."""
    names = select(LinkSource.source).where(
        LinkSource.link_id == link.id, LinkSource.class_ == "preview"
    )
    return sorted(db.scalars(names))


def credits_of(db: Session, person: Person, count: int = 100) -> list[MyCredit]:
    """What the person was credited with, newest first, as far as each candidate lets them see."""
    rows = db.execute(
        select(Credit, Application)
        .join(Application, Application.id == Credit.application_id)
        .where(
            Credit.person_id == person.id,
            Application.sharer_sees != SharerSees.NOTHING.value,
            Application.erased_at.is_(None),
        )
        .order_by(Application.created_at.desc())
        .limit(count)
    )
    return [_my_credit(credit, application) for credit, application in rows]


def _my_credit(credit: Credit, application: Application) -> MyCredit:
    sees_steps = application.sharer_sees == SharerSees.STEPS
    return MyCredit(
        code=application.code,
        name=application.name,
        job_title=application.job.title,
        channel=credit.link.channel,
        part=credit.part,
        whole=credit.whole,
        applied_at=application.created_at,
        stage=application.stage if sees_steps else None,
    )


def receipt_for(db: Session, code: str) -> tuple[Application, Receipt | None] | None:
    """The application with this public code, and its receipt once it is decided."""
    row = db.execute(
        select(Application, Receipt)
        .outerjoin(Receipt, Receipt.application_id == Application.id)
        .where(Application.code == code)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def sharers_of(db: Session, application: Application) -> list[Person]:
    """Those whose links `application` carried, credited or not."""
    links = select(Touch.link_id).where(Touch.application_id == application.id)
    sharing = select(ShareLink.person_id).where(ShareLink.id.in_(links))
    return list(db.scalars(select(Person).where(Person.id.in_(sharing)).order_by(Person.name)))


def sharers_on(db: Session, receipt: Receipt) -> dict[str, Person]:
    """The people named on a receipt, by their public code."""
    named = {touch["sharer"] for touch in receipt.touches}
    return {found.code: found for found in db.scalars(select(Person).where(Person.code.in_(named)))}


# -- who brought whom ------------------------------------------------------------------------


def brought(
    db: Session, group: str, since: date | None, count: int, skip: int = 0
) -> list[Brought]:
    """Clicks, applications and hires by `group` (employee, job, channel), most hires first.

    `since` (a UTC day) limits clicks by their day and applications by theirs. Only those who
    share appear.
    """
    rows = db.execute(
        _brought(group, since)
        .order_by(desc("hires"), desc("applications"), desc("human"), "name", "code")
        .limit(count)
        .offset(skip)
    )
    return [Brought(*row) for row in rows]


def brought_in_all(db: Session, since: date | None) -> Brought:
    """The same, summed over everything."""
    inner = _brought("channel", since).subquery()
    columns = ("human", "preview", "prefetch", "bot", "applications", "hires")
    row = db.execute(
        select(*(func.coalesce(func.sum(inner.c[name]), 0).cast(Integer) for name in columns))
    ).one()
    return Brought("", "", *map(int, row))


def count_brought(db: Session, group: str) -> int:
    """How many rows `brought` has in all."""
    return db.scalar(select(func.count(_key(group).distinct())).select_from(ShareLink)) or 0


def group_name(db: Session, group: str, key: str) -> str | None:
    """The name of one row of `brought`, by its public key; None when nobody shared that way."""
    row = db.execute(
        select({"employee": Person.name, "job": Job.title, "channel": ShareLink.channel}[group])
        .select_from(ShareLink)
        .join(ShareLink.person)
        .outerjoin(ShareLink.job)
        .where(_public_key(group) == key)
        .limit(1)
    ).one_or_none()
    return str(row[0]) if row else None


def credited(
    db: Session, group: str, key: str, since: date | None, count: int, skip: int = 0
) -> tuple[list[tuple[Credit, Application]], int]:
    """The credits of one row of `brought` with their applications, newest first; and how many."""
    behind = (
        select(Credit, Application)
        .join(Application, Application.id == Credit.application_id)
        .join(ShareLink, ShareLink.id == Credit.link_id)
        .join(ShareLink.person)
        .outerjoin(ShareLink.job)
        .where(_public_key(group) == key)
    )
    total = db.scalar(
        select(func.count()).select_from(behind.with_only_columns(Credit.id).subquery())
    )
    rows = db.execute(behind.order_by(Application.created_at.desc()).limit(count).offset(skip))
    return [(row[0], row[1]) for row in rows], total or 0


def _applied_since(since: date | None) -> list[Any]:
    if since is None:
        return []
    return [Application.created_at >= datetime.combine(since, time.min, UTC)]


def _public_key(group: str) -> Any:
    return {"employee": Person.code, "job": Job.slug, "channel": ShareLink.channel}[group]


def _key(group: str) -> Any:
    return {
        "employee": ShareLink.person_id,
        "job": ShareLink.job_id,
        "channel": ShareLink.channel,
    }[group]


def _brought(group: str, since: date | None) -> Select[Any]:
    key = _key(group)
    clicks = select(key.label("key"), *_clicks_by_class()).join(
        LinkDay, LinkDay.link_id == ShareLink.id
    )
    results = (
        select(
            key.label("key"),
            func.count(Application.id.distinct()).label("applications"),
            func.count(
                case((Application.hired_at.is_not(None), Application.id), else_=None).distinct()
            ).label("hires"),
        )
        .select_from(Credit)
        .join(ShareLink, ShareLink.id == Credit.link_id)
        .join(Application, Application.id == Credit.application_id)
    )
    if since is not None:
        clicks = clicks.where(LinkDay.day >= since)
        results = results.where(*_applied_since(since))
    clicked, resulted = clicks.group_by(key).subquery(), results.group_by(key).subquery()
    number = [
        func.coalesce(clicked.c[name], 0).label(name)
        for name in ("human", "preview", "prefetch", "bot")
    ] + [func.coalesce(resulted.c[name], 0).label(name) for name in ("applications", "hires")]
    sharing = select(key.label("key")).distinct().subquery()
    code, name, source = _named(group, sharing)
    return (
        select(code.label("code"), name.label("name"), *number)
        .select_from(source)
        .outerjoin(clicked, clicked.c.key == sharing.c.key)
        .outerjoin(resulted, resulted.c.key == sharing.c.key)
    )


def _named(group: str, sharing: Any) -> tuple[Any, Any, Any]:
    """The public key and the name of each row of a group, and what to select them from."""
    if group == "employee":
        return Person.code, Person.name, sharing.join(Person, Person.id == sharing.c.key)
    if group == "job":
        return Job.slug, Job.title, sharing.join(Job, Job.id == sharing.c.key)
    return sharing.c.key, cast(sharing.c.key, String), sharing


def _clicks_by_class() -> list[Any]:
    return [
        func.coalesce(func.sum(getattr(LinkDay, name)), 0).cast(Integer).label(name)
        for name in ("human", "preview", "prefetch", "bot")
    ]
