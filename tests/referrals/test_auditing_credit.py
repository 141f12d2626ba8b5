"""`entourage referrals audit` finds whatever of credit isn't what the receipts come to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from careers.base import clock
from careers.base.people import person_by_email
from careers.hiring.models import Application
from referrals.auditing_credit import audit_credit
from referrals.commands import referrals
from referrals.models import Credit, Receipt
from referrals.totals import Board
from tests.cast import Cast


@pytest.fixture
def some(came):
    came(ada=4, carl=2, ago=40, hired=True)
    came(ada=4, ago=3)
    came(carl=1, ago=3, class_="bot")
    return came(ago=1)


def test_nothing_differs_where_nothing_was_changed(some, database):
    report = audit_credit(database)
    assert report.first == []
    assert (report.receipts, report.credits, report.differences) == (4, 2, 0)
    assert report.totals > 100


def change(db, what, **values):
    table, where = what
    db.execute(update(table).where(where).values(**values))
    db.commit()


def test_each_change_of_a_stored_row_is_named(some, database, db):
    carl = person_by_email(db, Cast.COLLEAGUE)
    hers = Credit.receipt_id == 2  # Ada's alone
    cases = [
        ((Credit, hers), {"part": 1, "whole": 2}, "is 1/1, not 1/2"),
        ((Credit, hers), {"person_id": carl.id}, "names a link that no used touch has"),
        ((Receipt, Receipt.id == 1), {"outcome": "none_counts"}, "the outcome is credited"),
        ((Receipt, Receipt.id == 1), {"touches": []}, "SHA-256"),
        ((Receipt, Receipt.id == 1), {"rule": "guess"}, "no rule 'guess'"),
    ]
    for what, values, words in cases:
        table, where = what
        before = db.execute(table.__table__.select().where(where).limit(1)).mappings().one()
        change(db, what, **values)
        report = audit_credit(database)
        assert report.differences > 0, words
        assert any(words in line for line in report.first), report.first
        change(db, what, **{name: before[name] for name in values})
    assert audit_credit(database).first == []


def test_a_page_that_adds_up_otherwise_is_named_by_period_and_row(some, database, monkeypatch):
    as_it_is = Board.brought

    def one_more(self, group):
        rows = as_it_is(self, group)
        first = rows[0]
        figures = first.figures._replace(hires=first.figures.hires + 7)
        return [first._replace(figures=figures), *rows[1:]] if group == "channel" else rows

    monkeypatch.setattr(Board, "brought", one_more)
    report = audit_credit(database)
    assert report.differences == 4, "one for each period"
    assert any("page, all time, channel" in line and "hires" in line for line in report.first)


def test_an_application_whose_credit_was_never_decided_is_named(some, database, db, job):
    for ago in (timedelta(minutes=1), timedelta(hours=1)):
        late = Application(
            token_hash=f"{ago}", submission=f"{ago}", name="N", email="n@mail.example",
            job_id=job.id, created_at=clock.now() - ago,
        )  # fmt: skip
        db.add(late)
        db.commit()
    assert audit_credit(database).first == [f"application {late.code}: it has no receipt"]


def test_the_command_ends_with_a_status(some, database, app, db):
    runner = CliRunner()
    fine = runner.invoke(referrals, ["audit"], obj=lambda: app)
    assert (fine.exit_code, "0 differ" in fine.output) == (0, True), fine.output
    change(db, (Receipt, Receipt.id == 1), sha256="0" * 64)
    wrong = runner.invoke(referrals, ["audit"], obj=lambda: app)
    assert wrong.exit_code == 1
    assert "1 differ" in wrong.output
