"""What an article said before, and articles that are published on a day to come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from careers.base import clock
from careers.base.mail import Mail
from careers.base.people import leave, person_by_email
from careers.blog import publishing
from careers.blog.differences import MOST, differences
from careers.blog.models import Article, Revision
from careers.blog.publishing import Tab, Text
from tests.cast import Cast

FIELDS = {"title": "Clocks lie", "summary": "", "language": "en", "body": "They drift."}
TAB = "a" * 12


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("one two three", "one 2 three", "one [two]{2} three"),
        ("a\nb\n", "a\nb\nc\n", "a|b|{c|}"),
        ("a\nb\n", "b\n", "[a|]b|"),
        ("x\n" + "same\n" * 9, "y\n" + "same\n" * 9, "[x]{y}|same|same|…|"),
        ("", "a", "{a}"),
    ],
)
def test_differences_are_told_by_words_and_far_from_them_nothing(before, after, said):
    marks = {"same": "{}", "left out": "{}", "gone": "[{}]", "come": "{{{}}}"}
    shown = "".join(marks[piece.kind].format(piece.words) for piece in differences(before, after))
    assert shown.replace("\n", "|") == said


def test_two_long_texts_are_compared_in_a_moment():
    words = int(MOST**0.5) + 10
    pieces = differences("a " * words, "b " * words)
    assert [piece.kind for piece in pieces] == ["gone", "come"]


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)


@pytest.fixture
def edith(visit_as):
    return visit_as(Cast.EDITOR)


def test_what_is_written_over_can_be_read_compared_and_taken_up_again(ada, visit_as, db):
    page = ada.post("/me/articles/new", FIELDS).headers["Location"]
    ada.post(page, FIELDS | {"version": "1", "body": "They drift slowly. <b>"})
    assert "What it said before" in ada.get(page).text
    history = ada.get(f"{page}/history").text
    assert f"{page}/history/1" in history
    earlier = f"{page}/history/1"
    shown = ada.get(earlier).text
    assert "<del>drift.</del>" in shown
    assert "&lt;b&gt;</ins>" in shown
    assert visit_as(Cast.COLLEAGUE).get(earlier).status_code == 404
    assert ada.get(f"{page}/history/9").status_code == 404
    ada.post(earlier, {"version": "2"})
    found = db.scalars(select(Article)).one()
    assert (found.body, found.version) == ("They drift.", 3)
    assert "<p>They drift.</p>" in found.body_html
    assert "slowly" in ada.get(f"{page}/history/2").text
    late = ada.post(earlier, {"version": "2"}, follow_redirects=True)
    assert "Somebody was faster" in late.text


def test_of_one_tab_every_ten_minutes_are_remembered_and_whatever_another_one_replaces(
    app, database
):
    with app.app_context(), database.writing() as db:
        author = person_by_email(db, Cast.ENGINEER)
        start = clock.now()
        made = publishing.start_article(db, author, Text("T", "", "0", "en"), tab=Tab(TAB, 1))
        for minute in range(1, 26):
            with clock.set_to(start + timedelta(minutes=minute)):
                text = Text("T", "", str(minute), "en")
                tab = Tab(TAB, minute + 1)
                publishing.write_article(db, author, made, text, made.version, tab)
        kept = db.scalars(select(Revision.body).order_by(Revision.version)).all()
        assert kept == ["10", "20"]
        publishing.write_article(
            db, author, made, Text("T", "", "other", "en"), made.version, Tab("b" * 12, 1)
        )
        assert db.scalars(select(Revision.body).order_by(Revision.version.desc())).first() == "25"


def test_an_editor_sees_what_has_changed_since_they_gave_it_back(ada, edith, db):
    sent = FIELDS | {"submit": "1"}
    page = ada.post("/me/articles/new", sent).headers["Location"]
    review = page.replace("/me/", "/editing/")
    assert f"{review}/changes" not in edith.get(review).text
    assert edith.get(f"{review}/changes").status_code == 404
    edith.post(f"{review}/return", {"version": "1", "comment": "How much?"}, form_on=review)
    ada.post(page, sent | {"version": "1", "body": "They drift a minute."})
    assert f"{review}/changes" in edith.get(review).text
    changes = edith.get(f"{review}/changes").text
    assert "<del>drift.</del><ins>drift a minute.</ins>" in changes
    assert "Waiting for" in edith.get("/editing").text


@pytest.fixture
def submitted(ada):
    """The address of a submitted article, for its editor."""
    page = ada.post("/me/articles/new", FIELDS | {"submit": "1"}).headers["Location"]
    return page.replace("/me/", "/editing/")


def _on(days: int) -> str:
    return f"{clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def test_an_article_is_published_by_itself_on_its_day(edith, visitor, submitted, work, db):
    edith.post(f"{submitted}/schedule", {"version": "1", "at": _on(3)}, form_on=submitted)
    assert "To be published" in edith.get("/editing").text
    letter = db.scalars(select(Mail)).one()
    assert letter.subject == "To be published: Clocks lie"
    db.rollback()
    work()
    assert visitor.get("/blog/clocks-lie").status_code == 404
    with clock.set_to(clock.now() + timedelta(days=3, hours=3)):
        work()
        assert visitor.get("/blog/clocks-lie").status_code == 200
    assert db.scalars(select(Article.publish_at)).one() is None


@pytest.mark.parametrize("whose", ["author", "editor"])
def test_a_day_to_come_can_be_taken_back(ada, edith, visitor, submitted, work, db, whose):
    edith.post(f"{submitted}/schedule", {"version": "1", "at": _on(3)}, form_on=submitted)
    page = submitted.replace("/editing/", "/me/")
    if whose == "author":
        ada.post(f"{page}/take-back", form_on=page)
    else:
        edith.post(f"{submitted}/unschedule", form_on=submitted)
    with clock.set_to(clock.now() + timedelta(days=4)):
        work()
    state = {"author": "draft", "editor": "submitted"}[whose]
    assert db.scalars(select(Article.state)).one() == state


def test_what_its_author_can_no_longer_answer_for_waits_for_an_editor(
    app, database, edith, submitted, work, db
):
    edith.post(f"{submitted}/schedule", {"version": "1", "at": _on(3)}, form_on=submitted)
    with app.app_context(), database.writing() as session:
        leave(session, person_by_email(session, Cast.ENGINEER))
        session.commit()
    with clock.set_to(clock.now() + timedelta(days=4)):
        work()
    assert db.scalars(select(Article.state)).one() == "submitted"


@pytest.mark.parametrize(("at", "said"), [(-1, "This is over already."), (None, "say when")])
def test_a_day_that_is_over_is_none(edith, submitted, db, at, said):
    sent = {"version": "1", "at": _on(at) if at else ""}
    answer = edith.post(f"{submitted}/schedule", sent, form_on=submitted)
    assert answer.status_code == 422
    assert said in answer.text
    assert db.scalars(select(Article.state)).one() == "submitted"
