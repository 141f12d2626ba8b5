"""The proof that credit is what receipts say, and that the recruiter's page adds up to it.

Every receipt that counts is checked by its hash and decided again from its touches; what the page
shows of applications and hires is added up from the results and compared, for every grouping, every
period that the page offers, and every step of its trend. All is read at one moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import Database
from careers.base.people import Person
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.attribution import Kind
from referrals.auditing import reading_one_moment
from referrals.models import Credit, Receipt, ShareLink
from referrals.periods import Period, month
from referrals.receipts import Unverified, checksum, differences
from referrals.totals import GROUPS, Board

AT_ONCE = 1_000
KEPT = 100  # differences that are told one by one
DECIDED_WITHIN = timedelta(minutes=15)  # of the application; see `crediting`
PERIODS = (30, 90, 365, None)  # days, as the page offers them; None: all time

Pair = tuple[int, int]  # applications, hires
Told = dict[str, Pair]  # by the public key of a row


@dataclass(slots=True)
class CreditReport:
    """What an audit of credit came to."""

    receipts: int = 0
    credits: int = 0
    totals: int = 0  # numbers of the page that were compared
    differences: int = 0
    first: list[str] = field(default_factory=list)

    def note(self, difference: str) -> None:
        """Count a difference, and keep it to be told if there are few."""
        self.differences += 1
        if len(self.first) < KEPT:
            self.first.append(difference)


class Earned(NamedTuple):
    """One credit of an application, with what the page groups it by."""

    application: int
    day: date  # UTC
    is_hired: bool
    employee: str
    team: str
    office: str
    job: str
    channel: str


def audit_credit(
    database: Database, progress: Callable[[int, int], None] = lambda done, of: None
) -> CreditReport:
    """Decide every credit again and compare; then compare the totals of the recruiter's page.

    `progress` is told how many receipts of how many are done.
    """
    report = CreditReport()
    with reading_one_moment(database) as db:
        earned = list(_recompute(db, report, progress))
        _find_undecided(db, report)
        for days in PERIODS:
            _compare_page(db, report, earned, days)
    return report


def _recompute(
    db: Session, report: CreditReport, progress: Callable[[int, int], None]
) -> Iterator[Earned]:
    wanted = select(Receipt).where(Receipt.is_newest)
    of = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    after = 0
    progress(0, of)
    while rows := _next_rows(db, after):
        credits = _credits_of(db, [row.id for row in rows])
        for row in rows:
            found = credits.get(row.id, [])
            report.receipts += 1
            report.credits += len(found)
            for difference in _told_otherwise(row, found):
                report.note(f"receipt {row.code}: {difference}")
            yield from _earned(row, found)
        after = rows[-1].id
        progress(report.receipts, of)


def _next_rows(db: Session, after: int) -> list[Any]:
    columns: list[Any] = [
        Receipt.id, Receipt.application_id, Receipt.rule, Receipt.version, Receipt.parameters,
        Receipt.touches, Receipt.outcome, Receipt.outside, Receipt.sha256, Application.code,
        Application.created_at, Application.hired_at, Job.slug,
    ]  # fmt: skip
    return list(
        db.execute(
            select(*columns)
            .join(Application, Application.id == Receipt.application_id)
            .join(Job, Job.id == Application.job_id)
            .where(Receipt.id > after, Receipt.is_newest)
            .order_by(Receipt.id)
            .limit(AT_ONCE)
        )
    )


def _credits_of(db: Session, receipts: list[int]) -> dict[int, list[Any]]:
    columns: list[Any] = [
        Credit.receipt_id, Credit.application_id, Credit.kind, Credit.part, Credit.whole,
        Person.code, Person.team, Person.office, ShareLink.code.label("link"), ShareLink.channel,
    ]  # fmt: skip
    asked = (
        select(*columns)
        .join(Person, Person.id == Credit.person_id)
        .outerjoin(ShareLink, ShareLink.id == Credit.link_id)
        .where(Credit.receipt_id.in_(receipts))
        .order_by(Credit.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.execute(asked):
        found[row.receipt_id].append(row)
    return found


def _told_otherwise(row: Any, credits: list[Any]) -> Iterator[str]:
    """Where a receipt, its credits and its touches disagree."""
    says = {
        "application": row.code,
        "applied_at": row.created_at.isoformat(),
        "rule": row.rule,
        "version": row.version,
        "parameters": row.parameters,
        "touches": row.touches,
        "outcome": row.outcome,
        "credits": [
            {"person": credit.code, "kind": credit.kind, "share": f"{credit.part}/{credit.whole}"}
            for credit in credits
        ],
        **({"outside": row.outside} if row.outside else {}),
    }
    if checksum(says) != row.sha256:
        yield "its SHA-256 isn’t that of what it says"
    try:
        yield from differences(says)
    except Unverified as reason:
        yield str(reason)
    used = [touch for touch in row.touches if touch.get("used")]
    links = {(touch.get("sharer"), touch.get("link")) for touch in used}
    for touch in used:
        links |= {(hop["person"], hop["link"]) for hop in touch.get("chain", {}).get("hops", ())}
    for credit in credits:
        if credit.application_id != row.application_id:
            yield f"the credit of {credit.code} is for another application"
        if (credit.code, credit.link) not in links:
            yield f"the credit of {credit.code} names a link that no used touch has"


def _earned(row: Any, credits: list[Any]) -> Iterator[Earned]:
    day = row.created_at.date()
    for credit in credits:
        if credit.kind == Kind.REFERRAL:
            yield Earned(
                row.application_id, day, row.hired_at is not None, credit.code, credit.team,
                credit.office, row.slug, credit.channel or "other",
            )  # fmt: skip


def _find_undecided(db: Session, report: CreditReport) -> None:
    """Note applications that should have a receipt by now."""
    has = select(Receipt.id).where(Receipt.application_id == Application.id).exists()
    late = Application.created_at < clock.now() - DECIDED_WITHIN
    for code in db.scalars(select(Application.code).where(~has, late).order_by(Application.id)):
        report.note(f"application {code}: it has no receipt")


# -- the recruiter's page ---------------------------------------------------------------------


def _compare_page(
    db: Session, report: CreditReport, earned: list[Earned], days: int | None
) -> None:
    since = clock.now().date() - timedelta(days=days - 1) if days else None
    period, named = Period(since), f"last {days} days" if days else "all time"
    those = [one for one in earned if period.has(one.day)]
    board = Board(db, period)
    is_so = {"": (board.total.applications, board.total.hires)}
    _compare(report, f"page, {named}, all", is_so, _by(those, lambda one: ""))
    for group in GROUPS:
        is_so = {
            row.key: (row.figures.applications, row.figures.hires) for row in board.brought(group)
        }
        should_be = _by(those, lambda one, group=group: str(getattr(one, group)))  # type: ignore[misc]
        _compare(report, f"page, {named}, {group}", is_so, should_be)
    trend = board.trend
    steps = trend.steps if trend else []
    is_so = {str(day): (figures.applications, figures.hires) for day, figures in steps}
    by_month = trend is not None and trend.unit == "month"
    should_be = _by(those, lambda one: str(month(one.day) if by_month else one.day))
    _compare(report, f"page, {named}, over time", is_so, should_be)


def _by(earned: list[Earned], key: Callable[[Earned], str]) -> Told:
    """Applications, each once, and hires, by what `key` says of a credit."""
    seen: dict[str, dict[int, bool]] = defaultdict(dict)
    for one in earned:
        seen[key(one)][one.application] = one.is_hired
    return {name: (len(those), sum(those.values())) for name, those in seen.items()}


def _compare(report: CreditReport, where: str, is_so: Told, should_be: Told) -> None:
    for key in sorted(is_so.keys() | should_be.keys()):
        report.totals += 2
        shown, counted = is_so.get(key, (0, 0)), should_be.get(key, (0, 0))
        for what, one, two in zip(("applications", "hires"), shown, counted, strict=True):
            if one != two:
                report.note(f"{where}{f' {key}' if key else ''}: {what} {one} → {two}")
