"""The whole chain through the door users take: a share link, a click, an application, a hire."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from careers.base import clock
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.ingesting import ingest
from tests.cast import Cast
from tests.documents import pdf

BROWSER = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
}


@pytest.fixture
def job(db):
    made = Job(
        slug="data-engineer-x", source="lever", board="acme", source_id="1", title="Data engineer",
        description_html="<p>Keep numbers honest.</p>", opened_at=clock.now(), team="Platform",
        content_hash="0" * 64, locations=["Lyon"],
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def happen(app, database, work):
    """`happen()` lets the background catch up: clicks stored, credit decided."""

    def catch_up():
        ingest(database, app.extensions["settings"].folder("journal"))
        work()

    return catch_up


def shared(employee, job, channel="linkedin"):
    answer = employee.post(f"/jobs/{job.slug}/share", {"channel": channel})
    assert answer.status_code == 303
    page = employee.get(answer.location).get_data(as_text=True)
    return re.search(r"http://127\.0\.0\.1:8000(/r/\w+)", page)[1]


def applied(candidate, landing, name="Nadia Rossi", email="nadia@mail.example", **fields):
    """Follow the page's own links to the form, fill it in, send it; the answer."""
    page = candidate.get(landing).get_data(as_text=True)
    form = re.search(r'href="([^"]+/apply[^"]*)"', page)[1].replace("&amp;", "&")
    shown = candidate.get(form).get_data(as_text=True)
    hidden = dict(re.findall(r'type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"', shown))
    data = {"name": name, "email": email, "message": "Hello", "sharer_sees": "steps", **hidden}
    data |= {"cv": (io.BytesIO(pdf(name)), "cv.pdf")} | fields
    assert candidate.client.get_cookie("entourage") is None  # all came in the address
    return shown, candidate.client.post(form, data=data)


def test_a_shared_link_leads_to_a_hire_that_everybody_can_trace(visit_as, visitor, job, happen, db):
    ada = visit_as(Cast.ENGINEER)
    link = shared(ada, job)
    visitor.get(link, headers={"User-Agent": "LinkedInBot/1.0 (+http://www.linkedin.com)"})

    landing = visitor.get(link, headers=BROWSER).location
    form, answer = applied(visitor, landing)
    assert "Ada Engel" in form
    assert answer.status_code == 303
    happen()

    mine = visitor.get(answer.location).get_data(as_text=True)
    assert "Data engineer" in mine

    code = db.scalar(select(Application.code))
    rosa = visit_as(Cast.RECRUITER)
    page = f"/recruiting/applications/{code}"
    for before, stage in [
        ("new", "screening"), ("screening", "interview"), ("interview", "offer"), ("offer", "hired"),
    ]:  # fmt: skip
        moved = rosa.post(f"{page}/stage", {"from": before, "to": stage}, form_on=page)
        assert moved.status_code == 303, (stage, moved.status_code)

    receipt = rosa.get(f"/recruiting/receipts/{code}").get_data(as_text=True)
    for words in ("How Nadia came to us", "Ada Engel shared the job (LinkedIn)",
                  "Someone opened Ada’s link", "Last touch, version 1", "sha256"):  # fmt: skip
        assert words in receipt
    for group in ("employee", "job", "channel"):
        table = rosa.get(f"/recruiting/referrals?by={group}").get_data(as_text=True)
        row = re.search(r"<tbody>(.*?)</tbody>", table, re.S)[1]
        numbers = re.findall(r'class="number"[^>]*>(?:<a[^>]*>)?(\d+)', row)
        # hires, applications; confirmed, people, visits, again; previews, prefetched, robots
        assert numbers == ["1", "1", "1", "0", "0", "1", "1", "0", "1", "0", "0"], group

    links = ada.get("/me/links").get_data(as_text=True)
    assert "Nadia Rossi" in links
    assert "hired" in links
    assert ada.get(f"/me/receipts/{code}").status_code == 200
    assert visit_as(Cast.COLLEAGUE).get(f"/me/receipts/{code}").status_code == 404


def test_the_code_survives_looking_around_in_both_languages(visit_as, visitor, job, happen):
    link = shared(visit_as(Cast.ENGINEER), job)
    landing = visitor.get(link, headers=BROWSER).location
    via = landing.partition("via=")[2]
    page = visitor.get(landing).get_data(as_text=True)
    to_the_list = re.search(r'href="(/jobs\?[^"]*via=[^"]+)"', page)[1]
    assert via in to_the_list
    listed = visitor.get(to_the_list).get_data(as_text=True)
    in_french = re.search(r'href="(/fr/jobs\?[^"]*via=[^"]+)"', listed)[1].replace("&amp;", "&")
    french = visitor.get(in_french).get_data(as_text=True)
    assert f"/fr/jobs/{job.slug}?via={via}" in french
    assert '<link rel="canonical" href="http://127.0.0.1:8000/jobs/data-engineer-x">' in page


def test_who_keeps_it_to_themself_is_not_shown_to_the_sharer(visit_as, visitor, job, happen, db):
    ada = visit_as(Cast.ENGINEER)
    landing = visitor.get(shared(ada, job), headers=BROWSER).location
    applied(visitor, landing, sharer_sees="nothing")
    happen()
    code = db.scalar(select(Application.code))
    assert "Nadia" not in ada.get("/me/links").get_data(as_text=True)
    assert ada.get(f"/me/receipts/{code}").status_code == 404
    rosa = visit_as(Cast.RECRUITER)
    assert "Ada Engel" in rosa.get(f"/recruiting/receipts/{code}").get_data(as_text=True)


def test_who_did_not_come_through_anybody_can_say_so(visit_as, visitor, job, happen, db):
    landing = visitor.get(shared(visit_as(Cast.ENGINEER), job), headers=BROWSER).location
    applied(visitor, landing, without=landing.partition("via=")[2])
    happen()
    code = db.scalar(select(Application.code))
    receipt = visit_as(Cast.RECRUITER).get(f"/recruiting/receipts/{code}")
    assert "carried no share link" in receipt.get_data(as_text=True)


def test_who_applies_through_their_own_link_is_refused_with_the_reason(
    visit_as, visitor, job, happen, db
):
    landing = visitor.get(shared(visit_as(Cast.ENGINEER), job), headers=BROWSER).location
    applied(visitor, landing, "Ada Engel", "Ada+job@acme.example")
    happen()
    code = db.scalar(select(Application.code))
    receipt = visit_as(Cast.RECRUITER).get(f"/recruiting/receipts/{code}")
    assert "the sharer’s own application" in receipt.get_data(as_text=True)


def test_a_code_that_came_without_a_click_is_a_touch_too(visit_as, visitor, job, happen, db):
    link = shared(visit_as(Cast.ENGINEER), job)
    applied(visitor, f"/jobs/{job.slug}?via={link.removeprefix('/r/')}")
    happen()
    code = db.scalar(select(Application.code))
    receipt = visit_as(Cast.RECRUITER).get(f"/recruiting/receipts/{code}").get_data(as_text=True)
    assert "Someone’s address had the code of Ada’s link" in receipt
    assert "all of it" in receipt


def test_the_candidate_sees_at_once_through_whom_they_came_and_can_change_their_mind(
    visit_as, visitor, job, happen, db
):
    landing = visitor.get(shared(visit_as(Cast.ENGINEER), job), headers=BROWSER).location
    _, answer = applied(visitor, landing, sharer_sees="nothing")
    page = visitor.get(answer.location).get_data(as_text=True)
    assert "Ada Engel" in page
    assert "Change what they see" in page


def test_a_click_that_was_never_made_earns_nothing(visit_as, visitor, job, happen, db):
    link = shared(visit_as(Cast.ENGINEER), job)
    forged = f"/jobs/{job.slug}?via={link.removeprefix('/r/')}.abcdefghkmnp"
    with clock.set_to(clock.now() - timedelta(days=300)):
        applied(visitor, forged)
    happen()
    code = db.scalar(select(Application.code))
    receipt = visit_as(Cast.RECRUITER).get(f"/recruiting/receipts/{code}")
    assert "no such click was recorded" in receipt.get_data(as_text=True)


def test_the_credit_waits_until_the_click_is_stored(visit_as, visitor, job, work, happen, db):
    landing = visitor.get(shared(visit_as(Cast.ENGINEER), job), headers=BROWSER).location
    applied(visitor, landing)
    work()
    code = db.scalar(select(Application.code))
    rosa = visit_as(Cast.RECRUITER)
    page = rosa.get(f"/recruiting/receipts/{code}").get_data(as_text=True)
    assert "being worked out" in page
    with clock.set_to(clock.now() + timedelta(hours=1)):
        happen()
    assert "Ada Engel" in rosa.get(f"/recruiting/receipts/{code}").get_data(as_text=True)
