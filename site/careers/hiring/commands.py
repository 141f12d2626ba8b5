"""Commands about candidates' data."""

from __future__ import annotations

import click
from flask import Flask

from careers.base import clock, tombstones
from careers.base.console import with_app
from careers.hiring import retention


@click.group("retention")
def retention_group() -> None:
    """How long candidates' data stay."""


@retention_group.command("run")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@with_app
def run(app: Flask, dry_run: bool) -> None:
    """Erase what is over, and tell candidates whose data end within a month.

    The worker does this by itself. How long data stay: ENTOURAGE_RETENTION_MONTHS. One line for
    each application, by its code and job, never by name; then a sum.

    What had been erased and is here again, because a backup was put back, is erased first.
    """
    database, settings = app.extensions["database"], app.extensions["settings"]
    if dry_run:
        with database.reading() as db:
            found = list(retention.due(db, settings, clock.now()))
    else:
        if again := tombstones.erase_again(database, settings):
            click.echo(f"{again} had been erased before, and were erased again.")
        found = retention.run(database, settings)
    for one in found:
        act = "erase" if one.is_over else "remind"
        click.echo(f"{act}  {one.code}  last contact {one.last_contact:%Y-%m-%d}  {one.job}")
    over = sum(one.is_over for one in found)
    done = ("would be erased", "would be reminded") if dry_run else ("erased", "reminded")
    click.echo(f"{over} {done[0]}, {len(found) - over} {done[1]}.")
