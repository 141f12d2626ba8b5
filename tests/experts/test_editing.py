"""What an employee writes about themselves, as they see it while writing and as everybody reads."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from careers.base.employees import import_employees, read_employees
from careers.base.people import person_by_email
from experts.models import Expert, Talk
from tests.cast import Cast

EDIT, PAGE = "/me/profile", "/experts/ada-engel"
TALK = {
    "talks-0-kind": "talk", "talks-0-title": "What a meter knows", "talks-0-event": "Data Days",
    "talks-0-day": "2025-11-04", "talks-0-url": "https://days.example/ada",
    "talks-0-slides_url": "https://days.example/ada.pdf", "talks-0-video_url": "",
}  # fmt: skip
FIELDS = {
    "headline": "Keeps clocks honest.", "name": "Ada Lovelace-Engel", "pronouns": "she/her",
    "here_since": "2019", "topics": "Time", "shows": ["networks", "talks"], **TALK,
}  # fmt: skip


def version_of(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found
    return found[1]


def test_all_that_is_written_stands_on_the_page(visit_as, visitor):
    ada = visit_as(Cast.ENGINEER)
    assert ada.post(EDIT, FIELDS | {"show": "1", "charter": "1"}).status_code == 303
    page = visitor.get("/experts/ada-lovelace-engel").text
    for words in ("Ada Lovelace-Engel", "she/her", "here since 2019", "Talk, Data Days",
                  "What a meter knows", "https://days.example/ada.pdf"):  # fmt: skip
        assert words in page
    assert "Video" not in page
    kept = ada.get(EDIT).text
    for value in ("Ada Lovelace-Engel", "she/her", "2019", "What a meter knows", "2025-11-04"):
        assert f'value="{value}"' in kept


def test_a_name_that_one_goes_by_outlives_the_personnel_system(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    ada.post(EDIT, FIELDS)
    file = f"employee_number,name,email\nA1,Ada Maria Engel,{Cast.ENGINEER}\n".encode()
    rows, _ = read_employees(file)
    assert import_employees(db, rows).changed == 1
    assert import_employees(db, rows).unchanged == 1
    person = person_by_email(db, Cast.ENGINEER)
    assert (person.name, person.payroll_name) == ("Ada Lovelace-Engel", "Ada Maria Engel")
    db.commit()
    found = visit_as(Cast.ADMIN).get("/admin/people?q=Maria").text
    assert "Ada Lovelace-Engel" in found
    ada.post(EDIT, FIELDS | {"name": "", "version": "1"})
    db.expire_all()
    assert (person.name, person.official_name) == ("Ada Maria Engel", None)


def test_of_two_windows_the_second_is_told_and_loses_nothing(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    first = FIELDS | {"version": version_of(ada.get(EDIT).text)}
    second = first | {"headline": "Mends meters.", "talks-0-title": "Another"}
    assert ada.post(EDIT, first).status_code == 303
    answer = ada.post(EDIT, second)
    assert answer.status_code == 409
    assert "Mends meters." in answer.text
    assert "What you do, in one sentence, Talks and publications" in answer.text
    assert db.scalars(select(Expert.headline)).one() == "Keeps clocks honest."
    db.rollback()
    assert ada.post(EDIT, second | {"version": version_of(answer.text)}).status_code == 303
    assert db.scalars(select(Expert.headline)).one() == "Mends meters."
    assert db.scalars(select(Talk.title)).all() == ["Another"]


def test_the_same_form_sent_twice_is_kept_once(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    assert [ada.post(EDIT, FIELDS | {"version": "0"}).status_code for _ in "12"] == [303, 303]
    assert db.scalars(select(Expert.version)).one() == 1
    assert len(db.scalars(select(Talk)).all()) == 1


def test_a_form_that_was_open_too_long_keeps_what_was_written(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    answer = ada.client.post(EDIT, data=FIELDS | {"form_token": "old"})
    assert answer.status_code == 400
    assert "Ada Lovelace-Engel" in answer.text
    assert "send it once more" in answer.text
    assert db.scalars(select(Expert)).all() == []


def test_the_preview_shows_what_is_typed_and_keeps_nothing(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    typed = FIELDS | {"biography": "I *like* <script>alert(1)</script>", "here_since": "soon",
                      "networks-0-url": "https://github.com/ada",
                      "networks-1-url": "not yet"}  # fmt: skip
    seen = ada.post(f"{EDIT}/preview", typed, form_on=EDIT)
    assert seen.status_code == 200
    for words in ("Ada Lovelace-Engel", "she/her", "<em>like</em>", "https://github.com/ada"):
        assert words in seen.text
    for words in ("<script", "here since", "not yet", "<html"):
        assert words not in seen.text
    assert db.scalars(select(Expert)).all() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "4711"}, {"name": "x" * 121}, {"pronouns": "x" * 41}, {"here_since": "1949"},
        {"here_since": "2999"}, {"here_since": "²0¹9"}, {"talks-0-title": ""},
        {"talks-0-day": ""}, {"talks-0-day": "yesterday"}, {"talks-0-kind": "song"},
        {"talks-0-url": "javascript:alert(1)"}, {"talks-0-video_url": "file:///etc/passwd"},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_hold_is_said_beside_its_field(visit_as, db, fields):
    answer = visit_as(Cast.ENGINEER).post(EDIT, FIELDS | fields)
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert db.scalars(select(Expert)).all() == []


def test_the_stream_can_be_narrowed(visit_as, visitor, wrote, said):
    wrote(Cast.ENGINEER, "Clocks lie")
    said(Cast.ENGINEER, "Some words")
    visit_as(Cast.ENGINEER).post(EDIT, FIELDS | {"name": "", "show": "1", "charter": "1"})
    titles = {"article": "Clocks lie", "entry": "Some words", "talk": "What a meter knows"}
    for kind, title in titles.items():
        page = visitor.get(f"{PAGE}?kind={kind}").text
        assert title in page
        assert not any(other in page for other in titles.values() if other != title), kind
    for kind in ("", "nonsense"):
        page = visitor.get(f"{PAGE}?kind={kind}").text
        assert all(title in page for title in titles.values())
