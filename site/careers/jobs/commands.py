"""`entourage import jobs` and `entourage search rebuild`."""

from __future__ import annotations

import re
import sys
import urllib.parse
from pathlib import Path

import click
from flask import Flask

from careers.base import search
from careers.base.console import Refused, with_app
from careers.base.database import Database
from careers.base.fetching import Unreachable, fetch
from careers.jobs import boards
from careers.jobs.importing import SOURCES, fail_import, import_jobs
from careers.jobs.models import JobImport

BOARD = re.compile(r"[A-Za-z0-9._-]{1,100}")


class CouldNotFetch(Exception):
    """The board gave no answer that could be read."""


@click.command("jobs")
@click.option(
    "--source", type=click.Choice(sorted(SOURCES)), required=True, help="Whose format it is."
)
@click.option("--board", default="", help="The board's name; by default the file's, without .json.")
@click.argument("file_or_board")
@with_app
def import_jobs_command(app: Flask, source: str, board: str, file_or_board: str) -> None:
    """Import jobs from a FILE_OR_BOARD: a saved answer, or the name of a public board.

    Jobs are known again by source, board and id: importing twice changes nothing. A job that two
    imports in a row don't have is closed; an answer that cannot be used closes nothing.
    """
    database: Database = app.extensions["database"]
    path = Path(file_or_board)
    name = board or (path.stem if path.is_file() else file_or_board)
    if not BOARD.fullmatch(name):
        raise Refused(
            f"{name!r} is not the name of a board: letters, digits, dot, dash, underscore"
        )
    try:
        answer = _read(path) if path.is_file() else _fetched(source, file_or_board)
    except CouldNotFetch as reason:
        with database.writing() as db:
            fail_import(db, source, name, str(reason))
            db.commit()
        raise Refused(f"{source} {name}: {reason} Nothing was changed.") from None
    with database.writing() as db:
        report = import_jobs(db, source, name, answer)
        db.commit()
        if report.error:
            raise Refused(f"{source} {name}: {report.error} Nothing was changed.")
        _print(report)


def _read(path: Path) -> bytes:
    if path.stat().st_size > boards.LARGEST:
        raise CouldNotFetch(f"The file is larger than {boards.LARGEST // 1024**2} MB.")
    return path.read_bytes()


def _fetched(source: str, board: str) -> bytes:
    if not BOARD.fullmatch(board):
        raise Refused(f"{board!r} is neither a file nor the name of a board")
    asked: str = SOURCES[source].address(urllib.parse.quote(board, safe=""))
    try:
        answer = fetch(asked, limit_bytes=boards.LARGEST, accept="application/json")
    except Unreachable as reason:
        raise CouldNotFetch(str(reason)) from None
    if answer.status == 404:
        raise CouldNotFetch("There is no such board.")
    if answer.status != 200:
        raise CouldNotFetch(f"The board answered with status {answer.status}.")
    return answer.body


def _print(report: JobImport) -> None:
    click.echo(
        f"{report.source} {report.board}: {report.new} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.reopened} reopened, {report.closed} closed, "
        f"{len(report.refused)} refused"
    )
    if report.missing:
        click.echo(f"{report.missing} not there for the first time: closed if not there next time")
    for row in report.refused:
        click.echo(f"refused: {row['id'] or 'without an id'} {row['title']}: {row['why']}".strip())
    if any(not row["id"] for row in report.refused):
        click.echo("A row has no id and might be any job, so no job counts as missing.")


@click.group("search")
def search_group() -> None:
    """The index of what can be found."""


@search_group.command("rebuild")
@with_app
def rebuild_command(app: Flask) -> None:
    """Make the search index anew from the database; people can search meanwhile."""
    shown = sys.stderr.isatty()

    def progress(kind: str, number: int) -> None:
        if shown:
            click.echo(f"\r{kind}: {number} …", nl=False, err=True)

    with app.extensions["database"].reading() as db:
        try:
            counts = search.rebuild(db, app.extensions["settings"], progress=progress)
        except search.Busy:
            raise Refused("The index is being written by another process; try again.") from None
    if shown:
        click.echo("\r", nl=False, err=True)
    of_each = ", ".join(f"{count} of kind {kind}" for kind, count in counts.items())
    click.echo(f"The search index was rebuilt: {sum(counts.values())} documents ({of_each}).")
