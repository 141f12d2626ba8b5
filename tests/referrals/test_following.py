"""Following a share link, from the request to the stored click."""

from __future__ import annotations

import errno
import multiprocessing
import os
import re
import zlib
from collections import Counter
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from careers.base import clock
from careers.base.mail import Mail
from careers.base.people import leave
from referrals.following import click_id
from referrals.journal import Line, Rendered, journals
from referrals.models import Click, JournalOffset, LinkDay, LinkVisitor, LostClicks, Rendering
from tests.cast import Cast
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
    assert db.scalars(select(getattr(LinkDay, kind))).all() == [1]


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


def test_head_is_kept_as_a_robot_and_other_methods_are_no_click(visitor, link, ingested, db):
    visitor.client.options(f"/r/{link.code}", headers=BROWSER)
    assert ingested() == 0
    answer = visitor.client.head(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 302
    assert ingested() == 1
    assert db.execute(select(Click.class_, Click.source)).one() == ("bot", "HEAD")


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
    assert db.scalar(select(func.sum(LinkDay.human + LinkDay.repeat))) == 6


def test_a_finished_journal_is_deleted_once_it_is_stored(
    app, visitor, link, ingested, db, settings
):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    app.extensions["following"].journal.close()
    assert ingested() == 1
    assert journals(settings.folder("journal")) == []
    assert db.scalar(select(func.count()).select_from(JournalOffset)) == 1


def test_the_daily_counts_always_equal_the_clicks(visitor, link, ingested, db):
    start = clock.now()
    for hours in (0, 5, 30, 31, 80):
        with clock.set_to(start - timedelta(hours=hours)):
            visitor.get(f"/r/{link.code}", headers=BROWSER)
            visitor.get(f"/r/{link.code}", headers={"User-Agent": "curl/8"})
    ingested()
    clicks = Counter((c.at.date(), c.class_) for c in db.scalars(select(Click)))
    counts = Counter()
    for day in db.scalars(select(LinkDay)):
        counts |= {(day.day, "human"): day.human + day.repeat, (day.day, "bot"): day.bot}
    assert counts == clicks


def test_links_go_on_while_the_database_is_away(app, visitor, link, ingested, monkeypatch):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    follow = app.extensions["following"]

    def away(_code):
        raise OperationalError("select", {}, Exception("the database is away"))

    monkeypatch.setattr(follow.links, "_load", away)
    monkeypatch.setattr("referrals.ways.FRESH", -1.0)
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 302
    assert ingested() == 2


def test_a_full_disk_does_not_stop_the_visitor_and_is_not_silent(
    visitor, link, ingested, db, work, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.location == f"/jobs/engineer-x?via={link.code}"
    ready = visitor.get("/readyz")
    assert ready.status_code == 503
    assert "1 clicks could not be written" in ready.get_data(as_text=True)
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    ingested()
    assert db.scalars(select(LostClicks.clicks)).all() == [1]
    work()
    mail = db.scalars(select(Mail)).one()
    assert (mail.to, mail.subject) == (Cast.ADMIN, "1 click could not be recorded")


def test_a_salt_that_cannot_be_kept_does_not_stop_the_visitor(app, visitor, link, monkeypatch):
    def full(_day):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(app.extensions["following"].visitors, "_load_or_make", full)
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 302


def test_a_link_never_seen_says_so_kindly_while_the_database_is_away(
    app, visitor, link, monkeypatch
):
    def away(_code):
        raise OperationalError("select", {}, Exception("the database is away"))

    monkeypatch.setattr(app.extensions["following"].links, "_load", away)
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "try again" in answer.get_data(as_text=True)


IMPOSSIBLE = [
    {"at": 10**300}, {"at": "x"}, {"visitor": 2**70}, {"kind": "unknown"}, {"link": "[1]"},
    {"id": ""}, {"id": "x" * 40}, {"source": "a\0b"}, {"navigates": "2"}, {"link": 2**40},
    {"lists": "x" * 50}, {"source": "one\tfield too many"}, {"job": -1},
]  # fmt: skip


@pytest.mark.parametrize("changes", IMPOSSIBLE)
def test_a_line_that_cannot_be_holds_up_no_other(visitor, link, ingested, settings, changes):
    folder = settings.folder("journal")
    fields = {
        "tag": "C", "id": "y" * 12, "link": link.id, "job": 0, "at": 1_700_000_000_000_000,
        "kind": "human", "source": "", "navigates": 1, "visitor": 1, "lists": "own-1",
    }  # fmt: skip
    body = "\t".join(map(str, (fields | changes).values())).encode()
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
    assert db.scalar(select(func.sum(LinkDay.human))) == 1


def test_a_click_of_another_database_does_not_hold_up_the_rest(visitor, link, ingested, db, app):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    journal = app.extensions["following"].journal
    journal.append(Line("x" * 12, 999_999, 0, 10**15, "human", "", True, 1, "own-1"))
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert ingested() == 2


def test_what_comes_again_within_half_an_hour_is_counted_once(visitor, link, ingested, db):
    start = clock.now().replace(hour=3)
    for minutes in (0, 10, 29, 31, 62):
        with clock.set_to(start + timedelta(minutes=minutes)):
            visitor.get(f"/r/{link.code}", headers=BROWSER)
        ingested()
    assert db.execute(select(LinkDay.human, LinkDay.repeat, LinkDay.people)).all() == [(3, 2, 1)]


def test_the_order_in_which_journals_are_stored_changes_no_count(visitor, link, ingested, db, app):
    start = clock.now().replace(hour=3)
    journal = app.extensions["following"].journal
    line = Line("a" * 12, link.id, 0, 0, "human", "", True, 77, "own-1")
    for number, minutes in enumerate((31, 0, 29, 65)):
        at = int((start + timedelta(minutes=minutes)).timestamp() * 1e6)
        journal.append(line._replace(id=f"click{number}", at=at))
        ingested()
    assert db.execute(select(LinkDay.human, LinkDay.repeat, LinkDay.people)).all() == [(3, 1, 1)]
    repeats = db.scalars(select(Click.id).where(Click.is_repeat)).all()
    assert repeats == ["click2"]


def confirm(visitor, location, **headers):
    code, _, click = location.partition("?via=")[2].partition(".")
    return visitor.client.post(f"/r/{code}/seen/{click}", headers={**BROWSER, **headers})


def test_a_landing_page_that_was_rendered_confirms_a_person(visitor, link, ingested, db):
    location = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    ingested()
    assert db.execute(select(LinkDay.people, LinkDay.confirmed)).all() == [(1, 0)]
    for _ in range(3):
        assert confirm(visitor, location).status_code == 204
        ingested()
    db.rollback()
    assert db.execute(select(LinkDay.people, LinkDay.confirmed)).all() == [(1, 1)]
    assert db.scalars(select(Click.is_confirmed)).all() == [True]


def test_without_scripts_a_picture_confirms(visitor, link, ingested, db):
    location = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    page = visitor.get(location, headers={"Sec-Fetch-Site": "cross-site"}).get_data(as_text=True)
    click = location.rpartition(".")[2]
    assert f'<noscript><img src="/r/{link.code}/seen/{click}"' in page
    picture = visitor.get(f"/r/{link.code}/seen/{click}")
    assert (picture.status_code, picture.mimetype) == (200, "image/gif")
    assert "Set-Cookie" not in picture.headers
    ingested()
    assert db.scalars(select(LinkDay.confirmed)).all() == [1]


def test_only_the_landing_page_confirms_not_the_rest_of_the_visit(visitor, link):
    location = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    assert "/seen/" in visitor.get(location).get_data(as_text=True)
    page = visitor.get(location, headers={"Sec-Fetch-Site": "same-origin"})
    assert "/seen/" not in page.get_data(as_text=True)
    assert "/seen/" not in visitor.get(f"/jobs/engineer-x?via={link.code}").get_data(as_text=True)


def test_a_confirmation_may_come_before_its_click_from_another_journal(
    app, visitor, link, ingested, db
):
    journal = app.extensions["following"].journal
    at = int(clock.now().timestamp() * 1e6)
    journal.append(Rendered("early", at))
    ingested()
    assert db.scalars(select(Rendering.click_id)).all() == ["early"]
    journal.append(Line("early", link.id, 0, at, "human", "", True, 1, "own-1"))
    ingested()
    db.rollback()
    assert db.scalars(select(Rendering)).all() == []
    assert db.execute(select(LinkDay.people, LinkDay.confirmed)).all() == [(1, 1)]


def test_a_robot_that_renders_is_still_a_robot(visitor, link, ingested, db):
    location = visitor.get(f"/r/{link.code}", headers={"User-Agent": "curl/8"}).location
    confirm(visitor, location)
    ingested()
    assert db.execute(select(LinkDay.bot, LinkDay.confirmed)).all() == [(1, 0)]


def test_a_page_of_another_site_confirms_nothing(visitor, link, ingested, db):
    location = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    confirm(visitor, location, **{"Sec-Fetch-Site": "cross-site"})
    ingested()
    assert db.scalars(select(LinkDay.confirmed)).all() == [0]


def test_late_lines_of_a_day_long_past_are_counted_as_exactly(app, visitor, link, ingested, db):
    past = clock.now().replace(hour=3) - timedelta(days=9)
    for minutes in (0, 5, 40):
        with clock.set_to(past + timedelta(minutes=minutes)):
            last = visitor.get(f"/r/{link.code}", headers=BROWSER).location
        ingested()
    confirm(visitor, last)
    ingested()
    counted = select(LinkDay.human, LinkDay.repeat, LinkDay.people, LinkDay.confirmed)
    assert db.execute(counted).all() == [(2, 1, 1, 1)]
    assert db.scalars(select(LinkVisitor)).all() == []


def test_one_visitor_cannot_flood_a_link(app, visitor, link, ingested, monkeypatch):
    monkeypatch.setattr("referrals.following.AT_MOST", 5)
    with clock.set_to(clock.now()):
        answers = [visitor.get(f"/r/{link.code}", headers=BROWSER).status_code for _ in range(8)]
        other = visitor.get(f"/r/{link.code}", headers={**BROWSER, "User-Agent": "Mozilla/5.0 X"})
    assert answers == [302] * 5 + [429] * 3
    assert other.status_code == 302
    assert ingested() == 6


def test_a_clock_that_is_set_back_loses_and_doubles_nothing(visitor, link, ingested, db):
    now = clock.now().replace(hour=12)
    for minutes in (0, -45, 1, -44):
        with clock.set_to(now + timedelta(minutes=minutes)):
            visitor.get(f"/r/{link.code}", headers=BROWSER)
        ingested()
    counted = select(LinkDay.human, LinkDay.repeat, LinkDay.people)
    assert db.execute(counted).all() == [(2, 2, 1)]


def test_at_midnight_a_visitor_begins_anew(visitor, link, ingested, db):
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for seconds in (-2, -1, 0, 1):
        with clock.set_to(midnight + timedelta(seconds=seconds)):
            visitor.get(f"/r/{link.code}", headers=BROWSER)
    ingested()
    counted = select(LinkDay.human, LinkDay.repeat, LinkDay.people).order_by(LinkDay.day)
    assert db.execute(counted).all() == [(1, 1, 1), (1, 1, 1)]
    assert len(set(db.scalars(select(Click.visitor)))) == 2


@pytest.mark.parametrize("change", ["paused", "left"])
def test_a_link_without_an_owner_who_shares_leads_on_and_brings_nothing(
    app, visitor, link, ingested, db, change
):
    if change == "paused":
        link.paused_at = clock.now()
    else:
        leave(db, link.person)
    db.commit()
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.location == "/jobs/engineer-x"
    assert ingested() == 1


def test_no_click_has_the_name_of_another_also_of_another_process():
    names = [click_id(0) for _ in range(1000)]
    with multiprocessing.get_context("fork").Pool(2) as processes:
        names += chain(*processes.map(_names, (1000, 1000), chunksize=1))
    assert len(set(names)) == len(names) == 3000
    assert all(re.fullmatch("0{8}[0-9a-f]{12}", name) for name in names)


def _names(count):
    return [click_id(0) for _ in range(count)]
