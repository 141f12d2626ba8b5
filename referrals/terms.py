"""On what terms credit is decided: a rule, how far back touches count, and who owns a candidate.

Pure values. A receipt states them as a name, a version and parameters, and they are read back from
these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from referrals.attribution import Decision, TouchFact, decide
from referrals.rules import LAST_TOUCH, Rule, rule_named

MOST_DAYS = 365  # of the window and of the ownership


@dataclass(frozen=True, slots=True)
class Terms:
    """A rule with its window and, if the company wants it, an ownership; whole days."""

    rule: Rule
    window_days: int
    ownership_days: int | None = None

    def __post_init__(self) -> None:
        for days in (self.window_days, self.ownership_days):
            if days is not None and not 1 <= days <= MOST_DAYS:
                raise ValueError(f"window and ownership are from 1 to {MOST_DAYS} days")

    @property
    def parameters(self) -> dict[str, int]:
        """All that the name and the version of the rule don't say, as receipts state it."""
        stated = {"window_days": self.window_days, **self.rule.parameters}
        return stated | ({"ownership_days": self.ownership_days} if self.ownership_days else {})

    @property
    def stated(self) -> tuple[str, int, dict[str, int]]:
        """Name, version and parameters: two terms are the same when these are."""
        return self.rule.name, self.rule.version, self.parameters

    def decide(self, touches: Sequence[TouchFact], applied_at: datetime) -> Decision:
        """Who earns what by these touches, for an application of this moment (aware)."""
        ownership = timedelta(days=self.ownership_days) if self.ownership_days else None
        return decide(self.rule, touches, applied_at, timedelta(days=self.window_days), ownership)


def usual_terms(window_days: int) -> Terms:
    """Those of a company that has chosen nothing: last touch, without ownership (decision 9)."""
    return Terms(LAST_TOUCH, window_days)


def terms_stated(name: str, version: int, parameters: Mapping[str, int]) -> Terms:
    """The terms that a receipt, or a row of what was chosen, states.

    Raises LookupError for a rule or version that isn't known here, ValueError for parameters that
    are missing or out of bounds.
    """
    rule = rule_named(name, version, parameters)
    lacking = {"window_days", *rule.parameters} - parameters.keys()
    if lacking:
        raise ValueError(f"the parameters don't say {', '.join(sorted(lacking))}")
    return Terms(rule, parameters["window_days"], parameters.get("ownership_days"))
