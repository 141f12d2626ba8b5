"""Stage changes that come as a file, from a system outside that sends no messages."""

from __future__ import annotations

import csv
import io
from typing import Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.hiring.pipeline.access import Access
from careers.hiring.pipeline.batches import Outcome
from careers.hiring.pipeline.models import Batch, BatchItem
from careers.hiring.pipeline.outside import application_meant, follow, owner_of, said_in

COLUMNS: Final = ("application", "email", "job", "stage", "at", "reason", "words")
MOST_LINES: Final = 5_000


class UnreadableFile(ValueError):
    """It is no table that says stages; the reason is fit for people."""


def lines_in(content: bytes) -> list[dict[str, str]]:
    """The lines of a CSV file of stage changes, by `COLUMNS`; UTF-8, separated by , or ;.

    Raises UnreadableFile.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(gettext("This file is not in UTF-8: save it as CSV UTF-8.")) from None
    first = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter=";" if first.count(";") > first.count(",") else ",",
        strict=True,
    )
    try:
        names = [name.strip().lower() for name in reader.fieldnames or []]
        if "stage" not in names or not ("application" in names or {"email", "job"} <= {*names}):
            raise UnreadableFile(
                gettext(
                    "The first line must name the columns: stage, and application or email and job."
                )
            )
        reader.fieldnames = names
        lines = [{k: v for k, v in line.items() if k in COLUMNS and v} for line in reader]
    except csv.Error as error:
        raise UnreadableFile(gettext("This is no CSV file: %(why)s", why=str(error))) from None
    if len(lines) > MOST_LINES:
        raise UnreadableFile(gettext("Please send at most 5,000 lines at once."))
    return lines


def import_lines(
    db: Session, access: Access, lines: list[dict[str, str]], submission: str
) -> Batch:
    """Do what the lines of a file say, in the caller's transaction, each by itself; all is told."""
    now = clock.now()
    batch = Batch(
        submission=submission, kind="import", person_id=access.person.id, at=now, undo_until=now
    )
    db.add(batch)
    db.flush()
    for number, line in enumerate(lines, 2):  # the first line names the columns
        item = BatchItem(batch_id=batch.id, line=number)
        item.outcome = _import_line(db, access, line, item).value
        db.add(item)
    db.flush()
    audit.record(db, access.person, "batch:import", batch.code, count=len(lines))
    return batch


def _import_line(db: Session, access: Access, line: dict[str, str], item: BatchItem) -> Outcome:
    said = said_in(line, line.get("at", ""))
    if said is None:
        return Outcome.UNREADABLE
    application = application_meant(db, said)
    if application is None or not access.may("application:move", application.job_id):
        return Outcome.UNKNOWN
    item.application_id, item.stage = application.id, application.stage
    owner = owner_of(db, application.job_id)
    if owner is None:
        return Outcome.NOT_OUTSIDE
    with db.begin_nested():
        return follow(db, application, said, owner.name)
