"""The same person behind several applications: recognised, joined by hand, and parted again.

Only those who hire ever see it. Two applications are joined by themselves only when whoever reads
mail at the address they share has confirmed both; anybody can type an address.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, codes
from careers.base.database import rows_changed
from careers.base.people import Person
from careers.hiring.models import Application, Candidate
from careers.hiring.pipeline.access import Access
from careers.hiring.pipeline.models import Joining

MOST_ALIKE = 10


class AlreadyParted(Exception):
    """Nothing of this joining is left to be undone."""


def confirm_address(db: Session, application: Application) -> None:
    """Keep that the candidate reads mail at their address, and join what is theirs."""
    if application.email_confirmed_at is not None or application.erased_at is not None:
        return
    same = select(Application).where(
        Application.email == application.email, Application.erased_at.is_(None)
    )
    alike = list(db.scalars(same.order_by(Application.id).with_for_update(of=Application)))
    application.email_confirmed_at = clock.now()
    for other in alike:
        if other.id != application.id and other.email_confirmed_at is not None:
            _join(db, other, application, None)
            return


def join(db: Session, kept: Application, other: Application, person: Person) -> str | None:
    """Say that both applications are of the same person; the code of the act, None if they stand
    together already. Everything else of either of them comes along."""
    return _join(db, kept, other, person)


def _join(db: Session, kept: Application, other: Application, person: Person | None) -> str | None:
    after, before = _candidate(db, kept), _candidate(db, other)
    if after.id == before.id:
        return None
    code = codes.code()
    moved = list(
        db.scalars(
            select(Application)
            .where(Application.candidate_id == before.id)
            .with_for_update(of=Application)
        )
    )
    for application in moved:
        application.candidate_id = after.id
        db.add(
            Joining(
                code=code,
                application_id=application.id,
                before_id=before.id,
                after_id=after.id,
                person_id=person.id if person else None,
            )
        )
    if person is not None:
        audit.record(db, person, "application:join", other.code)
        audit.record(db, person, "application:join", kept.code)
    return code


def _candidate(db: Session, application: Application) -> Candidate:
    """Who applied; whoever has no row yet gets one."""
    found = db.get(Candidate, application.candidate_id) if application.candidate_id else None
    if found is None:
        found = Candidate()
        db.add(found)
        db.flush()
        application.candidate_id = found.id
        db.flush()
    return found


def joinings_of(db: Session, code: str) -> list[Joining]:
    """What one act of joining did."""
    return list(db.scalars(select(Joining).where(Joining.code == code)).unique())


def standing_joinings(db: Session, candidate_id: int | None) -> list[Joining]:
    """One row of each act that brought applications to this candidate and stands, newest first."""
    if candidate_id is None:
        return []
    rows = db.scalars(
        select(Joining)
        .where(Joining.after_id == candidate_id, Joining.undone_at.is_(None))
        .order_by(Joining.id.desc())
    ).unique()
    return list({row.code: row for row in rows}.values())


def part(db: Session, here: Application, rows: Sequence[Joining], person: Person) -> None:
    """Undo a joining, which `person` saw at `here`: what it brought together stands apart again.

    Raises AlreadyParted.
    """
    parted, told = 0, {here.code}
    for row in rows:
        undone = db.execute(
            update(Joining)
            .where(Joining.id == row.id, Joining.undone_at.is_(None))
            .values(undone_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        if not rows_changed(undone):
            continue
        parted += rows_changed(
            db.execute(
                update(Application)
                .where(
                    Application.id == row.application_id,
                    Application.candidate_id == row.after_id,
                )
                .values(candidate_id=row.before_id)
                .execution_options(synchronize_session=False)
            )
        )
        told.add(db.get_one(Application, row.application_id).code)
    if not parted:
        raise AlreadyParted
    for code in sorted(told):
        audit.record(db, person, "application:part", code)


def others_of(db: Session, application: Application, access: Access) -> list[Application]:
    """The other applications of the same candidate, of those that `access` sees, newest first."""
    if application.candidate_id is None:
        return []
    same = select(Application).where(
        Application.candidate_id == application.candidate_id,
        Application.id != application.id,
        access.seen(),
    )
    return list(db.scalars(same.order_by(Application.created_at.desc(), Application.id.desc())))


def alike(db: Session, application: Application, access: Access) -> list[Application]:
    """Applications that may be of the same person, and aren't known to be: the same address or the
    same name; of those that `access` sees."""
    if application.erased_at is not None:
        return []
    looks = [Application.email == application.email]
    if application.name_key:
        looks.append(Application.name_key == application.name_key)
    found = select(Application).where(
        or_(*looks),
        Application.id != application.id,
        Application.erased_at.is_(None),
        or_(
            Application.candidate_id.is_(None),
            Application.candidate_id != (application.candidate_id or 0),
        ),
        access.seen(),
    )
    return list(db.scalars(found.order_by(Application.id.desc()).limit(MOST_ALIKE)))
