"""Greenhouse's public job board (its Job Board API, v1) as jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, facts
from careers.jobs.fields import Salary
from careers.jobs.places import NAME_LONGEST, Place, country_of, each_once, read_place


def asks(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which addresses are still to be asked for the jobs of `board`."""
    base = f"https://boards-api.greenhouse.io/v1/boards/{board}/jobs"
    return [] if got else [f"{base}?content=true&pay_transparency=true"]


def read(answer: bytes | str | dict[str, Any]) -> Answer:
    """The jobs of `answer`. Raises InvalidAnswer when it is none of Greenhouse's."""
    found = boards.decoded(answer)
    rows = found.get("jobs") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise InvalidAnswer("The answer is not that of a Greenhouse board: it has no list `jobs`.")
    meta = found.get("meta")
    total = meta.get("total") if isinstance(meta, dict) else 0
    if not rows and total:
        raise InvalidAnswer(f"The board says it has {total} jobs, but the answer has none.")
    return boards.answer_of(rows, _job)


def _job(row: dict[str, Any]) -> ImportedJob:
    number, title = fields.source_id(row.get("id")), fields.title(row.get("title"))
    words = fields.description(fields.unescaped(row.get("content")))
    where = fields.said(fields.inside(row, "location", "name"))
    offices = [
        office for one in fields.objects(row.get("offices")) for office in _names(one) if office
    ]
    country = next((code for office in offices if (code := country_of(office))), "")
    told = {
        fields.said(one.get("name")): one.get("value")
        for one in fields.objects(row.get("metadata"))
    }
    departments = [
        fields.text(one.get("name"), fields.TEAM_LONGEST)
        for one in fields.objects(row.get("departments"))
    ]
    pay, note = _salary(row.get("pay_input_ranges"))
    terms = _fact(told, "employment type", "contract", "contrat")
    return ImportedJob(
        source_id=number,
        title=title,
        description_html=words,
        language=fields.language_of(row.get("language"), words),
        translation_group=_group(row.get("internal_job_id")),
        source_url=fields.address(row.get("absolute_url")),
        requisition=fields.text(row.get("requisition_id"), fields.ID_LONGEST),
        team=next((team for team in departments if team), ""),
        places=each_once(_places(where, country)),
        workplace=fields.workplace_of(_fact(told, "workplace", "location type", "remote") or where),
        contract=fields.contract_of(terms),
        hours=fields.hours_of(f"{terms} {_fact(told, 'schedule', 'time type', 'hours')}"),
        salary=pay,
        salary_note=note,
        opened_at=fields.moment(row.get("first_published")) or fields.moment(row.get("updated_at")),
        apply_until=fields.day(row.get("application_deadline")),
        facts=facts(
            [
                ("company", row.get("company_name")),
                ("department", [team for team in departments[1:] if team]),
                ("office", offices),
                *told.items(),
            ]
        ),
    )


def _places(where: str, country: str) -> list[Place]:
    """The places named; the offices' country is that of a place when there is just one."""
    names = [fields.text(name, NAME_LONGEST) for name in re.split(r"[;|]|\s+or\s+|\s+ou\s+", where)]
    return [read_place(name, country if len(names) == 1 else "") for name in names if name]


def _names(office: dict[str, Any]) -> list[str]:
    return [fields.said(office.get("location")), fields.said(office.get("name"))]


def _group(value: Any) -> str:
    """The same for all postings of one job."""
    return str(value)[:100] if isinstance(value, int) and not isinstance(value, bool) else ""


def _salary(ranges: Any) -> tuple[Salary | None, str]:
    """The first range that holds, and the words beside them all. Greenhouse names no period: a
    year, unless the words say another.
    """
    found, notes = None, []
    for row in fields.objects(ranges):
        words = f"{fields.said(row.get('title'))} {fields.said(row.get('blurb'))}".lower()
        per = re.search(r"hour|heure|horaire|month|mensuel|mois|dai?ly|day|jour", words)
        period = {"h": "hour", "m": "month", "d": "day", "j": "day"}[per[0][0]] if per else "year"
        found = found or fields.salary(
            row.get("min_cents"), row.get("max_cents"), row.get("currency_type"), period, digits=2
        )
        notes += [fields.plain(row.get("title")), fields.plain(row.get("blurb"))]
    return found, " · ".join(note for note in notes if note)[: fields.NOTE_LONGEST]


def _fact(told: dict[str, Any], *names: str) -> str:
    return next(
        (fields.said(value) for key, value in told.items() if any(n in key.lower() for n in names)),
        "",
    )
