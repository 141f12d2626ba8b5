"""SmartRecruiters' public postings (its Posting API, v1) as jobs.

The list has no texts: each posting is asked for by itself. A company that SmartRecruiters doesn't
know looks like one without any job, so an empty list says nothing.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, facts
from careers.jobs.fields import RowRefused
from careers.jobs.places import NAME_LONGEST, Place, country_code, each_once, remote_from

_PAGE = 100
_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


def asks(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which addresses are still to be asked for the jobs of `board`: its pages, then each job."""
    if wanted := asks_pages(board, got):
        return wanted
    base = _base(board)
    pages = [answer for address, answer in got.items() if address.startswith(f"{base}?")]
    rows = [row for page in pages for row in _rows(boards.decoded(page))]
    ids = [row["id"] for row in rows if isinstance(row.get("id"), str) and row["id"].isalnum()]
    return [one for number in ids if (one := f"{base}/{number}") not in got]


def asks_pages(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which pages of the list are still to be asked for, for a first look at `board`."""
    base = _base(board)
    pages = [f"{base}?limit={_PAGE}&offset=0"]
    if pages[0] not in got:
        return pages
    total = min(_total(boards.decoded(got[pages[0]])), boards.MOST_JOBS)
    pages += [f"{base}?limit={_PAGE}&offset={skip}" for skip in range(_PAGE, total, _PAGE)]
    return [page for page in pages if page not in got]


def _base(board: str) -> str:
    return f"https://api.smartrecruiters.com/v1/companies/{board}/postings"


def read(*answers: Any) -> Answer:
    """The jobs of the pages among `answers`, with the texts of the single postings among them.

    Without any single posting, the jobs have no text. Raises InvalidAnswer.
    """
    found = [boards.decoded(one) for one in answers if one]
    pages = [one for one in found if isinstance(one, dict) and "content" in one]
    if not pages or not all(isinstance(one["content"], list) for one in pages):
        raise InvalidAnswer("The answer is not that of SmartRecruiters: it has no list `content`.")
    rows = [row for page in pages for row in page["content"]]
    if not rows:
        raise InvalidAnswer(
            "The list is empty, as it also is for a company that SmartRecruiters doesn't know."
        )
    if len(rows) < _total(pages[0]):
        raise InvalidAnswer(
            f"The board says it has {_total(pages[0])} jobs, but the answers have {len(rows)}."
        )
    whole = {str(one.get("id")): one for one in found if isinstance(one, dict) and "jobAd" in one}

    def job(row: dict[str, Any]) -> ImportedJob:
        number = str(row.get("id"))
        if len(answers) > len(pages) and number not in whole:
            raise RowRefused("Its text could not be read.")
        return _job({**row, **whole.get(number, {})})

    return boards.answer_of(rows, job, name="name")


def _total(page: Any) -> int:
    total = page.get("totalFound") if isinstance(page, dict) else 0
    return total if isinstance(total, int) and 0 <= total < 10**9 else 0


def _rows(page: Any) -> list[dict[str, Any]]:
    return fields.objects(fields.inside(page, "content"))


def _job(row: dict[str, Any]) -> ImportedJob:
    words = fields.description(_whole_text(row), may_be_empty=True)
    where = row.get("location")
    place = _place(where)
    workplace = next((name for name in ("hybrid", "remote") if fields.inside(where, name)), None)
    terms = _label(row, "typeOfEmployment")
    department, function = _label(row, "department"), _label(row, "function")
    return ImportedJob(
        source_id=fields.source_id(row.get("id")),
        title=fields.title(row.get("name")),
        description_html=words,
        language=fields.language_of(fields.inside(row, "language", "code"), words),
        source_url=fields.address(row.get("postingUrl")),
        requisition=fields.text(row.get("refNumber"), fields.ID_LONGEST),
        team=department or function,
        places=each_once([place]),
        workplace=workplace,
        remote_countries=remote_from(workplace, [place]),
        contract=fields.contract_of(terms),
        hours=fields.hours_of(terms),
        seniority=fields.seniority_of(_label(row, "experienceLevel")),
        opened_at=fields.moment(row.get("releasedDate")),
        facts=facts(
            [
                ("company", fields.inside(row, "company", "name")),
                ("function", function if department else None),
                ("industry", _label(row, "industry")),
                ("employment", terms),
                ("experience", _label(row, "experienceLevel")),
                *(
                    (fields.said(one.get("fieldLabel")), one.get("valueLabel"))
                    for one in fields.objects(row.get("customField"))
                ),
            ]
        ),
    )


def _whole_text(row: dict[str, Any]) -> str:
    sections = fields.inside(row, "jobAd", "sections")
    parts = []
    for name in _SECTIONS:
        words = fields.said(fields.inside(sections, name, "text"))
        if words.strip():
            heading = html.escape(fields.said(fields.inside(sections, name, "title")))
            parts.append(f"<h2>{heading}</h2>{words}" if heading else words)
    return "\n".join(parts)


def _place(where: Any) -> Place:
    parts = {
        name: fields.text(fields.inside(where, given), NAME_LONGEST)
        for name, given in (
            ("city", "city"), ("region", "region"), ("street", "address"),
            ("postal_code", "postalCode"),
        )
    }  # fmt: skip
    whole = fields.text(fields.inside(where, "fullLocation"), NAME_LONGEST)
    country = country_code(fields.inside(where, "country"))
    name = whole or ", ".join(filter(None, [parts["city"], parts["region"], country]))
    return Place(name, country=country, **parts)


def _label(row: dict[str, Any], name: str) -> str:
    found = fields.text(fields.inside(row, name, "label"), fields.TEAM_LONGEST)
    return "" if found.lower() == "not applicable" else found
