"""What strangers send, read in a process of its own."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.parsing import NOT_A_FEED, REASONS, TOO_MUCH, NotRead, parse, source_of
from tests.feeds.conftest import SAMPLES

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
URL = "https://ada.example/blog/feed"


def read(body: bytes, content_type: str = "application/xml", url: str = URL):
    return parse(body, url, content_type, NOW)


def sample(name: str, **options):
    return read((SAMPLES / name).read_bytes(), **options)


def rss(*items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'.encode()


def item(**parts: str) -> str:
    given = {"title": "T", "link": "https://ada.example/1"} | parts
    return (
        "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in given.items()) + "</item>"
    )


def test_rss_is_read():
    found = sample("blog.rss.xml")
    first, second = found.entries
    assert (found.title, found.language, found.source) == ("Ada writes", "en-gb", "ada.example")
    assert (first.title, first.excerpt) == ("Why clocks lie", "They drift, all of them.")
    assert first.published_at == datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert second.url == "https://ada.example/relative"
    assert second.published_at == datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_atom_is_read():
    found = sample("blog.atom.xml")
    assert found.entries[0].title == "L’heure d'hiver"
    assert found.entries[0].excerpt == "Vingt-cinq heures."
    assert found.entries[0].published_at == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_a_post_without_a_title_shows_its_first_words():
    found = sample("mastodon.rss.xml", url="https://social.example/@ada.rss")
    entry = found.entries[0]
    assert found.source == "Mastodon"
    assert not entry.has_title
    assert entry.title == entry.excerpt
    assert entry.title.startswith("If your alert says “investigate”")


def test_json_feed_is_read():
    found = sample("feed.json", content_type="application/feed+json", url="https://notes.example/f")
    one, two = found.entries
    assert (one.title, one.url, one.excerpt) == ("One < two", "https://notes.example/one", "Body")
    assert one.published_at == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert (two.title, two.has_title) == ("No title, & a sign", False)
    assert found.dropped == 1  # its link leads to a script


def test_another_encoding_is_read():
    assert sample("latin1.rss.xml").entries[0].title == "Été"
    assert read(rss(item(title="Été")).decode().encode("utf-16")).entries[0].title == "Été"


def test_a_page_says_where_its_feeds_are():
    page = b"""<!doctype html><html><head><link rel="alternate" type="application/rss+xml"
        href="/feed.xml"><link rel=alternate
        type=application/atom+xml href="javascript:1"></head>"""
    with pytest.raises(NotRead) as error:
        read(page, "text/html")
    assert error.value.alternates == ("https://ada.example/feed.xml",)


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        ("Tue, 03 Nov 2026 10:00:00 GMT", datetime(2026, 11, 3, 10, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 12:30:00 GMT", datetime(2026, 11, 20, 12, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 13:30:00 GMT", None),
        ("Thu, 01 Jan 2099 00:00:00 GMT", None),
        ("Thu, 01 Jan 0001 00:00:00 GMT", None),
        ("whenever", None),
        ("", None),
    ],
)
def test_a_date_that_cannot_be_is_none(published, kept):
    assert read(rss(item(pubDate=published))).entries[0].published_at == kept


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "mailto:a@b.c",
     "https://me:secret@a.example/", "//", "https://", "https://a.example/" + "a" * 2001, "http://[x"],
)  # fmt: skip
def test_a_link_that_is_none_drops_its_entry(link):
    found = read(rss(item(link=link), item(link="https://ada.example/fine")))
    assert [entry.url for entry in found.entries] == ["https://ada.example/fine"]
    assert found.dropped == 1


PAYLOADS = [
    "<script>alert(1)</script>words", "<img src=x onerror=alert(1)>words",
    "<svg onload=alert(1)>words</svg>words", "<iframe src=javascript:1></iframe>words",
    "<style>*{}</style>words", "<a href=javascript:1>words</a>", "<b onclick=1>words",
    "<math><mtext></mtext></math>words", "words<!-- x -->", "<object data=x></object>words",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_only_words_are_kept_of_html(payload):
    escaped = payload.replace("&", "&amp;").replace("<", "&lt;")
    entry = read(rss(item(title=escaped, description=escaped))).entries[0]
    assert entry.title == "words"
    assert entry.excerpt == "words"


def test_invisible_signs_are_left_out():
    entry = read(rss(item(title="safe&#x202E;txt.exe&#x2066;"))).entries[0]
    assert entry.title == "safetxt.exe"


def test_long_fields_are_cut():
    entry = read(rss(item(title="word " * 500, description="word " * 20_000))).entries[0]
    assert len(entry.title) <= 300
    assert len(entry.excerpt) <= 600


def test_the_same_item_twice_is_one_entry():
    assert len(read(rss(item(), item())).entries) == 1


def test_what_an_entry_is_known_by():
    by_id, by_link = read(rss(item(guid="a"), item(link="https://ada.example/2"))).entries
    again_id, again_link = read(
        rss(item(guid="a", title="New"), item(link="https://ada.example/2", title="New"))
    ).entries
    assert by_id.key == again_id.key
    assert by_link.key == again_link.key
    assert by_id.content_hash != again_id.content_hash


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b"]><rss><channel><title>&i;</title></channel></rss>"
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (BOMB, REASONS["doctype"]),
        (BOMB.decode().encode("utf-16"), REASONS["doctype"]),
        (b'<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss/>', REASONS["doctype"]),
        (b"<!doctype  rss><rss/>", REASONS["doctype"]),
        (b"<rss><channel>" + b"<a>" * 250_000, TOO_MUCH),
        (b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 1_000_000, TOO_MUCH),
        (b'{"version": "something else"}', NOT_A_FEED),
        (b"{}", NOT_A_FEED),
        (b"[]", NOT_A_FEED),
        (b"", REASONS["nothing"]),
        (b"\x89PNG\r\n", NOT_A_FEED),
        (b"<html><body>Hello", NOT_A_FEED),
        (b"<opml><body/></opml>", NOT_A_FEED),
        (b"/etc/passwd", NOT_A_FEED),
        (b"http://127.0.0.1/", NOT_A_FEED),
    ],
    ids=[
        "entity bomb", "entity bomb in UTF-16", "external entity", "small doctype", "deep XML",
        "deep JSON", "other JSON", "empty JSON", "a JSON list", "nothing", "a picture", "a page",
        "an OPML file", "a path", "an address",
    ],
)  # fmt: skip
def test_what_is_no_honest_feed_is_refused(body, reason):
    with pytest.raises(NotRead) as error:
        read(body)
    assert error.value.reason == reason


def test_a_hundred_thousand_items_cost_no_more_than_a_hundred():
    many = rss(*(item(link=f"https://ada.example/{n}") for n in range(60_000)))
    began = time.process_time()
    assert len(read(many).entries) == 100
    assert time.process_time() - began < 5


def test_nesting_without_end_leaves_no_words_and_harms_nobody():
    deep = item(description="&lt;div>" * 6_000, link="https://ada.example/deep")
    found = read(rss(deep, item(title="Fine")))
    assert [entry.excerpt for entry in found.entries] == ["", ""]


def test_a_json_feed_with_odd_types_is_read_as_far_as_it_goes():
    items = [None, 1, [], {"id": {}, "url": ["x"], "title": None}, {"url": "/x", "title": "Fine"}]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    assert [entry.title for entry in read(body).entries] == ["Fine"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.youtube.com/feeds/videos.xml?channel_id=x", "YouTube"),
        ("https://bsky.app/profile/did/rss", "Bluesky"),
        ("https://ada.medium.com/feed", "Medium"),
        ("https://notmedium.com/feed", "notmedium.com"),
        ("https://www.ada.example/", "ada.example"),
    ],
)
def test_a_place_is_called_what_people_call_it(url, name):
    assert source_of(url) == name


REAL = os.environ.get("ENTOURAGE_REAL_FEEDS")


@pytest.mark.skipif(REAL is None, reason="ENTOURAGE_REAL_FEEDS names no folder with real feeds")
def test_real_feeds_are_read():
    for path in sorted(Path(REAL or "").glob("*.xml")):
        found = read(path.read_bytes())
        assert found.entries, path
        assert not found.dropped, path
        assert all(entry.published_at for entry in found.entries), path
