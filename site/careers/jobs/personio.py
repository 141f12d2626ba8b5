"""Personio's public XML of positions as jobs.

Texts come only in the language asked for, so English and French are both asked for: an answer in
another language than the first adds translations.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element  # nosec B405  only the type

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, Wording, facts
from careers.jobs.fields import RowRefused
from careers.jobs.places import NAME_LONGEST, each_once, host_of, read_place
from careers.jobs.xml_answers import root_of, text_at


def asks(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which addresses are still to be asked for the jobs of `board`, a name or a whole host."""
    base = f"https://{host_of(board, 'jobs.personio.de')}/xml?language="
    return [one for one in (base + "en", base + "fr") if one not in got]


def read(answer: bytes | str, *others: bytes | str) -> Answer:
    """The positions of `answer`, with what the same positions say in `others`.

    Raises InvalidAnswer when an answer is none of Personio's.
    """
    rows = _rows(answer)
    spoken: dict[str, list[dict[str, Any]]] = {}
    for other in others:
        for row in _rows(other):
            spoken.setdefault(row["id"], []).append(row)
    return boards.answer_of(
        _joined(rows), lambda row: _job(row, spoken.get(row["id"], [])), name="name"
    )


def _joined(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per position; one that stands there again adds its offices."""
    jobs: dict[str, dict[str, Any]] = {}
    for row in rows:
        first = jobs.setdefault(row["id"], row)
        if first is not row:
            first["offices"] = [*first["offices"], row["office"], *row["offices"]]
    return list(jobs.values())


_TEXTS = (
    "id", "subcompany", "office", "department", "recruitingCategory", "name", "employmentType",
    "seniority", "schedule", "yearsOfExperience", "keywords", "occupation", "occupationCategory",
    "createdAt",
)  # fmt: skip


def _rows(answer: bytes | str) -> list[dict[str, Any]]:
    root = root_of(answer)
    if root.tag != "workzag-jobs":
        raise InvalidAnswer("The answer is not that of Personio: it has no `workzag-jobs`.")
    return [_row(position) for position in root.findall("position")]


def _row(position: Element) -> dict[str, Any]:
    row: dict[str, Any] = {name: text_at(position, name) for name in _TEXTS}
    row["offices"] = [one.text or "" for one in position.findall("additionalOffices/office")]
    row["parts"] = [
        (text_at(one, "name"), text_at(one, "value"))
        for one in position.findall("jobDescriptions/jobDescription")
    ]
    return row


def _job(row: dict[str, Any], spoken: list[dict[str, Any]]) -> ImportedJob:
    words = fields.description(_whole_text(row), may_be_empty=True)
    language = fields.language_of(None, words)
    offices = [fields.text(name, NAME_LONGEST) for name in (row["office"], *row["offices"])]
    kind = _words(row["employmentType"])
    workplace = fields.workplace_of(" ".join(offices))
    return ImportedJob(
        source_id=fields.source_id(row["id"]),
        title=fields.title(row["name"]),
        description_html=words,
        language=language,
        translations=_translations(spoken, language),
        team=fields.text(row["department"], fields.TEAM_LONGEST),
        places=each_once(read_place(name) for name in offices),
        workplace=workplace,
        contract=fields.contract_of(kind),
        hours=fields.hours_of(row["schedule"]),
        seniority=fields.seniority_of(row["seniority"]),
        skills=fields.texts(row["keywords"]),
        opened_at=fields.moment(row["createdAt"]),
        facts=facts(
            [
                ("company", row["subcompany"] or None),
                ("recruiting category", row["recruitingCategory"] or None),
                ("employment", kind or None),
                ("seniority", row["seniority"] or None),
                ("schedule", row["schedule"] or None),
                ("years of experience", row["yearsOfExperience"] or None),
                ("occupation", _words(row["occupation"]) or None),
                ("category", _words(row["occupationCategory"]) or None),
            ]
        ),
    )


def _whole_text(row: dict[str, Any]) -> str:
    return "\n".join(
        f"<h2>{html.escape(heading)}</h2>{words}" if heading else words
        for heading, words in row["parts"]
        if words
    )


def _translations(spoken: list[dict[str, Any]], language: str) -> dict[str, Wording]:
    """What the other answers say in another language; Personio repeats a text it has not."""
    found: dict[str, Wording] = {}
    for row in spoken:
        try:
            words = Wording(fields.title(row["name"]), fields.description(_whole_text(row)))
        except RowRefused:
            continue
        code = fields.language_of(None, words.description_html)
        if code != language:
            found.setdefault(code, words)
    return found


def _words(code: str) -> str:
    return code.replace("_", " ")
