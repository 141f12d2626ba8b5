"""Workable's public widget (its Widget API, v1) as jobs.

A job stands there once per location: the rows of one short code are one job. An account that
Workable doesn't know may look like one without any job, so an empty list says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, facts
from careers.jobs.places import NAME_LONGEST, Place, country_code, each_once, remote_from


def asks(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which addresses are still to be asked for the jobs of `board`."""
    address = f"https://apply.workable.com/api/v1/widget/accounts/{board}?details=true"
    return [] if got else [address]


def read(answer: Any) -> Answer:
    """The jobs of `answer`. Raises InvalidAnswer when it is none of Workable's."""
    found = boards.decoded(answer)
    rows = found.get("jobs") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise InvalidAnswer("The answer is not that of Workable: it has no list `jobs`.")
    if not rows:
        raise InvalidAnswer(
            "The list is empty, as it also is for an account that Workable doesn't know."
        )
    return boards.answer_of(_joined(rows), _job, key="shortcode")


def _joined(rows: list[Any]) -> list[Any]:
    """One row per job, with the rows of all its locations under `everywhere`."""
    jobs: list[Any] = []
    by_code: dict[str, dict[str, Any]] = {}
    for row in rows:
        code = row.get("shortcode") if isinstance(row, dict) else None
        if isinstance(code, str) and code in by_code:
            by_code[code]["everywhere"].append(row)
            continue
        joined = {**row, "everywhere": [row]} if isinstance(row, dict) else row
        if isinstance(code, str) and code:
            by_code[code] = joined
        jobs.append(joined)
    return jobs


def _job(row: dict[str, Any]) -> ImportedJob:
    words = fields.description(row.get("description"), may_be_empty=True)
    places = each_once(place for one in row["everywhere"] for place in _places(one))
    workplace = "remote" if row.get("telecommuting") is True else None
    terms = fields.said(row.get("employment_type"))
    return ImportedJob(
        source_id=fields.source_id(row.get("shortcode")),
        title=fields.title(row.get("title")),
        description_html=words,
        language=fields.language_of(None, words),
        source_url=fields.address(row.get("url")),
        requisition=fields.text(row.get("code"), fields.ID_LONGEST),
        team=fields.text(row.get("department"), fields.TEAM_LONGEST),
        places=places,
        workplace=workplace,
        remote_countries=remote_from(workplace, places),
        contract=fields.contract_of(terms),
        hours=fields.hours_of(terms),
        seniority=fields.seniority_of(fields.said(row.get("experience"))),
        opened_at=fields.moment(row.get("published_on")) or fields.moment(row.get("created_at")),
        facts=facts(
            [(name, row.get(name)) for name in ("function", "industry", "education", "experience")]
            + [("employment", terms)]
        ),
    )


def _places(row: dict[str, Any]) -> list[Place]:
    """The locations of a row; where it has no list of them, its own city and country."""
    open_ones = [one for one in fields.objects(row.get("locations")) if not one.get("hidden")]
    found = [
        _place(one.get("city"), one.get("region"), one.get("country"), one.get("countryCode"))
        for one in open_ones
    ]
    return found or [_place(row.get("city"), row.get("state"), row.get("country"), None)]


def _place(city: Any, region: Any, country: Any, code: Any) -> Place:
    parts = [fields.text(value, NAME_LONGEST) for value in (city, region, country)]
    return Place(
        name=", ".join(dict.fromkeys(part for part in parts if part))[:NAME_LONGEST],
        city=parts[0],
        region=parts[1],
        country=country_code(code) or country_code(parts[2]),
    )
