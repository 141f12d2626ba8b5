"""What employees and recruiters see of links, clicks and credit."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import event, select

from careers.base import clock
from careers.base.people import person_by_email
from careers.jobs.models import Job
from referrals.models import CHANNELS, Campaign, Click, LostClicks
from referrals.sharing import share
from referrals.targets import all_jobs, job_target
from referrals.totals import GROUPS
from tests.cast import Cast
from tests.referrals.conftest import BROWSER


def numbers_of(page: str) -> list[int]:
    """The figures of the first row in the table of people, jobs, channels or links."""
    row = re.search(r"<tbody>(.*?)</tr>", page.rpartition('<table class="ruled wide">')[2], re.S)[1]
    return [int(n) for n in re.findall(r'class="number"[^>]*>(\d+)', row)]


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
    for group in GROUPS:
        page = visit_as(Cast.RECRUITER).get(f"/recruiting/referrals?by={group}")
        # hires, applications, credit, began; confirmed, people, visits, again; previews, prefetched, robots
        assert numbers_of(page.get_data(as_text=True)) == [0, 0, 0, 0, 0, 1, 1, 2, 1, 1, 1], group
    mine = visit_as(Cast.ENGINEER).get("/me/links").get_data(as_text=True)
    assert numbers_of(mine) == [0, 1, 1, 2, 1, 1, 1]
    assert "WhatsApp" in mine, "who fetched a preview is named"


def test_an_employees_first_page_says_what_to_do_when_nothing_was_shared(visit_as):
    page = visit_as(Cast.COLLEAGUE).get("/me/links").get_data(as_text=True)
    assert "You have not shared anything yet" in page


def test_only_those_who_share_are_listed(visit_as, link):
    page = visit_as(Cast.RECRUITER).get("/recruiting/referrals").get_data(as_text=True)
    assert "Ada Engel" in page
    assert "Carl Bauer" not in page


@pytest.mark.parametrize(
    "query",
    [
        "by=nobody",
        "period=7",
        "by=employee&period=x",
        "sort=salary",
        "from=yesterday",
        "to=0001-01-01",
    ],
)
def test_an_unknown_grouping_or_period_does_not_exist(visit_as, query):
    assert visit_as(Cast.RECRUITER).get(f"/recruiting/referrals?{query}").status_code == 404


def test_days_given_the_wrong_way_round_are_turned(visit_as, link):
    page = visit_as(Cast.RECRUITER).get("/recruiting/referrals?from=2026-03-09&to=2026-02-01")
    text = page.get_data(as_text=True)
    assert 'name="from" value="2026-02-01"' in text
    assert 'name="to" value="2026-03-09"' in text


def test_rows_stand_in_the_order_asked_for(visit_as, visitor, db, job, link, ingested):
    carl = share(db, person_by_email(db, Cast.COLLEAGUE), job_target(job), "email")
    db.commit()
    visitor.get(f"/r/{carl.code}", headers=BROWSER)
    visitor.get(f"/r/{link.code}", headers={"User-Agent": "WhatsApp/2.23"})
    ingested()
    rosa = visit_as(Cast.RECRUITER)

    def names(sort):
        page = rosa.get(f"/recruiting/referrals?sort={sort}").get_data(as_text=True)
        return re.findall(r'person-name">([^<]+)', page)

    assert names("name") == ["Ada Engel", "Carl Bauer"]
    assert names("people") == ["Carl Bauer", "Ada Engel"]
    assert names("preview") == ["Ada Engel", "Carl Bauer"]


def test_lost_clicks_stand_beside_the_figures_they_are_missing_from(visit_as, link, db):
    now = clock.now()
    db.add(LostClicks(clicks=12, since=now, until=now))
    db.commit()
    for email, address in (
        (Cast.RECRUITER, "/recruiting/referrals"),
        (Cast.RECRUITER, "/recruiting/referrals/employee/" + link.person.code),
        (Cast.RECRUITER, f"/recruiting/referrals/link/{link.code}"),
        (Cast.ENGINEER, "/me/links"),
        (Cast.ENGINEER, f"/me/links/{link.code}"),
    ):
        page = visit_as(email).get(address).get_data(as_text=True)
        assert "12 clicks are missing from these figures" in page, address
    early = visit_as(Cast.RECRUITER).get("/recruiting/referrals?to=2026-01-31")
    assert "are missing from these figures" not in early.get_data(as_text=True)


def test_a_link_says_where_its_clicks_came_from_and_where_that_is_not_its_channel(
    visit_as, visitor, link, ingested, db
):
    agent = BROWSER["User-Agent"]
    for other in ("https://www.linkedin.com/", "https://t.co/x", ""):
        visitor.get(f"/r/{link.code}", headers={**BROWSER, "Referer": other})
    visitor.get(f"/r/{link.code}", headers={**BROWSER, "User-Agent": f"{agent} Instagram 300"})
    visitor.get(f"/r/{link.code}", headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
    ingested()
    recruiters = visit_as(Cast.RECRUITER).get(f"/recruiting/referrals/link/{link.code}")
    own = visit_as(Cast.ENGINEER).get(f"/me/links/{link.code}")
    for page in (recruiters.get_data(as_text=True), own.get_data(as_text=True)):
        assert "The link is for LinkedIn, but 2 openings visibly came from elsewhere" in page
        assert page.count("not as the link says") == 2
        assert "Slack" in page
        assert db.scalar(select(Click.lists).limit(1)) in page


def test_a_links_log_shows_no_single_click(visit_as, visitor, link, ingested, db):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    ingested()
    click = db.scalars(select(Click)).one()
    page = visit_as(Cast.RECRUITER).get(f"/recruiting/referrals/link/{link.code}")
    text = page.get_data(as_text=True)
    assert click.id not in text
    assert str(click.visitor) not in text
    assert click.at.strftime("%H:%M") not in re.sub(r"<[^>]*>", " ", text)


def test_a_link_that_is_none_has_no_log(visit_as, link):
    assert visit_as(Cast.RECRUITER).get("/recruiting/referrals/link/nothing1").status_code == 404


@pytest.mark.parametrize(
    "row", ["team/Platform", "office/Lyon", "job/engineer-x", "channel/linkedin", "channel/x"]
)
def test_each_row_leads_to_its_trend_its_applications_and_its_links(visit_as, link, row):
    page = visit_as(Cast.RECRUITER).get(f"/recruiting/referrals/{row}")
    assert page.status_code == 200
    assert (f"/recruiting/referrals/link/{link.code}" in page.get_data(as_text=True)) == (
        row != "channel/x"
    )


@pytest.mark.parametrize(
    "row", ["team/Finance", "office/Oslo", "job/none", "channel/myspace", "salary/x", "team/"]
)
def test_a_row_that_nobody_shares_in_does_not_exist(visit_as, link, row):
    assert visit_as(Cast.RECRUITER).get(f"/recruiting/referrals/{row}").status_code == 404


def test_those_without_a_team_and_links_to_no_single_job_have_rows_too(
    visit_as, visitor, db, ingested
):
    carl = person_by_email(db, Cast.COLLEAGUE)
    carl.team = ""
    made = share(db, carl, all_jobs(), "email")
    db.commit()
    visitor.get(f"/r/{made.code}", headers=BROWSER)
    ingested()
    rosa = visit_as(Cast.RECRUITER)
    for group, name in (("team", "No team"), ("job", "No single job")):
        page = rosa.get(f"/recruiting/referrals?by={group}&period=30").get_data(as_text=True)
        address = re.search(rf'<a href="([^"]+)">{name}</a>', page)[1]
        assert f"<h1>{name}</h1>" in rosa.get(unescape(address)).get_data(as_text=True)


def test_a_team_with_a_slash_in_its_name_has_a_page(visit_as, db, link):
    link.person.team = "R/D & Co"
    db.commit()
    rosa = visit_as(Cast.RECRUITER)
    page = rosa.get("/recruiting/referrals?by=team").get_data(as_text=True)
    address = unescape(re.search(r'<a href="([^"]+)">R/D &amp; Co</a>', page)[1])
    assert "<h1>R/D &amp; Co</h1>" in rosa.get(address).get_data(as_text=True)


def test_own_links_can_be_narrowed_down(visit_as, db, job):
    ada = person_by_email(db, Cast.ENGINEER)
    fair = Campaign(person_id=ada.id, name="Job fair")
    one, two = share(db, ada, job_target(job), "qr"), share(db, ada, all_jobs(), "email")
    one.campaign, one.name, two.paused_at = fair, "Table three", clock.now()
    db.add(fair)
    db.commit()
    browser = visit_as(Cast.ENGINEER)

    def shown(query):
        page = browser.get(f"/me/links?{query}").get_data(as_text=True)
        return {link.channel for link in (one, two) if f"/me/links/{link.code}" in page}

    assert shown("") == {"qr", "email"}
    assert shown("target=jobs") == {"email"}
    assert shown("channel=qr") == {"qr"}
    assert shown(f"campaign={fair.code}") == {"qr"}
    assert shown("channel=qr&target=jobs") == set()
    page = browser.get("/me/links").get_data(as_text=True)
    assert "Table three" in page
    assert "paused" in page
    for query in ("target=salary", "channel=myspace", "campaign=anothers"):
        assert browser.get(f"/me/links?{query}").status_code == 404


def test_a_chart_has_its_numbers_in_a_table_and_a_name(visit_as, visitor, link, ingested):
    visitor.get(f"/r/{link.code}", headers=BROWSER)
    ingested()
    page = visit_as(Cast.RECRUITER).get("/recruiting/referrals?period=30").get_data(as_text=True)
    chart = re.search(r'<figure class="chart">.*?</figure>', page, re.S)[0]
    assert 'role="img" aria-label="People who opened a link, by day: 1 people' in chart
    assert chart.count("<table") == 1
    assert chart.count('<rect class="chart-bar"') == chart.count('<th scope="row">') == 1


@pytest.mark.parametrize(
    ("email", "address"),
    [
        (Cast.ENGINEER, "/me/links"),
        (Cast.RECRUITER, "/recruiting/referrals"),
        (Cast.RECRUITER, "/recruiting/referrals?by=team&from=2026-01-05&to=2026-10-20"),
        (Cast.RECRUITER, "/recruiting/referrals?by=job"),
        (Cast.RECRUITER, "/recruiting/referrals?by=channel"),
        (Cast.RECRUITER, "/recruiting/referrals?by=office&period=all"),
        (Cast.RECRUITER, "/recruiting/referrals/team/Platform"),
    ],
)
@pytest.mark.usefixtures("still")
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
