"""A process beside that of the tests, which does what waits in the outbox."""

from __future__ import annotations

from multiprocessing.connection import Connection

from careers.app import create_app
from careers.base import outbox
from careers.base.config import Settings


def do_all_work(kind: str, settings: Settings, told: Connection) -> None:
    """Do the chores of this kind that are there, and tell their numbers."""
    did: list[int] = []
    outbox.handles(kind)(lambda _db, payload, _settings: did.append(payload["n"]))
    app = create_app(settings)
    with app.app_context():
        outbox.do_due_work(app.extensions["database"], app.extensions["settings"])
    told.send(did)
