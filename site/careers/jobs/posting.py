"""A job as schema.org's JobPosting, as Google for Jobs reads it (libraries.md, 5)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import get_currency_precision

from careers.base.company import Company
from careers.jobs.models import Job
from careers.jobs.words import Wording

_TYPES = {
    "fixed-term": "TEMPORARY",
    "temporary": "TEMPORARY",
    "internship": "INTERN",
    "apprenticeship": "OTHER",
    "freelance": "CONTRACTOR",
}


def job_posting(
    job: Job, said: Wording, company: Company, url: str, now: datetime, logo: str | None = None
) -> dict[str, Any] | None:
    """The markup of an open job, in the words that its page shows.

    None once it is closed or its last day to apply is over, and while it lacks what Google
    requires: a text, and a place or the countries from which it may be done.
    """
    until = datetime.combine(job.apply_until, time(23, 59, 59), UTC) if job.apply_until else None
    where = _places(job)
    is_placed = "jobLocation" in where or "applicantLocationRequirements" in where
    if not job.is_open or (until and until < now) or not said.description_html or not is_placed:
        return None
    organisation = {"@type": "Organization", "name": company.name}
    posting: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": said.title,
        "description": said.description_html,
        "datePosted": job.opened_at.isoformat(timespec="seconds"),
        "url": url,
        "identifier": {"@type": "PropertyValue", "name": company.name, "value": job.code},
        "hiringOrganization": organisation,
        "directApply": True,
        **where,
    }
    if company.website:
        organisation["sameAs"] = company.website
    if logo:
        organisation["logo"] = logo
    if until:
        posting["validThrough"] = until.isoformat(timespec="seconds")
    if kinds := _employment(job):
        posting["employmentType"] = kinds
    if job.starts_on:
        posting["jobStartDate"] = job.starts_on.isoformat()
    if job.skills:
        posting["skills"] = ", ".join(job.skills)
    if job.salary_low is not None:
        posting["baseSalary"] = _salary(job)
    return posting


def _employment(job: Job) -> list[str]:
    """Google's words for hours and contract; several may hold at once."""
    hours = {"full-time": ["FULL_TIME"], "part-time": ["PART_TIME"]}.get(job.hours or "", [])
    return hours + [kind for kind in [_TYPES.get(job.contract or "")] if kind]


def _places(job: Job) -> dict[str, Any]:
    """Where the work is done; "anywhere" only where all of it may be done from home.

    A place whose country isn't known is left out, as Google takes no address without one.
    """
    parts: dict[str, Any] = {}
    if job.workplace == "remote":
        parts["jobLocationType"] = "TELECOMMUTE"
        territories = Locale("en").territories
        if allowed := job.remote_countries or _countries(job):
            parts["applicantLocationRequirements"] = [
                {"@type": "Country", "name": territories.get(code, code)} for code in allowed
            ]
    if known := [_place(place) for place in job.places if place["country"] and place["city"]]:
        parts["jobLocation"] = known
    elif job.workplace != "remote" and (countries := _countries(job)):
        parts["jobLocation"] = [_place({"country": code}) for code in countries]
    return parts


def _countries(job: Job) -> list[str]:
    return list(dict.fromkeys(place["country"] for place in job.places if place["country"]))


def _place(place: dict[str, str]) -> dict[str, Any]:
    parts = {
        "streetAddress": place.get("street"),
        "addressLocality": place.get("city"),
        "addressRegion": place.get("region"),
        "postalCode": place.get("postal_code"),
        "addressCountry": place["country"],
    }
    known = {name: value for name, value in parts.items() if value}
    return {"@type": "Place", "address": {"@type": "PostalAddress", **known}}


def _salary(job: Job) -> dict[str, Any]:
    digits = get_currency_precision(job.salary_currency or "")
    low, high = (
        float(Decimal(amount or 0).scaleb(-digits)) for amount in (job.salary_low, job.salary_high)
    )
    value = {"value": low} if low == high else {"minValue": low, "maxValue": high}
    return {
        "@type": "MonetaryAmount",
        "currency": job.salary_currency,
        "value": {
            "@type": "QuantitativeValue",
            **value,
            "unitText": (job.salary_period or "").upper(),
        },
    }
