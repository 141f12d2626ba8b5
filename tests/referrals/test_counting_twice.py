"""A click that comes twice, or at the very moment of another, is counted once and in one order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from careers.base import clock
from referrals.auditing import audit
from referrals.ingesting import ingest
from referrals.journal import Journal, Line, microseconds
from referrals.models import Click


def line_of(link, id="c1", ago=timedelta()):
    at = microseconds(clock.now() - ago)
    return Line(id, link.id, link.job_id, at, "human", "", True, 7, "own-1")


@pytest.mark.parametrize("ago", [timedelta(), timedelta(days=40)])
def test_a_journal_beside_its_own_copy_stops_nothing(database, db, link, tmp_path, ago):
    line = line_of(link, ago=ago)
    for _ in range(2):
        journal = Journal(tmp_path)
        journal.append(line)
        journal.close()
    assert ingest(database, tmp_path) == 1
    journal = Journal(tmp_path)
    journal.append(line)
    journal.append(line_of(link, "c2", ago + timedelta(minutes=1)))
    journal.close()
    assert ingest(database, tmp_path) == 1
    assert audit(database, tmp_path).differences == 0
    assert db.scalars(select(Click.id).order_by(Click.id)).all() == ["c1", "c2"]


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("at_once", [True, False])
def test_of_two_clicks_at_one_moment_the_same_is_the_repeat(
    database, db, link, tmp_path, order, at_once
):
    first = line_of(link)
    for id in order:
        journal = Journal(tmp_path)
        journal.append(first._replace(id=id))
        journal.close()
        if not at_once:
            ingest(database, tmp_path)
    ingest(database, tmp_path)
    assert db.scalars(select(Click.id).where(Click.is_repeat)).all() == ["b"]
    assert audit(database, tmp_path).differences == 0
