"""What is said of a job, field by field, as plain values: from a board, by an editor, or both.

A field that an editor set stands against the board until it is handed back; what the board says
meanwhile waits in `job.overrides`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from careers.base import clock
from careers.jobs.boards import ImportedJob
from careers.jobs.models import Job

FIELDS = (
    "title", "description_html", "language", "translations", "team", "places", "workplace",
    "remote_countries", "contract", "hours", "seniority", "skills", "languages_asked", "salary",
    "starts_on", "apply_until",
)  # fmt: skip
"""The fields that a board or an editor may say."""

_DATES = {"starts_on", "apply_until"}
_LISTS = {"remote_countries", "skills", "languages_asked"}


def said_by_board(found: ImportedJob) -> dict[str, Any]:
    """Each of FIELDS as `found` has it, as a value that JSON can hold."""
    pay = asdict(found.salary) if found.salary else None
    said = {name: getattr(found, name) for name in FIELDS if name != "salary"}
    return {
        **said,
        "translations": {code: asdict(words) for code, words in found.translations.items()},
        "places": [asdict(place) for place in found.places],
        "salary": {"range": pay, "note": found.salary_note},
        **{name: list(said[name]) for name in _LISTS},
        **{name: said[name] and said[name].isoformat() for name in _DATES},
    }


def value_of(job: Job, name: str) -> Any:
    """The field `name` of `job`, as a value that JSON can hold."""
    if name == "salary":
        pay = {
            "low": job.salary_low,
            "high": job.salary_high,
            "currency": job.salary_currency,
            "period": job.salary_period,
        }
        return {"range": None if job.salary_low is None else pay, "note": job.salary_note}
    value = getattr(job, name)
    return value.isoformat() if isinstance(value, date) else value


def give(job: Job, name: str, value: Any) -> None:
    """Set the field `name` of `job` to what `value_of` or `said_by_board` gave."""
    if name == "salary":
        pay = value["range"] or {}
        job.salary_low, job.salary_high = pay.get("low"), pay.get("high")
        job.salary_currency, job.salary_period = pay.get("currency"), pay.get("period")
        job.salary_note = value["note"]
    elif name in _DATES:
        setattr(job, name, date.fromisoformat(value) if value else None)
    else:
        setattr(job, name, value)


def follow_board(job: Job, found: ImportedJob) -> list[str]:
    """Have `job` say what the board says, but for what was set here; the fields that changed."""
    said = said_by_board(found)
    changed = []
    for name, value in said.items():
        if name in job.overrides:
            continue
        if value_of(job, name) != value:
            give(job, name, value)
            changed.append(name)
    job.overrides = {name: said.get(name) for name in job.overrides}
    job.facts = found.facts
    job.source_url, job.requisition = found.source_url, found.requisition
    job.translation_group = found.translation_group
    job.content_hash = found.content_hash
    has_changed(job)
    return changed


def begin(job: Job, values: dict[str, Any]) -> None:
    """Have a new `job` say `values`."""
    for name in FIELDS:
        give(job, name, values[name])
    has_changed(job)


def set_here(job: Job, values: dict[str, Any]) -> list[str]:
    """Have `job` say `values`, against its board if it has one; the fields that changed."""
    changed = [name for name in FIELDS if name in values and value_of(job, name) != values[name]]
    if not job.is_written_here:
        kept = {name: value_of(job, name) for name in changed if name not in job.overrides}
        job.overrides = {**job.overrides, **kept}
    for name in changed:
        give(job, name, values[name])
    if changed:
        has_changed(job)
    return changed


def hand_back(job: Job, name: str) -> bool:
    """Have the field `name` say again what the board says; False when it wasn't set here."""
    if name not in job.overrides:
        return False
    give(job, name, job.overrides[name])
    job.overrides = {kept: value for kept, value in job.overrides.items() if kept != name}
    has_changed(job)
    return True


def has_changed(job: Job) -> None:
    """Note that `job` is another than before, for all who look whether it is."""
    job.changed_at = clock.now()
    job.version = (job.version or 0) + 1
