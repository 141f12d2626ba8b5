"""Greenhouse's public job board (its Job Board API, v1) as jobs."""

from __future__ import annotations

import re
from typing import Any

from careers.jobs import boards
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, Salary


def address(board: str) -> str:
    """Where the jobs of `board` are asked for."""
    return (
        f"https://boards-api.greenhouse.io/v1/boards/{board}/jobs"
        "?content=true&pay_transparency=true"
    )


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
    number, title = boards.source_id(row.get("id")), boards.title(row.get("title"))
    text = boards.description(boards.unescaped(row.get("content")))
    where = _name(row.get("location"))
    offices = [_text(office.get("location")) for office in _objects(row.get("offices"))]
    offices += [_name(office) for office in _objects(row.get("offices"))]
    facts = {
        _text(f.get("name")).lower(): _text(f.get("value")) for f in _objects(row.get("metadata"))
    }
    teams = (
        boards.text(d.get("name"), boards.TEAM_LONGEST) for d in _objects(row.get("departments"))
    )
    job = ImportedJob(
        source_id=number,
        title=title,
        description_html=text,
        team=next((team for team in teams if team), ""),
        locations=boards.places(re.split(r"[;|]|\s+or\s+|\s+ou\s+", where)),
        country=None,
        workplace=boards.workplace_of(
            _fact(facts, "workplace", "location type", "remote") or where
        ),
        contract=boards.contract_of(_fact(facts, "employment type", "contract", "contrat")),
        salary=_salary(row.get("pay_input_ranges")),
        language=boards.language_of(row.get("language"), text),
        opened_at=boards.moment(row.get("first_published")) or boards.moment(row.get("updated_at")),
        apply_until=boards.day(row.get("application_deadline")),
    )
    return boards.with_country(job, offices)


def _salary(ranges: Any) -> Salary | None:
    """The first range that holds. Greenhouse names no period: a year, unless words say another."""
    for row in _objects(ranges):
        words = f"{_text(row.get('title'))} {_text(row.get('blurb'))}".lower()
        per = re.search(r"hour|heure|horaire|month|mensuel|mois|dai?ly|day|jour", words)
        period = {"h": "hour", "m": "month", "d": "day", "j": "day"}[per[0][0]] if per else "year"
        found = boards.salary(
            row.get("min_cents"), row.get("max_cents"), row.get("currency_type"), period, digits=2
        )
        if found:
            return found
    return None


def _fact(facts: dict[str, str], *names: str) -> str:
    return next((value for key, value in facts.items() if any(n in key for n in names)), "")


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _name(value: Any) -> str:
    return _text(value.get("name")) if isinstance(value, dict) else ""
