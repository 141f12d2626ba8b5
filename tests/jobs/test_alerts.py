"""Searches that people follow by mail: through the door, to the mail that arrives."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from careers.base import clock, outbox, search
from careers.base.mail import Mail
from careers.base.mailboxes import QUESTIONS_A_DAY
from careers.jobs.alerts import following, sending
from careers.jobs.alerts.models import Alert, AlertRequest, Follower
from careers.jobs.models import AWAY, Job
from careers.jobs.queries import Wanted
from tests.cast import Cast
from tests.conftest import Visitor

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 12, 1)
NADIA = "nadia@mail.example"


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    """An hour of the first day, or of one after it, in the company's zone."""
    day = DAY + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


NINE = at(9)


def text(answer) -> str:
    return answer.get_data(as_text=True)


class Site:
    """The site with a mail server, and what people do there at given times."""

    def __init__(self, app, sink, db) -> None:
        self.app, self.sink, self.db = app, sink, db
        self.settings = app.extensions["settings"]
        self.jobs = 0
        with clock.set_to(at(6)), app.extensions["database"].reading() as reading:
            search.rebuild(reading, self.settings, ["job"])

    def work(self) -> None:
        with self.app.app_context():
            while outbox.do_due_work(self.app.extensions["database"], self.settings):
                pass

    @contextmanager
    def hour(self, moment: datetime):
        with clock.set_to(moment):
            yield
            self.work()

    def list_job(self, moment: datetime, title="Data engineer", **more) -> Job:
        self.jobs += 1
        values = {
            "slug": f"job-{self.jobs}", "source": "lever", "board": "acme",
            "source_id": str(self.jobs), "description_html": "<p>Build things.</p>",
            "content_hash": "0" * 64, "locations": ["Lyon"], "team": "Platform",
        } | more  # fmt: skip
        with self.hour(moment):
            job = Job(title=title, opened_at=clock.now(), **values)
            self.db.add(job)
            self.db.flush()
            search.changed(self.db, "job", job.slug)
            self.db.commit()
        return job

    def close_job(self, job: Job, moment: datetime) -> None:
        with self.hour(moment):
            job.closed_at = clock.now()
            search.changed(self.db, "job", job.slug)
            self.db.commit()

    def ask(self, query="q=data", email=NADIA, moment=NINE, language="") -> str:
        """Follow a search; the address of the link in the mail, if one came."""
        before = len(self.sink.got)
        with self.hour(moment):
            visitor = Visitor(self.app)
            page = f"{language}/jobs/follow?{query}"
            fields = dict(one.split("=") for one in query.split("&") if one)
            answer = visitor.post(page.partition("?")[0], {**fields, "email": email}, form_on=page)
            assert answer.status_code == 303, text(answer)
            assert answer.location == f"{language}/jobs/follow/asked"
            assert "Set-Cookie" not in answer.headers
        new = self.sink.got[before:]
        return links(new[-1])[0] if new else ""

    def confirm(self, link: str, moment=NINE + timedelta(minutes=5)) -> str:
        """Press the button; the address of one's own page."""
        with self.hour(moment):
            visitor = Visitor(self.app)
            answer = visitor.post(link)
            assert answer.status_code == 303, text(answer)
            return answer.location.partition("?")[0]

    def follow(self, query="q=data", email=NADIA, moment=NINE, language="") -> str:
        """Ask and agree; the address of one's own page."""
        return self.confirm(self.ask(query, email, moment, language), moment + timedelta(minutes=5))

    def morning(self, days: int = 1, hour: int = 8, minute: int = 30) -> list:
        """A sweep of that day, with all that follows; the mails that came of it."""
        before = len(self.sink.got)
        with self.hour(at(hour, minute, days)):
            sending.queue_alerts(self.db, self.settings)
            self.db.commit()
        self.db.expire_all()
        return self.sink.got[before:]


def links(message) -> list[str]:
    """Where a mail leads on our site."""
    return re.findall(r"http://127\.0\.0\.1:8000(/\S+)", message.get_content())


@pytest.fixture
def site(mailing, sink, db) -> Site:
    return Site(mailing, sink, db)


def count(db, model) -> int:
    db.rollback()
    return db.scalar(select(func.count()).select_from(model))


# -- from a search to a mail ----------------------------------------------------------------------


def test_a_followed_search_is_told_of_a_new_job_the_next_morning(site, db):
    site.list_job(at(8), "Data scientist")
    own = site.follow("q=data&place=Lyon")
    assert site.morning(0, 9, 10) == []
    site.list_job(at(14), "Data engineer")
    site.list_job(at(14), "Data cook", locations=["Paris"])
    site.list_job(at(14), "Baker")
    assert site.morning(0, 15) == []
    (message,) = site.morning(1)
    assert message["To"] == NADIA and message["Subject"] == "1 new job at Entourage"
    said = message.get_content()
    assert "New for “data” · Lyon:" in said and "• Data engineer" in said
    assert "Platform · Lyon" in said
    assert not re.search("scientist|cook|Baker", said)
    assert links(message) == ["/jobs/job-2", own, own.replace("/alerts/", "/alerts/off/")]
    assert message["List-Unsubscribe"] == f"<http://127.0.0.1:8000{links(message)[2]}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert site.morning(1, 9) == []
    assert site.morning(2) == []
    assert count(db, Mail) == 0


def test_the_mail_lists_what_the_page_lists_on_both_engines(site):
    queries = ["q=ingenieure+donnees", 'q="machine+learning"', "q=k8s", "q=-baker", "", "team=Data"]
    for number, query in enumerate(queries):
        site.follow(query.replace("+", " "), f"someone{number}@mail.example")
    for title, more in [
        ("Ingénieur·e données (H/F)", {"language": "fr", "team": "Data"}),
        ("Machine learning engineer", {}), ("Learning machine", {}), ("Baker", {}),
        ("Platform engineer", {"skills": ["Kubernetes"]}),
    ]:  # fmt: skip
        site.list_job(at(12), title, **more)
    mails = {message["To"]: message.get_content() for message in site.morning()}
    for number, query in enumerate(queries):
        page = text(Visitor(site.app).get(f"/jobs?{query}"))
        listed = set(re.findall(r'class="job-title"[^>]*><a href="(/jobs/job-\d+)', page))
        said = mails.get(f"someone{number}@mail.example", "")
        assert set(re.findall(r"/jobs/job-\d+", said)) == listed, query
        assert listed


def test_what_only_has_some_of_the_words_is_no_news(site):
    site.follow("q=cobol data")
    site.list_job(at(12), "Data engineer")
    assert "No job has all of these words" in text(Visitor(site.app).get("/jobs?q=cobol+data"))
    assert site.morning() == []


def test_several_searches_of_one_address_come_in_one_mail_and_name_a_job_once(site):
    site.follow("q=data", moment=at(9))
    site.follow("", moment=at(10))
    site.follow("q=baker", moment=at(11))
    for title in ("Data engineer", "Baker", "Cook"):
        site.list_job(at(12), title)
    (message,) = site.morning()
    said = message.get_content()
    assert message["Subject"] == "3 new jobs at Entourage"
    assert [said.count(f"/jobs/job-{number}") for number in (1, 2, 3)] == [1, 1, 1]
    assert said.index("“data”") < said.index("New jobs:") < said.index("See, change")


def test_a_long_list_names_ten_and_leads_to_the_rest(site):
    site.follow("q=data&place=Lyon")
    for _ in range(12):
        site.list_job(at(12))
    said = site.morning()[0].get_content()
    assert said.count("• ") == 10
    assert "And 2 more: http://127.0.0.1:8000/jobs?q=data&place=Lyon&sort=newest" in said


def test_a_job_that_closed_before_the_mail_is_not_in_it(site):
    site.follow()
    gone, stays = site.list_job(at(12)), site.list_job(at(13))
    site.close_job(gone, at(7, 50, 1))
    (message,) = site.morning()
    assert gone.slug not in message.get_content() and stays.slug in message.get_content()
    only = site.list_job(at(12, days=1))
    site.close_job(only, at(13, days=1))
    assert site.morning(2) == []


def test_a_job_that_comes_back_is_new_only_after_some_days(site, db):
    job = site.list_job(at(8))
    site.follow()
    site.close_job(job, at(10))
    assert job.listed_again(at(9, days=1)) == job.listed_at
    assert job.listed_again(at(10) + AWAY) == at(10) + AWAY


def test_the_language_of_the_page_is_that_of_the_mails(site):
    own = site.follow("q=data&contract=permanent", language="/fr")
    assert own.startswith("/fr/alerts/")
    assert "Voulez-vous recevoir les nouvelles offres de Entourage" in site.sink.got[0]["Subject"]
    site.list_job(at(12), contract="permanent", translations={
        "fr": {"title": "Ingénierie des données", "description_html": "<p>Bâtir.</p>"}
    })  # fmt: skip
    (message,) = site.morning()
    said = message.get_content()
    assert message["Subject"] == "1 nouvelle offre chez Entourage"
    assert "Nouveau pour «\xa0data\xa0» · CDI" in said and "• Ingénierie des données" in said
    assert all(link.startswith("/fr/") for link in links(message))
    with site.hour(at(10, days=1)):
        visitor = Visitor(site.app)
        visitor.post(f"{own}/language", {"language": "en"}, form_on=own)
    site.list_job(at(12, days=1), contract="permanent")
    (message,) = site.morning(2)
    assert message["Subject"] == "1 new job at Entourage" and "/fr/" not in message.get_content()


# -- asking and agreeing --------------------------------------------------------------------------


def test_every_list_leads_to_following_it(site):
    site.list_job(at(8))
    visitor = Visitor(site.app)
    for address, leads_to in {
        "/jobs": "/jobs/follow",
        "/jobs?q=data&place=Lyon": "/jobs/follow?q=data&amp;place=Lyon",
        "/jobs?q=nothing+there": "/jobs/follow?q=nothing+there",
        "/fr/jobs?team=Platform": "/fr/jobs/follow?team=Platform",
    }.items():
        assert f'href="{leads_to}"' in text(visitor.get(address)), address
    job = site.list_job(at(8), "Cook")
    site.close_job(job, at(9))
    answer = visitor.get(f"/jobs/{job.slug}")
    assert answer.status_code == 410
    assert 'href="/jobs/follow?q=Cook"' in text(answer)
    assert 'href="/jobs/follow?team=Platform"' in text(answer)
    page = text(visitor.get("/jobs/follow?q=data&place=Lyon&contract=nonsense"))
    assert re.search(r'name="q"[^>]*value="data"', page)
    assert 'name="place" value="Lyon" checked' in page and 'value="nonsense"' not in page
    assert "1 open job answers it now" in page
    assert "Did you mean" in text(visitor.get("/jobs/follow?q=enjineer"))


def test_nothing_is_followed_before_a_button_is_pressed_within_three_days(site, db):
    link = site.ask()
    stored = db.scalars(select(AlertRequest)).one()
    assert link.rpartition("/")[2] not in f"{vars(stored)}"
    visitor = Visitor(site.app)
    with clock.set_to(NINE):
        for _ in range(2):
            page = visitor.get(link)
            assert page.status_code == 200 and "“data”" in text(page)
            assert page.headers["Cache-Control"] == "no-store"
            assert page.headers["Referrer-Policy"] == "no-referrer"
        assert visitor.client.post(link).status_code == 400  # not from our own page
    assert count(db, Follower) == 0
    late = at(9) + following.WAITS
    with site.hour(late):
        assert visitor.get(link).status_code == 404
    assert count(db, AlertRequest) == 0 and count(db, Mail) == 0
    link = site.ask(moment=late)
    site.confirm(link, late)
    assert visitor.get(link).status_code == 404
    assert count(db, AlertRequest) == 0 and count(db, Follower) == 1


def test_a_known_address_is_answered_like_any_other(site, db):
    site.follow()
    known = site.ask("q=data")
    told = site.sink.got[-1]
    site.ask("q=data", "other@mail.example")
    other = site.sink.got[-1]
    assert told["Subject"] == other["Subject"]
    strip = re.compile(r"/alerts/confirm/\S+")
    assert strip.sub("", told.get_content()) == strip.sub("", other.get_content())
    site.confirm(known)
    assert count(db, Alert) == 1


def test_nobody_can_be_bombed(site, db):
    for number in range(QUESTIONS_A_DAY + 3):
        site.ask(f"q=word{number}", f"na.dia+{number}@mail.example")
    assert len(site.sink.got) == QUESTIONS_A_DAY
    site.ask(moment=at(9, 1, days=1), email="Nadia@mail.example")
    assert len(site.sink.got) == QUESTIONS_A_DAY + 1


def test_many_who_ask_at_once_send_no_more(site, db):
    barrier = threading.Barrier(8)
    token = Visitor(site.app).form_token("/jobs/follow")

    def ask() -> None:
        client = site.app.test_client()
        barrier.wait()
        client.post("/jobs/follow", data={"form_token": token, "email": NADIA})

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(db, AlertRequest) == QUESTIONS_A_DAY


def test_one_visitor_asks_twelve_times_an_hour(settings):
    from careers.app import create_app

    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    visitor = Visitor(app)
    token = visitor.form_token("/jobs/follow")
    data = {"form_token": token, "email": "not an address"}
    answers = [visitor.client.post("/jobs/follow", data=data).status_code for _ in range(13)]
    assert answers == [422] * 12 + [429]
    app.extensions["database"].dispose()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"email": "nobody"}, "does not look like an e-mail address"),
        ({"email": ""}, "Please tell us where we can write to you"),
        ({"email": NADIA, "q": "!!! ?"}, "no word in this"),
        ({"email": NADIA, "website": "x"}, "One answer needs another look"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "does not look like an e-mail address"),
    ],
)
def test_what_cannot_be_followed_is_told(site, db, fields, says):
    answer = Visitor(site.app).post("/jobs/follow", fields)
    assert answer.status_code == 422 and says in text(answer)
    assert count(db, AlertRequest) == 0


def test_nothing_that_a_stranger_typed_is_mailed_to_whom_they_name(site):
    site.ask("q=Buy pills at evil.example\r\nBcc: all@evil.example&team=evil.example")
    (message,) = site.sink.got
    assert "evil" not in message.as_string()


def test_a_search_with_line_breaks_or_markup_stays_words(site):
    own = site.follow("q=data\r\n.\r\nRCPT TO: <b>evil</b>\x1b[31m")
    page = text(Visitor(site.app).get(own))
    assert "<b>evil" not in page and "&lt;b&gt;evil" in page and "\x1b" not in page
    site.list_job(at(12), "Data . RCPT TO evil b 31m")
    (message,) = site.morning()
    assert "New for “data . RCPT TO: <b>evil</b>[31m”:" in message.get_content()
    assert set(message.keys()) >= {"From", "To", "Subject"} and message["Bcc"] is None


# -- one's own page -------------------------------------------------------------------------------


def test_a_search_is_paused_resumed_changed_and_ended(site, db):
    own = site.follow("q=data")
    site.follow("q=baker&place=Lyon", moment=at(10))
    visitor = Visitor(site.app)
    page = visitor.get(own)
    assert NADIA in text(page) and "“baker” · Lyon" in text(page)
    assert page.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in page.headers
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    data, baker = db.scalars(select(Alert.code).order_by(Alert.id))

    def press(act, moment, fields=None):
        with site.hour(moment):
            answer = visitor.post(f"{own}/{act}", fields, form_on=own)
        assert answer.status_code == 303, text(answer)

    press(f"{data}/pause", at(11))
    site.list_job(at(12), "Data engineer")
    assert site.morning(1) == []
    press(f"{data}/resume", at(10, days=1))
    assert site.morning(2) == []  # what came meanwhile is no news
    site.list_job(at(12, days=2), "Data scientist")
    assert "scientist" in site.morning(3)[0].get_content()
    press(baker, at(10, days=3), {"q": "cook", "place": "Lyon"})
    site.list_job(at(12, days=3), "Cook")
    assert "New for “cook” · Lyon:" in site.morning(4)[0].get_content()
    answer = visitor.post(f"{own}/{baker}", {"q": "data"}, form_on=own)
    assert answer.status_code == 422 and "You follow this search already" in text(answer)
    press(f"{data}/end", at(10, days=4))
    assert "“data”" not in text(visitor.get(own))
    answer = visitor.post(f"{own}/{baker}/end", form_on=own)
    assert answer.status_code == 200 and "You get no more mail" in text(answer)
    assert count(db, Follower) == 0


def test_everything_is_erased_at_once_whatever_waits(site, db):
    own = site.follow()
    site.list_job(at(12))
    site.sink.refuses = True
    site.morning()
    site.ask("q=baker", moment=at(9, days=1))
    assert (count(db, Mail), count(db, AlertRequest)) == (2, 1)
    visitor = Visitor(site.app)
    answer = visitor.post(f"{own}/removal", form_on=own)
    assert answer.status_code == 200 and "Your address and what you followed are deleted" in (
        text(answer)
    )
    assert [count(db, one) for one in (Follower, Alert, AlertRequest, Mail)] == [0, 0, 0, 0]
    assert visitor.get(own).status_code == 410
    site.sink.refuses = False
    assert site.morning(2) == []


def test_one_click_ends_it_without_a_form_and_as_often_as_it_is_sent(site, db):
    own = site.follow()
    off = own.replace("/alerts/", "/alerts/off/")
    client = site.app.test_client()
    assert client.get(off).status_code == 200
    assert client.head(off).status_code == 200
    assert count(db, Follower) == 1
    for _ in range(2):
        answer = client.post(off, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and "You get no more mail" in text(answer)
    assert [count(db, one) for one in (Follower, Alert)] == [0, 0]
    site.list_job(at(12))
    assert site.morning() == []
    assert client.get(off).status_code == 200


def test_an_address_that_was_never_given_leads_nowhere(site, db):
    own = site.follow()
    other = site.follow(email="other@mail.example")
    code, mark = own.rpartition("/")[2].split("-", 1)
    theirs = other.rpartition("/")[2].partition("-")[0]
    visitor = Visitor(site.app)
    wrong = mark[:-2] + ("A" if mark[-2] != "A" else "B") + mark[-1]
    for token in (f"{code}-{wrong}", f"{theirs}-{mark}", code, f"{code}-", "x" * 300, "é-é"):
        assert visitor.get(f"/alerts/{token}").status_code == 404
        assert visitor.client.post(f"/alerts/off/{token}").status_code == 404
    alert = db.scalars(select(Alert.code).join(Follower).where(Follower.code == theirs)).one()
    answer = visitor.post(f"{own}/{alert}/end", form_on=own)
    assert answer.status_code == 404
    assert count(db, Alert) == 2


def test_twenty_searches_are_enough(site, db, monkeypatch):
    monkeypatch.setattr(following, "MOST", 2)
    site.follow("q=one")
    site.follow("q=two")
    link = site.ask("q=three")
    with clock.set_to(NINE):
        answer = Visitor(site.app).post(link)
    assert answer.status_code == 409 and "many searches already" in text(answer)
    assert count(db, Alert) == 2


def test_a_search_is_the_same_in_whatever_order_it_is_chosen():
    one = Wanted("data", {"team": ("A", "B"), "place": ()}, "newest")
    assert following.fingerprint(one) == following.fingerprint(Wanted("data", {"team": ("B", "A")}))
    assert following.fingerprint(one) != following.fingerprint(Wanted("data", {"place": ("A",)}))


# -- when and how often ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "is_told"),
    [
        ("2026-12-02 07:59", False), ("2026-12-02 08:00", True), ("2026-12-02 19:59", True),
        ("2026-12-02 20:00", False),
        ("2027-03-28 07:59", False), ("2027-03-28 08:00", True),  # an hour is left out that night
        ("2027-10-31 07:59", False), ("2027-10-31 08:00", True),  # an hour comes twice
    ],
)  # fmt: skip
def test_people_are_written_to_by_day(settings, moment, is_told):
    local = datetime.fromisoformat(moment).replace(tzinfo=PARIS)
    assert (sending.day_to_tell(local, settings) is not None) == is_told


def test_a_zone_far_away_has_its_own_day(settings):
    there = settings.model_copy(update={"time_zone": "Pacific/Auckland"})
    evening = datetime(2026, 12, 1, 20, 30, tzinfo=ZoneInfo("UTC"))
    assert sending.day_to_tell(evening, there) == date(2026, 12, 2)
    assert sending.day_to_tell(evening, settings) is None


def test_what_was_listed_just_now_waits_for_the_next_day(site):
    site.follow()
    site.list_job(at(8, 20, 1))
    assert site.morning(1, 8, 30) == []
    assert len(site.morning(2)) == 1


def test_of_many_workers_one_tells_and_one_that_dies_tells_all_or_none(site, db, monkeypatch):
    monkeypatch.setattr(sending, "AT_ONCE", 2)
    for number in range(5):
        site.follow("", f"someone{number}@mail.example", moment=at(9))
    site.list_job(at(12))
    database, settings = site.app.extensions["database"], site.settings
    morning = at(8, 30, 1)
    with clock.set_to(morning), site.app.app_context(), database.writing() as dying:
        sending.tell_some(dying, {}, settings)  # and is not committed
    assert count(db, Mail) == 0
    db.rollback()
    barrier = threading.Barrier(3)

    def tell() -> None:
        with clock.set_to(morning), site.app.app_context():
            barrier.wait()
            for _ in range(4):
                with database.writing() as one:
                    sending.tell_some(one, {}, settings)
                    one.commit()

    threads = [threading.Thread(target=tell) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with site.hour(morning):
        pass
    to = sorted(message["To"] for message in site.sink.got[5:])
    assert to == [f"someone{number}@mail.example" for number in range(5)]


def test_many_followers_cost_few_statements_each(site, db, monkeypatch):
    people = 60
    site.list_job(at(12), "Data engineer")
    db.add_all(
        Follower(
            email=f"someone{number}@mail.example", language="en", told_until=at(9),
            alerts=[Alert(words="data", chosen={}, fingerprint="f" * 64, since=at(9))],
        )
        for number in range(people)
    )  # fmt: skip
    db.commit()
    monkeypatch.setattr(sending, "AT_ONCE", 25)
    statements: list[str] = []
    engine = site.app.extensions["database"].engine
    event.listen(engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    with clock.set_to(at(8, 30, 1)), site.app.app_context():
        for _ in range(3):
            with site.app.extensions["database"].writing() as one:
                sending.tell_some(one, {}, site.settings)
                one.commit()
    assert count(db, Mail) == people
    # SQLite, which is in this process, gives one key for each INSERT.
    assert sum(not said.startswith("INSERT INTO mail") for said in statements) < 60


def test_a_mail_that_could_not_be_sent_is_replaced_by_one_with_all_that_is_new(site, db):
    site.follow()
    first = site.list_job(at(12))
    gone = site.list_job(at(12))
    site.sink.refuses = True
    assert site.morning(1) == []
    site.close_job(gone, at(10, days=1))
    second = site.list_job(at(12, days=1))
    assert site.morning(2) == [] and count(db, Mail) == 1
    site.sink.refuses = False
    with site.hour(at(18, days=2)):
        pass
    said = site.sink.got[-1].get_content()
    assert first.slug in said and second.slug in said and gone.slug not in said
    assert site.morning(3) == []


def test_a_search_that_fails_keeps_nobody_elses_mail(site, monkeypatch, db):
    site.follow("q=bad", "other@mail.example")
    site.follow("q=data")
    site.list_job(at(12))
    real = sending.ids_of_wanted

    def sometimes(reading, settings, wanted):
        if wanted.words == "bad":
            reading.execute(select(func.no_such_function()))
        return real(reading, settings, wanted)

    monkeypatch.setattr(sending, "ids_of_wanted", sometimes)
    assert [message["To"] for message in site.morning()] == [NADIA]


def test_while_the_index_is_made_nobody_is_told_that_nothing_is_new(site, monkeypatch, db):
    site.follow()
    site.list_job(at(12))
    real = sending.ids_of_wanted
    monkeypatch.setattr(sending, "ids_of_wanted", lambda *_: None)
    assert site.morning() == []
    monkeypatch.setattr(sending, "ids_of_wanted", real)
    with site.hour(at(8, 35, 1)):
        pass
    assert len(site.sink.got) == 2


# -- how long -------------------------------------------------------------------------------------


def test_after_a_year_they_are_asked_once_and_then_erased(site, db):
    own = site.follow()
    year = sending.ASKED_AFTER.days
    assert site.morning(year - 1) == []
    (message,) = site.morning(year + 1)
    assert message["Subject"] == "Do you still want to hear of new jobs at Entourage?"
    assert "within 30 days" in message.get_content()
    assert site.morning(year + 2) == []
    site.list_job(at(12, days=year + 10))
    (message,) = site.morning(year + 11)
    assert (
        message["Subject"] == "1 new job at Entourage" and "within 20 days" in message.get_content()
    )
    page = text(Visitor(site.app).get(own))
    assert "Yes, go on writing to me" in page
    assert site.morning(year + 30) == [] and count(db, Follower) == 1
    site.morning(year + 32)
    assert count(db, Follower) == 0


def test_who_says_that_they_still_want_it_is_asked_a_year_later(site, db):
    own = site.follow()
    year = sending.ASKED_AFTER.days
    site.morning(year + 1)
    with site.hour(at(10, days=year + 2)):
        visitor = Visitor(site.app)
        assert visitor.post(f"{own}/keep", form_on=own).status_code == 303
    assert site.morning(year + 60) == [] and count(db, Follower) == 1
    assert len(site.morning(2 * year + 3)) == 1


# -- what others see ------------------------------------------------------------------------------


def test_recruiters_see_how_many_and_nobody_sees_who(site):
    site.follow("q=data")
    site.follow("q=cook")
    site.follow("", "other@mail.example")
    page = text(Visitor(site.app).sign_in(Cast.RECRUITER).get("/recruiting/jobs"))
    assert "2 people are told of new jobs by mail (3 searches)." in page
    assert NADIA not in page
    boss = Visitor(site.app).sign_in(Cast.ADMIN)
    assert NADIA not in text(boss.get("/admin/mail"))


def test_through_whose_link_somebody_came_goes_on_with_the_visit_but_is_not_kept(site, db):
    from tests.shared import share_a_job

    code = share_a_job(site.app.extensions["database"])
    visitor = Visitor(site.app)
    page = text(visitor.get(f"/jobs?via={code}"))
    follow = re.search(r'href="(/jobs/follow\?via=[^"]+)"', page)[1]
    assert f'action="{follow}"' in text(visitor.get(follow))
    with site.hour(at(9)):
        answer = visitor.post(follow, {"email": NADIA})
    assert code in answer.location
    assert f'href="/jobs?via={code}' in text(visitor.get(answer.location))
    row = db.scalars(select(AlertRequest)).one()
    assert code not in f"{row.words} {row.chosen}"
    assert all(code not in message.as_string() for message in site.sink.got)
