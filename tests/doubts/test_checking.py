"""What is found about applications, when, and what becomes of it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from careers.base import clock
from careers.base.outbox import Work
from careers.base.people import person_by_email
from careers.hiring.models import Stage
from careers.hiring.moving import erase, move_application
from referrals.bonuses.correcting import correct
from referrals.crediting import receipt_of
from referrals.doubts.checking import check, queue_nightly
from referrals.doubts.models import Doubt, DoubtChange, Trace
from referrals.doubts.traces import phones_in, region_of, trace_of
from referrals.models import ClickTotal, LinkDay, ShareLink, Touch
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.documents import pdf

CARLS_CV = pdf("Carl Bauer")  # made again a second later it is another file
ADA, CARL, ROSA = Cast.ENGINEER, Cast.COLLEAGUE, Cast.RECRUITER


def test_an_application_like_most_raises_no_doubt(apply, doubts):
    assert doubts(apply(message="I am free from March.", cv=pdf())) == {}


def test_who_refers_themself_is_seen_though_nobody_is_credited(apply, doubts):
    assert doubts(apply(ADA, email="a.d.a+jobs@acme.example")) == {"self_referral": "open"}


def test_the_name_of_who_brought_them(apply, doubts):
    assert doubts(apply(ADA, name="Ada  ENGEL")) == {"self_referral": "open"}


def test_the_mailbox_of_somebody_else_who_works_here(apply, doubts):
    assert doubts(apply(ADA, email="carl@acme.example")) == {"employee_mail": "open"}
    assert doubts(apply(ADA, email="gwen@acme.example")) == {}  # she has left


def test_nothing_is_doubtful_where_nobody_brought_them(apply, doubts):
    assert doubts(apply(None, email="x@mailinator.com")) == {}


def test_a_throwaway_mailbox(apply, doubts, db):
    application = apply(email="x@mailinator.com")
    assert doubts(application) == {"disposable_mail": "open"}
    assert db.scalars(select(Doubt)).one().facts == {}


def test_the_cv_that_an_employee_once_applied_with(apply, doubts):
    own = apply(None, email="carl@acme.example", cv=CARLS_CV)
    by_another = apply(ADA, cv=CARLS_CV)
    assert doubts(by_another) == {"employee_cv": "open"}
    assert doubts(apply(CARL, cv=CARLS_CV)) == {"self_referral": "open"}
    assert doubts(apply(ADA, cv=pdf("Someone Else"))) == {}
    assert doubts(own) == {}


def test_the_phone_number_that_an_employee_once_applied_with(apply, doubts):
    apply(None, email="carl@acme.example", message="Call me: 06 12 34 56 78.")
    assert doubts(apply(ADA, message="+33 (0)6.12.34.56.78, please")) == {"employee_phone": "open"}
    assert doubts(apply(ADA, message="+33 6 12 34 56 79")) == {}


def test_an_employees_own_application_that_comes_later_is_compared_too(apply, doubts):
    first = apply(ADA, cv=CARLS_CV)
    assert doubts(first) == {}
    apply(None, email="carl@acme.example", cv=CARLS_CV)
    assert doubts(first) == {"employee_cv": "open"}


def test_who_was_hired_under_a_name_is_that_employee(apply, doubts, db, again):
    hired = apply(None, name="Carl Bauer", cv=CARLS_CV)
    first = apply(CARL, cv=CARLS_CV, name="K. Bauer")
    assert doubts(first) == {}
    hired.hired_at = clock.now()
    db.commit()
    again(hired)
    assert doubts(first) == {"self_referral": "open"}


def test_credit_of_whom_candidates_ask_about_the_job(apply, doubts, db, job, again):
    application = apply(ADA)
    job.contact_id = person_by_email(db, ADA).id
    db.commit()
    again(application)
    assert doubts(application) == {"hiring_chain": "open"}


def test_credit_of_who_moved_the_application(apply, doubts, db, work):
    application = apply(ROSA)
    rosa = person_by_email(db, ROSA)
    move_application(db, application, Stage.NEW, Stage.SCREENING, rosa)
    db.commit()
    work()
    assert doubts(application) == {"hiring_chain": "open"}


def test_a_link_made_after_the_application(apply, doubts, db, job, again):
    application = apply(ADA)
    late = share(db, person_by_email(db, CARL), job_target(job), "email")
    late.created_at = application.created_at + timedelta(hours=1)
    touch = Touch(application_id=application.id, how="code", link=late, person=late.person,
                  carried_at=application.created_at)  # fmt: skip
    db.add(touch)
    db.commit()
    again(application)
    assert doubts(application) == {"late_link": "open"}
    touch.taken_out_at = clock.now()
    db.commit()
    again(application)
    assert doubts(application) == {"late_link": "gone"}


def test_three_candidates_by_one_visitor_in_a_day(apply, doubts):
    first, second = apply(visitor=77), apply(visitor=77)
    assert doubts(second) == {}
    third = apply(visitor=77)
    assert [doubts(one) for one in (first, second, third)] == 3 * [{"one_visitor": "open"}]
    other = apply(CARL, visitor=77)  # another link: a visitor can't be known again there
    assert doubts(other) == {}


def test_one_candidate_who_applies_three_times_is_one(apply, doubts):
    for _ in range(3):
        application = apply(visitor=77, email="nadia@mail.example")
    assert doubts(application) == {}


def clicked(db, link, days_ago=1, **numbers):
    """Clicks on a link as the ingester adds them up; on all links of its channel, ten times them
    seen by nearly everybody."""
    day = (clock.now() - timedelta(days=days_ago)).date()
    db.add(LinkDay(link_id=link.id, day=day, **numbers))
    everybody = {"people": 900, "confirmed": 800, "human": 900}
    for subject, key in (("channel", 0), ("all", 0)):
        sums = {name: numbers.get(name, 0) + everybody.get(name, 0) for name in
                ("people", "confirmed", "human", "repeat", "bot")}  # fmt: skip
        db.add(ClickTotal(unit="day", subject=subject, start=day, key=key, **sums))
    db.commit()


def test_clicks_that_hardly_anybody_saw_are_found_in_the_night(apply, doubts, db, work):
    application = apply(ADA)
    link = db.scalars(select(ShareLink)).one()
    clicked(db, link, people=60, confirmed=3, human=60)
    assert queue_nightly(db) == 1
    db.commit()
    work()
    assert doubts(application) == {"click_inflation": "open"}
    [row] = db.scalars(select(Doubt)).one().facts["links"]
    assert (row["people"], row["confirmed"], row["usual"]) == (60, 3, 0.889)


def test_quiet_links_and_old_applications_are_not_looked_at_in_the_night(apply, db):
    application = apply(ADA)
    link = db.scalars(select(ShareLink)).one()
    clicked(db, link, people=19, confirmed=0, human=19)
    assert queue_nightly(db) == 0
    clicked(db, link, days_ago=2, people=90, confirmed=0, human=90)
    assert queue_nightly(db) == 1
    application.created_at = clock.now() - timedelta(days=40)
    db.commit()
    assert queue_nightly(db) == 0


def test_figures_that_grow_in_the_night_reopen_nothing(apply, doubts, db, work):
    application = apply(ADA)
    link = db.scalars(select(ShareLink)).one()
    clicked(db, link, people=60, confirmed=3, human=60)
    queue_nightly(db)
    db.commit()
    work()
    db.scalars(select(Doubt)).one().state = "dismissed"
    db.commit()
    clicked(db, link, days_ago=2, people=90, confirmed=0, human=90)
    queue_nightly(db)
    db.commit()
    work()
    assert doubts(application) == {"click_inflation": "dismissed"}


# -- kept once, and judged once --------------------------------------------------------------------


def test_looking_twice_changes_nothing(apply, again, db):
    application = apply(ADA, email="carl@acme.example", cv=pdf(), message="+33612345678")
    before = db.scalars(select(Doubt)).one()
    was = (before.id, before.version, before.since)
    for _ in range(2):
        again(application)
    after = db.scalars(select(Doubt)).one()
    assert (after.id, after.version, after.since) == was
    assert db.scalar(select(func.count(DoubtChange.id))) == 1
    assert db.scalar(select(func.count(Trace.digest))) == 2


def test_something_new_reopens_what_was_judged_and_less_of_it_does_not(apply, doubts, db, again):
    application = apply(ADA, name="Ada Engel", email="ada@acme.example")
    doubt = db.scalars(select(Doubt)).one()
    code = person_by_email(db, ADA).code
    assert doubt.grounds == [f"{code}:mail", f"{code}:name"]
    doubt.state = "dismissed"
    application.name_key = "somebody"
    db.commit()
    again(application)
    assert doubts(application) == {"self_referral": "dismissed"}
    doubt.grounds = [f"{code}:name"]  # only that was judged
    db.commit()
    again(application)
    assert doubts(application) == {"self_referral": "open"}
    assert db.scalars(select(Doubt)).one().grounds == [f"{code}:mail"]


def test_an_open_doubt_whose_sign_is_gone_waits_no_more_and_comes_back(apply, doubts, db, again):
    application = apply(email="x@mailinator.com")
    for email, state in (("x@mail.example", "gone"), ("x@mailinator.com", "open")):
        application.email = email
        db.commit()
        again(application)
        assert doubts(application) == {"disposable_mail": state}
    assert [one.after for one in db.scalars(select(DoubtChange).order_by(DoubtChange.id))] == [
        "open", "gone", "open",
    ]  # fmt: skip


def test_credit_stays_as_it_was_decided(apply, db):
    application = apply(ADA, email="carl@acme.example")
    receipt = receipt_of(db, application.id)
    assert receipt.outcome == "credited"
    assert [credit.person.email for credit in receipt.credits] == [ADA]


def test_a_corrected_credit_is_looked_over_again(app, apply, doubts, db, job, work, again):
    application = apply(ADA)
    job.contact_id = person_by_email(db, CARL).id
    db.commit()
    rosa, carl = person_by_email(db, ROSA), person_by_email(db, CARL)
    receipt = receipt_of(db, application.id)
    settings = app.extensions["settings"]
    with app.app_context():
        correct(db, application, receipt, {carl: 1}, rosa, "He told her.", 0, settings)
        db.commit()
    work()
    assert doubts(application) == {"hiring_chain": "open"}


def test_before_the_credit_is_decided_it_waits(apply, db, app):
    application = apply(email="x@mailinator.com", checked=False)
    receipt = receipt_of(db, application.id)
    db.delete(receipt.credits[0])
    db.delete(receipt)
    db.commit()
    with pytest.raises(Exception, match="not decided"):
        check(db, {"application": application.id}, app.extensions["settings"])


def test_two_who_look_at_once_keep_one_doubt(app, apply, database, db, doubts):
    application = apply(ADA, email="carl@acme.example", checked=False)
    key, settings, together = application.id, app.extensions["settings"], threading.Barrier(6)
    kept = []

    def look():
        together.wait()
        try:
            with database.writing() as writing:
                check(writing, {"application": key}, settings)
                writing.commit()
            kept.append(True)
        except Exception:  # the outbox does it again
            kept.append(False)

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert any(kept)
    db.expire_all()
    assert doubts(application) == {"employee_mail": "open"}
    assert db.scalar(select(func.count(DoubtChange.id))) == 1


# -- erasing ---------------------------------------------------------------------------------------


def test_with_the_candidates_data_go_traces_and_doubts(apply, db, work, again):
    application = apply(ADA, email="carl@acme.example", cv=pdf(), message="+33612345678")
    assert db.scalar(select(func.count(Trace.digest))) == 2
    erase(db, application)
    db.commit()
    again(application)
    for table in (Doubt, DoubtChange, Trace):
        assert db.scalar(select(func.count()).select_from(table)) == 0


def test_what_rested_on_an_erased_application_is_gone(apply, doubts, db, work):
    own = apply(None, email="carl@acme.example", cv=CARLS_CV)
    other = apply(ADA, cv=CARLS_CV)
    assert doubts(other) == {"employee_cv": "open"}
    erase(db, own)
    db.commit()
    work()
    assert doubts(other) == {"employee_cv": "gone"}


# -- traces ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("06 12 34 56 78", "FR", ["+33612345678"]),
        ("06.12.34.56.78 ou +33 6 12 34 56 78", "FR", ["+33612345678"]),
        ("(020) 7946 0958", "GB", ["+442079460958"]),
        ("06 12 34 56 78", None, []),
        ("from 2019 to 2024, 35 hours, 12345678", "FR", []),
        (
            " ".join(f"+3361234567{n}" for n in range(9)),
            None,
            [f"+3361234567{n}" for n in range(5)],
        ),
    ],
)
def test_phone_numbers_are_read_as_people_write_them(text, region, numbers):
    assert phones_in(text, region) == numbers


def test_the_company_key_is_in_every_trace():
    first = trace_of("phone", b"+33612345678", "a" * 40)
    assert first == trace_of("phone", b"+33612345678", "a" * 40)
    others = {
        trace_of("phone", b"+33612345678", "b" * 40),
        trace_of("cv", b"+33612345678", "a" * 40),
    }
    assert len({first, *others}) == 3
    assert len(first) == 64


def test_the_region_is_that_of_the_companys_zone():
    assert region_of("Europe/Paris") == "FR"
    assert region_of("UTC") in (None, "001")


def test_the_number_itself_is_nowhere(apply, db):
    apply(None, message="+33 6 12 34 56 78", checked=True)
    [trace] = db.scalars(select(Trace))
    assert "612345678" not in trace.digest
    assert db.scalars(select(Work).where(Work.kind == "doubts")).first().payload.keys() == {
        "application", "alone",
    }  # fmt: skip
