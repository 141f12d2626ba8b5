"""Commands about people: administrators and employees."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from careers.base.audit import record
from careers.base.config import Settings
from careers.base.console import Refused, with_app
from careers.base.database import Database
from careers.base.employees import MOST_BYTES, Unreadable, import_employees, read_employees
from careers.base.people import Person, Role, person_by_email, plain_email
from careers.base.signin.accounts import link_to_set_password
from careers.base.signin.administrators import grant


@click.group("admin")
def admin_group() -> None:
    """Administrators of the site."""


@admin_group.command("create")
@click.argument("email")
@click.argument("name")
@with_app
def create_admin(app: Flask, email: str, name: str) -> None:
    """Make the person with EMAIL an administrator, adding them under NAME if need be.

    Prints an address at which they set their password within ten minutes.
    """
    database: Database = app.extensions["database"]
    settings: Settings = app.extensions["settings"]
    name = " ".join(name.split())
    if not 0 < len(name) <= 120 or not name.isprintable():
        raise Refused("NAME must have 1 to 120 characters.")
    try:
        email = plain_email(email)
    except ValueError as error:
        raise Refused(f"EMAIL: {error}") from None
    with database.writing() as db:
        person = person_by_email(db, email)
        if person is None:
            person = Person(name=name, email=email, language=settings.default_language)
            db.add(person)
            db.flush()
        elif not person.is_active:
            raise Refused(f"{person.name} ({email}) has left the company.")
        grant(db, person, Role.ADMIN)
        address = link_to_set_password(db, person, settings)
        record(db, None, "administrator:create", person.code)
        known_as = person.name
        db.commit()
    click.echo(f"{known_as} is an administrator. Set the password within ten minutes at:")
    click.echo(address)


@click.command("employees")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@with_app
def import_employees_command(app: Flask, file: Path, dry_run: bool) -> None:
    """Bring in employees from FILE, a CSV file of the personnel system.

    Its header names the columns, in any order: employee_number, name and email; and, where there
    are any, job_title, team, office, language (en, fr), status (active, left). Either all of it is
    imported or nothing; running it twice changes nothing more.
    """
    with file.open("rb") as source:
        content = source.read(MOST_BYTES + 1)
    try:
        rows, problems = read_employees(content)
    except Unreadable as error:
        raise Refused(f"{file.name}: {error}") from None
    if problems:
        raise Refused(_refusal([str(problem) for problem in problems]))
    database: Database = app.extensions["database"]
    with database.writing() as db:
        report = import_employees(db, rows)
        if report.refused:
            raise Refused(_refusal([str(problem) for problem in report.refused]))
        counts = {
            "new": report.new,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "left": report.left,
        }
        if not dry_run:
            if report.new or report.changed or report.left:
                record(db, None, "employee:import", "", **counts)
            db.commit()
    words = ", ".join(f"{count} {word}" for word, count in counts.items())
    click.echo(f"{'Would be: ' if dry_run else ''}{words}, 0 refused.")


def _refusal(problems: list[str]) -> str:
    shown = [*problems[:200], *([f"… and {len(problems) - 200} more"] * (len(problems) > 200))]
    return "\n".join([*shown, f"Nothing was imported: {len(problems)} refused."])
