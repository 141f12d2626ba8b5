"""Exports: what a recruiter takes along is what the page shows, and runs in no spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from careers.base.audit import Act
from careers.base.people import person_by_email
from referrals.exporting import BEGINS_FORMULA, Sheet, as_csv, as_xlsx
from tests.cast import Cast
from tests.referrals.conftest import BROWSER

PAGE = "/recruiting/referrals"


def table_in(answer) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@given(st.text(max_size=30))
def test_no_cell_of_a_csv_begins_a_formula(text):
    row = next(
        csv.reader(io.StringIO(as_csv(Sheet("t", [text], [])).decode("utf-8-sig"), newline=""))
    )
    assert not row or not row[0].startswith(BEGINS_FORMULA)
    assert "".join(row).removeprefix("'") == text.removeprefix("'")


def test_a_csv_says_that_it_is_utf8_and_keeps_numbers_as_they_are():
    made = as_csv(Sheet("t", ["Équipe"], [["Élise", 12, date(2026, 3, 1)]]))
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.decode("utf-8-sig").splitlines() == ["Équipe", "Élise,12,2026-03-01"]


def test_a_workbook_holds_texts_numbers_and_days_but_no_formula_and_no_link():
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "https://evil.example", "{=1}"]
    book = ZipFile(io.BytesIO(as_xlsx([Sheet("A", hostile, [[*hostile], [1, date(2026, 3, 1)]])])))
    page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "hyperlink" not in page
    assert "<v>46082</v>" in page, "the day as spreadsheets count days"
    strings = book.read("xl/sharedStrings.xml").decode()
    assert set(re.findall(r"<t>([^<]*)</t>", strings)) == set(hostile)


@pytest.fixture
def named_badly(db, link):
    person_by_email(db, Cast.ENGINEER).name = '=HYPERLINK("https://evil.example")'
    db.commit()


def test_the_csv_holds_what_the_page_shows(visit_as, visitor, link, named_badly, ingested):
    for _ in range(2):
        visitor.get(f"/r/{link.code}", headers=BROWSER)
    visitor.get(f"/r/{link.code}", headers={"User-Agent": "WhatsApp/2.23"})
    ingested()
    rosa = visit_as(Cast.RECRUITER)
    heads, ada, total = table_in(rosa.post(f"{PAGE}/export/csv?by=employee", form_on=PAGE))
    assert heads == [
        "Employee", "Hires", "Applications", "Credit", "Began", "Confirmed", "People", "Visits", "Again",
        "Previews", "Prefetched", "Robots",
    ]  # fmt: skip
    assert ada == [
        '\'=HYPERLINK("https://evil.example")',
        "0",
        "0",
        "0.0",
        "0",
        "0",
        "1",
        "1",
        "1",
        "1",
        "0",
        "0",
    ]
    assert total == ["All together", *ada[1:]]


def test_the_workbook_has_the_rows_the_trend_and_what_the_figures_are(visit_as, link, named_badly):
    rosa = visit_as(Cast.RECRUITER)
    answer = rosa.post(f"{PAGE}/export/xlsx?by=team&period=30", form_on=PAGE)
    assert "attachment" in answer.headers["Content-Disposition"]
    book = ZipFile(io.BytesIO(answer.get_data()))
    names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    assert names == ["Who brought whom", "Over time", "About these figures"]
    strings = book.read("xl/sharedStrings.xml").decode()
    assert "Platform" in strings
    assert "Clicks told apart by lists of version" in strings


def test_an_export_is_recorded(visit_as, link, db):
    visit_as(Cast.RECRUITER).post(f"{PAGE}/export/csv?by=job&period=30", form_on=PAGE)
    act = db.scalar(select(Act).where(Act.what == "referral:export"))
    assert (act.person.email, act.subject) == (Cast.RECRUITER, "job")
    assert act.details == {"kind": "csv", "rows": 1, "period": "30"}


def test_a_kind_or_a_grouping_that_is_none_does_not_exist(visit_as, link):
    rosa = visit_as(Cast.RECRUITER)
    for address in ("export/pdf", "export/csv?by=salary", "export/csv?sort=salary"):
        assert rosa.post(f"{PAGE}/{address}", form_on=PAGE).status_code == 404


def test_who_may_not_read_referrals_takes_nothing_along(visit_as, link):
    carl = visit_as(Cast.COLLEAGUE)
    assert carl.post(f"{PAGE}/export/csv", form_on="/me/account").status_code in (404, 405)
