"""What everybody sees of experts, and what an employee does about their own page."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from careers.base.audit import Act
from careers.base.people import person_by_email
from experts.models import Expert
from experts.showing import opt_out
from tests.blog.markup import acting_parts
from tests.cast import Cast

PAGE = "/experts/ada-engel"


def described(page: str) -> dict:
    found = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])


def test_an_expert_page_says_who_they_are(visitor, show):
    show(
        Cast.ENGINEER, biography="I like **clocks**.", topics=("Time",), languages=("fr", "en"),
        ask_me_about="Leap seconds", networks=(("mastodon", "https://social.example/@ada"),),
    )  # fmt: skip
    page = visitor.get(PAGE).text
    for words in ("Ada Engel", "Engineer", "Platform", "Keeps clocks honest.", "Leap seconds",
                  "<strong>clocks</strong>", "French, English", "Time"):  # fmt: skip
        assert words in page
    assert '<a class="chip u-url" href="https://social.example/@ada" rel="me noopener">' in page
    assert "h-card" in page


def test_a_visitor_gets_no_cookie(visitor, show):
    show(Cast.ENGINEER)
    for address in (PAGE, "/experts", "/experts?q=ada&topic=x", "/experts/nobody"):
        assert "Set-Cookie" not in visitor.get(address).headers


def test_the_page_is_described_for_machines(visitor, show):
    show(Cast.ENGINEER, topics=("Time",), networks=(("x", "https://x.example/ada"),))
    page = visitor.get(f"{PAGE}?via=abc").text
    found = described(page)
    person = found["mainEntity"]
    assert found["@type"] == "ProfilePage"
    assert person["@type"] == "Person"
    assert person["name"] == "Ada Engel"
    assert person["sameAs"] == ["https://x.example/ada"]
    assert person["knowsAbout"] == ["Time"]
    assert person["url"] == f"http://127.0.0.1:8000{PAGE}"
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{PAGE}">' in page
    assert '<meta property="og:title" content="Ada Engel">' in page
    in_french = visitor.get(f"/fr{PAGE}").text
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/fr{PAGE}">' in in_french


PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    '"><svg onload=alert(1)>', "</script><script>alert(1)</script>", "<a href='javascript:1'>x</a>",
    "![x](https://tracker.example/x.gif)", "[x](data:text/html,<script>alert(1)</script>)",
    "{{ 7 * 7 }}", "<style>*{display:none}</style>", "<iframe src=//x.example></iframe>",
]  # fmt: skip


def test_nothing_that_is_written_becomes_code(visitor, show):
    for payload in PAYLOADS:
        _check(visitor, show, payload)


def _check(visitor, show, payload: str) -> None:
    show(Cast.ENGINEER, headline=payload, biography=payload, ask_me_about=payload,
         topics=(payload, "Time"))  # fmt: skip
    for address in (PAGE, "/experts"):
        page = visitor.get(address).text
        assert acting_parts(page) == [], payload
    assert described(visitor.get(PAGE).text)["mainEntity"]["description"] == payload


def test_experts_are_found_by_topic_and_by_words(visitor, show):
    show(Cast.ENGINEER, topics=("Meter data",))
    show(Cast.COLLEAGUE, topics=("Écriture",))
    assert "Carl" not in visitor.get("/experts?topic=meter-data").text
    assert "Ada Engel" in visitor.get("/experts?topic=meter-data").text
    for words in ("ecrit", "Écriture", "carl", "BAUER"):
        page = visitor.get("/experts", query_string={"q": words}).text
        assert "Carl Bauer" in page
        assert "Ada Engel" not in page
    for words in ("%", "_", "nobody", "' OR 1=1 --"):
        page = visitor.get("/experts", query_string={"q": words}).text
        assert "Nobody matches that" in page


def test_colleagues_with_the_same_topics_stand_beside(visitor, show):
    show(Cast.ENGINEER, topics=("Time", "Data"))
    show(Cast.COLLEAGUE, topics=("Time",))
    show(Cast.EDITOR, topics=("Words",))
    page = visitor.get(PAGE).text
    assert 'alt="Carl Bauer"' in page
    assert "Edith" not in page


def test_posts_stand_in_one_stream_newest_first(visitor, show, wrote, said):
    show(Cast.ENGINEER)
    wrote(Cast.ENGINEER, "First", days=1)
    said(Cast.ENGINEER, "Second", days=2)
    wrote(Cast.ENGINEER, "Third", days=3)
    wrote(Cast.ENGINEER, "Draft", days=4, state="draft")
    said(Cast.ENGINEER, "Hidden", days=5, state="hidden")
    said(Cast.ENGINEER, "Withdrawn", days=5, state="withdrawn")
    page = visitor.get(PAGE).text
    places = [page.index(words) for words in ("Third", "Second", "First")]
    assert places == sorted(places)
    assert not re.search("Draft|Hidden|Withdrawn", page)
    assert 'href="/blog/third"' in page
    away = re.search(r'<a [^>]*href="https://x.example/Second/1"[^>]*>', page)[0]
    assert 'rel="ugc nofollow noopener noreferrer"' in away


def test_a_long_stream_has_pages(visitor, show, wrote):
    show(Cast.ENGINEER)
    for number in range(23):
        wrote(Cast.ENGINEER, f"Story {number:02}", days=number)
    first, second = visitor.get(PAGE).text, visitor.get(f"{PAGE}?page=2").text
    assert "Story 22" in first
    assert "Story 02" not in first
    assert "Story 02" in second
    assert visitor.get(f"{PAGE}?page=99").status_code == 200


def test_portraits_of_experts_are_for_everybody(visitor, visit_as, show, db):
    show(Cast.ENGINEER)
    ada, carl = (person_by_email(db, one).code for one in (Cast.ENGINEER, Cast.COLLEAGUE))
    db.rollback()
    seen = visitor.get(f"/portraits/{ada}.svg")
    assert seen.status_code == 200
    assert seen.mimetype == "image/svg+xml"
    assert "default-src 'none'" in seen.headers["Content-Security-Policy"]
    assert seen.headers["Cache-Control"].startswith("public")
    same = visitor.get(f"/portraits/{ada}.svg", headers={"If-None-Match": seen.headers["ETag"]})
    assert same.status_code == 304
    assert visitor.get(f"/portraits/{carl}.svg").status_code == 404
    assert visitor.get("/portraits/none.svg").status_code == 404
    to_colleague = visit_as(Cast.EDITOR).get(f"/portraits/{carl}.svg")
    assert to_colleague.status_code == 200
    assert to_colleague.headers["Cache-Control"] == "private, no-cache"


def test_a_portrait_goes_with_the_page(visitor, show, db):
    show(Cast.ENGINEER)
    person = person_by_email(db, Cast.ENGINEER)
    code = person.code
    opt_out(db, person)
    db.commit()
    assert visitor.get(f"/portraits/{code}.svg").status_code == 404


FIELDS = {
    "headline": "Keeps clocks honest.", "biography": "I **like** clocks.", "languages": ["fr"],
    "topics": "Time, Leap seconds", "shows": ["networks", "talks"], "ask_me_about": "DST",
    "networks-0-url": "https://social.example/@ada",
    "networks-1-url": "",
}  # fmt: skip


def test_an_employee_writes_shows_and_takes_down_their_page(visitor, visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    assert ada.post("/me/profile", FIELDS | {"headline": "Not this."}).status_code == 303
    assert visitor.get(PAGE).status_code == 404
    shown = ada.post(
        "/me/profile", FIELDS | {"version": "1", "show": "1", "charter": "1"}, follow_redirects=True
    )
    assert "Your page is shown to everybody now." in shown.text
    assert f'href="{PAGE}"' in ada.get("/me/profile").text
    page = visitor.get(PAGE).text
    assert "Keeps clocks honest." in page
    assert "Leap seconds" in page
    assert "https://social.example/@ada" in page
    changed = FIELDS | {"version": "2", "topics": "Time", "networks-0-url": ""}
    assert ada.post("/me/profile", changed).status_code == 303
    page = visitor.get(PAGE).text
    assert "Leap seconds" not in page
    assert "social.example" not in page
    assert ada.post("/me/profile/take-down", form_on="/me/profile").status_code == 302
    assert visitor.get(PAGE).status_code == 410
    acts = db.scalars(select(Act.what).where(Act.what.like("page:%")).order_by(Act.id)).all()
    assert acts == ["page:edit", "page:edit", "page:show", "page:edit", "page:hide"]


def test_a_preview_keeps_nothing(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    page = ada.post("/me/profile", FIELDS | {"preview": "1"})
    assert page.status_code == 200
    assert "<strong>like</strong>" in page.text
    assert db.scalars(select(Expert)).all() == []


def test_showing_without_a_headline_says_what_to_do_and_loses_nothing(visit_as, visitor, db):
    ada = visit_as(Cast.ENGINEER)
    answer = ada.post("/me/profile", FIELDS | {"headline": " ", "show": "1", "charter": "1"})
    assert answer.status_code == 422
    assert "First write what you do" in answer.text
    assert "I **like** clocks." in answer.text
    assert db.scalars(select(Expert)).all() == []
    assert visitor.get(PAGE).status_code == 404


def test_a_topic_that_is_too_long_is_said_and_not_cut(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    long = "Everything there is to know about the meters of the whole land"
    answer = ada.post("/me/profile", FIELDS | {"topics": f"Time, {long}"})
    assert answer.status_code == 422
    assert "A topic has at most 60 characters" in answer.text
    assert long in answer.text
    assert db.scalars(select(Expert)).all() == []
    db.rollback()
    assert ada.post("/me/profile", FIELDS | {"topics": "x" * 60}).status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"headline": "x" * 201}, {"biography": "x" * 10_001}, {"ask_me_about": "x" * 201},
        {"topics": ",".join(f"topic {n}" for n in range(13))}, {"languages": ["klingon"]},
        {"networks-0-url": "javascript:alert(1)"}, {"networks-0-url": "ada"},
        {"networks-0-url": "https://me:secret@social.example/"},
        {"networks-0-url": "https://social.example/" + "x" * 500},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_hold_is_said_and_not_kept(visit_as, db, fields):
    answer = visit_as(Cast.ENGINEER).post("/me/profile", FIELDS | fields)
    assert answer.status_code == 422
    assert db.scalars(select(Expert)).all() == []


def test_a_visitor_has_no_page_to_edit(visitor):
    assert visitor.get("/me/profile").status_code == 302
    assert visitor.client.post("/me/profile/take-down").status_code in {400, 401}


READ = (
    "/experts", "/experts?q=time", "/experts?topic=time", "/experts?speaks=en", PAGE,
    f"{PAGE}?kind=article", f"{PAGE}/feed.atom", f"{PAGE}/feed.json", "/topics/time",
    "/topics/time/feed.atom", "/blog", "/blog/clocks-lie", "/blog/feed.atom", "/blog/feed.json",
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "asked"),
    [*((address, {}) for address in READ), ("/experts?q=tim", {"HX-Request": "true"})],
)
def test_the_number_of_queries_does_not_grow(
    visitor, show, wrote, said, queries, address, asked, still
):
    show(Cast.ENGINEER, topics=("Time",), networks=(("x", "https://x.example/"),))
    show(Cast.ADMIN, topics=("Time",))
    for number in range(2):
        wrote(Cast.ENGINEER, "Clocks lie" if not number else "Clocks lie again", days=30)
        said(Cast.ENGINEER, f"Word {number}", days=30)
    assert visitor.get(address, headers=asked).status_code == 200
    with queries() as few:
        visitor.get(address, headers=asked)
    for number, email in enumerate((Cast.COLLEAGUE, Cast.EDITOR, Cast.RECRUITER)):
        show(email, topics=("Time", f"Topic {number}"), networks=(("x", "https://x.example/"),))
    for number in range(12):
        wrote(Cast.ENGINEER, f"Story {number}", days=number)
        said(Cast.ENGINEER, f"Words {number}", days=number)
    with queries() as many:
        visitor.get(address, headers=asked)
    assert len(many) == len(few)
