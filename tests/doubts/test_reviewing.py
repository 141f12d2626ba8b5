"""What reviewers see of doubts and do about them, through the door."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import event, select

from careers.base.audit import Act
from careers.base.mail import Mail
from careers.base.people import Role, person_by_email
from careers.hiring.models import Application, Stage
from careers.hiring.moving import move_application
from referrals.bonuses.models import Correction, Programme, Term
from referrals.doubts import reviewing
from referrals.doubts.models import Doubt, DoubtChange
from tests.cast import Cast

ADA, CARL, ROSA = Cast.ENGINEER, Cast.COLLEAGUE, Cast.RECRUITER
QUEUE = "/recruiting/doubts"


@pytest.fixture
def rosa(visit_as):
    return visit_as(ROSA)


@pytest.fixture
def page(apply):
    """The page of an application of somebody with Carl's mailbox, brought by Ada."""
    return f"{QUEUE}/{apply(ADA, email='carl@acme.example').code}"


def seen(db):
    return [f"{one.code}.{one.version}" for one in db.scalars(select(Doubt).order_by(Doubt.id))]


def dismiss(browser, page, db, why="He changes teams.", values=None):
    fields = {"doubts": seen(db) if values is None else values, "why": why}
    return browser.post(f"{page}/dismissal", fields, form_on=page)


def states(db):
    return [
        one.state for one in db.scalars(select(Doubt).execution_options(populate_existing=True))
    ]


def test_an_empty_queue_says_what_would_stand_there(rosa):
    text = rosa.get(QUEUE).get_data(as_text=True)
    assert "Nothing waits to be looked at" in text
    assert "Doubts (" not in text


def test_the_queue_is_oldest_first_and_narrowed_by_kind(apply, rosa, db):
    apply(ADA, email="carl@acme.example", name="First Person")
    apply(ADA, email="x@mailinator.com", name="Second Person")
    text = rosa.get(QUEUE).get_data(as_text=True)
    assert text.index("First Person") < text.index("Second Person")
    assert "Doubts (2)" in text
    only = rosa.get(f"{QUEUE}?kind=disposable_mail").get_data(as_text=True)
    assert "Second Person" in only
    assert "First Person" not in only
    assert "None of this kind waits" in rosa.get(f"{QUEUE}?kind=late_link").get_data(as_text=True)
    assert rosa.get(f"{QUEUE}?kind=nonsense").status_code == 404
    assert "nothing on this page" in rosa.get(f"{QUEUE}?page=9").get_data(as_text=True)


def test_a_page_explains_each_doubt_in_both_languages(page, rosa):
    text = rosa.get(page).get_data(as_text=True)
    assert "comes from the mailbox of Carl Bauer, who works here" in text
    assert "It may be innocent." in text
    french = rosa.get(f"/fr{page}").get_data(as_text=True)
    assert "vient de la boîte e-mail de Carl Bauer" in french


def test_nothing_wrong_is_said_with_a_reason_and_taken_back(page, rosa, db):
    assert dismiss(rosa, page, db, why=" ").status_code == 422
    assert states(db) == ["open"]
    assert dismiss(rosa, page, db).status_code == 303
    text = rosa.get(page).get_data(as_text=True)
    assert "He changes teams." in text
    assert "Rosa Klein" in text
    assert "Nothing is wrong</button>" not in text
    assert "Judged last" in rosa.get(QUEUE).get_data(as_text=True)
    answer = rosa.post(f"{page}/reopening", {"doubts": seen(db)}, form_on=page)
    assert answer.status_code == 303
    assert states(db) == ["open"]
    history = db.scalars(select(DoubtChange).order_by(DoubtChange.id)).all()
    assert [(one.before, one.after) for one in history] == [
        ("", "open"), ("open", "dismissed"), ("dismissed", "open"),
    ]  # fmt: skip
    acts = [act.what for act in db.scalars(select(Act))]
    assert acts.count("doubt:dismiss") == acts.count("doubt:reopen") == 1


def test_of_several_doubts_one_is_dismissed(apply, rosa, db):
    application = apply(ADA, email="a.d.a@acme.example", name="Nadia Rossi", visitor=5)
    for _ in range(2):
        apply(ADA, visitor=5)
    page = f"{QUEUE}/{application.code}"
    kinds = {one.kind: one for one in db.scalars(select(Doubt).where(
        Doubt.application_id == application.id))}  # fmt: skip
    one = kinds["self_referral"]
    assert dismiss(rosa, page, db, values=[f"{one.code}.{one.version}"]).status_code == 303
    db.expire_all()
    assert (one.state, kinds["one_visitor"].state) == ("dismissed", "open")


def test_the_second_of_two_reviewers_is_told_and_keeps_their_words(page, visit_as, rosa, db):
    alma = person_by_email(db, Cast.ADMIN)
    alma.grant(Role.RECRUITER)
    db.commit()
    second, before = visit_as(Cast.ADMIN), seen(db)
    assert dismiss(rosa, page, db).status_code == 303
    answer = dismiss(second, page, db, why="My own reason", values=before)
    assert answer.status_code == 409
    assert "Somebody else judged this meanwhile" in answer.get_data(as_text=True)
    assert states(db) == ["dismissed"]
    again = rosa.post(f"{page}/reopening", {"doubts": before}, form_on=page)
    assert again.status_code == 409


@pytest.mark.parametrize("value", ["", "nonsense", "abc.1", "a.99999999999", "../x.1"])
def test_nonsense_in_the_form_changes_nothing(page, rosa, db, value):
    assert dismiss(rosa, page, db, values=[value]).status_code in (409, 422)
    assert rosa.post(f"{page}/reopening", {"doubts": value}, form_on=page).status_code == 409
    assert states(db) == ["open"]


def test_what_became_of_another_application_is_not_dismissed_from_this_page(apply, rosa, db):
    mine = apply(ADA, email="carl@acme.example")
    apply(ADA, email="x@mailinator.com")
    assert dismiss(rosa, f"{QUEUE}/{mine.code}", db).status_code == 409
    assert states(db) == ["open", "open"]


def test_nobody_judges_a_doubt_about_their_own_referral(apply, rosa, db):
    application = apply(ROSA, email="carl@acme.example")
    page = f"{QUEUE}/{application.code}"
    text = rosa.get(page).get_data(as_text=True)
    assert "Somebody else judges this one" in text
    assert "Nothing is wrong</button>" not in text
    assert dismiss(rosa, page, db).status_code == 404
    assert rosa.post(f"{page}/reopening", {"doubts": seen(db)}, form_on=page).status_code == 404
    assert states(db) == ["open"]


def test_whom_a_doubt_names_does_not_judge_it(apply, visit_as, db):
    application = apply(ADA, email="carl@acme.example")
    person_by_email(db, CARL).grant(Role.RECRUITER)
    db.commit()
    assert dismiss(visit_as(CARL), f"{QUEUE}/{application.code}", db).status_code == 404


@pytest.mark.parametrize("email", [ADA, Cast.EDITOR, Cast.ADMIN])
def test_for_everybody_else_there_are_no_doubts(page, visit_as, email):
    browser = visit_as(email)
    for address in (QUEUE, page):
        assert browser.get(address).status_code == 404
    for act in ("dismissal", "reopening"):
        assert browser.post(f"{page}/{act}", {}, form_on="/me/links").status_code == 404
    assert "Doubts" not in browser.get("/me/links").get_data(as_text=True)


def test_an_address_without_doubts_is_none(apply, rosa):
    assert rosa.get(f"{QUEUE}/{apply(ADA).code}").status_code == 404


def test_many_who_judge_at_once_are_one(app, page, database, db):
    found = db.scalars(select(Doubt)).one()
    number, version = found.application_id, {found.code: found.version}
    outcomes, together = [], threading.Barrier(8)

    def judge():
        together.wait()
        with app.app_context(), database.writing() as writing:
            application = writing.get(Application, number)
            doubts = list(writing.scalars(select(Doubt)))
            person = person_by_email(writing, ROSA)
            try:
                reviewing.dismiss(writing, application, doubts, version, person, "fine")
                writing.commit()
                outcomes.append("done")
            except reviewing.ReviewedMeanwhile:
                outcomes.append("late")

    threads = [threading.Thread(target=judge) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", *["late"] * 7]
    assert db.query(DoubtChange).count() == 2


# -- correcting the credit -------------------------------------------------------------------------


def test_a_correction_begins_with_a_reason_and_closes_the_doubts(page, rosa, db):
    application = db.scalars(select(Application)).one()
    receipt = f"/recruiting/receipts/{application.code}/correction"
    text = rosa.get(page).get_data(as_text=True)
    assert f'action="{receipt}"' in text
    carried = {"carried": "1", "why": "After a review: An employee’s mailbox."}
    begun = rosa.post(receipt, carried, form_on=page)
    assert begun.status_code == 200
    text = begun.get_data(as_text=True)
    assert "After a review: An employee’s mailbox.</textarea>" in text
    assert "Correcting the credit closes it." in text
    assert not db.scalars(select(Correction)).all()
    ada = person_by_email(db, ADA)
    sent = {f"share-{ada.code}": "0", "why": "After a review: it is a move inside the company."}
    assert rosa.post(receipt, sent).status_code == 303
    assert states(db) == ["corrected"]
    last = db.scalars(select(DoubtChange).order_by(DoubtChange.id.desc())).first()
    assert last.why == "After a review: it is a move inside the company."
    assert "credit corrected" in rosa.get(page).get_data(as_text=True)


def test_the_employee_hears_nothing_before_a_correction(page, visit_as, db):
    application = db.scalars(select(Application)).one()
    browser = visit_as(ADA)
    for address in ("/me/links", "/me/bonuses", f"/me/receipts/{application.code}"):
        assert "doubt" not in browser.get(address).get_data(as_text=True).lower()
    assert not [mail for mail in db.scalars(select(Mail)) if "doubt" in mail.subject.lower()]


def test_whoever_is_part_of_it_closes_nothing_by_correcting(apply, rosa, db):
    application = apply(ROSA, email="carl@acme.example")
    code = person_by_email(db, ROSA).code
    receipt = f"/recruiting/receipts/{application.code}/correction"
    assert rosa.post(receipt, {f"share-{code}": "1/2", "why": "Half."}).status_code == 303
    assert states(db) == ["open"]


# -- the payroll -----------------------------------------------------------------------------------


@pytest.fixture
def hired(apply, db, work):
    db.add(
        Programme(
            name="Bring a friend", amount=100_000, currency="EUR", since=date(2020, 1, 1),
            two_people_above=60_000, terms=[Term(number=1, percent=100, days=0)],
        )
    )  # fmt: skip
    application = apply(ADA, email="carl@acme.example")
    application.stage = "offer"
    db.commit()
    move_application(db, application, Stage.OFFER, Stage.HIRED, person_by_email(db, ROSA))
    db.commit()
    work()
    db.expire_all()
    return application


@pytest.mark.parametrize(("who", "links"), [(ROSA, True), (Cast.ADMIN, False)])
def test_the_payroll_is_warned_and_not_held_up(hired, visit_as, who, links):
    browser = visit_as(who)
    text = browser.get("/recruiting/payroll").get_data(as_text=True)
    assert "doubt open" in text
    assert "rests on a referral about which a doubt is open" in text
    assert ('href="/recruiting/doubts"' in text) is links
    made = browser.post("/recruiting/payroll/export", {}, form_on="/recruiting/payroll")
    assert "/recruiting/payroll/" in made.location


def test_once_it_is_judged_the_payroll_says_nothing(hired, visit_as, db):
    rosa = visit_as(ROSA)
    page = f"{QUEUE}/{hired.code}"
    assert dismiss(rosa, page, db).status_code == 303
    assert "doubt open" not in rosa.get("/recruiting/payroll").get_data(as_text=True)


@pytest.mark.usefixtures("still")
def test_no_page_asks_more_when_there_is_more(apply, rosa, database, db):
    def asked(address):
        statements = []

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        assert rosa.get(address).status_code == 200
        event.remove(database.engine, "before_cursor_execute", note)
        return len(statements)

    first = apply(ADA, email="carl@acme.example")
    rosa.get(QUEUE)
    few = asked(QUEUE), asked(f"{QUEUE}/{first.code}")
    for number in range(8):
        apply(CARL if number % 2 else ADA, email=f"x{number}@mailinator.com", visitor=9)
    many = apply(ADA, email="y@mailinator.com", visitor=9)
    assert asked(QUEUE) == few[0]
    # A link of clicks and the other candidates are named by one query each, however many.
    assert asked(f"{QUEUE}/{many.code}") <= few[1] + 2
