"""Looking an application over for signs, and keeping what is found as doubts.

It is done when its credit is decided and whenever something changes on which a sign rests, always
from all the facts; done twice, nothing more happens. Credit, bonuses and people stay as they are.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from disposable_email_domains import blocklist
from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from careers.base import clock, codes, outbox
from careers.base.config import Settings
from careers.base.mailboxes import plain_mailbox
from careers.base.people import Person
from careers.hiring.applying import received
from careers.hiring.models import Application, StageChange
from careers.hiring.moving import erased, stage_changed
from referrals.bonuses.correcting import corrected
from referrals.crediting import decided_anew, receipt_of, touches_of
from referrals.doubts.inflation import (
    BOTS_FEWEST,
    PEOPLE_FEWEST,
    REPEATS_FEWEST,
    Clicks,
    Inflation,
    inflation,
    may_be_odd,
)
from referrals.doubts.models import GONE, OPEN, Doubt, DoubtChange, Trace
from referrals.doubts.rules import Alike, Facts, LinkUsed, Referrer, Sign, signs
from referrals.doubts.traces import forget_traces, keep_traces
from referrals.models import CHANNELS, Click, ClickTotal, LinkDay, ShareLink, Touch
from referrals.standing import STANDING, standing_shares

CLICKS_AROUND = timedelta(days=28)  # before and after an application: its link's clicks count
ALIKE_MOST = 50  # applications that are compared with one


# -- when ------------------------------------------------------------------------------------------


def queue_check(db: Session, application: int, *, alone: bool = False) -> None:
    """Have an application, by its key, looked over once the caller's transaction is committed.

    Unless it is looked over `alone`, those that are like it follow.
    """
    outbox.add(db, "doubts", {"application": application, "alone": alone})


@received.connect
def follow_application(application: Application, *, db: Session, **_: Any) -> None:
    """Look a new application over when its credit is decided."""
    db.flush()
    queue_check(db, application.id)


@decided_anew.connect
@stage_changed.connect
@corrected.connect
def follow_change(application: Application, *, db: Session, **_: Any) -> None:
    """Look it over again: who has credit, who moved it, and whether it was a hire have a say."""
    queue_check(db, application.id)


@erased.connect
def forget_doubts(application: Application, *, db: Session, **_: Any) -> None:
    """With the candidate's data go the traces, and the doubts with all that was said about them.

    What was like it is looked over again, without it.
    """
    for key in _with_same_traces(db, application):
        queue_check(db, key, alone=True)
    forget_traces(db, application)
    there = select(Doubt.id).where(Doubt.application_id == application.id)
    db.execute(delete(DoubtChange).where(DoubtChange.doubt_id.in_(there)))
    db.execute(delete(Doubt).where(Doubt.application_id == application.id))


def queue_nightly(db: Session) -> int:
    """Have those looked over whose link was clicked enough to be odd, while its clicks count; how
    many. Nothing is committed."""
    since = clock.now() - CLICKS_AROUND - timedelta(days=1)
    lately = (
        select(STANDING.c.link_id)
        .join(Application, Application.id == STANDING.c.application_id)
        .where(Application.created_at >= since)
    )
    clicked = (
        select(LinkDay.link_id)
        .where(LinkDay.link_id.in_(lately), LinkDay.day >= (since - CLICKS_AROUND).date())
        .group_by(LinkDay.link_id)
        .having(
            or_(
                func.sum(LinkDay.people) >= PEOPLE_FEWEST,
                func.sum(LinkDay.repeat) >= REPEATS_FEWEST,
                func.sum(LinkDay.bot) >= BOTS_FEWEST,
            )
        )
    )
    found = db.scalars(
        select(Application.id)
        .join(STANDING, STANDING.c.application_id == Application.id)
        .where(
            STANDING.c.link_id.in_(clicked),
            Application.created_at >= since,
            Application.erased_at.is_(None),
        )
        .distinct()
    ).all()
    for key in found:
        queue_check(db, key, alone=True)
    return len(found)


# -- looking ---------------------------------------------------------------------------------------


@outbox.handles("doubts")
def check(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Look the application `payload["application"]` over.

    Raises NotYet while its credit isn't decided.
    """
    application = db.get(Application, payload["application"])
    if application is None or application.erased_at is not None:
        return
    if receipt_of(db, application.id) is None:
        raise outbox.NotYet("its credit is not decided yet", wait=timedelta(seconds=5))
    keep_traces(db, application, settings)
    facts = facts_of(db, application)
    keep_doubts(db, application, signs(facts, blocklist))
    if not payload.get("alone"):
        for key in _like_it(db, application):
            queue_check(db, key, alone=True)


def facts_of(db: Session, application: Application) -> Facts:
    """All that a rule may look at, of an application whose credit is decided."""
    touches = [one for one in touches_of(db, application) if one.taken_out_at is None]
    referrers = _referrers(db, application, touches)
    if not referrers:
        return Facts(plain_mailbox(application.email), application.name_key, application.created_at)
    return Facts(
        mailbox=plain_mailbox(application.email),
        name_key=application.name_key,
        applied_at=application.created_at,
        referrers=tuple(referrers),
        has_mailbox=tuple(one.code for one in _with_mailbox(db, application.email)),
        alike=tuple(_alike(db, application)),
        links=tuple(_links(db, application, touches)),
        same_visitor=tuple(one.code for one in _by_same_visitor(db, application)),
    )


def _referrers(db: Session, application: Application, touches: list[Touch]) -> list[Referrer]:
    shares = standing_shares(db, application.id)
    people = {one.person.id: one.person for one in touches if one.how != "read" and one.person}
    for key in shares.keys() - people.keys():
        people[key] = db.get_one(Person, key)
    moved = set(
        db.scalars(
            select(StageChange.person_id).where(StageChange.application_id == application.id)
        )
    )
    return [
        Referrer(
            code=one.code,
            mailbox=plain_mailbox(one.email),
            name_key=codes.slug(one.name, 120),
            is_credited=bool(shares.get(key)),
            is_asked=application.job.contact_id == key,
            has_moved=key in moved,
        )
        for key, one in sorted(people.items())
    ]


def _with_mailbox(db: Session, email: str) -> list[Person]:
    """Those who work here whose mailbox `email` is, however it is written."""
    host = email.rpartition("@")[2].lower()
    if not host:
        return []
    there = select(Person).where(
        Person.status == "active", Person.email.endswith(f"@{host}", autoescape=True)
    )
    mailbox = plain_mailbox(email)
    return [one for one in db.scalars(there) if plain_mailbox(one.email) == mailbox]


def _links(db: Session, application: Application, touches: list[Touch]) -> list[LinkUsed]:
    """The links that it carries; of those that earned credit, with their clicks around it."""
    credited = select(STANDING.c.link_id).where(STANDING.c.application_id == application.id)
    links = {one.link.id: one.link for one in touches if one.link}
    earned = set(db.scalars(credited))
    found = []
    for key, link in sorted(links.items()):
        odd = _odd_clicks(db, link, application.created_at) if key in earned else None
        found.append(LinkUsed(link.code, link.person.code, link.created_at, odd))
    return found


def _odd_clicks(db: Session, link: ShareLink, at: datetime) -> Inflation | None:
    """What is odd about the clicks on `link` in the four weeks before and after `at`."""
    first, last = (at - CLICKS_AROUND).date(), (at + CLICKS_AROUND).date()
    mine = _summed(db, LinkDay, LinkDay.link_id == link.id, LinkDay.day.between(first, last))
    if not may_be_odd(mine):
        return None
    around = (ClickTotal.unit == "day", ClickTotal.start.between(first, last))
    channel = and_(ClickTotal.subject == "channel", ClickTotal.key == CHANNELS.index(link.channel))
    same_channel = _summed(db, ClickTotal, channel, *around).without(mine)
    others = _summed(db, ClickTotal, ClickTotal.subject == "all", *around).without(mine)
    before = _summed(db, LinkDay, LinkDay.link_id == link.id, LinkDay.day < first)
    return inflation(mine, same_channel, others, before)


def _summed(db: Session, table: type[LinkDay | ClickTotal], *wanted: ColumnElement[bool]) -> Clicks:
    names = ("people", "confirmed", "human", "repeat", "bot")
    sums = [func.coalesce(func.sum(getattr(table, name)), 0) for name in names]
    return Clicks(*(int(number) for number in db.execute(select(*sums).where(*wanted)).one()))


# -- what is like it -------------------------------------------------------------------------------


def _alike(db: Session, application: Application) -> list[Alike]:
    """What employees' own applications have in common with it."""
    mine = select(Trace.what, Trace.digest).where(Trace.application_id == application.id)
    found = []
    for what, digest in db.execute(mine):
        others = db.scalars(
            select(Application)
            .join(Trace, Trace.application_id == Application.id)
            .where(Trace.what == what, Trace.digest == digest, Application.id != application.id)
            .order_by(Application.id)
            .limit(ALIKE_MOST)
        )
        for other in others:
            found += [Alike(what, one.code, other.code) for one in _whose_own(db, other)]
    return found


def _whose_own(db: Session, application: Application) -> list[Person]:
    """Who works here and sent this application themself: from their mailbox, or, if it led to their
    hire, under their name."""
    found = {one.id: one for one in _with_mailbox(db, application.email)}
    if application.hired_at is not None and application.name:
        named = select(Person).where(Person.status == "active", Person.name == application.name)
        found |= {one.id: one for one in db.scalars(named)}
    return list(found.values())


def _with_same_traces(db: Session, application: Application) -> list[int]:
    mine = select(Trace.what, Trace.digest).where(Trace.application_id == application.id)
    found: set[int] = set()
    for what, digest in db.execute(mine):
        there = select(Trace.application_id).where(Trace.what == what, Trace.digest == digest)
        found |= set(db.scalars(there.limit(ALIKE_MOST)))
    return sorted(found - {application.id})


def _by_same_visitor(db: Session, application: Application) -> list[Application]:
    """Applications of other candidates, from other mailboxes, that came by a click of the same
    visitor on the same link and day (UTC): further than that no visitor can be followed."""
    clicks = db.execute(
        select(Click.link_id, Click.visitor, Click.at)
        .join(Touch, Touch.click_id == Click.id)
        .where(Touch.application_id == application.id, Click.class_ == "human")
    ).all()
    found: dict[str, Application] = {}
    for link, visitor, at in clicks:
        midnight = datetime.combine(at.astimezone(UTC).date(), time.min, UTC)
        others = db.scalars(
            select(Application)
            .join(Touch, Touch.application_id == Application.id)
            .join(Click, Click.id == Touch.click_id)
            .where(
                Click.link_id == link,
                Click.at >= midnight,
                Click.at < midnight + timedelta(days=1),
                Click.visitor == visitor,
                Application.erased_at.is_(None),
            )
            .order_by(Application.id)
            .limit(ALIKE_MOST)
        )
        for other in others:
            found.setdefault(plain_mailbox(other.email), other)
    found.pop(plain_mailbox(application.email), None)
    return list(found.values())


def _like_it(db: Session, application: Application) -> list[int]:
    """The keys of those on which this one throws a new light."""
    found = {one.id for one in _by_same_visitor(db, application)}
    if _whose_own(db, application):
        found |= set(_with_same_traces(db, application))
    return sorted(found)


# -- keeping ---------------------------------------------------------------------------------------


def keep_doubts(db: Session, application: Application, found: list[Sign]) -> None:
    """Bring the doubts about an application in line with the signs that were found.

    What somebody judged stays judged unless it rests on something new; an open one whose sign is
    gone waits no longer.
    """
    wanted = select(Doubt).where(Doubt.application_id == application.id).with_for_update(of=Doubt)
    known = {one.kind: one for one in db.scalars(wanted.execution_options(populate_existing=True))}
    for sign in found:
        doubt = known.pop(sign.kind.value, None)
        if doubt is None:
            doubt = Doubt(application_id=application.id, kind=sign.kind.value, version=0)
            _put(doubt, OPEN, sign)
            db.add(doubt)
        elif doubt.state == GONE:
            _put(doubt, OPEN, sign)
        elif doubt.state == OPEN:
            _take_over(doubt, sign)
        elif set(sign.grounds) - set(doubt.grounds):
            _put(doubt, OPEN, sign)
    for doubt in known.values():
        if doubt.state == OPEN:
            _put(doubt, GONE)
    db.flush()


def _put(doubt: Doubt, state: str, sign: Sign | None = None) -> None:
    """Put a doubt into another state because facts say so."""
    before = doubt.state or ""
    doubt.changes.append(DoubtChange(before=before, after=state))
    doubt.state, doubt.since, doubt.version = state, clock.now(), doubt.version + 1
    if sign is not None:
        doubt.facts, doubt.grounds = sign.facts, list(sign.grounds)


def _take_over(doubt: Doubt, sign: Sign) -> None:
    """What an open doubt rests on now; whoever is looking at it learns of what is new."""
    if set(sign.grounds) != set(doubt.grounds):
        doubt.version += 1
    if (doubt.facts, doubt.grounds) != (sign.facts, list(sign.grounds)):
        doubt.facts, doubt.grounds = sign.facts, list(sign.grounds)
