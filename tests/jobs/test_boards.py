"""What the adapters make of boards: jobs as values, and reasons for what they refuse."""

from __future__ import annotations

import html
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from careers.jobs import greenhouse, lever
from careers.jobs.boards import InvalidAnswer
from careers.jobs.fields import Salary, contract_of, unescaped
from careers.jobs.places import Place, country_of
from tests.jobs import samples

READ = {"greenhouse": greenhouse.read, "lever": lever.read}


def _greenhouse(**more):
    return greenhouse.read(samples.greenhouse(samples.greenhouse_row(**more)))


def _lever(**more):
    return lever.read(samples.lever(samples.lever_row(**more)))


def test_a_greenhouse_job_becomes_a_job():
    (job,) = _greenhouse(application_deadline="2026-12-31T00:00:00-05:00").jobs
    assert job.source_id == "101"
    assert job.title == "Data engineer"
    assert job.description_html == samples.TEXT
    assert job.team == "Platform"
    assert job.places == (Place("Lyon, France", city="Lyon", country="FR"),)
    assert (job.workplace, job.contract) == (None, "permanent")
    assert job.salary == Salary(5_800_000, 7_000_000, "EUR", "year")
    assert job.language == "en"
    assert job.opened_at == datetime(2026, 10, 1, 7, tzinfo=UTC)
    assert job.apply_until == date(2026, 12, 31)


def test_a_lever_job_becomes_a_job():
    (job,) = _lever().jobs
    assert (job.source_id, job.title, job.team) == ("a-1", "Ingénieure données", "Plateforme")
    assert job.places == (Place("Paris", city="Paris", country="FR"), Place("Nantes", "Nantes"))
    assert (job.workplace, job.contract) == ("hybrid", "permanent")
    assert job.salary == Salary(4_500_000, 5_500_050, "EUR", "year")
    assert job.language == "fr"
    assert "<h3>Vos missions</h3><ul><li>Les données</li></ul>" in job.description_html
    assert job.description_html.endswith("<p>Et avec nous.</p>")


@pytest.mark.parametrize("times", [0, 1, 2])
def test_greenhouse_text_is_unescaped_once_or_twice(times):
    text = "<p>Salt &amp; <b>pepper</b> é</p>"
    for _ in range(times):
        text = html.escape(text)
    assert unescaped(text) == "<p>Salt &amp; <b>pepper</b> é</p>"


@pytest.mark.parametrize(
    ("interval", "low", "high", "currency", "salary"),
    [
        ("per-year-salary", 45000, 55000, "EUR", Salary(4_500_000, 5_500_000, "EUR", "year")),
        ("per-hour-wage", 12.5, 15, "usd", Salary(1250, 1500, "USD", "hour")),
        ("per-month-salary", 300000, 400000, "JPY", Salary(300000, 400000, "JPY", "month")),
        ("per-year-salary", None, 50000, "EUR", Salary(5_000_000, 5_000_000, "EUR", "year")),
        ("per-year-salary", 50000, 40000, "EUR", None),
        ("per-year-salary", -1, 40000, "EUR", None),
        ("per-year-salary", True, 40000, "EUR", None),
        ("per-year-salary", "lots", 40000, "EUR", None),
        ("per-year-salary", 1, 1e300, "EUR", None),
        ("per-year-salary", float("nan"), 1, "EUR", None),
        ("per-year-salary", 1, 2, "EURO", None),
        ("one-time", 1, 2, "EUR", None),
        (None, 1, 2, "EUR", None),
    ],
)
def test_a_lever_salary_becomes_minor_units_or_nothing(interval, low, high, currency, salary):
    pay = {"interval": interval, "min": low, "max": high, "currency": currency}
    assert _lever(salaryRange=pay).jobs[0].salary == salary


@pytest.mark.parametrize(
    ("words", "contract"),
    [
        ("CDI", "permanent"), ("Regular", "permanent"), ("Durée indéterminée", "permanent"),
        ("CDD de 6 mois", "fixed-term"), ("Fixed-term", "fixed-term"), ("Stage", "internship"),
        ("Internship", "internship"), ("Alternance", "apprenticeship"), ("Contract", "freelance"),
        ("Freelance", "freelance"), ("Temporary", "temporary"), ("Full-time", None), ("", None),
        ("International", None),
    ],
)  # fmt: skip
def test_a_board_s_words_say_the_contract(words, contract):
    assert contract_of(words) == contract


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ("London, UK", "GB"), ("Lyon, France", "FR"), ("Remote - Germany", "DE"), ("Kraków", ""),
        ("Chicago, IL", ""), ("Atlanta, Georgia", ""), ("Bruxelles, Belgique", "BE"),
        ("Remote (United States)", "US"), ("", ""),
    ],
)  # fmt: skip
def test_a_place_says_its_country(place, country):
    assert country_of(place) == country


@pytest.mark.parametrize("source", READ)
@pytest.mark.parametrize(
    "answer",
    [
        b"", b"   ", b"<html>Not found</html>", b"{", b"null", b"3", b'"jobs"', b"\xff\xfe\x00",
        b'{"error": "no board"}', b'{"jobs": {"id": 1}}', b"[" * 100_000,
        b'{"jobs": [], "meta": {"total": 12}}',
    ],
)  # fmt: skip
def test_an_answer_of_no_use_is_refused_as_a_whole(source, answer):
    with pytest.raises(InvalidAnswer):
        READ[source](answer)


def test_an_answer_that_is_too_large_is_refused():
    with pytest.raises(InvalidAnswer, match="larger"):
        lever.read(b" " * (32 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": None}, "no id"),
        ({"id": True}, "no id"),
        ({"id": []}, "no id"),
        ({"id": ""}, "no id"),
        ({"id": "x" * 101}, "no id"),
        ({"title": None}, "no title"),
        ({"title": "  "}, "no title"),
        ({"title": ["a"]}, "no title"),
        ({"title": "x" * 201}, "title is longer"),
        ({"content": None}, "no description"),
        ({"content": "<p> </p>"}, "no description"),
        ({"content": "<script>alert(1)</script>"}, "no description"),
        ({"content": "<div>" * 500 + "deep"}, "cannot be used"),
        ({"content": "x" * 300_000}, "cannot be used"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_and_the_others_go_on(change, why):
    rows = [samples.greenhouse_row(7) | change, samples.greenhouse_row(8)]
    answer = greenhouse.read(json.dumps({"jobs": rows}))
    assert [job.source_id for job in answer.jobs] == ["8"]
    assert why in answer.refused[0].why


@pytest.mark.parametrize("source", READ)
def test_rows_of_any_shape_never_break_the_import(source):
    rows = [None, 3, "x", [], {}, {"id": 1}, {"id": {}, "title": {}, "text": []}]
    for key in ("location", "departments", "offices", "metadata", "pay_input_ranges", "categories",
                "lists", "salaryRange", "createdAt", "first_published", "language",
                "workplaceType", "country", "application_deadline"):  # fmt: skip
        for value in (None, 3, "x", [], {}, [None], [{"name": 3}], True, 10**400, -1):
            row = samples.greenhouse_row if source == "greenhouse" else samples.lever_row
            rows.append(row(f"{key}-{len(rows)}", **{key: value}))
    answer = READ[source]({"jobs": rows} if source == "greenhouse" else rows)
    assert len(answer.jobs) == 140
    assert len(answer.refused) == 7


def test_the_same_id_twice_is_taken_once():
    rows = [samples.greenhouse_row(7), samples.greenhouse_row(7, "Another")]
    answer = greenhouse.read(samples.greenhouse(*rows))
    assert [job.title for job in answer.jobs] == ["Data engineer"]
    assert "twice" in answer.refused[0].why


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:x'>a</a>",
        "<svg onload=alert(1)>", "<iframe src=//evil></iframe>", "<p onclick=x>p</p>",
        "<style>body{}</style>", "<form action=//evil><input></form>", "\0<script\0>x</script>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("times", [0, 1, 2])
def test_nothing_hostile_survives_in_a_description(hostile, times):
    text = f"<p>Honest</p>{hostile}"
    for _ in range(times):
        text = html.escape(text)
    (job,) = greenhouse.read(
        json.dumps({"jobs": [samples.greenhouse_row() | {"content": text}]})
    ).jobs
    low = job.description_html.lower()
    for part in (
        "<script",
        "onerror",
        "javascript:",
        "<svg",
        "<iframe",
        "onclick",
        "<style",
        "<form",
    ):
        assert part not in low


REAL = os.environ.get("ENTOURAGE_REAL_BOARDS")


@pytest.mark.skipif(not REAL, reason="ENTOURAGE_REAL_BOARDS names no folder with real answers")
@pytest.mark.parametrize("source", READ)
def test_real_answers_are_read_whole(source):
    answer = READ[source]((Path(str(REAL)) / f"{source}.json").read_bytes())
    assert len(answer.jobs) == 2
    assert answer.refused == ()
    for job in answer.jobs:
        assert job.title
        assert job.team
        assert any(place.country for place in job.places)
        assert job.contract
        assert job.language == "en"
        assert len(job.description_html) > 500
        assert "&lt;p" not in job.description_html
