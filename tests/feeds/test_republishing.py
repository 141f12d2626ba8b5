"""Whole texts: kept where their owner says that they may be, read here, and gone at once."""

from __future__ import annotations

import json
import re
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from careers.base import clock, consents, prose
from careers.base.audit import Act
from careers.base.people import leave, person_by_email
from experts import showing
from feeds import keeping, parsing, republishing, subscribing
from feeds.claiming import claim_feed
from feeds.keeping import Whole
from feeds.models import Entry, EntryText, Feed
from feeds.polling import poll_due, read_feed
from feeds.storing import store
from tests.cast import Cast
from tests.feeds.test_parsing import PAYLOADS

pytestmark = pytest.mark.usefixtures("shown")

LONG = "<p>" + "These words are many. " * 60 + "</p>"
TEXT = (
    f"<h1>Of clocks</h1>{LONG}<p>See <a href='/before'>what came before</a> and "
    "<a href='javascript:alert(1)'>this</a>.</p><img src='/dial.png' alt='A \"dial\"'>"
    "<img src='/pixel.png'><a href='#end'>The end</a><p>A pendulum ends it.</p>"
)


def rss(*items: str) -> bytes:
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f"<rss version='2.0' {spaces}><channel><title>T</title>{''.join(items)}</channel></rss>".encode()


def item(text: str = TEXT, number: int = 1, summary: str = "In short.", title="Of clocks") -> str:
    inside = f"<content:encoded>{escape(text)}</content:encoded>" if text else ""
    return (
        f"<item><guid>{number}</guid><link>https://ada.example/posts/{number}</link>"
        f"<title>{title}</title><description>{escape(summary)}</description>{inside}"
        f"<pubDate>Tue, 03 Nov 2026 10:{number % 60:02}:00 GMT</pubDate></item>"
    )


@pytest.fixture
def read(database, fetch):
    """`read()` reads what is due."""
    return lambda: poll_due(database, fetch)


@pytest.fixture
def kept(site, feed_at, read, act, db):
    """A feed whose first entry is read here; the address of that."""
    feed_at(site.says("/feed", rss(item())))
    read()
    act(keep_texts)
    read()
    return "/entries/" + db.scalars(select(Entry.code)).one()


def texts(db) -> list[str]:
    db.expunge_all()
    db.rollback()
    return list(db.scalars(select(EntryText.html).order_by(EntryText.entry_id)))


def read_again(_db, _ada, entry):
    subscribing.read_again(entry.feed)


def keep_texts(db, ada, entry):
    republishing.keep_texts(db, ada, entry.feed)


def delete_texts(db, ada, entry):
    republishing.delete_texts(db, ada, entry.feed)


def test_only_an_excerpt_is_kept_until_its_owner_says_more(site, feed_at, read, db, visitor):
    feed_at(site.says("/feed", rss(item())))
    read()
    assert texts(db) == []
    entry = db.scalars(select(Entry)).one()
    assert (entry.excerpt, entry.minutes) == ("In short.", 0)
    led = visitor.get(f"/entries/{entry.code}")
    assert led.status_code == 410
    assert "<p>In short.</p>" in led.text
    assert '<a class="u-url u-uid" href="https://ada.example/posts/1"' in led.text
    assert visitor.get("/entries/nothing0").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_whole_text_is_read_here_with_the_way_to_its_original(kept, visitor, prefix):
    page = visitor.get(prefix + kept).text
    assert page.count("These words are many.") >= 60
    assert '<link rel="canonical" href="https://ada.example/posts/1">' in page
    assert f"{'Paru d’abord sur' if prefix else 'It was published first at'} ada.example" in page
    assert "Ada Engel" in page
    text = re.search(r'<div class="prose e-content" dir="auto">(.*?)</div>', page, re.S)[1]
    assert "<h2>Of clocks</h2>" in text
    assert 'href="https://ada.example/before"' in text
    assert 'href="https://ada.example/posts/1#end"' in text
    assert "javascript" not in text
    assert "<img" not in text
    assert 'class="picture-elsewhere" href="https://ada.example/dial.png"' in text
    assert '>A "dial"</a>' in text
    assert "pixel" not in text
    said = json.loads(
        re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page)[1]
    )
    assert said["url"] == "https://ada.example/posts/1"
    stream = visitor.get(f"{prefix}/experts/ada-engel").text
    assert f'href="{prefix}{kept}" data-post=' in stream


def test_what_has_no_title_is_headed_by_who_said_it(site, feed_at, read, act, visitor, db):
    feed_at(site.says("/feed", rss(item(title=""))))
    read()
    act(keep_texts)
    read()
    page = visitor.get("/entries/" + db.scalars(select(Entry.code)).one()).text
    assert re.search(r"<h1[^>]*>(.*?)</h1>", page)[1] == "Ada Engel"
    assert "<title>In short. ·" in page


def test_its_links_to_jobs_of_ours_carry_on_who_was_read(
    site, feed_at, read, act, visitor, db, settings
):
    text = f"{LONG}<p><a href='{settings.base_url}/jobs'>We hire</a></p>"
    feed_at(site.says("/feed", rss(item(text))))
    read()
    act(keep_texts)
    read()
    browser = {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    }
    page = visitor.get("/entries/" + db.scalars(select(Entry.code)).one(), headers=browser).text
    assert re.search(rf'href="{settings.base_url}/jobs\?via=[^"]+"[^>]*>We hire</a>', page)


def test_feeds_of_ours_lead_to_it(kept, visitor, settings):
    for feed in ("feed.atom", "feed.json"):
        assert settings.base_url + kept in visitor.get(f"/experts/ada-engel/{feed}").text


def test_its_owner_says_so_and_takes_it_back_through_the_door(
    app, visit_as, fetch, site, feed_at, read, db, visitor
):
    app.extensions["fetch"] = fetch
    feed_at(site.says("/feed", rss(item())))
    read()
    feed, ada = db.scalars(select(Feed)).one(), visit_as(Cast.ENGINEER)
    page = f"/me/feeds/{feed.code}"
    assert "It is mine to republish" in ada.get(page).text
    ada.post(f"{page}/texts", form_on=page)
    said = ada.get(page).text
    assert "Its whole texts are read here now." in said
    assert "1 entry can be read here from beginning to end" in said
    assert len(texts(db)) == 1
    assert "Whole texts of T" in ada.get("/me/consents").text
    address = re.search(r'href="(/entries/[^"]+)"', said)[1]
    assert visitor.get(address).status_code == 200
    ada.post(f"{page}/texts/delete", form_on=page)
    assert "The whole texts are deleted." in ada.get(page).text
    assert texts(db) == []
    assert visitor.get(address).status_code == 410
    given = [one for one in consents.consents_of(db, person_by_email(db, Cast.ENGINEER))
             if one.item == f"texts:{feed.code}"]  # fmt: skip
    assert [one.withdrawn_at is not None for one in given] == [True]
    assert "Whole texts of a feed" in ada.get("/me/consents").text
    acts = select(Act.what).where(Act.what.like("consent:%")).order_by(Act.id.desc()).limit(2)
    assert list(db.scalars(acts)) == ["consent:withdraw", "consent:give"]


def test_what_is_not_known_to_be_theirs_is_not_republished(visit_as, site, feed_at, read, db):
    feed_at(site.says("/feed", rss(item())), known=False)
    read()
    feed, ada = db.scalars(select(Feed)).one(), visit_as(Cast.ENGINEER)
    page = f"/me/feeds/{feed.code}"
    assert "It is mine to republish" not in ada.get(page).text
    ada.post(f"{page}/texts", form_on=page)
    assert "not known yet that this feed is yours" in ada.get(page).text
    assert not republishing.kept_since(db, feed)


def test_nobody_says_it_of_somebody_else_s(visit_as, kept, db):
    code = db.scalars(select(Feed.code)).one()
    carl = visit_as(Cast.COLLEAGUE)
    for what in ("texts", "texts/delete"):
        assert carl.post(f"/me/feeds/{code}/{what}", form_on="/me/feeds").status_code == 404
    assert len(texts(db)) == 1


def edited_by(act):
    return lambda db, _ada, entry: act(db, person_by_email(db, Cast.EDITOR), entry)


GOES = {
    "taken back": (
        lambda db, ada, entry: republishing.delete_texts(db, ada, entry.feed), 410, True,
    ),
    "its feed hidden": (
        lambda db, ada, entry: subscribing.hide_feed(db, ada, entry.feed), 404, True,
    ),
    "its feed refused": (
        edited_by(lambda db, edith, entry: subscribing.refuse(db, edith, entry.feed, "Why")),
        404, True,
    ),
    "unsubscribed": (
        lambda db, ada, entry: subscribing.unsubscribe(db, ada, entry.feed), 404, True,
    ),
    "leaving the experts": (lambda db, ada, _entry: showing.leave(db, ada), 404, True),
    "leaving the company": (lambda db, ada, _entry: leave(db, ada), 404, True),
    "hidden": (lambda db, ada, entry: subscribing.hide_entry(db, ada, entry), 404, False),
    "withdrawn": (
        edited_by(lambda db, edith, entry: subscribing.withdraw_entry(db, edith, entry, "Why")),
        404, False,
    ),
    "the page taken down": (lambda db, ada, _entry: showing.opt_out(db, ada), 404, False),
}  # fmt: skip


@pytest.mark.parametrize("how", GOES)
def test_what_may_not_be_read_any_more_is_gone_at_once(kept, act, visitor, db, how, read):
    goes, status, is_deleted = GOES[how]
    act(goes)
    assert visitor.get(kept).status_code == status
    assert len(texts(db)) == (0 if is_deleted else 1)
    read()
    assert len(texts(db)) == (0 if is_deleted else 1)


def test_the_text_follows_its_original(site, kept, read, act, visitor, db):
    (before,) = texts(db)
    site.says("/feed", rss(item(TEXT + "<p>Or does it?</p>")))
    act(read_again)
    read()
    assert texts(db) == [before + "<p>Or does it?</p>"]
    site.says("/feed", rss(item("")))
    act(read_again)
    read()
    assert texts(db) == []
    assert db.scalars(select(Entry.minutes)).one() == 0
    assert visitor.get(kept).status_code == 410


def test_what_has_not_changed_is_not_written_again(site, kept, act, database, fetch, queries):
    act(read_again)
    with queries() as found:
        assert poll_due(database, fetch) == 1
    assert not [one for one in found if re.match(r"(INSERT|DELETE|UPDATE) .*entry", one)]


def _claimed(database, db):
    (number,) = db.scalars(select(Feed.id))
    db.rollback()
    claim = claim_feed(database, number)
    assert claim is not None
    return claim


def test_whoever_reads_while_it_is_taken_back_keeps_nothing(site, kept, act, database, fetch, db):
    act(read_again)
    claim = _claimed(database, db)
    outcome = read_feed(claim, fetch, "")
    assert outcome.parsed.entries[0].text
    act(delete_texts)
    with database.writing() as writing:
        assert store(writing, claim, outcome)
        writing.commit()
    assert texts(db) == []


def test_whoever_reads_while_it_is_said_stores_nothing_and_it_is_read_again(
    site, feed_at, read, act, database, fetch, db
):
    feed_at(site.says("/feed", rss(item())))
    read()
    act(read_again)
    claim = _claimed(database, db)
    outcome = read_feed(claim, fetch, "")
    act(keep_texts)
    with database.writing() as writing:
        assert not store(writing, claim, outcome)
        writing.commit()
    read()
    assert len(texts(db)) == 1


def meanwhile(db, feed, **values):
    """What another window or machine has done since `feed` was read from the database."""
    changes = update(Feed).where(Feed.id == feed.id).values(**values)
    db.execute(changes.execution_options(synchronize_session=False))


@pytest.mark.parametrize("changed", ["is_theirs", "is_shown"])
def test_what_is_refused_or_hidden_meanwhile_is_not_republished(
    site, feed_at, read, act, db, changed
):
    feed_at(site.says("/feed", rss(item())))
    read()

    def keep_late(db, ada, entry):
        meanwhile(db, entry.feed, **{changed: False})
        with pytest.raises(republishing.NotTheirs):
            republishing.keep_texts(db, ada, entry.feed)

    act(keep_late)
    feed = db.scalars(select(Feed)).one()
    assert not feed.keeps_texts
    assert republishing.kept_since(db, feed) is None


@pytest.mark.parametrize("how", ["taken back", "its feed hidden", "its feed refused"])
def test_what_is_agreed_to_meanwhile_is_taken_back_with_the_rest(site, kept, act, read, db, how):
    goes, _, _ = GOES[how]

    def go_late(db, ada, entry):
        meanwhile(db, entry.feed, keeps_texts=False)
        db.refresh(entry.feed)
        meanwhile(db, entry.feed, keeps_texts=True)
        goes(db, ada, entry)

    act(go_late)
    feed = db.scalars(select(Feed)).one()
    assert not feed.keeps_texts
    assert republishing.kept_since(db, feed) is None
    assert texts(db) == []


def test_what_is_no_longer_than_its_excerpt_has_no_page(site, feed_at, read, act, db):
    long, short = "Many words here. " * 60, "Few words."
    site.says(
        "/feed", rss(item("", 1, long), item("", 2, short), item(f"<p>{short}</p>", 3, short))
    )
    feed_at(site.root + "/feed")
    read()
    act(keep_texts)
    read()
    db.rollback()
    readable = db.scalars(select(Entry.url).where(Entry.minutes > 0)).all()
    assert readable == ["https://ada.example/posts/1"]


ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{}</feed>"
SAID = "Said here. " * 80
KINDS = {
    "Atom with its own base": ATOM.format(
        "<entry><id>1</id><title>T</title><link href='https://ada.example/posts/1'/>"
        "<summary>Short</summary><content type='html' xml:base='https://base.example/a/'>"
        f"{escape(f'<p>{SAID}<a href=b>Link</a></p>')}</content></entry>"
    ).encode(),
    "Atom, plain": ATOM.format(
        "<entry><id>1</id><title>T</title><link href='https://ada.example/posts/1'/>"
        f"<content type='text'>1 &lt; 2\n\n{SAID}</content></entry>"
    ).encode(),
    "Atom, XHTML": ATOM.format(
        "<entry><id>1</id><title>T</title><link href='https://ada.example/posts/1'/>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
        f"<p>{SAID}<a href='c'>Link</a></p></div></content></entry>"
    ).encode(),
    "JSON Feed": json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": "T",
        "items": [{"id": "1", "url": "https://ada.example/posts/1", "summary": "Short",
                   "content_html": f"<p>{SAID}<a href='../d'>Link</a></p>"}],
    }).encode(),
    "JSON Feed, plain": json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": "T",
        "items": [{"id": "1", "url": "https://ada.example/posts/1",
                   "content_text": f"1 < 2\n\n{SAID}"}],
    }).encode(),
}  # fmt: skip
LINKS = {
    "Atom with its own base": "https://base.example/a/b",
    "Atom, XHTML": "https://ada.example/posts/c",
    "JSON Feed": "https://ada.example/d",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_feed_brings_its_texts(site, feed_at, read, act, db, kind):
    feed_at(site.says("/feed", KINDS[kind]))
    read()
    act(keep_texts)
    read()
    (html,) = texts(db)
    assert prose.plain_text(html).count("Said here.") == 80
    if kind in LINKS:
        assert f'href="{LINKS[kind]}"' in html
    else:
        assert html.startswith("<p>1 &lt; 2</p><p>Said here.")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_runs_or_calls_out_is_kept(site, feed_at, read, act, visitor, db, payload):
    feed_at(site.says("/feed", rss(item(LONG + payload))))
    read()
    act(keep_texts)
    read()
    (html,) = texts(db)
    assert not re.search(r"<(?!/?(p|a|b)[\s>])|onclick|javascript", html)


@pytest.mark.parametrize(
    "text",
    [
        "<p>" + "long " * 45_000 + "</p>",
        "<div>" * 300 + LONG + "</div>" * 300,
        LONG + "<a href=a>b</a>" * 500 + "<img src=c alt=d>" * 501,
    ],
)
def test_what_no_honest_text_is_leaves_the_excerpt(site, feed_at, read, act, db, text):
    feed_at(site.says("/feed", rss(item(text))))
    read()
    act(keep_texts)
    read()
    assert texts(db) == []
    assert db.scalars(select(Entry.excerpt)).one() == "In short."


MARKUP = st.lists(
    st.sampled_from([
        "<a href='x'>", "</a>", "<img src='p.png' alt='w'>", "<img src=//h/x alt=\"'><b onclick=x>\">", "<h1>",
        "</h1 >", "<p>", "</p>", "words", "<figure>", "<img alt=&quot;&gt; src=javascript:1>", "<!--",
        "-->", "\"'>", "<a title='x href=' href='y'>", "<img alt='x src=' src='y alt='>", "&lt;img src=x&gt;", "<img src='data:,x' alt='d'>", "<table><td>", "<a name=x>",
    ]),
    max_size=12,
).map("".join)  # fmt: skip


def test_a_feed_full_of_links_is_read_as_well_with_whole_texts_as_without(url="https://a.example/"):
    body = rss(*(item(LONG + "<a href=a>b</a>" * 3_000, number) for number in range(100)))
    found = parsing.parse(body, url, "", clock.now(), with_texts=True)
    assert [one.text for one in found.entries] == [""] * 100


READ_APART = {
    "a link in a title": (
        "<a title='x href=' href='https://b.example/'>w</a>",
        '<a title="x href=" href="https://b.example/" rel="{}">w</a>',
    ),
    "a link before such a title": (
        "<a href='https://b.example/' title='x href='>w</a>",
        '<a href="https://b.example/" title="x href=" rel="{}">w</a>',
    ),
    "an address in words": (
        "<img alt='x src=' src='https://b.example/p'>",
        '<a class="picture-elsewhere" href="https://b.example/p" rel="{}">x src=</a>',
    ),
    "words in an address": ("<img src='https://b.example/ alt=' alt='w'>", "w"),
    "a picture in a link around a link": (
        "<a href='c'><table><tr><td><a href='d'>w</a></td></tr></table><img src='p' alt='w'></a>",
        '<a href="{base}c" rel="{}"><table><tbody><tr><td><a href="{base}d" rel="{}">w</a></td></tr>'
        "</tbody></table>w</a>",
    ),
    "signs that turn the direction": (
        "<a href='mailto:a&#x202e;@b' title='&#x202e;t'>a &#x2066;b&#x202e;</a>",
        '<a href="mailto:a@b" title="t" rel="{}">a b</a>',
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", READ_APART)
@pytest.mark.parametrize("base", ["https://a.example/posts/", "https://a.example/onclick=go()/"])
def test_what_an_attribute_says_is_never_taken_for_another(what, base):
    text, expected = READ_APART[what]
    expected = expected.replace("{base}", base).replace("{}", "ugc nofollow noopener noreferrer")
    assert whole_text(text, base) == expected


def test_a_text_that_links_to_its_original_keeps_that_link():
    for link in ("https://a.example/posts/1", "/posts/1"):
        text = whole_text(f"<p>This was <a href='{link}'>first there</a>.</p>")
        assert '<a href="https://a.example/posts/1" rel=' in text


def whole_text(html, base=""):
    entry = {"url": "https://a.example/posts/1", "whole": Whole(html, base), "excerpt": ""}
    return keeping.whole_text(entry)


@given(MARKUP)
def test_no_text_from_elsewhere_makes_a_browser_ask_for_anything(markup):
    html = prose.text_from_elsewhere(markup, lambda link: f"https://a.example/{link}")
    read = Elements()
    read.feed(html)
    attributes = {"href", "rel", "class", "title"}
    assert not [one for one in read.attributes if one[1] not in attributes]
    assert {where for _tag, name, where in read.attributes if name == "class"} <= {
        "picture-elsewhere"
    }
    assert all(
        re.match("https://|mailto:", where)
        for _tag, name, where in read.attributes
        if name == "href"
    )
    assert read.elements <= {"a", "b", "figure", "h2", "p", "table", "tbody", "td", "tr"}
    again = prose.safe_html(html)
    assert (
        prose.plain_text(again).split() == prose.plain_text(html.replace("figure>", "q>")).split()
    )


class Elements(HTMLParser):
    """Which elements there are, and their attributes, for another reader than the one that made
    them."""

    def __init__(self):
        super().__init__()
        self.elements, self.attributes = set(), []

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


def test_it_is_found_by_what_stands_in_it_while_it_does(kept, act, work, visitor):
    work()
    assert "Of clocks" in visitor.get("/search?q=pendulum").text
    act(delete_texts)
    work()
    assert "Of clocks" not in visitor.get("/search?q=pendulum").text
    assert "Of clocks" in visitor.get("/search?q=clocks").text


def test_as_many_statements_for_each(site, feed_at, read, act, visitor, queries, db):
    feed_at(site.says("/feed", rss(*(item(number=number) for number in range(1, 9)))))
    read()
    act(keep_texts)
    read()
    code = db.scalars(select(Entry.code).limit(1)).one()
    assert db.scalar(select(func.count(EntryText.entry_id))) == 8
    visitor.get(f"/entries/{code}")
    with queries() as found:
        assert visitor.get(f"/entries/{code}").status_code == 200
    assert len(found) < 15
