"""A CSV or JSON file of anybody's making as jobs, by a mapping of our fields to its columns."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Mapping
from typing import Any

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer
from careers.jobs.fields import RowRefused
from careers.jobs.models import CONTRACTS, HOURS, PERIODS, SENIORITIES, WORKPLACES
from careers.jobs.places import (
    NAME_LONGEST,
    Place,
    country_code,
    each_once,
    read_place,
    remote_from,
)

COLUMNS = (
    "id", "title", "description", "language", "team", "place", "street", "postal_code", "city",
    "region", "country", "workplace", "remote_countries", "contract", "hours", "seniority",
    "skills", "languages", "salary_low", "salary_high", "salary_currency", "salary_period",
    "salary_note", "starts_on", "opened_at", "apply_until", "url", "requisition",
)  # fmt: skip
"""What a file can say of a job. The first three are needed."""
NEEDED = COLUMNS[:3]


class InvalidMapping(ValueError):
    """A mapping that cannot be used; the message says which line and why."""


def read_mapping(text: str) -> dict[str, str]:
    """A mapping written as lines `our field = column of the file`. Raises InvalidMapping."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, column = (part.strip() for part in line.partition("="))
        if not equals or not column:
            raise InvalidMapping(f"Line {number} is not “field = column”: {line.strip()[:80]}")
        if name not in COLUMNS:
            raise InvalidMapping(
                f"Line {number}: there is no field “{name[:80]}”. The fields are: "
                f"{', '.join(COLUMNS)}."
            )
        if name in found:
            raise InvalidMapping(f"Line {number}: the field “{name}” stands there twice.")
        found[name] = column[:200]
    return found


def written(mapping: Mapping[str, str]) -> str:
    """A mapping as `read_mapping` takes it."""
    return "\n".join(f"{name} = {column}" for name, column in mapping.items())


def read(answer: bytes | str, mapping: Mapping[str, str]) -> Answer:
    """The jobs of a file. What `mapping` doesn't name is looked for under our own names; a value
    that cannot be understood refuses its row and says in which column it stands.

    Raises InvalidAnswer when the file is neither CSV nor JSON, or lacks a column.
    """
    boards.check_size(answer)
    text = answer if isinstance(answer, str) else _decoded(answer)
    rows = _from_json(text) if text.lstrip()[:1] in ("[", "{") else _from_csv(text)
    known = {name for row in rows if isinstance(row, dict) for name in row}
    columns = {name: mapping.get(name, name) for name in COLUMNS}
    for name in mapping:
        if rows and "." not in columns[name] and columns[name] not in known:
            raise InvalidAnswer(f"The file has no column “{columns[name]}” for “{name}”.")
    for name in NEEDED:
        if rows and "." not in columns[name] and columns[name] not in known:
            raise InvalidAnswer(
                f"The file has no column “{columns[name]}”. Say in the mapping which column "
                f"holds the {name}. It has: {', '.join(sorted(known))[:500]}."
            )

    def job(row: dict[str, Any]) -> ImportedJob:
        return _job({name: _at(row, columns[name]) for name in COLUMNS}, columns)

    return boards.answer_of(rows, job, key=columns["id"], name=columns["title"])


def _decoded(answer: bytes) -> str:
    """UTF-8, else what Windows' spreadsheets write in western Europe."""
    try:
        return answer.decode("utf-8-sig")
    except UnicodeDecodeError:
        return answer.decode("cp1252", "replace")


def _from_json(text: str) -> list[Any]:
    found = boards.decoded(text)
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), None)
    if not isinstance(found, list):
        raise InvalidAnswer("The file is JSON, but holds no list of jobs.")
    return found


def _from_csv(text: str) -> list[Any]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as reason:
        raise InvalidAnswer(f"The file is not CSV that can be read: {reason}.") from None
    if not lines or len(lines[0]) < 2:
        raise InvalidAnswer("The file is neither CSV with a line of column names, nor JSON.")
    names = [fields.clean(name) for name in lines[0]]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise InvalidAnswer(f"The column “{twice[0]}” stands there twice.")
    return [dict(zip(names, line, strict=False)) for line in lines[1:] if any(line)]


def _at(row: dict[str, Any], column: str) -> Any:
    """The value of a column; in JSON, `a.b` goes into objects."""
    if column in row:
        return row[column]
    return fields.inside(row, *column.split(".")) if "." in column else None


def _job(said: dict[str, Any], columns: Mapping[str, str]) -> ImportedJob:
    def one_of(name: str, known: tuple[str, ...], read: Callable[[str], str | None]) -> str | None:
        value = _text(said[name])
        if not value:
            return None
        return value if value in known else _understood(read(value), columns[name], value, known)

    workplace = one_of("workplace", WORKPLACES, fields.workplace_of)
    places = _places(said, columns)
    words = fields.description(_html(said["description"]))
    asked = _each(said["remote_countries"], country_code, columns["remote_countries"])
    return ImportedJob(
        source_id=fields.source_id(said["id"]),
        title=fields.title(said["title"]),
        description_html=words,
        language=fields.language_of(said["language"], words),
        source_url=fields.address(said["url"]),
        requisition=_text(said["requisition"])[: fields.ID_LONGEST],
        team=_text(said["team"])[: fields.TEAM_LONGEST],
        places=places,
        workplace=workplace,
        remote_countries=asked or remote_from(workplace, places),
        contract=one_of("contract", CONTRACTS, fields.contract_of),
        hours=one_of("hours", HOURS, fields.hours_of),
        seniority=one_of("seniority", SENIORITIES, fields.seniority_of),
        skills=fields.texts(said["skills"]),
        languages_asked=_each(said["languages"], fields.language_code, columns["languages"]),
        salary=_salary(said, columns),
        salary_note=fields.plain(said["salary_note"]),
        starts_on=_day(said, "starts_on", columns),
        opened_at=_moment(said, columns),
        apply_until=_day(said, "apply_until", columns),
    )


def _understood(found: Any, column: str, value: str, known: tuple[str, ...] = ()) -> Any:
    if not found:
        listed = f" It is one of: {', '.join(known)}." if known else ""
        raise RowRefused(f"Column “{column}”: “{value[:60]}” is not understood.{listed}")
    return found


def _text(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return fields.clean(value) if isinstance(value, str) else ""


def _html(value: Any) -> Any:
    """HTML as it is; plain text with its paragraphs."""
    if not isinstance(value, str) or re.search(r"</?[a-zA-Z][^>]*>", value):
        return value
    paragraphs = re.split(r"(?:\r?\n){2,}", value.strip())
    return "".join(
        "<p>" + "<br>".join(html.escape(line) for line in one.splitlines()) + "</p>"
        for one in paragraphs
        if one.strip()
    )


def _places(said: dict[str, Any], columns: Mapping[str, str]) -> tuple[Place, ...]:
    country = _text(said["country"])
    code = _understood(country_code(country), columns["country"], country) if country else ""
    given = said["place"]
    named = given if isinstance(given, list) else re.split(r"[;|]", _text(given))
    names = [one for one in (fields.text(name, NAME_LONGEST) for name in named) if one]
    parts = {
        name: _text(said[name])[:NAME_LONGEST]
        for name in ("city", "region", "street", "postal_code")
    }
    if parts["city"] or (country and not names):
        whole = ", ".join(filter(None, [parts["city"], parts["region"], country]))
        first = Place(names[0] if names else whole[:NAME_LONGEST], country=code, **parts)
        return each_once([first, *(read_place(name) for name in names[1:])])
    return each_once(read_place(name, "" if number else code) for number, name in enumerate(names))


def _each(value: Any, read: Callable[[str], str], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_understood(read(one), column, one) for one in fields.texts(value)))


def _salary(said: dict[str, Any], columns: Mapping[str, str]) -> fields.Salary | None:
    low, high = (fields.amount(said[name]) for name in ("salary_low", "salary_high"))
    if low is None and high is None:
        return None
    period = _text(said["salary_period"]).lower() or "year"
    found = fields.salary(low, high, said["salary_currency"], period)
    if found is None:
        raise RowRefused(
            f"The salary ({columns['salary_low']}, {columns['salary_high']}, "
            f"{columns['salary_currency']}, {columns['salary_period']}) is not understood: it "
            f"needs amounts, a currency of three letters, and one of: {', '.join(PERIODS)}."
        )
    return found


def _day(said: dict[str, Any], name: str, columns: Mapping[str, str]) -> Any:
    value = _text(said[name])
    if not value:
        return None
    found = fields.day(value)
    if found is None:
        raise RowRefused(f"Column “{columns[name]}”: “{value[:60]}” is not a day as 2026-12-31.")
    return found


def _moment(said: dict[str, Any], columns: Mapping[str, str]) -> Any:
    value = _text(said["opened_at"])
    if not value:
        return None
    found = fields.moment(value)
    if found is None:
        raise RowRefused(
            f"Column “{columns['opened_at']}”: “{value[:60]}” is not a time as "
            "2026-12-31T09:00:00+01:00 or a day as 2026-12-31."
        )
    return found
