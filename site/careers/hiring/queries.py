"""Reading applications by what candidates hold: their secret, or the public code."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base.signin.sessions import token_hash
from careers.hiring.models import Application, StageChange


def application_by_token(db: Session, token: str) -> Application | None:
    """The application whose candidate has this secret."""
    return db.scalar(select(Application).where(Application.token_hash == token_hash(token)))


def application_by_code(db: Session, code: str) -> Application | None:
    """The application with this public code."""
    return db.scalar(select(Application).where(Application.code == code))


def changes_of(db: Session, application: Application) -> list[StageChange]:
    """The steps of an application, first to last."""
    steps = select(StageChange).where(StageChange.application_id == application.id)
    return list(db.scalars(steps.order_by(StageChange.id)))
