"""What goes to the payroll, once, and who says that it was paid."""

from __future__ import annotations

import csv
import io

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from careers.base.people import Role, person_by_email
from referrals.bonuses.models import BonusChange, Instalment
from referrals.bonuses.paying import say_paid
from referrals.bonuses.rules import Step
from tests.bonuses.standing import NEW, SECOND, mails_to, only_bonus, standings, text
from tests.cast import Cast


def batch_made(browser):
    answer = browser.post("/recruiting/payroll/export", form_on="/recruiting/payroll")
    assert answer.status_code == 303
    return answer.location


def test_a_batch_is_exported_once_and_each_copy_says_which_it_is(visit_as, db, hired):
    ada = person_by_email(db, Cast.ENGINEER)
    ada.name = "=Ada & Sons"
    db.commit()
    hired(Cast.ENGINEER)
    rosa = visit_as(Cast.RECRUITER)
    assert "Ada &amp; Sons" in text(rosa.get("/recruiting/payroll"))
    page = batch_made(rosa)
    for time in ("1", "2"):
        answer = rosa.post(f"{page}/export/csv", form_on=page)
        head, row = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))
        said = dict(zip(head, row, strict=True))
        assert said["Employee"] == "'=Ada & Sons"
        assert (said["Amount"], said["Currency"], said["Instalment"]) == ("500.00", "EUR", "1 / 2")
        assert said["Export number"] == time
        assert "Nadia" not in str(row)
        assert f"-{time}.csv" in answer.headers["Content-Disposition"]
    assert rosa.post(f"{page}/export/xlsx", form_on=page).get_data()[:2] == b"PK"
    assert rosa.post(f"{page}/export/pdf", form_on=page).status_code == 404
    again = rosa.post("/recruiting/payroll/export", form_on=page)
    assert again.location == "/recruiting/payroll"
    assert "Nothing is due that wasn’t exported before." in text(rosa.get("/recruiting/payroll"))


def test_what_is_due_is_shown_in_pages_and_a_batch_takes_all_of_it(
    visit_as, db, hired, monkeypatch
):
    monkeypatch.setattr("referrals.bonuses.pages.payroll.PAGE_ROWS", 2)
    for number in range(3):
        hired(Cast.ENGINEER, email=f"nadia{number}@mail.example")
    rosa = visit_as(Cast.RECRUITER)

    def shown(address):
        return text(rosa.get(address))

    first, last = shown("/recruiting/payroll"), shown("/recruiting/payroll?page=2")
    assert first.count("€500</td>") == 2 and "3 instalments in all." in first
    assert last.count("€500</td>") == 1 and "Page 2 of 2" in last
    assert "There is nothing on this page" in shown("/recruiting/payroll?page=3")
    page = batch_made(rosa)
    assert shown(page).count("€500</td>") == 3
    exported = shown("/recruiting/payroll?exported=2")
    assert exported.count("€500</td>") == 1 and "3 instalments in all." not in exported


def test_above_the_limit_two_people_say_that_it_was_paid(visit_as, db, hired):
    hired(Cast.ENGINEER)
    rosa, alma = visit_as(Cast.RECRUITER), visit_as(SECOND)
    page = batch_made(rosa)
    one = db.scalars(select(Instalment).order_by(Instalment.number)).first()
    for browser, state in ((rosa, "eligible"), (rosa, "eligible"), (alma, "paid")):
        browser.post(f"{page}/payment", form_on="/recruiting/bonuses/programmes/new")
        db.expire_all()
        assert one.state == state
    assert (one.first_by.email, one.paid_by.email) == (Cast.RECRUITER, SECOND)
    log = text(alma.get("/admin/audit"))
    assert "Said first of two that a bonus was paid" in log and "Amount: €500<" in log


def test_up_to_the_limit_one_says_so_and_parallel_words_pay_once(
    visit_as, db, app, database, programme, hired
):
    programme.two_people_above = 100_000
    db.commit()
    hired(Cast.ENGINEER)
    one = db.scalars(select(Instalment).order_by(Instalment.number)).first()
    with app.app_context(), database.writing() as first:
        row = first.get(Instalment, one.id)
        assert say_paid(first, row, person_by_email(first, Cast.RECRUITER)) is Step.PAID
        first.commit()
        set_committed_value(row, "state", "eligible")  # as somebody slower had read it
        set_committed_value(row, "paid_at", None)
        assert say_paid(first, row, person_by_email(first, SECOND)) is Step.NOT_DUE
        first.rollback()
    db.expire_all()
    assert one.paid_by.email == Cast.RECRUITER
    assert [change.after for change in db.scalars(select(BonusChange))].count("paid") == 1


def test_nobody_says_it_of_their_own(visit_as, db, programme, applied, moved):
    programme.excludes_recruiters, programme.two_people_above = False, 100_000
    db.commit()
    moved(applied(Cast.RECRUITER), "offer", "hired")
    one = db.scalars(select(Instalment).order_by(Instalment.number)).first()
    rosa = visit_as(Cast.RECRUITER)
    rosa.post(f"/recruiting/bonuses/instalments/{one.code}/payment", form_on=NEW)
    db.expire_all()
    assert one.state == "eligible"


def test_recruiters_are_reminded_every_fourteen_days(db, hired, settled):
    hired(Cast.ENGINEER)
    assert [settled(days) for days in (13, 15, 16, 28, 30)] == [0, 1, 0, 0, 1]
    assert mails_to(db, Cast.RECRUITER).count("1 bonus waits for the payroll") == 2


def test_a_batch_marked_by_mistake_is_taken_back_with_a_reason(visit_as, db, hired):
    application = hired(Cast.COLLEAGUE, email="other@mail.example")
    rosa = visit_as(Cast.RECRUITER)
    page = rosa.post("/recruiting/payroll/export", form_on="/recruiting/payroll").location
    assert "handed to the payroll" in text(visit_as(Cast.COLLEAGUE).get("/me/bonuses"))
    alma = visit_as(SECOND)
    for browser in (rosa, alma):
        browser.post(f"{page}/payment", form_on=page)
    db.expire_all()
    assert standings(db, application)[0][1] == "paid"
    undo = f"{page}/payment/undo"
    assert rosa.post(undo, {"why": " "}, form_on=page).status_code == 422
    assert standings(db, application)[0][1] == "paid"
    assert rosa.post(undo, {"why": "The transfer bounced."}, form_on=page).status_code == 303
    db.expire_all()
    assert standings(db, application)[0] == (50_000, "eligible", "")
    last = db.scalars(select(BonusChange).order_by(BonusChange.id.desc())).first()
    assert (last.before, last.after, last.note) == ("paid", "eligible", "The transfer bounced.")
    assert last.person.email == Cast.RECRUITER
    history = text(rosa.get(f"/recruiting/bonuses/{only_bonus(db).code}"))
    assert "The transfer bounced." in history
    # It can be said anew, by two people again.
    rosa.post(f"{page}/payment", form_on=page)
    db.expire_all()
    assert standings(db, application)[0][1] == "eligible"
    alma.post(f"{page}/payment", form_on=page)
    db.expire_all()
    assert standings(db, application)[0][1] == "paid"


def test_nobody_takes_back_the_payment_of_their_own(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    person_by_email(db, Cast.ENGINEER).grant(Role.RECRUITER)
    db.commit()
    alma, rosa, ada = (visit_as(who) for who in (SECOND, Cast.RECRUITER, Cast.ENGINEER))
    page = alma.post("/recruiting/payroll/export", form_on="/recruiting/payroll").location
    for browser in (alma, rosa):
        browser.post(f"{page}/payment", form_on=page)
    assert ada.post(f"{page}/payment/undo", {"why": "Mine."}, form_on=page).status_code == 303
    db.expire_all()
    assert standings(db, application)[0][1] == "paid"
