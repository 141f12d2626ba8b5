"""`entourage feeds`."""

from __future__ import annotations

import click
from flask import Flask

from careers.base.console import with_app
from feeds import polling


@click.group()
def feeds() -> None:
    """What employees publish elsewhere."""


@feeds.command()
@with_app
def poll(app: Flask) -> None:
    """Read every feed that is due, and say how many were."""
    settings = app.extensions["settings"]
    tried = polling.poll_due(app.extensions["database"], contact=settings.base_url)
    click.echo(f"Read {tried} {'feed' if tried == 1 else 'feeds'}.")
