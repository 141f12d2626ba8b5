"""Deciding the credit of an application, once, and writing its receipt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, outbox
from careers.base.config import Settings
from careers.hiring.models import Application
from referrals.attribution import By, Decision, TouchFact, standing_reasons
from referrals.choosing_rule import keep_first_choice, terms_in_force
from referrals.models import Click, Credit, Receipt, Touch
from referrals.receipts import checksum, what_it_says
from referrals.recomputing import outcome_of
from referrals.terms import Terms

CLICK_COMES_WITHIN = timedelta(minutes=10)  # from journal to database, at worst


def queue_credit(db: Session, application: Application) -> None:
    """Have the credit of `application` decided once the caller's transaction is committed."""
    outbox.add(db, "credit", {"application": application.id})


@outbox.handles("credit")
def decide_credit(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Decide for the application `payload["application"]`; nothing happens the second time.

    Raises NotYet while a click that the application carries is still in a journal.
    """
    application = db.get(Application, payload["application"])
    if application is None or receipt_of(db, application.id) is not None:
        return
    touches = list(db.scalars(select(Touch).where(Touch.application_id == application.id)))
    clicks = _clicks_of(db, touches)
    missing = [touch for touch in touches if touch.click_id and touch.click_id not in clicks]
    if missing and clock.now() - application.created_at < CLICK_COMES_WITHIN:
        raise outbox.NotYet("a click is still in a journal", wait=timedelta(seconds=2))
    facts = [_fact(touch, clicks, application) for touch in touches]
    keep_first_choice(db, settings)
    terms = terms_in_force(db, application.created_at, settings)
    decision = terms.decide(facts, application.created_at)
    db.add(_receipt(application, touches, clicks, facts, decision, terms))


def receipt_of(db: Session, application: int) -> Receipt | None:
    """The receipt of an application, by its key."""
    return db.scalar(select(Receipt).where(Receipt.application_id == application))


def _clicks_of(db: Session, touches: list[Touch]) -> dict[str, Click]:
    asked = [touch.click_id for touch in touches if touch.click_id]
    return {click.id: click for click in db.scalars(select(Click).where(Click.id.in_(asked)))}


def _fact(touch: Touch, clicks: dict[str, Click], application: Application) -> TouchFact:
    click = clicks.get(touch.click_id or "")
    by_code = touch.click_id is None
    sharer = touch.link.person
    return TouchFact(
        key=f"t{touch.id}",
        person=sharer.id,
        at=click.at if click else touch.carried_at,
        is_person=by_code or (click is not None and click.class_ == "human"),
        is_opened=by_code or (click is not None and click.navigates),
        is_known=by_code or (click is not None and click.link_id == touch.link_id),
        is_own=plain_mailbox(sharer.email) == plain_mailbox(application.email),
        sharer_left_at=sharer.left_at,
        link_off_since=touch.link.paused_at,
        by=By.CODE if by_code else By.CLICK,
    )


def plain_mailbox(email: str) -> str:
    """An e-mail address without what people add to make one mailbox look like two.

    Case, a `+tag`, and dots in the local part are left out: stricter than mail itself (RFC 5321),
    because it only serves to find people who refer themselves.
    """
    local, _, host = email.lower().partition("@")
    return f"{local.split('+')[0].replace('.', '')}@{host}"


def _receipt(
    application: Application,
    touches: list[Touch],
    clicks: dict[str, Click],
    facts: list[TouchFact],
    decision: Decision,
    terms: Terms,
) -> Receipt:
    rows = [
        _touch_row(touch, clicks.get(touch.click_id or ""), fact, decision)
        for touch, fact in sorted(zip(touches, facts, strict=True), key=lambda pair: pair[1].at)
    ]
    receipt = Receipt(
        application_id=application.id,
        decided_at=clock.now(),
        rule=terms.rule.name,
        version=terms.rule.version,
        parameters=terms.parameters,
        touches=rows,
        outcome=outcome_of(decision, len(touches)),
    )
    link_of = {
        touch.link.person_id: touch.link
        for touch, fact in zip(touches, facts, strict=True)
        if fact.key in decision.used
    }
    receipt.credits = [
        Credit(
            application_id=application.id,
            person=link_of[person].person,
            link=link_of[person],
            kind="referral",
            part=share.numerator,
            whole=share.denominator,
        )
        for person, share in sorted(decision.shares.items())
    ]
    receipt.sha256 = checksum(what_it_says(receipt, application))
    return receipt


def _touch_row(
    touch: Touch, click: Click | None, fact: TouchFact, decision: Decision
) -> dict[str, Any]:
    reason = decision.dropped.get(fact.key)
    return {
        "kind": "click" if touch.click_id else "code",
        "link": touch.link.code,
        "channel": touch.link.channel,
        "sharer": touch.link.person.code,
        "shared_at": touch.link.created_at.isoformat(),
        "at": fact.at.isoformat(),
        "class": click.class_ if click else None,
        "by": click.source if click and click.class_ != "human" else "",
        "lists": click.lists if click else None,
        "used": fact.key in decision.used,
        "dropped": reason.value if reason else None,
        "against": [each.value for each in standing_reasons(fact)],
    }
