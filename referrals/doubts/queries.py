"""What pages about doubts read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from careers.base.people import Person
from careers.hiring.models import Application
from referrals.doubts.models import CORRECTED, DISMISSED, OPEN, Doubt
from referrals.models import ShareLink, Touch
from referrals.standing import standing_shares


def open_doubts(db: Session, kind: str, count: int, skip: int = 0) -> list[Doubt]:
    """Those that wait, oldest first; only of one kind where it is given."""
    asked = select(Doubt).where(Doubt.state == OPEN)
    if kind:
        asked = asked.where(Doubt.kind == kind)
    return list(db.scalars(asked.order_by(Doubt.since, Doubt.id).limit(count).offset(skip)))


def count_open(db: Session) -> dict[str, int]:
    """How many wait, by kind."""
    rows = db.execute(
        select(Doubt.kind, func.count(Doubt.id)).where(Doubt.state == OPEN).group_by(Doubt.kind)
    )
    return {row[0]: row[1] for row in rows}


def judged_doubts(db: Session, count: int) -> list[Doubt]:
    """Those that somebody judged, the last first, with their history."""
    asked = select(Doubt).where(Doubt.state.in_((DISMISSED, CORRECTED)))
    newest = asked.order_by(Doubt.since.desc(), Doubt.id.desc()).limit(count)
    return list(db.scalars(newest.options(selectinload(Doubt.changes))))


def application_with_doubts(db: Session, code: str) -> tuple[Application, list[Doubt]] | None:
    """The application with this public code and all that was ever doubted about it, with history;
    None where nothing was."""
    doubts = list(
        db.scalars(
            select(Doubt)
            .join(Application, Application.id == Doubt.application_id)
            .where(Application.code == code)
            .order_by(Doubt.id)
            .options(selectinload(Doubt.changes))
        )
    )
    return (doubts[0].application, doubts) if doubts else None


def open_about(db: Session, application: Application) -> list[Doubt]:
    """The open doubts about an application."""
    asked = select(Doubt).where(Doubt.application_id == application.id, Doubt.state == OPEN)
    return list(db.scalars(asked.order_by(Doubt.id)))


def doubted_among(db: Session, applications: Iterable[int]) -> set[int]:
    """Those of these applications, by their keys, about which a doubt is open."""
    asked = select(Doubt.application_id).where(
        Doubt.state == OPEN, Doubt.application_id.in_(set(applications))
    )
    return set(db.scalars(asked))


def people_named(db: Session, doubts: Collection[Doubt]) -> dict[str, Person]:
    """The people whom doubts name, by their public code."""
    named = {code for doubt in doubts for code in people_in(doubt)}
    if not named:
        return {}
    return {one.code: one for one in db.scalars(select(Person).where(Person.code.in_(named)))}


def people_in(doubt: Doubt) -> list[str]:
    """The codes of the people whom a doubt names."""
    rows = [*doubt.facts.get("people", []), *doubt.facts.get("links", [])]
    return list(dict.fromkeys(row["person"] for row in rows))


def applications_named(db: Session, doubts: Collection[Doubt]) -> dict[str, Application]:
    """The other applications that doubts name, by their public code."""
    named = {code for doubt in doubts for code in doubt.facts.get("applications", [])}
    if not named:
        return {}
    asked = (
        select(Application).where(Application.code.in_(named)).options(joinedload(Application.job))
    )
    return {one.code: one for one in db.scalars(asked)}


def links_named(db: Session, doubts: Collection[Doubt]) -> dict[str, ShareLink]:
    """The links that doubts name, by their public code."""
    named = {row["link"] for doubt in doubts for row in doubt.facts.get("links", [])}
    if not named:
        return {}
    return {one.code: one for one in db.scalars(select(ShareLink).where(ShareLink.code.in_(named)))}


def concerned(db: Session, application: Application, doubts: Collection[Doubt]) -> set[int]:
    """The keys of those who are part of it: whom the application speaks for, who has credit, and
    whom a doubt names."""
    brought = select(Touch.person_id).where(
        Touch.application_id == application.id, Touch.how != "read", Touch.person_id.is_not(None)
    )
    found = {key for key in db.scalars(brought) if key is not None}
    found |= set(standing_shares(db, application.id))
    return found | {one.id for one in people_named(db, doubts).values()}


def shares_of(db: Session, shares: Mapping[int, Fraction]) -> list[tuple[Person, float, str]]:
    """Who has which share, by name, as `ui.shares` shows it."""
    people = db.scalars(select(Person).where(Person.id.in_(shares)).order_by(Person.name))
    return [
        (
            one,
            float(shares[one.id]),
            gettext("all of it") if shares[one.id] == 1 else str(shares[one.id]),
        )
        for one in people
        if shares[one.id]
    ]
