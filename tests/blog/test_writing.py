"""What a page keeps by itself while somebody writes: nothing is lost, and nothing is kept twice."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from careers.blog.models import Article
from tests.cast import Cast

JSON = {"Accept": "application/json"}
FIELDS = {"title": "Clocks lie", "summary": "", "language": "en", "body": "They **drift**."}
TAB, OTHER = "a" * 12, "b" * 12


class Page:
    """The page of a new article, as its script keeps what is in it."""

    def __init__(self, browser, tab: str = TAB) -> None:
        self.browser, self.address = browser, "/me/articles/new"
        html = browser.get(self.address).text
        self.code = re.search(r'name="code"[^>]*value="(\w+)"', html)[1]
        self.token = browser.form_token(self.address)
        self.tab, self.turn, self.version = tab, 0, "0"

    def keep(self, **fields):
        self.turn += 1
        sent = {
            "form_token": self.token, "code": self.code, "tab": self.tab, "turn": str(self.turn),
            "version": self.version,
        }  # fmt: skip
        return self.browser.client.post(self.address, data=FIELDS | sent | fields, headers=JSON)

    def go_on(self, answer) -> None:
        self.address, self.version = answer.json["address"], str(answer.json["version"])


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)


def bodies(db):
    db.rollback()
    return db.scalars(select(Article.body).order_by(Article.id)).all()


def test_what_is_typed_is_kept_under_the_address_that_its_page_was_given(ada, db):
    page = Page(ada)
    first = page.keep()
    assert first.json["address"] == f"/me/articles/{page.code}"
    assert first.json["said"].startswith("Kept at ")
    page.go_on(first)
    page.go_on(page.keep(body="They drift."))
    assert bodies(db) == ["They drift."]
    assert "They drift." in ada.get(page.address).text


def test_what_is_sent_again_because_no_answer_came_is_one_article_and_no_conflict(ada, db):
    page = Page(ada)
    page.keep()
    again = page.keep(body="Typed meanwhile")
    assert again.status_code == 200
    page.go_on(again)
    page.keep(body="No answer came to this")
    assert page.keep(body="Typed after it").status_code == 200
    assert bodies(db) == ["Typed after it"]


def test_what_arrives_late_does_not_replace_what_was_sent_after_it(ada, db):
    page = Page(ada)
    page.go_on(page.keep())
    page.turn += 5
    page.keep(body="The last words")
    page.turn -= 4
    assert page.keep(body="Earlier words").status_code == 409
    assert bodies(db) == ["The last words"]


def test_another_tab_is_told_what_was_kept_meanwhile(ada, db):
    page = Page(ada)
    page.go_on(page.keep())
    other = Page(ada, OTHER)
    other.address, other.version = page.address, page.version
    page.keep(body="From the first tab")
    told = other.keep(body="From the second tab")
    assert told.status_code == 409
    assert told.json["kept"]["body"] == "From the first tab"
    assert told.json["editable"]
    other.version = str(told.json["version"])
    assert other.keep(body="From the second tab").status_code == 200
    assert page.keep(body="From the first tab again").status_code == 409
    assert bodies(db) == ["From the second tab"]


def test_a_code_of_somebody_else_s_article_is_not_taken(ada, visit_as, db):
    page = Page(ada)
    page.keep()
    carl = Page(visit_as(Cast.COLLEAGUE))
    carl.code = page.code
    assert carl.keep(body="Of another").json["address"] != f"/me/articles/{page.code}"
    assert bodies(db) == [FIELDS["body"], "Of another"]


def test_after_signing_in_again_the_page_goes_on(ada, db):
    page = Page(ada)
    page.go_on(page.keep())
    ada.post("/sign-out", form_on=page.address)
    assert page.keep(body="Typed after the end").status_code == 401
    ada.sign_in(Cast.ENGINEER)
    refused = page.keep(body="Typed after the end")
    assert refused.status_code == 400
    page.token = refused.json["form_token"]
    assert page.keep(body="Typed after the end").status_code == 200
    assert bodies(db) == ["Typed after the end"]


def test_a_form_that_was_open_too_long_comes_back_with_what_was_written(ada, db):
    sent = FIELDS | {"form_token": "old", "body": "Written for hours"}
    answer = ada.client.post("/me/articles/new", data=sent)
    assert answer.status_code == 400
    assert "Written for hours" in answer.text
    assert "send it once more" in answer.text
    assert bodies(db) == []


def test_what_cannot_be_kept_is_said(ada, db):
    page = Page(ada)
    assert "160" in page.keep(title="x" * 161).json["errors"][0]
    assert "nested" in page.keep(body="&" * 60_000).json["errors"][0]
    assert bodies(db) == []


def test_a_preview_beside_the_form_is_safe_and_keeps_nothing(ada, db):
    token = ada.form_token("/me/articles/new")

    def look(body):
        sent = {"form_token": token, "body": body}
        return ada.client.post("/me/articles/preview", data=sent)

    assert look("They **drift**.<script>").json == {
        "html": "<p>They <strong>drift</strong>.&lt;script&gt;</p>\n", "minutes": 1,
    }  # fmt: skip
    assert look("&" * 60_000).status_code == 422
    assert bodies(db) == []


def test_what_enter_sends_keeps_the_text_and_a_conflict_keeps_every_fact(ada, db):
    page = ada.get("/me/articles/new").text
    sent = page[page.index('class="form writing') :]
    assert re.search(r'<button class="button" name="(\w+)"', sent)[1] == "keep"  # the first one
    fields = FIELDS | {"topics": "Clocks", "canonical": "https://ada.example/1"}
    page = ada.post("/me/articles/new", fields).headers["Location"]
    conflict = ada.post(page, fields | {"version": "9"})
    assert conflict.status_code == 409
    assert 'value="Clocks"' in conflict.text
    assert 'value="https://ada.example/1"' in conflict.text
