"""The period that a page shows: 30 days, 90, a year, all time, or from one day to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import abort, request

from careers.base import clock
from referrals.periods import Period

PERIODS = {"30": 30, "90": 90, "365": 365, "all": None}  # days, today among them
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Choice:
    """A period as the query string says it."""

    name: str  # one of PERIODS, or "" for days of one's own
    period: Period

    @property
    def query(self) -> dict[str, str]:
        """The same, for another address."""
        if self.name:
            return {"period": self.name}
        days = {"from": self.period.since, "to": self.period.until}
        return {name: day.isoformat() for name, day in days.items() if day}


def chosen_period(usual: str) -> Choice:
    """The period that was asked for; `usual` when none was. Nonsense does not exist."""
    since, until = _day("from"), _day("to")
    if since or until:
        if since and until and since > until:
            since, until = until, since
        return Choice("", Period(since, until))
    name = request.args.get("period", usual)
    if name not in PERIODS:
        abort(404)
    days = PERIODS[name]
    if days is None:
        return Choice(name, Period())
    return Choice(name, Period(clock.now().date() - timedelta(days=days - 1)))


def _day(name: str) -> date | None:
    asked = request.args.get(name, "").strip()
    if not asked:
        return None
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        abort(404)
    return day if EARLIEST <= day <= LATEST else abort(404)
