"""Several authors of one article: asked, named once they agree, and what becomes of it when one of
them goes."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from feedparser import parse
from PIL import Image
from sqlalchemy import select

from careers.base.mail import Mail
from careers.base.people import Role, leave, person_by_email
from careers.blog import authors, pictures, publishing
from careers.blog.models import Article, CoAuthor
from careers.blog.publishing import Text
from experts.editing import Profile, write_profile
from experts.posts import posts_by_code, posts_of, posts_of_people, surfaced
from experts.showing import leave as stop_taking_part
from experts.showing import opt_out
from tests.cast import Cast
from tests.showing import opt_in


@pytest.fixture
def shown(app, database):
    """`shown(email)` shows that person's page."""

    def do(email: str) -> None:
        with app.app_context(), database.writing() as db:
            person = person_by_email(db, email)
            write_profile(db, person, Profile(headline="Works here"))
            opt_in(db, person)
            db.commit()

    return do


@pytest.fixture
def together(app, database, shown):
    """The code of a published article by the engineer and the colleague, who both show themselves."""
    shown(Cast.ENGINEER)
    shown(Cast.COLLEAGUE)
    with app.app_context(), database.writing() as db:
        ada, carl, editor = (
            person_by_email(db, one) for one in (Cast.ENGINEER, Cast.COLLEAGUE, Cast.EDITOR)
        )
        made = publishing.start_article(db, ada, Text("Clocks lie", "All.", "They drift.", "en"))
        authors.invite(db, ada, made, carl)
        authors.accept(db, carl, made)
        publishing.submit(db, ada, made)
        publishing.publish(db, editor, made, made.version)
        code = made.code
        db.commit()
    return code


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)


@pytest.fixture
def carl(visit_as):
    return visit_as(Cast.COLLEAGUE)


@pytest.fixture
def draft(ada):
    fields = {"title": "Clocks lie", "summary": "", "language": "en", "body": "They drift."}
    return ada.post("/me/articles/new", fields).headers["Location"]


def _ask(ada, draft, name="Carl Bauer"):
    return ada.post(f"{draft}/authors", {"name": name})


def _answer(carl, draft, agree="1"):
    return carl.post(f"{draft}/invitation", {"agree": agree}, follow_redirects=True)


def test_an_expert_is_asked_agrees_and_is_an_author(shown, ada, carl, visit_as, draft, visitor, db):
    shown(Cast.COLLEAGUE)
    _ask(ada, draft)
    mail = db.scalars(select(Mail)).one()
    assert (mail.to, f"{draft}/invitation" in mail.text) == (Cast.COLLEAGUE, True)
    db.rollback()
    assert carl.get(draft).status_code == 404  # not one yet
    assert "Ada Engel asks you" in carl.get("/me/articles").text
    assert "They drift." in carl.get(f"{draft}/invitation").text
    assert visit_as(Cast.RECRUITER).get(f"{draft}/invitation").status_code == 404
    assert "You are one of its authors." in _answer(carl, draft).text
    fields = {"title": "Clocks lie", "summary": "", "language": "en", "version": "1"}
    carl.post(draft, fields | {"body": "They drift a minute.", "submit": "1"})
    assert "They drift a minute." in ada.get(draft).text
    edith = visit_as(Cast.EDITOR)
    assert "Ada Engel, Carl Bauer" in edith.get("/editing").text
    review = draft.replace("/me/", "/editing/")
    edith.post(f"{review}/publish", {"version": "2"}, form_on=review)
    read = visitor.get("/blog/clocks-lie").text
    assert "Ada Engel" in read
    assert "Carl Bauer" in read
    told = db.scalars(select(Mail.to).where(Mail.subject.like("Published:%"))).all()
    assert set(told) == {Cast.ENGINEER, Cast.COLLEAGUE}


def test_who_is_asked_sees_the_pictures_too(shown, app, database, ada, carl, visit_as, draft, db):
    shown(Cast.COLLEAGUE)
    with app.app_context(), database.writing() as session:
        article = session.scalars(select(Article)).one()
        picture = BytesIO()
        Image.new("RGB", (200, 200)).save(picture, "PNG")
        made = pictures.made(picture.getvalue())
        settings = app.extensions["settings"]
        kept = pictures.keep_picture(session, article.author, settings, article, made, "Black")
        address = f"/blog/pictures/{kept.code}/200"
        session.commit()
    assert carl.get(address).status_code == 404
    _ask(ada, draft)
    assert carl.get(address).status_code == 200
    assert visit_as(Cast.RECRUITER).get(address).status_code == 404


def test_until_they_agree_nobody_is_named_or_may_change_anything(
    shown, ada, carl, visit_as, draft, visitor, db
):
    shown(Cast.COLLEAGUE)
    _ask(ada, draft)
    ada.post(
        draft, {"title": "Clocks lie", "language": "en", "body": "x", "version": "1", "submit": "1"}
    )
    review = draft.replace("/me/", "/editing/")
    edith = visit_as(Cast.EDITOR)
    edith.post(f"{review}/publish", {"version": "2"}, form_on=review)
    for address in ("/blog/clocks-lie", "/blog", "/blog/feed.atom", "/blog/feed.json"):
        assert "Carl Bauer" not in visitor.get(address).text, address
    assert "Clocks lie" not in visitor.get("/experts/carl-bauer").text
    assert carl.get("/me/articles").text.count("Clocks lie") == 1  # the question alone
    _answer(carl, draft, agree="")
    assert db.scalars(select(CoAuthor)).all() == []
    db.rollback()
    assert carl.get(f"{draft}/invitation").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "Carl Bauer",
        "carl bauer ",
        "http://127.0.0.1:8000/experts/carl-bauer",
        "Carl Bauer, Analyst",
    ],
)
def test_somebody_is_found_by_name_or_by_page(shown, ada, draft, db, name):
    shown(Cast.COLLEAGUE)
    assert _ask(ada, draft, name).status_code == 302
    assert db.scalars(select(CoAuthor.person_id)).all() == [person_by_email(db, Cast.COLLEAGUE).id]


def test_whether_somebody_works_here_who_does_not_take_part_is_not_told(shown, ada, draft, db):
    answers = {
        name: _ask(ada, draft, name) for name in ("Carl Bauer", "Nobody Atall", "Gwen Hall", "…")
    }
    texts = set()
    for name, answer in answers.items():
        assert answer.status_code == 422
        plain = re.sub(r'value="[^"]*"', "", answer.text.split("<main")[1].split("</main")[0])
        texts.add(plain.replace(name, ""))
    assert len(texts) == 1
    assert db.scalars(select(CoAuthor)).all() == []


def test_who_no_longer_shows_themselves_cannot_agree(shown, app, database, ada, carl, draft, db):
    shown(Cast.COLLEAGUE)
    _ask(ada, draft)
    with app.app_context(), database.writing() as session:
        opt_out(session, person_by_email(session, Cast.COLLEAGUE))
        session.commit()
    assert "please show your page first" in _answer(carl, draft).text
    with app.app_context(), database.writing() as session:
        article = session.scalars(select(Article)).one()
        with pytest.raises(authors.Gone):
            authors.accept(session, person_by_email(session, Cast.COLLEAGUE), article)
    assert db.scalars(select(CoAuthor.accepted_at)).all() == [None]


def test_both_are_named_for_readers_and_for_machines(together, visitor):
    page = visitor.get("/blog/clocks-lie").text
    data = json.loads(re.search(r"application/ld\+json[^>]*>(.*?)</script>", page, re.S)[1])
    assert [one["name"] for one in data["author"]] == ["Ada Engel", "Carl Bauer"]
    assert data["author"][1]["url"].endswith("/experts/carl-bauer")
    assert page.count("p-author") == 2
    (entry,) = parse(visitor.get("/blog/feed.atom").text).entries
    assert [one["name"] for one in entry.authors] == ["Ada Engel", "Carl Bauer"]
    (item,) = visitor.get("/blog/feed.json").json["items"]
    assert [one["name"] for one in item["authors"]] == ["Ada Engel", "Carl Bauer"]
    for one in ("ada-engel", "carl-bauer"):
        assert "Clocks lie" in visitor.get(f"/experts/{one}").text
        assert "Clocks lie" in visitor.get(f"/experts/{one}/feed.atom").text
    assert "Carl Bauer" in visitor.get("/blog").text


def test_a_list_of_all_posts_has_it_once(together, db):
    people = [person_by_email(db, one) for one in (Cast.ENGINEER, Cast.COLLEAGUE)]
    assert [post.author.name for post in posts_by_code(db, None)] == ["Ada Engel"]
    assert [post.code for post in surfaced(db)] == [together]
    assert len(posts_of_people(db, [one.id for one in people], 5)) == 1
    assert [posts_of(db, one)[0].author.name for one in people] == ["Ada Engel", "Carl Bauer"]


def test_when_the_first_author_pauses_the_other_one_stands_for_it(together, app, database):
    with app.app_context(), database.writing() as db:
        opt_out(db, person_by_email(db, Cast.ENGINEER))
        db.commit()
        assert [post.author.name for post in posts_by_code(db, None)] == ["Carl Bauer"]
        assert [post.author for post in surfaced(db)] == [person_by_email(db, Cast.COLLEAGUE).code]


@pytest.mark.parametrize("who", [Cast.ENGINEER, Cast.COLLEAGUE])
@pytest.mark.parametrize("choice", ["named", "anonymous", "removed"])
@pytest.mark.parametrize("goes", [leave, stop_taking_part])
def test_who_goes_has_their_name_go_as_they_chose_and_the_others_keep_the_article(
    together, app, database, visitor, visit_as, who, choice, goes
):
    with app.app_context(), database.writing() as db:
        person = person_by_email(db, who)
        person.articles_after = choice
        goes(db, person)
        db.commit()
        gone, stays = (
            person.name,
            {"Ada Engel": "Carl Bauer", "Carl Bauer": "Ada Engel"}[person.name],
        )
        left = not person.is_active
    page = visitor.get("/blog/clocks-lie")
    assert page.status_code == 200
    assert stays in page.text
    everywhere = page.text + visitor.get("/blog").text + visitor.get("/blog/feed.json").text
    assert (gone in everywhere) is (choice == "named")
    other = visit_as(Cast.COLLEAGUE if who == Cast.ENGINEER else Cast.ENGINEER)
    assert other.get(f"/me/articles/{together}").status_code == 200
    if not left:
        with app.app_context(), database.writing() as db:
            opt_in(db, person_by_email(db, who))
            db.commit()
        assert gone in visitor.get("/blog/clocks-lie").text  # returning restores what was kept


def test_when_all_have_gone_who_wanted_it_removed_it_is(together, app, database, visitor):
    with app.app_context(), database.writing() as db:
        for who in (Cast.ENGINEER, Cast.COLLEAGUE):
            person = person_by_email(db, who)
            person.articles_after = "removed"
            leave(db, person)
            db.commit()
    assert visitor.get("/blog/clocks-lie").status_code == 410


@pytest.mark.parametrize("who", [Cast.ENGINEER, Cast.COLLEAGUE])
def test_one_leaves_an_article_to_the_others(together, visit_as, visitor, db, who):
    page = f"/me/articles/{together}"
    browser = visit_as(who)
    browser.post(f"{page}/authors/leave", form_on=f"{page}/authors")
    assert browser.get(page).status_code == 404
    text = visitor.get("/blog/clocks-lie").text
    gone, stays = ("Ada Engel", "Carl Bauer")[:: 1 if who == Cast.ENGINEER else -1]
    assert gone not in text
    assert stays in text
    last = visit_as(Cast.COLLEAGUE if who == Cast.ENGINEER else Cast.ENGINEER)
    answer = last.post(f"{page}/authors/leave", form_on="/me/articles/new", follow_redirects=True)
    assert "Somebody was faster" in answer.text  # its only author can't leave it to nobody
    assert stays in visitor.get("/blog/clocks-lie").text


def test_none_of_several_removes_or_deletes_what_belongs_to_others(
    together, visit_as, visitor, ada, carl, draft, shown, db
):
    page = f"/me/articles/{together}"
    for browser in (ada, carl):
        assert "/remove" not in browser.get(page).text
        browser.post(f"{page}/remove", form_on="/me/articles/new")
    assert visitor.get("/blog/clocks-lie").status_code == 200
    _ask(ada, draft)
    _answer(carl, draft)
    carl.post(f"{draft}/delete", form_on=draft)
    assert ada.get(draft).status_code == 200
    ada.post(f"{draft}/delete", form_on=draft)
    assert len(db.scalars(select(Article)).all()) == 1


def test_an_article_has_only_so_many_authors(app, database, ada, draft, db, shown):
    shown(Cast.COLLEAGUE)
    with app.app_context(), database.writing() as session:
        article = session.scalars(select(Article)).one()
        for number in range(authors.MOST):
            person = person_by_email(session, Cast.ADMIN).__class__(
                name=f"P {number}", email=f"p{number}@acme.example", page=f"p-{number}"
            )
            session.add(person)
            session.flush()
            authors.invite(session, article.author, article, person)
        session.commit()
    answer = _ask(ada, draft)
    assert answer.status_code == 422
    assert "as many authors as it may have" in answer.text


def test_what_is_to_be_published_some_day_is_while_one_of_its_authors_works_here(
    app, database, shown, ada, carl, draft, db
):
    shown(Cast.COLLEAGUE)
    _ask(ada, draft)
    _answer(carl, draft)
    with app.app_context(), database.writing() as session:
        article = session.scalars(select(Article)).one()
        editor = person_by_email(session, Cast.EDITOR)
        editor.grant(Role.EDITOR)
        publishing.submit(session, article.author, article)
        at = article.submitted_at
        publishing.schedule(session, editor, article, article.version, at)
        leave(session, person_by_email(session, Cast.ENGINEER))
        payload = {"article": article.code, "editor": editor.code, "at": at.isoformat()}
        publishing.publish_scheduled(session, payload, None)
        assert article.state == "published"
