"""The two doors of share links answer alike, whichever a request comes through."""

from __future__ import annotations

import asyncio
import errno
import os

import pytest
from sqlalchemy import select

from careers.app import create_app
from referrals.doors import ASGIDoor, Pages
from referrals.models import Click
from tests.referrals.conftest import BROWSER

ALIKE = ("status", "cache-control", "referrer-policy", "x-robots-tag", "content-security-policy")


class Caller:
    """Somebody who comes through the ASGI door."""

    def __init__(self, app, proxies=0):
        self.app = app
        self.door = ASGIDoor(app, Pages(app, 2), proxies)
        self.in_threads = 0
        app.wsgi_app = self._counting(app.wsgi_app)

    def _counting(self, inner):
        def count(environ, start_response):
            self.in_threads += 1
            return inner(environ, start_response)

        return count

    def get(self, path, headers=BROWSER, method="GET"):
        """The answer's status and headers (names in small letters) as one dict, and its body."""
        return asyncio.run(self._ask(path, headers, method))

    async def _ask(self, path, headers, method):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "query_string": b"",
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.7", 4000),
            "server": ("localhost", 80),
        }
        await self.door(scope, receive, send)
        start, *rest = sent
        found = {name.decode(): value.decode() for name, value in start["headers"]}
        return {"status": start["status"], **found}, b"".join(m["body"] for m in rest)


@pytest.fixture
def caller(app):
    return Caller(app)


def test_a_link_followed_before_is_answered_without_a_thread_and_alike(caller, link, ingested, db):
    first, _ = caller.get(f"/r/{link.code}")
    assert caller.in_threads == 1
    second, body = caller.get(f"/r/{link.code}")
    assert caller.in_threads == 1
    assert [first[name] for name in ALIKE] == [second[name] for name in ALIKE]
    assert first["status"] == 302
    assert body == b""
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
    answers = [caller.get(f"/r/{link.code}", headers, method)[0] for _ in range(2)]
    assert [answer["status"] for answer in answers] == [status, status]
    assert ingested() == 2
    rows = db.execute(select(Click.class_, Click.navigates, Click.source)).all()
    assert len(set(rows)) == 1
    assert rows[0][0] == kind


def test_what_is_no_link_goes_on_to_the_pages(caller, link):
    for path in ("/jobs", "/r/nothing9", "/r/", f"/r/{link.code}/x"):
        status = caller.get(path)[0]["status"]
        assert status == (200 if path == "/jobs" else 404), path
    assert caller.get(f"/r/{link.code}/seen/abc", method="POST")[0]["status"] == 204


def test_a_disk_that_refuses_stops_nobody_on_the_loop(app, caller, link, monkeypatch):
    caller.get(f"/r/{link.code}")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    answer, _ = caller.get(f"/r/{link.code}")
    assert (answer["status"], answer["location"]) == (302, f"/jobs/engineer-x?via={link.code}")
    assert app.extensions["following"].journal.lost == 1
    assert caller.in_threads == 1


def test_a_flood_is_told_to_wait_on_the_loop_too(caller, link, monkeypatch):
    monkeypatch.setattr("referrals.following.AT_MOST", 3)
    statuses = [caller.get(f"/r/{link.code}")[0]["status"] for _ in range(5)]
    assert statuses == [302, 302, 302, 429, 429]


def test_the_visitor_is_who_the_believed_proxy_saw_through_both_doors(settings, link, db, ingested):
    caller = Caller(create_app(settings.model_copy(update={"trusted_proxies": 1}), testing=True), 1)
    try:
        for address in ("203.0.113.9", "198.51.100.4"):
            for forged in ("", "8.8.8.8, "):
                headers = {**BROWSER, "X-Forwarded-For": forged + address}
                assert caller.get(f"/r/{link.code}", headers)[0]["status"] == 302
    finally:
        caller.app.extensions["following"].journal.close()
        caller.app.extensions["database"].dispose()
    ingested()
    visitors = db.scalars(select(Click.visitor).order_by(Click.id)).all()
    assert len(visitors) == 4
    assert len(set(visitors)) == 2


def test_a_header_spelt_with_an_underscore_is_not_believed(settings, link):
    caller = Caller(create_app(settings.model_copy(update={"trusted_proxies": 1}), testing=True), 1)
    try:
        headers = {**BROWSER, "X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example"}
        page = caller.get("/jobs", headers)[1].decode()
        assert "evil.example" not in page
    finally:
        caller.app.extensions["database"].dispose()
