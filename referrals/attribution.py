"""From touches to credit: the rules. Pure functions of values; nothing here knows the database.

A rule has a name and a version; both stand on every receipt, and a rule whose result could change
gets a new version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction


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
    ANOTHER_WAS_LATER = "another_was_later"  # the rule took a later touch


@dataclass(frozen=True, slots=True)
class TouchFact:
    """One touch, with all that a rule may look at. Times are aware."""

    key: str  # names the touch on the receipt
    person: int
    at: datetime
    is_person: bool  # of class human, or a code that a person typed or carried
    is_opened: bool  # a top-level navigation, or a code
    is_known: bool  # recorded, on the link it names
    is_own: bool  # the sharer is the candidate
    sharer_left_at: datetime | None
    link_off_since: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who earns which share, by which touch, and why each other touch doesn't count."""

    shares: dict[int, Fraction]  # by person; they sum to at most 1
    used: tuple[str, ...]
    dropped: dict[str, Dropped]


@dataclass(frozen=True, slots=True)
class Rule:
    """A published rule: the function that takes the touches that count, oldest first."""

    name: str
    version: int
    share: Callable[[Sequence[TouchFact]], tuple[dict[int, Fraction], tuple[str, ...]]]


def decide(
    rule: Rule, touches: Sequence[TouchFact], applied_at: datetime, window: timedelta
) -> Decision:
    """Apply `rule` to the touches that preceded an application by at most `window`.

    The order in which `touches` come doesn't matter, nor does adding any that are dropped.
    """
    dropped: dict[str, Dropped] = {}
    counting = []
    for touch in sorted(touches, key=lambda touch: (touch.at, touch.key)):
        reason = _reason_against(touch, applied_at, window)
        if reason is None:
            counting.append(touch)
        else:
            dropped[touch.key] = reason
    shares, used = rule.share(counting)
    for touch in counting:
        if touch.key not in used:
            dropped[touch.key] = Dropped.ANOTHER_WAS_LATER
    return Decision(shares, used, dropped)


def _reason_against(touch: TouchFact, applied_at: datetime, window: timedelta) -> Dropped | None:
    reasons = (
        (not touch.is_known, Dropped.UNKNOWN_CLICK),
        (not touch.is_person, Dropped.NOT_A_PERSON),
        (not touch.is_opened, Dropped.NOT_OPENED),
        (touch.at > applied_at, Dropped.TOO_LATE),
        (touch.at < applied_at - window, Dropped.TOO_OLD),
        (touch.is_own, Dropped.OWN_APPLICATION),
        (
            touch.sharer_left_at is not None and touch.sharer_left_at <= touch.at,
            Dropped.SHARER_HAD_LEFT,
        ),
        (
            touch.link_off_since is not None and touch.link_off_since <= touch.at,
            Dropped.LINK_WAS_OFF,
        ),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _last(touches: Sequence[TouchFact]) -> tuple[dict[int, Fraction], tuple[str, ...]]:
    """All to whoever was last; of touches at the same moment, each person has an equal share."""
    if not touches:
        return {}, ()
    latest = [touch for touch in touches if touch.at == touches[-1].at]
    people = sorted({touch.person for touch in latest})
    share = Fraction(1, len(people))
    return dict.fromkeys(people, share), tuple(touch.key for touch in latest)


LAST_TOUCH = Rule("last_touch", 1, _last)
"""The touch closest before the application earns the whole credit ("last interaction")."""
RULES = {rule.name: rule for rule in (LAST_TOUCH,)}
