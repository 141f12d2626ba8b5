"""What every page of those who hire asks first: who they are, and whether this is theirs."""

from __future__ import annotations

from flask import abort, current_app, g, request

from careers.base.permissions import declared
from careers.base.web import db, me
from careers.hiring.models import Application
from careers.hiring.pipeline.access import Access, access_of
from careers.hiring.queries import application_by_code
from careers.jobs.models import Job
from careers.jobs.queries import job_by_code


def access() -> Access:
    """What whoever asks may do, read once in a request."""
    if "access" not in g:
        g.access = access_of(db(), me())
    found: Access = g.access
    return found


def application_here(code: str) -> Application:
    """The application with this code, for whom the route's own permission holds there; else 404."""
    found = application_by_code(db(), code) or abort(404)
    if not access().may(_permission(), found.job_id):
        abort(404)
    return found


def job_here(code: str) -> Job:
    """The same of a job."""
    found = job_by_code(db(), code) or abort(404)
    if not access().may(_permission(), found.id):
        abort(404)
    return found


def _permission() -> str:
    permission = declared(current_app.view_functions[request.endpoint or ""])
    assert permission is not None
    return permission


def plain(text: str, longest: int) -> str:
    """One line of what was typed into an address or a field."""
    return " ".join(text.replace("\0", "").split())[:longest]
