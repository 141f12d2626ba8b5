"""One answer of every board, of our own making, with every key that real answers have."""

from __future__ import annotations

from typing import Any

TEXT = "<p>You keep meters honest with the team that reads them.</p>"
FRENCH = "<p>Vous lisez les compteurs avec nous, dans une équipe qui aime les données.</p>"

GREENHOUSE: dict[str, Any] = {
    "jobs": [
        {
            "absolute_url": "https://boards.example.com/acme/jobs/101",
            "data_compliance": [{
                "type": "gdpr", "requires_consent": False, "requires_processing_consent": False,
                "requires_retention_consent": False, "retention_period": None,
                "demographic_data_consent_applies": False,
            }],
            "internal_job_id": 55,
            "location": {"name": "London, UK"},
            "metadata": [{
                "id": 1, "name": "Employment Type", "value": "Regular", "value_type": "single_select"
            }],
            "id": 101,
            "updated_at": "2026-07-29T08:50:01-04:00",
            "requisition_id": "R-1",
            "title": "Data engineer",
            "company_name": "Acme",
            "first_published": "2026-07-16T11:55:32-04:00",
            "language": "en",
            "application_deadline": None,
            "content": "&lt;p&gt;You keep meters honest with the team.&lt;/p&gt;",
            "departments": [{"id": 2, "name": "Platform", "child_ids": [], "parent_id": 3}],
            "offices": [{
                "id": 4, "name": "London", "location": "London, England, United Kingdom",
                "child_ids": [], "parent_id": 5,
            }],
            "ai_disclaimer": None,
            "include_ai_disclaimer": None,
            "ai_opt_out_request_url": None,
            "pay_input_ranges": [{
                "min_cents": 5_000_000, "max_cents": 6_000_000, "currency_type": "GBP",
                "title": "Pay", "blurb": "<p>and shares</p>",
            }],
        }
    ],
    "meta": {"total": 1},
}  # fmt: skip

LEVER: list[Any] = [
    {
        "id": "a-1",
        "text": "Consultant",
        "categories": {
            "commitment": "Contract", "location": "Chicago, IL", "team": "Services",
            "department": "Field", "allLocations": ["Chicago, IL"],
        },
        "createdAt": 1_764_205_361_939,
        "country": "US",
        "workplaceType": "remote",
        "description": TEXT,
        "descriptionPlain": "plain",
        "descriptionBody": "<div>body</div>",
        "descriptionBodyPlain": "body",
        "opening": "<div>opening</div>",
        "openingPlain": "opening",
        "additional": "<div>And more.</div>",
        "additionalPlain": "And more.",
        "lists": [{"text": "What you do", "content": "<li>Guide</li>"}],
        "hostedUrl": "https://jobs.example.com/acme/a-1",
        "applyUrl": "https://jobs.example.com/acme/a-1/apply",
        "salaryRange": {"currency": "USD", "interval": "per-year-salary", "min": 1, "max": 2},
        "salaryDescription": "<p>and a bonus</p>",
        "salaryDescriptionPlain": "and a bonus",
    }
]  # fmt: skip

ASHBY: dict[str, Any] = {
    "apiVersion": "1",
    "jobs": [
        {
            "id": "9-0",
            "title": "Recruiter",
            "department": "People",
            "team": "Talent",
            "employmentType": "FullTime",
            "location": "Toronto, Ontario",
            "secondaryLocations": [{
                "location": "Paris",
                "address": {"postalAddress": {
                    "addressRegion": "IDF", "addressCountry": "France", "addressLocality": "Paris",
                }},
            }],
            "publishedAt": "2026-04-20T22:43:56.531+00:00",
            "isListed": True,
            "isRemote": True,
            "workplaceType": "Hybrid",
            "address": {"postalAddress": {
                "addressRegion": "Ontario", "addressCountry": "Canada",
                "addressLocality": "Toronto",
            }},
            "jobUrl": "https://jobs.example.com/acme/9-0",
            "applyUrl": "https://jobs.example.com/acme/9-0/application",
            "descriptionHtml": TEXT,
            "descriptionPlain": "plain",
            "shouldDisplayCompensationOnJobPostings": True,
            "compensation": {
                "compensationTierSummary": "CA$100K and shares",
                "scrapeableCompensationSalarySummary": "CA$100K",
                "compensationTiers": [{
                    "id": "5", "tierSummary": "CA$100K", "title": None,
                    "additionalInformation": None,
                    "components": [{
                        "id": "1", "summary": "CA$100K", "compensationType": "Salary",
                        "interval": "1 YEAR", "currencyCode": "CAD", "minValue": 1, "maxValue": 2,
                    }],
                }],
                "summaryComponents": [{
                    "compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "CAD",
                    "minValue": 100_000, "maxValue": 120_000,
                }],
            },
        }
    ],
}  # fmt: skip

SMARTRECRUITERS: dict[str, Any] = {
    "offset": 0,
    "limit": 100,
    "totalFound": 1,
    "content": [
        {
            "id": "743",
            "name": "Nurse",
            "uuid": "0761",
            "jobAdId": "94d6",
            "defaultJobAd": True,
            "refNumber": "REF30D",
            "company": {"identifier": "acme", "name": "Acme"},
            "releasedDate": "2026-06-08T02:11:28.000Z",
            "location": {
                "city": "St. Louis", "region": "MO", "country": "us", "address": "1 Main Rd",
                "postalCode": "63303", "remote": False, "hybrid": False,
                "fullLocation": "St. Louis, MO, United States",
            },
            "industry": {"id": "medical", "label": "Medical"},
            "department": {"id": "7", "label": "Ward"},
            "function": {"id": "care", "label": "Care"},
            "typeOfEmployment": {"id": "part-time", "label": "Part-time"},
            "experienceLevel": {"id": "associate", "label": "Associate"},
            "customField": [{
                "fieldId": "B", "fieldLabel": "Brands", "valueId": "d", "valueLabel": "Acme care"
            }],
            "visibility": "PUBLIC",
            "ref": "https://api.example.com/743",
            "creator": {"name": "Talent Manager"},
            "language": {"code": "en", "label": "English", "labelNative": "English (US)"},
            "postingUrl": "https://jobs.example.com/acme/743",
            "applyUrl": "https://jobs.example.com/acme/743/apply",
            "jobAd": {"sections": {
                name: {"title": name, "text": f"<p>The text of {name}.</p>"}
                for name in (
                    "companyDescription", "jobDescription", "qualifications",
                    "additionalInformation",
                )
            }},
        }
    ],
}  # fmt: skip

WORKABLE: dict[str, Any] = {
    "name": "Acme",
    "description": "<p>Acme</p>",
    "jobs": [
        {
            "title": "Business analyst",
            "shortcode": "DD13",
            "code": "BA-1",
            "employment_type": "Full-time",
            "telecommuting": True,
            "department": "Consulting",
            "url": "https://apply.example.com/j/DD13",
            "shortlink": "https://apply.example.com/s/DD13",
            "application_url": "https://apply.example.com/j/DD13/apply",
            "published_on": "2026-08-05",
            "created_at": "2026-07-02",
            "country": "Spain",
            "city": "",
            "state": "",
            "function": "Analysis",
            "industry": "Energy",
            "education": "Master",
            "experience": "Associate",
            "description": TEXT,
            "locations": [{
                "country": "Spain", "countryCode": "ES", "city": "Madrid", "region": None,
                "hidden": False,
            }],
        }
    ],
}  # fmt: skip

RECRUITEE: dict[str, Any] = {
    "offers": [
        {
            "id": 27,
            "guid": "e4u78",
            "slug": "accountant",
            "position": 243,
            "status": "published",
            "title": "Accountant",
            "company_name": "Acme",
            "department": "Finance",
            "description": TEXT,
            "requirements": "<p>You have five years.</p>",
            "highlight": None,
            "translations": {
                "en": {
                    "title": "Accountant", "description": TEXT,
                    "requirements": "<p>You have five years.</p>", "highlight": None,
                    "sharing_image": None, "sharing_title": "s", "sharing_description": "s",
                    "locations_question": "Where?",
                },
                "fr": {
                    "title": "Comptable", "description": FRENCH, "requirements": "<p>Cinq ans.</p>",
                    "highlight": None, "sharing_image": None, "sharing_title": "s",
                    "sharing_description": "s", "locations_question": "Où ?",
                },
            },
            "location": "Berlin, Germany",
            "city": "Berlin",
            "state_code": "BE",
            "state_name": "Berlin",
            "postal_code": "10178",
            "country": "Germany",
            "country_code": "DE",
            "locations": [{
                "id": 29, "name": "Berlin", "state": "Berlin", "country": "Germany",
                "city": "Berlin", "country_code": "DE", "state_code": "BE", "postal_code": "10178",
                "street": "Dircksenstraße 47", "note": "near the river",
                "translations": {"en": {
                    "name": "Berlin", "city": "Berlin", "postal_code": "10178",
                    "street": "Dircksenstraße 47", "note": "near the river",
                }},
            }],
            "remote": False,
            "hybrid": True,
            "on_site": False,
            "employment_type_code": "fulltime_permanent",
            "category_code": "accountancy",
            "education_code": "vocational",
            "experience_code": "experienced",
            "min_hours": 40,
            "max_hours": 40,
            "min_hours_per_week": "40",
            "max_hours_per_week": "40",
            "tags": ["ledger"],
            "salary": {"min": "60000", "max": "75000", "period": "year", "currency": "EUR"},
            "careers_url": "https://jobs.example.com/o/accountant",
            "careers_apply_url": "https://jobs.example.com/o/accountant/c/new",
            "published_at": "2026-08-05 10:10:39 UTC",
            "created_at": "2026-08-05 09:41:37 UTC",
            "updated_at": "2026-08-05 11:45:30 UTC",
            "close_at": None,
            "mailbox_email": "job.e4u78@acme.example",
            "dynamic_fields": [],
            "cover_image": None,
            "sharing_image": None,
            "sharing_title": "s",
            "sharing_description": "s",
            "locations_question": "Where?",
            "locations_question_type": "multiple_choice",
            "locations_question_required": True,
            "location_question_visible": False,
            "options_cv": "required",
            "options_cover_letter": "optional",
            "options_photo": "off",
            "options_phone": "required",
            "options_salutation": "off",
            "options_title": "off",
            "open_questions": [{
                "id": 1, "position": 1, "options": {"length": 120}, "required": True,
                "body": "German?", "kind": "boolean",
                "translations": {"en": {"body": "German?"}}, "open_question_options": [],
            }],
        }
    ]
}  # fmt: skip

PERSONIO = f"""<?xml version='1.0' encoding='UTF-8'?>
<workzag-jobs><position>
<id>1834171</id><subcompany>Acme SE &amp; Co. KG</subcompany><office>Munich</office>
<additionalOffices><office>Berlin</office></additionalOffices>
<department>Product and Tech</department><recruitingCategory>Engineering</recruitingCategory>
<name>Staff engineer</name>
<jobDescriptions><jobDescription><name>Your task</name><value><![CDATA[{TEXT}]]></value>
</jobDescription></jobDescriptions>
<employmentType>permanent</employmentType><seniority>experienced</seniority>
<schedule>full-time</schedule><yearsOfExperience>7-10</yearsOfExperience>
<keywords>data,python</keywords><occupation>software_and_web_development</occupation>
<occupationCategory>it_software</occupationCategory>
<createdAt>2024-11-13T14:10:41+00:00</createdAt>
</position></workzag-jobs>"""

TEAMTAILOR_RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:tt="https://teamtailor.com/locations"><channel><title>Acme</title>
<item><title>Account executive</title>
<description>&lt;p&gt;You sell what the team makes.&lt;/p&gt;</description>
<pubDate>Wed, 04 Feb 2026 09:26:20 +0100</pubDate>
<link>https://career.example.com/jobs/7167985-account-executive</link>
<guid>20fa</guid><remoteStatus>hybrid</remoteStatus>
<tt:locations>
<tt:location><tt:name>HQ</tt:name><tt:address>1 Main St</tt:address><tt:zip>28010</tt:zip>
<tt:city>Madrid</tt:city><tt:country>Spain</tt:country></tt:location>
<tt:location><tt:name>Paris</tt:name><tt:city>Paris</tt:city><tt:country>France</tt:country>
</tt:location></tt:locations>
<tt:department>Sales</tt:department><tt:role>Seller</tt:role><tt:division>South</tt:division>
</item></channel></rss>"""

TEAMTAILOR: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Acme",
    "home_page_url": "https://career.example.com/jobs",
    "feed_url": "https://career.example.com/jobs.json",
    "items": [
        {
            "id": "20fa",
            "title": "Account executive",
            "url": "https://career.example.com/jobs/7167985-account-executive",
            "date_published": "2026-02-04T09:26:20+01:00",
            "_jobposting": {
                "@context": "http://schema.org/",
                "@type": "JobPosting",
                "title": "Account executive",
                "identifier": {"@type": "PropertyValue", "name": "Acme", "value": 7167985},
                "datePosted": "2026-02-04T09:26:20+01:00",
                "jobLocation": [{
                    "@type": "Place",
                    "address": {
                        "@type": "PostalAddress", "streetAddress": "1 Main St",
                        "addressLocality": "Madrid", "postalCode": "28010",
                        "addressCountry": "ES", "addressRegion": "Europe",
                    },
                }],
            },
        }
    ],
}  # fmt: skip
