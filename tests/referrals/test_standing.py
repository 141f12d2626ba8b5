"""Figures follow what was corrected by hand, and the audit proves that they do."""

from __future__ import annotations

import re
import threading
from fractions import Fraction

import pytest
from sqlalchemy import update

from careers.base import clock
from careers.base.people import person_by_email
from careers.hiring.models import Application
from referrals.auditing_credit import audit_credit
from referrals.bonuses.correcting import CorrectedMeanwhile, DecidedAnew
from referrals.bonuses.correcting import correct as correct_credit
from referrals.bonuses.models import CorrectedShare, Correction
from referrals.crediting import decide_credit, receipt_of
from referrals.funnel import funnel_of
from referrals.models import Click, FormStart, Touch
from referrals.periods import Period
from referrals.previewing import UNIT
from referrals.queries import link_rows, own
from referrals.standing import standing_shares
from referrals.totals import GROUPS, Board, brought_by, find_subject
from tests.bonuses.standing import opened
from tests.cast import Cast
from tests.referrals.test_dashboards import _queries

NAMES = {"ada": Cast.ENGINEER, "carl": Cast.COLLEAGUE}


@pytest.fixture
def correct(visit_as, db):
    """`correct(application, carl="0", ada="1/2")` as a recruiter does it; `to` is somebody else."""

    def send(application, to="", **shares):
        page = f"/recruiting/receipts/{application.code}/correction"
        rosa = visit_as(Cast.RECRUITER)
        sent = opened(rosa, page) | {"why": "They told her."}
        for name, share in shares.items():
            sent[f"share-{person_by_email(db, NAMES[name]).code}"] = share
        if to:
            sent |= {"email": to, "share": "1"}
        assert rosa.client.post(page, data=sent).status_code == 303
        db.expire_all()

    return send


def shown(db, group, period=None):
    """By name: applications, hires, credit."""
    rows = Board(db, period or Period()).brought(group)
    return {
        row.name: (row.figures.applications, row.figures.hires, row.figures.credit / UNIT)
        for row in rows
        if row.figures.applications
    }


def test_every_figure_follows_a_correction(came, correct, db, database, visit_as):
    application = came(ada=4, carl=2, hired=True)  # by the rule Carl's, by mail
    came(carl=1)
    assert shown(db, "employee") == {"Carl Bauer": (2, 1, 2)}
    correct(application, carl="1/2", ada="1/2")
    assert shown(db, "employee") == {"Carl Bauer": (2, 1, 1.5), "Ada Engel": (1, 1, 0.5)}
    assert shown(db, "channel") == {"email": (2, 1, 1.5), "linkedin": (1, 1, 0.5)}
    assert shown(db, "job") == {"Engineer": (2, 1, 2)}
    mine = link_rows(db, own(person_by_email(db, Cast.ENGINEER)), Period(), 9)
    assert [row.figures.applications for row in mine] == [1]
    rosa = visit_as(Cast.RECRUITER)
    page = rosa.get("/recruiting/referrals").text
    assert "0.50" in re.search("person-name[^>]*>Ada Engel.*?</tr>", page, re.DOTALL)[0]
    row = rosa.get("/recruiting/referrals/channel/linkedin").text
    assert "Ada Engel, LinkedIn" in row and "1/2" in row and "(corrected by hand)" in row
    table = rosa.post(
        "/recruiting/referrals/export/csv?by=channel", form_on="/recruiting/referrals"
    ).text
    assert "LinkedIn,1,1,0.5," in table
    assert audit_credit(database).first == []


def test_what_is_taken_from_everybody_is_no_referral_and_given_anew_it_is(
    came, correct, db, database
):
    application = came(carl=2, hired=True)
    correct(application, carl="0")
    assert [shown(db, group) for group in GROUPS] == [{}] * len(GROUPS)
    found = funnel_of(db, Period())
    assert (found.referred.applied, found.others.hired, found.sourced) == (0, 1, 1)
    assert audit_credit(database).first == []
    correct(application, to=Cast.EDITOR)  # whom no touch names
    assert shown(db, "employee") == {"Edith Martin": (1, 1, 1)}
    assert shown(db, "channel") == {"other": (1, 1, 1)}
    assert funnel_of(db, Period()).referred.hired == 1
    for group in GROUPS:
        for row in Board(db, Period()).brought(group):
            figures, _ = brought_by(db, find_subject(db, group, row.key), Period())
            assert figures == row.figures
    report = audit_credit(database)
    assert (report.corrected, report.first) == (1, [])


def test_somebody_named_without_any_touch_makes_the_source_known(came, correct, db, database):
    application = came()
    assert funnel_of(db, Period()).sourced == 0
    correct(application, to=Cast.COLLEAGUE)
    assert funnel_of(db, Period()).sourced == 1
    assert audit_credit(database).first == []


def test_the_number_of_queries_does_not_grow_with_corrections(came, correct, visit_as, database):
    made = [came(ada=4, carl=2) for _ in range(4)]
    rosa, ada = visit_as(Cast.RECRUITER), visit_as(Cast.ENGINEER)
    pages = (
        (rosa, "/recruiting/referrals"), (rosa, "/recruiting/referrals/channel/email"),
        (rosa, "/recruiting/funnel"), (ada, "/me/links"),
    )  # fmt: skip
    correct(made[0], carl="1/2", ada="1/2")
    few = [_queries(database, lambda b=b, page=page: b.get(page)) for b, page in pages]
    for application in made[1:]:
        correct(application, carl="1/2", ada="1/2")
    assert [_queries(database, lambda b=b, page=page: b.get(page)) for b, page in pages] == few


def test_the_audit_names_a_share_that_counts_for_a_wrong_link(came, correct, database, db):
    application = came(ada=4, carl=2)
    correct(application, carl="1/2", ada="1/2")
    db.execute(update(CorrectedShare).values(link_id=None))
    db.commit()
    first = audit_credit(database).first
    assert len(first) == 2
    assert all("counts for link None" in line for line in first)


def test_the_audit_counts_who_began_from_the_clicks(came, database, db, monkeypatch):
    came(ada=4, carl=2)
    came(ada=4, class_="bot")
    db.execute(update(Click).values(is_confirmed=True))
    db.add_all(FormStart(click_id=click.id) for click in db.query(Click))
    db.commit()
    report = audit_credit(database)
    assert (report.began, report.first) == (2, [])
    monkeypatch.setattr(Board, "_starts", [])
    assert "page, all time, all: began 0 → 2" in audit_credit(database).first


def test_the_audit_counts_the_way_to_a_hire_anew(came, database, monkeypatch):
    came(ada=4, hired=True)
    as_it_is = audit_credit.__globals__["funnel_of"]

    def one_more(db, period):
        found = as_it_is(db, period)
        return type(found)(
            found.referred._replace(hired=7), found.others, 9, found.referred_days,
            found.others_days,
        )  # fmt: skip

    monkeypatch.setattr("referrals.auditing_credit.funnel_of", one_more)
    first = audit_credit(database).first
    assert "from a link to a hire, all time: sourced 9 → 1" in first
    assert len(first) == 8


# -- several at once --------------------------------------------------------------------------


def at_once(app, database, *acts):
    """What each act, in a thread and a session of its own, comes back with or raises."""
    together, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number):
        with app.app_context(), database.writing() as own:
            together.wait()
            try:
                outcomes[number] = acts[number](own)
                own.commit()
            except (CorrectedMeanwhile, DecidedAnew) as late:
                own.rollback()
                outcomes[number] = type(late)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def correcting(app, application, share):
    """An act that corrects what it sees before anybody has corrected it."""
    number = application.id

    def act(own):
        found = own.get_one(Application, number)
        ada, rosa = (person_by_email(own, one) for one in (Cast.ENGINEER, Cast.RECRUITER))
        receipt = receipt_of(own, number)
        correct_credit(
            own, found, receipt, {ada: share}, rosa, "why", 0, app.extensions["settings"]
        )
        return share

    return act


def test_of_many_who_correct_a_credit_at_once_one_does(came, app, database, db):
    application = came(ada=4, carl=2)
    shares = [Fraction(1, number) for number in range(2, 8)]
    outcomes = at_once(app, database, *(correcting(app, application, one) for one in shares))
    (won,) = [one for one in outcomes if one is not CorrectedMeanwhile]
    assert standing_shares(db, application.id) == {person_by_email(db, Cast.ENGINEER).id: won}
    assert db.query(Correction).count() == 1
    assert audit_credit(database).first == []


def test_a_correction_and_a_new_decision_at_once_never_lose_each_other(came, app, database, db):
    settings = app.extensions["settings"]
    for _ in range(6):
        application = came(ada=4, carl=2)
        number = application.id
        carls = db.query(Touch).filter_by(application_id=number).order_by(Touch.id.desc()).first()
        carls.taken_out_at = clock.now()
        db.commit()
        again = {"application": number, "again": True}
        outcomes = at_once(
            app,
            database,
            correcting(app, application, Fraction(1, 2)),
            lambda own, payload=again: decide_credit(own, payload, settings),
        )
        db.expire_all()
        shares = standing_shares(db, number)
        ada = person_by_email(db, Cast.ENGINEER).id
        assert shares == {ada: 1 if outcomes[0] is DecidedAnew else Fraction(1, 2)}
        db.rollback()
    for correction in db.query(Correction):
        assert correction.receipt.is_newest
    assert audit_credit(database).first == []
