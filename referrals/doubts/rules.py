"""What is doubtful about who brought a candidate. Pure functions of facts; nothing is decided here.

A sign asks for somebody to look; it never changes credit. Most are what systems of others flag too:
a mailbox that is the referrer's, and throwaway addresses (Dub, "Fraud event types",
https://dub.co/help/article/fraud-detection), self-referral and duplicates (Genius Referrals,
https://support.geniusreferrals.com/fraud-detention-suite), likeness of what one referrer brings
(PartnerStack, https://support.partnerstack.com/hc/en-us/articles/360009039793-Fraud-Suite). None of
ours looks at an IP address, a device or a browser's fingerprint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from referrals.doubts.inflation import Inflation

CANDIDATES_MANY = 3  # two may share a computer at home; three who differ in all else rarely do


class Kind(StrEnum):
    """What a sign is about; in the order in which a page shows them."""

    SELF_REFERRAL = "self_referral"
    EMPLOYEE_MAIL = "employee_mail"
    EMPLOYEE_PHONE = "employee_phone"
    EMPLOYEE_CV = "employee_cv"
    HIRING_CHAIN = "hiring_chain"
    CLICK_INFLATION = "click_inflation"
    LATE_LINK = "late_link"
    ONE_VISITOR = "one_visitor"
    DISPOSABLE_MAIL = "disposable_mail"


@dataclass(frozen=True, slots=True)
class Referrer:
    """Somebody whom the application speaks for, or who has credit for it."""

    code: str
    mailbox: str  # as `plain_mailbox` has it
    name_key: str  # the name folded
    is_credited: bool
    is_asked: bool = False  # whom candidates ask about the job
    has_seat: bool = False  # has a part in hiring for the job
    has_moved: bool = False  # moved the application from one stage to another


@dataclass(frozen=True, slots=True)
class LinkUsed:
    """A link that the application carries."""

    code: str
    owner: str
    made_at: datetime
    odd: Inflation | None = None  # about its clicks, where it earned credit


@dataclass(frozen=True, slots=True)
class Alike:
    """Something that an employee's own application has too."""

    what: str  # `phone` or `cv`
    person: str
    application: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a rule may look at. People, links and applications are their codes."""

    mailbox: str
    name_key: str
    applied_at: datetime
    referrers: tuple[Referrer, ...] = ()
    has_mailbox: tuple[str, ...] = ()  # the employees whose mailbox it is
    alike: tuple[Alike, ...] = ()
    links: tuple[LinkUsed, ...] = ()
    same_visitor: tuple[str, ...] = ()  # applications of other candidates, by one visitor in a day


@dataclass(frozen=True, slots=True)
class Sign:
    """Something doubtful: what it is, what to say of it, and what it rests on.

    `grounds` name each thing that it rests on; figures that merely grow are in `facts` alone, so
    that what somebody has looked at isn't put before them again each night.
    """

    kind: Kind
    facts: dict[str, Any]
    grounds: tuple[str, ...]


def signs(facts: Facts, throwaway: Collection[str]) -> list[Sign]:
    """What is doubtful, in the order of `Kind`; nothing where nobody is said to have brought the
    candidate. `throwaway` are the hosts of disposable mailboxes."""
    if not facts.referrers:
        return []
    found = (
        _self_referral(facts),
        _employee_mail(facts),
        _alike(facts, "phone", Kind.EMPLOYEE_PHONE),
        _alike(facts, "cv", Kind.EMPLOYEE_CV),
        _hiring_chain(facts),
        _click_inflation(facts),
        _late_link(facts),
        _one_visitor(facts),
        _disposable_mail(facts, throwaway),
    )
    return [sign for sign in found if sign is not None]


def _of_people(kind: Kind, why: Iterable[tuple[str, str]]) -> Sign | None:
    """A sign that rests on what holds of people: (their code, what holds)."""
    pairs = sorted(set(why))
    if not pairs:
        return None
    rows = [{"person": person, "why": what} for person, what in pairs]
    return Sign(kind, {"people": rows}, tuple(f"{person}:{what}" for person, what in pairs))


def _self_referral(facts: Facts) -> Sign | None:
    """The candidate seems to be who brought them."""
    why = []
    for one in facts.referrers:
        if one.mailbox == facts.mailbox:
            why.append((one.code, "mail"))
        if one.name_key and one.name_key == facts.name_key:
            why.append((one.code, "name"))
        why += [(one.code, alike.what) for alike in facts.alike if alike.person == one.code]
    return _of_people(Kind.SELF_REFERRAL, why)


def _employee_mail(facts: Facts) -> Sign | None:
    """It comes from the mailbox of a colleague of whoever brought the candidate."""
    others = set(facts.has_mailbox) - {one.code for one in facts.referrers}
    return _of_people(Kind.EMPLOYEE_MAIL, ((person, "mail") for person in others))


def _alike(facts: Facts, what: str, kind: Kind) -> Sign | None:
    """It has the phone number or CV of a colleague of theirs."""
    referrers = {one.code for one in facts.referrers}
    found = [one for one in facts.alike if one.what == what and one.person not in referrers]
    return _of_people(kind, ((one.person, one.what) for one in found))


def _hiring_chain(facts: Facts) -> Sign | None:
    """Who has credit has a say in the hire."""
    credited = [one for one in facts.referrers if one.is_credited]
    why = [(one.code, "asked") for one in credited if one.is_asked]
    why += [(one.code, "seat") for one in credited if one.has_seat]
    why += [(one.code, "moved") for one in credited if one.has_moved]
    return _of_people(Kind.HIRING_CHAIN, why)


def _click_inflation(facts: Facts) -> Sign | None:
    """The clicks of a link that earned credit look made."""
    odd = sorted(
        ((one.code, one.owner, one.odd) for one in facts.links if one.odd is not None),
        key=lambda row: row[0],
    )
    if not odd:
        return None
    rows = [
        {
            "link": code,
            "person": owner,
            "odd": [oddity.value for oddity in found.oddities],
            "usual": None if found.usual is None else round(found.usual, 3),
            **asdict(found.clicks),
        }
        for code, owner, found in odd
    ]
    grounds = tuple(f"{code}:{oddity}" for code, _, found in odd for oddity in found.oddities)
    return Sign(Kind.CLICK_INFLATION, {"links": rows}, grounds)


def _late_link(facts: Facts) -> Sign | None:
    """A link was made after the application that it is said to have brought."""
    late = sorted(
        {one.code: one for one in facts.links if one.made_at > facts.applied_at}.values(),
        key=lambda one: one.code,
    )
    if not late:
        return None
    rows = [
        {"link": one.code, "person": one.owner, "made_at": one.made_at.isoformat()} for one in late
    ]
    return Sign(Kind.LATE_LINK, {"links": rows}, tuple(one.code for one in late))


def _one_visitor(facts: Facts) -> Sign | None:
    """One visitor opened the link for many candidates within a day."""
    others = sorted(set(facts.same_visitor))
    if len(others) + 1 < CANDIDATES_MANY:
        return None
    return Sign(Kind.ONE_VISITOR, {"applications": others}, tuple(others))


def _disposable_mail(facts: Facts, throwaway: Collection[str]) -> Sign | None:
    """The address is one of those that are thrown away; which, only the application says."""
    host = facts.mailbox.rpartition("@")[2]
    labels = host.split(".")
    hosts = {".".join(labels[start:]) for start in range(len(labels) - 1)}
    if not any(one in throwaway for one in hosts):
        return None
    return Sign(Kind.DISPOSABLE_MAIL, {}, ("host",))


def may_review(who: int, concerned: Collection[int]) -> bool:
    """Whether `who` may judge doubts: nobody does about what they are part of. Keys of people."""
    return who not in concerned
