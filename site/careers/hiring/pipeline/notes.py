"""Notes on an application: all who hire for the job read them, their author changes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, outbox
from careers.base.config import Settings
from careers.base.database import ChangedMeanwhile, rows_changed
from careers.base.people import Person
from careers.base.prose import markdown_to_html
from careers.hiring.models import Application
from careers.hiring.pipeline.models import Note

LONGEST: Final = 10_000  # characters
RESTORABLE: Final = timedelta(minutes=10)


def note_by_code(db: Session, application: Application, code: str) -> Note | None:
    """The note with this code on `application`."""
    return db.scalar(select(Note).where(Note.code == code, Note.application_id == application.id))


def notes_of(db: Session, application: Application) -> list[Note]:
    """The notes on `application`, oldest first, with those that were taken away."""
    wanted = select(Note).where(Note.application_id == application.id)
    return list(db.scalars(wanted.order_by(Note.id)).unique())


def add_note(db: Session, application: Application, person: Person, text: str) -> Note:
    """Add a note, Markdown of at most `LONGEST` characters, in the caller's transaction."""
    note = Note(
        application_id=application.id,
        person_id=person.id,
        text=text,
        html=markdown_to_html(text),
    )
    db.add(note)
    return note


def change_note(db: Session, note: Note, version: int, text: str) -> None:
    """Replace the words of `note`, whose author saw `version`. Raises ChangedMeanwhile."""
    changed = db.execute(
        update(Note)
        .where(Note.id == note.id, Note.version == version, Note.deleted_at.is_(None))
        .values(
            text=text,
            html=markdown_to_html(text),
            version=version + 1,
            changed_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(changed):
        raise ChangedMeanwhile
    db.refresh(note)


def delete_note(db: Session, note: Note, person: Person, application: Application) -> None:
    """Take `note` away; for ten minutes its author can put it back. Raises ChangedMeanwhile."""
    gone = clock.now()
    deleted = db.execute(
        update(Note)
        .where(Note.id == note.id, Note.deleted_at.is_(None))
        .values(deleted_at=gone)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(deleted):
        raise ChangedMeanwhile
    outbox.add(db, "forget_note", {"note": note.id}, gone + RESTORABLE)
    audit.record(db, person, "note:delete", application.code)


def restore_note(db: Session, note: Note) -> None:
    """Put a deleted note back. Raises ChangedMeanwhile when it is too late."""
    since = clock.now() - RESTORABLE
    restored = db.execute(
        update(Note)
        .where(Note.id == note.id, Note.deleted_at > since)
        .values(deleted_at=None)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(restored):
        raise ChangedMeanwhile


@outbox.handles("forget_note")
def forget_note(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Delete a note that was taken away and not put back, for good."""
    before = clock.now() - RESTORABLE
    db.execute(
        delete(Note).where(
            Note.id == payload["note"], Note.deleted_at.is_not(None), Note.deleted_at <= before
        )
    )
