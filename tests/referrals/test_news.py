"""Mail to employees: when something moves, once a week, and how it ends."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from careers.base import clock
from careers.base.mail import Mail
from careers.base.people import leave, person_by_email
from careers.hiring.models import Stage
from careers.hiring.moving import erase, move_application
from referrals.crediting import decide_credit
from referrals.models import LinkDay, Touch
from referrals.news.letters import week_before
from referrals.news.models import NewsChoice
from referrals.news.weekly import HOUR, monday_of, queue_weeks
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast

MONDAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def later(work):
    """`later()` does what is due a quarter of an hour from now."""

    def do(minutes=15):
        with clock.set_to(clock.now() + timedelta(minutes=minutes)):
            return work()

    return do


@pytest.fixture
def moved(db):
    """`moved(application, "interview")` as the recruiter does it."""

    def move(application, to):
        rosa = person_by_email(db, Cast.RECRUITER)
        move_application(db, application, Stage(application.stage), Stage(to), rosa)
        db.commit()

    return move


def mails(db, to=Cast.ENGINEER):
    db.expire_all()
    return list(db.scalars(select(Mail).where(Mail.to == to).order_by(Mail.id)))


def texts(db, to=Cast.ENGINEER):
    return [mail.text for mail in mails(db, to)]


# -- when something moves -------------------------------------------------------------------------


def test_steps_within_a_short_time_are_one_mail_that_names_no_candidate(db, came, moved, later):
    application = came(ada=1, sees="steps")
    moved(application, "screening")
    moved(application, "interview")
    later(5)
    assert mails(db) == []
    later()
    (mail,) = mails(db)
    assert mail.subject == "News of somebody who came through you"
    assert "Somebody who came through you applied for “Engineer”." in mail.text
    assert "An application for “Engineer” moved: Interviews." in mail.text
    assert "Being read" not in mail.text and "Nadia" not in mail.text
    assert "/me/links" in mail.text and "/me/mail" in mail.text
    with clock.set_to(clock.now() + timedelta(hours=1)):
        moved(application, "offer")
        later()
    assert len(mails(db)) == 2 and "applied" not in texts(db)[1] and "moved: Offer" in texts(db)[1]


@pytest.mark.parametrize(
    ("sees", "hears"),
    [("nothing", []), ("applied", ["applied for"]), ("steps", ["applied for", "moved"])],
)
def test_nobody_hears_more_than_the_candidate_allows(db, came, moved, later, sees, hears):
    moved(came(ada=1, sees=sees), "interview")
    later()
    told = " ".join(texts(db))
    assert [words for words in ("applied for", "moved") if words in told] == hears


def test_what_is_allowed_when_the_mail_goes_out_counts(db, came, moved, later):
    application = came(ada=1, sees="steps")
    moved(application, "interview")
    application.sharer_sees = "nothing"
    db.commit()
    later()
    assert mails(db) == []


def test_an_erased_application_is_told_to_nobody(db, came, moved, later):
    application = came(ada=1, sees="steps")
    moved(application, "interview")
    erase(db, application)
    db.commit()
    later()
    assert mails(db) == []


def test_moved_there_and_back_is_no_news(db, came, moved, later):
    application = came(ada=1, sees="steps")
    later()
    with clock.set_to(clock.now() + timedelta(hours=1)):
        moved(application, "interview")
        moved(application, "new")
        later()
    assert len(mails(db)) == 1


def test_who_has_left_hears_nothing(db, came, later):
    came(ada=1, sees="steps")
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    later()
    assert mails(db) == []


def test_a_decision_that_refuses_or_changes_credit_is_told(app, db, came, later):
    application = came(ada=3, carl=1)  # the last touch is Carl's
    later()
    assert "carried your link, but isn’t credited to you" in texts(db)[0]
    assert "came through you applied" in texts(db, Cast.COLLEAGUE)[0]
    carl = person_by_email(db, Cast.COLLEAGUE)
    touch = db.scalars(select(Touch).where(Touch.person_id == carl.id)).one()
    with clock.set_to(clock.now() + timedelta(hours=1)):
        touch.taken_out_at = clock.now()
        db.flush()
        again = {"application": application.id, "again": True}
        decide_credit(db, again, app.extensions["settings"])
        db.commit()
        later()
    assert "Your share is now 1; it was 0." in texts(db)[1]
    assert "Your share is now 0; it was 1." in texts(db, Cast.COLLEAGUE)[1]


def test_it_is_written_in_french_to_who_reads_french(db, came, later):
    person_by_email(db, Cast.ENGINEER).language = "fr"
    db.commit()
    came(ada=1)
    later()
    (mail,) = mails(db)
    assert "a postulé" in mail.text and "/fr/me/links" in mail.text
    assert "/fr/mail/off/" in mail.unsubscribe


# -- once a week ----------------------------------------------------------------------------------


@pytest.fixture
def week(app, db, database, work):
    """`week(moment)` does what the background does at that moment."""

    def do(moment=MORNING):
        with clock.set_to(moment), app.app_context():
            with database.writing() as writing:
                queued = queue_weeks(writing, app.extensions["settings"])
                writing.commit()
            work()
        db.expire_all()
        return queued

    return do


@pytest.fixture
def confirmed(db, job):
    """`confirmed(day, people)` on the engineer's link."""

    def make(day, people):
        link = share(db, person_by_email(db, Cast.ENGINEER), job_target(job), "linkedin")
        db.flush()
        db.add(LinkDay(link_id=link.id, day=day, human=people, people=people, confirmed=people))
        db.commit()

    return make


def weekly(db, to=Cast.ENGINEER):
    return [mail for mail in mails(db, to) if "Your week" in mail.subject]


def test_a_week_is_told_on_monday_morning_once_to_whom_it_brought_something(
    db, came, moved, confirmed, week
):
    confirmed(MONDAY - timedelta(days=3), 4)
    confirmed_late = MONDAY  # of the next week
    with clock.set_to(datetime(2026, 11, 18, 12, tzinfo=UTC)):
        moved(came(ada=1, sees="steps"), "interview")
    assert week(MORNING - timedelta(hours=1)) == 0  # the week before had nothing
    assert week() == 1
    (mail,) = weekly(db)
    assert mail.subject == "Your week: 16 November to 22 November"
    assert "4 people who opened your links saw our pages." in mail.text
    assert "1 application came through you." in mail.text
    assert "moved: Interviews" in mail.text and "Nadia" not in mail.text
    assert [week(), week(MORNING + timedelta(days=2))] == [0, 0]
    confirmed(confirmed_late, 1)
    assert week(MORNING + timedelta(days=7)) == 1
    assert "1 person who opened your links saw our pages." in weekly(db)[1].text
    assert weekly(db, Cast.COLLEAGUE) == weekly(db, Cast.GONE) == []


def test_a_week_in_which_all_is_kept_from_them_is_told_nothing(db, came, moved, week):
    with clock.set_to(datetime(2026, 11, 18, 12, tzinfo=UTC)):
        moved(came(ada=1, sees="nothing"), "interview")
    week()
    assert weekly(db) == []


def test_each_hears_on_the_monday_of_their_own_zone(db, confirmed, week):
    confirmed(MONDAY - timedelta(days=3), 4)
    person_by_email(db, Cast.ENGINEER).time_zone = "America/New_York"
    db.commit()
    week()
    assert weekly(db) == []
    week(MORNING + timedelta(hours=6))
    assert len(weekly(db)) == 1


def test_two_workers_tell_a_week_once(app, db, database, confirmed, work):
    confirmed(MONDAY - timedelta(days=3), 4)
    both, queued = threading.Barrier(4), []

    def worker():
        with clock.set_to(MORNING), app.app_context():
            both.wait()
            with database.writing() as writing:
                queued.append(queue_weeks(writing, app.extensions["settings"]))
                writing.commit()

    workers = [threading.Thread(target=worker) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    with clock.set_to(MORNING):
        work()
    assert sorted(queued) == [0, 0, 0, 1] and len(weekly(db)) == 1


def test_a_worker_that_was_down_on_monday_tells_it_when_it_is_up(db, confirmed, week):
    confirmed(MONDAY - timedelta(days=3), 4)
    assert week(MORNING + timedelta(days=3)) == 1
    assert len(weekly(db)) == 1


ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Apia"])


MOMENTS = st.integers(0, 10 * 365 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(MOMENTS, ZONES)
def test_the_monday_that_counts_is_the_last_whose_morning_has_come(now, zone):
    monday = monday_of(now, ZoneInfo(zone))
    assert monday.weekday() == 0
    came_at = datetime.combine(monday, HOUR, ZoneInfo(zone))
    next_at = datetime.combine(monday + timedelta(days=7), HOUR, ZoneInfo(zone))
    assert came_at <= now < next_at


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), ZONES)
def test_weeks_follow_each_other_without_gap(day, zone):
    monday = day - timedelta(days=day.weekday())
    week = week_before(monday, ZoneInfo(zone))
    assert week[1] == week_before(monday + timedelta(days=7), ZoneInfo(zone))[0]


# -- choosing and ending --------------------------------------------------------------------------


def test_each_kind_can_be_turned_off_and_on(visit_as, db, came, confirmed, later, week):
    browser = visit_as(Cast.ENGINEER)
    assert browser.get("/me/mail").get_data(as_text=True).count(" checked") == 2
    assert browser.post("/me/mail", {"weekly": "1"}).status_code == 303
    came(ada=1)
    later()
    assert mails(db) == []
    browser.post("/me/mail", {"moves": "1"})
    confirmed(MONDAY - timedelta(days=3), 4)
    week()
    assert mails(db) == []
    assert browser.get("/me/mail").get_data(as_text=True).count(" checked") == 1


def path_of(address):
    return address.removeprefix("http://127.0.0.1:8000")


def test_one_click_ends_a_kind_without_signing_in_and_only_by_a_post(app, visitor, db, came, later):
    came(ada=1)
    later()
    off = path_of(mails(db)[0].unsubscribe)
    ada = person_by_email(db, Cast.ENGINEER)
    page = visitor.get(off)
    assert page.status_code == 200 and "No more mail of this kind?" in page.get_data(as_text=True)
    assert db.get(NewsChoice, ada.id).moves
    # As a mail provider sends it: from elsewhere, without cookie and form token.
    sent = app.test_client().post(
        off, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example"}
    )
    assert sent.status_code == 200
    db.expire_all()
    assert (db.get(NewsChoice, ada.id).moves, db.get(NewsChoice, ada.id).weekly) == (False, True)
    assert "You get none of these" in visitor.get(off).get_data(as_text=True)
    app.test_client().post(off, data={"again": "1"})
    db.expire_all()
    assert db.get(NewsChoice, ada.id).moves


@pytest.mark.parametrize("token", ["x", "WyJhIiwibW92ZXMiXQ.AAAA", "%00", "a" * 300])
def test_an_address_that_was_not_signed_ends_nothing(visitor, token):
    assert visitor.get(f"/mail/off/{token}").status_code == 404
    assert visitor.client.post(f"/mail/off/{token}").status_code == 404
