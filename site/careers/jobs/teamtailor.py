"""Teamtailor's public feeds as jobs: its RSS, which has the texts, or its JSON Feed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree.ElementTree import Element  # nosec B405  only the type

from careers.jobs import boards, fields
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer, facts
from careers.jobs.places import (
    NAME_LONGEST,
    Place,
    country_code,
    each_once,
    host_of,
    remote_from,
)
from careers.jobs.xml_answers import root_of, text_at

_TT = "{https://teamtailor.com/locations}"
_PAGE = 100
_REMOTE = {"none": "on-site", "hybrid": "hybrid", "temporary": "hybrid", "fully": "remote"}


def asks(board: str, got: Mapping[str, bytes]) -> list[str]:
    """Which address is still to be asked for the jobs of `board`, a name or a whole host: the
    next page, until one brings nothing that was not there before.
    """
    base = f"https://{host_of(board, 'teamtailor.com')}/jobs.rss?per_page={_PAGE}&offset="
    seen: set[str] = set()
    for answer in got.values():
        links = {text_at(item, "link") for item in _items(answer)}
        if links <= seen:
            return []
        seen |= links
    return [f"{base}{len(seen)}"] if len(seen) < boards.MOST_JOBS else []


def read(*answers: Any) -> Answer:
    """The jobs of `answers`, which are pages of the RSS, or one JSON Feed. Raises InvalidAnswer."""
    if len(answers) == 1 and not _is_xml(answers[0]):
        found = boards.decoded(answers[0])
        rows = found.get("items") if isinstance(found, dict) else None
        if not isinstance(rows, list):
            raise InvalidAnswer("The answer is not that of Teamtailor: it has no list `items`.")
        return boards.answer_of([_from_posting(row) for row in rows], _job, key="key")
    by_link = {text_at(item, "link"): item for one in answers for item in _items(one)}
    return boards.answer_of([_from_item(item) for item in by_link.values()], _job, key="key")


def _is_xml(answer: Any) -> bool:
    return isinstance(answer, (bytes, str)) and answer.lstrip()[:1] in (b"<", "<", b"\xef")


def _items(answer: bytes | str) -> list[Element]:
    root = root_of(answer)
    if root.tag != "rss":
        raise InvalidAnswer("The answer is not that of Teamtailor: it is no RSS.")
    return root.findall("channel/item")


def _from_item(item: Element) -> dict[str, Any]:
    """An item of the RSS in the names that `_job` reads."""
    found = item.find(f"{_TT}locations")
    here = [] if found is None else found.findall(f"{_TT}location")
    return {
        "key": _key(text_at(item, "link")),
        "title": text_at(item, "title"),
        "text": text_at(item, "description"),
        "url": text_at(item, "link"),
        "date": _mail_date(text_at(item, "pubDate")),
        "remote": text_at(item, "remoteStatus"),
        "department": text_at(item, f"{_TT}department"),
        "role": text_at(item, f"{_TT}role"),
        "division": text_at(item, f"{_TT}division"),
        "places": [{name: text_at(one, f"{_TT}{name}") for name in _PLACE_PARTS} for one in here],
    }


_PLACE_PARTS = ("name", "address", "zip", "city", "country")


def _from_posting(row: Any) -> Any:
    """An item of the JSON Feed, whose facts are in a JobPosting, in the names that `_job` reads."""
    if not isinstance(row, dict):
        return row
    posting = row.get("_jobposting")
    places = fields.inside(posting, "jobLocation")
    addresses = [
        fields.inside(one, "address")
        for one in (fields.objects(places) if isinstance(places, list) else [places])
    ]
    return {
        "key": _key(row.get("url")) or fields.inside(posting, "identifier", "value"),
        "title": row.get("title"),
        "text": row.get("content_html") or fields.inside(posting, "description") or "",
        "url": row.get("url"),
        "date": fields.moment(row.get("date_published"))
        or fields.moment(fields.inside(posting, "datePosted")),
        "remote": "fully" if fields.inside(posting, "jobLocationType") == "TELECOMMUTE" else "",
        "company": fields.inside(posting, "identifier", "name"),
        "employment": fields.inside(posting, "employmentType"),
        "until": fields.inside(posting, "validThrough"),
        "places": [
            {
                "address": fields.inside(one, "streetAddress"),
                "zip": fields.inside(one, "postalCode"),
                "city": fields.inside(one, "addressLocality"),
                "country": fields.inside(one, "addressCountry"),
                "region": fields.inside(one, "addressRegion"),
            }
            for one in addresses
            if one
        ],
    }


def _job(row: dict[str, Any]) -> ImportedJob:
    words = fields.description(fields.unescaped(row["text"]), may_be_empty=True)
    places = each_once(_place(one) for one in row["places"])
    workplace = _REMOTE.get(fields.said(row["remote"]).lower())
    terms = fields.said(row.get("employment")).replace("_", " ")
    return ImportedJob(
        source_id=fields.source_id(row["key"]),
        title=fields.title(row["title"]),
        description_html=words,
        language=fields.language_of(None, words),
        source_url=fields.address(row["url"]),
        team=fields.text(row.get("department"), fields.TEAM_LONGEST),
        places=places,
        workplace=workplace,
        remote_countries=remote_from(workplace, places),
        contract=fields.contract_of(terms),
        hours=fields.hours_of(terms),
        opened_at=row["date"],
        apply_until=fields.day(row.get("until")),
        facts=facts((name, row.get(name) or None) for name in ("company", "role", "division")),
    )


def _place(row: dict[str, Any]) -> Place:
    parts = {
        ours: fields.text(row.get(theirs), NAME_LONGEST)
        for ours, theirs in (("city", "city"), ("street", "address"), ("postal_code", "zip"))
    }
    country = country_code(row.get("country"))
    name = fields.text(row.get("name"), NAME_LONGEST)
    named = name or ", ".join(filter(None, [parts["city"], fields.said(row.get("country"))]))
    region = fields.text(row.get("region"), NAME_LONGEST)
    return Place(named[:NAME_LONGEST], country=country, region=region, **parts)


def _key(link: Any) -> str:
    """The number in the address of a job's page."""
    found = re.search(r"/jobs/(\d+)", fields.said(link))
    return found[1] if found else ""


def _mail_date(value: str) -> Any:
    """ "Tue, 04 Nov 2026 09:26:20 +0100", as RSS has it (RFC 5322)."""
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return fields.moment(found.isoformat())
