"""An article's way from a draft to everybody: by rules, and through the door."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select

from careers.base.audit import Act
from careers.base.mail import Mail
from careers.base.people import person_by_email
from careers.blog import publishing
from careers.blog.models import Article
from careers.blog.publishing import Conflict, Text
from experts.editing import Profile, write_profile
from tests.blog.markup import acting_parts
from tests.cast import Cast
from tests.showing import opt_in

FIELDS = {"title": "Clocks lie", "summary": "All of them.", "language": "en",
          "body": "They **drift**.", "version": "1"}  # fmt: skip
HANDED_IN = FIELDS | {"submit": "1"}


@pytest.fixture
def article(app, database):
    """`article("submitted")` is the code of an article of the engineer's in that state."""

    def make(state: str = "draft", title: str = "Clocks lie", language: str = "en") -> str:
        with app.app_context(), database.writing() as db:
            author, editor = (person_by_email(db, one) for one in (Cast.ENGINEER, Cast.EDITOR))
            made = publishing.start_article(
                db, author, Text(title, "All of them.", "They **drift**.", language)
            )
            if state != "draft":
                publishing.submit(db, author, made)
            if state in {"published", "withdrawn"}:
                publishing.publish(db, editor, made, made.version)
            if state == "withdrawn":
                publishing.withdraw(db, editor, made)
            if state == "returned":
                publishing.return_article(db, editor, made, made.version, "Shorter, please.")
            code = made.code
            db.commit()
        return code

    return make


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)


@pytest.fixture
def edith(visit_as):
    return visit_as(Cast.EDITOR)


def test_an_article_goes_from_a_draft_to_everybody(ada, edith, visitor, db):
    page = ada.post("/me/articles/new", FIELDS).headers["Location"]
    code = page.rsplit("/", 1)[1]
    assert visitor.get("/blog/clocks-lie").status_code == 404
    assert code not in edith.get("/editing").text
    ada.post(page, HANDED_IN)
    assert visitor.get("/blog/clocks-lie").status_code == 404
    assert "Clocks lie" in edith.get("/editing").text
    review = f"/editing/articles/{code}"
    assert "<strong>drift</strong>" in edith.get(review).text
    edith.post(f"{review}/publish", {"version": "2"}, form_on=review)
    read = visitor.get("/blog/clocks-lie")
    assert read.status_code == 200
    assert "<strong>drift</strong>" in read.text
    assert "Clocks lie" in visitor.get("/blog").text
    assert "Set-Cookie" not in read.headers
    mail = db.scalars(select(Mail)).one()
    assert (mail.to, mail.subject) == (Cast.ENGINEER, "Published: Clocks lie")
    assert "http://127.0.0.1:8000/blog/clocks-lie" in mail.text
    acts = db.scalars(select(Act.what).where(Act.what.like("article:%")).order_by(Act.id)).all()
    assert acts == ["article:start", "article:submit", "article:publish"]


def test_an_editor_returns_an_article_with_a_comment(ada, edith, article, db):
    code = article("submitted")
    page, review = f"/me/articles/{code}", f"/editing/articles/{code}"
    assert edith.post(f"{review}/return", {"version": "1"}, form_on=review).status_code == 422
    edith.post(
        f"{review}/return", {"version": "1", "comment": "Shorter,\nplease <b>"}, form_on=review
    )
    assert "please &lt;b&gt;" in ada.get(page).text
    mail = db.scalars(select(Mail)).one()
    assert "Shorter," in mail.text
    assert "Edith Martin" in mail.text
    assert f"http://127.0.0.1:8000{page}" in mail.text
    assert edith.get(review).status_code == 404  # it is in the author's hands
    ada.post(page, HANDED_IN | {"body": "Short."})
    assert "Short." in edith.get(review).text


def test_an_author_hears_in_their_own_language(article, db):
    person_by_email(db, Cast.ENGINEER).language = "fr"
    db.commit()
    article("returned")
    assert "http://127.0.0.1:8000/fr/me/articles/" in db.scalars(select(Mail)).one().text


def test_an_author_takes_back_and_deletes(ada, edith, article, db):
    code = article("submitted")
    page = f"/me/articles/{code}"
    ada.post(f"{page}/take-back", form_on=page)
    assert edith.get(f"/editing/articles/{code}").status_code == 404
    ada.post(f"{page}/delete", form_on=page)
    assert ada.get(page).status_code == 404
    assert db.scalars(select(Article)).all() == []


def test_what_is_published_is_not_the_author_s_to_change_or_delete(ada, article, db):
    code = article("published")
    page = f"/me/articles/{code}"
    assert ada.post(page, FIELDS | {"title": "New"}, form_on="/me/articles/new").status_code == 409
    ada.post(f"{page}/delete", form_on="/me/articles/new")
    ada.post(page, HANDED_IN | {"title": "New"}, form_on="/me/articles/new")
    found = db.scalars(select(Article)).one()
    assert (found.title, found.state) == ("Clocks lie", "published")


def test_two_tabs_do_not_overwrite_each_other(ada, article, db):
    page = f"/me/articles/{article()}"
    assert ada.post(page, FIELDS | {"body": "From the first tab"}).status_code == 302
    second = ada.post(page, FIELDS | {"body": "From the second tab"})
    assert second.status_code == 409
    assert "From the first tab" in second.text
    assert "From the second tab" in second.text
    assert db.scalars(select(Article.body)).one() == "From the first tab"
    db.rollback()
    version = re.search(r'name="version"[^>]*value="(\d+)"', second.text)[1]
    ada.post(page, FIELDS | {"body": "From the second tab", "version": version})
    assert db.scalars(select(Article.body)).one() == "From the second tab"


@pytest.mark.parametrize("version", ["", "0", "2", "x", "99999999999999", "-1"])
def test_a_version_that_is_not_the_kept_one_is_a_conflict(ada, article, version):
    page = f"/me/articles/{article()}"
    assert ada.post(page, FIELDS | {"version": version}).status_code == 409


def test_two_editors_at_once_publish_once(database, app, article):
    code = article("submitted")
    announced = []

    def hear(article, db):
        announced.append(article.code)

    def publish(_number):
        with app.app_context(), database.writing() as db:
            found = db.scalars(select(Article).where(Article.code == code)).one()
            try:
                publishing.publish(db, person_by_email(db, Cast.EDITOR), found, found.version)
            except Conflict:
                return False
            db.commit()
            return True

    with publishing.published.connected_to(hear), ThreadPoolExecutor(4) as pool:
        done = list(pool.map(publish, range(4)))
    assert sorted(done) == [False, False, False, True]
    assert announced == [code]
    with database.reading() as db:
        assert len(db.scalars(select(Mail)).all()) == 1


def test_an_editor_publishes_only_what_they_have_read(ada, edith, article, db):
    code = article("submitted")
    page, review = f"/me/articles/{code}", f"/editing/articles/{code}"
    token = edith.form_token(review)
    ada.post(f"{page}/take-back", form_on=page)
    ada.post(page, HANDED_IN | {"body": "Something else"})
    edith.client.post(f"{review}/publish", data={"form_token": token, "version": "1"})
    assert db.scalars(select(Article.state)).one() == "submitted"


def test_an_editor_who_comes_late_is_told(edith, visit_as, article, db):
    code = article("submitted")
    review = f"/editing/articles/{code}"
    token = edith.form_token(review)
    edith.post(f"{review}/return", {"version": "1", "comment": "No"}, form_on=review)
    late = edith.client.post(
        f"{review}/publish", data={"form_token": token, "version": "1"}, follow_redirects=True
    )
    assert "Somebody was faster" in late.text
    assert db.scalars(select(Article.state)).one() == "returned"


def test_a_withdrawn_article_is_gone_at_once_and_comes_back_as_it_was(edith, visitor, article, db):
    code = article("published")
    when = db.scalars(select(Article.published_at)).one()
    db.rollback()
    review = f"/editing/articles/{code}"
    heard = []

    def hear(article, db):
        heard.append(article.slug)

    with publishing.withdrawn.connected_to(hear), publishing.published.connected_to(hear):
        edith.post(f"{review}/withdraw", form_on=review)
        gone = visitor.get("/blog/clocks-lie")
        assert gone.status_code == 410
        assert "Clocks lie" not in gone.text + visitor.get("/blog").text
        edith.post(f"{review}/put-back", form_on=review)
    assert visitor.get("/blog/clocks-lie").status_code == 200
    assert db.scalars(select(Article.published_at)).one() == when
    assert heard == ["clocks-lie", "clocks-lie"]


def test_articles_with_the_same_title_have_their_own_addresses(article, db):
    for _ in range(3):
        article("published")
    slugs = db.scalars(select(Article.slug).order_by(Article.id)).all()
    assert slugs == ["clocks-lie", "clocks-lie-2", "clocks-lie-3"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": " ", "body": "New"}, "The editors need a title."),
        ({"body": "\n ", "summary": "New"}, "The editors need a text."),
        ({"title": "x" * 161, "body": "New"}, "Please stay under 160 characters."),
    ],
    ids=["title", "text", "too long"],
)
def test_an_article_that_is_not_ready_is_not_handed_in_and_stays_as_typed(
    ada, article, db, fields, said
):
    answer = ada.post(f"/me/articles/{article()}", HANDED_IN | fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert ">New</textarea>" in answer.text.replace("\r\n", "")
    found = db.scalars(select(Article)).one()
    assert (found.state, found.version, found.body) == ("draft", 1, "They **drift**.")


def test_handing_in_keeps_what_was_typed(ada, edith, article, db):
    code = article()
    page = f"/me/articles/{code}"
    assert 'name="submit"' in ada.get(page).text
    answer = ada.post(page, HANDED_IN | {"body": "Typed last"}, follow_redirects=True)
    assert "The editors have it now." in answer.text
    assert "Typed last" in edith.get(f"/editing/articles/{code}").text
    acts = db.scalars(select(Act.what).where(Act.what == "article:submit")).all()
    assert len(acts) == 1


def test_handing_in_over_another_tab_is_a_conflict_and_loses_neither(ada, article, db):
    page = f"/me/articles/{article()}"
    ada.post(page, FIELDS | {"body": "From the first tab"})
    second = ada.post(page, HANDED_IN | {"body": "From the second tab"})
    assert second.status_code == 409
    assert "From the first tab" in second.text
    assert "From the second tab" in second.text
    found = db.scalars(select(Article)).one()
    assert (found.state, found.body) == ("draft", "From the first tab")


def test_an_article_with_nothing_in_it_is_not_begun(ada, db):
    empty = {"title": " ", "summary": "", "body": "\n", "language": "fr"}
    answer = ada.post("/me/articles/new", empty)
    assert answer.status_code == 422
    assert "Please write a title first." in answer.text
    assert db.scalars(select(Article)).all() == []
    db.rollback()
    assert ada.post("/me/articles/new", empty | {"body": "A thought"}).status_code == 302


@pytest.mark.parametrize("comment", ["", "   ", "\n\t \n"])
def test_a_comment_has_words(edith, article, db, comment):
    review = f"/editing/articles/{article('submitted')}"
    answer = edith.post(f"{review}/return", {"version": "1", "comment": comment}, form_on=review)
    assert answer.status_code == 422
    assert "Please say what should change." in answer.text
    assert db.scalars(select(Article.state)).one() == "submitted"


def test_a_comment_upon_what_has_changed_meanwhile_is_kept(ada, edith, article, db):
    code = article("submitted")
    page, review = f"/me/articles/{code}", f"/editing/articles/{code}"
    token = edith.form_token(review)
    ada.post(f"{page}/take-back", form_on=page)
    ada.post(page, HANDED_IN | {"body": "Something else"})
    sent = {"form_token": token, "version": "1", "comment": "Shorter, <please>"}
    late = edith.client.post(f"{review}/return", data=sent)
    assert late.status_code == 409
    assert "Your comment was not sent" in late.text
    assert "Something else" in late.text
    assert "Shorter, &lt;please&gt;</textarea>" in late.text
    assert db.scalars(select(Article.state)).one() == "submitted"
    db.rollback()
    version = re.search(r'id="version"[^>]*value="(\d+)"', late.text)[1]
    edith.client.post(f"{review}/return", data=sent | {"version": version})
    assert db.scalars(select(Article.state)).one() == "returned"


@pytest.mark.parametrize("became", ["draft", "returned", "published"])
def test_a_comment_that_comes_too_late_is_kept(ada, edith, article, db, became):
    code = article("submitted")
    page, review = f"/me/articles/{code}", f"/editing/articles/{code}"
    token = edith.form_token(review)
    if became == "published":
        edith.post(f"{review}/publish", {"version": "1"}, form_on=review)
    if became == "returned":
        edith.post(f"{review}/return", {"version": "1", "comment": "No"}, form_on=review)
    if became == "draft":
        ada.post(f"{page}/take-back", form_on=page)
        ada.post(page, FIELDS | {"title": "Secret title", "body": "Secret thought"})
    late = edith.client.post(
        f"{review}/return",
        data={"form_token": token, "version": "1", "comment": "Shorter, <please>"},
    )
    assert late.status_code == 409
    assert "Somebody was faster" in late.text
    assert "Shorter, &lt;please&gt;" in late.text
    assert "Secret" not in late.text  # a draft is its author's alone
    assert (review in late.text) is (became == "published")
    assert db.scalars(select(Article.state)).one() == became


def test_a_language_is_named_in_the_reader_s_one(visitor, edith, article):
    article("published", title="Horloges", language="fr")
    article("published", title="Clocks")
    assert "min, in French" in visitor.get("/blog").text
    in_french = visitor.get("/fr/blog").text
    assert "anglais" in in_french.split("<main", 1)[1]
    assert "English" not in in_french.split("<main", 1)[1].split("</main>")[0]
    assert ">French</td>" in edith.get("/editing").text
    assert ">Anglais</td>" in edith.get("/fr/editing").text


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * 161},
        {"summary": "x" * 301},
        {"body": "x" * 100_001},
        {"language": "de"},
    ],
    ids=["title", "summary", "body", "language"],
)
def test_what_does_not_hold_is_said_and_not_kept(ada, db, fields):
    assert ada.post("/me/articles/new", FIELDS | fields).status_code == 422
    assert db.scalars(select(Article)).all() == []


def test_a_preview_keeps_nothing(ada, db):
    answer = ada.post("/me/articles/new", FIELDS | {"preview": "1"})
    assert "<strong>drift</strong>" in answer.text
    assert db.scalars(select(Article)).all() == []


def test_an_article_of_somebody_else_is_not_there(ada, edith, visit_as, article):
    code = article("draft")
    page, review = f"/me/articles/{code}", f"/editing/articles/{code}"
    carl = visit_as(Cast.COLLEAGUE)
    for other in (carl, edith):
        assert other.get(page).status_code == 404
        for step in ("", "/take-back", "/delete"):
            assert other.post(page + step, HANDED_IN, form_on="/me/articles/new").status_code == 404
    assert edith.get(review).status_code == 404
    assert carl.get("/editing").status_code == 404
    for step in ("publish", "return", "withdraw", "put-back"):
        answer = carl.post(f"{review}/{step}", {"version": "1"}, form_on="/me/articles/new")
        assert answer.status_code == 404


PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    "</script><script>alert(1)</script>", '"><svg onload=alert(1)>', "{{ 7 * 7 }}",
    "[x](data:text/html;base64,xx)", "![x](https://tracker.example/x.gif)", "<style>*{}</style>",
    "[x](<javascript:alert(1)>)", "[a]: javascript:alert(1)\n\n[a]", "<javascript:alert(1)>",
    "[x](https://a.example/ 'onmouseover=alert(1)')", "<a href=javascript:1>x</a>",
]  # fmt: skip


def test_nothing_that_is_written_becomes_code(app, database, edith, visitor):
    written = {}
    with app.app_context(), database.writing() as db:
        author, editor = (person_by_email(db, one) for one in (Cast.ENGINEER, Cast.EDITOR))
        for payload in PAYLOADS:
            title = " ".join(payload.split())
            made = publishing.start_article(db, author, Text(title, title, payload, "en"))
            publishing.submit(db, author, made)
            publishing.publish(db, editor, made, made.version)
            written[title] = (made.slug, made.code)
        db.commit()
    assert acting_parts(visitor.get("/blog").text) == []
    for title, (slug, code) in written.items():
        page = visitor.get(f"/blog/{slug}").text
        assert acting_parts(page) == [], title
        assert acting_parts(edith.get(f"/editing/articles/{code}").text) == [], title
        assert described(page)["headline"] == title


def described(page: str) -> dict:
    found = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.S)
    return json.loads(found[1])


def test_an_article_is_described_for_machines_and_names_its_author(visitor, article, database):
    article("published", title="Horloges", language="fr")
    page = visitor.get("/blog/horloges?via=x").text
    assert "/experts/" not in page.replace('href="/experts"', "")
    with database.writing() as db:
        person = person_by_email(db, Cast.ENGINEER)
        write_profile(db, person, Profile(headline="Keeps clocks honest."))
        opt_in(db, person)
        db.commit()
    page = visitor.get("/blog/horloges?via=x").text
    assert 'href="/experts/ada-engel"' in page
    assert '<link rel="canonical" href="http://127.0.0.1:8000/fr/blog/horloges">' in page
    assert '<div class="prose e-content" lang="fr">' in page
    found = described(page)
    assert (found["@type"], found["inLanguage"]) == ("BlogPosting", "fr")
    assert found["author"]["url"] == "http://127.0.0.1:8000/experts/ada-engel"


@pytest.mark.usefixtures("still")
def test_the_number_of_queries_does_not_grow_with_the_articles(visitor, edith, article, database):
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    def count(who, address):
        sent.clear()
        assert who.get(address).status_code == 200
        return len(sent)

    article("published")
    article("submitted")
    visitor.get("/blog")
    edith.get("/editing")
    event.listen(database.engine, "before_cursor_execute", note)
    few = count(visitor, "/blog"), count(edith, "/editing")
    for _ in range(6):
        article("published")
        article("submitted")
    assert (count(visitor, "/blog"), count(edith, "/editing")) == few
    event.remove(database.engine, "before_cursor_execute", note)
