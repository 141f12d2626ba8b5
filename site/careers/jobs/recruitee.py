"""Recruitee's public offers (its Careers Site API) as jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, Wording, facts
from careers.jobs.fields import Salary
from careers.jobs.places import (
    NAME_LONGEST,
    Place,
    country_code,
    each_once,
    host_of,
    read_place,
    remote_from,
)


def asks(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which addresses are still to be asked for the jobs of `board`, a name or a whole host."""
    return [] if got else [f"https://{host_of(board, 'recruitee.com')}/api/offers/"]


def read(answer: Any) -> Answer:
    """The jobs of `answer`. Raises InvalidAnswer when it is none of Recruitee's."""
    found = boards.decoded(answer)
    rows = found.get("offers") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise InvalidAnswer("The answer is not that of Recruitee: it has no list `offers`.")
    open_ones = [
        row
        for row in rows
        if not (isinstance(row, dict) and row.get("status") not in (None, "published"))
    ]
    return boards.answer_of(open_ones, _job)


def _job(row: dict[str, Any]) -> ImportedJob:
    words = fields.description(_whole_text(row))
    spoken = row.get("translations")
    versions = {
        code: one
        for code, one in (spoken.items() if isinstance(spoken, dict) else ())
        if isinstance(one, dict) and fields.language_code(code) == code
    }
    same = [code for code, one in versions.items() if one.get("title") == row.get("title")]
    language = fields.language_of(same[0] if len(same) == 1 else None, words)
    places = _places(row)
    workplace = next(
        (
            name
            for name, key in (("hybrid", "hybrid"), ("remote", "remote"), ("on-site", "on_site"))
            if row.get(key) is True
        ),
        None,
    )
    kind = _words(row.get("employment_type_code"))
    return ImportedJob(
        source_id=fields.source_id(row.get("id")),
        title=fields.title(row.get("title")),
        description_html=words,
        language=language,
        translations=_translations(versions, language),
        source_url=fields.address(row.get("careers_url")),
        team=fields.text(row.get("department"), fields.TEAM_LONGEST),
        places=places,
        workplace=workplace,
        remote_countries=remote_from(workplace, places),
        contract=fields.contract_of(kind),
        hours=fields.hours_of(kind),
        seniority=fields.seniority_of(_words(row.get("experience_code"))),
        skills=fields.texts(row.get("tags")),
        salary=_salary(row.get("salary")),
        opened_at=_moment(row.get("published_at")) or _moment(row.get("created_at")),
        apply_until=fields.day(row.get("close_at")),
        facts=facts(
            [
                ("company", row.get("company_name")),
                ("category", _words(row.get("category_code"))),
                ("education", _words(row.get("education_code"))),
                ("employment", kind),
                ("experience", _words(row.get("experience_code"))),
                ("weekly hours", _weekly(row)),
                ("highlight", row.get("highlight")),
                ("location note", [fields.plain(one.get("note")) for one in _rows(row)]),
                *(
                    (fields.said(one.get("label") or one.get("name")), one.get("value"))
                    for one in fields.objects(row.get("dynamic_fields"))
                ),
            ]
        ),
    )


def _whole_text(row: dict[str, Any]) -> str:
    parts = [fields.said(row.get("description")), fields.said(row.get("requirements"))]
    return "\n".join(part for part in parts if part.strip())


def _salary(pay: Any) -> Salary | None:
    if not isinstance(pay, dict):
        return None
    return fields.salary(pay.get("min"), pay.get("max"), pay.get("currency"), pay.get("period"))


def _translations(versions: dict[str, dict[str, Any]], language: str) -> dict[str, Wording]:
    """The texts in other languages; one that cannot be used is left out."""
    found = {}
    for code, one in versions.items():
        if code == language:
            continue
        try:
            found[code] = Wording(
                fields.title(one.get("title")), fields.description(_whole_text(one))
            )
        except fields.RowRefused:
            continue
    return found


def _rows(row: dict[str, Any]) -> list[dict[str, Any]]:
    return fields.objects(row.get("locations"))


def _places(row: dict[str, Any]) -> tuple[Place, ...]:
    """Its locations; where it has no list of them, its own city and country."""
    found = [_place(one, fields.said(one.get("name"))) for one in _rows(row)]
    return each_once(found or [_place(row, fields.said(row.get("location")))])


def _place(row: dict[str, Any], name: str) -> Place:
    known = {
        ours: fields.text(row.get(theirs), NAME_LONGEST)
        for ours, theirs in (("city", "city"), ("street", "street"), ("postal_code", "postal_code"))
    }
    region = fields.text(row.get("state_name") or row.get("state"), NAME_LONGEST)
    country = country_code(row.get("country_code")) or country_code(row.get("country"))
    named = fields.text(name, NAME_LONGEST) or ", ".join(filter(None, [known["city"], country]))
    if not known["city"]:
        return read_place(named, country)
    return Place(named, region=region, country=country, **known)


def _weekly(row: dict[str, Any]) -> str:
    low, high = (row.get(name) for name in ("min_hours", "max_hours"))
    low, high = low or row.get("min_hours_per_week"), high or row.get("max_hours_per_week")
    return "–".join(dict.fromkeys(str(one) for one in (low, high) if one))


def _words(code: Any) -> str:
    """ "fulltime_permanent" as "fulltime permanent"."""
    return fields.said(code).replace("_", " ")


def _moment(value: Any) -> Any:
    """ "2026-09-29 16:02:37 UTC"."""
    return fields.moment(value.removesuffix(" UTC") if isinstance(value, str) else None)
