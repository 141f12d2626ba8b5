"""Traces: whether two applications have the same phone number or CV, without keeping either.

A trace is an HMAC-SHA-256 under the company's own key, so that neither a stolen table nor a list of
all phone numbers tells whose it is. Numbers are those that candidates write in their message, in
any way that people write them (Google's libphonenumber); a CV is compared byte by byte.
"""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress

from babel.core import get_global
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from careers.base import storage
from careers.base.config import Settings
from careers.hiring.models import Application
from referrals.doubts.models import Trace

NUMBERS_MOST = 5  # of one message


def phones_in(text: str, region: str | None) -> list[str]:
    """The phone numbers that `text` has in it, as E.164; `region` (ISO 3166) is where those are
    meant that don't begin with a country."""
    found: dict[str, None] = {}
    for match in PhoneNumberMatcher(text, region):
        found.setdefault(format_number(match.number, PhoneNumberFormat.E164))
        if len(found) == NUMBERS_MOST:
            break
    return list(found)


def trace_of(what: str, content: bytes, key: str) -> str:
    """The trace of a phone number or a CV under the company's `key`; 64 hexadecimal digits."""
    digest = hashlib.sha256(content).digest()
    return hmac.new(key.encode(), b"trace:" + what.encode() + b":" + digest, "sha256").hexdigest()


def keep_traces(db: Session, application: Application, settings: Settings) -> None:
    """Keep the traces of an application, unless they are kept or its data is erased."""
    if application.erased_at is not None:
        return
    there = {(row.what, row.digest) for row in traces_of(db, application)}
    if any(what == "cv" for what, _ in there):
        return
    for what, content in _contents(application, settings):
        trace = (what, trace_of(what, content, settings.signing_key))
        if trace not in there:
            there.add(trace)
            db.add(Trace(application_id=application.id, what=trace[0], digest=trace[1]))
    db.flush()


def _contents(application: Application, settings: Settings) -> list[tuple[str, bytes]]:
    region = application.job.country or region_of(settings.time_zone)
    found = [("phone", one.encode()) for one in phones_in(application.message, region)]
    if application.cv_key:
        with suppress(FileNotFoundError):  # it was tidied away: nothing is left to compare
            found.append(("cv", storage.read(settings.folder("cvs"), application.cv_key)))
    return found


def region_of(zone: str) -> str | None:
    """The country (ISO 3166) of a time zone such as `Europe/Paris`."""
    found: str | None = get_global("zone_territories").get(zone)
    return found


def traces_of(db: Session, application: Application) -> list[Trace]:
    """The traces of an application."""
    return list(db.scalars(select(Trace).where(Trace.application_id == application.id)))


def forget_traces(db: Session, application: Application) -> None:
    """Delete the traces of an application."""
    db.execute(delete(Trace).where(Trace.application_id == application.id))
