"""Whether a page that somebody calls their own says the same of their page here.

Anybody can name any address. Only who can write a page can have it link back with rel="me" (a
mention without it proves nothing: in comments anybody may link anywhere). What is found is shown as
verified, asked again every week, and no longer shown once the link back is gone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from blinker import Signal
from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from careers.base import clock, fetching, outbox
from careers.base.config import Settings
from careers.base.fetching import Fetched, Unreachable
from careers.base.languages import LANGUAGES, address_in
from careers.base.people import Person
from experts import profiles_elsewhere
from experts.models import Expert, Network
from experts.networks import READABLE
from experts.profiles_elsewhere import NotAProfile, Profile, profile_at
from experts.showing import NETWORKS
from feeds.parsing import NotRead, own_pages

WORK = "check_network"
AGAIN, SOON, MOST = timedelta(days=7), timedelta(hours=6), 50
LARGEST = 2_000_000  # bytes of a page
PAGES, JSON = "text/html, application/xhtml+xml;q=0.9", "application/json"
TRIES = 4  # in a row without an answer, before what was verified is so no longer


network_verified = Signal()
"""Sent as `network_verified.send(network, db=session)` in the transaction in which a page of theirs
was found to link back."""


class Fetch(Protocol):
    """`careers.base.fetching.fetch`, or what a test hands in."""

    def __call__(self, url: str, *, limit_bytes: int, accept: str, contact: str) -> Fetched:
        """What lies at `url`. Raises Unreachable."""


def queue_due_checks(db: Session) -> int:
    """Make work of what was not asked for a week, in the caller's transaction; how many.

    Only of pages that are shown, and networks that everybody may see: nobody else is asked about.
    """
    now = clock.now()
    due = (
        select(Network.id)
        .join(Expert, Expert.id == Network.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(
            Network.kind.in_(READABLE),
            or_(Network.check_at.is_(None), Network.check_at <= now),
            Expert.state == "shown",
            Person.status == "active",
            Expert.agreed.any(item=NETWORKS),
        )
        .order_by(Network.check_at, Network.id)
        .limit(MOST)
    )
    numbers = db.scalars(due).all()
    for number in numbers:
        outbox.add(db, WORK, {"network": number})
    mine = update(Network).where(Network.id.in_(numbers))
    if numbers:
        db.execute(mine.values(check_at=now + AGAIN))
    return len(numbers)


@outbox.handles(WORK)
def check_network(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Ask one page whether it links back; nothing when it is no longer named or shown."""
    network = db.get(Network, payload["network"])
    if network is None or (expert := db.get(Expert, network.expert_id)) is None:
        return
    if expert.state != "shown" or not expert.agrees_to(NETWORKS):
        return
    kind, url, mine = network.kind, network.url, own_addresses(settings, expert.slug or "")
    db.rollback()  # the network outside may be slow: nobody else waits for it
    fetch = cast(Fetch, current_app.extensions.get("fetch", fetching.fetch))
    links_back, reason = _asked(kind, url, mine, fetch, settings.base_url)
    network = db.get(Network, payload["network"])
    if network is None or network.url != url:
        return
    _note(network, links_back, reason)
    if links_back:
        network_verified.send(network, db=db)


def own_addresses(settings: Settings, slug: str) -> frozenset[str]:
    """The addresses of the page at `slug` in every language, as they are compared."""
    return frozenset(
        comparable(settings.base_url + address_in(one, f"/experts/{slug}")) for one in LANGUAGES
    )


def comparable(url: str) -> str:
    """`url` without what makes no difference: scheme, a final slash, query, capitals of the host.

    >>> comparable("HTTPS://Jobs.Acme.example/experts/ada/?x#y")
    'jobs.acme.example/experts/ada'
    """
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _asked(
    kind: str, url: str, mine: frozenset[str], fetch: Fetch, contact: str
) -> tuple[bool | None, str]:
    """Whether the page at `url` links back; None with a reason where it could not be read."""
    profile = profile_at(kind, url)
    try:
        if profile is not None:
            return _told(profile, mine, fetch, contact)
        answer = fetch(url, limit_bytes=LARGEST, accept=PAGES, contact=contact)
        if answer.status in {404, 410}:
            return False, ""
        if answer.status != 200:
            return None, fetching.NO_ANSWER
        found = own_pages(answer.body, answer.url, answer.headers.get("content-type", ""))
    except NotRead:
        return False, ""
    except Unreachable as error:
        return None, error.reason
    return any(comparable(one) in mine for one in found), ""


def _told(
    profile: Profile, mine: frozenset[str], fetch: Fetch, contact: str
) -> tuple[bool | None, str]:
    answer = fetch(
        profile.address, limit_bytes=profiles_elsewhere.LARGEST, accept=JSON, contact=contact
    )
    if answer.status in {400, 404, 410}:  # nobody is there, or not any more
        return False, ""
    if answer.status != 200:
        return None, fetching.NO_ANSWER
    try:
        return any(comparable(one) in mine for one in profile.links_in(answer)), ""
    except NotAProfile:
        return None, fetching.NO_ANSWER


def _note(network: Network, links_back: bool | None, reason: str) -> None:
    """Keep what was found; a page that only once does not answer stays verified."""
    now = clock.now()
    network.checked_at, network.check_error = now, reason
    if links_back is None:
        network.failures += 1
        if network.failures >= TRIES:
            network.verified_at = None
        else:
            network.check_at = now + SOON
        return
    network.failures = 0
    network.verified_at = now if links_back else None
