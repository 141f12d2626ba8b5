"""All open jobs, held in memory as far as lists are narrowed by it.

Each value of a facet is a number with one bit for each job. Which jobs answer several choices, and
how many would with another one, are then a few operations on such numbers, whatever the database.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from heapq import nsmallest
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import search
from careers.base.languages import LANGUAGES
from careers.jobs.models import CONTRACTS, HOURS, OPEN, SENIORITIES, WORKPLACES, Job

LASTS = 60.0  # seconds; a change that tells nobody is seen after that
FIXED = {"contract": CONTRACTS, "workplace": WORKPLACES, "level": SENIORITIES, "hours": HOURS}
FACETS = ("team", "place", "contract", "workplace", "level", "hours", "language", "salary")
SORTS = ("best", "newest", "closing")

Choices = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Choice:
    """One value of a facet, how many jobs it would leave, and whether it is chosen."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Narrowed:
    """The ids of the jobs that answer, in order, and what they could be narrowed by.

    `without` says, for each facet that is chosen from, how many jobs there were without it.
    """

    ids: list[int]
    facets: dict[str, list[Choice]]
    without: dict[str, int]


class Catalogue:
    """The open jobs at one moment, newest first; it never changes."""

    def __init__(self, rows: Iterable[Any]) -> None:
        """`rows` have the columns of `_ROWS`, newest first."""
        self.ids: list[int] = []
        self._at: dict[str, int] = {}
        self._titles: list[tuple[str, str]] = []  # each with its language
        self._until: list[date] = []
        members: dict[str, dict[str, list[int]]] = {facet: {} for facet in FACETS}
        for number, row in enumerate(rows):
            self.ids.append(row.id)
            self._at[row.slug] = number
            self._titles.append((row.language, row.title))
            self._until.append(row.apply_until or date.max)
            for facet, values in _values(row).items():
                for value in values:
                    members[facet].setdefault(value, []).append(number)
        self._members = members
        self._bits = {
            facet: {value: self._of(numbers) for value, numbers in values.items()}
            for facet, values in members.items()
        }

    def _of(self, numbers: Iterable[int]) -> int:
        """The set of these places as a number."""
        marks = bytearray(len(self.ids) // 8 + 1)
        for number in numbers:
            marks[number >> 3] |= 1 << (number & 7)
        return int.from_bytes(marks, "little")

    def narrowed(self, slugs: list[str] | None, choices: Choices, sort: str = "best") -> Narrowed:
        """The jobs with these `slugs` (best first; None: all) that answer all `choices`.

        Of one facet any chosen value will do. What another value would leave is counted as if
        nothing were chosen in its own facet.
        """
        places = None if slugs is None else [self._at[one] for one in slugs if one in self._at]
        found = (1 << len(self.ids)) - 1 if places is None else self._of(places)
        chosen = {facet: self._any(facet, values) for facet, values in choices.items() if values}
        left, without = found, {}
        for bits in chosen.values():
            left &= bits
        facets = {}
        for facet in FACETS:
            but = found
            for other, bits in chosen.items():
                if other != facet:
                    but &= bits
            if facet in chosen:
                without[facet] = but.bit_count()
            facets[facet] = self._choices(facet, but, choices.get(facet, ()))
        return Narrowed(self._sorted(left, places, sort), facets, without)

    def count(self, slugs: list[str] | None) -> int:
        """How many of the jobs with these `slugs` are open; None: all."""
        return len(self.ids) if slugs is None else sum(one in self._at for one in slugs)

    def _any(self, facet: str, values: tuple[str, ...]) -> int:
        found = 0
        for value in values:
            found |= self._bits[facet].get(value, 0)
        return found

    def _choices(self, facet: str, among: int, chosen: tuple[str, ...]) -> list[Choice]:
        counts = {value: (bits & among).bit_count() for value, bits in self._bits[facet].items()}
        counts |= {value: 0 for value in chosen if value not in counts}
        found = [
            Choice(value, count, value in chosen)
            for value, count in counts.items()
            if count or value in chosen
        ]
        order = FIXED.get(facet, ())
        return sorted(
            found,
            key=lambda one: (
                order.index(one.value) if one.value in order else -one.count,
                one.value.casefold(),
            ),
        )

    def _sorted(self, left: int, places: list[int] | None, sort: str) -> list[int]:
        marks = left.to_bytes(len(self.ids) // 8 + 1, "little")
        order: Iterable[int] = range(len(self.ids))
        if sort == "closing":
            order = self._by_last_day
        elif places is not None and sort == "best":
            order = places
        return [self.ids[number] for number in order if marks[number >> 3] >> (number & 7) & 1]

    @cached_property
    def _by_last_day(self) -> list[int]:
        return sorted(range(len(self.ids)), key=lambda number: (self._until[number], number))

    # What is like a job -----------------------------------------------------------------------

    def like(self, job: Job, count: int) -> list[int]:
        """The ids of other jobs: those of the same team or with like titles, in either language,
        first, then the newest.
        """
        members = self._members
        worth: dict[int, float] = defaultdict(float)
        for number in members["team"].get(job.team, ()):
            worth[number] += 3
        for number in {n for place in job.locations for n in members["place"].get(place, ())}:
            worth[number] += 0.5
        for word in search.meanings(job.title):
            said: dict[int, float] = {}
            for stem, counts in word.items():
                for number in self._by_stem.get(stem, ()):
                    said[number] = max(counts, said.get(number, 0))
            for number, counts in said.items():
                worth[number] += 2 * counts
        best = nsmallest(count + 1, worth, key=lambda number: (-worth[number], number))
        newest = (number for number in range(min(len(self.ids), count + 1)) if number not in worth)
        others = (self.ids[number] for number in [*best, *newest])
        return [one for one in others if one != job.id][:count]

    @cached_property
    def _by_stem(self) -> dict[str, list[int]]:
        """In which titles a stem is."""
        found: dict[str, list[int]] = {}
        for number, (language, title) in enumerate(self._titles):
            for stem in _stems(language, title):
                found.setdefault(stem, []).append(number)
        return found

    # What people may be about to type ---------------------------------------------------------

    def suggestions(self, typed: str, most: int = 8) -> list[str]:
        """Titles, teams and places in which a word begins with each of the words `typed`."""
        words = search.spaced(typed).split()
        if not words or len(typed) < 2:
            return []
        found = []
        for folded, text, count in self._sayings:
            if all(f" {word}" in folded for word in words):
                found.append((not folded.startswith(f" {words[0]}"), -count, len(text), text))
        return [text for *_, text in sorted(found)[:most]]

    @cached_property
    def _sayings(self) -> list[tuple[str, str, int]]:
        counted = dict(Counter(title for _, title in self._titles))
        for facet in ("team", "place"):
            for value, bits in self._bits[facet].items():
                counted[value] = counted.get(value, 0) + bits.bit_count()
        return [(search.spaced(text), text, count) for text, count in counted.items()]


@lru_cache(maxsize=50_000)  # as most titles stay when some jobs change
def _stems(language: str, title: str) -> frozenset[str]:
    return frozenset(search.stems(language if language in LANGUAGES else "en", title))


def _values(row: Any) -> dict[str, Iterable[str]]:
    return {
        "team": [row.team] if row.team else [],
        "place": dict.fromkeys(place["name"] for place in row.places),
        "contract": [row.contract] if row.contract else [],
        "workplace": [row.workplace] if row.workplace else [],
        "level": [row.seniority] if row.seniority else [],
        "hours": [row.hours] if row.hours else [],
        "language": dict.fromkeys([row.language, *(row.translations or {})]),
        "salary": ["known"] if row.salary_low is not None else [],
    }


_ROWS = (
    select(
        Job.id, Job.slug, Job.title, Job.team, Job.places, Job.contract, Job.workplace,
        Job.seniority, Job.hours, Job.language, Job.translations, Job.salary_low, Job.apply_until,
    )
    .where(OPEN)
    .order_by(Job.opened_at.desc(), Job.id.desc())
)  # fmt: skip
_STATE = select(
    func.count().filter(OPEN), func.max(Job.changed_at).filter(OPEN), func.max(Job.closed_at)
).where(Job.is_draft.is_(False))


@dataclass(frozen=True)
class _Held:
    state: Any
    until: float
    catalogue: Catalogue


_held: WeakKeyDictionary[Any, _Held] = WeakKeyDictionary()
_lock = threading.Lock()


def catalogue_of(db: Session) -> Catalogue:
    """The open jobs as they are now: read again when one was opened, changed or closed."""
    pool = db.get_bind().engine.pool
    state = tuple(db.execute(_STATE).one())
    known = _held.get(pool)
    if known is not None and known.state == state:
        if time.monotonic() < known.until or not _lock.acquire(blocking=False):
            return known.catalogue
    else:
        _lock.acquire()
    try:  # of many who ask at once, one reads
        known = _held.get(pool)
        if known is None or known.state != state or known.until <= time.monotonic():
            found = Catalogue(db.execute(_ROWS))
            known = _held[pool] = _Held(state, time.monotonic() + LASTS, found)
        return known.catalogue
    finally:
        _lock.release()
