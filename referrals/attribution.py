"""From touches to credit. Pure functions of values; nothing here knows the database.

`decide` is the one entry. It drops the touches that can't count, each with its reason, takes those
of kind `referral` apart from those of kind `inspiration`, and has a rule (`referrals.rules`) weigh
what is left of each kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from referrals.passing_on import Hop, Outsider, split
from referrals.rules import Rule


class Kind(StrEnum):
    """What a touch may earn; each kind is decided apart and has shares of its own."""

    REFERRAL = "referral"  # somebody shared, or vouched
    INSPIRATION = "inspiration"  # somebody's page or article was read on the way


class By(StrEnum):
    """How a touch came about."""

    CLICK = "click"  # on a share link
    CODE = "code"  # typed
    ANSWER = "answer"  # to "who told you about us?"
    READ = "read"  # an expert page or an article
    CARRIED = "carried"  # an address with a link's code, but without a click that began the visit

    @property
    def kind(self) -> Kind:
        """What a touch of this sort may earn."""
        return Kind.INSPIRATION if self is By.READ else Kind.REFERRAL

    @property
    def is_direct(self) -> bool:
        """Whether the visit began without anything that an employee did or a candidate said.

        A visitor without any link leaves no touch here; what comes closest to the "direct" visit
        of web analytics (an address typed, bookmarked or copied) is an address that carries a code.
        """
        return self is By.CARRIED


class Dropped(StrEnum):
    """Why a touch does not count."""

    NOT_A_PERSON = "not_a_person"  # a link preview, a prefetch or a bot
    NOT_OPENED = "not_opened"  # not a page opened in its own tab
    UNKNOWN_CLICK = "unknown_click"  # no such click was ever recorded on this link
    TOO_OLD = "too_old"  # before the window
    TOO_LATE = "too_late"  # after the application
    OWN_APPLICATION = "own_application"  # the sharer is the candidate
    SHARER_HAD_LEFT = "sharer_had_left"
    LINK_WAS_OFF = "link_was_off"  # its owner had paused the link
    NOBODY_NAMED = "nobody_named"  # an answer that is no name of anybody who shows themselves
    TAKEN_OUT = "taken_out"  # the candidate took it out after sending the application
    OWNED_BY_ANOTHER = "owned_by_another"  # somebody else brought the candidate before
    DIRECT = "direct"  # the rule skips direct touches, and there were others
    ANOTHER_WAS_LATER = "another_was_later"  # the rule took a later touch
    ANOTHER_WAS_EARLIER = "another_was_earlier"  # the rule took an earlier touch


@dataclass(frozen=True, slots=True)
class TouchFact:
    """One touch, with all that a rule may look at. Times are aware."""

    key: str  # names the touch on the receipt; no two touches have the same
    person: int
    at: datetime
    is_person: bool  # of class human, or something that a person typed, said or carried
    is_opened: bool  # a top-level navigation, or no click at all
    is_known: bool  # recorded, on the link it names
    is_own: bool  # the sharer is the candidate
    sharer_left_at: datetime | None
    link_off_since: datetime | None
    by: By = By.CLICK
    is_named: bool = True  # whom it speaks for is known
    is_taken_out: bool = False  # by the candidate
    # Who passed the link on, in their order; the sharer isn't among them.
    chain: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Who earns which share, by which touch, and why each other touch doesn't count.

    All shares of a kind, those of people outside included, sum to at most 1.
    """

    shares: dict[int, Fraction]  # of kind referral, by person
    used: tuple[str, ...]
    dropped: dict[str, Dropped]
    inspiration: dict[int, Fraction] = field(default_factory=dict)  # the same of that kind
    # Of kind referral, by the public codes of people outside who passed a link on.
    outside: dict[str, Fraction] = field(default_factory=dict)


def decide(
    rule: Rule,
    touches: Sequence[TouchFact],
    applied_at: datetime,
    window: timedelta,
    ownership: timedelta | None = None,
) -> Decision:
    """Apply `rule` to the touches that preceded an application by at most `window`.

    With `ownership`, a candidate belongs to whoever first brought them in that time before the
    application, and touches of others are dropped; the owner's count as far back as either time
    reaches. Nobody owns who reads: touches of kind inspiration know the window alone.

    What a touch earns is split along its chain, if the link was passed on. All that one person's
    links did at one moment is one touch, and whoever passed on any of them is in its chain.

    The order in which `touches` come doesn't matter, nor does adding any that are dropped.
    """
    used: list[TouchFact] = []
    dropped: dict[str, Dropped] = {}
    shares: dict[Kind, dict[Hashable, Fraction]] = {}
    of_kind: dict[Kind, list[TouchFact]] = {kind: [] for kind in Kind}
    for touch in sorted(touches, key=lambda touch: (touch.at, touch.key)):
        of_kind[touch.by.kind].append(touch)
    for kind, ordered in of_kind.items():
        owned_for = ownership if kind is Kind.REFERRAL else None
        reach = applied_at - max(window, owned_for or window)
        counting = []
        for touch in ordered:
            reason = _reason_against(touch, applied_at, reach)
            if reason is None:
                counting.append(touch)
            else:
                dropped[touch.key] = reason
        if owned_for is not None:
            counting = _owners_touches(counting, applied_at - owned_for, dropped)
        if rule.skips_direct:
            counting = _without_direct(counting, dropped)
        shares[kind], taken = _weighed(rule, counting, applied_at, dropped)
        used += taken
    used.sort(key=lambda touch: (touch.at, touch.key))
    outside = {who.code: s for who, s in shares[Kind.REFERRAL].items() if isinstance(who, Outsider)}
    return Decision(
        _of_employees(shares[Kind.REFERRAL]),
        tuple(touch.key for touch in used),
        dropped,
        _of_employees(shares[Kind.INSPIRATION]),
        dict(sorted(outside.items())),
    )


def _of_employees(shares: dict[Hashable, Fraction]) -> dict[int, Fraction]:
    return dict(sorted((who, share) for who, share in shares.items() if isinstance(who, int)))


def _reason_against(touch: TouchFact, applied_at: datetime, reach: datetime) -> Dropped | None:
    """The first that speaks against a touch by itself, whatever others there are."""
    standing = standing_reasons(touch)
    if standing and standing[0] in _BEFORE_ITS_TIME:
        return standing[0]
    if touch.at > applied_at:
        return Dropped.TOO_LATE
    if touch.at < reach:
        return Dropped.TOO_OLD
    return standing[0] if standing else None


_BEFORE_ITS_TIME = {Dropped.UNKNOWN_CLICK, Dropped.NOT_A_PERSON, Dropped.NOT_OPENED}


def standing_reasons(touch: TouchFact) -> list[Dropped]:
    """All that speaks against a touch under every rule, window and ownership, in the order in which
    reasons are given. A receipt keeps them, so that another rule can be tried on it later."""
    found = []
    if touch.is_taken_out:
        found.append(Dropped.TAKEN_OUT)
    if not touch.is_named:
        found.append(Dropped.NOBODY_NAMED)
    if not touch.is_known:
        found.append(Dropped.UNKNOWN_CLICK)
    if not touch.is_person:
        found.append(Dropped.NOT_A_PERSON)
    if not touch.is_opened:
        found.append(Dropped.NOT_OPENED)
    if touch.is_own:
        found.append(Dropped.OWN_APPLICATION)
    if touch.sharer_left_at is not None and touch.sharer_left_at <= touch.at:
        found.append(Dropped.SHARER_HAD_LEFT)
    if touch.link_off_since is not None and touch.link_off_since <= touch.at:
        found.append(Dropped.LINK_WAS_OFF)
    return found


def _owners_touches(
    counting: list[TouchFact], since: datetime, dropped: dict[str, Dropped]
) -> list[TouchFact]:
    """Those of whoever came first since then (several, if at the same moment); all if nobody did.

    That every other touch is dropped, earlier ones too, is what keeps one person's touches from
    costing another a share: while somebody owns the candidate the others have nothing to lose.
    """
    begun = min((touch.at for touch in counting if touch.at >= since), default=None)
    if begun is None:
        return counting
    owners = {touch.person for touch in counting if touch.at == begun}
    for touch in counting:
        if touch.person not in owners:
            dropped[touch.key] = Dropped.OWNED_BY_ANOTHER
    return [touch for touch in counting if touch.person in owners]


def _without_direct(counting: list[TouchFact], dropped: dict[str, Dropped]) -> list[TouchFact]:
    others = [touch for touch in counting if not touch.by.is_direct]
    if not others:
        return counting
    for touch in counting:
        if touch.by.is_direct:
            dropped[touch.key] = Dropped.DIRECT
    return others


def _weighed(
    rule: Rule, counting: list[TouchFact], applied_at: datetime, dropped: dict[str, Dropped]
) -> tuple[dict[Hashable, Fraction], list[TouchFact]]:
    """The shares of each person, and the touches that earned them; touches come oldest first."""
    if not counting:
        return {}, []
    # What one person did at one moment is one touch.
    done = sorted({(touch.at, touch.person) for touch in counting})
    weights = rule.weigh([at for at, _ in done], applied_at)
    whole = sum(weights)
    passed_on: dict[tuple[datetime, int], list[Hop]] = defaultdict(list)
    for touch in counting:
        if touch.chain:
            passed_on[touch.at, touch.person] += touch.chain
    weight_of: dict[Hashable, int | Fraction] = {}
    earning = set()
    for (at, person), weight in zip(done, weights, strict=True):
        if weight:
            earning.add(at)
            if chain := passed_on.get((at, person)):
                for who, part in split([Hop(person, is_verified=True), *chain]).items():
                    weight_of[who] = weight_of.get(who, 0) + weight * part
            else:
                weight_of[person] = weight_of.get(person, 0) + weight
    first_used = min(earning)
    for touch in counting:
        if touch.at not in earning:
            dropped[touch.key] = (
                Dropped.ANOTHER_WAS_LATER if touch.at < first_used else Dropped.ANOTHER_WAS_EARLIER
            )
    taken = [touch for touch in counting if touch.at in earning]
    return {who: Fraction(weight, whole) for who, weight in weight_of.items()}, taken
