"""Comments on passages, through the door: an editor makes them, the author answers."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select

from careers.base.mail import Mail
from careers.base.people import Role, person_by_email
from careers.blog import comments, publishing
from careers.blog.models import Answer, Article, Comment
from tests.cast import Cast
from tests.unsent import HERE, send_again

BODY = (
    "Every clock in our house was wrong.\n\nThey **drift** a minute.\n\nNobody looked for a year."
)
SENT = {"title": "Clocks lie", "summary": "All of them.", "language": "en", "body": BODY,
        "submit": "1"}  # fmt: skip


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)


@pytest.fixture
def edith(visit_as):
    return visit_as(Cast.EDITOR)


@pytest.fixture
def page(ada):
    """The address of a submitted article, for its author."""
    return ada.post("/me/articles/new", SENT).headers["Location"]


def _review(page: str) -> str:
    return page.replace("/me/", "/editing/")


def _comment(editor, page, words="How much?", **fields):
    sent = {"version": "1", "block": "", "about": "", "words": words} | fields
    return editor.post(f"{_review(page)}/comments", sent, form_on=_review(page))


def _give_back(editor, page, version="1", comment=""):
    sent = {"version": version, "comment": comment}
    return editor.post(f"{_review(page)}/return", sent, form_on=_review(page))


def _main(answer) -> str:
    return answer.text.split("<main", 1)[1].split("</main>", 1)[0]


def test_an_editor_comments_on_a_passage_and_the_author_reads_it_beside_it(
    ada, edith, visit_as, page, db
):
    answer = _comment(edith, page, about="They  drift\na minute.", words="How <much>?")
    assert answer.headers["Location"].endswith("#comment-1")
    _comment(edith, page, block="0", words="All of them?")
    shown = _main(edith.get(_review(page)))
    assert '<mark class="passage">drift</mark>' in shown
    assert "How &lt;much&gt;?" in shown
    assert shown.index("All of them?") < shown.index("How &lt;much&gt;?")  # as in the text
    assert "2 comments on passages go with it." in shown
    assert "How &lt;much&gt;?" not in ada.get(page).text  # nothing is sent yet
    assert _give_back(edith, page).status_code == 302  # it needs no other comment
    mail = db.scalars(select(Mail)).one()
    assert "About “They drift a minute.”:\nHow <much>?" in mail.text
    assert "About “Every clock in our house was wrong.”:\nAll of them?" in mail.text
    read = _main(ada.get(page))
    assert "How &lt;much&gt;?" in read
    assert "Edith Martin" in read
    code = page.rsplit("/", 1)[1]
    seen = ada.post("/me/articles/preview", {"code": code, "body": BODY}, form_on=page).json
    assert '<strong><mark class="passage">drift</mark></strong>' in seen["html"]
    assert visit_as(Cast.COLLEAGUE).get(page).status_code == 404


def test_the_author_answers_and_marks_done_and_the_editor_sees_it(ada, edith, page, db):
    _comment(edith, page, about="They drift a minute.")
    _give_back(edith, page)
    said = f"{page}/comments/{db.scalars(select(Comment.code)).one()}"
    db.rollback()
    ada.post(f"{said}/answer", {"words": "A minute a <year>."}, form_on=page)
    ada.post(f"{said}/settle", {"done": "1"}, form_on=page)
    assert "You have done all of them." in ada.get(page).text
    assert "A minute a &lt;year&gt;." in ada.get(page).text
    ada.post(f"{said}/settle", {"done": ""}, form_on=page)
    assert "You have done all of them." not in ada.get(page).text
    ada.post(f"{said}/settle", {"done": "1"}, form_on=page)
    ada.post(page, SENT | {"version": "1"})
    shown = _main(edith.get(_review(page)))
    assert "A minute a &lt;year&gt;." in shown
    assert "One is done" in shown
    edith.post(
        said.replace("/me/", "/editing/") + "/answer", {"words": "Good."}, form_on=_review(page)
    )
    assert "Good." in ada.get(page).text
    assert [one.words for one in db.scalars(select(Answer).order_by(Answer.id))] == [
        "A minute a <year>.", "Good.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"New.\n\n{BODY}", ">They drift a minute.</mark>"),
        (BODY.replace("a minute", "two minutes"), "This passage was changed."),
        (BODY.replace("They **drift** a minute.", ""), "This passage is gone:"),
        ("Something else altogether.", "This passage is gone:"),
    ],
    ids=["moved", "changed", "gone", "all new"],
)
def test_after_the_text_has_changed_a_comment_finds_its_passage_or_says_that_it_is_gone(
    ada, edith, page, body, said
):
    _comment(edith, page, about="They drift a minute.")
    _give_back(edith, page)
    ada.post(page, SENT | {"body": body, "version": "1"})
    for shown in (ada.get(page), edith.get(_review(page))):
        assert said in _main(shown)
        assert "How much?" in _main(shown)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"about": "They drift an hour."}, "do not stand in the article"),
        ({"about": ""}, "Please say which words you mean."),
        ({"about": "drift", "words": " "}, "Please write a comment."),
        ({"block": "99"}, "Not a valid choice"),
        ({"about": "drift", "words": "x" * 2_001}, "This text is too long."),
    ],
)
def test_a_comment_says_something_of_words_that_are_there(edith, page, db, fields, said):
    answer = _comment(edith, page, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert db.scalars(select(Comment)).all() == []


def test_a_paragraph_that_stands_twice_is_the_one_that_was_chosen(ada, edith, page, db):
    ada.post(f"{page}/take-back", form_on=page)
    ada.post(page, SENT | {"version": "1", "body": "First.\n\nNo.\n\nSecond.\n\nNo."})
    _comment(edith, page, block="3", version="2")
    assert db.scalars(select(Comment.before)).one().endswith("Second. ")


def test_a_comment_on_what_has_changed_meanwhile_is_kept_in_the_form(ada, edith, page, db):
    token = edith.form_token(_review(page))
    ada.post(f"{page}/take-back", form_on=page)
    sent = {"form_token": token, "version": "1", "block": "", "about": "drift", "words": "My <w>"}
    late = edith.client.post(f"{_review(page)}/comments", data=sent)
    assert late.status_code == 409
    assert "My &lt;w&gt;" in late.text
    assert "drift" not in _main(late)  # it is in its author's hands
    ada.post(page, SENT | {"version": "1", "body": "They go by."})
    late = edith.client.post(f"{_review(page)}/comments", data=sent)
    assert late.status_code == 409
    assert "My &lt;w&gt;</textarea>" in late.text
    assert db.scalars(select(Comment)).all() == []


@pytest.mark.parametrize("form", ["comments", "return"])
def test_what_is_sent_from_a_page_that_was_open_too_long_is_shown_again(edith, page, db, form):
    sent = {"version": "1", "about": "drift", "words": "My <w>", "comment": "My <w>"}
    answer = edith.client.post(
        f"{_review(page)}/{form}", data=sent | {"form_token": "long ago", "block": ""}
    )
    assert answer.status_code == 400
    assert "please send it once more" in answer.text
    assert "My &lt;w&gt;</textarea>" in answer.text
    assert db.scalars(select(Comment)).all() == []
    assert db.scalars(select(Article.state)).one() == "submitted"


def test_only_who_said_it_takes_it_back_and_only_before_it_is_sent(
    app, database, edith, visit_as, page, db
):
    with app.app_context(), database.writing() as session:
        person_by_email(session, Cast.COLLEAGUE).grant(Role.EDITOR)
        session.commit()
    _comment(edith, page, about="drift")
    _comment(edith, page, about="clock", words="Which?")
    mine, sent = db.scalars(select(Comment.code).order_by(Comment.id)).all()
    db.rollback()
    other = visit_as(Cast.COLLEAGUE)
    take_back = f"{_review(page)}/comments/{mine}/take-back"
    other.post(take_back, form_on=_review(page))
    assert len(db.scalars(select(Comment)).all()) == 2
    db.rollback()
    edith.post(take_back, form_on=_review(page))
    assert db.scalars(select(Comment.code)).all() == [sent]
    db.rollback()
    _give_back(edith, page)
    edith.post(f"{_review(page)}/comments/{sent}/take-back", form_on="/me/articles/new")
    assert db.scalars(select(Comment.code)).all() == [sent]


def test_nobody_else_answers_or_settles_and_what_is_not_sent_does_not_exist_for_the_author(
    ada, edith, visit_as, page, db
):
    _comment(edith, page, about="drift")
    said = f"{page}/comments/{db.scalars(select(Comment.code)).one()}"
    db.rollback()
    assert ada.post(f"{said}/answer", {"words": "No"}, form_on=page).status_code == 404
    assert ada.post(f"{said}/settle", {"done": "1"}, form_on=page).status_code == 404
    _give_back(edith, page)
    carl = visit_as(Cast.COLLEAGUE)
    for act in ("answer", "settle"):
        sent = {"words": "No", "done": "1"}
        assert carl.post(f"{said}/{act}", sent, form_on="/me/articles/new").status_code == 404
        assert edith.post(f"{said}/{act}", sent, form_on="/me/articles/new").status_code == 404
    found = db.scalars(select(Comment)).one()
    assert (found.done_at, list(found.answers)) == (None, [])


def test_the_history_keeps_comments_and_deleting_the_article_erases_them(ada, edith, page, db):
    _comment(edith, page, about="They drift a minute.")
    _give_back(edith, page)
    said = f"{page}/comments/{db.scalars(select(Comment.code)).one()}"
    db.rollback()
    ada.post(f"{said}/answer", {"words": "A year."}, form_on=page)
    ada.post(f"{said}/settle", {"done": "1"}, form_on=page)
    kept = _main(ada.get(f"{page}/history"))
    assert "How much?" in kept
    assert "A year." in kept
    ada.post(f"{page}/delete", form_on=page)
    assert [*db.scalars(select(Article)), *db.scalars(select(Comment))] == []
    assert db.scalars(select(Answer)).all() == []


def test_what_is_published_as_it_is_forgets_what_was_not_sent(edith, page, db):
    _comment(edith, page, about="drift")
    edith.post(f"{_review(page)}/publish", {"version": "1"}, form_on=_review(page))
    assert db.scalars(select(Comment)).all() == []
    assert edith.get("/blog/clocks-lie").text.count("passage") == 0


def test_a_comment_that_is_made_while_the_article_is_given_back_is_sent_or_refused(
    app, database, page
):
    """Both at once: whichever comes second sees what the first has done."""
    code = page.rsplit("/", 1)[1]

    def act(number: int):
        with app.app_context(), database.writing() as db:
            article = db.scalars(select(Article).where(Article.code == code)).one()
            editor = person_by_email(db, Cast.EDITOR)
            try:
                if number == 2:
                    publishing.return_article(db, editor, article, article.version, "No.")
                else:
                    comments.comment_on(db, editor, article, f"{number}", "drift")
            except (comments.Gone, publishing.Conflict) as refused:
                return type(refused)
            db.commit()
            return None

    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(act, range(5)))
    with database.reading() as db:
        made = db.scalars(select(Comment)).all()
        told = db.scalars(select(Mail)).one().text
        assert all(one.sent_at for one in made)
        assert len(made) == sum(one is None for one in done) - 1
        assert len(re.findall("About “drift”", told)) == len(made)


def test_a_page_with_many_comments_asks_no_more_of_the_database(
    app, database, ada, edith, page, still
):
    def asked() -> int:
        count = 0

        def note(*_):
            nonlocal count
            count += 1

        event.listen(database.engine, "before_cursor_execute", note)
        edith.get(_review(page))
        ada.get(page)
        event.remove(database.engine, "before_cursor_execute", note)
        return count

    _comment(edith, page, about="drift")
    asked()
    few = asked()
    for _ in range(5):
        _comment(edith, page, about="clock")
    assert asked() == few


@pytest.mark.parametrize("by", ["author", "editor"])
def test_an_answer_outlives_a_page_that_was_open_too_long_and_a_session_that_ended(
    ada, edith, page, db, by
):
    _comment(edith, page, about="drift")
    _give_back(edith, page)
    own, who = (page, ada) if by == "author" else (_review(page), edith)
    if by == "editor":
        ada.post(page, SENT | {"version": "1"})
    said = f"{own}/comments/{db.scalars(select(Comment.code)).one()}/answer"
    db.rollback()
    words = {"words": "A minute a <year>.\nOr less."}
    late = who.client.post(said, data=words | {"form_token": "long ago"}, headers=HERE)
    assert late.status_code == 400
    assert "A minute a &lt;year&gt;.\nOr less.</pre>" in late.text
    token = who.form_token(own)
    who.post("/sign-out", form_on=own)
    ended = who.client.post(said, data=words | {"form_token": token}, headers=HERE)
    assert ended.status_code == 401
    assert "A minute a &lt;year&gt;.\nOr less.</pre>" in ended.text
    assert 'href="/sign-in" target="_blank"' in ended.text
    who.sign_in(Cast.ENGINEER if by == "author" else Cast.EDITOR)
    once_more = send_again(who.client, ended)
    assert once_more.status_code == 400  # its token is of nobody: a last click
    assert send_again(who.client, once_more).status_code == 302
    assert db.scalars(select(Answer.words)).all() == [words["words"]]


def test_an_answer_that_cannot_be_taken_is_given_back(ada, edith, page, db, monkeypatch):
    _comment(edith, page, about="drift")
    _give_back(edith, page)
    said = f"{page}/comments/{db.scalars(select(Comment.code)).one()}/answer"
    db.rollback()
    for words, why in (("x y" * 700, "This text is too long."), (" ", "Please write an answer.")):
        sent = {"words": words, "form_token": ada.form_token(page)}
        refused = ada.client.post(said, data=sent, headers=HERE)
        assert refused.status_code == 409
        assert why in refused.text
        assert words.strip() in refused.text
    monkeypatch.setattr(comments, "MOST", 0)
    sent = {"words": "One too many.", "form_token": ada.form_token(page)}
    refused = ada.client.post(said, data=sent, headers=HERE)
    assert "One too many.</pre>" in refused.text
    assert f'href="{page}#comments"' in refused.text
    gone = ada.client.post(f"{page}/comments/nothing/answer", data=sent, headers=HERE)
    assert gone.status_code == 404
    assert "One too many.</pre>" in gone.text
    assert db.scalars(select(Answer)).all() == []
