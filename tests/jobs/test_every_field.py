"""Where each field of each source goes, or why it is not kept.

Each row of a table is a field's path, another value for it, and the fields of the job that change
with it, no more and no fewer; a field that isn't kept changes nothing, and says why. The tables
must name every field of our answers, and of real ones where ENTOURAGE_REAL_BOARDS has them.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from careers.jobs import sources
from careers.jobs.boards import ImportedJob
from careers.jobs.importing import import_jobs
from careers.jobs.models import Job
from tests.jobs import answers

INNER = "a number or code of the source's own"
PLAIN = "the same as the HTML, without its marks"
APPLY = "people apply here"
FORM = "the form here asks its own questions"
SHARE = "cards to share are made here"
WHOLE = "of the whole answer, not of a job"
LATER = "what counts is when the text changed here"
LEGAL = "the consent asked for is that of this site"

KEPT: dict[str, dict[str, tuple[Any, str]]] = {
    "greenhouse": {
        "jobs.absolute_url": ("https://boards.example.com/b", "source_url"),
        "jobs.internal_job_id": (56, "translation_group"),
        "jobs.location.name": ("Lyon, France", "places"),
        "jobs.metadata.name": ("Schedule", "contract facts"),
        "jobs.metadata.value": ("Internship", "contract facts"),
        "jobs.id": (102, "source_id"),
        "jobs.requisition_id": ("R-2", "requisition"),
        "jobs.title": ("Cook", "title"),
        "jobs.company_name": ("Bcme", "facts"),
        "jobs.first_published": ("2026-07-17T11:55:32-04:00", "opened_at"),
        "jobs.language": ("fr", "language"),
        "jobs.application_deadline": ("2026-12-31", "apply_until"),
        "jobs.content": ("&lt;p&gt;The other.&lt;/p&gt;", "description_html"),
        "jobs.departments.name": ("Kitchen", "team"),
        "jobs.offices.name": ("Leeds", "facts"),
        "jobs.offices.location": ("Leeds, England", "facts"),
        "jobs.pay_input_ranges.min_cents": (4_000_000, "salary"),
        "jobs.pay_input_ranges.max_cents": (7_000_000, "salary"),
        "jobs.pay_input_ranges.currency_type": ("EUR", "salary"),
        "jobs.pay_input_ranges.title": ("Base", "salary_note"),
        "jobs.pay_input_ranges.blurb": ("an hour", "salary salary_note"),
    },
    "lever": {
        "id": ("a-2", "source_id"),
        "text": ("Cook", "title"),
        "categories.commitment": ("CDI", "contract facts"),
        "categories.location": ("Boston, MA", "places"),
        "categories.team": ("Kitchen", "team"),
        "categories.department": ("Hall", "facts"),
        "categories.allLocations": ("Boston, MA", "places"),
        "createdAt": (1_764_205_361_000, "opened_at"),
        "country": ("CA", "places remote_countries"),
        "workplaceType": ("hybrid", "workplace remote_countries"),
        "description": ("<p>The other.</p>", "description_html"),
        "additional": ("<p>The other.</p>", "description_html"),
        "lists.text": ("The other", "description_html"),
        "lists.content": ("<li>The other</li>", "description_html"),
        "hostedUrl": ("https://jobs.example.com/b", "source_url"),
        "salaryRange.currency": ("EUR", "salary"),
        "salaryRange.interval": ("per-hour-wage", "salary"),
        "salaryRange.min": (2, "salary"),
        "salaryRange.max": (3, "salary"),
        "salaryDescriptionPlain": ("and shares", "salary_note"),
    },
    "ashby": {
        "jobs.id": ("9-1", "source_id"),
        "jobs.title": ("Cook", "title"),
        "jobs.department": ("Kitchen", "facts"),
        "jobs.team": ("Kitchen", "team"),
        "jobs.employmentType": ("Intern", "contract hours"),
        "jobs.location": ("Toronto", "places"),
        "jobs.secondaryLocations.location": ("Lyon", "places"),
        "jobs.secondaryLocations.address.postalAddress.addressRegion": ("ARA", "places"),
        "jobs.secondaryLocations.address.postalAddress.addressCountry": ("Spain", "places"),
        "jobs.secondaryLocations.address.postalAddress.addressLocality": ("Lyon", "places"),
        "jobs.publishedAt": ("2026-04-21T22:43:56.531+00:00", "opened_at"),
        "jobs.workplaceType": ("Remote", "workplace remote_countries"),
        "jobs.address.postalAddress.addressRegion": ("ON", "places"),
        "jobs.address.postalAddress.addressCountry": ("United States", "places"),
        "jobs.address.postalAddress.addressLocality": ("Ottawa", "places"),
        "jobs.jobUrl": ("https://jobs.example.com/b", "source_url"),
        "jobs.descriptionHtml": ("<p>The other.</p>", "description_html"),
        "jobs.shouldDisplayCompensationOnJobPostings": (False, "salary salary_note"),
        "jobs.compensation.compensationTierSummary": ("CA$1", "salary_note"),
        "jobs.compensation.summaryComponents.compensationType": ("Equity", "salary"),
        "jobs.compensation.summaryComponents.interval": ("1 HOUR", "salary"),
        "jobs.compensation.summaryComponents.currencyCode": ("USD", "salary"),
        "jobs.compensation.summaryComponents.minValue": (90_000, "salary"),
        "jobs.compensation.summaryComponents.maxValue": (130_000, "salary"),
    },
    "smartrecruiters": {
        "content.id": ("744", "source_id"),
        "content.name": ("Cook", "title"),
        "content.refNumber": ("REF2", "requisition"),
        "content.company.name": ("Bcme", "facts"),
        "content.releasedDate": ("2026-06-09T02:11:28.000Z", "opened_at"),
        "content.location.city": ("Paris", "places"),
        "content.location.region": ("IL", "places"),
        "content.location.country": ("fr", "places"),
        "content.location.address": ("2 Main Rd", "places"),
        "content.location.postalCode": ("1", "places"),
        "content.location.remote": (True, "workplace remote_countries"),
        "content.location.hybrid": (True, "workplace"),
        "content.location.fullLocation": ("Elsewhere", "places"),
        "content.industry.label": ("Energy", "facts"),
        "content.department.label": ("Kitchen", "team"),
        "content.function.label": ("Cooking", "facts"),
        "content.typeOfEmployment.label": ("Internship", "contract hours facts"),
        "content.experienceLevel.label": ("Director", "seniority facts"),
        "content.customField.fieldLabel": ("Brand", "facts"),
        "content.customField.valueLabel": ("Other", "facts"),
        "content.language.code": ("fr", "language"),
        "content.postingUrl": ("https://jobs.example.com/b", "source_url"),
        **{
            f"content.jobAd.sections.{section}.{part}": ("The other", "description_html")
            for section in (
                "companyDescription", "jobDescription", "qualifications", "additionalInformation",
            )
            for part in ("title", "text")
        },
    },
    "workable": {
        "jobs.title": ("Cook", "title"),
        "jobs.shortcode": ("DD14", "source_id"),
        "jobs.code": ("BA-2", "requisition"),
        "jobs.employment_type": ("Contract", "contract hours facts"),
        "jobs.telecommuting": (False, "workplace remote_countries"),
        "jobs.department": ("Kitchen", "team"),
        "jobs.url": ("https://apply.example.com/b", "source_url"),
        "jobs.published_on": ("2026-08-06", "opened_at"),
        "jobs.function": ("Cooking", "facts"),
        "jobs.industry": ("Food", "facts"),
        "jobs.education": ("None", "facts"),
        "jobs.experience": ("Director", "seniority facts"),
        "jobs.description": ("<p>The other.</p>", "description_html"),
        "jobs.locations.country": ("France", "places"),
        "jobs.locations.countryCode": ("FR", "places remote_countries"),
        "jobs.locations.city": ("Toledo", "places"),
        "jobs.locations.region": ("Castile", "places"),
        "jobs.locations.hidden": (True, "places"),
    },
    "recruitee": {
        "offers.id": (28, "source_id"),
        "offers.title": ("Cook", "title"),
        "offers.company_name": ("Bcme", "facts"),
        "offers.department": ("Kitchen", "team"),
        "offers.description": ("<p>The other with you.</p>", "description_html"),
        "offers.requirements": ("<p>The other.</p>", "description_html"),
        "offers.highlight": ("Now", "facts"),
        "offers.translations.fr.title": ("Cuisinier", "translations"),
        "offers.translations.fr.description": ("<p>Autre.</p>", "translations"),
        "offers.translations.fr.requirements": ("<p>Autre.</p>", "translations"),
        "offers.locations.name": ("HQ", "places"),
        "offers.locations.state": ("Hesse", "places"),
        "offers.locations.city": ("Bonn", "places"),
        "offers.locations.country_code": ("FR", "places"),
        "offers.locations.postal_code": ("1", "places"),
        "offers.locations.street": ("Other 1", "places"),
        "offers.locations.note": ("far", "facts"),
        "offers.hybrid": (False, "workplace"),
        "offers.employment_type_code": ("parttime_internship", "contract hours facts"),
        "offers.category_code": ("food", "facts"),
        "offers.education_code": ("none", "facts"),
        "offers.experience_code": ("manager", "seniority facts"),
        "offers.min_hours": (30, "facts"),
        "offers.max_hours": (41, "facts"),
        "offers.tags": ("cash", "skills"),
        "offers.salary.min": ("50000", "salary"),
        "offers.salary.max": ("80000", "salary"),
        "offers.salary.period": ("month", "salary"),
        "offers.salary.currency": ("CHF", "salary"),
        "offers.careers_url": ("https://jobs.example.com/b", "source_url"),
        "offers.published_at": ("2026-08-06 10:10:39 UTC", "opened_at"),
        "offers.close_at": ("2026-12-31 10:10:39 UTC", "apply_until"),
        "offers.dynamic_fields": ({"label": "Car", "value": "yes"}, "facts"),
    },
    "teamtailor": {
        "items.title": ("Cook", "title"),
        "items.url": ("https://career.example.com/jobs/8-cook", "source_id source_url"),
        "items.date_published": ("2026-02-05T09:26:20+01:00", "opened_at"),
        "items._jobposting.identifier.name": ("Bcme", "facts"),
        "items._jobposting.jobLocation.address.streetAddress": ("2 Main St", "places"),
        "items._jobposting.jobLocation.address.addressLocality": ("Toledo", "places"),
        "items._jobposting.jobLocation.address.postalCode": ("1", "places"),
        "items._jobposting.jobLocation.address.addressCountry": ("FR", "places"),
        "items._jobposting.jobLocation.address.addressRegion": ("Castile", "places"),
    },
}  # fmt: skip

LEFT: dict[str, dict[str, str]] = {
    "greenhouse": {
        **{f"jobs.data_compliance.{name}": LEGAL for name in (
            "type", "requires_consent", "requires_processing_consent",
            "requires_retention_consent", "retention_period", "demographic_data_consent_applies",
        )},
        "jobs.metadata.id": INNER,
        "jobs.metadata.value_type": INNER,
        "jobs.updated_at": LATER + "; without a first day, it is the first",
        "jobs.departments.id": INNER,
        "jobs.departments.child_ids": INNER,
        "jobs.departments.parent_id": INNER,
        "jobs.offices.id": INNER,
        "jobs.offices.child_ids": INNER,
        "jobs.offices.parent_id": INNER,
        "jobs.ai_disclaimer": "no machine judges applications here",
        "jobs.include_ai_disclaimer": "no machine judges applications here",
        "jobs.ai_opt_out_request_url": "no machine judges applications here",
        "meta.total": WHOLE,
    },
    "lever": {
        "descriptionPlain": PLAIN,
        "descriptionBody": "a part of `description`; taken when that is missing",
        "descriptionBodyPlain": PLAIN,
        "opening": "a part of `description`; taken when that is missing",
        "openingPlain": PLAIN,
        "additionalPlain": PLAIN,
        "applyUrl": APPLY,
        "salaryDescription": PLAIN,
    },
    "ashby": {
        "apiVersion": WHOLE,
        "jobs.isListed": "one that isn't listed is left out; see its test",
        "jobs.isRemote": "`workplaceType` says it better; taken when that is missing",
        "jobs.applyUrl": APPLY,
        "jobs.descriptionPlain": PLAIN,
        "jobs.compensation.scrapeableCompensationSalarySummary": "the tier's summary says more",
        **{f"jobs.compensation.compensationTiers.{name}": "summed up in `summaryComponents`"
           for name in ("id", "tierSummary", "title", "additionalInformation")},
        **{f"jobs.compensation.compensationTiers.components.{name}":
           "summed up in `summaryComponents`" for name in (
            "id", "summary", "compensationType", "interval", "currencyCode", "minValue",
            "maxValue",
        )},
    },
    "smartrecruiters": {
        "offset": WHOLE,
        "limit": WHOLE,
        "totalFound": WHOLE + ": it says whether the answer is complete",
        "content.uuid": INNER,
        "content.jobAdId": INNER,
        "content.defaultJobAd": INNER,
        "content.company.identifier": INNER,
        "content.industry.id": INNER,
        "content.department.id": INNER,
        "content.function.id": INNER,
        "content.typeOfEmployment.id": INNER,
        "content.experienceLevel.id": INNER,
        "content.customField.fieldId": INNER,
        "content.customField.valueId": INNER,
        "content.visibility": "only public ones are in the answer",
        "content.ref": INNER,
        "content.creator.name": "private: whom to ask is chosen here",
        "content.language.label": "its code says it",
        "content.language.labelNative": "its code says it",
        "content.applyUrl": APPLY,
    },
    "workable": {
        "name": WHOLE,
        "description": WHOLE,
        "jobs.shortlink": INNER,
        "jobs.application_url": APPLY,
        "jobs.created_at": "taken when `published_on` is missing",
        "jobs.country": "`locations` says it; taken when that is missing",
        "jobs.city": "`locations` says it; taken when that is missing",
        "jobs.state": "`locations` says it; taken when that is missing",
    },
    "recruitee": {
        "offers.guid": INNER,
        "offers.slug": INNER,
        "offers.position": "the order on their page",
        "offers.status": "only published ones are taken; see its test",
        **{f"offers.translations.en.{name}": "the job's own language stands above"
           for name in ("description", "requirements")},
        "offers.translations.en.title": "tells which of the languages is the job's own",
        **{f"offers.translations.{code}.{name}": reason
           for code in ("en", "fr")
           for name, reason in (
               ("highlight", "that of the job is kept"), ("sharing_image", SHARE),
               ("sharing_title", SHARE), ("sharing_description", SHARE),
               ("locations_question", FORM),
           )},
        **{f"offers.{name}": "`locations` says it; taken when that is missing" for name in (
            "location", "city", "state_code", "state_name", "postal_code", "country",
            "country_code",
        )},
        "offers.locations.id": INNER,
        "offers.locations.country": "its code says it; taken when that is missing",
        "offers.locations.state_code": "its name says it",
        **{f"offers.locations.translations.en.{name}": "the place's own names stand above"
           for name in ("name", "city", "postal_code", "street", "note")},
        "offers.remote": "`hybrid` stands before it; see its test",
        "offers.on_site": "`hybrid` stands before it; see its test",
        "offers.min_hours_per_week": "`min_hours` says it; taken when that is missing",
        "offers.max_hours_per_week": "`max_hours` says it; taken when that is missing",
        "offers.careers_apply_url": APPLY,
        "offers.created_at": "taken when `published_at` is missing",
        "offers.updated_at": LATER,
        "offers.mailbox_email": APPLY,
        "offers.cover_image": SHARE,
        "offers.sharing_image": SHARE,
        "offers.sharing_title": SHARE,
        "offers.sharing_description": SHARE,
        **{f"offers.{name}": FORM for name in (
            "locations_question", "locations_question_type", "locations_question_required",
            "location_question_visible", "options_cv", "options_cover_letter", "options_photo",
            "options_phone", "options_salutation", "options_title",
        )},
        **{f"offers.open_questions.{name}": FORM for name in (
            "id", "position", "options", "options.length", "required", "body", "kind",
            "translations.en.body", "open_question_options",
            "open_question_options.id", "open_question_options.position",
            "open_question_options.body", "open_question_options.translations.en.body",
        )},
    },
    "teamtailor": {
        "version": WHOLE,
        "title": WHOLE,
        "home_page_url": WHOLE,
        "feed_url": WHOLE,
        "items.id": "the number in the address is what the RSS has too",
        "items._jobposting.@context": WHOLE,
        "items._jobposting.@type": WHOLE,
        "items._jobposting.title": "the same as the item's",
        "items._jobposting.identifier.@type": WHOLE,
        "items._jobposting.identifier.value": "it is in the address; taken when it isn't",
        "items._jobposting.datePosted": "the same as the item's; taken when that is missing",
        "items._jobposting.jobLocation.@type": WHOLE,
        "items._jobposting.jobLocation.address.@type": WHOLE,
    },
}  # fmt: skip

SAMPLES: dict[str, Any] = {
    "greenhouse": answers.GREENHOUSE,
    "lever": answers.LEVER,
    "ashby": answers.ASHBY,
    "smartrecruiters": answers.SMARTRECRUITERS,
    "workable": answers.WORKABLE,
    "recruitee": answers.RECRUITEE,
    "teamtailor": answers.TEAMTAILOR,
}
# What only tells whether a job is taken at all, or only helps to read another field.
TELLING = {
    ("ashby", "jobs.isListed"), ("recruitee", "offers.status"),
    ("recruitee", "offers.translations.en.title"), ("smartrecruiters", "totalFound"),
}  # fmt: skip


def _paths(value: Any, above: str = "") -> Iterator[str]:
    """The path of every leaf; lists are passed through, and an empty one is a leaf."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _paths(inner, f"{above}.{name}" if above else name)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _paths(inner, above)
    else:
        yield above


def _with(answer: Any, path: str, value: Any) -> Any:
    """A copy of `answer` with `value` at the first place that `path` leads to."""
    changed = copy.deepcopy(answer)
    here: Any = changed
    *steps, last = path.split(".")
    for step in steps:
        here = here[0] if isinstance(here, list) else here
        here = here[step]
    here = here[0] if isinstance(here, list) else here
    here[last] = [value] if isinstance(here[last], list) else value
    return changed


def _read(source: str, answer: Any) -> ImportedJob:
    (job,) = sources.read(source, [json.dumps(answer)], {}).jobs
    return job


def _differing(one: ImportedJob, other: ImportedJob) -> set[str]:
    return {f.name for f in fields_of(one) if getattr(one, f.name) != getattr(other, f.name)}


ROWS = [(source, path) for source, table in KEPT.items() for path in table]


@pytest.mark.parametrize(("source", "path"), ROWS, ids=[f"{s}:{p}" for s, p in ROWS])
def test_a_field_that_is_kept_arrives_where_the_table_says(source, path):
    value, goes_to = KEPT[source][path]
    before, after = (
        _read(source, SAMPLES[source]), _read(source, _with(SAMPLES[source], path, value))
    )  # fmt: skip
    assert _differing(before, after) == set(goes_to.split())


@pytest.mark.parametrize("source", LEFT)
def test_a_field_that_is_not_kept_changes_nothing(source):
    before = _read(source, SAMPLES[source])
    there = set(_paths(SAMPLES[source]))
    for path, why in LEFT[source].items():
        assert why
        if path in there and (source, path) not in TELLING:
            after = _read(source, _with(SAMPLES[source], path, "another"))
            assert _differing(before, after) == set(), path


@pytest.mark.parametrize("source", SAMPLES)
def test_every_field_of_our_answers_is_in_a_table(source):
    assert set(_paths(SAMPLES[source])) - set(KEPT[source]) - set(LEFT[source]) == set()
    assert set(KEPT[source]) & set(LEFT[source]) == set()


PERSONIO = [
    ("<id>1834171<", "<id>2<", "source_id"),
    ("Acme SE", "Bcme SE", "facts"),
    ("<office>Munich<", "<office>Paris<", "places"),
    ("<office>Berlin<", "<office>Paris<", "places"),
    ("Product and Tech", "Kitchen", "team"),
    (">Engineering<", ">Cooking<", "facts"),
    ("Staff engineer", "Cook", "title"),
    ("Your task", "Our task", "description_html"),
    ("You keep meters", "You keep clocks", "description_html"),
    (">permanent<", ">intern<", "contract facts"),
    (">experienced<", ">executive<", "seniority facts"),
    (">full-time<", ">part-time<", "hours facts"),
    ("7-10", "1-2", "facts"),
    ("data,python", "data,sql", "skills"),
    ("software_and_web_development", "cooking", "facts"),
    ("it_software", "food", "facts"),
    ("2024-11-13T14", "2024-11-14T14", "opened_at"),
]


@pytest.mark.parametrize(("text", "other", "goes_to"), PERSONIO)
def test_every_element_of_personio_arrives_where_the_table_says(text, other, goes_to):
    assert text in answers.PERSONIO
    before, after = (
        sources.read("personio", [xml], {}).jobs[0]
        for xml in (answers.PERSONIO, answers.PERSONIO.replace(text, other))
    )
    assert _differing(before, after) == set(goes_to.split())


TEAMTAILOR = [
    ("Account executive", "Cook", "title"),
    ("You sell", "You buy", "description_html"),
    ("Wed, 04 Feb 2026", "Thu, 05 Feb 2026", "opened_at"),
    ("7167985-account-executive", "8-cook", "source_id source_url"),
    (">20fa<", ">20fb<", ""),
    (">hybrid<", ">fully<", "workplace remote_countries"),
    (">HQ<", ">Office<", "places"),
    ("1 Main St", "2 Main St", "places"),
    ("28010", "28011", "places"),
    (">Madrid<", ">Toledo<", "places"),
    (">Spain<", ">Portugal<", "places"),
    ("Sales", "Kitchen", "team"),
    ("Seller", "Cook", "facts"),
    ("South", "North", "facts"),
]


@pytest.mark.parametrize(("text", "other", "goes_to"), TEAMTAILOR)
def test_every_element_of_teamtailor_arrives_where_the_table_says(text, other, goes_to):
    assert text in answers.TEAMTAILOR_RSS
    before, after = (
        sources.read("teamtailor", [xml], {}).jobs[0]
        for xml in (answers.TEAMTAILOR_RSS, answers.TEAMTAILOR_RSS.replace(text, other))
    )
    assert _differing(before, after) == set(goes_to.split())


# -- real answers --------------------------------------------------------------------------------

REAL = os.environ.get("ENTOURAGE_REAL_BOARDS")
real = pytest.mark.skipif(
    not REAL, reason="ENTOURAGE_REAL_BOARDS names no folder with real answers"
)


def _real(source: str) -> bytes:
    ending = "xml" if source == "personio" else "json"
    return (Path(str(REAL)) / f"{source}.{ending}").read_bytes()


@real
@pytest.mark.parametrize("source", SAMPLES)
def test_every_field_of_real_answers_is_in_a_table(source):
    known = set(KEPT[source]) | set(LEFT[source])
    missing = {
        path for path in _paths(json.loads(_real(source)))
        if path not in known and not any(one.startswith(f"{path}.") for one in known)
    }  # fmt: skip
    assert missing == set()


@real
@pytest.mark.parametrize("source", [*SAMPLES, "personio"])
def test_real_boards_import_twice_the_same_and_a_change_updates(db, source):
    first = import_jobs(db, source, "real", _real(source))
    db.commit()
    assert (first.error, first.refused) == ("", [])
    assert first.new == {"smartrecruiters": 1, "workable": 1, "personio": 1}.get(source, 2)
    again = import_jobs(db, source, "real", _real(source))
    db.commit()
    assert (again.new, again.changed, again.unchanged, again.closed) == (0, 0, first.new, 0)
    job = db.scalars(select(Job).where(Job.source == source).order_by(Job.id)).first()
    assert job.title.split(" - ")[0] in " ".join(_real(source).decode().split())
    renamed = _real(source).replace(job.title.split(" ")[0].encode(), b"Zzyzx")
    changed = import_jobs(db, source, "real", renamed)
    db.commit()
    assert changed.changed >= 1
    assert db.get(Job, job.id).title.startswith("Zzyzx")
