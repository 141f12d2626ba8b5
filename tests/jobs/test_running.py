"""Boards' turns: fetched when due, once among several hosts, and seen by recruiters."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, update

from careers.base import clock
from careers.base.fetching import Fetched, Unreachable
from careers.base.outbox import Work
from careers.jobs import running
from careers.jobs.models import Job, JobBoard, JobImport
from tests.cast import Cast
from tests.jobs import answers
from tests.jobs.samples import greenhouse, greenhouse_row


def _text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def world(app):
    """The boards there are, by the start of their address; what was asked."""
    answering: dict[str, bytes | int] = {}
    asked: list[str] = []

    def fetch(url, **options):
        asked.append(url)
        found = next((body for start, body in answering.items() if url.startswith(start)), None)
        if found is None:
            raise Unreachable("The site does not answer.")
        if isinstance(found, int):
            return Fetched(found, url)
        return Fetched(200, url, body=found)

    app.extensions["fetch"] = fetch
    answering["asked"] = 0
    fetch.asked = asked
    fetch.answering = answering
    return fetch


GREENHOUSE = "https://boards-api.greenhouse.io/v1/boards/acme/jobs"


def _add(visit_as, source="greenhouse", name="acme", email=Cast.RECRUITER, do="add"):
    form = {"source": source, "name": name, "every_hours": "6", do: "1"}
    browser = visit_as(email)
    answer = browser.post("/recruiting/boards/new", form, form_on="/recruiting/boards/new")
    return browser, answer


def _board(db) -> JobBoard:
    db.expire_all()
    return db.scalars(select(JobBoard)).one()


def test_trying_a_board_shows_what_it_would_bring_and_stores_nothing(visit_as, db, world):
    world.answering[GREENHOUSE] = greenhouse(greenhouse_row(1), greenhouse_row(2) | {"title": ""})
    _, answer = _add(visit_as, do="try")
    page = _text(answer)
    assert "It would bring 1 job" in page
    assert "Data engineer" in page
    assert "The row has no title." in page
    assert db.scalars(select(Job)).all() == []
    assert db.scalars(select(JobBoard)).all() == []


@pytest.mark.parametrize(
    ("answering", "why"),
    [
        (404, "There is no such board."),
        (500, "status 500"),
        (429, "less often"),
        (b"<html>", "not JSON"),
        (None, "does not answer"),
    ],
)
def test_trying_a_board_that_fails_says_why(visit_as, world, answering, why):
    if answering is not None:
        world.answering[GREENHOUSE] = answering
    _, answer = _add(visit_as, do="try")
    assert why in _text(answer)


@pytest.mark.parametrize("email", [Cast.RECRUITER, Cast.ADMIN])
def test_an_added_board_is_fetched_at_once_and_its_report_is_read(visit_as, db, world, work, email):
    world.answering[GREENHOUSE] = greenhouse(greenhouse_row(1), greenhouse_row(2) | {"title": ""})
    browser, answer = _add(visit_as, email=email)
    assert answer.status_code == 303
    waiting = _text(browser.get(answer.location))
    assert "It waits for its turn" in waiting
    assert 'data-hx-trigger="every 2s"' in waiting
    work()
    page = _text(browser.get(answer.location))
    assert "every 2s" not in page
    assert "1 row refused" in page
    assert "Data engineer" in page
    assert (_board(db).progress, _board(db).leased_until, _board(db).failures) == ("", None, 0)
    assert db.scalars(select(Job)).one().board == "acme"


def test_a_board_is_added_once(visit_as, world):
    _add(visit_as)
    _, answer = _add(visit_as)
    assert answer.status_code == 422
    assert "already there" in _text(answer)


def test_what_fails_closes_nothing_is_counted_and_is_tried_again(db, visit_as, world, work):
    world.answering[GREENHOUSE] = greenhouse(greenhouse_row(1))
    browser, answer = _add(visit_as)
    work()
    for broken in (500, b"<html>", b"", b'{"jobs": [], "meta": {"total": 9}}'):
        world.answering[GREENHOUSE] = broken
        browser.post(f"{answer.location}/run", {}, form_on=answer.location)
        work()
    assert db.scalars(select(Job)).one().is_open
    assert _board(db).failures == 4
    assert "It failed 4 times in a row" in _text(browser.get(answer.location))
    world.answering[GREENHOUSE] = greenhouse(greenhouse_row(1))
    browser.post(f"{answer.location}/run", {}, form_on=answer.location)
    work()
    assert _board(db).failures == 0


def test_a_due_board_becomes_one_piece_of_work_and_comes_again(db, database, visit_as, world, work):
    world.answering[GREENHOUSE] = greenhouse(greenhouse_row(1))
    _add(visit_as)
    work()
    with database.writing() as other:
        assert running.queue_due(other) == 0
    later = clock.now() + timedelta(hours=7)
    with clock.set_to(later):
        for queued in (1, 0):
            with database.writing() as other:
                assert running.queue_due(other) == queued
                other.commit()
        work()
        assert _board(db).due_at == later + timedelta(hours=6)
    assert len(db.scalars(select(JobImport)).all()) == 2


def test_several_hosts_at_once_make_one_piece_of_work(db, database, visit_as, world, work):
    _add(visit_as)
    work()
    db.execute(update(JobBoard).values(due_at=clock.now() - timedelta(minutes=1)))
    db.commit()
    together, queued = threading.Barrier(4), []

    def sweep():
        together.wait()
        with database.writing() as mine:
            queued.append(running.queue_due(mine))
            mine.commit()

    hosts = [threading.Thread(target=sweep) for _ in range(4)]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join()
    assert sorted(queued) == [0, 0, 0, 1]
    waits = select(Work).where(Work.kind == running.WORK, Work.done_at.is_(None))
    assert len(db.scalars(waits).all()) == 1


def test_a_board_that_somebody_fetches_is_left_to_them_until_their_lease_ends(
    db, visit_as, world, work
):
    world.answering[GREENHOUSE] = greenhouse(greenhouse_row(1))
    browser, answer = _add(visit_as)
    db.execute(update(JobBoard).values(leased_until=clock.now() + timedelta(minutes=1)))
    db.commit()
    work()
    assert world.asked == []
    with clock.set_to(clock.now() + timedelta(minutes=2)):
        browser.post(f"{answer.location}/run", {}, form_on=answer.location)
        work()
    assert len(world.asked) == 1


def test_a_paused_board_is_not_fetched_and_a_removed_one_keeps_its_jobs(
    db, database, visit_as, world, work
):
    world.answering[GREENHOUSE] = greenhouse(greenhouse_row(1))
    browser, answer = _add(visit_as)
    work()
    browser.post(f"{answer.location}/schedule", {"hours": "0"}, form_on=answer.location)
    with clock.set_to(clock.now() + timedelta(days=30)), database.writing() as other:
        assert running.queue_due(other) == 0
    assert "It is paused." in _text(browser.get(answer.location))
    browser.post(f"{answer.location}/schedule", {"hours": "24"}, form_on=answer.location)
    assert _board(db).every_hours == 24
    assert _board(db).due_at is not None
    browser.post(f"{answer.location}/remove", {}, form_on=answer.location)
    assert db.scalars(select(JobBoard)).all() == []
    assert db.scalars(select(Job)).one().is_open
    assert browser.get(answer.location).status_code == 404


def test_the_progress_of_a_long_fetch_is_seen_meanwhile(
    db, visit_as, world, work, app, monkeypatch
):
    monkeypatch.setattr(running, "BETWEEN", 0)
    base = "https://api.smartrecruiters.com/v1/companies/acme/postings"
    rows = [answers.SMARTRECRUITERS["content"][0] | {"id": str(n)} for n in range(3)]
    page = json.dumps({"totalFound": 3, "content": rows}).encode()
    seen = []

    def fetch(url, **options):
        db.rollback()
        seen.append(_board(db).progress)
        db.rollback()
        number = url.rsplit("/", 1)[1]
        return Fetched(
            200, url, body=page if "?" in url else json.dumps(rows[int(number)]).encode()
        )

    app.extensions["fetch"] = fetch
    _add(visit_as, "smartrecruiters")
    work()
    assert seen == ["0/1", "1/1", "2/4", "3/4"]
    assert base
    assert len(db.scalars(select(Job)).all()) == 3


@pytest.mark.parametrize("email", [Cast.ENGINEER, Cast.EDITOR])
def test_for_others_boards_do_not_exist(visit_as, email):
    assert visit_as(email).get("/recruiting/boards").status_code == 404


CSV = "id,Title,description\n1,Cook,You cook soup.\n2,,No title.\n"


def _bring(visit_as, text=CSV, do="import", name="hr", mapping="title = Title"):
    browser = visit_as(Cast.RECRUITER)
    form = {"name": name, "mapping": mapping, "content": (BytesIO(text.encode()), "jobs.csv"),
            do: "1"}  # fmt: skip
    return browser, browser.post("/recruiting/boards/file", form, form_on="/recruiting/boards/file")


def test_a_file_is_tried_then_brought_with_a_report_and_its_mapping_is_kept(visit_as, db):
    _, answer = _bring(visit_as, do="try")
    assert "It would bring 1 job" in _text(answer)
    assert db.scalars(select(Job)).all() == []
    browser, answer = _bring(visit_as)
    assert answer.status_code == 303
    page = _text(browser.get(answer.location))
    assert "1 row refused" in page
    assert db.scalars(select(Job)).one().title == "Cook"
    again = re.search(r'href="(/recruiting/boards/file\?name=hr)"', page)
    assert "title = Title" in _text(browser.get(again[1]))
    for _ in range(2):
        _bring(visit_as, "id,Title,description\n3,Baker,You bake bread.\n")
    db.expire_all()
    assert {job.title: job.is_open for job in db.scalars(select(Job))} == {
        "Cook": False, "Baker": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "mapping", "why"),
    [
        ("", "title = Title", "choose a file"),
        ("what", "title = Title", "neither CSV"),
        (CSV, "foo = Title", "no field “foo”"),
        (CSV, "title = Titel", "no column “Titel”"),
    ],
)
def test_a_file_or_mapping_of_no_use_is_answered_with_the_mend(visit_as, db, text, mapping, why):
    _, answer = _bring(visit_as, text, mapping=mapping)
    assert answer.status_code == 422
    assert why in _text(answer).replace("&#34;", '"')
    assert db.scalars(select(Job)).all() == []
