"""The two doors of share links answer alike, whichever a request comes through."""

from __future__ import annotations

import errno
import os

import pytest
from sqlalchemy import select

from careers.app import create_app
from referrals.doors import ASGIDoor, Pages
from referrals.models import Click
from tests.doors import coming_through
from tests.referrals.conftest import BROWSER

ALIKE = ("cache-control", "referrer-policy", "x-robots-tag", "content-security-policy")


@pytest.fixture
def caller(app):
    with coming_through(app, ASGIDoor(app, Pages(app, 2), 0), BROWSER) as made:
        yield made


@pytest.fixture
def proxied(settings):
    """The same behind a proxy, which is believed."""
    app = create_app(settings.model_copy(update={"trusted_proxies": 1}), testing=True)
    with coming_through(app, ASGIDoor(app, Pages(app, 2), 1), BROWSER) as made:
        yield made
    app.extensions["following"].journal.close()
    app.extensions["database"].dispose()


def test_a_link_followed_before_is_answered_without_a_thread_and_alike(caller, link, ingested, db):
    status, first, _ = caller.ask(f"/r/{link.code}")
    assert caller.in_threads == 1
    again, second, body = caller.ask(f"/r/{link.code}")
    assert caller.in_threads == 1
    assert [first[name] for name in ALIKE] == [second[name] for name in ALIKE]
    assert (status, again, body) == (302, 302, b"")
    assert second["location"].startswith(f"/jobs/engineer-x?via={link.code}.")
    assert ingested() == 2
    clicks = db.execute(select(Click.id, Click.class_, Click.visitor, Click.link_id)).all()
    assert len({click.visitor for click in clicks}) == 1
    assert {first["location"][-20:], second["location"][-20:]} == {click.id for click in clicks}


@pytest.mark.parametrize(
    ("method", "headers", "status", "kind"),
    [
        ("GET", {"User-Agent": "LinkedInBot/1.0"}, 200, "preview"),
        ("GET", {"User-Agent": "curl/8.5.0"}, 302, "bot"),
        ("GET", {}, 302, "bot"),
        ("HEAD", BROWSER, 302, "bot"),
        ("GET", {**BROWSER, "Sec-Purpose": "prefetch"}, 503, "prefetch"),
        ("GET", {**BROWSER, "Sec-Fetch-Dest": "iframe"}, 302, "human"),
    ],
)
def test_each_request_is_classed_alike_and_counted_once(
    caller, link, ingested, db, method, headers, status, kind
):
    assert [caller.ask(f"/r/{link.code}", headers, method)[0] for _ in range(2)] == [status, status]
    assert ingested() == 2
    rows = db.execute(select(Click.class_, Click.navigates, Click.source)).all()
    assert len(set(rows)) == 1
    assert rows[0][0] == kind


def test_what_is_no_link_goes_on_to_the_pages(caller, link):
    for path in ("/jobs", "/r/nothing9", "/r/", f"/r/{link.code}/x"):
        status = caller.ask(path)[0]
        assert status == (200 if path == "/jobs" else 404), path
    assert caller.ask(f"/r/{link.code}/seen/abc", method="POST")[0] == 204


def test_a_disk_that_refuses_stops_nobody_on_the_loop(app, caller, link, monkeypatch):
    caller.ask(f"/r/{link.code}")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    status, head, _ = caller.ask(f"/r/{link.code}")
    assert (status, head["location"]) == (302, f"/jobs/engineer-x?via={link.code}")
    assert app.extensions["following"].journal.lost == 1
    assert caller.in_threads == 1


def test_a_flood_is_told_to_wait_on_the_loop_too(caller, link, monkeypatch):
    monkeypatch.setattr("referrals.following.AT_MOST", 3)
    statuses = [caller.ask(f"/r/{link.code}")[0] for _ in range(5)]
    assert statuses == [302, 302, 302, 429, 429]


def test_the_visitor_is_who_the_believed_proxy_saw_through_both_doors(proxied, link, db, ingested):
    for address in ("203.0.113.9", "198.51.100.4"):
        for forged in ("", "8.8.8.8, "):
            headers = {**BROWSER, "X-Forwarded-For": forged + address}
            assert proxied.ask(f"/r/{link.code}", headers)[0] == 302
    ingested()
    visitors = db.scalars(select(Click.visitor).order_by(Click.id)).all()
    assert len(visitors) == 4
    assert len(set(visitors)) == 2


def test_a_header_spelt_with_an_underscore_is_not_believed(proxied):
    headers = {**BROWSER, "X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example"}
    page = proxied.ask("/jobs", headers)[2].decode()
    assert "evil.example" not in page
