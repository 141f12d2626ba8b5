"""Employees from a file of the company's personnel system: read first, then imported as a whole.

An import makes accounts and nothing else: no page, no role. Either every row holds and all of it
is imported, or nothing is.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base.languages import LANGUAGES
from careers.base.people import Person, Role, leave, plain_email
from careers.base.signin.administrators import administrators, take_turn

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
LONGEST: Final = {
    "employee_number": 40,
    "name": 120,
    "email": 254,
    "job_title": 120,
    "team": 80,
    "office": 80,
    "language": 10,
    "status": 10,
}
REQUIRED: Final = ("employee_number", "name", "email")
COPIED: Final = ("employee_number", "name", "email", "job_title", "team", "office", "language")


class Unreadable(ValueError):
    """The file as a whole is no list of employees."""


@dataclass(frozen=True)
class Employee:
    """One row that holds. What its file has no column for is None and stays as it is."""

    line: int
    employee_number: str
    name: str
    email: str
    job_title: str | None = None
    team: str | None = None
    office: str | None = None
    language: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Problem:
    """Why one row is refused."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.reason}"


@dataclass
class Report:
    """What an import did, or why it did nothing."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left: int = 0
    refused: list[Problem] = field(default_factory=list)


# -- reading: bytes in, rows and problems out --------------------------------------------------


def read_employees(content: bytes) -> tuple[list[Employee], list[Problem]]:
    """The rows of a CSV file that hold, and the problems of those that don't.

    UTF-8 (with or without a mark) and Windows or Latin-1 encodings, commas or semicolons, columns
    in any order. Raises Unreadable when there is no use in looking at rows.
    """
    lines = _records(_decoded(content))
    _line, header = next(lines, (1, []))
    columns = _columns(header)
    rows: list[Employee] = []
    problems: list[Problem] = []
    for count, (line, values) in enumerate(lines, start=1):
        if count > MOST_ROWS:
            raise Unreadable(f"the file has more than {MOST_ROWS:,} rows")
        if len(values) != len(columns):
            reason = f"{len(values)} values, but the header names {len(columns)}"
            problems.append(Problem(line, "row", reason))
            continue
        wrong, row = _employee(line, dict(zip(columns, values, strict=True)))
        problems += wrong
        if row is not None:
            rows.append(row)
    problems += _repeated(rows, "employee_number") + _repeated(rows, "email")
    return rows, sorted(problems, key=lambda problem: problem.line)


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Unreadable(f"the file is larger than {MOST_BYTES // 1024 // 1024} MB")
    if b"\0" in content:
        raise Unreadable("the file holds NUL bytes: save it as CSV in UTF-8, not as UTF-16 or XLSX")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that isn't blank, with the line on which it begins."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(f"line {line}: this is not CSV ({error})") from None
        if any(value.strip() for value in values):
            yield line, [value.strip() for value in values]
        line = reader.line_num + 1


def _columns(header: list[str]) -> list[str]:
    columns = [name.lower().replace(" ", "_") for name in header]
    if not columns:
        raise Unreadable("the file is empty")
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise Unreadable(f"line 1: the header lacks {', '.join(missing)}")
    unknown = [name for name in columns if name not in LONGEST]
    if unknown:
        known = ", ".join(LONGEST)
        raise Unreadable(f"line 1: {unknown[0][:40]!r} is not a column; known are {known}")
    twice = [name for name in LONGEST if columns.count(name) > 1]
    if twice:
        raise Unreadable(f"line 1: the column {twice[0]} stands there twice")
    return columns


def _employee(line: int, values: dict[str, str]) -> tuple[list[Problem], Employee | None]:
    problems = [
        Problem(line, column, reason)
        for column, value in values.items()
        if (reason := _wrong(column, value))
    ]
    if problems:
        return problems, None
    values["email"] = plain_email(values["email"])
    return [], Employee(
        line=line,
        employee_number=values["employee_number"],
        name=" ".join(values["name"].split()),
        email=values["email"],
        job_title=values.get("job_title"),
        team=values.get("team"),
        office=values.get("office"),
        language=values.get("language", "").lower() or None,
        status=values.get("status", "").lower() or None,
    )


def _wrong(column: str, value: str) -> str | None:
    """What is wrong with a value, in words for whoever made the file."""
    if not value:
        return "is empty" if column in REQUIRED else None
    if len(value) > LONGEST[column]:
        return f"is longer than {LONGEST[column]} characters"
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in value):
        return "holds a line break or another control character"
    if column == "language" and value.lower() not in LANGUAGES:
        return f"{value!r} is not one of {', '.join(LANGUAGES)}"
    if column == "status" and value.lower() not in {"active", "left"}:
        return f"{value!r} is neither active nor left"
    if column == "email":
        try:
            if len(plain_email(value)) > LONGEST["email"]:
                return f"is longer than {LONGEST['email']} characters"
        except ValueError as error:
            return str(error)
    return None


def _repeated(rows: Iterable[Employee], column: str) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for row in rows:
        value = getattr(row, column)
        if value in first:
            reason = f"{value} stands on line {first[value]} already"
            problems.append(Problem(row.line, column, reason))
        else:
            first[value] = row.line
    return problems


# -- importing ---------------------------------------------------------------------------------


def import_employees(db: Session, rows: list[Employee]) -> Report:
    """Make and change people as `rows` say, in the caller's transaction.

    A row is matched by its employee number, or by its address where that person has no number yet.
    Whoever isn't in the file stays as they are. When the report refuses a row, nothing was
    changed at all.
    """
    take_turn(db)
    people = list(db.scalars(select(Person)))
    matched, report = _match(people, rows)
    report.refused += _without_administrator(db, matched)
    if report.refused:
        return report
    _free_addresses(db, matched)
    for row, person in matched:
        if person is None:
            report.new += _add(db, row)
            report.unchanged += row.status == "left"
            continue
        changed = _change(person, row)
        if row.status == "left" and person.is_active:
            leave(db, person)
            report.left += 1
        elif changed:
            report.changed += 1
        else:
            report.unchanged += 1
    db.flush()
    return report


Matched = list[tuple[Employee, Person | None]]


def _match(people: list[Person], rows: list[Employee]) -> tuple[Matched, Report]:
    by_number = {person.employee_number: person for person in people if person.employee_number}
    by_email = {person.email: person for person in people}
    moved = {row.employee_number: row.email for row in rows}
    matched: Matched = []
    report = Report()
    for row in rows:
        person, owner = by_number.get(row.employee_number), by_email.get(row.email)
        if person is None and owner is not None and owner.employee_number is None:
            person = owner
        if owner is not None and owner is not person:
            gives_up = moved.get(owner.employee_number or "", owner.email) != owner.email
            if not gives_up:
                whose = f"employee number {owner.employee_number}" if owner.employee_number else ""
                reason = f"{row.email} is the address of {whose or 'somebody without a number'}"
                report.refused.append(Problem(row.line, "email", reason))
        matched.append((row, person))
    return matched, report


def _without_administrator(db: Session, matched: Matched) -> list[Problem]:
    """The problem, if those who leave by this file are all the administrators there are."""
    leaving = [
        row
        for row, person in matched
        if person is not None and row.status == "left" and Role.ADMIN in person.roles
    ]
    if not leaving or len(leaving) < administrators(db):
        return []
    reason = "without this person, nobody could run the site"
    return [Problem(leaving[-1].line, "status", reason)]


def _free_addresses(db: Session, matched: Matched) -> None:
    """Let people of one file take over each other's addresses, whatever the order of rows."""
    wanted = {row.email for row, person in matched if person is None or person.email != row.email}
    for row, person in matched:
        if person is not None and person.email != row.email and person.email in wanted:
            person.email = f"{person.code.lower()}@moving.invalid"
    db.flush()


def _add(db: Session, row: Employee) -> int:
    """Add whoever works here; of whoever left before we knew them, nothing is kept."""
    if row.status == "left":
        return 0
    values = {name: getattr(row, name) for name in COPIED if getattr(row, name) is not None}
    db.add(Person(**values))
    return 1


def _change(person: Person, row: Employee) -> bool:
    changed = False
    for name in COPIED:
        value = getattr(row, name)
        # Whoever goes by another name keeps it: the file says what the personnel system does.
        kept = "official_name" if name == "name" and person.official_name else name
        if value is not None and getattr(person, kept) != value:
            setattr(person, kept, value)
            changed = True
    if row.status == "active" and not person.is_active:
        # Whoever comes back is an employee like any other: roles are granted anew by an admin.
        person.granted.clear()
        person.status, person.left_at = "active", None
        person.password_hash = person.reset_hash = person.reset_until = None
        changed = True
    return changed
