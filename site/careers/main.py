"""The command `entourage`."""

from __future__ import annotations

import os
import signal
import sys

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from pydantic import ValidationError

from careers.app import MOST_PROCESSES, create_app
from careers.background import KEPT, Background, stop_with_input
from careers.base.commands import admin_group, import_employees_command
from careers.base.company import the_company
from careers.base.config import Settings
from careers.base.console import Refused
from careers.base.database import Database
from careers.base.migrating import migrate
from careers.base.signin.administrators import setup_address
from careers.demo.commands import SIGN_INS, demo
from careers.hiring.commands import retention_group
from careers.home.commands import homepage
from careers.jobs.commands import import_jobs_command, search_group
from feeds.commands import feeds
from referrals.commands import clicks, receipt, referrals


def settings_or_refuse() -> Settings:
    """The settings of the environment; a line for each that does not hold."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"ENTOURAGE_{'_'.join(map(str, wrong['loc'])).upper()}: {wrong['msg']}"
            for wrong in error.errors()
        ]
        raise Refused("\n".join(lines)) from None


def make_app() -> Flask:
    """The application on a database that is up to date."""
    settings = settings_or_refuse()
    database = Database(settings.database)
    migrate(database)
    database.dispose()
    return create_app(settings)


@click.group()
@click.pass_context
def entourage(context: click.Context) -> None:
    """Entourage: a career site made of a company's own people."""
    context.obj = make_app


@entourage.group("import")
def import_group() -> None:
    """Bring in employees or jobs from a file or a board."""


entourage.add_command(admin_group)
entourage.add_command(demo)
entourage.add_command(clicks)
entourage.add_command(receipt)
entourage.add_command(referrals)
entourage.add_command(feeds)
entourage.add_command(homepage)
import_group.add_command(import_employees_command)


@entourage.command("migrate")
def migrate_command() -> None:
    """Bring the database to the present tables."""
    migrate(Database(settings_or_refuse().database))
    click.echo("The database is up to date.")


@entourage.command("config")
def config_command() -> None:
    """Print every setting, what it means, and its value (secrets hidden)."""
    settings = settings_or_refuse()
    for name, field in Settings.model_fields.items():
        click.echo(f"# {field.description}")
        click.echo(f"ENTOURAGE_{name.upper()}={getattr(settings, name)}\n")


@entourage.command()
def serve() -> None:
    """Serve the site, and do the work beside it unless told otherwise."""
    settings = settings_or_refuse()
    app = make_app()
    database: Database = app.extensions["database"]
    with app.app_context(), database.writing() as db:
        setup = setup_address(db, settings)
        is_demo = the_company(db).is_demo
    database.dispose()
    host, _, port = settings.listen.rpartition(":")
    click.echo(f"Entourage is at {settings.base_url}")
    if setup:
        click.echo(f"Nobody runs it yet. Begin here: {setup}")
    if is_demo:
        click.echo(SIGN_INS)
    Granian(
        "wsgi:door",
        address=host.strip("[]"),
        port=int(port),
        interface=Interfaces.ASGINL,
        loop=Loops.uvloop,
        workers=settings.processes or min(os.cpu_count() or 1, MOST_PROCESSES),
        respawn_failed_workers=True,
        websockets=False,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    ).serve()


@entourage.command()
@click.option(KEPT, "is_kept", is_flag=True, hidden=True)
def worker(is_kept: bool) -> None:
    """Do the work beside the requests, when the web server is told not to."""
    settings = settings_or_refuse()
    background = Background(create_app(settings))
    if is_kept:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever keeps it is stopped, then it is
        stop_with_input(background)
    if not background.start():
        raise Refused("another process of this machine does the work already")
    if not is_kept:
        click.echo("Working. Stop with Ctrl-C.")
    background.wait()


import_group.add_command(import_jobs_command)
entourage.add_command(search_group)
entourage.add_command(retention_group)

if __name__ == "__main__":
    sys.exit(entourage())
