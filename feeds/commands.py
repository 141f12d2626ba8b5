"""`entourage feeds`."""

from __future__ import annotations

import click
from flask import Flask

from careers.base.console import with_app
from feeds import picturing, polling


@click.group()
def feeds() -> None:
    """What employees publish elsewhere."""


@feeds.command()
@with_app
def poll(app: Flask) -> None:
    """Read every feed that is due, fetch the pictures that are, and say how many were."""
    settings, database = app.extensions["settings"], app.extensions["database"]
    tried = polling.poll_due(database, contact=settings.base_url)
    click.echo(f"Read {tried} {'feed' if tried == 1 else 'feeds'}.")
    if pictures := picturing.fetch_due(database, settings):
        click.echo(f"Fetched {pictures} {'picture' if pictures == 1 else 'pictures'}.")
