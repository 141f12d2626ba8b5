"""From a hire to its bonuses, as facts and dates change; and what an employee sees of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, select

from careers.base import codes
from careers.base.mail import Mail
from careers.base.outbox import Work
from careers.base.people import Role, leave, person_by_email
from careers.hiring.models import Application
from careers.hiring.pipeline.models import Seat
from referrals.bonuses.models import BonusChange, Instalment
from referrals.bonuses.paying import say_paid
from referrals.bonuses.settling import award
from tests.bonuses.standing import SECOND, mails_to, only_bonus, standings, text
from tests.cast import Cast

# -- a hire ------------------------------------------------------------------------------------------


def test_a_hire_gives_each_their_share_once_and_waits_for_its_dates(db, hired, work, settled):
    application = hired(Cast.ENGINEER, Cast.COLLEAGUE)
    half = [(25_000, "eligible", ""), (25_000, "pending", "")]
    assert standings(db, application) == half * 2
    assert work() == 0 or standings(db, application) == half * 2
    assert mails_to(db, Cast.ENGINEER) == ["Your bonus for a hire"]
    settled(89)
    assert standings(db, application) == half * 2
    settled(91)
    assert standings(db, application) == [(25_000, "eligible", "")] * 4
    assert mails_to(db, Cast.ENGINEER) == ["Your bonus for a hire"] * 2
    rosa = person_by_email(db, Cast.RECRUITER)
    who = db.execute(select(BonusChange.before, BonusChange.after, BonusChange.person_id))
    assert sorted(map(tuple, who), key=str) == sorted(
        [("", "eligible", rosa.id), ("", "pending", rosa.id), ("pending", "eligible", None)] * 2,
        key=str,
    )


def test_a_hire_is_worked_out_once_however_often_it_is_asked(app, db, database, hired):
    application = hired(Cast.ENGINEER)
    for _ in range(2):
        with app.app_context(), database.writing() as writing:
            found = writing.get(Application, application.id)
            award(writing, found, None, app.extensions["settings"])
            writing.commit()
    assert standings(db, application) == [(50_000, "eligible", ""), (50_000, "pending", "")]
    assert len(db.scalars(select(BonusChange)).all()) == 2


def test_without_a_programme_nothing_is_promised(db, applied, moved):
    application = applied(Cast.ENGINEER)
    moved(application, "offer", "hired")
    assert standings(db, application) == []


def test_a_hire_waits_for_its_credit(db, job, moved, programme):
    key = codes.token()
    application = Application(
        token_hash=key, submission=key, job=job, name="Nadia", email="n@mail.example", stage="offer",
    )  # fmt: skip
    db.add(application)
    db.commit()
    moved(application, "offer", "hired")
    waiting = db.scalars(select(Work).where(Work.kind == "bonuses")).one()
    assert waiting.done_at is None
    assert waiting.last_error == "its credit is not decided yet"


def test_a_hire_taken_back_takes_what_is_not_paid_and_a_new_one_gives_it_again(
    db, app, database, hired, moved
):
    application = hired(Cast.ENGINEER)
    first = db.scalars(select(Instalment).order_by(Instalment.number)).first()
    with app.app_context(), database.writing() as writing:
        one = writing.get(Instalment, first.id)
        for who in (Cast.RECRUITER, SECOND):
            say_paid(writing, one, person_by_email(writing, who))
        writing.commit()
    moved(application, "hired", "offer")
    assert standings(db, application) == [
        (50_000, "paid", ""), (50_000, "ineligible", "hire_undone"),
    ]  # fmt: skip
    assert only_bonus(db).overpaid == 50_000
    moved(application, "offer", "hired")
    assert standings(db, application) == [(50_000, "paid", ""), (50_000, "pending", "")]
    assert only_bonus(db).overpaid == 0


@pytest.mark.parametrize(
    ("reason", "arranged"),
    [
        ("recruiter", lambda db, ada, job: ada.grant(Role.RECRUITER)),
        ("hiring_contact", lambda db, ada, job: setattr(job, "contact_id", ada.id)),
        (
            "hiring_contact",
            lambda db, ada, job: db.add(Seat(job_id=job.id, person_id=ada.id, part="manager")),
        ),
        ("left", lambda db, ada, job: leave(db, ada)),
    ],
)
def test_who_is_excluded_reads_why(db, applied, moved, programme, job, reason, arranged):
    application = applied(Cast.ENGINEER)
    arranged(db, person_by_email(db, Cast.ENGINEER), job)
    db.commit()
    moved(application, "offer", "hired")
    assert standings(db, application) == [(50_000, "ineligible", reason)] * 2


def test_ones_own_application_earns_nothing(db, hired):
    application = hired(Cast.ENGINEER, email="A.da+jobs@acme.example")
    assert standings(db, application) == [(50_000, "ineligible", "own_application")] * 2


def test_leaving_and_coming_back_are_noticed(db, hired, settled):
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    leave(db, ada)
    db.commit()
    settled()
    assert standings(db, application) == [(50_000, "ineligible", "left")] * 2
    ada.status, ada.left_at = "active", None
    db.commit()
    settled()
    assert standings(db, application) == [(50_000, "eligible", ""), (50_000, "pending", "")]


# -- what an employee sees ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sees", "shown"), [("steps", True), ("applied", False), ("nothing", False)]
)
def test_an_employee_sees_where_it_stands_and_no_more_than_the_candidate_allows(
    visit_as, db, hired, sees, shown
):
    hired(Cast.ENGINEER, sees=sees)
    page = text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert "€1,000" in page
    assert "It waits until" in page
    assert ("Nadia Rossi" in page) is shown
    assert "Nadia" not in " ".join(db.scalars(select(Mail.text)))
    assert "There is no bonus yet" in text(visit_as(Cast.COLLEAGUE).get("/me/bonuses"))


@pytest.mark.parametrize(("sees", "steps"), [("steps", True), ("applied", False)])
def test_my_links_tell_steps_share_and_bonus_as_far_as_the_candidate_allows(
    visit_as, hired, sees, steps
):
    hired(Cast.ENGINEER, Cast.COLLEAGUE, sees=sees)
    page = text(visit_as(Cast.ENGINEER).get("/me/links"))
    assert "Nadia Rossi" in page and "1/2" in page
    assert ("hired" in page) is ("€250 due" in page) is ("€250 waiting" in page) is steps
    assert ("applied on" in page) is ("stands only among your bonuses" in page) is not steps


def test_my_links_follow_a_correction(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    page = f"/recruiting/receipts/{application.code}/correction"
    ada = person_by_email(db, Cast.ENGINEER)
    fields = {f"share-{ada.code}": "0", "why": "He told her."}
    fields |= {"email": Cast.COLLEAGUE, "share": "1"}
    assert visit_as(Cast.RECRUITER).post(page, fields).status_code == 303
    lost = text(visit_as(Cast.ENGINEER).get("/me/links"))
    assert "none of it" in lost and "(corrected by hand)" in lost
    assert "Nadia Rossi" in text(visit_as(Cast.COLLEAGUE).get("/me/links"))


def test_my_links_page_through_everybody_who_came_and_count_them_all(
    visit_as, app, database, applied, monkeypatch, still
):
    monkeypatch.setattr("referrals.pages.mine.PAGE_ROWS", 2)
    statements = []

    def count(*said):
        statements.append(said[2])

    def asked(address):
        statements.clear()
        return text(ada.get(address)), len(statements)

    ada = visit_as(Cast.ENGINEER)
    applied(Cast.ENGINEER)
    event.listen(database.engine, "before_cursor_execute", count)
    asked("/me/links")
    _, queries = asked("/me/links")
    for number in range(4):
        applied(Cast.ENGINEER, email=f"nadia{number}@mail.example")
    first, more = asked("/me/links")
    last, _ = asked("/me/links?brought=3")
    beyond, _ = asked("/me/links?brought=4")
    event.remove(database.engine, "before_cursor_execute", count)
    assert more == queries
    for page, rows in ((first, 2), (last, 1), (beyond, 0)):
        assert page.count(">Nadia Rossi</td>") == rows
        assert re.search(r"5</dd>|>5<", page) and "applications came of it" in page
    assert "brought=2" in first and "Page 3 of 3" in last
    assert "There is nothing on this page" in beyond


def test_a_mail_tells_of_no_hire_that_the_candidate_keeps_back(db, hired, settled, moved):
    application = hired(Cast.ENGINEER, sees="applied")
    told = list(db.scalars(select(Mail.text).where(Mail.to == Cast.ENGINEER)))
    assert len(told) == 1 and "Due since" in told[0] and "It waits until" not in told[0]
    moved(application, "hired", "offer")
    assert len(mails_to(db, Cast.ENGINEER)) == 1
