"""What employees and recruiters see of links, clicks and credit."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from careers.base import clock
from careers.base.people import person_by_email
from careers.jobs.models import Job
from referrals.models import CHANNELS
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.referrals.conftest import BROWSER


def numbers_of(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'class="number"[^>]*>(?:<a[^>]*>)?(\d+)', page)]


def test_pressing_share_twice_gives_the_same_link(visit_as, job, db):
    ada = visit_as(Cast.ENGINEER)
    first = ada.post("/jobs/engineer-x/share", {"channel": "linkedin"}).location
    assert ada.post("/jobs/engineer-x/share", {"channel": "linkedin"}).location == first
    assert ada.post("/jobs/engineer-x/share", {"channel": "x"}).location != first


def test_each_employee_has_links_of_their_own(visit_as, job):
    links = {
        visit_as(email).post("/jobs/engineer-x/share", {"channel": "slack"}).location
        for email in (Cast.ENGINEER, Cast.COLLEAGUE, Cast.RECRUITER)
    }
    assert len(links) == 3


def test_somebody_elses_link_does_not_exist_for_me(visit_as, link):
    assert visit_as(Cast.ENGINEER).get(f"/me/links/{link.code}").status_code == 200
    assert visit_as(Cast.COLLEAGUE).get(f"/me/links/{link.code}").status_code == 404


@pytest.mark.parametrize("channel", ["", "myspace", "LINKEDIN", "x" * 500])
def test_an_unknown_channel_is_refused(visit_as, job, db, channel):
    answer = visit_as(Cast.ENGINEER).post("/jobs/engineer-x/share", {"channel": channel})
    assert answer.status_code == 400


def test_a_closed_job_is_not_shared(visit_as, job, db):
    job.closed_at = clock.now()
    db.commit()
    assert visit_as(Cast.ENGINEER).get("/jobs/engineer-x/share").status_code == 410


def test_a_link_of_a_closed_job_still_leads_to_its_page(visitor, job, link, db):
    job.closed_at = clock.now()
    db.commit()
    answer = visitor.get(f"/r/{link.code}", headers=BROWSER)
    assert answer.status_code == 302
    assert visitor.get(answer.location).status_code == 410


def test_clicks_are_shown_apart_and_never_added_up(visit_as, visitor, link, ingested):
    for _ in range(3):
        visitor.get(f"/r/{link.code}", headers=BROWSER)
    visitor.get(f"/r/{link.code}", headers={"User-Agent": "WhatsApp/2.23"})
    visitor.get(f"/r/{link.code}", headers={"User-Agent": "curl/8"})
    visitor.get(f"/r/{link.code}", headers={**BROWSER, "Sec-Purpose": "prefetch"})
    ingested()
    page = visit_as(Cast.RECRUITER).get("/recruiting/referrals").get_data(as_text=True)
    assert numbers_of(page) == [3, 1, 1, 1, 0, 0]
    mine = visit_as(Cast.ENGINEER).get("/me/links").get_data(as_text=True)
    assert numbers_of(mine) == [3, 1, 2]


def test_an_employees_first_page_says_what_to_do_when_nothing_was_shared(visit_as):
    page = visit_as(Cast.COLLEAGUE).get("/me/links").get_data(as_text=True)
    assert "You have not shared anything yet" in page


def test_only_those_who_share_are_listed(visit_as, link):
    page = visit_as(Cast.RECRUITER).get("/recruiting/referrals").get_data(as_text=True)
    assert "Ada Engel" in page
    assert "Carl Bauer" not in page


@pytest.mark.parametrize("query", ["by=nobody", "period=7", "by=employee&period=x"])
def test_an_unknown_grouping_or_period_does_not_exist(visit_as, query):
    assert visit_as(Cast.RECRUITER).get(f"/recruiting/referrals?{query}").status_code == 404


@pytest.mark.parametrize(
    ("email", "address"),
    [
        (Cast.ENGINEER, "/me/links"),
        (Cast.RECRUITER, "/recruiting/referrals"),
        (Cast.RECRUITER, "/recruiting/referrals?by=job"),
        (Cast.RECRUITER, "/recruiting/referrals?by=channel"),
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    visit_as, database, db, job, link, email, address
):
    browser = visit_as(email)
    few = _queries(database, lambda: browser.get(address))
    ada = person_by_email(db, Cast.ENGINEER)
    for number in range(30):
        another = Job(
            slug=f"job-{number}", source="lever", board="acme", source_id=f"j{number}",
            title=f"Job {number}", description_html="", opened_at=clock.now(),
            content_hash="0" * 64,
        )  # fmt: skip
        db.add(another)
        db.flush()
        share(db, ada, job_target(another), CHANNELS[number % len(CHANNELS)])
    db.commit()
    assert _queries(database, lambda: browser.get(address)) == few


def _queries(database, act) -> int:
    count = []

    def note(*_):
        count.append(1)

    event.listen(database.engine, "before_cursor_execute", note)
    answer = act()
    event.remove(database.engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    return len(count)
