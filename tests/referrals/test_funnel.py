"""How far applications get: those through a colleague beside all others."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import event

from careers.base import clock
from careers.hiring.models import Application, Stage, StageChange
from referrals import funnel as funnels
from referrals.funnel import Steps, funnel_of
from referrals.models import Credit, Receipt
from referrals.periods import Period
from tests.cast import Cast

NUMBERS = count(1)


@pytest.fixture
def applied(db, job, link):
    """Makes an application: through a colleague or not, and the stages it was moved to."""

    def make(*stages, credit=None, sourced=False, ago=0, days=None):
        number = next(NUMBERS)
        at = clock.now() - timedelta(days=ago)
        application = Application(
            token_hash=f"t{number}", submission=f"s{number}", job_id=job.id, name="Zoé",
            email=f"z{number}@example.org", created_at=at, stage=stages[-1] if stages else "new",
            hired_at=at + timedelta(days=days) if days is not None else None,
        )  # fmt: skip
        application.changes = [StageChange(stage=stage) for stage in stages]
        db.add(application)
        db.flush()
        receipt = Receipt(
            application_id=application.id, rule="last_touch", version=1, parameters={},
            touches=[], outcome="credited" if credit else "none_counts" if sourced else "no_touch",
            sha256="0" * 64,
        )  # fmt: skip
        if credit:
            receipt.credits = [
                Credit(
                    application_id=application.id, person=link.person, link=link, kind=credit,
                    part=1, whole=1,
                )
            ]  # fmt: skip
        db.add(receipt)
        db.commit()
        return application

    return make


def test_each_application_counts_as_far_as_it_ever_got(applied, db):
    applied(credit="referral")
    applied(Stage.INTERVIEW, Stage.REJECTED, credit="referral")
    applied(Stage.INTERVIEW, Stage.OFFER, Stage.HIRED, credit="referral", days=10)
    applied(Stage.SCREENING, Stage.REJECTED)
    applied(Stage.SCREENING, Stage.HIRED, days=30)
    found = funnel_of(db, Period())
    assert found.referred == Steps(3, 2, 1)
    assert found.others == Steps(2, 1, 1)
    assert found.all == Steps(5, 3, 2)
    assert (found.referred_days, found.others_days) == (10, 30)


def test_a_source_is_known_whether_or_not_it_earned_anything(applied, db):
    applied(credit="referral")
    applied(credit="inspiration")
    applied(sourced=True)
    applied()
    found = funnel_of(db, Period())
    assert found.sourced == 3
    assert found.referred.applied == 1  # whose page was read has not brought anybody


def test_only_the_period_counts(applied, db):
    applied(credit="referral", ago=40)
    applied(ago=40, days=3)
    found = funnel_of(db, Period(since=(clock.now() - timedelta(days=30)).date()))
    assert found.all == Steps(0, 0, 0)
    assert found.referred_days is None


def test_rates_stand_side_by_side_only_when_there_is_enough(applied, visit_as, monkeypatch):
    applied(credit="referral")
    applied(Stage.INTERVIEW)
    recruiter = visit_as(Cast.RECRUITER)
    page = recruiter.get("/recruiting/funnel").get_data(as_text=True)
    assert "Shares are shown once there are 20 applications on each side." in page
    assert "(100%)" not in page
    monkeypatch.setattr(funnels, "LEAST", 1)
    page = recruiter.get("/recruiting/funnel").get_data(as_text=True)
    assert "(100%)" in page
    assert re.search(r"We know of 50% of all applications \(1 of 2\)", page)


def test_it_says_so_when_nobody_applied(visit_as):
    page = visit_as(Cast.RECRUITER).get("/recruiting/funnel?period=30").get_data(as_text=True)
    assert "Nobody applied in these days" in page


def test_only_who_may_read_referrals_sees_it(visit_as):
    assert visit_as(Cast.ENGINEER).get("/recruiting/funnel").status_code in {403, 404}


@pytest.mark.usefixtures("still")
def test_the_number_of_queries_does_not_grow(applied, app, visit_as):
    recruiter = visit_as(Cast.RECRUITER)
    engine = app.extensions["database"].engine

    def queries():
        asked = []

        def note(*_):
            asked.append(1)

        event.listen(engine, "before_cursor_execute", note)
        recruiter.get("/recruiting/funnel")
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    few = queries()
    for _ in range(5):
        applied(Stage.HIRED, credit="referral", days=2)
        applied(Stage.HIRED, days=2)
    assert queries() <= few
