"""The published rules by which touches weigh. Pure functions of times.

A rule has a name, a version and parameters; all of them stand on every receipt, and a rule whose
result could change gets a new version. A rule sees only when touches happened, oldest first, one
time for each person and moment: what one person did at one moment is one touch. So it can't favour
a person, and no order but that of time can matter.

No person's touches ever cost another a share: whoever is taken away leaves the weights of the
others, relative to all that remain, as large as before or larger. `docs/credit.md` shows why, rule
by rule.

Sources: Google Analytics, "About the default MCF attribution models" (support.google.com/analytics/
answer/1665189), and Matomo, "Multi Channel Conversion Attribution" (matomo.org/faq/reports/
set-up-and-analyse-multi-channel-conversion-attribution-reports).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache, partial

Weigh = Callable[[Sequence[datetime], datetime], Sequence[int | Fraction]]
"""From the times of touches (aware, sorted, at least one) and of the application to each weight.

No weight is negative and at least one is positive; only their ratios count.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A published rule, with the parameters it was given."""

    name: str
    version: int
    weigh: Weigh
    parameters: Mapping[str, int] = field(default_factory=dict)
    skips_direct: bool = False  # a direct touch counts only where there is no other


def _first(times: Sequence[datetime], applied_at: datetime) -> list[int]:
    return [int(at == times[0]) for at in times]


def _last(times: Sequence[datetime], applied_at: datetime) -> list[int]:
    return [int(at == times[-1]) for at in times]


def _equal(times: Sequence[datetime], applied_at: datetime) -> list[int]:
    return [1] * len(times)


def _halving(times: Sequence[datetime], applied_at: datetime, *, half_life_days: int) -> list[int]:
    """Each by its own age alone, so that nobody's weight hangs on another's touch."""
    return [_weight((applied_at - at) // timedelta(hours=1), half_life_days) for at in times]


HALF_LIVES_APART = 20  # what is older than so many half-lives weighs the least


@lru_cache(maxsize=20_000)
def _weight(hours: int, half_life_days: int) -> int:
    """2^20 for a new touch, half of that after each half-life, at least 1.

    In decimal arithmetic, whose result is the same on every machine. Whole numbers of this size
    keep shares small enough for the database even with a thousand touches.
    """
    halvings = _ARITHMETIC.divide(Decimal(-hours), Decimal(24 * half_life_days))
    weight = _ARITHMETIC.multiply(
        Decimal(2**HALF_LIVES_APART), _ARITHMETIC.power(Decimal(2), halvings)
    )
    return max(int(weight.to_integral_value(ROUND_HALF_EVEN)), 1)


_ARITHMETIC = Context(prec=28, rounding=ROUND_HALF_EVEN)


def _ends_first(times: Sequence[datetime], applied_at: datetime) -> list[Fraction]:
    """Two fifths each to the first and the last moment, a fifth to all touches between them.

    With two moments each has a half, with one it has all. Touches of one moment share equally.
    """
    first, last = times[0], times[-1]
    middle = sum(first < at < last for at in times)
    end = Fraction(2, 5) if middle else Fraction(1, 2)
    between = Fraction(1, 5) / middle if middle else Fraction(0)
    at_ends = {first: end / times.count(first), last: end / times.count(last)}
    return [at_ends.get(at, between) for at in times]


FIRST_TOUCH = Rule("first_touch", 1, _first)
"""All to the first touch ("first interaction" of Google Analytics and Matomo)."""

LAST_TOUCH = Rule("last_touch", 1, _last)
"""All to the touch closest before the application ("last interaction" of both)."""

LAST_NON_DIRECT = Rule("last_non_direct", 1, _last, skips_direct=True)
"""All to the last touch that isn't direct; to the last direct one where there are no others
("last non-direct click" of Google Analytics, "last non-direct interaction" of Matomo)."""

LINEAR = Rule("linear", 1, _equal)
"""The same to each touch ("linear" of both)."""

POSITION = Rule("position", 1, _ends_first)
"""40 % to the first touch, 40 % to the last, 20 % shared equally by those between ("position
based" of both). Of two touches, for which 20 % would be left over, each has a half."""

HALF_LIFE_DAYS = 7  # Google's


def time_decay(half_life_days: int = HALF_LIFE_DAYS) -> Rule:
    """To each touch half of what one a half-life later has ("time decay" of Google Analytics).

    `half_life_days` is from 1 to 365. Ages count in whole hours; what is older than 20 half-lives
    weighs the same. Raises ValueError for a half-life out of bounds.
    """
    if not 1 <= half_life_days <= 365:
        raise ValueError("a half-life is from 1 to 365 days")
    return Rule(
        "time_decay",
        1,
        partial(_halving, half_life_days=half_life_days),
        {"half_life_days": half_life_days},
    )


TIME_DECAY = time_decay()
RULES = {
    rule.name: rule
    for rule in (FIRST_TOUCH, LAST_TOUCH, LAST_NON_DIRECT, LINEAR, TIME_DECAY, POSITION)
}


def rule_named(name: str, version: int = 1, parameters: Mapping[str, int] | None = None) -> Rule:
    """The rule that a setting or a receipt names, with the parameters it states.

    Parameters that aren't the rule's own (a receipt also states the window) are passed over.
    Raises LookupError for a rule or version that never was.
    """
    rule = RULES.get(name)
    if rule is None or rule.version != version:
        raise LookupError(f"there is no rule {name!r} of version {version}")
    stated = {key: value for key, value in (parameters or {}).items() if key in rule.parameters}
    return time_decay(**stated) if rule.name == TIME_DECAY.name else rule
