"""The digest of a week, once for each employee, on the Monday after it in their own zone."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, Select, literal, or_, select, union, update
from sqlalchemy.orm import Session

from careers.base import clock, outbox
from careers.base.config import Settings
from careers.base.database import inserting
from careers.base.people import Person
from careers.hiring.models import StageChange
from referrals.bonuses.models import Bonus, BonusChange, CorrectedShare, Correction, Instalment
from referrals.models import LinkDay, Receipt, ShareLink, Touch
from referrals.news.models import NewsChoice

HOUR = time(7)  # of Monday, local


def monday_of(now: datetime, zone: ZoneInfo) -> date:
    """The last Monday whose morning has come in `zone` by `now` (aware)."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    has_come = local >= datetime.combine(monday, HOUR, zone)
    return monday if has_come else monday - timedelta(days=7)


def queue_weeks(db: Session, settings: Settings) -> int:
    """Queue a mail on the last week for everybody who may have news of it and wasn't asked about
    before; how many that were. Nothing is committed.

    Of several workers one queues it: a person's week is taken by a conditional UPDATE, in the
    transaction of the mail's work. Whoever has nothing to be told is taken, too, without a mail.
    """
    now = clock.now()
    zones: dict[str, list[str | None]] = defaultdict(list)
    for name in db.scalars(select(Person.time_zone).where(Person.status == "active").distinct()):
        zones[name or settings.time_zone].append(name)
    queued = 0
    for zone, names in zones.items():
        monday = monday_of(now, ZoneInfo(zone))
        mine = or_(*(Person.time_zone.is_not_distinct_from(name) for name in names))
        _have_rows(db, select(Person.id).where(Person.status == "active", mine))
        taken = db.scalars(
            update(NewsChoice)
            .where(
                or_(NewsChoice.told_week.is_(None), NewsChoice.told_week < monday),
                NewsChoice.person_id.in_(select(Person.id).where(Person.status == "active", mine)),
            )
            .values(told_week=monday)
            .returning(NewsChoice.person_id)
            .execution_options(synchronize_session=False)
        ).all()
        if taken:
            for key in sorted(_with_news(db, monday) & set(taken)):
                outbox.add(db, "week", {"person": key, "monday": monday.isoformat()})
                queued += 1
    return queued


def _have_rows(db: Session, people: Select[Any]) -> None:
    """Give everybody in `people` a row of their own, who has none."""
    new = people.where(~select(NewsChoice).where(NewsChoice.person_id == Person.id).exists())
    if db.scalar(select(new.exists())):
        values = new.add_columns(literal(True), literal(True))
        columns = ["person_id", "moves", "weekly"]
        made = inserting(db, NewsChoice).from_select(columns, values)
        db.execute(made.on_conflict_do_nothing())


def _with_news(db: Session, monday: date) -> set[int]:
    """Who may have something to be told of the week before `monday`, by key, in whatever zone."""
    since = datetime.combine(monday - timedelta(days=8), time.min, UTC)
    until = datetime.combine(monday + timedelta(days=1), time.min, UTC)
    decided = select(Receipt.application_id).where(
        Receipt.decided_at >= since, Receipt.decided_at < until
    )
    moved = select(StageChange.application_id).where(
        StageChange.at >= since, StageChange.at < until
    )
    changed = select(BonusChange.instalment_id).where(
        BonusChange.at >= since, BonusChange.at < until
    )
    those: CompoundSelect[Any] = union(
        select(ShareLink.person_id)
        .join(LinkDay, LinkDay.link_id == ShareLink.id)
        .where(LinkDay.day >= since.date(), LinkDay.day < monday, LinkDay.confirmed > 0),
        select(Touch.person_id).where(
            Touch.person_id.is_not(None),
            or_(Touch.application_id.in_(decided), Touch.application_id.in_(moved)),
        ),
        select(CorrectedShare.person_id)
        .join(Correction, Correction.id == CorrectedShare.correction_id)
        .join(Receipt, Receipt.id == Correction.receipt_id)
        .where(Receipt.application_id.in_(moved)),
        select(Bonus.person_id)
        .join(Instalment, Instalment.bonus_id == Bonus.id)
        .where(Instalment.id.in_(changed)),
    )
    return {key for key in db.scalars(those) if key is not None}
