"""Through both doors the homepage is the same, and what is gone is gone from both at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from careers.base import clock
from careers.base.asking import Question
from careers.base.company import Company
from careers.base.people import Person, person_by_email
from careers.home.changes import NUMBER, version
from careers.home.door import HomeDoor
from careers.home.models import Exposure
from experts import showing
from referrals.doors import ASGIDoor, Pages
from tests.cast import Cast
from tests.doors import coming_through
from tests.home.test_front_page import ACTS, WORDS
from tests.serving import AGENT

pytestmark = pytest.mark.usefixtures("still")  # a page is kept for 20 seconds
PERSON = {"User-Agent": AGENT}


@pytest.fixture
def door(app):
    """The doors as `entourage serve` has them."""
    with coming_through(app, ASGIDoor(app, HomeDoor(app, Pages(app, 2)), 0), PERSON) as made:
        yield made
        if (server := made.door._others._changed._server) is not None:
            made.loop.run_until_complete(server.close())


@pytest.fixture
def shown(show, said):
    """Ada, with one entry on the homepage."""
    show(Cast.ENGINEER)
    said(Cast.ENGINEER, WORDS, days=28)


@pytest.mark.parametrize("path", ["/", "/fr/"])
def test_both_doors_answer_alike(door, shown, visitor, path):
    first = door.ask(path)
    assert (first[0], door.in_threads) == (200, 1)
    assert door.ask(path) == first
    etag = first[1]["etag"]
    assert door.ask(path, {**PERSON, "If_None_Match": etag})[0] == 200
    for method in ("GET", "HEAD"):
        for headers in (
            PERSON,
            {},
            {**PERSON, "Accept-Language": "fr-FR,fr;q=0.9", "Accept": "image/webp"},
            {**PERSON, "If-None-Match": etag},
            {**PERSON, "If-None-Match": f'W/{etag}, "other"'},
            {**PERSON, "If-None-Match": "*"},
            {**PERSON, "If-None-Match": '"other"'},
            {**PERSON, "If-None-Match": "\xff nonsense"},
            {**PERSON, "If-Modified-Since": "Mon, 30 Nov 2037 00:00:00 GMT"},
            {**PERSON, "Range": "bytes=0-9"},
            {**PERSON, "Host": "evil.example", "X-Forwarded-Host": "evil.example"},
        ):
            status, head, body = door.ask(path, headers, method)
            assert door.in_threads == 1, "this one needs no thread"
            flask = visitor.client.open(path, method=method, headers=headers)
            door.in_threads = 1
            assert status == flask.status_code, headers
            assert head == {name.lower(): value for name, value in flask.headers}, headers
            assert body == flask.data


def test_whoever_may_be_somebody_goes_on_to_the_pages(door, shown):
    door.ask()
    for path, headers, method in (
        ("/?x=1", PERSON, "GET"),
        ("/", {**PERSON, "Cookie": "entourage=x"}, "GET"),
        ("/", PERSON, "OPTIONS"),
        ("/fr", PERSON, "GET"),
        ("/jobs", PERSON, "GET"),
    ):
        before = door.in_threads
        assert door.ask(path, headers, method)[0] == 200
        assert door.in_threads == before + 1


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_what_is_gone_is_gone_from_the_next_request_on(door, shown, database, act):
    for _ in range(2):
        assert f">{WORDS}<" in door.ask()[2].decode()
    assert door.in_threads == 1
    with database.writing() as db:
        act(db, person_by_email(db, Cast.ENGINEER), person_by_email(db, Cast.EDITOR))
        assert f">{WORDS}<" in door.ask()[2].decode(), "it is not committed yet"
        db.commit()
    assert f">{WORDS}<" not in door.ask()[2].decode()


def test_all_who_find_it_changed_wait_for_one_that_is_made(door, shown, database):
    door.ask()
    with database.writing() as db:
        showing.opt_out(db, person_by_email(db, Cast.ENGINEER))
        db.commit()

    async def many():
        return await asyncio.gather(*(door.asking() for _ in range(20)))

    answers = door.loop.run_until_complete(many())
    assert door.in_threads == 2
    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, _, body in answers}) == 1
    assert WORDS not in answers[0][2].decode()


def test_time_alone_makes_it_anew(door, shown):
    now = clock.now()
    with clock.set_to(now):
        door.ask()
    for later in (timedelta(seconds=30), timedelta(minutes=15), timedelta(days=-1)):
        before = door.in_threads
        with clock.set_to(now + later):
            door.ask()
        assert door.in_threads == before + 1


def test_who_is_seen_is_counted_as_through_the_other_door(app, door, shown, db):
    for _ in range(3):
        door.ask()
    door.ask("/fr/")
    known = {**PERSON, "If-None-Match": door.ask()[1]["etag"]}
    assert door.ask(headers=known)[0] == 304
    for agent in ("Googlebot/2.1 (+http://www.google.com/bot.html)", "Slackbot 1.0", ""):
        door.ask(headers={"User-Agent": agent})
    door.ask(headers={**PERSON, "Sec-Purpose": "prefetch"})
    door.ask(method="HEAD")
    assert door.in_threads == 2
    app.extensions["seen"].write()
    assert db.scalars(select(Exposure.times)).all() == [6]


def test_a_lost_connection_costs_a_thread_and_no_answer(door, shown, db):
    for _ in range(2):
        door.ask()
    asking = door.door._others._changed
    if asking._file is not None:
        asking._file.close()
    else:
        pid = asking._server.info.backend_pid
        db.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        db.rollback()
    statuses = [door.ask()[0] for _ in range(3)]
    assert statuses == [200] * 3
    assert door.in_threads == 2


def test_no_answer_is_older_than_its_question(database, db):
    """Also while the database is being asked by somebody who came before."""
    asking = Question(database, NUMBER)

    async def ask():
        for turn in range(30):
            earlier = [asyncio.ensure_future(asking.answer()) for _ in range(3)]
            for _ in range(turn % 7):
                await asyncio.sleep(0)
            before = version(db)
            db.rollback()
            with database.writing() as writing:
                writing.execute(update(Company).values(name=f"Name {turn}"))
                writing.execute(update(Person).values(team=f"Team {turn}"))
                writing.commit()
            assert await asking.answer() == before + 1
            assert {await one for one in earlier} <= {before, before + 1}
        if asking._server is not None:
            await asking._server.close()

    asyncio.run(ask())
