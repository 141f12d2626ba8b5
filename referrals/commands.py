"""Commands about clicks."""

from __future__ import annotations

import click
from flask import Flask

from careers.base.console import Refused, with_app
from referrals.auditing import Report, audit
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


@clicks.command("audit")
@click.option("--repair", is_flag=True, help="Put right what differs, in one transaction.")
@with_app
def audit_clicks(app: Flask, repair: bool) -> None:
    """Recompute every total from the clicks themselves, and list what differs.

    Ends with status 1 when something differs and was not put right.
    """
    folder = app.extensions["settings"].folder("journal")
    with click.progressbar(length=1, label="Reading clicks by link") as bar:

        def tell(done: int, links: int) -> None:
            bar.length = max(links, 1)
            bar.update(done - bar.pos)

        report = audit(app.extensions["database"], folder, repair=repair, progress=tell)
    _print(report)
    if report.differences and not repair:
        raise Refused("The totals are not what the clicks say. `--repair` puts them right.")
    if report.differences:
        click.echo("All of it is put right.")


def _print(report: Report) -> None:
    for difference in report.first:
        click.echo(str(difference))
    if report.differences > len(report.first):
        click.echo(f"… and {report.differences - len(report.first)} more")
    click.echo(
        f"{report.clicks} clicks, {report.rows} totals compared, {report.differences} differ."
    )
