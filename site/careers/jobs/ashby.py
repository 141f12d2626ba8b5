"""Ashby's public job board (its Posting API, v1) as jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, facts
from careers.jobs.fields import Salary
from careers.jobs.places import NAME_LONGEST, Place, country_code, each_once, remote_from


def asks(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which addresses are still to be asked for the jobs of `board`."""
    address = f"https://api.ashbyhq.com/posting-api/job-board/{board}?includeCompensation=true"
    return [] if got else [address]


def read(answer: Any) -> Answer:
    """The jobs of `answer`. Raises InvalidAnswer when it is none of Ashby's."""
    found = boards.decoded(answer)
    rows = found.get("jobs") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise InvalidAnswer("The answer is not that of an Ashby board: it has no list `jobs`.")
    listed = [row for row in rows if not (isinstance(row, dict) and row.get("isListed") is False)]
    return boards.answer_of(listed, _job)


def _job(row: dict[str, Any]) -> ImportedJob:
    words = fields.description(row.get("descriptionHtml") or row.get("descriptionPlain"))
    places = each_once(
        [_place(row), *(_place(one) for one in fields.objects(row.get("secondaryLocations")))]
    )
    workplace = fields.workplace_of(_spaced(row.get("workplaceType"))) or (
        "remote" if row.get("isRemote") is True else None
    )
    terms = _spaced(row.get("employmentType"))
    team, department = (
        fields.text(row.get(name), fields.TEAM_LONGEST) for name in ("team", "department")
    )
    shown = row.get("shouldDisplayCompensationOnJobPostings") is not False
    pay = row.get("compensation") if shown else None
    return ImportedJob(
        source_id=fields.source_id(row.get("id")),
        title=fields.title(row.get("title")),
        description_html=words,
        language=fields.language_of(None, words),
        source_url=fields.address(row.get("jobUrl")),
        team=team or department,
        places=places,
        workplace=workplace,
        remote_countries=remote_from(workplace, places),
        contract=fields.contract_of(terms),
        hours=fields.hours_of(terms),
        salary=_salary(pay),
        salary_note=fields.plain(fields.inside(pay, "compensationTierSummary")),
        opened_at=fields.moment(row.get("publishedAt")),
        facts=facts([("department", department if team != department else None)]),
    )


def _place(row: dict[str, Any]) -> Place:
    address = fields.inside(row, "address", "postalAddress")
    return Place(
        name=fields.text(row.get("location"), NAME_LONGEST),
        city=fields.text(fields.inside(address, "addressLocality"), NAME_LONGEST),
        region=fields.text(fields.inside(address, "addressRegion"), NAME_LONGEST),
        country=country_code(fields.inside(address, "addressCountry")),
    )


def _salary(pay: Any) -> Salary | None:
    """The salary itself, without equity and bonuses, which the note names."""
    for part in fields.objects(fields.inside(pay, "summaryComponents")):
        per = re.fullmatch(r"1 (HOUR|DAY|WEEK|MONTH|YEAR)", fields.said(part.get("interval")))
        if part.get("compensationType") == "Salary" and per:
            found = fields.salary(
                part.get("minValue"), part.get("maxValue"), part.get("currencyCode"), per[1].lower()
            )
            if found:
                return found
    return None


def _spaced(value: Any) -> str:
    """ "FullTime" as "Full Time"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", fields.said(value))
