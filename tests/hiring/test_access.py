"""Who may do what with which applications: a table of people and routes."""

from __future__ import annotations

import pytest

from careers.base import permissions
from careers.base.people import person_by_email
from careers.base.permissions import PARTS, Part
from careers.hiring.pipeline.access import access_of
from tests.cast import Cast
from tests.hiring.pipeline import address, applied, hires
from tests.jobs.samples import open_job

READS = {
    "": "application:read",
    "/letters/new": "application:write",
}
WRITES = {
    "/notes": "application:review",
    "/ratings": "application:review",
    "/stage": "application:move",
    "/recruiter": "application:move",
    "/same-person": "application:merge",
}
PEOPLE = ("everything", "limited", "recruiter", "manager", "interviewer", "nobody")


def _as(who, db, visit_as, job):
    """Somebody signed in who has this part in hiring for `job`."""
    if who in {"everything", "limited", "recruiter"}:
        email = Cast.RECRUITER
        person_by_email(db, email).is_limited = who != "everything"
        db.commit()
    else:
        email = Cast.COLLEAGUE
    if who in set(Part):
        hires(db, email, job, who)
    return visit_as(email)


def _allowed(who, permission):
    return who == "everything" or (who in set(Part) and permission in PARTS[Part(who)])


@pytest.mark.parametrize("who", PEOPLE)
def test_each_does_what_their_part_says_and_finds_nothing_else(who, db, visit_as):
    job, other = open_job(db), open_job(db, number=102, title="Cook")
    mine, foreign = applied(db, job), applied(db, other, "Bob Martin")
    browser = _as(who, db, visit_as, job)
    token = browser.form_token("/me/links")
    for path, permission in READS.items():
        expected = 200 if _allowed(who, permission) else 404
        assert browser.get(address(mine) + path).status_code == expected, path
        expected = 200 if who == "everything" else 404
        assert browser.get(address(foreign) + path).status_code == expected, path
    for path, permission in WRITES.items():
        for application in (mine, foreign):
            yours = _allowed(who, permission) and (application is mine or who == "everything")
            answer = browser.client.post(
                address(application) + path, data={"form_token": token, "text": "A note."}
            )
            found = answer.status_code != 404
            # There is no second application to be the same person's: that too is not found.
            assert found == (yours and path != "/same-person"), (path, answer.status_code)
    staff = f"/recruiting/jobs/{job.code}/hiring"
    expected = 200 if _allowed(who, "job:staff") else 404
    assert browser.get(staff).status_code == expected
    for path in ("/recruiting/letters", "/recruiting/criteria", "/recruiting/outside",
                 "/recruiting/referrals", "/recruiting/jobs", "/recruiting/bonuses"):  # fmt: skip
        assert browser.get(path).status_code == (200 if who == "everything" else 404), path


@pytest.mark.parametrize("who", PEOPLE)
def test_lists_hold_only_what_is_theirs(who, db, visit_as):
    job, other = open_job(db), open_job(db, number=102, title="Cook")
    applied(db, job)
    applied(db, other, "Bob Martin")
    browser = _as(who, db, visit_as, job)
    for path in ("/recruiting/applications", "/recruiting/board"):
        answer = browser.get(path)
        if who == "nobody":
            assert answer.status_code == 404
            continue
        page = answer.get_data(as_text=True)
        assert ("Nadia Benali" in page) == (who != "limited")
        assert ("Bob Martin" in page) == (who == "everything")
        assert ("Cook" in page) == (who == "everything")
        assert ("No application is yours to see yet" in page) == (who == "limited")


def test_nobody_acts_on_what_isn_t_theirs_through_an_act_on_many(db, visit_as):
    job, other = open_job(db), open_job(db, number=102, title="Cook")
    mine, foreign = applied(db, job), applied(db, other, "Bob Martin")
    hires(db, Cast.COLLEAGUE, job)
    browser = visit_as(Cast.COLLEAGUE)
    answer = browser.post(
        "/recruiting/batches",
        {"act": "move", "to": "interview", "key": "k" * 30,
         "pick": [f"{mine.code}:1:", f"{foreign.code}:1:"]},
        form_on="/recruiting/applications",
    )  # fmt: skip
    page = browser.get(answer.location).get_data(as_text=True)
    assert "1 moved to" in page
    assert "No such application is yours." in page
    assert "Bob Martin" not in page
    db.expire_all()
    assert (mine.stage, foreign.stage) == ("interview", "new")
    assert visit_as(Cast.RECRUITER).get(answer.location).status_code == 404


def test_who_leaves_hires_no_more(db):
    from careers.base.people import leave

    job = open_job(db)
    hires(db, Cast.COLLEAGUE, job)
    carl = person_by_email(db, Cast.COLLEAGUE)
    leave(db, carl)
    db.flush()
    assert access_of(db, carl).parts == {}
    assert not permissions.may_for_job(carl, "application:read", Part.MANAGER)


def test_a_limited_recruiter_has_nothing_but_their_jobs(db):
    rosa = person_by_email(db, Cast.RECRUITER)
    rosa.is_limited = True
    assert permissions.may(rosa, "application:read")
    assert not permissions.may_for_job(rosa, "application:read", None)
    assert permissions.may_for_job(rosa, "application:merge", Part.RECRUITER)
    for permission in ("referral:read", "job:edit", "bonus:edit", "pipeline:edit"):
        assert not permissions.may(rosa, permission, frozenset(Part))
    assert permissions.may(rosa, "link:share")


def test_an_administrator_limits_a_recruiter(db, visit_as):
    rosa = person_by_email(db, Cast.RECRUITER)
    browser = visit_as(Cast.ADMIN)
    page = f"/admin/people/{rosa.code}"
    assert browser.post(f"{page}/limit", {"limited": "1"}, form_on=page).status_code == 303
    db.refresh(rosa)
    assert rosa.is_limited
    assert "Let them see every job" in browser.get(page).get_data(as_text=True)


def test_an_administrator_who_interviews_still_finds_what_administrators_do(db, visit_as):
    job = open_job(db)
    hires(db, Cast.ADMIN, job, Part.INTERVIEWER)
    alma = visit_as(Cast.ADMIN)
    page = alma.get("/recruiting", follow_redirects=True)
    assert page.request.path == "/recruiting/applications"
    text = page.get_data(as_text=True)
    for found in ("/recruiting/bonuses", "/recruiting/rule", "/recruiting/boards"):
        assert f'href="{found}"' in text
