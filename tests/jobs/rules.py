"""The rules of those who collect jobs, checked on what we give them."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

from careers.base import clock

# Indeed, "Job Sync XML feed reference": what every job element needs.
NEEDED = ("title", "date", "referencenumber", "requisitionid", "url", "company", "city", "state",
          "country", "description")  # fmt: skip
ONE_OF = {
    "remotetype": {"Fully remote", "Hybrid remote"},
    "jobtype": {"fulltime", "parttime", "contract", "temporary", "internship", "apprenticeship",
                "permanent"},
}  # fmt: skip
# Google, "Job posting structured data": the values that are read.
EMPLOYMENT = {"FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER",
              "PER_DIEM", "OTHER"}  # fmt: skip
PERIODS = {"HOUR", "DAY", "WEEK", "MONTH", "YEAR"}


def check_indeed(xml: str) -> list[dict[str, str]]:
    """The jobs of an Indeed file that keeps to the rules."""
    assert xml.startswith('<?xml version="1.0" encoding="utf-8"?>')
    root = ElementTree.fromstring(xml)
    assert root.tag == "source"
    assert [root.findtext(name) is not None for name in ("publisher", "publisherurl")]
    bare = re.sub(r"<!\[CDATA\[.*?\]\]>", "", xml, flags=re.DOTALL)
    assert re.sub(r"<[^>]*>", "", bare).strip() == ""  # everything stands in CDATA
    jobs = [{one.tag: one.text or "" for one in job} for job in root.findall("job")]
    for job in jobs:
        assert [name for name in NEEDED if name not in job] == []
        assert [name for name in NEEDED if not job[name] and name not in {"city", "state"}] == []
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", job["date"])
        assert re.fullmatch("[A-Z]{2}", job["country"])
        assert not re.search(r"&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);", job["description"])
        for name, known in ONE_OF.items():
            assert set(filter(None, job.get(name, "").split(", "))) <= known
    numbers = [job["referencenumber"] for job in jobs]
    assert len(set(numbers)) == len(numbers)
    return jobs


def check_posting(posting: dict, page: str) -> None:
    """A JobPosting that has what Google requires, in the shape that it reads."""
    assert posting["@type"] == "JobPosting"
    for name in ("title", "description", "datePosted", "hiringOrganization", "identifier"):
        assert posting[name], name
    assert posting["hiringOrganization"]["name"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*[+Z].*", posting["datePosted"])
    places = posting.get("jobLocation", [])
    if posting.get("jobLocationType"):
        assert posting["jobLocationType"] == "TELECOMMUTE"
        assert places or posting["applicantLocationRequirements"]
        for country in posting.get("applicantLocationRequirements", []):
            assert country["@type"] == "Country"
            assert country["name"]
    else:
        assert places
        assert "applicantLocationRequirements" not in posting
    for place in places:
        assert place["@type"] == "Place"
        assert re.fullmatch("[A-Z]{2}", place["address"]["addressCountry"])
    assert set(posting.get("employmentType", [])) <= EMPLOYMENT
    if pay := posting.get("baseSalary"):
        assert re.fullmatch("[A-Z]{3}", pay["currency"])
        assert pay["value"]["unitText"] in PERIODS
        assert pay["value"].get("value") or pay["value"]["minValue"] <= pay["value"]["maxValue"]
    if until := posting.get("validThrough"):
        assert date.fromisoformat(until[:10]) >= clock.now().date()
    assert posting["directApply"] is True
    assert "/apply" in page
