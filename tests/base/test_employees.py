"""Employees from a file: everything in it, or nothing."""

from __future__ import annotations

import time

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, strategies
from hypothesis import settings as how
from sqlalchemy import func, select

from careers.base.audit import Act
from careers.base.commands import admin_group, import_employees_command
from careers.base.employees import (
    MOST_ROWS,
    Unreadable,
    import_employees,
    read_employees,
)
from careers.base.people import Person, Role, employee_left, person_by_email
from careers.base.signin.sessions import SignIn
from tests.base.conftest import link_in
from tests.cast import Cast
from tests.conftest import Visitor

HEAD = "employee_number,name,email,job_title,team,office,language,status"
GOOD = f"{HEAD}\nB1,Bea Noël,Bea@Acme.example,Engineer,Data,Lyon,fr,active\n"


def read(text: str) -> tuple[list, list[str]]:
    rows, problems = read_employees(text.encode())
    return rows, [str(problem) for problem in problems]


# -- reading


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("latin-1"),
        GOOD.encode("cp1252"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.rstrip("\n").encode(),
        GOOD.replace("Bea Noël", '"Bea  Noël "').encode(),
        (GOOD + "\n\n,,,,,,,\n").encode(),
        b"EMPLOYEE NUMBER" + GOOD.encode()[15:],
    ],
)
def test_the_usual_ways_to_write_a_file_are_understood(content):
    rows, problems = read_employees(content)
    assert problems == []
    (row,) = rows
    assert (row.employee_number, row.name, row.email) == ("B1", "Bea Noël", "bea@acme.example")
    assert (row.language, row.status, row.office) == ("fr", "active", "Lyon")


def test_columns_come_in_any_order_and_most_may_be_missing():
    rows, problems = read("email,employee_number,name\nbea@acme.example,B1,Bea\n")
    assert problems == [] and rows[0].name == "Bea" and rows[0].team is None


def test_a_name_may_hold_the_delimiter_in_quotes():
    rows, problems = read('employee_number;name;email\nB1;"Noël; Bea";bea@acme.example\n')
    assert problems == [] and rows[0].name == "Noël; Bea"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",Bea,bea@acme.example,,,,,", "line 2, employee_number: is empty"),
        ("B1,,bea@acme.example,,,,,", "line 2, name: is empty"),
        ("B1,   ,bea@acme.example,,,,,", "line 2, name: is empty"),
        ("B1,Bea,,,,,,", "line 2, email: is empty"),
        ("B1,Bea,no address,,,,,", "line 2, email: "),
        ("B1,Bea,bea@localhost,,,,,", "line 2, email: "),
        ("B1,Bea,bea@acme.example,,,,de,", "line 2, language: 'de' is not one of en, fr"),
        ("B1,Bea,bea@acme.example,,,,,gone", "line 2, status: 'gone' is neither active nor left"),
        (f"B1,{'x' * 121},bea@acme.example,,,,,", "line 2, name: is longer than 120 characters"),
        (f"{'1' * 41},Bea,bea@acme.example,,,,,", "line 2, employee_number: is longer than 40"),
        (f"B1,Bea,bea@acme.example,{'x' * 121},,,,", "line 2, job_title: is longer than 120"),
        (f"B1,Bea,bea@acme.example,,{'x' * 81},,,", "line 2, team: is longer than 80"),
        (f"B1,Bea,{'x' * 250}@acme.example,,,,,", "line 2, email: is longer than 254"),
        ('B1,"Bea\nNoël",bea@acme.example,,,,,', "line 2, name: holds a line break"),
        ("B1,Bea\x1b[31m,bea@acme.example,,,,,", "line 2, name: holds a line break or another"),
        ("B1,Bea,bea@acme.example", "line 2, row: 3 values, but the header names 8"),
        ("B1,Bea,bea@acme.example,,,,,,,", "line 2, row: 10 values, but the header names 8"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(row, problem):
    rows, problems = read(f"{HEAD}\n{row}\n")
    assert rows == [] and len(problems) == 1
    assert problems[0].startswith(problem)


def test_every_bad_row_is_named_not_only_the_first():
    text = f'{HEAD}\nB1,"Bea\nNoël",x,,,,de,\n\nB2,Ben,ben@acme.example,,,,,\nB3,,y@y.fr,,,,,\n'
    rows, problems = read(text)
    assert [row.line for row in rows] == [5]
    assert [problem.split(":")[0] for problem in problems] == [
        "line 2, name", "line 2, email", "line 2, language", "line 6, name",
    ]  # fmt: skip


def test_what_stands_there_twice_is_named():
    text = f"{HEAD}\nB1,Bea,bea@acme.example,,,,,\nB1,Ben,BEA@acme.example,,,,,\n"
    _rows, problems = read(text)
    assert problems == [
        "line 3, employee_number: B1 stands on line 2 already",
        "line 3, email: bea@acme.example stands on line 2 already",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"name,email\nBea,bea@acme.example\n", "lacks employee_number"),
        (b"employee_number,name,email,salary\n", "'salary' is not a column"),
        (b"employee_number,name,email,name\n", "stands there twice"),
        (GOOD.encode("utf-16"), "NUL"),
        (GOOD.encode() + b"\0", "NUL"),
        (b"PK\x03\x04\0\0\0", "NUL"),
        (GOOD.encode() + b'B2,"' + b"x" * 2_000_000 + b'",b@acme.example,,,,,\n', "not CSV"),
        (GOOD.encode() + b'B2,"Ben', "not CSV"),
        (GOOD.encode() + b'B2,"Ben"x,b@acme.example,,,,,\n', "not CSV"),
        (GOOD.encode() + b"x" * (10 * 1024 * 1024), "larger than 10 MB"),
        (GOOD.encode() + b"x\n" * MOST_ROWS, "more than 50,000 rows"),
    ],
)
def test_a_file_that_is_no_list_of_employees_is_refused_with_a_reason(content, words):
    with pytest.raises(Unreadable, match=words):
        read_employees(content)


@given(strategies.binary(max_size=400) | strategies.binary(max_size=300).map(GOOD.encode().__add__))
@example(GOOD.encode() + b"\r")
@example(GOOD.encode() + "\u2028,\x85".encode())
@how(max_examples=300, deadline=None)
def test_any_bytes_are_either_read_or_refused(content):
    try:
        rows, _problems = read_employees(content)
    except Unreadable as error:
        assert str(error) and "\n" not in str(error)
        return
    assert all(row.employee_number and row.name.split() and "@" in row.email for row in rows)


# -- importing


@pytest.fixture
def bring(app, tmp_path):
    """`bring(text)` runs the command on a file with this text."""

    def do(content: str | bytes, *options: str):
        path = tmp_path / "employees.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CliRunner().invoke(import_employees_command, [str(path), *options], obj=lambda: app)

    return do


def count(db) -> int:
    found = db.scalar(select(func.count()).select_from(Person))
    db.rollback()
    return found


def test_new_people_get_an_account_and_nothing_else(bring, db):
    before = count(db)
    result = bring(GOOD)
    assert result.exit_code == 0
    assert result.output == "1 new, 0 changed, 0 unchanged, 0 left, 0 refused.\n"
    person = person_by_email(db, "bea@acme.example")
    assert person.roles == {Role.EMPLOYEE} and person.page is None
    assert person.password_hash is None and person.language == "fr"
    db.rollback()
    assert count(db) == before + 1


def test_a_second_time_changes_nothing(bring, db):
    bring(GOOD)
    result = bring(GOOD)
    assert result.output == "0 new, 0 changed, 1 unchanged, 0 left, 0 refused.\n"
    assert [act.what for act in db.scalars(select(Act))] == ["employee:import"]


def test_what_changed_is_changed_and_what_has_no_column_stays(bring, db):
    result = bring("employee_number,name,email,team\nA1,Ada Lovell,ada.l@acme.example,Data\n")
    assert result.output == "0 new, 1 changed, 0 unchanged, 0 left, 0 refused.\n"
    person = person_by_email(db, "ada.l@acme.example")
    assert (person.name, person.team, person.office) == ("Ada Lovell", "Data", "Lyon")
    assert person.password_hash is not None


def test_whoever_has_no_number_yet_is_known_by_address(bring, db):
    person_by_email(db, Cast.COLLEAGUE).employee_number = None
    db.commit()
    bring(f"employee_number,name,email\nC7,Carl Bauer,{Cast.COLLEAGUE}\n")
    assert person_by_email(db, Cast.COLLEAGUE).employee_number == "C7"


def test_people_can_take_over_each_others_addresses(bring, db):
    result = bring(
        f"employee_number,name,email\nA1,Ada Engel,{Cast.EDITOR}\nA2,Edith Martin,{Cast.ENGINEER}\n"
    )
    assert result.exit_code == 0, result.output
    assert person_by_email(db, Cast.EDITOR).name == "Ada Engel"
    assert person_by_email(db, Cast.ENGINEER).name == "Edith Martin"


def test_a_new_colleague_can_get_the_address_of_one_who_leaves_with_another(bring, db):
    result = bring(
        "employee_number,name,email,status\n"
        f"B9,Ada Young,{Cast.ENGINEER},active\nA1,Ada Engel,ada.old@acme.example,left\n"
    )
    assert result.output == "1 new, 0 changed, 0 unchanged, 1 left, 0 refused.\n"
    assert person_by_email(db, Cast.ENGINEER).name == "Ada Young"
    assert not person_by_email(db, "ada.old@acme.example").is_active


def test_somebody_elses_address_is_refused(bring, db):
    result = bring(f"employee_number,name,email\nB1,Bea,{Cast.ENGINEER}\n")
    assert result.exit_code == 1
    assert f"line 2, email: {Cast.ENGINEER} is the address of employee number A1" in result.output


def test_whoever_left_is_announced_once_and_signed_out(bring, db, visit_as):
    told = []

    def listen(person: Person, db) -> None:
        told.append(person.email)

    employee_left.connect(listen)
    visit_as(Cast.ENGINEER)
    text = f"employee_number,name,email,status\nA1,Ada Engel,{Cast.ENGINEER},LEFT\n"
    assert "1 left" in bring(text).output
    assert bring(text).output == "0 new, 0 changed, 1 unchanged, 0 left, 0 refused.\n"
    assert told == [Cast.ENGINEER]
    assert db.scalars(select(SignIn)).all() == []


def test_whoever_comes_back_has_no_role_until_it_is_granted_anew(bring, db):
    head = "employee_number,name,email,status\n"
    bring(f"{head}A3,Rosa Klein,{Cast.RECRUITER},left\n")
    assert "1 changed" in bring(f"{head}A3,Rosa Klein,{Cast.RECRUITER},active\n").output
    person = person_by_email(db, Cast.RECRUITER)
    assert person.roles == {Role.EMPLOYEE} and person.password_hash is None


def test_a_stranger_who_left_is_not_kept(bring, db):
    before = count(db)
    bring("employee_number,name,email,status\nZ1,Zed,zed@acme.example,left\n")
    assert count(db) == before


def test_the_last_administrator_cannot_leave_by_a_file(bring, db):
    result = bring(f"employee_number,name,email,status\nA4,Alma Duval,{Cast.ADMIN},left\n")
    assert result.exit_code == 1 and "line 2, status: without this person" in result.output
    assert person_by_email(db, Cast.ADMIN).is_active


def test_one_bad_row_and_nothing_is_imported(bring, db):
    before = count(db)
    result = bring(GOOD + "B2,Ben,not an address,,,,,\n")
    assert result.exit_code == 1
    assert "line 3, email: " in result.output
    assert "Nothing was imported: 1 refused." in result.output
    assert count(db) == before


def test_a_clash_with_other_people_and_nothing_is_imported(bring, db):
    before = count(db)
    assert bring(GOOD + f"B2,Ben,{Cast.ENGINEER},,,,,\n").exit_code == 1
    assert count(db) == before


def test_a_dry_run_says_what_would_be_and_changes_nothing(bring, db):
    before = count(db)
    result = bring(GOOD, "--dry-run")
    assert result.output == "Would be: 1 new, 0 changed, 0 unchanged, 0 left, 0 refused.\n"
    assert count(db) == before


def test_a_file_that_cannot_be_read_is_one_clear_line(bring):
    result = bring(GOOD.encode() + b"\0")
    assert result.exit_code == 1
    assert result.output.count("\n") == 1 and "NUL" in result.output


@given(strategies.lists(strategies.binary(max_size=60), max_size=4))
@how(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_bytes_are_imported_wholly_or_not_at_all(database, lines):
    content = GOOD.encode() + b"\n".join(lines)
    try:
        rows, problems = read_employees(content)
    except Unreadable:
        return
    with database.writing() as db:
        before = db.scalar(select(func.count()).select_from(Person))
        report = import_employees(db, rows)
        after = db.scalar(select(func.count()).select_from(Person))
        assert after - before == (0 if report.refused else report.new)
        assert problems or report.refused or report.new == len(rows)


def test_ten_thousand_rows_take_seconds(bring, db):
    lines = [f"N{n},Person {n},person{n}@acme.example,,,,en,active" for n in range(10_000)]
    begun = time.process_time()
    result = bring("\n".join([HEAD, *lines]))
    assert result.output.startswith("10000 new")
    assert time.process_time() - begun < 30


# -- administrators by command


def create(app, *arguments: str):
    return CliRunner().invoke(admin_group, ["create", *arguments], obj=lambda: app)


def test_an_administrator_is_made_by_command(app, db):
    result = create(app, "Fay@Acme.example", "Fay First")
    assert result.exit_code == 0
    assert Role.ADMIN in person_by_email(db, "fay@acme.example").roles
    db.rollback()
    visitor = Visitor(app)
    answer = visitor.post(link_in(result.output), {"new_password": "a fresh elephant walks"})
    assert answer.status_code == 302
    assert visitor.get("/admin/people").status_code == 200


def test_somebody_known_is_promoted_by_command(app, db):
    assert "Carl Bauer is an administrator" in create(app, Cast.COLLEAGUE, "Whoever").output
    assert Role.ADMIN in person_by_email(db, Cast.COLLEAGUE).roles


@pytest.mark.parametrize(
    "arguments", [("no address", "X"), (Cast.GONE, "Gwen"), ("x@acme.example", " ")]
)
def test_what_cannot_be_an_administrator_is_refused(app, arguments):
    result = create(app, *arguments)
    assert result.exit_code == 1 and result.output.count("\n") == 1
