"""Sessions at the server: the browser holds a random token, the database what it stands for.

Visitors have none: a row and a cookie exist only once something must be remembered.
Source of the limits: OWASP ASVS 5.0, chapter 7.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, request
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.datastructures import CallbackDict

from careers.base import clock
from careers.base.database import Base, Database
from careers.base.people import Person, Role, employee_left

LASTS = timedelta(hours=12)
IDLE = {True: timedelta(minutes=30), False: timedelta(hours=12)}  # with and without wide powers
SEEN_EVERY = timedelta(minutes=1)
WITHOUT_ACCOUNT = timedelta(hours=1)  # idle: who is signing in, or sees their application


class SignIn(Base):
    """One browser's session. The token itself is not kept, only its hash."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person_id", "person_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    agent: Mapped[str] = mapped_column(String(250), default="")


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """What Flask calls `session`; `person_id` in it says who is signed in."""

    def __init__(self, data: dict[str, Any], token: str | None, row: SignIn | None) -> None:
        super().__init__(data, on_update=lambda changed: setattr(changed, "modified", True))
        self.token = token
        self.seen_at = row.seen_at if row else None
        self.since = row.created_at if row else None  # a new token makes nothing younger
        self.modified = self.renewed = False
        self.new = token is None

    def renew(self) -> None:
        """Give the session a new token: once it may do more, the old one must be worth nothing."""
        self.renewed = self.modified = True

    @property
    def key(self) -> str:
        """What form tokens are bound to: the stored hash, "" for a visitor without a session."""
        return token_hash(self.token) if self.token else ""


class ServerSessions(SessionInterface):
    """Keeps Flask's session in the table `sign_in`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """The session of this request's cookie; an empty one when it has none or it has ended."""
        token = request.cookies.get(app.config["SESSION_COOKIE_NAME"])
        if token and len(token) < 100:
            with self.database.reading() as db:
                row = db.get(SignIn, token_hash(token))
                if row is not None and _lives(db, row):
                    return ServerSession(dict(row.data), token, row)
        return ServerSession({}, None, None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed; note at most once a minute that the session is in use."""
        assert isinstance(session, ServerSession)
        if session.token:
            response.vary.add("Cookie")
        idle = session.seen_at is not None and clock.now() - session.seen_at > SEEN_EVERY
        if not session.modified and not idle:
            return
        if not session and session.token is None:
            return
        with self.database.writing() as db:
            if not session or session.renewed:
                _end(db, session.token)
            if session:
                self._write(app, db, session, response)
            else:
                response.delete_cookie(
                    app.config["SESSION_COOKIE_NAME"], path="/", secure=self._secure(app)
                )
            db.commit()

    def _write(self, app: Flask, db: Session, session: ServerSession, response: Response) -> None:
        row = None
        if session.token and not session.renewed:
            row = db.get(SignIn, token_hash(session.token))
            if row is None:  # it was ended meanwhile, elsewhere; it stays ended
                return
        if row is None:
            session.token = secrets.token_urlsafe(32)
            row = SignIn(
                token_hash=token_hash(session.token),
                agent=_agent(),
                created_at=session.since or clock.now(),
            )
            db.add(row)
            response.set_cookie(
                app.config["SESSION_COOKIE_NAME"],
                session.token,
                path="/",
                httponly=True,
                samesite="Lax",
                secure=self._secure(app),
            )
        row.data = dict(session)
        row.person_id = session.get("person_id")
        row.seen_at = clock.now()

    @staticmethod
    def _secure(app: Flask) -> bool:
        return bool(app.config["SESSION_COOKIE_SECURE"])


def _agent() -> str:
    return request.headers.get("User-Agent", "")[:250]


def token_hash(token: str) -> str:
    """What is stored of a token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def _lives(db: Session, row: SignIn) -> bool:
    now = clock.now()
    if row.person_id is None:
        return now - row.created_at < LASTS and now - row.seen_at < WITHOUT_ACCOUNT
    person = db.get(Person, row.person_id)
    if person is None or not person.is_active:
        return False
    powerful = bool(person.roles & {Role.ADMIN, Role.RECRUITER})
    return now - row.created_at < LASTS and now - row.seen_at < IDLE[powerful]


def _end(db: Session, token: str | None) -> None:
    if token:
        db.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def end_all(db: Session, person: Person, but: str = "") -> None:
    """End every session of `person`, in the caller's transaction, except the one keyed `but`."""
    db.execute(delete(SignIn).where(SignIn.person_id == person.id, SignIn.token_hash != but))


def end_one(db: Session, person: Person, key: str) -> bool:
    """End the session keyed `key` if it belongs to `person`; whether it did."""
    ended = db.execute(
        delete(SignIn).where(SignIn.person_id == person.id, SignIn.token_hash == key)
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]


@employee_left.connect
def _end_of_whoever_left(person: Person, db: Session) -> None:
    """Nobody stays signed in, or can set a password, after leaving."""
    end_all(db, person)
    person.reset_hash = person.reset_until = None


def present() -> ServerSession:
    """The session of this request."""
    return cast(ServerSession, flask_session)


def begin(person: Person) -> None:
    """Sign `person` in: an empty session with a new token takes the place of this request's."""
    session = present()
    session.clear()
    session["person_id"], session.since = person.id, None
    session.renew()


def sessions_of(db: Session, person: Person) -> list[SignIn]:
    """The sessions of `person` that still live, last used first."""
    mine = select(SignIn).where(SignIn.person_id == person.id).order_by(SignIn.seen_at.desc())
    return [row for row in db.scalars(mine) if _lives(db, row)]


def forget_ended(db: Session) -> None:
    """Delete the rows of sessions that can no longer be used."""
    db.execute(delete(SignIn).where(SignIn.created_at < clock.now() - LASTS))
