"""What every board's adapter gives: jobs as values, and the rows it had to refuse with the reason.

Adapters are pure: the answer's bytes in, values out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, is_dataclass, replace
from dataclasses import fields as fields_of
from datetime import date, datetime
from functools import cached_property
from typing import Any

from careers.jobs import fields
from careers.jobs.fields import RowRefused, Salary
from careers.jobs.places import Place

LARGEST = 32 * 1024 * 1024  # bytes of an answer
MOST_JOBS = 20_000
SANITISER = "1"  # part of what is compared: when the rules for HTML change, count this up


class InvalidAnswer(ValueError):
    """The answer as a whole is of no use; nothing is concluded from it."""


@dataclass(frozen=True)
class Wording:
    """A job's title and text in one language. `description_html` is safe."""

    title: str
    description_html: str


@dataclass(frozen=True)
class ImportedJob:
    """A job as a board describes it: the fields of `careers.jobs.models.Job` of the same names.

    `description_html` is safe; `translations` are by language.
    """

    source_id: str
    title: str
    description_html: str
    language: str
    translations: dict[str, Wording] = field(default_factory=dict)
    translation_group: str = ""
    source_url: str = ""
    requisition: str = ""
    team: str = ""
    places: tuple[Place, ...] = ()
    workplace: str | None = None
    remote_countries: tuple[str, ...] = ()
    contract: str | None = None
    hours: str | None = None
    seniority: str | None = None
    skills: tuple[str, ...] = ()
    languages_asked: tuple[str, ...] = ()
    salary: Salary | None = None
    salary_note: str = ""
    starts_on: date | None = None
    opened_at: datetime | None = None
    apply_until: date | None = None
    facts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def content_hash(self) -> str:
        """What changes when, and only when, something of the job changes."""
        said = {one.name: getattr(self, one.name) for one in fields_of(self)}
        canonical = json.dumps(
            [SANITISER, said], default=_as_json, sort_keys=True, ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _as_json(value: Any) -> Any:
    """A part of a job (Place, Wording, Salary), a day or a moment as JSON can hold it."""
    return vars(value) if is_dataclass(value) else str(value)


@dataclass(frozen=True)
class RefusedRow:
    """A row that was left out; `id` is empty when it had none."""

    id: str
    title: str
    why: str


@dataclass(frozen=True)
class Answer:
    """What a board said: its jobs, and what of it had to be refused."""

    jobs: tuple[ImportedJob, ...]
    refused: tuple[RefusedRow, ...]

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids that are on the board, refused rows included: those jobs are not gone."""
        return frozenset({job.source_id for job in self.jobs} | {row.id for row in self.refused})

    @cached_property
    def names_all(self) -> bool:
        """Whether every row says which job it is; otherwise any job may still be on the board."""
        return all(row.id for row in self.refused)


def decoded(answer: bytes | str | Any) -> Any:
    """`answer` as parsed JSON; it may be parsed already. Raises InvalidAnswer."""
    if isinstance(answer, (bytes, str)):
        check_size(answer)
        try:
            return json.loads(answer)
        except (ValueError, RecursionError):
            raise InvalidAnswer("The answer is not JSON.") from None
    return answer


def check_size(answer: bytes | str) -> None:
    """Raises InvalidAnswer when there is nothing in `answer`, or more than any board has."""
    if len(answer) > LARGEST:
        raise InvalidAnswer(f"The answer is larger than {LARGEST // 1024**2} MB.")
    if not answer.strip():
        raise InvalidAnswer("The answer is empty.")


def answer_of(
    rows: list[Any],
    read: Callable[[dict[str, Any]], ImportedJob],
    key: str = "id",
    name: str = "title",
) -> Answer:
    """`rows` read one by one; a row that cannot be read is refused and the others go on.

    `key` and `name` are where a row has its id and its title.
    """
    if len(rows) > MOST_JOBS:
        raise InvalidAnswer(f"The answer has more than {MOST_JOBS} jobs.")
    jobs: dict[str, ImportedJob] = {}
    refused = []
    for row in rows:
        try:
            if not isinstance(row, dict):
                raise RowRefused("The row is not an object.")
            job = read(row)
            if job.source_id in jobs:
                raise RowRefused("The same id stands in this answer twice; the first was taken.")
            jobs[job.source_id] = job
        except RowRefused as reason:
            found = row if isinstance(row, dict) else {}
            refused.append(
                RefusedRow(_id(found.get(key)), fields.cut(found.get(name)), str(reason))
            )
    return Answer(_with_countries(jobs.values()), tuple(refused))


def _with_countries(jobs: Iterable[ImportedJob]) -> tuple[ImportedJob, ...]:
    """`jobs` where a place without a country has that which the same name has elsewhere on the
    board, if it has just one.
    """
    jobs = tuple(jobs)
    known: dict[str, set[str]] = {}
    for place in (place for job in jobs for place in job.places if place.country):
        known.setdefault(place.name, set()).add(place.country)

    def whole(place: Place) -> Place:
        countries = known.get(place.name, set())
        if place.country or len(countries) != 1:
            return place
        return replace(place, country=next(iter(countries)))

    return tuple(replace(job, places=tuple(map(whole, job.places))) for job in jobs)


def _id(value: Any) -> str:
    try:
        return fields.source_id(value)
    except RowRefused:
        return ""


def facts(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """What a source says beyond our fields: those names that have a value, as text."""
    found: dict[str, str] = {}
    for name, value in pairs:
        label = fields.text(name, 100)
        if (told := _told(value)) and label:
            found.setdefault(label, told)
    return found


def _told(value: Any) -> str:
    if isinstance(value, list):
        parts = dict.fromkeys(fields.text(one, 500) for one in value)
        return ", ".join(part for part in parts if part)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return fields.text(value, 500)
