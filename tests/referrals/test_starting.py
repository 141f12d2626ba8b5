"""The step between a click and an application: somebody began to fill in the form."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import func, select

from careers.base.people import person_by_email
from referrals.models import FormStart
from referrals.periods import Period
from referrals.queries import link_rows, own
from referrals.sharing import share
from referrals.targets import job_target
from referrals.totals import GROUPS, Board, brought_by, find_subject
from tests.cast import Cast
from tests.referrals.conftest import BROWSER


@pytest.fixture
def landed(visitor, link, ingested):
    """`landed()` follows the engineer's link and sees the page; the address of the form."""

    def follow(link=link, *, sees=True, headers=BROWSER):
        landing = visitor.get(f"/r/{link.code}", headers=headers).location
        code, click = re.search(r"via=(\w+)\.(\w+)", landing).groups()
        if sees:
            visitor.client.post(f"/r/{code}/seen/{click}")
        ingested()
        path, _, query = landing.partition("?")
        return f"{path}/apply?{query}"

    return follow


@pytest.fixture
def types(visitor):
    """`types(form)` is what the form's script says once something was typed."""

    def begin(form, **headers):
        path, _, query = form.partition("?")
        fields = {"via": query.removeprefix("via=")}
        return visitor.post(
            f"{path}/begun", fields, form_on=form, headers={**BROWSER, **headers}
        ).status_code

    return begin


def started(db):
    db.expire_all()
    return Board(db, Period()).total.started


def test_who_types_into_the_form_counts_once_however_often_it_is_said(db, landed, types):
    form = landed()
    assert started(db) == 0
    assert [types(form) for _ in range(3)] == [204] * 3
    assert started(db) == 1
    assert db.scalar(select(func.count(FormStart.click_id))) == 1


def test_without_scripts_sending_the_form_counts_right_or_wrong(db, landed, visitor):
    form = landed()
    wrong = {"submission": "x" * 32, "name": "", "cv": (io.BytesIO(b"no"), "cv.pdf")}
    assert visitor.post(form, wrong, headers=BROWSER).status_code == 422
    assert started(db) == 1


def test_opening_the_form_is_not_beginning_it(db, landed, visitor):
    visitor.get(landed(), headers=BROWSER)
    assert started(db) == 0


def test_it_counts_only_for_a_person_whose_click_was_confirmed(db, landed, types, ingested):
    form = landed(sees=False)
    assert types(form) == 204 and started(db) == 0
    landed()  # somebody else with the same browser confirms another click of the same visitor
    assert started(db) == 0


def test_a_robot_begins_nothing(db, landed, types):
    form = landed()
    assert types(form, **{"User-Agent": "curl/8"}) == 204
    assert db.scalar(select(func.count(FormStart.click_id))) == 0


def test_a_visitor_of_a_link_counts_once_a_day(db, landed, types):
    for _ in range(2):
        types(landed())
    total = Board(db, Period()).total
    assert (total.confirmed, total.started) == (1, 1)


def test_every_grouping_period_and_row_shows_it(db, visit_as, landed, types, link, job):
    mail = share(db, person_by_email(db, Cast.COLLEAGUE), job_target(job), "email")
    db.commit()
    types(landed())
    types(landed(mail))
    for group in GROUPS:
        board = Board(db, Period())
        rows = {row.key: row.figures.started for row in board.brought(group)}
        assert sum(rows.values()) == 2, group
        assert sum(figures.started for _, figures in board.trend.steps) == 2
        for key, count in rows.items():
            figures, trend = brought_by(db, find_subject(db, group, key), Period())
            assert figures.started == count == sum(step.started for _, step in trend.steps)
    mine = link_rows(db, own(person_by_email(db, Cast.ENGINEER)), Period(), 9)
    assert [row.figures.started for row in mine] == [1]
    rosa = visit_as(Cast.RECRUITER)
    page = rosa.get("/recruiting/funnel").get_data(as_text=True)
    assert re.search(r"Began an application form</th>\s*<td[^>]*>2</td>", page)
    table = rosa.post(
        "/recruiting/referrals/export/csv?by=channel", form_on="/recruiting/referrals"
    ).get_data(as_text=True)
    assert "Began" in table.splitlines()[0]


def test_a_form_without_a_trail_says_nothing(visitor, job):
    assert "data-begun" not in visitor.get(f"/jobs/{job.slug}/apply").get_data(as_text=True)
