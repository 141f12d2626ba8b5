"""Deciding the credit of an application, and writing its receipt.

It is decided once, and anew when the candidate changes what they said of how they came. A receipt
is never changed: a new one stands beside it, and the newest counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from blinker import Signal
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, outbox
from careers.base.config import Settings
from careers.base.mailboxes import plain_mailbox
from careers.base.people import Person
from careers.hiring.models import Application
from referrals.attribution import By, Decision, Dropped, Kind, TouchFact, standing_reasons
from referrals.chains import Passing, chain_stated, chains_above, passings
from referrals.choosing_rule import keep_first_choice, terms_in_force
from referrals.models import Click, Credit, Receipt, Touch
from referrals.receipts import checksum, what_it_says
from referrals.recomputing import outcome_of
from referrals.terms import Terms, terms_stated

CLICK_COMES_WITHIN = timedelta(minutes=10)  # from journal to database, at worst
A_MOMENT, AN_INSTANT = timedelta(seconds=1), timedelta(microseconds=1)
Chain = tuple[Passing, ...]  # who passed the link of a touch on, the first first
NOTED_WITH = timedelta(minutes=1)  # what was noted with the application, and not later


settled = Signal()
"""Sent as `settled.send(application, db=session)`. Whoever answers True says that something final
followed from the credit of `application`, such as a bonus that was paid: it changes no more."""

decided = Signal()
"""Sent as `decided.send(application, db=session)` in the transaction of a decision, the first one
or a new one."""

decided_anew = Signal()
"""Sent as `decided_anew.send(application, db=session)` in the transaction of a new decision."""


def queue_credit(db: Session, application: Application) -> None:
    """Have the credit of `application` decided once the caller's transaction is committed."""
    outbox.add(db, "credit", {"application": application.id})


def queue_new_decision(db: Session, application: Application) -> None:
    """Have it decided anew, because the candidate changed what they said of how they came."""
    outbox.add(db, "credit", {"application": application.id, "again": True})


def is_settled(db: Session, application: Application) -> bool:
    """Whether the credit of `application` can't change any more."""
    return any(answer is True for _, answer in settled.send(application, db=db))


@outbox.handles("credit")
def decide_credit(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Decide for the application `payload["application"]`; nothing happens the second time.

    With `payload["again"]` there is a new decision beside the old one, by the rule of the old one,
    unless nothing comes out differently or it is settled. Raises NotYet while a click that the
    application carries is still in a journal.
    """
    application = db.get(Application, payload["application"])
    if application is None:
        return
    take_turns(db, application)
    before = receipt_of(db, application.id)
    if before is not None and (not payload.get("again") or is_settled(db, application)):
        return
    touches = touches_of(db, application)
    clicks = _clicks_of(db, touches)
    missing = [touch for touch in touches if touch.click_id and touch.click_id not in clicks]
    if missing and clock.now() - application.created_at < CLICK_COMES_WITHIN:
        raise outbox.NotYet("a click is still in a journal", wait=timedelta(seconds=2))
    chains = _chains_of(db, touches, clicks, application.created_at, application.email)
    facts = [
        _fact(f"t{touch.id}", touch, clicks, chain, application.email)
        for touch, chain in zip(touches, chains, strict=True)
    ]
    keep_first_choice(db, settings)
    terms = (
        terms_stated(before.rule, before.version, before.parameters)
        if before
        else terms_in_force(db, application.created_at, settings)
    )
    decision = terms.decide(facts, application.created_at)
    made = _receipt(application, touches, clicks, chains, facts, decision, terms)
    if before is not None:
        if made.sha256 == before.sha256:
            return
        before.is_newest = False
        for credit in before.credits:
            credit.is_newest = False
        db.flush()
    db.add(made)
    application.source = source_of({credit.kind for credit in made.credits})
    decided.send(application, db=db)
    if before is not None:
        decided_anew.send(application, db=db)


def source_of(kinds: Collection[str]) -> str:
    """By what an application came whose credits are of these kinds, in a word for those who look
    for one."""
    return next((kind.value for kind in (Kind.REFERRAL, Kind.INSPIRATION) if kind in kinds), "")


def foreseen(
    db: Session, settings: Settings, touches: Mapping[str, Touch], email: str
) -> dict[str, Dropped | None]:
    """What would be decided if somebody with this mail address applied now, with these touches.

    By key: why a touch would not count, None if it would. A click that isn't stored yet is taken
    for a person's, and for made a moment ago: after the clicks that `touches` name before it, and
    before what is said in the form.
    """
    clicks = _clicks_of(db, touches.values())
    now = clock.now()
    chains = _chains_of(db, touches.values(), clicks, now, email)
    facts = []
    made_at = now - A_MOMENT
    for (key, touch), chain in zip(touches.items(), chains, strict=True):
        if touch.click_id is not None:
            click = clicks.get(touch.click_id)
            made_at = min(max(made_at + AN_INSTANT, click.at if click else made_at), now)
        facts.append(_fact(key, touch, clicks, chain, email, early_at=made_at))
    decision = terms_in_force(db, now, settings).decide(facts, now)
    return {key: decision.dropped.get(key) for key in touches}


def passed_on(
    db: Session, touches: Sequence[Touch], applied_at: datetime, email: str
) -> list[Chain]:
    """Of each touch who had passed its link on, as far as it was known at `applied_at`."""
    return _chains_of(db, touches, _clicks_of(db, touches), applied_at, email)


def touches_of(db: Session, application: Application) -> list[Touch]:
    """The touches of an application, as they were noted."""
    wanted = select(Touch).where(Touch.application_id == application.id)
    return list(db.scalars(wanted.order_by(Touch.id)))


def receipt_of(db: Session, application: int) -> Receipt | None:
    """The receipt of an application that counts, by the application's key."""
    return db.scalar(
        select(Receipt).where(Receipt.application_id == application, Receipt.is_newest)
    )


def take_turns(db: Session, application: Application) -> None:
    """Have others who decide, correct or award the credit of `application` wait until the caller's
    transaction ends; what is read after this is as they left it."""
    this = select(Application.id).where(Application.id == application.id)
    db.execute(this.with_for_update(key_share=True))  # SQLite has one writer at a time anyway


def _clicks_of(db: Session, touches: Iterable[Touch]) -> dict[str, Click]:
    asked = [touch.click_id for touch in touches if touch.click_id]
    return {click.id: click for click in db.scalars(select(Click).where(Click.id.in_(asked)))}


def _chains_of(
    db: Session,
    touches: Iterable[Touch],
    clicks: dict[str, Click],
    applied_at: datetime,
    email: str,
) -> list[Chain]:
    """Of each touch who had passed its link on."""
    touches = list(touches)
    above = chains_above(db, [touch.link for touch in touches if touch.link])
    return [
        passings(
            above.get(touch.link.id, ()) if touch.link else (),
            _moment(touch, clicks),
            applied_at,
            email,
        )
        for touch in touches
    ]


def _moment(touch: Touch, clicks: dict[str, Click]) -> datetime:
    click = clicks.get(touch.click_id or "")
    return click.at if click else touch.carried_at


def _fact(
    key: str,
    touch: Touch,
    clicks: dict[str, Click],
    chain: Chain,
    email: str,
    early_at: datetime | None = None,
) -> TouchFact:
    """All that a rule may look at; with `early_at`, a click that isn't stored yet was made then."""
    click = clicks.get(touch.click_id or "")
    is_early_click = early_at is not None and touch.click_id is not None and click is None
    is_no_click = touch.click_id is None or is_early_click
    person = touch.person
    return TouchFact(
        key=key,
        person=person.id if person else 0,
        at=early_at if early_at and is_early_click else _moment(touch, clicks),
        is_person=is_no_click or (click is not None and click.class_ == "human"),
        is_opened=is_no_click or (click is not None and click.navigates),
        is_known=is_no_click
        or (click is not None and touch.link is not None and click.link_id == touch.link.id),
        is_own=person is not None and plain_mailbox(person.email) == plain_mailbox(email),
        sharer_left_at=person.left_at if person else None,
        link_off_since=touch.link.off_since if touch.link else None,
        by=By(touch.how),
        is_named=person is not None,
        is_taken_out=touch.taken_out_at is not None,
        chain=tuple(passing.hop for passing in chain),
    )


def _receipt(
    application: Application,
    touches: list[Touch],
    clicks: dict[str, Click],
    chains: list[Chain],
    facts: list[TouchFact],
    decision: Decision,
    terms: Terms,
) -> Receipt:
    all_of_each = list(zip(touches, chains, facts, strict=True))
    in_order = sorted(enumerate(all_of_each, 1), key=lambda row: row[1][2].at)
    rows = [
        _touch_row(
            number, application, touch, clicks.get(touch.click_id or ""), chain, fact, decision
        )
        for number, (touch, chain, fact) in in_order
    ]
    receipt = Receipt(
        application_id=application.id,
        decided_at=clock.now(),
        rule=terms.rule.name,
        version=terms.rule.version,
        parameters=terms.parameters,
        touches=rows,
        outcome=outcome_of(decision, facts),
        outside=[
            {"person": code, "share": f"{share.numerator}/{share.denominator}"}
            for code, share in decision.outside.items()
        ],
    )
    people = _people_in(touches, chains)
    through = _links_used(all_of_each, decision)
    kinds = ((Kind.REFERRAL, decision.shares), (Kind.INSPIRATION, decision.inspiration))
    receipt.credits = [
        Credit(
            application_id=application.id,
            person=people[person],
            link_id=through.get(person) if kind is Kind.REFERRAL else None,
            kind=kind.value,
            part=share.numerator,
            whole=share.denominator,
        )
        for kind, shares in kinds
        for person, share in sorted(shares.items())
    ]
    receipt.sha256 = checksum(what_it_says(receipt, application))
    return receipt


def _people_in(touches: list[Touch], chains: list[Chain]) -> dict[int, Person]:
    people = {touch.person.id: touch.person for touch in touches if touch.person}
    for passing in (passing for chain in chains for passing in chain):
        if passing.person:
            people[passing.person.id] = passing.person
    return people


def _links_used(
    all_of_each: list[tuple[Touch, Chain, TouchFact]], decision: Decision
) -> dict[int, int]:
    """Of each person who is credited, the key of the link that was used last, if one was: theirs,
    or the one that they passed on."""
    last_first = sorted(all_of_each, key=lambda one: one[2].at, reverse=True)
    found: dict[int, int] = {}
    for touch, chain, fact in last_first:
        if fact.key in decision.used and touch.link is not None:
            found.setdefault(fact.person, touch.link.id)
            for passing in chain:
                if passing.person and passing.dropped is None:
                    found.setdefault(passing.person.id, passing.link.id)
    return found


def _touch_row(
    number: int,
    application: Application,
    touch: Touch,
    click: Click | None,
    chain: Chain,
    fact: TouchFact,
    decision: Decision,
) -> dict[str, Any]:
    reason = decision.dropped.get(fact.key)
    link = touch.link
    is_later = touch.noted_at - application.created_at > NOTED_WITH
    return {
        "number": number,
        "kind": touch.how,
        "link": link.code if link else None,
        "channel": link.channel if link else None,
        "sharer": touch.person.code if touch.person else None,
        "article": touch.article.code if touch.article else None,
        "shared_at": (link.root or link).created_at.isoformat() if link else None,
        "at": fact.at.isoformat(),
        "noted_at": touch.noted_at.isoformat() if is_later else None,
        "class": click.class_ if click else None,
        "by": click.source if click and click.class_ != "human" else "",
        "lists": click.lists if click else None,
        "used": fact.key in decision.used,
        "dropped": reason.value if reason else None,
        "against": [each.value for each in standing_reasons(fact)],
        **({"chain": chain_stated(chain)} if chain else {}),
    }
