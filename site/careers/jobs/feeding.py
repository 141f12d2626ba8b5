"""The open jobs for those who collect jobs: Indeed's XML.

The rules are those of Indeed's "Job Sync XML feed reference" (docs.indeed.com): a job element for
each place, a reference number that never changes, all values in CDATA, and literal characters
instead of HTML entities.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime

from careers.jobs.models import Job

_TYPES = {"full-time": "fulltime", "part-time": "parttime"}
_CONTRACTS = {
    "fixed-term": "contract",
    "temporary": "temporary",
    "internship": "internship",
    "apprenticeship": "apprenticeship",
    "freelance": "contract",
    "permanent": "permanent",
}
_REMOTE = {"remote": "Fully remote", "hybrid": "Hybrid remote"}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def indeed_xml(
    jobs: Iterable[Job],
    company: str,
    site: str,
    now: datetime,
    address: Callable[[Job], str],
    pay: Callable[[Job], str],
) -> Iterator[str]:
    """The feed in pieces. `site` and `address` are absolute; `pay` says a salary in words.

    Left out are jobs without a text, whose last day is over, or whose country isn't known: Indeed
    would refuse them.
    """
    yield '<?xml version="1.0" encoding="utf-8"?>\n<source>\n'
    yield _element("publisher", company) + _element("publisherurl", site)
    yield _element("lastBuildDate", format_datetime(now))
    for job in jobs:
        if not job.is_open or not job.description_html:
            continue
        if job.apply_until and job.apply_until < now.date():
            continue
        said = {
            "title": job.title,
            "date": job.opened_at.isoformat(timespec="seconds"),
            "requisitionid": job.requisition or job.code,
            "url": address(job),
            "company": company,
            "sourcename": company,
            "description": literal(job.description_html),
            "salary": pay(job),
            "jobtype": ", ".join(
                filter(None, [_TYPES.get(job.hours or ""), _CONTRACTS.get(job.contract or "")])
            ),
            "category": job.team,
            "expirationdate": job.apply_until.isoformat() if job.apply_until else "",
            "remotetype": _REMOTE.get(job.workplace or "", ""),
        }
        for place in _places(job):
            values = {"referencenumber": reference(job, place), **said, **_located(place)}
            elements = (_element(name, value) for name, value in values.items() if value)
            always = (_element(name, "") for name in _NEEDED if not values.get(name))
            yield f"<job>\n{''.join(elements)}{''.join(always)}</job>\n"
    yield "</source>\n"


_NEEDED = ("city", "state", "country")  # stand there even when there is nothing to say


def reference(job: Job, place: dict[str, str]) -> str:
    """The same for this job in this place for ever, and no other's."""
    where = place.get("name") or place["country"]
    return f"{job.code}-{hashlib.sha256(where.encode()).hexdigest()[:8]}"


def _places(job: Job) -> list[dict[str, str]]:
    """The places whose country is known; of a job that needs none, its countries."""
    known = [place for place in job.places if place["country"]]
    if known or job.workplace != "remote":
        return known
    return [{"country": code} for code in job.remote_countries]


def _located(place: dict[str, str]) -> dict[str, str]:
    return {
        "city": place.get("city", ""),
        "state": place.get("region", ""),
        "country": place["country"],
        "postalcode": place.get("postal_code", ""),
        "streetaddress": place.get("street", ""),
    }


def literal(safe: str) -> str:
    """Safe HTML with its characters instead of entities. A "<" of the text that would begin a tag
    becomes "‹", and what an address may not hold is written as addresses write it.
    """
    parts = re.split(r"(<[^>]*>)", safe)
    return "".join(_tag(part) if part.startswith("<") else _words(part) for part in parts)


def _tag(tag: str) -> str:
    for entity, character in _IN_TAGS.items():
        tag = tag.replace(entity, character)
    return tag


_IN_TAGS = {"&quot;": "%22", "&lt;": "%3C", "&gt;": "%3E", "&nbsp;": "%C2%A0", "&amp;": "&"}


def _words(text: str) -> str:
    while (found := html.unescape(text)) != text:  # words that name an entity would be one again
        text = found
    return re.sub(r"<(?=[A-Za-z/!?])", "‹", text)


def _element(name: str, value: str) -> str:
    inside = _FORBIDDEN.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{inside}]]></{name}>\n"
