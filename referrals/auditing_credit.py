"""The proof that credit is what receipts and corrections say, and that the recruiter's pages add up
to it.

Every receipt that counts is checked by its hash and decided again from its touches; what was
corrected by hand since holds instead. Applications, hires, credit and who began to apply are added
up from that, row by row, and compared with the figures: every grouping, every period that the page
offers, every step of its trend, and the way from a link to a hire. All is read at one moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import Database
from careers.base.people import Person
from careers.hiring.models import Application, Stage, StageChange
from careers.jobs.models import Job
from referrals.attribution import Kind
from referrals.auditing import reading_one_moment
from referrals.bonuses.models import CorrectedShare, Correction
from referrals.funnel import Funnel, Steps, funnel_of
from referrals.models import Click, Credit, FormStart, Receipt, ShareLink
from referrals.periods import Period, month
from referrals.receipts import Unverified, checksum, differences
from referrals.recomputing import NO_TOUCH
from referrals.standing import in_units, link_met
from referrals.totals import GROUPS, Board, Figures

AT_ONCE = 1_000
KEPT = 100  # differences that are told one by one
DECIDED_WITHIN = timedelta(minutes=15)  # of the application; see `crediting`
PERIODS = (30, 90, 365, None)  # days, as the page offers them; None: all time

WHAT = ("applications", "hires", "credit", "began")
Sums = tuple[int, ...]  # in the order of WHAT
Told = dict[str, Sums]  # by the public key of a row


@dataclass(slots=True)
class CreditReport:
    """What an audit of credit came to."""

    receipts: int = 0
    credits: int = 0
    corrected: int = 0  # applications whose credit somebody corrected
    began: int = 0  # people who began to fill in a form
    totals: int = 0  # numbers of the page that were compared
    differences: int = 0
    first: list[str] = field(default_factory=list)

    def note(self, difference: str) -> None:
        """Count a difference, and keep it to be told if there are few."""
        self.differences += 1
        if len(self.first) < KEPT:
            self.first.append(difference)


class Earned(NamedTuple):
    """One share of an application, with what the page groups it by."""

    application: int
    day: date  # UTC
    is_hired: bool
    credit: int  # in billionths of an application
    employee: str
    team: str
    office: str
    job: str
    channel: str


class Began(NamedTuple):
    """Somebody began to fill in a form, with what the page groups it by."""

    day: date  # UTC, of the click
    employee: str
    team: str
    office: str
    job: str  # "": the link led to no single one
    channel: str


class Came(NamedTuple):
    """An application, with what the way from a link to a hire counts of it."""

    day: date  # UTC
    is_referred: bool
    was_interviewed: bool
    days_to_hire: float | None  # None: not hired
    is_sourced: bool


def audit_credit(
    database: Database, progress: Callable[[int, int], None] = lambda done, of: None
) -> CreditReport:
    """Decide every credit again and compare; then compare the totals of the recruiter's pages.

    `progress` is told how many receipts of how many are done.
    """
    report = CreditReport()
    with reading_one_moment(database) as db:
        earned = list(_recompute(db, report, progress))
        _find_undecided(db, report)
        began = list(_began(db))
        report.began = len(began)
        came = list(_came(db, {one.application for one in earned}))
        for days in PERIODS:
            period = Period(clock.now().date() - timedelta(days=days - 1) if days else None)
            named = f"last {days} days" if days else "all time"
            board = Board(db, period)
            _compare_page(report, board, earned, began, period, named)
            _compare_funnel(report, funnel_of(db, period), came, period, named)
    return report


def _recompute(
    db: Session, report: CreditReport, progress: Callable[[int, int], None]
) -> Iterator[Earned]:
    wanted = select(Receipt).where(Receipt.is_newest)
    of = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    after = 0
    progress(0, of)
    while rows := _next_rows(db, after):
        keys = [row.id for row in rows]
        credits, corrected = _credits_of(db, keys), _corrections_of(db, keys)
        for row in rows:
            found, by_hand = credits.get(row.id, []), corrected.get(row.id)
            report.receipts += 1
            report.credits += len(found)
            report.corrected += by_hand is not None
            for difference in _told_otherwise(row, found):
                report.note(f"receipt {row.code}: {difference}")
            for difference in _corrected_otherwise(row, found, by_hand or []):
                report.note(f"correction of receipt {row.code}: {difference}")
            referral = [one for one in found if one.kind == Kind.REFERRAL]
            yield from _earned(row, referral if by_hand is None else by_hand)
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


def _corrections_of(db: Session, receipts: list[int]) -> dict[int, list[Any]]:
    """The shares that the last correction of each receipt gives; [] where it gives none."""
    last: dict[int, int] = {}
    asked = select(Correction.receipt_id, Correction.id).order_by(Correction.number)
    for receipt, correction in db.execute(asked.where(Correction.receipt_id.in_(receipts))):
        last[receipt] = correction
    columns: list[Any] = [
        CorrectedShare.correction_id, CorrectedShare.part, CorrectedShare.whole, Person.code,
        Person.team, Person.office, ShareLink.code.label("link"), ShareLink.channel,
    ]  # fmt: skip
    shares = (
        select(*columns)
        .join(Person, Person.id == CorrectedShare.person_id)
        .outerjoin(ShareLink, ShareLink.id == CorrectedShare.link_id)
        .where(CorrectedShare.correction_id.in_(last.values()))
        .order_by(Person.id)
    )
    given: dict[int, list[Any]] = defaultdict(list)
    for row in db.execute(shares):
        given[row.correction_id].append(row)
    return {receipt: given[correction] for receipt, correction in last.items()}


def _corrected_otherwise(row: Any, credits: list[Any], shares: list[Any]) -> Iterator[str]:
    """Where the shares that stand by hand can't be, or count for a link that they shouldn't."""
    whole = sum(Fraction(share.part, share.whole) for share in shares)
    if whole > 1:
        yield f"the shares come to {whole}"
    links = {one.code: one.link for one in credits if one.kind == Kind.REFERRAL}
    for share in shares:
        due = links.get(share.code, link_met(row.touches, share.code))
        if share.link != due:
            yield f"the share of {share.code} counts for link {share.link}, not {due}"


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


def _earned(row: Any, shares: list[Any]) -> Iterator[Earned]:
    for share in shares:
        yield Earned(
            row.application_id, row.created_at.date(), row.hired_at is not None,
            in_units(share.part, share.whole), share.code, share.team, share.office, row.slug,
            share.channel or "other",
        )  # fmt: skip


def _find_undecided(db: Session, report: CreditReport) -> None:
    """Note applications that should have a receipt by now."""
    has = select(Receipt.id).where(Receipt.application_id == Application.id).exists()
    late = Application.created_at < clock.now() - DECIDED_WITHIN
    for code in db.scalars(select(Application.code).where(~has, late).order_by(Application.id)):
        report.note(f"application {code}: it has no receipt")


def _began(db: Session) -> Iterator[Began]:
    """Who began, told apart here: once for each visitor of a link and day, by their first click."""
    columns: list[Any] = [
        Click.link_id, Click.visitor, Click.at, Click.class_, Click.is_confirmed, Person.code,
        Person.team, Person.office, Job.slug, ShareLink.channel,
    ]  # fmt: skip
    asked = (
        select(*columns)
        .join(FormStart, FormStart.click_id == Click.id)
        .join(ShareLink, ShareLink.id == Click.link_id)
        .join(Person, Person.id == ShareLink.person_id)
        .outerjoin(Job, Job.id == Click.job_id)
        .order_by(Click.at, Click.id)
    )
    seen = set()
    for row in db.execute(asked, execution_options={"yield_per": AT_ONCE}):
        who = (row.link_id, row.at.date(), row.visitor)
        if row.class_ == "human" and row.is_confirmed and who not in seen:
            seen.add(who)
            yield Began(
                row.at.date(), row.code, row.team, row.office, row.slug or "", row.channel
            )  # fmt: skip


def _came(db: Session, referred: set[int]) -> Iterator[Came]:
    """All applications, as far as each ever got."""
    far = {Stage.INTERVIEW.value, Stage.OFFER.value, Stage.HIRED.value}
    steps = select(StageChange.application_id).where(StageChange.stage.in_(far))
    interviewed = set(db.scalars(steps))
    columns: list[Any] = [
        Application.id, Application.created_at, Application.hired_at, Application.stage,
    ]  # fmt: skip
    outcomes: dict[int, str] = {
        row[0]: row[1]
        for row in db.execute(
            select(Receipt.application_id, Receipt.outcome).where(Receipt.is_newest)
        )
    }
    for key, applied_at, hired_at, stage in db.execute(
        select(*columns), execution_options={"yield_per": AT_ONCE}
    ):
        yield Came(
            applied_at.date(),
            key in referred,
            stage in far or key in interviewed,
            _days_between(applied_at, hired_at),
            key in referred or outcomes.get(key, NO_TOUCH) != NO_TOUCH,
        )


def _days_between(applied_at: datetime, hired_at: datetime | None) -> float | None:
    return (hired_at - applied_at) / timedelta(days=1) if hired_at else None


# -- the recruiter's pages --------------------------------------------------------------------


def _compare_page(
    report: CreditReport,
    board: Board,
    earned: list[Earned],
    began: list[Began],
    period: Period,
    named: str,
) -> None:
    those = [one for one in earned if period.has(one.day)]
    starts = [one for one in began if period.has(one.day)]
    _compare(
        report,
        f"page, {named}, all",
        {"": _shown(board.total)},
        _by(those, starts, lambda one: ""),
    )
    for group in GROUPS:
        is_so = {row.key: _shown(row.figures) for row in board.brought(group)}
        should_be = _by(those, starts, lambda one, group=group: str(getattr(one, group)))  # type: ignore[misc]
        _compare(report, f"page, {named}, {group}", is_so, should_be)
    trend = board.trend
    is_so = {str(day): _shown(figures) for day, figures in (trend.steps if trend else [])}
    by_month = trend is not None and trend.unit == "month"
    should_be = _by(those, starts, lambda one: str(month(one.day) if by_month else one.day))
    _compare(report, f"page, {named}, over time", is_so, should_be)


def _shown(figures: Figures) -> Sums:
    return figures.applications, figures.hires, figures.credit, figures.started


def _by(
    earned: Iterable[Earned], began: Iterable[Began], key: Callable[[Earned | Began], str]
) -> Told:
    """Applications, each once, hires, credit and who began, by what `key` says of each."""
    seen: dict[str, dict[int, bool]] = defaultdict(dict)
    credit, starts = defaultdict[str, int](int), defaultdict[str, int](int)
    for one in earned:
        seen[key(one)][one.application] = one.is_hired
        credit[key(one)] += one.credit
    for start in began:
        starts[key(start)] += 1
    return {
        name: (len(seen[name]), sum(seen[name].values()), credit[name], starts[name])
        for name in seen.keys() | starts.keys()
    }


def _compare(report: CreditReport, where: str, is_so: Told, should_be: Told) -> None:
    nothing = (0,) * len(WHAT)
    for key in sorted(is_so.keys() | should_be.keys()):
        report.totals += len(WHAT)
        shown, counted = is_so.get(key, nothing), should_be.get(key, nothing)
        for what, one, two in zip(WHAT, shown, counted, strict=True):
            if one != two:
                report.note(f"{where}{f' {key}' if key else ''}: {what} {one} → {two}")


def _compare_funnel(
    report: CreditReport, shown: Funnel, came: list[Came], period: Period, named: str
) -> None:
    those = [one for one in came if period.has(one.day)]
    sides = [[one for one in those if one.is_referred is side] for side in (True, False)]
    (referred, referred_days), (others, others_days) = map(_got, sides)
    sourced = sum(one.is_sourced for one in those)
    found = Funnel(referred, others, sourced, referred_days, others_days)
    for name in ("referred", "others", "sourced", "referred_days", "others_days"):
        report.totals += 1
        one, two = getattr(shown, name), getattr(found, name)
        if one != two:
            report.note(f"from a link to a hire, {named}: {name} {one} → {two}")


def _got(came: list[Came]) -> tuple[Steps, float | None]:
    """How far these got, and in how many days half of those who were hired were."""
    days = [one.days_to_hire for one in came if one.days_to_hire is not None]
    steps = Steps(len(came), sum(one.was_interviewed for one in came), len(days))
    return steps, median(days) if days else None
