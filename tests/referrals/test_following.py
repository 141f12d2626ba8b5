"""Following a share link, from the request to the stored click."""

from __future__ import annotations

import errno
import json
import os
import zlib
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from careers.base import clock
from referrals.journal import Line, journals
from referrals.models import Click, ClickCount, JournalOffset
from tests.referrals.conftest import BROWSER


def test_a_person_is_led_to_the_job_with_the_code_in_the_address(visitor, link, ingested, db):
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 302
    assert answer.location.startswith(f"/jobs/engineer-x?via={link.code}.")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    assert ingested() == 1
    click = db.scalars(select(Click)).one()
    assert answer.location.endswith(f".{click.id}")
    assert (click.link_id, click.class_, click.navigates) == (link.id, "human", True)


def test_the_job_in_the_other_language_is_reached_in_that_language(visitor, job, link, db):
    job.language = "fr"
    db.commit()
    location = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    assert location.startswith("/fr/jobs/engineer-x?via=")


@pytest.mark.parametrize(
    ("agent", "kind", "status"),
    [
        (BROWSER["User-Agent"], "human", 302),
        ("LinkedInBot/1.0 (+http://www.linkedin.com)", "preview", 200),
        ("curl/8.5.0", "bot", 302),
        ("", "bot", 302),
    ],
)
def test_each_click_is_kept_with_its_class(visitor, link, ingested, db, agent, kind, status):
    answer = visitor.get(f"/r/{link.code}", headers={"User-Agent": agent})
    assert answer.status_code == status
    ingested()
    assert db.scalars(select(Click.class_)).all() == [kind]
    assert db.execute(select(ClickCount.class_, ClickCount.clicks)).all() == [(kind, 1)]


def test_a_preview_shows_the_job_and_names_nobody_who_is_not_shown(visitor, link):
    agent = {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}
    page = visitor.get(f"/r/{link.code}", headers=agent).get_data(as_text=True)
    assert '<meta property="og:title" content="Engineer">' in page
    assert "Lyon" in page
    assert "Ada" not in page


def test_a_prefetch_is_kept_apart_and_asked_to_come_again(visitor, link, ingested, db):
    answer = visitor.get(f"/r/{link.code}", headers={**BROWSER, "Sec-Purpose": "prefetch"})
    assert answer.status_code == 503
    ingested()
    assert db.scalars(select(Click.class_)).all() == ["prefetch"]


@pytest.mark.parametrize("method", ["head", "options"])
def test_only_get_is_a_click(visitor, link, ingested, method):
    getattr(visitor.client, method)(f"/r/{link.code}", headers=BROWSER)
    assert ingested() == 0


@pytest.mark.parametrize(
    "code", ["zzzzzzzzzzzz", "a", "x" * 60, "../../etc", "%00", "https:%2F%2Fevil.example"]
)
def test_an_unknown_code_leads_to_the_jobs_and_counts_nothing(visitor, link, ingested, code):
    answer = visitor.get(f"/r/{code}", headers=BROWSER)
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert 'href="/jobs"' in answer.get_data(as_text=True)
    assert ingested() == 0


def test_nothing_in_the_request_decides_where_a_link_leads(visitor, link):
    headers = {**BROWSER, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = visitor.get(f"/r/{link.code}?next=https://evil.example", headers=headers)
    assert answer.location.startswith("/jobs/engineer-x?via=")


def test_an_address_is_never_stored(visitor, link, ingested, settings, database):
    visitor.get(f"/r/{link.code}", headers=BROWSER, environ_base={"REMOTE_ADDR": "198.51.100.77"})
    folder = settings.folder("journal")
    assert all(b"198.51" not in path.read_bytes() for path in journals(folder))
    ingested()
    for path in Path(settings.data_dir).rglob("*"):
        if path.is_file():
            assert b"198.51.100" not in path.read_bytes(), path


def test_replaying_a_journal_after_a_crash_stores_each_click_once(
    visitor, link, ingested, db, settings
):
    for _ in range(5):
        visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert ingested() == 5
    assert ingested() == 0
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert ingested() == 1
    assert db.scalar(select(func.count()).select_from(Click)) == 6
    assert db.scalar(select(func.sum(ClickCount.clicks))) == 6


def test_a_finished_journal_is_deleted_once_it_is_stored(
    app, visitor, link, ingested, db, settings
):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    app.extensions["follow"].journal.close()
    assert ingested() == 1
    assert journals(settings.folder("journal")) == []
    assert db.scalars(select(JournalOffset)).all() == []


def test_the_daily_counts_always_equal_the_clicks(visitor, link, ingested, db):
    start = clock.now()
    for hours in (0, 5, 30, 31, 80):
        with clock.set_to(start - timedelta(hours=hours)):
            visitor.get(f"/r/{link.code}", headers=BROWSER)
            visitor.get(f"/r/{link.code}", headers={"User-Agent": "curl/8"})
    ingested()
    clicks = Counter((c.at.date(), c.class_) for c in db.scalars(select(Click)))
    counts = {(c.day, c.class_): c.clicks for c in db.scalars(select(ClickCount))}
    assert counts == dict(clicks)


def test_links_go_on_while_the_database_is_away(app, visitor, link, ingested, monkeypatch):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    follow = app.extensions["follow"]

    def away(_code):
        raise OperationalError("select", {}, Exception("the database is away"))

    monkeypatch.setattr(follow.links, "_load", away)
    monkeypatch.setattr("referrals.following.FRESH", -1.0)
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 302
    assert ingested() == 2


def test_a_full_disk_does_not_stop_the_visitor_and_is_not_silent(app, visitor, link, monkeypatch):
    def full(_line):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(app.extensions["follow"].journal, "append", full)
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.location == f"/jobs/engineer-x?via={link.code}"
    ready = visitor.get("/readyz")
    assert ready.status_code == 503
    assert "1 clicks could not be written" in ready.get_data(as_text=True)


def test_a_salt_that_cannot_be_kept_does_not_stop_the_visitor(app, visitor, link, monkeypatch):
    def full(_day):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(app.extensions["follow"].visitors, "_load_or_make", full)
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 302


def test_a_link_never_seen_says_so_kindly_while_the_database_is_away(
    app, visitor, link, monkeypatch
):
    def away(_code):
        raise OperationalError("select", {}, Exception("the database is away"))

    monkeypatch.setattr(app.extensions["follow"].links, "_load", away)
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "try again" in answer.get_data(as_text=True)


IMPOSSIBLE = [
    {"at": 1e300}, {"at": "x"}, {"visitor": 2**70}, {"kind": "unknown"}, {"link": [1]},
    {"id": ""}, {"id": "x" * 40}, {"name": "a\0b"}, {"navigates": 1}, {"link": 2**40},
]  # fmt: skip


@pytest.mark.parametrize("changes", IMPOSSIBLE)
def test_a_line_that_cannot_be_holds_up_no_other(visitor, link, ingested, settings, changes):
    folder = settings.folder("journal")
    line = asdict(Line("y" * 12, link.id, 1.7e9, "human", "", True, 1, "own-1")) | changes
    body = json.dumps(line).encode()
    (folder / "aaa.journal").write_bytes(b"%d %08x %s\n" % (len(body), zlib.crc32(body), body))
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert ingested() == 1


def test_what_is_no_journal_holds_up_no_other(visitor, link, ingested, settings):
    folder = settings.folder("journal")
    (folder / "aaa.journal").mkdir()
    (folder / "aab.journal").symlink_to("/nowhere")
    (folder / "aac.journal").write_bytes(os.urandom(5000))
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert ingested() == 1


def test_a_journal_that_comes_back_from_a_backup_brings_nothing_twice(
    visitor, link, ingested, db, settings
):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    (path,) = journals(settings.folder("journal"))
    (path.parent / "copy.journal").write_bytes(path.read_bytes())
    assert ingested() == 1
    assert db.scalar(select(func.sum(ClickCount.clicks))) == 1


def test_a_click_of_another_database_does_not_hold_up_the_rest(visitor, link, ingested, db, app):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    journal = app.extensions["follow"].journal
    journal.append(Line("x" * 12, 999_999, 1.7e9, "human", "", True, 1, "own-1"))
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert ingested() == 2
