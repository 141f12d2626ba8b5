"""Lever's public postings (its Postings API, v0) as jobs."""

from __future__ import annotations

import html
import re
from typing import Any

from careers.jobs import boards
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, Salary


def address(board: str) -> str:
    """Where the jobs of `board` are asked for."""
    return f"https://api.lever.co/v0/postings/{board}?mode=json"


def read(answer: bytes | str | list[Any]) -> Answer:
    """The jobs of `answer`. Raises InvalidAnswer when it is none of Lever's."""
    found = boards.decoded(answer)
    if not isinstance(found, list):
        raise InvalidAnswer("The answer is not that of a Lever site: it is not a list.")
    return boards.answer_of(found, _job)


def _job(row: dict[str, Any]) -> ImportedJob:
    number, title = boards.source_id(row.get("id")), boards.title(row.get("text"))
    text = boards.description(_whole_text(row))
    categories = row.get("categories")
    said: dict[str, Any] = categories if isinstance(categories, dict) else {}
    others = said.get("allLocations")
    locations = boards.places([said.get("location"), *(others if isinstance(others, list) else [])])
    job = ImportedJob(
        source_id=number,
        title=title,
        description_html=text,
        team=boards.text(said.get("team"), boards.TEAM_LONGEST)
        or boards.text(said.get("department"), boards.TEAM_LONGEST),
        locations=locations,
        country=boards.country_code(row.get("country")),
        workplace=boards.workplace_of(_text(row.get("workplaceType")))
        or boards.workplace_of(" ".join(locations)),
        contract=boards.contract_of(_text(said.get("commitment"))),
        salary=_salary(row.get("salaryRange")),
        language=boards.language_of(None, text),
        opened_at=boards.moment(row.get("createdAt")),
        apply_until=None,
    )
    return boards.with_country(job)


def _whole_text(row: dict[str, Any]) -> str:
    """Opening and body, the lists with their headings, what is added at the end."""
    parts = [_text(row.get("description"))]
    if not parts[0]:
        parts = [_text(row.get("opening")), _text(row.get("descriptionBody"))]
    lists = row.get("lists")
    for one in lists if isinstance(lists, list) else []:
        if isinstance(one, dict):
            heading = html.escape(html.unescape(_text(one.get("text"))))
            parts.append(f"<h3>{heading}</h3><ul>{_text(one.get('content'))}</ul>")
    return "\n".join([*parts, _text(row.get("additional"))])


def _salary(value: Any) -> Salary | None:
    if not isinstance(value, dict):
        return None
    per = re.match(r"per-(hour|day|week|month|year)\b", _text(value.get("interval")))
    return boards.salary(
        value.get("min"), value.get("max"), value.get("currency"), per[1] if per else None
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
