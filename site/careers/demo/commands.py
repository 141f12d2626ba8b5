"""The command that makes the demo company."""

from __future__ import annotations

import click
from flask import Flask
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select

from careers.base import clock, search
from careers.base.company import the_company
from careers.base.config import Settings
from careers.base.console import Refused, with_app
from careers.base.database import Database
from careers.base.people import Person
from careers.demo import founding
from careers.demo.bonuses import look_after_bonuses, save_views
from careers.demo.doubts import have_doubts
from careers.demo.hiring import prepare_hiring, work_together
from careers.demo.outside import fetch
from careers.demo.weeks import live_weeks
from feeds.polling import poll_due

SIGN_INS = f"""
This is demo data: Lumenne is a fictional company, and nobody in it exists.
Sign in at /sign-in with the password “{founding.PASSWORD}” as
  employee   {founding.EMPLOYEE}
  editor     {founding.EDITOR}
  recruiter  {founding.RECRUITER}
  admin      {founding.ADMIN}
"""


@click.command()
@click.option("--if-empty", is_flag=True, help="Do nothing when there is data already.")
@with_app
def demo(app: Flask, if_empty: bool) -> None:
    """Make a fictional company to try everything with.

    It is clearly demo data, and is never put among other people: on a database that has any, this
    refuses.
    """
    database: Database = app.extensions["database"]
    settings: Settings = app.extensions["settings"]
    with database.reading() as db:
        is_demo = the_company(db).is_demo
        has_people = db.scalar(select(Person.id).limit(1)) is not None
    if has_people and if_empty:
        return
    if is_demo:
        raise Refused("The demo company is here already. Delete the data folder to begin anew.")
    if has_people:
        raise Refused("This database has other people in it; the demo is only for an empty one.")
    click.echo("Making the demo company (about half a minute, once) …")
    now = clock.now()
    with database.writing() as db:
        founding.found_company(db)
        founding.show_experts(db, now)
        founding.publish_articles(db, now)
        founding.subscribe_to_feeds(db)
        founding.open_jobs(db)
        founding.promise_bonuses(db, now)
        db.flush()
        prepare_hiring(db)
        db.commit()
    poll_due(database, fetch, contact=settings.base_url)
    _live(app)
    have_doubts(app)
    with database.writing() as db:
        work_together(db)
        look_after_bonuses(db)
        save_views(db)
        db.commit()
    with database.reading() as db:
        search.rebuild(db, settings)
    if not if_empty:  # otherwise the server that follows says it
        click.echo(SIGN_INS)


def _live(app: Flask) -> None:
    console = Console()
    now = clock.now()
    if not console.is_terminal:
        for _ in live_weeks(app, now):
            pass
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Four weeks go by", total=None)
        for done, total in live_weeks(app, now):
            progress.update(task, completed=done, total=total)
