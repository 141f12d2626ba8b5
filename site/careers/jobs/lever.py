"""Lever's public postings (its Postings API, v0) as jobs."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, facts
from careers.jobs.fields import Salary
from careers.jobs.places import NAME_LONGEST, country_code, each_once, read_place


def asks(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which addresses are still to be asked for the jobs of `board`."""
    return [] if got else [f"https://api.lever.co/v0/postings/{board}?mode=json"]


def asks_eu(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which addresses are still to be asked for the jobs of `board`, which is kept in the EU."""
    return [] if got else [f"https://api.eu.lever.co/v0/postings/{board}?mode=json"]


def read(answer: bytes | str | list[Any]) -> Answer:
    """The jobs of `answer`. Raises InvalidAnswer when it is none of Lever's."""
    found = boards.decoded(answer)
    if not isinstance(found, list):
        raise InvalidAnswer("The answer is not that of a Lever site: it is not a list.")
    return boards.answer_of(found, _job, name="text")


def _job(row: dict[str, Any]) -> ImportedJob:
    number, title = fields.source_id(row.get("id")), fields.title(row.get("text"))
    words = fields.description(_whole_text(row))
    told = row.get("categories")
    said: dict[str, Any] = told if isinstance(told, dict) else {}
    others = said.get("allLocations")
    named = [said.get("location"), *(others if isinstance(others, list) else [])]
    names = list(dict.fromkeys(filter(None, (fields.text(n, NAME_LONGEST) for n in named))))
    country = country_code(row.get("country"))  # that of the first place
    workplace = fields.workplace_of(fields.said(row.get("workplaceType")))
    workplace = workplace or fields.workplace_of(" ".join(names))
    terms = fields.said(said.get("commitment"))
    team, department = (
        fields.text(said.get(name), fields.TEAM_LONGEST) for name in ("team", "department")
    )
    return ImportedJob(
        source_id=number,
        title=title,
        description_html=words,
        language=fields.language_of(None, words),
        source_url=fields.address(row.get("hostedUrl")),
        team=team or department,
        places=each_once(
            read_place(name, "" if number else country) for number, name in enumerate(names)
        ),
        workplace=workplace,
        remote_countries=(country,) if workplace == "remote" and country else (),
        contract=fields.contract_of(terms),
        hours=fields.hours_of(terms),
        salary=_salary(row.get("salaryRange")),
        salary_note=fields.plain(row.get("salaryDescriptionPlain") or row.get("salaryDescription")),
        opened_at=fields.moment(row.get("createdAt")),
        facts=facts([("department", department if team else None), ("commitment", terms)]),
    )


def _whole_text(row: dict[str, Any]) -> str:
    """Opening and body, the lists with their headings, what is added at the end."""
    parts = [fields.said(row.get("description"))]
    if not parts[0]:
        parts = [fields.said(row.get("opening")), fields.said(row.get("descriptionBody"))]
    lists = row.get("lists")
    for one in lists if isinstance(lists, list) else []:
        if isinstance(one, dict):
            heading = html.escape(html.unescape(fields.said(one.get("text"))))
            parts.append(f"<h3>{heading}</h3><ul>{fields.said(one.get('content'))}</ul>")
    return "\n".join([*parts, fields.said(row.get("additional"))])


def _salary(value: Any) -> Salary | None:
    if not isinstance(value, dict):
        return None
    per = re.match(r"per-(hour|day|week|month|year)\b", fields.said(value.get("interval")))
    return fields.salary(
        value.get("min"), value.get("max"), value.get("currency"), per[1] if per else None
    )
