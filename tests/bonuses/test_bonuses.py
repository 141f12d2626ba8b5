"""From a hire to the payroll: bonuses, refusals, appeals, corrections, and who sees what."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from careers.base import clock, codes
from careers.base.mail import Mail
from careers.base.outbox import Work
from careers.base.people import Role, leave, person_by_email
from careers.hiring.models import Application, Stage
from careers.hiring.moving import move_application
from referrals.bonuses.models import Appeal, Bonus, BonusChange, Instalment, Programme, Term
from referrals.bonuses.paying import say_paid
from referrals.bonuses.rules import Step
from referrals.bonuses.settling import award, remind_of_due, settle_due
from referrals.models import Credit, Receipt, Touch
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.jobs.samples import open_job

NEW = "/recruiting/bonuses/programmes/new"
SECOND = Cast.ADMIN


@pytest.fixture
def job(db):
    return open_job(db)


@pytest.fixture
def programme(db):
    made = Programme(
        name="Bring a friend", amount=100_000, currency="EUR", since=date(2020, 1, 1),
        two_people_above=60_000,
        terms=[Term(number=1, percent=50, days=0), Term(number=2, percent=50, days=90)],
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def applied(db, job):
    """`applied("ada@…", "carl@…")`: an application with an offer, credited to them equally; those
    in `without` brought a link that earned nothing."""

    def apply(*credited, without=(), sees="steps", email="nadia@mail.example"):
        key = codes.token()
        made = Application(
            token_hash=key, submission=key, job=job, name="Nadia Rossi", email=email,
            sharer_sees=sees, stage="offer",
        )  # fmt: skip
        db.add(made)
        db.flush()
        rows, credits = [], []
        for who in (*credited, *without):
            person = person_by_email(db, who)
            link = share(db, person, job_target(job), "linkedin")
            db.flush()
            db.add(Touch(application_id=made.id, how="code", link=link, person=link.person))
            moment = clock.now().isoformat()
            rows.append({
                "kind": "code", "link": link.code, "channel": "linkedin", "sharer": person.code,
                "shared_at": moment, "at": moment, "class": None, "by": "", "lists": None,
                "used": who in credited, "dropped": None if who in credited else "too_old",
            })  # fmt: skip
            if who in credited:
                credits.append(
                    Credit(
                        application_id=made.id,
                        person=person,
                        link=link,
                        kind="referral",
                        part=1,
                        whole=len(credited),
                    )  # fmt: skip
                )
        db.add(
            Receipt(
                application_id=made.id,
                rule="last_touch",
                version=1,
                parameters={"window_days": 30},
                touches=rows,
                outcome="credited" if credits else "none_counts",
                sha256="0" * 64,
                credits=credits,
            )  # fmt: skip
        )
        db.commit()
        return made

    return apply


@pytest.fixture
def moved(db, work):
    """`moved(application, "offer", "hired")` as the recruiter does it, with all that follows."""

    def move(application, before, after, who=Cast.RECRUITER):
        move_application(db, application, Stage(before), Stage(after), person_by_email(db, who))
        db.commit()
        work()
        db.expire_all()

    return move


@pytest.fixture
def hired(applied, moved, programme):
    def hire(*credited, **options):
        application = applied(*credited, **options)
        moved(application, "offer", "hired")
        return application

    return hire


@pytest.fixture
def settled(app, database, db):
    """`settled(in_days)` does what the background does every minute, so many days from now."""

    def settle(in_days=0):
        then = clock.set_to(clock.now() + timedelta(days=in_days))
        with then, app.app_context(), database.writing() as writing:
            settle_due(writing)
            reminded = remind_of_due(writing)
            writing.commit()
        db.expire_all()
        return reminded

    return settle


def standings(db, application):
    rows = db.execute(
        select(Instalment.amount, Instalment.state, Instalment.reason)
        .join(Bonus)
        .where(Bonus.application_id == application.id)
        .order_by(Bonus.person_id, Instalment.number)
    )
    return [tuple(row) for row in rows]


def text(answer):
    return answer.get_data(as_text=True)


def mails_to(db, email):
    found = select(Mail.subject).where(Mail.to == email).order_by(Mail.id)
    return list(db.scalars(found))


def only_bonus(db):
    return db.scalars(select(Bonus)).unique().one()


# -- programmes -----------------------------------------------------------------------------------

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
    assert "until: –" in text(visit_as(Cast.ADMIN).get("/admin/audit"))
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


# -- a hire ---------------------------------------------------------------------------------------


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


# -- payroll --------------------------------------------------------------------------------------


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


# -- what an employee sees ------------------------------------------------------------------------


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


def test_a_mail_tells_of_no_hire_that_the_candidate_keeps_back(db, hired, settled, moved):
    application = hired(Cast.ENGINEER, sees="applied")
    told = list(db.scalars(select(Mail.text).where(Mail.to == Cast.ENGINEER)))
    assert len(told) == 1 and "Due since" in told[0] and "It waits until" not in told[0]
    moved(application, "hired", "offer")
    assert len(mails_to(db, Cast.ENGINEER)) == 1


# -- refusals and appeals -------------------------------------------------------------------------


def refused_by_rosa(visit_as, db):
    found = only_bonus(db)
    page = f"/recruiting/bonuses/{found.code}"
    answer = visit_as(Cast.RECRUITER).post(
        f"{page}/refusal", {"why": "They met at our fair."}, form_on=page
    )
    assert answer.status_code == 303
    db.expire_all()
    return found


def appealed(visit_as, db, page, who=Cast.ENGINEER):
    answer = visit_as(who).post(page, {"text": "I sent her the link in May."})
    assert answer.status_code == 303
    return db.scalars(select(Appeal).order_by(Appeal.id.desc())).first()


def answered(browser, found, outcome, **more):
    page = f"/recruiting/appeals/{found.code}"
    fields = {"outcome": outcome, "answer": "The mails show it.", **more}
    return browser.post(page, fields, form_on=NEW)


def test_a_refused_bonus_is_appealed_once_and_decided_by_somebody_else(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    found = refused_by_rosa(visit_as, db)
    assert standings(db, application) == [(50_000, "ineligible", "refused")] * 2
    page = f"/me/bonuses/{found.code}/appeal"
    assert "They met at our fair." in text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert visit_as(Cast.COLLEAGUE).get(page).status_code == 404
    appeal = appealed(visit_as, db, page)
    appealed(visit_as, db, page)
    assert len(db.scalars(select(Appeal)).all()) == 1
    rosa = visit_as(Cast.RECRUITER)
    assert "Somebody else decides this one" in text(rosa.get(f"/recruiting/appeals/{appeal.code}"))
    assert answered(rosa, appeal, "granted").status_code == 404
    assert standings(db, application) == [(50_000, "ineligible", "refused")] * 2
    assert answered(visit_as(SECOND), appeal, "granted").status_code == 303
    db.expire_all()
    assert standings(db, application) == [(50_000, "eligible", ""), (50_000, "pending", "")]
    assert "Your appeal was granted." in mails_to(db, Cast.ENGINEER)
    again = rosa.post(f"/recruiting/bonuses/{found.code}/refusal", {"why": "Still."}, form_on=NEW)
    assert again.status_code == 303
    db.expire_all()
    assert standings(db, application)[0] == (50_000, "eligible", "")


def test_an_appeal_is_told_to_those_who_can_decide_it_and_to_no_party(visit_as, db, hired):
    hired(Cast.ENGINEER)
    found = refused_by_rosa(visit_as, db)
    appealed(visit_as, db, f"/me/bonuses/{found.code}/appeal")
    waits = "An appeal waits: Ada Engel"
    assert waits in mails_to(db, SECOND) and waits not in mails_to(db, Cast.RECRUITER)


def test_a_refused_appeal_changes_nothing_and_is_answered(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    found = refused_by_rosa(visit_as, db)
    appeal = appealed(visit_as, db, f"/me/bonuses/{found.code}/appeal")
    alma = visit_as(SECOND)
    assert answered(alma, appeal, "refused").status_code == 303
    assert answered(alma, appeal, "granted").status_code == 422  # it is decided
    db.expire_all()
    assert standings(db, application) == [(50_000, "ineligible", "refused")] * 2
    page = text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert "The mails show it." in page
    assert "/appeal" not in page


def test_an_appeal_against_a_refused_credit_gives_a_share_and_the_bonus_follows(
    visit_as, db, hired
):
    application = hired(Cast.COLLEAGUE, without=[Cast.ENGINEER])
    ada = person_by_email(db, Cast.ENGINEER)
    carl = person_by_email(db, Cast.COLLEAGUE)
    page = text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert "too long before" in page
    appeal = appealed(visit_as, db, f"/me/credits/{application.code}/appeal")
    alma = visit_as(SECOND)
    greedy = {f"share-{ada.code}": "1/2", f"share-{carl.code}": "2/3"}
    assert answered(alma, appeal, "granted", **greedy).status_code == 422
    assert db.scalars(select(Appeal.outcome)).one() == ""
    halves = {f"share-{ada.code}": "1/2", f"share-{carl.code}": "1/2"}
    assert answered(alma, appeal, "granted", **halves).status_code == 303
    db.expire_all()
    assert standings(db, application) == [(25_000, "eligible", ""), (25_000, "pending", "")] * 2
    mine = text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert "The mails show it." in mine and "credited to you since: 1/2" in mine
    assert "/appeal" not in mine
    assert db.scalars(select(Receipt.sha256)).one() == "0" * 64
    assert [(c.part, c.whole) for c in db.scalars(select(Credit))] == [(1, 1)]


@pytest.mark.parametrize("sees", ["nothing"])
def test_a_credit_that_the_candidate_hides_cannot_be_asked_about(visit_as, hired, sees):
    application = hired(Cast.COLLEAGUE, without=[Cast.ENGINEER], sees=sees)
    ada = visit_as(Cast.ENGINEER)
    assert "too long before" not in text(ada.get("/me/bonuses"))
    assert ada.get(f"/me/credits/{application.code}/appeal").status_code == 404


# -- paid by mistake ------------------------------------------------------------------------------


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


# -- corrections ----------------------------------------------------------------------------------


def test_a_correction_stands_beside_the_receipt_and_the_last_one_holds(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    page = f"/recruiting/receipts/{application.code}/correction"
    rosa = visit_as(Cast.RECRUITER)
    shared = {f"share-{ada.code}": "1/2", "why": "Both told her."}
    other = {"email": Cast.COLLEAGUE, "share": "1/2"}
    assert rosa.post(page, {**shared, **other}).status_code == 303
    assert standings(db, application) == [(25_000, "eligible", ""), (25_000, "pending", "")] * 2
    for browser, address in (
        (rosa, f"/recruiting/receipts/{application.code}"),
        (visit_as(Cast.ENGINEER), f"/me/receipts/{application.code}"),
        (visit_as(Cast.COLLEAGUE), f"/me/receipts/{application.code}"),
    ):
        shown = text(browser.get(address))
        assert "Both told her." in shown
        assert "Carl Bauer" in shown
    assert rosa.post(page, {f"share-{ada.code}": "0", "why": "No."}).status_code == 303
    assert standings(db, application)[:2] == [(0, "ineligible", "not_credited")] * 2
    assert mails_to(db, Cast.ENGINEER).count("Your share of a credit was corrected") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"ada": "1"}, {"ada": "2/3", "email": Cast.COLLEAGUE, "share": "1/2"}, {"ada": "3/2"},
        {"ada": "x"}, {"ada": "1/2", "email": "nobody@acme.example", "share": "1/2"},
        {"ada": "1/2", "email": Cast.RECRUITER, "share": "1/2"}, {"ada": "0", "why": ""},
        {"ada": "1/2", "email": Cast.GONE, "share": "1/2"},
    ],
)  # fmt: skip
def test_corrections_that_cannot_be_are_refused(visit_as, db, hired, wrong):
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    page = f"/recruiting/receipts/{application.code}/correction"
    sent = {"why": "A reason.", **wrong, f"share-{ada.code}": wrong["ada"]}
    assert visit_as(Cast.RECRUITER).post(page, sent).status_code == 422
    assert standings(db, application) == [(50_000, "eligible", ""), (50_000, "pending", "")]


def test_what_is_paid_stays_paid_and_what_is_too_much_is_said(visit_as, db, programme, hired):
    programme.two_people_above = 100_000
    db.commit()
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    one = db.scalars(select(Instalment).order_by(Instalment.number)).first()
    rosa = visit_as(Cast.RECRUITER)
    rosa.post(f"/recruiting/bonuses/instalments/{one.code}/payment", form_on=NEW)
    page = f"/recruiting/receipts/{application.code}/correction"
    rosa.post(page, {f"share-{ada.code}": "1/4", "why": "Others helped."})
    db.expire_all()
    assert standings(db, application) == [
        (50_000, "paid", ""), (0, "ineligible", "not_credited"),
    ]  # fmt: skip
    shown = text(rosa.get(f"/recruiting/bonuses/{only_bonus(db).code}"))
    assert re.search("€250 was paid and isn’t due any more", shown)
