"""Pausing, leaving and coming back; and nobody can tell who does not take part."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from careers.base import clock
from careers.base.people import leave, person_by_email
from careers.blog.models import Article
from careers.jobs.models import Job
from experts import showing
from experts.editing import Profile, Said, write_profile
from experts.models import Portrait
from experts.photograph import cut_photograph, keep_cut
from feeds.subscribing import subscribe
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.experts.conftest import NOVEMBER
from tests.experts.crawling import crawl
from tests.house.test_routes import VALUES

PAGE = "/experts/ada-engel"
NAMED = re.compile(r"Ada Engel|ada-engel|\bAda\b")


def photograph() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (240, 240), "#806040").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def ada(show, wrote, said, database, settings, db):
    """Everything that Ada may have: a page with all of it, an article, a job to ask her about."""
    wrote(Cast.ENGINEER, "Clocks lie")
    said(Cast.ENGINEER, "Some words")
    show(
        Cast.ENGINEER, topics=("Time",), networks=(("github", "https://github.com/ada"),),
        talks=(Said("What a meter knows", NOVEMBER.date()),),
    )  # fmt: skip
    with database.writing() as session:
        person = person_by_email(session, Cast.ENGINEER)
        keep_cut(session, person, cut_photograph(settings, photograph()))
        showing.agree(session, person, showing.PORTRAIT)
        job = Job(
            slug="engineer-x", source="lever", board="acme", source_id="1", title="Engineer",
            description_html="<p>Build.</p>", opened_at=clock.now(), content_hash="0" * 64,
            team="Platform", contact=person,
        )  # fmt: skip
        session.add(job)
        session.flush()
        code = share(session, person, job_target(job), "linkedin").code
        session.commit()
    person = person_by_email(db, Cast.ENGINEER)
    found = {"person": person.code, "link": code}
    db.rollback()
    return found


def names_her(answer) -> bool:
    """Whether she is named in what somebody reads."""
    if not re.search("text|xml|json", answer.mimetype) and answer.data[:5] != b"<?xml":
        return False
    own_address = r'href="[^"]*" hreflang'  # of the page that says it is gone
    text = re.sub(own_address, "", answer.text) if answer.status_code == 410 else answer.text
    return bool(NAMED.search(text))


BEGINNINGS = (
    "/", "/sitemap.xml", "/search?q=ada", "/search?q=clocks", "/search/suggestions?q=ada",
    "/experts?q=ada", "/jobs/indeed.xml", "/jobs/feed.atom", "/topics/time/feed.json",
)  # fmt: skip
NAMED_IN = (
    "/", "/sitemap.xml", "/search/suggestions?q=ada", "/topics/time", PAGE, "/experts",
    f"{PAGE}/feed.atom", f"{PAGE}/card.vcf", "/blog/clocks-lie", "/blog", "/jobs/engineer-x",
)  # fmt: skip


def look_everywhere(visitor, addresses) -> None:
    """Nobody is named any more, wherever somebody looks."""
    for address in addresses:
        if "q=ada" not in address:  # that is what was asked for
            found = visitor.get(address)
            assert not names_her(found), (address, NAMED.search(found.text))
    for address in (PAGE, f"/fr{PAGE}", f"{PAGE}/feed.json", f"{PAGE}/card.vcf"):
        assert visitor.get(address).status_code == 410
    assert "Nobody matches that" in visitor.get("/experts?q=ada").text


def test_within_a_minute_nobody_finds_who_left(visitor, ada, db, work):
    person_by_email(db, Cast.ENGINEER).articles_after = "anonymous"
    db.commit()
    work()
    before = crawl(visitor, *BEGINNINGS)
    named = {address for address, answer in before.items() if names_her(answer)}
    assert named.issuperset(NAMED_IN)
    pictures = {address for address in before if ada["person"] in address or "/cards/" in address}
    assert pictures
    for address in named | pictures:
        kept = before[address].headers.get("Cache-Control", "")
        age = re.search(r"max-age=(\d+)", kept)
        assert "no-cache" in kept or not age or int(age[1]) <= 60, address
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    work()
    look_everywhere(visitor, {*before, *crawl(visitor, *BEGINNINGS)})
    assert visitor.get(f"/portraits/{ada['person']}/128").status_code == 404
    link = visitor.get(f"/r/{ada['link']}")
    assert link.location.partition("?")[0].endswith("/jobs/engineer-x")
    assert not names_her(visitor.get(link.location))


@pytest.mark.parametrize("act", [showing.leave, showing.opt_out])
def test_nobody_finds_who_takes_no_part_any_more(visitor, ada, db, work, act):
    person = person_by_email(db, Cast.ENGINEER)
    person.articles_after = "anonymous"
    act(db, person)
    db.commit()
    work()
    paused = {"/blog", "/blog/clocks-lie"} if act is showing.opt_out else set()
    look_everywhere(visitor, set(NAMED_IN) - paused)
    assert all(names_her(visitor.get(address)) for address in paused), "what is written stays"
    link = visitor.get(f"/r/{ada['link']}")
    assert link.location.partition("?")[0].endswith("/jobs/engineer-x")
    assert not names_her(visitor.get(link.location)), "the links that she shared name nobody"


@pytest.mark.parametrize(
    ("chosen", "status", "is_named"),
    [("named", 200, True), ("anonymous", 200, False), ("removed", 410, False)],
)
def test_articles_become_what_their_author_chose(
    visitor, visit_as, ada, db, chosen, status, is_named
):
    mine = visit_as(Cast.ENGINEER)
    answer = mine.post("/me/consents/articles", {"articles": chosen}, form_on="/me/consents")
    assert answer.status_code == 303
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    article = visitor.get("/blog/clocks-lie")
    assert article.status_code == status
    assert names_her(article) is is_named
    assert names_her(visitor.get("/blog")) is is_named


def test_who_comes_back_finds_what_was_kept(visitor, visit_as, ada, db, settings, work):
    mine = visit_as(Cast.ENGINEER)
    mine.post("/me/consents/articles", {"articles": "anonymous"}, form_on="/me/consents")
    mine.post("/me/consents/leave", form_on="/me/consents")
    work()
    assert visitor.get(PAGE).status_code == 410
    assert not [one for one in settings.folder("portraits").rglob("*") if one.is_file()]
    assert db.scalars(select(Portrait)).all() == []
    assert db.scalars(select(Article.is_anonymous)).all() == [True]
    db.rollback()
    page = mine.get("/me/profile").text
    assert "Keeps clocks honest." in page
    mine.post(
        "/me/profile",
        {"headline": "Back.", "topics": "Time", "version": "1", "show": "1", "charter": "1"},
    )
    back = visitor.get(PAGE).text
    assert "Back." in back
    assert "Clocks lie" in back
    assert "Ada Engel" in visitor.get("/blog/clocks-lie").text
    for words in ("Some words", "github.com/ada", "What a meter knows"):
        assert words not in back, "each of these needs a new yes"


def test_a_choice_that_is_none_is_refused(visit_as):
    mine = visit_as(Cast.ENGINEER)
    answer = mine.post("/me/consents/articles", {"articles": "burnt"}, form_on="/me/consents")
    assert answer.status_code == 422


# -- who does not take part ------------------------------------------------------------------------


def addresses(app: Flask, **values: str):
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and rule.endpoint != "signin.oidc_start":
                given = {
                    name: values.get(name, VALUES.get(name, "nothing")) for name in rule.arguments
                }
                yield app.url_for(rule.endpoint, _external=False, **(given | (rule.defaults or {})))


def as_seen(browser, app: Flask, code: str) -> dict[str, tuple[int, str]]:
    """What every address says, where it names somebody that of Carl, without what differs each
    time."""
    found = {}
    for address in set(addresses(app, code=code, side="64", slug="carl-bauer")):
        # Texts to share are drawn by chance, and so is the code of a new article.
        if "oidc" in address or address.endswith(("/share", "/me/articles/new")):
            continue
        answer = browser.get(address)
        text = answer.text if answer.mimetype != "image/png" else ""
        text = re.sub(r'(nonce|value|content)="[^"]{16,}"', "", text)
        text = re.sub(r"\d\d:\d\d(:\d\d[.\d]*)?|\b[\d.]+ (seconds?|bytes|[kM]?B)\b", "", text)
        found[address] = (answer.status_code, text)
    return found


def test_nobody_can_tell_who_does_not_take_part(
    app, visitor, visit_as, show, said, database, settings, db, work
):
    """Carl writes all there is to write and shows none of it: nothing anywhere looks different."""
    show(Cast.ENGINEER, topics=("Time",))
    code = person_by_email(db, Cast.COLLEAGUE).code
    db.rollback()
    signed_in = (Cast.ENGINEER, Cast.EDITOR, Cast.RECRUITER, Cast.ADMIN)
    browsers = {"visitor": visitor, **{role: visit_as(role) for role in signed_in}}
    work()
    before = {who: as_seen(browser, app, code) for who, browser in browsers.items()}
    with database.writing() as session:
        carl = person_by_email(session, Cast.COLLEAGUE)
        profile = Profile(
            "Counts.", "About *me*.", ("Time",), ("fr",), "Sums", (("github", "https://github.com/c"),),
            pronouns="he/him", here_since=2020, talks=(Said("Sums", NOVEMBER.date()),),
        )  # fmt: skip
        write_profile(session, carl, profile)
        keep_cut(session, carl, cut_photograph(settings, photograph()))
        showing.agree(session, carl, showing.PORTRAIT)
        subscribe(session, carl, "https://carl.example/feed", "everything")
        carl.articles_after = "removed"
        session.commit()
    said(Cast.COLLEAGUE, "Carl's words")
    work()
    for who, browser in browsers.items():
        after = as_seen(browser, app, code)
        assert len(after) > 100
        assert {one: after[one] for one in after if after[one] != before[who][one]} == {}, who
