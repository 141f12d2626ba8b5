"""Reading applications by their public code, and what belongs to one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.hiring.models import Application, StageChange


def application_by_code(db: Session, code: str) -> Application | None:
    """The application with this public code."""
    return db.scalar(select(Application).where(Application.code == code))


def changes_of(db: Session, application: Application) -> list[StageChange]:
    """The steps of an application, first to last."""
    steps = select(StageChange).where(StageChange.application_id == application.id)
    return list(db.scalars(steps.order_by(StageChange.id)))


def others_of(db: Session, application: Application) -> list[Application]:
    """What else was sent with the same address, newest first; for who reads its mail alone."""
    same = select(Application).where(
        Application.email == application.email,
        Application.id != application.id,
        Application.erased_at.is_(None),
    )
    return list(db.scalars(same.order_by(Application.created_at.desc(), Application.id.desc())))
