"""Following a search: asked for by anybody, agreed to by whoever reads the mailbox, and ended."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from careers.base import clock, codes, mail, outbox, tombstones
from careers.base.company import the_company
from careers.base.config import Settings
from careers.base.database import in_turn, inserting
from careers.base.languages import address_in, locale_of
from careers.base.mail import Mail
from careers.base.mailboxes import (
    drop,
    drop_unanswered,
    may_be_asked,
    plain_mailbox,
    question_with,
)
from careers.base.signin.sessions import token_hash
from careers.jobs.alerts.models import Alert, AlertRequest, Follower
from careers.jobs.queries import Wanted

WAITS = timedelta(days=3)  # for a mailbox to agree; then what was asked is forgotten
MOST = 20  # searches that one follows


class FollowsEnough(Exception):
    """Whoever follows MOST searches ends one before they follow another."""


class FollowsIt(Exception):
    """They follow that search already."""


# -- asking ---------------------------------------------------------------------------------------


def ask(db: Session, wanted: Wanted, email: str, language: str) -> None:
    """Write to `email` to ask whether they want to follow `wanted`.

    Whether or not somebody with this address follows anything, it is the same mail. A mailbox that
    was asked often enough today is asked no more, and nobody is told so.
    """
    mailbox = plain_mailbox(email)
    if not may_be_asked(db, AlertRequest, mailbox):
        return
    token = codes.token()
    letter = _question(db, email, language, token)
    db.add(
        AlertRequest(
            token_hash=token_hash(token),
            email=email,
            mailbox=mailbox,
            language=language,
            mail_id=letter.id,
            words=wanted.words,
            chosen=_chosen(wanted),
        )
    )
    outbox.add(db, "alert requests", {}, due_at=clock.now() + WAITS)


def _question(db: Session, email: str, language: str, token: str) -> Mail:
    """The mail; nothing in it was written by whoever asked for it, not even the search."""
    site = current_app.extensions["settings"].base_url
    company = the_company(db).name
    with force_locale(locale_of(language)):
        subject = gettext("Do you want to hear of new jobs at %(company)s?", company=company)
        text = gettext(
            "Hello,\n\nsomebody gave this address to be told by mail of new jobs at %(company)s. "
            "If it was you, say so here within %(days)s days:\n\n%(address)s\n\nYou then get one "
            "mail a day at most, and none when no job is new. If it wasn’t you, there is nothing "
            "to do: we keep nothing, and write no more.\n",
            company=company,
            days=WAITS.days,
            address=site + address_in(language, f"/alerts/confirm/{token}"),
        )
    return mail.write(db, email, subject, text, is_kept=False)


def _chosen(wanted: Wanted) -> dict[str, Any]:
    return {facet: list(some) for facet, some in wanted.chosen.items() if some}


@outbox.handles("alert requests")
def forget_unanswered(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Forget what no mailbox agreed to in time, and the mail that asked."""
    drop_unanswered(db, AlertRequest, WAITS)


# -- agreeing -------------------------------------------------------------------------------------


def request_with(db: Session, token: str) -> AlertRequest | None:
    """What was asked with this secret, while it waits for an answer."""
    return question_with(db, AlertRequest, token, WAITS)


def confirm(db: Session, request: AlertRequest) -> Follower:
    """The mailbox agreed: from when it was asked, it is told of what is new. Raises FollowsEnough.

    Who follows that search already follows it once, and if they had paused it, again.
    """
    _in_turn(db, request.email)
    made = inserting(db, Follower).values(
        code=codes.code(),
        email=request.email,
        language=request.language,
        kept_at=clock.now(),
        told_until=request.created_at,
    )
    db.execute(made.on_conflict_do_nothing(index_elements=["email"]))
    follower = db.scalars(select(Follower).where(Follower.email == request.email)).one()
    alert = _alert_for(db, follower, request.wanted)
    if alert is None:
        if len(follower.alerts) >= MOST:
            raise FollowsEnough
        follower.alerts.append(
            Alert(
                words=request.words,
                chosen=request.chosen,
                fingerprint=fingerprint(request.wanted),
                since=request.created_at,
            )
        )
    elif alert.is_paused:
        resume(alert)
    follower.language = request.language
    keep(follower)
    drop(db, AlertRequest, [request])
    return follower


def _in_turn(db: Session, email: str) -> None:
    """Of several acts for one address at once, one after the other."""
    in_turn(db, f"follower {email}")


def _alert_for(db: Session, follower: Follower, wanted: Wanted) -> Alert | None:
    return db.scalar(
        select(Alert).where(
            Alert.follower_id == follower.id, Alert.fingerprint == fingerprint(wanted)
        )
    )


def fingerprint(wanted: Wanted) -> str:
    """The same for the same search, in whatever order its values were chosen."""
    chosen = {facet: sorted(some) for facet, some in wanted.chosen.items() if some}
    said = json.dumps([wanted.words, chosen], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


# -- one's own page -------------------------------------------------------------------------------


def token_of(follower: Follower, settings: Settings) -> str:
    """What the address of a follower's own page carries: 128 bits that only their mails have.

    It is computed anew for each mail, so that the database holds nothing by which anybody gets in.
    """
    return f"{follower.code}-{_mark(follower.code, settings)}"


def _mark(code: str, settings: Settings) -> str:
    digest = hmac.new(settings.signing_key.encode(), f"follower:{code}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest.digest()[:16]).decode().rstrip("=")


def is_ours(token: str, settings: Settings) -> bool:
    """Whether such an address was ever given to anybody; they may be forgotten since."""
    code, _, mark = token.partition("-")
    return hmac.compare_digest(mark.encode(), _mark(code, settings).encode())


def follower_with(db: Session, token: str, settings: Settings) -> Follower | None:
    """Whose page has this address."""
    if not is_ours(token, settings):
        return None
    return db.scalar(select(Follower).where(Follower.code == token.partition("-")[0]))


def keep(follower: Follower) -> None:
    """Note that they want it, so that they aren't asked for a year."""
    follower.kept_at, follower.asked_at = clock.now(), None


def pause(alert: Alert) -> None:
    """Tell nothing of this search until `resume`."""
    alert.is_paused = True


def resume(alert: Alert) -> None:
    """Tell again of what is new from now on."""
    if alert.is_paused:
        alert.is_paused, alert.since = False, clock.now()


def change(db: Session, alert: Alert, wanted: Wanted) -> None:
    """Have `alert` look for something else. Raises FollowsIt."""
    _in_turn(db, alert.follower.email)
    same = _alert_for(db, alert.follower, wanted)
    if same is not None and same is not alert:
        raise FollowsIt
    alert.words, alert.chosen = wanted.words, _chosen(wanted)
    alert.fingerprint = fingerprint(wanted)


def end(db: Session, alert: Alert) -> bool:
    """End one search; whether another is left. Whoever follows none is forgotten."""
    follower = alert.follower
    _in_turn(db, follower.email)
    db.delete(alert)
    db.flush()
    if db.scalar(select(func.count()).where(Alert.follower_id == follower.id)):
        return True
    forget(db, follower)
    return False


@tombstones.erases("follower", Follower)
def forget(db: Session, follower: Follower) -> None:
    """Delete a follower: address, searches, what waits for their answer, and our mail to them."""
    _in_turn(db, follower.email)
    asked = select(AlertRequest).where(AlertRequest.email == follower.email)
    drop(db, AlertRequest, list(db.scalars(asked)))
    if follower.mail_id is not None:
        db.execute(delete(Mail).where(Mail.id == follower.mail_id))
    db.execute(delete(Follower).where(Follower.id == follower.id))
    db.expunge(follower)
    tombstones.remember(db, "follower", follower.code)
