"""Commands about clicks, credit and receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import click
from flask import Flask

from careers.base.console import Refused, with_app
from referrals.auditing import Report, audit
from referrals.auditing_credit import audit_credit
from referrals.ingesting import ingest
from referrals.receipts import LARGEST, Unverified, verify


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
    with _progress("Reading clicks by link") as tell:
        report = audit(app.extensions["database"], folder, repair=repair, progress=tell)
    _print(report)
    if report.differences and not repair:
        raise Refused("The totals are not what the clicks say. `--repair` puts them right.")
    if report.differences:
        click.echo("All of it is put right.")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much of how much is done."""
    with click.progressbar(length=1, label=label) as bar:

        def tell(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        yield tell


def _print(report: Report) -> None:
    for difference in report.first:
        click.echo(str(difference))
    if report.differences > len(report.first):
        click.echo(f"… and {report.differences - len(report.first)} more")
    click.echo(
        f"{report.clicks} clicks, {report.rows} totals compared, {report.differences} differ."
    )


@click.group()
def referrals() -> None:
    """Who brought whom: applications, hires and credit."""


@referrals.command("audit")
@with_app
def audit_referrals(app: Flask) -> None:
    """Decide every credit again from its receipt, add up what the recruiter's pages show, and list
    what differs.

    What was corrected by hand counts as corrected; who began to apply is counted from the clicks.

    Ends with status 1 when something differs. What clicks come to: `entourage clicks audit`.
    """
    with _progress("Reading receipts") as tell:
        report = audit_credit(app.extensions["database"], tell)
    for difference in report.first:
        click.echo(difference)
    if report.differences > len(report.first):
        click.echo(f"… and {report.differences - len(report.first)} more")
    click.echo(
        f"{report.receipts} receipts with {report.credits} credits decided again, "
        f"{report.corrected} corrected by hand, {report.began} began to apply; "
        f"{report.totals} totals compared, {report.differences} differ."
    )
    if report.differences:
        raise Refused("Credit isn’t what the receipts come to.")


@click.group()
def receipt() -> None:
    """Receipts, which explain a credit or its refusal."""


@receipt.command("verify")
@click.argument("file", type=click.File("rb"))
@click.option("--sha256", "expected", default="", help="The one that the receipt's page shows.")
def verify_receipt(file: BinaryIO, expected: str) -> None:
    """Check a receipt that was saved as FILE (`-`: standard input), and decide its credit again.

    Needs nothing but the file: no database, no network. Ends with status 1 when it is damaged, was
    changed, names an unknown rule, or comes to another result. Its SHA-256 is printed: it is the
    same as on the receipt's page, unless somebody made a whole new file.
    """
    try:
        found = verify(file.read(LARGEST + 1))
    except Unverified as reason:
        raise Refused(str(reason)) from None
    if expected and expected.strip().lower() != found.sha256:
        raise Refused(f"It is another receipt: its SHA-256 is {found.sha256}.")
    click.echo(
        f"Application {found.application}: {found.outcome}, by {found.rule} {found.version}, "
        f"from {found.touches} {'touch' if found.touches == 1 else 'touches'}."
    )
    for person, kind, share in found.credits:
        click.echo(f"  {person}  {share}  {kind}")
    for one in found.corrections:
        click.echo(f"Corrected by hand at {one.at} by {one.by}: {_plain(one.why)}")
        for person, share in one.shares:
            click.echo(f"  {person}  {share}")
    click.echo(f"sha256 {found.sha256}\nThe receipt holds.")


def _plain(words: str) -> str:
    """Somebody's words on one line, without what a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())
