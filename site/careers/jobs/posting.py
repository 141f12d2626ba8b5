"""A job as schema.org's JobPosting, as Google for Jobs reads it (libraries.md, 5)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import get_currency_precision

from careers.base.company import Company
from careers.jobs.boards import country_of
from careers.jobs.models import Job

_TYPES = {
    "permanent": "FULL_TIME",
    "fixed-term": "TEMPORARY",
    "temporary": "TEMPORARY",
    "internship": "INTERN",
    "apprenticeship": "OTHER",
    "freelance": "CONTRACTOR",
}


def job_posting(
    job: Job, company: Company, url: str, now: datetime, logo: str | None = None
) -> dict[str, Any] | None:
    """The markup of an open job; None once it is closed or its last day to apply is over."""
    until = datetime.combine(job.apply_until, time(23, 59, 59), UTC) if job.apply_until else None
    if not job.is_open or (until and until < now):
        return None
    organisation = {"@type": "Organization", "name": company.name}
    posting: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": job.title,
        "description": job.description_html,
        "datePosted": job.opened_at.isoformat(timespec="seconds"),
        "url": url,
        "identifier": {"@type": "PropertyValue", "name": company.name, "value": job.code},
        "hiringOrganization": organisation,
        "directApply": True,
        **_places(job),
    }
    if company.website:
        organisation["sameAs"] = company.website
    if logo:
        organisation["logo"] = logo
    if until:
        posting["validThrough"] = until.isoformat(timespec="seconds")
    if job.contract in _TYPES:
        posting["employmentType"] = _TYPES[job.contract]
    if job.salary_low is not None:
        posting["baseSalary"] = _salary(job)
    return posting


def _places(job: Job) -> dict[str, Any]:
    """Where the work is done; "anywhere" only where all of it may be done from home."""
    named = [place for place in job.locations if not _only_says_remote(place)]
    parts: dict[str, Any] = {}
    if job.workplace == "remote":
        parts["jobLocationType"] = "TELECOMMUTE"
        if job.country:
            name = Locale("en").territories.get(job.country, job.country)
            parts["applicantLocationRequirements"] = {"@type": "Country", "name": name}
    if named:
        parts["jobLocation"] = [_place(place, job.country) for place in named]
    elif job.country and job.workplace != "remote":
        parts["jobLocation"] = [
            {
                "@type": "Place",
                "address": {"@type": "PostalAddress", "addressCountry": job.country},
            }
        ]
    return parts


def _only_says_remote(place: str) -> bool:
    return place.strip().lower() in {"remote", "télétravail", "anywhere", "worldwide"}


def _place(place: str, country: str | None) -> dict[str, Any]:
    parts = [part.strip() for part in place.split(",") if part.strip()]
    code = country_of(place) or country
    if len(parts) > 1 and country_of(parts[-1]):
        parts = parts[:-1]
    address = {"@type": "PostalAddress", "addressLocality": parts[0] if parts else place}
    if len(parts) > 1:
        address["addressRegion"] = parts[-1]
    if code:
        address["addressCountry"] = code
    return {"@type": "Place", "address": address}


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
