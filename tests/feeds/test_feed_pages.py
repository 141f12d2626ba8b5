"""An employee's feeds through the door, and an editor's view of what came."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from careers.base.audit import Act
from careers.base.people import person_by_email
from careers.home.changes import version
from experts.posts import newest_posts
from feeds.models import Entry, Feed
from feeds.subscribing import MOST_FEEDS, confirm
from tests.blog.markup import acting_parts
from tests.cast import Cast
from tests.feeds.conftest import SAMPLES
from tests.feeds.test_parsing import PAYLOADS, item, rss


@pytest.fixture
def app(app, fetch):
    """The site, with a client that may also reach this machine."""
    app.extensions["fetch"] = fetch
    return app


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)


def subscribed(ada, url: str, shows: str = "everything", known: bool = True, words="") -> str:
    """Subscribe, and have it `known` whose feed it is; the address of the feed's page."""
    fields = {"url": url, "shows": shows, "words": words}
    answer = ada.post("/me/feeds", fields, form_on="/me/feeds")
    assert answer.status_code == 302
    if known:
        with ada.app.extensions["database"].writing() as db:
            for feed in db.scalars(select(Feed).where(Feed.proof == "")):
                confirm(db, person_by_email(db, Cast.EDITOR), feed)
            db.commit()
    return answer.headers["Location"]


def test_what_a_feed_would_bring_is_shown_before_it_is_kept(ada, site, db):
    url = site.shows("/feed", "blog.rss.xml")
    answer = ada.post("/me/feeds/look", {"url": url}, form_on="/me/feeds")
    assert answer.status_code == 200
    assert "Why clocks lie" in answer.text
    assert "Ada writes" in answer.text
    assert db.scalar(select(func.count(Feed.id))) == 0


def test_the_feed_of_a_page_is_found(ada, site):
    site.shows("/feed.xml", "blog.rss.xml")
    page = b'<!doctype html><link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    answer = ada.post("/me/feeds/look", {"url": site.says("/", page)}, form_on="/me/feeds")
    assert "Why clocks lie" in answer.text
    assert f'name="url" value="{site.root}/feed.xml"' in answer.text


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "Please give an address."),
        ("http://10.0.0.1/", "does not lead to the public internet"),
        ("file:///etc/passwd", "not an address that starts with"),
        ("http://me:secret@x.example/", "user name or a password"),
        ("/missing", "nothing at this address any more"),
        ("/hello", "is not a feed"),
    ],
)
def test_what_cannot_be_read_is_said(ada, site, url, reason):
    site.says("/hello", b"Hello")
    address = site.root + url if url.startswith("/") else url
    answer = ada.post("/me/feeds/look", {"url": address}, form_on="/me/feeds")
    assert answer.status_code == 422
    assert reason in answer.text


def test_a_reason_is_said_in_the_reader_s_language_where_it_has_one(ada, site):
    answer = ada.post("/fr/me/feeds/look", {"url": site.root + "/none"}, form_on="/fr/me/feeds")
    assert answer.status_code == 422


def test_subscribing_reads_at_once_and_shows(ada, visitor, site, shown):
    page = subscribed(ada, site.shows("/feed", "mastodon.rss.xml"))
    assert "it is a wish" in ada.get(page).text
    seen = visitor.get("/experts/ada-engel").text
    assert "it is a wish" in seen
    assert "On Mastodon" in seen


def chosen(page) -> str:
    """What is chosen of the languages that a page offers."""
    (offered,) = re.findall(r'<select[^>]* name="language".*?</select>', page.text, re.S)
    return re.search(r'<option selected value="(\w*)">([^<]*)', offered)[2]


def undeclared(site) -> str:
    blog = (SAMPLES / "blog.rss.xml").read_bytes()
    return site.says("/plain", blog.replace(b"<language>en-gb</language>", b""))


@pytest.mark.parametrize("account", ["en", "fr"])
def test_a_feed_is_in_the_language_that_it_says_else_in_its_owner_s(
    ada, site, shown, database, account
):
    with database.writing() as db:
        person_by_email(db, Cast.ENGINEER).language = account
        db.commit()
    declared, plain = site.shows("/feed", "blog.rss.xml"), undeclared(site)
    look = "/me/feeds/look"
    says = {
        url: chosen(ada.post(look, {"url": url}, form_on="/me/feeds")) for url in (declared, plain)
    }
    assert says[declared] == "As the feed says: English"
    assert says[plain] == {"en": "English", "fr": "Français"}[account]
    french = ada.post(f"/fr{look}", {"url": declared}, form_on="/fr/me/feeds")
    assert chosen(french) == "Comme le dit le flux\xa0: anglais"


def test_its_owner_says_what_language_a_feed_is_in(ada, visitor, visit_as, site, shown, db):
    page = subscribed(ada, undeclared(site))

    def languages() -> set[str]:
        items = visitor.get("/experts/ada-engel/feed.json").json["items"]
        return {item.get("language", "") for item in items}

    assert languages() == {""}
    assert chosen(ada.get(page)) == "Another language"
    for code, name in (("fr", "Français"), ("en", "English")):
        before = version(db)
        db.rollback()
        ada.post(f"{page}/language", {"language": code}, form_on=page)
        assert chosen(ada.get(page)) == name
        assert languages() == {code}
        assert version(db) > before
    site.says(
        "/plain", site.answers["/plain"].body.replace(b"</channel>", b"<!-- anew --></channel>")
    )
    ada.post(f"{page}/read", form_on=page)
    assert languages() == {"en"}
    refused = ada.post(f"{page}/language", {"language": "xx"}, form_on=page)
    assert refused.status_code == 422
    other = visit_as(Cast.COLLEAGUE).post(
        f"{page}/language", {"language": "fr"}, form_on="/me/feeds"
    )
    assert other.status_code == 404
    assert languages() == {"en"}
    ada.post(f"{page}/language", {"language": ""}, form_on=page)
    assert languages() == {""}


def test_what_is_chosen_before_subscribing_holds(ada, site, shown, db):
    fields = {"url": undeclared(site), "shows": "everything", "words": "", "language": "fr"}
    ada.post("/me/feeds", fields, form_on="/me/feeds")
    (feed,) = db.scalars(select(Feed)).all()
    assert (feed.chosen_language, feed.language) == ("fr", "")
    assert {post.language for post in newest_posts(db, 5)} == set()
    confirm(db, person_by_email(db, Cast.EDITOR), feed)
    assert {post.language for post in newest_posts(db, 5)} == {"fr"}


def test_one_by_one_the_owner_decides(ada, visitor, site, shown, db):
    page = subscribed(ada, site.shows("/feed", "mastodon.rss.xml"), "one by one")
    code = db.scalars(select(Entry.code)).one()
    assert "wish" not in visitor.get("/experts/ada-engel").text
    ada.post(f"/me/entries/{code}/show", form_on=page)
    assert "wish" in visitor.get("/experts/ada-engel").text
    ada.post(f"/me/entries/{code}/hide", form_on=page)
    assert "wish" not in visitor.get("/experts/ada-engel").text


def test_what_became_of_an_entry_is_said_where_it_stands(ada, visit_as, site, shown, db):
    page = subscribed(ada, site.shows("/feed", "mastodon.rss.xml"))
    code = db.scalars(select(Entry.code)).one()
    edith, everybody_s = visit_as(Cast.EDITOR), "/editing/entries"
    for who, address, on, said in (
        (ada, f"/me/entries/{code}/hide", page, "It is hidden now."),
        (ada, f"/me/entries/{code}/hide", page, "Nothing has changed."),
        (ada, f"/me/entries/{code}/show", page, "It is shown now."),
        (edith, f"{everybody_s}/{code}/withdraw", everybody_s, "It is withdrawn now."),
        (edith, f"{everybody_s}/{code}/withdraw", everybody_s, "Nothing has changed."),
        (ada, f"/me/entries/{code}/hide", page, "An editor has withdrawn this."),
        (edith, f"{everybody_s}/{code}/put-back", everybody_s, "It is shown again."),
    ):
        answer = who.post(f"{address}?page=1", {"why": "Off topic."}, form_on=on)
        assert answer.headers["Location"] == f"{on}?page=1#entry-{code}"
        told = who.get(on).text
        assert said in told
        assert f'<tr id="entry-{code}">' in told


def test_unsubscribing_deletes_what_came(ada, visitor, site, shown, db):
    page = subscribed(ada, site.shows("/feed", "mastodon.rss.xml"))
    ada.post(f"{page}/unsubscribe", form_on=page)
    assert db.scalar(select(func.count(Entry.id))) == 0
    assert "wish" not in visitor.get("/experts/ada-engel").text
    assert ada.get(page).status_code == 404


def test_the_rule_can_be_changed(ada, site, db):
    page = subscribed(ada, site.shows("/feed", "mastodon.rss.xml"))
    ada.post(f"{page}/rule", {"shows": "one by one"}, form_on=page)
    assert db.scalars(select(Feed.shows)).one() == "one by one"
    db.rollback()
    ada.post(f"{page}/rule", {"shows": "nonsense"}, form_on=page)
    assert db.scalars(select(Feed.shows)).one() == "one by one"


def test_the_owner_sees_why_a_feed_fails_and_can_try_again(ada, site):
    page = subscribed(ada, site.says("/feed", status=410))
    assert "gone for good" in ada.get(page).text
    assert "gone for good" in ada.get("/me/feeds").text
    site.shows("/feed", "mastodon.rss.xml")
    ada.post(f"{page}/read", form_on=page)
    assert "gone for good" not in ada.get(page).text
    assert "wish" in ada.get(page).text


def test_the_same_feed_twice_is_one(ada, site, db):
    url = site.shows("/feed", "mastodon.rss.xml")
    assert subscribed(ada, url) == subscribed(ada, url)
    assert db.scalar(select(func.count(Feed.id))) == 1


def test_nobody_has_more_feeds_than_anyone_may(ada, database, db):
    with database.writing() as writing:
        person = person_by_email(writing, Cast.ENGINEER)
        for number in range(MOST_FEEDS):
            writing.add(Feed(person_id=person.id, url=f"https://x.example/{number}"))
        writing.commit()
    answer = ada.post(
        "/me/feeds", {"url": "https://y.example/", "shows": "everything"}, form_on="/me/feeds",
        follow_redirects=True,
    )  # fmt: skip
    assert "as many feeds as anyone may have" in answer.text
    assert db.scalar(select(func.count(Feed.id))) == MOST_FEEDS


def test_a_feed_of_somebody_else_is_not_there(ada, visit_as, site, db):
    page = subscribed(ada, site.shows("/feed", "mastodon.rss.xml"))
    code = db.scalars(select(Entry.code)).one()
    carl = visit_as(Cast.COLLEAGUE)
    assert carl.get(page).status_code == 404
    assert "Ada" not in carl.get("/me/feeds").text
    for address in (f"{page}/unsubscribe", f"{page}/rule", f"{page}/read",
                    f"/me/entries/{code}/hide", f"/me/entries/{code}/show"):  # fmt: skip
        assert carl.post(address, {"shows": "everything"}, form_on="/me/feeds").status_code == 404
    assert carl.post(f"/editing/entries/{code}/withdraw", form_on="/me/feeds").status_code == 404
    assert carl.get("/editing/entries").status_code == 404


def test_an_editor_withdraws_an_entry_and_only_an_editor_brings_it_back(
    ada, visit_as, visitor, site, shown, db
):
    page = subscribed(ada, site.shows("/feed", "mastodon.rss.xml"))
    edith = visit_as(Cast.EDITOR)
    code = db.scalars(select(Entry.code)).one()
    assert "it is a wish" in edith.get("/editing/entries").text
    address = f"/editing/entries/{code}/withdraw"
    refused = edith.post(address, {"why": " "}, form_on="/editing/entries")
    assert refused.status_code == 422
    assert "Please tell them why." in refused.text
    assert "wish" in visitor.get("/experts/ada-engel").text
    edith.post(address, {"why": "It names a client."}, form_on="/editing/entries")
    assert "It names a client." in ada.get(page).text
    assert "wish" not in visitor.get("/experts/ada-engel").text
    ada.post(f"/me/entries/{code}/show", form_on=page)
    assert "wish" not in visitor.get("/experts/ada-engel").text
    assert "An editor has withdrawn this" in ada.get(page).text
    edith.post(f"/editing/entries/{code}/put-back", form_on="/editing/entries")
    assert "wish" in visitor.get("/experts/ada-engel").text
    acts = db.scalars(select(Act.what).where(Act.what.like("entry:%")).order_by(Act.id)).all()
    assert acts == ["entry:withdraw", "entry:put-back"]


def test_nothing_that_a_feed_says_becomes_code(ada, visitor, site, shown):
    items = []
    for number, payload in enumerate([*PAYLOADS, "&lt;script>alert(1)&lt;/script>", "{{ 7 * 7 }}"]):
        escaped = payload.replace("&", "&amp;").replace("<", "&lt;")
        items.append(item(title=escaped, description=escaped, guid=f"a{number}"))
        items.append(item(title="", description=escaped, guid=f"b{number}"))
    url = site.says("/feed", rss(*items))
    look = ada.post("/me/feeds/look", {"url": url}, form_on="/me/feeds")
    assert acting_parts(look.text) == []
    page = subscribed(ada, url)
    for address in (page, "/me/feeds", "/experts/ada-engel", "/experts/ada-engel?page=2"):
        assert acting_parts((visitor if "experts" in address else ada).get(address).text) == []


def test_the_command_reads_what_is_due(app, site, fetch, ada, monkeypatch):
    from feeds import commands, polling

    tried = []
    monkeypatch.setattr(polling, "poll_due", lambda database, **options: tried.append(options) or 3)
    answer = app.test_cli_runner().invoke(commands.feeds, ["poll"], obj=lambda: app)
    assert answer.output == "Read 3 feeds.\n"
    assert tried == [{"contact": "http://127.0.0.1:8000"}]


@pytest.mark.usefixtures("still")
def test_the_number_of_queries_does_not_grow_with_the_feeds(ada, database, queries):
    def add(number):
        with database.writing() as db:
            person = person_by_email(db, Cast.ENGINEER)
            db.add(Feed(person_id=person.id, url=f"https://x.example/{number}"))
            db.commit()

    add(0)
    ada.get("/me/feeds")
    with queries() as few:
        ada.get("/me/feeds")
    for number in range(1, 9):
        add(number)
    with queries() as many:
        ada.get("/me/feeds")
    assert len(many) == len(few)


def test_a_paused_feed_is_not_read_until_it_is_resumed(ada, site, db):
    page = subscribed(ada, site.shows("/feed", "mastodon.rss.xml"))
    ada.post(f"{page}/pause", form_on=page)
    told = ada.get(page).text
    assert "You have paused this feed" in told
    assert "it is a wish" in told
    assert db.scalars(select(Feed.state)).one() == "paused"
    db.rollback()
    ada.post(f"{page}/read", form_on=page)
    assert "You have paused this feed" not in ada.get(page).text


def test_a_page_with_two_feeds_offers_both(ada, site):
    site.shows("/posts.xml", "blog.rss.xml")
    site.shows("/comments.xml", "mastodon.rss.xml")
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}.xml">'
        for name in ("comments", "posts")
    )
    url = site.says("/", f"<!doctype html>{links}".encode())
    answer = ada.post("/me/feeds/look", {"url": url}, form_on="/me/feeds")
    assert "Why clocks lie" in answer.text  # not what others said there
    assert f'name="url" value="{site.root}/comments.xml"' in answer.text


def test_a_feed_that_no_page_names_is_found_where_sites_keep_it(ada, site):
    url = site.says("/about", b"<!doctype html><p>Hello")
    refused = ada.post("/me/feeds/look", {"url": url}, form_on="/me/feeds")
    assert refused.status_code == 422
    assert "This page names no feed" in refused.text
    site.shows("/rss.xml", "blog.rss.xml")
    found = ada.post("/me/feeds/look", {"url": url}, form_on="/me/feeds")
    assert f'name="url" value="{site.root}/rss.xml"' in found.text


def test_words_are_asked_for_where_they_are_needed(ada, site, db):
    url = site.shows("/feed", "mastodon.rss.xml")
    fields = {"url": url, "shows": "with words", "words": " , # "}
    answer = ada.post("/me/feeds", fields, form_on="/me/feeds")
    assert answer.status_code == 422
    page = subscribed(ada, url, "with words", words="wish, #energy, wish")
    assert db.scalars(select(Feed.words)).one() == ["wish", "energy"]
    assert db.scalars(select(Entry.state)).one() == "visible"
    db.rollback()
    assert 'value="wish, energy"' in ada.get(page).text
    refused = ada.post(f"{page}/rule", {"shows": "with words", "words": ""}, form_on=page)
    assert refused.status_code == 422
    assert "Please give at least one tag or word." in refused.text
