"""All that is kept of a candidate, for them: JSON and their files, as a ZIP."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from typing import Any

from blinker import Signal
from sqlalchemy.orm import Session

from careers.base import clock, storage
from careers.base.config import Settings
from careers.hiring.models import Application
from careers.hiring.pipeline.letters import letters_sent
from careers.hiring.queries import changes_of

tells = Signal()
"""Sent as `tells.send(application, db=session)`; whoever keeps more of the candidate answers with a
dictionary that JSON can hold, which goes into their export."""


def export(
    db: Session, settings: Settings, application: Application, *, with_letters: bool
) -> bytes:
    """The ZIP of an application: `application.json`, and the CV under its own name. Letters are for
    whoever reads mail at the address."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        facts = json.dumps(told(db, application, with_letters), ensure_ascii=False, indent=2)
        packed.writestr("application.json", facts + "\n")
        if application.cv_key:
            with suppress(FileNotFoundError):
                content = storage.store(settings, "cvs").read(application.cv_key)
                packed.writestr(f"cv/{application.cv_name}", content)
    return out.getvalue()


def told(db: Session, application: Application, with_letters: bool) -> dict[str, Any]:
    """What is kept; moments as ISO 8601 in UTC."""
    kept: dict[str, Any] = {
        "exported_at": clock.now().isoformat(),
        "job": application.job.title,
        "applied_at": application.created_at.isoformat(),
        "name": application.name,
        "email": application.email,
        "email_confirmed_at": _moment(application.email_confirmed_at),
        "phone": application.phone,
        "link": application.link,
        "message": application.message,
        "answers": application.answers,
        "language": application.language,
        "cv": {
            "name": application.cv_name,
            "type": application.cv_type,
            "bytes": application.cv_size,
        },
        "those_who_are_credited_see": application.sharer_sees,
        "stages": [
            {"stage": change.stage, "at": change.at.isoformat()}
            for change in changes_of(db, application)
        ],
        "letters": [
            {"sent_at": one.due_at.isoformat(), "subject": one.subject, "text": one.text}
            for one in (letters_sent(db, application) if with_letters else [])
        ],
        "agreed_to_stay_at": _moment(application.agreed_at),
        "reminded_at": _moment(application.reminded_at),
    }
    for _, more in tells.send(application, db=db):
        kept |= more
    return kept


def _moment(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
