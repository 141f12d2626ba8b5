"""Systems outside that own the pipeline of a job, and tell us of stage changes.

A message is signed as Standard Webhooks describes (https://www.standardwebhooks.com): HMAC-SHA256
over `id.timestamp.body`, in base64, with a secret of which only the two know. Secrets are worked
out from the site's own key, so that no copy of the database holds one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.base.database import inserting
from careers.base.people import Person
from careers.hiring import moving
from careers.hiring.models import Application, Refusal, Stage
from careers.hiring.pipeline.batches import Outcome
from careers.hiring.pipeline.models import (
    OutsideEvent,
    OutsideJob,
    OutsideSource,
)
from careers.jobs.models import Job

TOLERANCE: Final = timedelta(minutes=5)
OLD_SECRET_HOLDS: Final = timedelta(hours=24)
KEPT: Final = timedelta(days=31)  # events, so that none is taken twice
BODY_LONGEST: Final = 1024 * 1024  # bytes
STAGE_CHANGED: Final = "application.stage_changed"
WORDS_LONGEST: Final = 2_000


class NotSigned(ValueError):
    """The message is not from whom it says, or not from now."""


# -- who owns what -------------------------------------------------------------------------------


def owner_of(db: Session, job_id: int) -> OutsideJob | None:
    """The system in which applications to this job are moved; None when that is here."""
    return db.get(OutsideJob, job_id)


def jobs_outside(db: Session) -> frozenset[int]:
    """The keys of the jobs whose applications are moved outside."""
    return frozenset(db.scalars(select(OutsideJob.job_id)))


@moving.is_moved_outside.connect
def moved_outside(application: Application, *, db: Session, **_: Any) -> bool:
    """Whether a system outside moves `application`."""
    return owner_of(db, application.job_id) is not None


def owned_jobs(db: Session) -> list[tuple[Job, OutsideJob]]:
    """The jobs that are moved outside, by title, and where."""
    rows = select(Job, OutsideJob).join(OutsideJob, OutsideJob.job_id == Job.id)
    return [(row[0], row[1]) for row in db.execute(rows.order_by(Job.title, Job.id))]


def recent_events(db: Session, most: int = 20) -> list[tuple[OutsideEvent, str]]:
    """The last messages, newest first, and whose they were."""
    rows = select(OutsideEvent, OutsideSource.name).join(
        OutsideSource, OutsideSource.id == OutsideEvent.source_id
    )
    newest = rows.order_by(OutsideEvent.id.desc()).limit(most)
    return [(row[0], row[1]) for row in db.execute(newest).unique()]


def give_away(
    db: Session, job: Job, name: str, source: OutsideSource | None, person: Person
) -> None:
    """Have applications to `job` moved in the system called `name`; of `source`, or by files."""
    owner = owner_of(db, job.id) or OutsideJob(job_id=job.id)
    owner.name, owner.source_id = name, source.id if source else None
    db.add(owner)
    audit.record(db, person, "job:give-away", job.code, to=name)


def take_home(db: Session, job: Job, person: Person) -> None:
    """Have applications to `job` moved here again."""
    owner = owner_of(db, job.id)
    if owner is not None:
        db.delete(owner)
        audit.record(db, person, "job:take-home", job.code)


# -- sources and their secrets -------------------------------------------------------------------


def sources(db: Session) -> list[OutsideSource]:
    """Every system that tells us, by name."""
    return list(db.scalars(select(OutsideSource).order_by(OutsideSource.name)))


def source_by_code(db: Session, code: str) -> OutsideSource | None:
    """The system with this code."""
    return db.scalar(select(OutsideSource).where(OutsideSource.code == code))


def add_source(db: Session, name: str, person: Person) -> OutsideSource:
    """Add a system called `name`; the database refuses a name that is taken."""
    source = OutsideSource(name=name)
    db.add(source)
    db.flush()
    audit.record(db, person, "outside:add", source.code)
    return source


def rotate(db: Session, source: OutsideSource, person: Person) -> None:
    """Give `source` a new secret; the old one holds for another day."""
    source.secret_number += 1
    source.old_secret_until = clock.now() + OLD_SECRET_HOLDS
    audit.record(db, person, "outside:rotate", source.code)


def revoke(db: Session, source: OutsideSource, person: Person) -> None:
    """Hear `source` no more, from now on."""
    source.revoked_at = clock.now()
    audit.record(db, person, "outside:revoke", source.code)


def secret_of(source: OutsideSource, signing_key: str, number: int | None = None) -> str:
    """The secret of `source` as it is handed over: `whsec_` and 32 bytes in base64."""
    said = f"outside:{source.code}:{number or source.secret_number}"
    digest = hmac.new(signing_key.encode(), said.encode(), hashlib.sha256).digest()
    return f"whsec_{b64encode(digest).decode()}"


def _secrets(source: OutsideSource, signing_key: str, now: datetime) -> list[str]:
    if source.revoked_at is not None:
        return []
    found = [secret_of(source, signing_key)]
    if source.old_secret_until is not None and source.old_secret_until > now:
        found.append(secret_of(source, signing_key, source.secret_number - 1))
    return found


def signature(secret: str, event: str, timestamp: int, body: bytes) -> str:
    """The signature of a message, `v1,` and base64."""
    key = b64decode(secret.removeprefix("whsec_"))
    said = f"{event}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()}"


def check_signature(
    secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """The id of a message that is signed by one of `secrets`, five minutes around `now` (aware).

    Raises NotSigned.
    """
    event = headers.get("webhook-id", "")
    sent, signed = headers.get("webhook-timestamp", ""), headers.get("webhook-signature", "")
    if (
        not event
        or len(event) > 120
        or not (sent.isascii() and sent.isdecimal() and len(sent) < 13)
    ):
        raise NotSigned("headers are missing")
    if abs(int(sent) - now.timestamp()) > TOLERANCE.total_seconds():
        raise NotSigned("not from now")
    given = [one.encode() for one in signed.split()[:20] if one.startswith("v1,")]
    for secret in secrets:
        right = signature(secret, event, int(sent), body).encode()
        if any(hmac.compare_digest(right, one) for one in given):
            return event
    raise NotSigned("no signature holds")


def check_message(
    source: OutsideSource, headers: Mapping[str, str], body: bytes, signing_key: str
) -> str:
    """The id of a message that `source` signed. Raises NotSigned."""
    now = clock.now()
    return check_signature(_secrets(source, signing_key, now), headers, body, now)


# -- what they say -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """That an application is at a stage. It is named by our code, or by address and job."""

    stage: Stage
    at: datetime | None
    application: str = ""
    email: str = ""
    job: str = ""  # our code, or the id that its source gave
    why: moving.Why | None = None


def said_in(values: Mapping[str, Any], at: str) -> Said | None:
    """What `values` (of a message or of a line) say; None when they can't be read."""
    texts = {key: value.strip() for key, value in values.items() if isinstance(value, str)}
    stage, reason = texts.get("stage", "").lower(), texts.get("reason", "").lower()
    moment = moment_in(at)
    if stage not in set(Stage) or (at and moment is None):
        return None
    known = Refusal(reason) if reason in set(Refusal) else None
    words = texts.get("words", "") if known or not reason else f"{reason}. {texts.get('words', '')}"
    return Said(
        Stage(stage),
        moment,
        texts.get("application", "")[:16],
        texts.get("email", "")[:254].lower(),
        texts.get("job", "")[:100],
        moving.Why(known, words.replace("\0", "").strip()[:WORDS_LONGEST]),
    )


def moment_in(text: str) -> datetime | None:
    """An ISO 8601 moment with its zone, as RFC 3339 has it; None for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def hear(db: Session, source: OutsideSource, event: str, body: bytes) -> Outcome | None:
    """Do what a signed message says, in the caller's transaction; None when it was heard before."""
    kept = inserting(db, OutsideEvent).values(
        source_id=source.id, event=event, at=clock.now(), outcome=Outcome.UNREADABLE.value
    )
    number = db.scalar(kept.on_conflict_do_nothing().returning(OutsideEvent.id))
    if number is None:
        return None
    source.heard_at = clock.now()
    row = db.get_one(OutsideEvent, number)
    said = _read(body)
    if said is None:
        return Outcome.UNREADABLE
    row.occurred_at = said.at
    application = application_meant(db, said)
    owner = owner_of(db, application.job_id) if application else None
    if application is None or owner is None or owner.source_id != source.id:
        row.outcome = Outcome.UNKNOWN.value
        return Outcome.UNKNOWN
    row.application_id = application.id
    outcome = follow(db, application, said, source.name)
    row.outcome = outcome.value
    return outcome


def forget_events(db: Session) -> None:
    """Delete messages so old that their signature would not be taken again."""
    db.execute(delete(OutsideEvent).where(OutsideEvent.at < clock.now() - KEPT))


def _read(body: bytes) -> Said | None:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or message.get("type") != STAGE_CHANGED:
        return None
    data, at = message.get("data"), message.get("timestamp")
    if not isinstance(data, dict) or not isinstance(at, str) or not at:
        return None
    return said_in(data, at)


def application_meant(db: Session, said: Said) -> Application | None:
    """The application of which something is said; of several to the same job, the newest."""
    if said.application:
        wanted = select(Application).where(Application.code == said.application)
    elif said.email and said.job:
        jobs = select(Job.id).where((Job.code == said.job) | (Job.source_id == said.job))
        wanted = select(Application).where(
            Application.email == said.email,
            Application.job_id.in_(jobs),
            Application.erased_at.is_(None),
        )
    else:
        return None
    newest = wanted.order_by(Application.id.desc()).limit(1)
    return db.scalar(newest.with_for_update(of=Application))


def follow(db: Session, application: Application, said: Said, name: str) -> Outcome:
    """Move `application` where a system called `name` says, unless something newer is known."""
    if application.erased_at is not None:
        return Outcome.ERASED
    if said.at is not None and said.at > clock.now() + TOLERANCE:
        return Outcome.UNREADABLE
    if said.at is not None and said.at < application.stage_since:
        return Outcome.OLD
    if application.stage == said.stage:
        return Outcome.SAME
    try:
        moving.follow_outside(db, application, said.stage, name, said.at, said.why)
    except moving.NotAllowed:
        return Outcome.NOT_ALLOWED
    except moving.MovedMeanwhile:
        return Outcome.MOVED
    return Outcome.DONE
