"""Commands about clicks."""

from __future__ import annotations

import click
from flask import Flask

from careers.base.console import with_app
from referrals.ingesting import ingest


@click.group()
def clicks() -> None:
    """Clicks on share links."""


@clicks.command("ingest")
@with_app
def ingest_clicks(app: Flask) -> None:
    """Store what the journals hold now, without waiting for the background."""
    settings = app.extensions["settings"]
    stored = ingest(app.extensions["database"], settings.folder("journal"))
    click.echo(f"{stored} clicks stored.")
