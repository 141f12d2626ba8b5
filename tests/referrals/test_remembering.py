"""A cookie that remembers how somebody came: off by default, only for those who agree, and gone when
they say so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from careers.base import clock
from careers.base.config import Settings
from careers.base.people import person_by_email
from referrals.models import Touch
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.referrals.conftest import BROWSER
from tests.referrals.test_coming import apply

FORM = "/jobs/engineer-x/apply"


@pytest.fixture
def on(app):
    """The company remembers those who agree, for 30 days."""
    usual = app.extensions["settings"]
    app.extensions["settings"] = usual.model_copy(update={"attribution_cookie_days": 30})


@pytest.fixture
def landed(visitor, ingested):
    """`landed(link)` follows a link and comes back with the address of the page and its text."""

    def follow(link):
        address = visitor.get(f"/r/{link.code}", headers=BROWSER).location
        ingested()
        return address, visitor.get(address, headers=BROWSER)

    return follow


def agree(visitor, address):
    via = re.search("via=([^&]+)", address)[1]
    return visitor.post("/came-by", {"via": via, "page": address}, form_on="/code")


def names(visitor):
    """Whom the form names that is opened without anything in its address."""
    page = visitor.get(FORM, headers=BROWSER).text
    return {name for name in ("Ada Engel", "Carl Bauer") if name in page}


def test_nobody_is_asked_and_no_cookie_is_read_unless_the_company_turns_it_on(
    visitor, link, landed
):
    address, page = landed(link)
    assert "remember" not in page.text.lower().partition("<main")[2].partition("<script")[0]
    assert agree(visitor, address).status_code == 404
    visitor.client.set_cookie("came-by", f"9999999999.{link.code}")
    assert names(visitor) == set()


def test_who_agrees_is_known_again_on_another_day_until_they_say_no(on, visitor, link, landed):
    address, page = landed(link)
    assert "Set-Cookie" not in page.headers
    assert "remember for 30 days that you came through Ada Engel" in page.text
    assert names(visitor) == set(), "no answer is a no"
    answer = agree(visitor, address)
    assert (answer.status_code, answer.location) == (303, address)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("came-by=")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert 30 * 86_400 - int(re.search(r"Max-Age=(\d+)", cookie)[1]) in range(60)
    with clock.set_to(clock.now() + timedelta(days=9)):
        assert names(visitor) == {"Ada Engel"}
        page = visitor.get("/jobs", headers=BROWSER)
        assert "your browser remembers until" in page.text
        assert "Shall your browser" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert f"via={link.code}." in page.text, "the visit carries it on as always"
        gone = visitor.post("/came-by/removal", {"page": "/jobs"}, form_on="/jobs")
        assert "Max-Age=0" in gone.headers["Set-Cookie"]
        assert names(visitor) == set()


def test_a_later_link_is_added_and_the_day_stays(on, visitor, link, landed, db, job):
    address, _ = landed(link)
    agree(visitor, address)
    carl = share(db, person_by_email(db, Cast.COLLEAGUE), job_target(job), "email")
    db.commit()
    with clock.set_to(clock.now() + timedelta(days=20)):
        _, page = landed(carl)
        assert "Set-Cookie" in page.headers
        assert "Max-Age=86" in page.headers["Set-Cookie"]  # ten days are left
        assert names(visitor) == {"Ada Engel", "Carl Bauer"}
    with clock.set_to(clock.now() + timedelta(days=31)):
        assert names(visitor) == set()


def test_what_is_remembered_reaches_the_application(on, visitor, link, landed, db, job):
    address, _ = landed(link)
    agree(visitor, address)
    with clock.set_to(clock.now() + timedelta(days=9)):
        apply(visitor, job)
    touch = db.scalars(select(Touch)).one()
    assert (touch.how, touch.link.code) == ("click", link.code)


@pytest.mark.parametrize(
    "value", ["", "x.y", "99999999999.{code}", "1.{code}", "9" * 30, "é.{code}"]
)
def test_nonsense_is_passed_over(on, visitor, link, value):
    visitor.client.set_cookie("came-by", value.format(code=link.code))
    assert names(visitor) == set()


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_it_never_leads_away(on, visitor, link, landed, page):
    landed(link)
    answer = visitor.post("/came-by", {"via": link.code, "page": page}, form_on="/code")
    assert answer.location.partition("?")[0] == "/"


@pytest.mark.parametrize("days", [1, 31, 365])
def test_it_lasts_thirty_or_ninety_days(tmp_path, days):
    with pytest.raises(ValueError, match="0, 30 or 90"):
        Settings(_env_file=None, data_dir=tmp_path, attribution_cookie_days=days)
