"""Boards become jobs: known again, changed, closed, opened again, and never by mistake."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from careers.base import search
from careers.jobs.importing import import_jobs
from careers.jobs.models import Job, JobImport
from careers.jobs.queries import count_open_jobs, latest_open_jobs, teams_hiring
from careers.main import entourage
from tests.jobs.samples import greenhouse, greenhouse_row, lever, lever_row


def _import(db, *rows, board="acme"):
    report = import_jobs(db, "greenhouse", board, greenhouse(*rows))
    db.commit()
    return report


def _numbers(report: JobImport):
    return (report.new, report.changed, report.unchanged, report.reopened, report.closed)


def _job(db, number=1) -> Job:
    return db.scalars(select(Job).where(Job.source_id == str(number))).one()


def test_importing_twice_changes_nothing(db):
    rows = [greenhouse_row(1), greenhouse_row(2, "Cook")]
    assert _numbers(_import(db, *rows)) == (2, 0, 0, 0, 0)
    before = {(job.id, job.code, job.slug, job.changed_at) for job in db.scalars(select(Job))}
    assert _numbers(_import(db, *rows)) == (0, 0, 2, 0, 0)
    assert {(j.id, j.code, j.slug, j.changed_at) for j in db.scalars(select(Job))} == before


def test_a_changed_job_changes_but_its_address_never_does(db):
    _import(db, greenhouse_row(1))
    slug = _job(db).slug
    assert slug == f"data-engineer-{_job(db).code}"
    assert _numbers(_import(db, greenhouse_row(1, "Head of data"))) == (0, 1, 0, 0, 0)
    assert (_job(db).title, _job(db).slug) == ("Head of data", slug)


def test_a_job_gone_from_two_complete_answers_in_a_row_is_closed(db):
    _import(db, greenhouse_row(1), greenhouse_row(2))
    first = _import(db, greenhouse_row(2))
    assert (first.missing, first.closed) == (1, 0)
    assert _job(db).is_open
    second = _import(db, greenhouse_row(2))
    assert (second.missing, second.closed) == (0, 1)
    assert not _job(db).is_open
    assert _import(db, greenhouse_row(2)).closed == 0


def test_a_job_that_comes_back_between_is_not_closed(db):
    _import(db, greenhouse_row(1), greenhouse_row(2))
    _import(db, greenhouse_row(2))
    _import(db, greenhouse_row(1), greenhouse_row(2))
    assert _import(db, greenhouse_row(2)).closed == 0
    assert _job(db).is_open


def test_an_empty_board_closes_its_jobs_the_second_time(db):
    _import(db, greenhouse_row(1))
    _import(db)
    assert _import(db).closed == 1


def test_a_closed_job_that_comes_back_is_open_again_at_its_address(db):
    _import(db, greenhouse_row(1), greenhouse_row(2))
    slug = _job(db).slug
    _import(db, greenhouse_row(2))
    _import(db, greenhouse_row(2))
    assert _numbers(_import(db, greenhouse_row(1), greenhouse_row(2))) == (0, 0, 1, 1, 0)
    assert (_job(db).is_open, _job(db).slug, _job(db).missed) == (True, slug, 0)


@pytest.mark.parametrize(
    "answer", [b"", b"oops", b"[]", b'{"jobs": 3}', b'{"jobs": [], "meta": {"total": 2}}']
)
def test_an_answer_of_no_use_closes_nothing_and_changes_nothing(db, answer):
    _import(db, greenhouse_row(1))
    for _ in range(3):
        report = import_jobs(db, "greenhouse", "acme", answer)
        db.commit()
        assert report.error
    assert (_job(db).is_open, _job(db).missed) == (True, 0)


def test_a_refused_row_is_reported_and_its_job_stays_open(db):
    _import(db, greenhouse_row(1), greenhouse_row(2))
    for _ in range(2):
        report = _import(db, greenhouse_row(1) | {"title": ""}, greenhouse_row(2))
    assert report.refused == [{"id": "1", "title": "", "why": "The row has no title."}]
    assert _job(db).is_open


def test_while_a_row_has_no_id_no_job_is_missing(db):
    _import(db, greenhouse_row(1), greenhouse_row(2))
    for _ in range(3):
        _import(db, greenhouse_row(2), greenhouse_row(None))
    assert _job(db).is_open


def test_the_same_id_on_two_boards_is_two_jobs(db):
    _import(db, greenhouse_row(1))
    _import(db, greenhouse_row(1), board="other")
    import_jobs(db, "lever", "acme", lever(lever_row("1")))
    db.commit()
    assert db.scalar(select(func.count(Job.id))) == 3
    _import(db)
    assert _import(db).closed == 1


def test_whom_to_ask_survives_an_import(db):
    from careers.base.people import person_by_email
    from tests.cast import Cast

    _import(db, greenhouse_row(1))
    _job(db).contact = person_by_email(db, Cast.ENGINEER)
    db.commit()
    _import(db, greenhouse_row(1, "Another title"))
    assert _job(db).contact.email == Cast.ENGINEER


def test_the_index_follows_what_was_committed(db, settings, work):
    def found(words):
        keys = search.find(db, settings, "job", words).keys
        return [job.title for job in db.scalars(select(Job).where(Job.slug.in_(keys)))]

    _import(db, greenhouse_row(1), greenhouse_row(2, "Cook"))
    work()
    assert found("cook") == ["Cook"]
    import_jobs(db, "greenhouse", "acme", greenhouse(greenhouse_row(3, "Never committed")))
    db.rollback()
    work()
    assert found("never") == []
    _import(db, greenhouse_row(2, "Baker"))
    _import(db, greenhouse_row(2, "Baker"))
    work()
    assert (found("cook"), found("baker"), found("engineer")) == ([], ["Baker"], [])


def test_what_the_homepage_asks(db):
    _import(
        db,
        greenhouse_row(1, first_published="2026-09-01T00:00:00Z"),
        greenhouse_row(2, "Cook", departments=[{"name": "Kitchen"}]),
        greenhouse_row(3, first_published="2026-08-01T00:00:00Z"),
    )
    assert count_open_jobs(db) == 3
    assert [job.source_id for job in latest_open_jobs(db, 2)] == ["2", "1"]
    assert teams_hiring(db) == {"Platform": 2, "Kitchen": 1}


# -- the command ---------------------------------------------------------------------------------


@pytest.fixture
def run(app):
    return lambda *words: CliRunner().invoke(entourage, words, obj=lambda: app)


@pytest.fixture(autouse=True)
def _the_app_is_handed_in(app, monkeypatch):
    monkeypatch.setattr("careers.main.make_app", lambda: app)


def test_a_file_is_imported_by_the_command(run, tmp_path, db):
    path = tmp_path / "acme.json"
    path.write_bytes(greenhouse(greenhouse_row(1), greenhouse_row(2) | {"title": ""}))
    done = run("import", "jobs", "--source", "greenhouse", str(path))
    assert done.exit_code == 0, done.output
    assert "greenhouse acme: 1 new, 0 changed" in done.output
    assert "refused: 2 : The row has no title." in done.output
    assert _job(db).board == "acme"
    done = run("import", "jobs", "--source", "greenhouse", str(path), "--board", "other")
    assert "greenhouse other: 1 new" in done.output
    path.write_text("{}")
    done = run("import", "jobs", "--source", "greenhouse", str(path))
    assert done.exit_code == 1
    assert "Nothing was changed." in done.output


@pytest.mark.parametrize("board", ["../etc", "a/b", "http://x", "x" * 101, "é", "a b"])
def test_what_is_neither_file_nor_board_is_refused(run, board):
    done = run("import", "jobs", "--source", "lever", board)
    assert done.exit_code == 1
    assert "not the name of a board" in done.output


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (404, b"", "no such board"),
        (500, b"[]", "status 500"),
        (200, b"<html>", "not JSON"),
        (200, None, "does not answer"),
    ],
)
def test_a_board_that_fails_closes_nothing_and_is_reported(
    run, db, monkeypatch, status, body, says
):
    from careers.base.fetching import Fetched, Unreachable

    asked = []

    def fetch(url, **options):
        asked.append(url)
        if body is None:
            raise Unreachable("The site does not answer.")
        return Fetched(status, url, body=body)

    import_jobs(db, "lever", "acme", lever(lever_row()))
    db.commit()
    monkeypatch.setattr("careers.jobs.commands.fetch", fetch)
    for _ in range(3):
        done = run("import", "jobs", "--source", "lever", "acme")
        assert done.exit_code == 1
        assert says in done.output
    assert asked[0] == "https://api.lever.co/v0/postings/acme?mode=json"
    assert _job(db, "a-1").is_open
    reports = db.scalars(select(JobImport).order_by(JobImport.id.desc())).all()
    assert says in reports[0].error


def test_a_board_is_fetched_and_imported(run, db, monkeypatch):
    from careers.base.fetching import Fetched

    answer = json.dumps([lever_row()]).encode()
    monkeypatch.setattr(
        "careers.jobs.commands.fetch", lambda url, **options: Fetched(200, url, body=answer)
    )
    done = run("import", "jobs", "--source", "lever", "acme")
    assert (done.exit_code, "1 new" in done.output) == (0, True), done.output


def test_the_index_is_rebuilt_by_the_command(run, db):
    _import(db, greenhouse_row(1))
    done = run("search", "rebuild")
    assert (done.exit_code, "1 documents" in done.output) == (0, True), done.output
