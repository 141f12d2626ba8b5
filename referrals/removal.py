"""What would be missing without a channel: Shapley value and Markov removal effect.

Analysis of the company's own history, never what pays, and no proof of cause: who applies differs
from who doesn't in more than the channels they met. Pure functions, in exact fractions; below a
minimum sample they give nothing.

A journey's steps may be channels ("linkedin", "qr"), ways of touching ("click", "code", "read") or
any other names: the caller decides what is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Journey:
    """What somebody met, in order, and whether it ended in what is counted (applied, say)."""

    steps: tuple[str, ...]
    is_converted: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """How much there must be before anything is shown."""

    journeys: int = 200
    converted: int = 50


MINIMUM = Sample()


def is_enough(journeys: Collection[Journey], minimum: Sample = MINIMUM) -> bool:
    """Whether there are journeys enough, and enough that converted."""
    converted = sum(journey.is_converted for journey in journeys)
    return len(journeys) >= minimum.journeys and converted >= max(minimum.converted, 1)


# Shapley


def shapley_values(
    journeys: Sequence[Journey], minimum: Sample = MINIMUM
) -> dict[str, Fraction] | None:
    """By name, how many of the conversions it stands for; they sum to all that had any step.

    The Shapley value is the mean of what a name adds to those that came before it, over all orders
    of coming (L. S. Shapley, "A Value for n-Person Games", 1953). What a set of names is worth is
    the number of conversions that met nothing else. For this worth each conversion counts in equal
    parts for the different names on its way, however many names there are (K. Zhao, S. H. Mahboobi,
    S. R. Bagheri, "Shapley Value Methods for Attribution Modeling in Online Advertising", 2018).
    None below the minimum sample.
    """
    if not is_enough(journeys, minimum):
        return None
    values = dict.fromkeys(_names(journeys), Fraction(0))
    met = Counter(frozenset(j.steps) for j in journeys if j.is_converted)
    for names, conversions in met.items():
        for name in names:
            values[name] += Fraction(conversions, len(names))
    return values


# Markov

START, CONVERTED, LOST = "\0start", "\0converted", "\0lost"
MOST_STATES = 24  # exact elimination: within a second


def removal_effects(
    journeys: Sequence[Journey], minimum: Sample = MINIMUM
) -> dict[str, Fraction] | None:
    """By name, the part of conversions that would be lost if every step to it led to nothing.

    Journeys are taken as a Markov chain of first order: from where somebody is, the next step has
    the probabilities seen in all journeys. Each effect is from 0 to 1; they don't sum to 1 (see
    `in_proportion`). None below the minimum sample. Raises ValueError for more than MOST_STATES
    names.

    Source: E. Anderl, I. Becker, F. v. Wangenheim, J. H. Schumann, "Mapping the Customer Journey:
    A Graph-Based Framework for Online Attribution Modeling", 2014.
    """
    if not is_enough(journeys, minimum):
        return None
    names = _names(journeys)
    if len(names) > MOST_STATES:
        raise ValueError(f"more than {MOST_STATES} names")
    steps = _steps(journeys)
    whole = _converting(steps, names)
    return {
        name: 1 - _converting(steps, [other for other in names if other != name]) / whole
        for name in names
    }


def in_proportion(effects: dict[str, Fraction], conversions: int) -> dict[str, Fraction]:
    """`conversions` shared out in proportion to removal effects; all zero if these are."""
    whole = sum(effects.values())
    return {
        name: conversions * effect / whole if whole else Fraction(0)
        for name, effect in effects.items()
    }


def _names(journeys: Iterable[Journey]) -> list[str]:
    return sorted({name for journey in journeys for name in journey.steps})


def _steps(journeys: Iterable[Journey]) -> dict[str, Counter[str]]:
    """How often each state was followed by which."""
    steps: dict[str, Counter[str]] = {}
    for journey, count in Counter(journeys).items():
        end = CONVERTED if journey.is_converted else LOST
        states = [START, *journey.steps, end]
        for here, there in pairwise(states):
            steps.setdefault(here, Counter())[there] += count
    return steps


def _converting(steps: dict[str, Counter[str]], names: Sequence[str]) -> Fraction:
    """The probability of converting from the start when only `names` can be reached.

    Each state's probability is the mean of those of its next states: linear equations, solved by
    elimination from the last state to the first. Every state leads to an end at last, so what
    remains for a state after eliminating those behind it never leads to itself alone.
    """
    reachable = {CONVERTED, *names}
    chance = {
        state: {
            there: Fraction(count, steps[state].total())
            for there, count in steps[state].items()
            if there in reachable
        }
        for state in (START, *names)
    }
    for last in reversed(names):
        ways = chance.pop(last)
        on = 1 - ways.pop(last, Fraction(0))
        for ahead in chance.values():
            weight = ahead.pop(last, Fraction(0)) / on
            for there, p in ways.items():
                ahead[there] = ahead.get(there, Fraction(0)) + weight * p
    return chance[START].get(CONVERTED, Fraction(0))
