"""`entourage import jobs` and `entourage search rebuild`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask

from careers.base import search
from careers.base.console import Refused, with_app
from careers.base.database import Database
from careers.base.fetching import fetch
from careers.jobs import boards, mapped
from careers.jobs.boards import InvalidAnswer
from careers.jobs.importing import fail_import, import_jobs
from careers.jobs.mapped import InvalidMapping
from careers.jobs.models import JobImport
from careers.jobs.running import CouldNotFetch, gathered
from careers.jobs.sources import FILE, SOURCES, is_board


@click.command("jobs")
@click.option(
    "--source",
    type=click.Choice([*sorted(SOURCES), FILE]),
    required=True,
    help="Whose format it is.",
)
@click.option("--board", default="", help="The board's name; by default the file's, without .json.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For --source file: lines `our field = column of the file`.",
)
@click.argument("file_or_board", nargs=-1, required=True)
@with_app
def import_jobs_command(
    app: Flask, source: str, board: str, mapping: Path | None, file_or_board: tuple[str, ...]
) -> None:
    """Import jobs from a FILE_OR_BOARD: saved answers, or the name of a public board.

    With --source file, a CSV or JSON file of your own: its columns are named as our fields, or a
    mapping says which is which.

    Jobs are known again by source, board and id: importing twice changes nothing. A job that two
    imports in a row don't have is closed; an answer that cannot be used closes nothing.
    """
    database: Database = app.extensions["database"]
    paths = [Path(one) for one in file_or_board]
    is_file = all(path.is_file() for path in paths)
    name = board or (paths[0].stem if is_file else file_or_board[0])
    if not is_board(source, name) or (not is_file and len(paths) > 1):
        raise Refused(
            f"{name!r} is not the name of a board: letters, digits, dot, dash, underscore"
        )
    if source == FILE and not is_file:
        raise Refused(f"there is no file {file_or_board[0]!r}")
    columns = _mapping(mapping)
    try:
        if is_file:
            answers = [_read(path) for path in paths]
        else:
            answers = gathered(source, file_or_board[0], fetch, told=_tell)
    except (CouldNotFetch, InvalidAnswer) as reason:
        with database.writing() as db:
            fail_import(db, source, name, str(reason))
            db.commit()
        raise Refused(f"{source} {name}: {reason} Nothing was changed.") from None
    with database.writing() as db:
        report = import_jobs(db, source, name, *answers, mapping=columns)
        db.commit()
        if report.error:
            raise Refused(f"{source} {name}: {report.error} Nothing was changed.")
        _print(report)


def _read(path: Path) -> bytes:
    if path.stat().st_size > boards.LARGEST:
        raise CouldNotFetch(f"The file is larger than {boards.LARGEST // 1024**2} MB.")
    return path.read_bytes()


def _mapping(path: Path | None) -> dict[str, str]:
    try:
        return mapped.read_mapping(path.read_text("utf-8-sig")) if path else {}
    except (InvalidMapping, UnicodeDecodeError) as reason:
        raise Refused(f"{path}: {reason}") from None


def _tell(done: int, of: int) -> None:
    if of > 2 and (done % 50 == 0 or done == of):
        click.echo(f"{done} of {of} pages were read", err=True)


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
