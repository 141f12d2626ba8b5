"""Programmes are made and changed, and hold only what can be."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from referrals.bonuses.models import Programme
from tests.bonuses.standing import NEW, text
from tests.cast import Cast

TERMS = {
    "name": "Bring a friend", "amount": "1 500,50", "currency": "EUR", "percent_1": "50",
    "days_1": "0", "percent_2": "50", "days_2": "90", "scope": "all", "since": "2026-01-01",
    "excludes_recruiters": "y", "two_people_above": "1000",
}  # fmt: skip


@pytest.mark.parametrize("who", [Cast.RECRUITER, Cast.ADMIN])
def test_a_programme_is_made_and_changed(visit_as, db, job, who):
    browser = visit_as(who)
    assert browser.post(NEW, TERMS).status_code == 303
    made = db.scalars(select(Programme)).one()
    assert (made.amount, made.two_people_above, made.excludes_contact) == (150_050, 100_000, False)
    assert [(term.percent, term.days) for term in made.terms] == [(50, 0), (50, 90)]
    assert "€1,500.50" in text(browser.get("/recruiting/bonuses"))
    # What has no end stands in the log of acts, too.
    log = text(visit_as(Cast.ADMIN).get("/admin/audit"))
    assert "Made a bonus programme" in log and "Until: –" in log and "Amount: €1,500.50" in log
    assert "programme:make" not in log and "150050" not in log and "currency" not in log
    page = f"/recruiting/bonuses/programmes/{made.code}"
    assert 'value="1500.50"' in text(browser.get(page))
    changed = {**TERMS, "percent_1": "100", "percent_2": "", "scope": "jobs", "jobs": job.code}
    assert browser.post(page, changed).status_code == 303
    db.expire_all()
    assert [(term.percent, term.days) for term in made.terms] == [(100, 0)]
    assert made.jobs == [job]


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "1,500"}, {"amount": "0"}, {"amount": ""}, {"percent_2": "49"},
        {"percent_2": "51"}, {"days_1": "91"}, {"scope": "team"}, {"scope": "jobs"},
        {"since": ""}, {"percent_1": ""}, {"until": "2025-12-31"}, {"currency": "JPY"}, {"name": " "},
        {"two_people_above": "x"}, {"scope": "nonsense"}, {"team": "Nobody"},
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused(visit_as, db, job, wrong):
    assert visit_as(Cast.RECRUITER).post(NEW, {**TERMS, **wrong}).status_code == 422
    assert db.scalars(select(Programme)).all() == []
