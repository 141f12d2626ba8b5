"""Addresses of articles: old ones lead on for ever, and no other article has them. And what its
author removed stays removed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from feedparser import parse
from sqlalchemy import select

from careers.base.people import leave, person_by_email
from careers.blog import addresses, publishing
from careers.blog.models import Article
from careers.blog.publishing import Conflict, Text
from experts.editing import Profile, write_profile
from experts.showing import leave as stop_taking_part
from tests.cast import Cast
from tests.showing import opt_in


@pytest.fixture
def publish(app, database):
    def do(title: str = "Clocks lie", language: str = "en", translation: str = "") -> str:
        with app.app_context(), database.writing() as db:
            author, editor = (person_by_email(db, one) for one in (Cast.ENGINEER, Cast.EDITOR))
            text = Text(title, "All of them.", "They drift.", language, translation=translation)
            made = publishing.start_article(db, author, text)
            publishing.submit(db, author, made)
            publishing.publish(db, editor, made, made.version)
            code = made.code
            db.commit()
        return code

    return do


@pytest.fixture
def edith(visit_as):
    return visit_as(Cast.EDITOR)


def _move(editor, code: str, slug: str):
    review = f"/editing/articles/{code}"
    return editor.post(f"{review}/address", {"slug": slug}, form_on=review)


def test_an_old_address_leads_on_for_ever(publish, edith, visitor):
    code = publish()
    for slug in ("clocks", "all-clocks"):
        assert _move(edith, code, slug).status_code == 302
    for old in ("clocks-lie", "clocks"):
        answer = visitor.get(f"/blog/{old}?via=abc&x=%C3%A9")
        assert (answer.status_code, answer.location) == (
            301, "/blog/all-clocks?via=abc&x=%C3%A9",
        )  # fmt: skip
        assert visitor.get(f"/fr/blog/{old}").location == "/fr/blog/all-clocks"
        assert "Set-Cookie" not in answer.headers
    assert visitor.get("/blog/all-clocks").status_code == 200
    _move(edith, code, "clocks-lie")  # back to where it was
    assert visitor.get("/blog/clocks-lie").status_code == 200
    assert visitor.get("/blog/all-clocks").location == "/blog/clocks-lie"


def test_no_other_article_has_an_address_that_one_had(publish, edith, db):
    one, other = publish(), publish("Watches")
    _move(edith, one, "hours")
    taken = _move(edith, other, "clocks-lie")
    assert taken.status_code == 422
    assert "Another article has this address, or had it before." in taken.text
    assert _move(edith, other, "hours").status_code == 422
    publish()  # of the title that had the first address
    assert set(db.scalars(select(Article.slug))) == {"hours", "watches", "clocks-lie-2"}


@pytest.mark.parametrize(
    ("written", "slug"),
    [("L’Été des Horloges !", "l-ete-des-horloges"), ("../me", "me"), ("", None), ("…", None)],
)
def test_an_address_is_written_as_addresses_are(publish, edith, db, written, slug):
    answer = _move(edith, publish(), written)
    assert answer.status_code == (302 if slug else 422)
    assert db.scalars(select(Article.slug)).one() == (slug or "clocks-lie")


def test_two_articles_at_once_do_not_get_one_address(app, database, publish):
    codes = [publish(title) for title in ("One", "Two", "Three")]

    def move(code):
        with app.app_context(), database.writing() as db:
            article = db.scalars(select(Article).where(Article.code == code)).one()
            try:
                publishing.move(db, person_by_email(db, Cast.EDITOR), article, "hours")
            except addresses.Taken:
                return False
            db.commit()
            return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(move, codes)) == [False, False, True]


def test_feeds_translations_links_and_cards_follow_and_readers_of_feeds_see_nothing_twice(
    publish, edith, visit_as, visitor
):
    code = publish()
    publish("Les horloges mentent", "fr", translation=code)
    ada = visit_as(Cast.ENGINEER)
    link = ada.post("/blog/clocks-lie/share", {"channel": "email"}).location
    short = ada.get(link).text.split("/r/")[1][:12]
    names = {entry.id for entry in parse(visitor.get("/blog/feed.atom").text).entries}
    _move(edith, code, "clocks")
    feed = parse(visitor.get("/blog/feed.atom").text)
    assert {entry.id for entry in feed.entries} == names
    assert "http://127.0.0.1:8000/blog/clocks" in {entry.link for entry in feed.entries}
    items = visitor.get("/blog/feed.json").json["items"]
    assert {item["id"] for item in items} == names
    assert "/blog/clocks" in visitor.get("/fr/blog/les-horloges-mentent").text
    assert "/blog/clocks<" in visitor.get("/sitemap.xml").text
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    led = visitor.get(f"/r/{short}", headers=agent)
    assert "/blog/clocks?via=" in led.location
    assert ada.get("/blog/clocks-lie/share").status_code == 200  # an old address can be shared


def test_what_is_withdrawn_is_gone_at_all_of_its_addresses(publish, edith, visitor):
    code = publish()
    _move(edith, code, "clocks")
    review = f"/editing/articles/{code}"
    edith.post(f"{review}/withdraw", form_on=review)
    assert [visitor.get(f"/blog/{one}").status_code for one in ("clocks", "clocks-lie")] == [
        410, 410,
    ]  # fmt: skip
    assert _move(edith, code, "other").status_code == 404


def test_what_its_author_removed_only_they_put_back(publish, edith, visit_as, visitor, db):
    code = publish()
    page, review = f"/me/articles/{code}", f"/editing/articles/{code}"
    ada = visit_as(Cast.ENGINEER)
    ada.post(f"{page}/remove", form_on=page)
    assert visitor.get("/blog/clocks-lie").status_code == 410
    shown = edith.get(review).text
    assert "Only its author can put it back." in shown
    assert "put-back" not in shown
    answer = edith.post(f"{review}/put-back", form_on="/me/articles/new", follow_redirects=True)
    assert "Somebody was faster" in answer.text
    assert visitor.get("/blog/clocks-lie").status_code == 410
    ada.post(f"{page}/restore", form_on=page)
    assert visitor.get("/blog/clocks-lie").status_code == 200


def test_what_an_editor_withdrew_its_author_does_not_put_back(publish, edith, visit_as, visitor):
    code = publish()
    page, review = f"/me/articles/{code}", f"/editing/articles/{code}"
    edith.post(f"{review}/withdraw", form_on=review)
    ada = visit_as(Cast.ENGINEER)
    kept = ada.get(page).text
    assert "/restore" not in kept
    assert "An editor took it from the blog" in kept
    ada.post(f"{page}/restore", form_on="/me/articles/new")
    assert visitor.get("/blog/clocks-lie").status_code == 410


@pytest.mark.parametrize("goes", ["leaves the company", "stops taking part"])
@pytest.mark.parametrize("withdrawn_before", [False, True])
def test_what_goes_with_its_author_is_final_for_others(
    app, database, publish, goes, withdrawn_before
):
    publish()
    with app.app_context(), database.writing() as db:
        ada, editor = (person_by_email(db, one) for one in (Cast.ENGINEER, Cast.EDITOR))
        ada.articles_after = "removed"
        article = db.scalars(select(Article)).one()
        if withdrawn_before:
            publishing.withdraw(db, editor, article)
        if goes == "leaves the company":
            leave(db, ada)
        else:
            write_profile(db, ada, Profile(headline="Keeps time"))
            opt_in(db, ada)
            stop_taking_part(db, ada)
        db.commit()
        db.refresh(article)
        assert article.state == "withdrawn"
        if goes == "leaves the company" or not withdrawn_before:
            with pytest.raises(Conflict):
                publishing.put_back(db, editor, article)
