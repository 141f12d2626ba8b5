"""Pictures of entries: from a feed to everybody's browser, or left out; gone with their entry."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import feedparser
import pytest
from PIL import Image
from sqlalchemy import select

from careers.base import clock, fetching, storage
from careers.base.people import leave, person_by_email
from experts import showing
from experts.posts import posts_of
from feeds import parsing, picturing, polling, subscribing
from feeds.models import Entry, EntryPicture, Feed
from feeds.pictures import FILES, NEWEST
from feeds.polling import poll_due
from tests.cast import Cast
from tests.feeds.conftest import HERE, Answer

pytestmark = pytest.mark.usefixtures("shown")

ALT = 'A "clock" <script>alert(1)</script> & a wall'
SAID = "A &#34;clock&#34; &lt;script&gt;alert(1)&lt;/script&gt; &amp; a wall"
WRITTEN = SAID.replace("&#34;", "&quot;")
picturing.SECONDS = 600.0  # on a busy machine pictures wait for the processor as long as it takes


def image(width: int = 1200, height: int = 800, kind: str = "JPEG", colour="#345678") -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (width, height), colour).save(out, kind, exif=exif)
    return out.getvalue()


def rss(*items: str) -> bytes:
    spaces = (
        'xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    )
    return f"<rss version='2.0' {spaces}><channel><title>T</title>{''.join(items)}</channel></rss>".encode()


def item(inside: str = "", number: int = 1, text: str = "Words") -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f"<item><guid>{number}</guid><link>https://ada.example/{number}</link>"
        f"<title>Post {number}</title><description>{text}</description>"
        f"<pubDate>Tue, 03 Nov 2026 10:{number:02}:00 GMT</pubDate>{inside}</item>"
    )


def media(url: str, alt: str = WRITTEN, more: str = "") -> str:
    """A picture as Mastodon names it."""
    return (
        f"<media:content url='{url}' type='image/png' medium='image'>"
        f"<media:rating scheme='urn:simple'>nonadult</media:rating>{more}"
        f"<media:description type='plain'>{alt}</media:description></media:content>"
    )


def bluesky(embed: dict, **more) -> bytes:
    post = {
        "uri": "at://did:plc:abc/app.bsky.feed.post/3k",
        "author": {"did": "did:plc:abc", "handle": "ada.example"},
        "record": {"text": "Words", "createdAt": "2026-11-01T08:00:00.000Z"},
        "embed": embed,
    }
    return json.dumps({"feed": [{"post": post | more}]}).encode()


def json_feed(**more) -> bytes:
    one = {"id": "1", "url": "https://ada.example/1", "title": "Post 1"} | more
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "T", "items": [one]}).encode()


def kinds(url: str) -> dict[str, tuple[bytes, str]]:
    """By kind of feed: one that names the picture at `url`, and the words that go with it."""
    tag = (
        f'<p>Words</p><img src="/pixel.png" width="1" height="1"><img src="{url}" alt="{WRITTEN}">'
    )
    images = [{"thumb": f"{url}?small", "fullsize": url, "alt": ALT}, {"fullsize": f"{url}2"}]
    of_images = {"$type": "app.bsky.embed.images#view", "images": images}
    quoted = {"$type": "app.bsky.embed.record#view", "record": {"text": "Not theirs"}}
    return {
        "Mastodon": (rss(item(media(url))), ALT),
        "YouTube": (
            rss(item(
                "<media:group><media:content url='https://y.example/v' "
                "type='application/x-shockwave-flash'/>"
                f"<media:thumbnail url='{url}' width='480' height='360'/>"
                "<media:description>About the video</media:description></media:group>"
            )),
            "",
        ),
        "an enclosure": (rss(item(f"<enclosure url='{url}' type='image/jpeg' length='9'/>")), ""),
        "an episode": (rss(item(f"<itunes:image href='{url}'/>")), ""),
        "HTML": (rss(item(text=tag)), ALT),
        "Pixelfed": (
            rss(item(f"<media:content url='{url}' medium='image'/>", text=tag)), ALT,
        ),
        "Atom": (
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><id>t</id><entry><id>1</id>"
            f"<title>Post 1</title><link href='https://ada.example/1'/><content type='html'>"
            f"<![CDATA[{tag}]]></content></entry></feed>".encode(),
            ALT,
        ),
        "JSON Feed": (json_feed(image=url), ""),
        "JSON Feed's banner": (json_feed(banner_image=url, content_html=tag), ALT),
        "JSON Feed's attachment": (
            json_feed(attachments=[{"url": url, "mime_type": "image/jpeg"}]), "",
        ),
        "Bluesky": (bluesky(of_images), ALT),
        "Bluesky with a quotation": (
            bluesky({
                "$type": "app.bsky.embed.recordWithMedia#view", "record": quoted,
                "media": of_images,
            }),
            ALT,
        ),
        "Bluesky's video": (
            bluesky({"$type": "app.bsky.embed.video#view", "thumbnail": url, "alt": ALT}), ALT,
        ),
    }  # fmt: skip


@pytest.fixture
def fetched(database, settings, fetch):
    """`fetched(hours)` reads what is due then, and fetches pictures; how many were tried."""

    def do(hours: float = 0, with_=fetch) -> int:
        with clock.set_to(clock.now() + timedelta(hours=hours)):
            poll_due(database, with_)
            return picturing.fetch_due(database, settings, with_)

    return do


@pytest.fixture
def work_later(work):
    """`work_later(hours)` does what waits then."""

    def do(hours: float) -> None:
        with clock.set_to(clock.now() + timedelta(hours=hours)):
            work()

    return do


def pictures(db) -> list[EntryPicture]:
    db.expunge_all()  # what was seen before stays as it was
    db.rollback()
    return list(db.scalars(select(EntryPicture).order_by(EntryPicture.id)))


def files(settings) -> int:
    return len(list(storage.store(settings, FILES).marks()))


def address(picture: EntryPicture) -> str:
    return f"/entries/pictures/{picture.code}/{min(picture.width, 480)}"


@pytest.mark.parametrize("kind", kinds(""))
def test_each_kind_of_feed_brings_its_picture(site, feed_at, fetched, visitor, db, settings, kind):
    url = site.says("/picture", image())
    body, alt = kinds(url)[kind]
    feed_at(site.says("/feed", body))
    assert fetched() == 1
    (kept,) = pictures(db)
    assert (kept.state, kept.width, kept.height) == ("kept", 960, 640)
    shown = re.search(r"<img class=\"u-photo\"[^>]*>", visitor.get("/experts/ada-engel").text)
    assert f'src="{address(kept)}"' in shown[0]
    assert 'width="960" height="640"' in shown[0]
    assert f'alt="{SAID if alt else ""}"' in shown[0]
    seen = visitor.get(address(kept), headers={"Accept": "image/avif,*/*"})
    assert (seen.status_code, seen.content_type) == (200, "image/avif")
    assert "immutable" in seen.headers["Cache-Control"]
    assert seen.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for content in (seen.data, visitor.get(address(kept)).data):
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.size == (480, 320)
            assert not picture.getexif()
    gone = visitor.get(address(kept) + "1")
    assert (gone.status_code, gone.headers["Cross-Origin-Resource-Policy"]) == (404, "same-origin")


def _page() -> bytes:
    return b"\x89PNG\r\n\x1a\n<!doctype html><script>alert(1)</script>"


HOSTILE = {
    "SVG": Answer(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a page that says it is a PNG": Answer(_page(), headers={"Content-Type": "image/png"}),
    "100 million pixels": Answer(image(10_000, 10_000, "PNG")),
    "a small file that says it has four billion pixels": Answer(
        image(64, 64, "PNG").replace(b"\0\0\0\x40\0\0\0\x40", b"\0\0\xff\xff\0\0\xff\xff")
    ),
    "a GIF": Answer(image(kind="GIF")),
    "cut off": Answer(image()[:900]),
    "a pixel": Answer(image(1, 1)),
    "a line": Answer(image(5_000, 120)),
    "nothing": Answer(b""),
    "too large": Answer(b"\xff\xd8\xff" + b"a" * 11_000_000),
    "without an end": Answer(image(), endless=b"a" * 65_536),
    "one byte a second": Answer(image(), pause=1.0),
    "gone": Answer(status=410),
    "to a private address": Answer(status=302, headers={"Location": "http://10.0.0.1/x.png"}),
    "to metadata of a cloud": Answer(status=302, headers={"Location": "http://169.254.169.254/"}),
    "to a file": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
    "in a circle": Answer(status=302, headers={"Location": "/picture"}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_left_out_and_the_entry_stays(
    site, feed_at, fetched, fetch, visitor, db, settings, name
):
    site.answers["/picture"] = HOSTILE[name]
    feed_at(site.says("/feed", rss(item(media(f"{site.root}/picture")))))
    seconds = 2 if name in {"one byte a second", "without an end"} else 60
    assert fetched(with_=partial(fetching.fetch, allow=replace(HERE, seconds=seconds))) == 1
    (left,) = pictures(db)
    assert left.state == ("due" if name == "one byte a second" else "left out")
    assert left.last_error
    assert files(settings) == 0
    page = visitor.get("/experts/ada-engel").text
    assert "Post 1" in page
    assert "u-photo" not in page.partition("h-feed")[2]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:image/png;base64,iVBORw0KGgo=", "file:///etc/passwd", "//", "",
     "https://me:secret@a.example/x.png", "https://a.example/x.svg", "blob:https://a.example/1"],
)  # fmt: skip
def test_an_address_that_is_none_is_no_picture(site, feed_at, fetched, db, url):
    feed_at(site.says("/feed", rss(item(media(url)))))
    assert fetched() == 0
    (entry,) = db.scalars(select(Entry)).all()
    assert (entry.title, entry.picture_url, entry.picture_alt) == ("Post 1", "", "")


def test_a_private_address_is_never_asked(site, feed_at, fetched, database, settings, db):
    feed_at(site.says("/feed", rss(item(media(f"{site.root}/picture")))))
    poll_due(database, partial(fetching.fetch, allow=HERE))
    picturing.fetch_due(
        database, settings, partial(fetching.fetch, allow=fetching.Allow(any_port=True))
    )
    assert pictures(db)[0].last_error == fetching.NOT_PUBLIC
    assert [path for path, _ in site.asked] == ["/feed"]


def refused(db, _person, entry):
    subscribing.refuse(db, person_by_email(db, Cast.EDITOR), entry.feed, "Not theirs")


def withdrawn(db, _person, entry):
    subscribing.withdraw_entry(db, person_by_email(db, Cast.EDITOR), entry, "Why")


def put_back(db, _person, entry):
    subscribing.put_back_entry(db, person_by_email(db, Cast.EDITOR), entry)


GOES = {
    "hidden": (
        lambda db, person, entry: subscribing.hide_entry(db, person, entry),
        lambda db, person, entry: subscribing.show_entry(db, person, entry),
    ),
    "withdrawn": (withdrawn, put_back),
    "its feed hidden": (
        lambda db, person, entry: subscribing.hide_feed(db, person, entry.feed),
        lambda db, person, entry: subscribing.show_feed(db, person, entry.feed),
    ),
    "its feed refused": (
        refused,
        lambda db, _person, entry: subscribing.confirm(
            db, person_by_email(db, Cast.EDITOR), entry.feed
        ),
    ),
    "the page taken down": (
        lambda db, person, _entry: showing.opt_out(db, person),
        lambda db, person, _entry: showing.opt_in(db, person),
    ),
    "unsubscribed": (
        lambda db, person, entry: subscribing.unsubscribe(db, person, entry.feed), None,
    ),
    "left": (lambda db, person, _entry: leave(db, person), None),
    "deleted": (lambda db, _person, entry: db.delete(entry.feed), None),
}  # fmt: skip


@pytest.mark.parametrize("how", GOES)
def test_what_nobody_sees_any_more_loses_its_files_at_once(
    site, feed_at, fetched, act, work, visitor, db, settings, how
):
    goes, comes = GOES[how]
    feed_at(site.says("/feed", rss(item(media(site.says("/picture", image()))))))
    fetched()
    (kept,) = pictures(db)
    assert visitor.get(address(kept)).status_code == 200
    act(goes)
    assert visitor.get(address(kept)).status_code == 404
    if how == "deleted":  # by whatever does not know of pictures: the next change of any finds it
        feed_at(site.says("/other", rss(item())))
        fetched()
    work()
    assert pictures(db) == []
    assert files(settings) == 0
    if comes is not None:
        act(comes)
        assert fetched() == 1
        assert visitor.get(address(kept)).status_code == 200
        assert files(settings) == 6


@pytest.mark.parametrize("why", ["not known to be theirs", "one by one", "no page"])
def test_what_nobody_sees_is_not_fetched(site, feed_at, fetched, act, db, why):
    if why == "no page":
        with db:
            showing.opt_out(db, person_by_email(db, Cast.ENGINEER))
            db.commit()
    url = site.says("/feed", rss(item(media(site.says("/picture", image())))))
    shows = why if why == "one by one" else "everything"
    feed_at(url, shows, known=why != "not known to be theirs")
    assert fetched() == 0
    assert [path for path, _ in site.asked] == ["/feed"]


def test_only_the_newest_of_a_feed_have_one(site, feed_at, fetched, work_later, db, settings):
    small = image(120, 100)

    def feed(count: int) -> bytes:
        return rss(*(item(media(site.says(f"/{n}", small)), n) for n in range(count, 0, -1)))

    feed_at(site.says("/feed", feed(30)))
    assert fetched() == NEWEST
    asked = [path for path, _ in site.asked if path != "/feed"]
    assert sorted(asked) == sorted(f"/{n}" for n in range(11, 31))
    assert asked[0] == "/30"
    site.says("/feed", feed(31))
    assert fetched(25) == 1
    work_later(26)
    assert site.asked[-1][0] == "/31"
    titles = select(Entry.title).join(EntryPicture, EntryPicture.entry_id == Entry.id)
    assert set(db.scalars(titles)) == {f"Post {n}" for n in range(12, 32)}
    assert files(settings) == 3 * NEWEST


def test_an_edited_picture_is_fetched_and_edited_words_are_not(
    site, feed_at, fetched, work_later, visitor, db, settings
):
    feed_at(site.says("/feed", rss(item(media(site.says("/one", image()))))))
    fetched()
    (first,) = pictures(db)
    site.says("/feed", rss(item(media(f"{site.root}/one", "Other words"))))
    assert fetched(25) == 0
    assert 'alt="Other words"' in visitor.get("/experts/ada-engel").text
    site.says("/feed", rss(item(media(site.says("/two", image(colour="#765432"))))))
    assert fetched(50) == 1
    work_later(51)
    (second,) = pictures(db)
    assert second.code != first.code
    assert visitor.get(address(first)).status_code == 404
    assert files(settings) == 6


def test_what_has_not_changed_costs_nothing_more(site, feed_at, fetched, queries, database, fetch):
    body = rss(item(media(site.says("/picture", image()))))
    feed_at(site.says("/feed", body, ETag='"a"'))
    fetched()
    for hours, answer in ((25, Answer(status=304)), (50, Answer(body))):
        site.answers["/feed"] = answer
        with clock.set_to(clock.now() + timedelta(hours=hours)), queries() as sent:
            assert poll_due(database, fetch) == 1
        assert not [one for one in sent if "entry_picture" in one and "leased_until" not in one]
        assert not [one for one in sent if "INTO entry" in one or "UPDATE entry" in one]


def test_one_that_fails_is_tried_again_less_and_less_often_then_left_out(
    site, feed_at, fetched, visitor, db
):
    feed_at(site.says("/feed", rss(item(media(site.says("/picture", status=503))))))
    assert fetched() == 1
    assert fetched() == 0
    (kept,) = pictures(db)
    assert (kept.state, kept.last_error) == ("due", polling.REFUSALS[503])
    hours = 0.0
    for wait in picturing.WAITS:
        hours += wait.total_seconds() / 3600 + 0.01
        assert fetched(hours) == 1
    assert pictures(db)[0].state == "left out"
    assert fetched(10_000) == 0


def test_it_comes_when_it_was_only_late(site, feed_at, fetched, db):
    feed_at(site.says("/feed", rss(item(media(site.says("/picture", status=404))))))
    fetched()
    site.says("/picture", image())
    assert fetched(0.3) == 1
    (kept,) = pictures(db)
    assert (kept.state, kept.last_error) == ("kept", "")


def test_a_host_that_asks_for_patience_gets_it_for_all_its_pictures(site, feed_at, fetched, db):
    late = site.says("/late", status=429, Retry_After="7200")
    feed_at(site.says("/feed", rss(item(media(late), 2), item(media(site.says("/p", image())), 1))))
    assert fetched() == 1
    assert fetched(1) == 0
    site.says("/late", image())
    assert fetched(2.1) == 2
    assert {one.state for one in pictures(db)} == {"kept"}


def test_a_host_is_asked_for_one_thing_at_a_time(site, feed_at, database, settings, fetch, db):
    feed_at(site.says("/feed", rss(*(item(media(f"{site.root}/{n}"), n) for n in (1, 2)))))
    poll_due(database, fetch)
    claim = picturing.claim_next(database)
    assert claim is not None
    assert picturing.claim_next(database) is None
    with clock.set_to(clock.now() + timedelta(hours=25)):
        assert poll_due(database, fetch) == 1  # that lease has ended


def test_a_feed_waits_for_a_picture_of_its_host(site, feed_at, database, fetch):
    feed_at(site.says("/feed", rss(item(media(f"{site.root}/1")))))
    poll_due(database, fetch)
    with clock.set_to(clock.now() + timedelta(hours=25)):
        assert picturing.claim_next(database) is not None
        assert poll_due(database, fetch) == 0


def test_what_comes_too_late_is_not_kept(site, feed_at, database, settings, fetch, act, db):
    feed_at(site.says("/feed", rss(item(media(site.says("/picture", image()))))))
    poll_due(database, fetch)
    claim = picturing.claim_next(database)
    made = picturing.picture_at(claim.url, fetch, "")
    act(GOES["hidden"][0])
    assert not picturing.store(database, settings, claim, made)
    assert files(settings) == 0
    assert pictures(db) == []


def test_a_disk_that_refuses_loses_nothing_but_time(
    site, feed_at, fetched, settings, monkeypatch, db
):
    feed_at(site.says("/feed", rss(item(media(site.says("/picture", image()))))))
    keep, kept = storage.Folder.keep, []

    def fails_later(self, content):
        if len(kept) == 3:
            raise OSError("full")
        kept.append(content)
        return keep(self, content)

    monkeypatch.setattr(storage.Folder, "keep", fails_later)
    fetched()
    assert pictures(db)[0].last_error == picturing.BROKE
    assert files(settings) == 0
    monkeypatch.undo()
    fetched(1)
    assert files(settings) == 6


def test_files_that_a_backup_lacks_are_fetched_again(
    site, feed_at, fetched, database, settings, visitor, work, db
):
    feed_at(site.says("/feed", rss(item(media(site.says("/picture", image()))))))
    fetched()
    assert picturing.fetch_lost_again(database, settings) == 0
    kept = storage.store(settings, FILES)
    for key in list(kept.marks())[:1]:
        kept.forget(key)
    assert picturing.fetch_lost_again(database, settings) == 1
    assert fetched() == 1
    work()
    assert visitor.get(address(pictures(db)[0])).status_code == 200
    assert files(settings) == 6


def test_one_s_own_list_and_the_editors_show_it(
    site, feed_at, fetched, visit_as, database, app, fetch, db
):
    app.extensions["fetch"] = fetch
    url = site.says("/feed", rss(
        item(media(site.says("/picture", image()))),
        item(media(site.says("/page", b"<html>"), "Only words"), 2),
    ))  # fmt: skip
    ada = visit_as(Cast.ENGINEER)
    look = ada.post("/me/feeds/look", {"url": url}, form_on="/me/feeds").text
    assert "With a picture: Only words" in look
    assert f"With a picture: {SAID}" in look
    assert not re.search(r"(src|srcset|poster)=\"https?:", look)
    feed_at(url)
    fetched()
    kept = next(one for one in pictures(db) if one.state == "kept")
    code = db.scalars(select(Feed.code)).one()
    mine = ada.get(f"/me/feeds/{code}").text
    assert f'src="{address(kept)}"' in mine
    assert "Its picture could not be had: What lies there is not a JPEG" in mine
    assert f'src="{address(kept)}"' in visit_as(Cast.EDITOR).get("/editing/entries").text


def test_the_homepage_shows_it_as_soon_as_it_is_there(
    site, feed_at, database, settings, fetch, visitor, act
):
    body = rss(*(item(media(site.says(f"/{n}", image(colour=f"#{n}45678"))), n) for n in (1, 2)))
    feed_at(site.says("/feed", body))
    poll_due(database, fetch)
    act(lambda db, _person, entry: featured(db, entry))
    assert "/entries/pictures/" not in visitor.get("/").text
    picturing.fetch_due(database, settings, fetch)
    assert "/entries/pictures/" in visitor.get("/").text
    act(GOES["hidden"][0])
    assert "/entries/pictures/" not in visitor.get("/").text


def featured(db, entry):
    from careers.home.featuring import feature
    from experts.posts import posts_by_code

    feature(db, person_by_email(db, Cast.EDITOR), *posts_by_code(db, [entry.code]))


def test_our_own_feeds_name_it_with_its_words(site, feed_at, fetched, visitor, db):
    feed_at(site.says("/feed", rss(item(media(site.says("/picture", image()))))))
    fetched()
    ours = f"http://127.0.0.1:8000{address(pictures(db)[0]).replace('480', '960')}"
    (post,) = visitor.get("/experts/ada-engel/feed.json").json["items"]
    assert post["image"] == ours
    answer = visitor.get("/experts/ada-engel/feed.atom")
    found = feedparser.parse(answer.data)
    assert not found.bozo
    named = {"url": ours, "type": "image/jpeg", "medium": "image", "width": "960", "height": "640"}
    assert found.entries[0].media_content == [named]
    seen = visitor.get(ours.removeprefix("http://127.0.0.1:8000"))
    assert seen.mimetype == "image/jpeg"
    (read,) = parsing.parse(answer.data, "https://a.example/", answer.mimetype, clock.now()).entries
    assert (read.picture_url, read.picture_alt) == (ours, ALT)


def test_as_many_statements_with_pictures_as_without(
    site, feed_at, fetched, visitor, queries, database, fetch
):
    bodies = [item(media(site.says(f"/{n}", image(120, 100))), n) for n in range(1, 9)]
    feed_at(site.says("/feed", rss(*bodies)))
    poll_due(database, fetch)
    with queries() as without:
        assert "/entries/pictures/" not in visitor.get("/experts/ada-engel").text
    fetched()
    with queries() as with_them:
        assert visitor.get("/experts/ada-engel").text.count('class="u-photo"') >= 8
    assert len(with_them) == len(without)


def test_what_is_not_for_everybody_s_eyes_is_left_out(site, feed_at, fetched, db):
    adult = media(f"{site.root}/p").replace("nonadult", "adult")
    labelled = bluesky({"images": [{"fullsize": f"{site.root}/p"}]}, labels=[{"val": "porn"}])
    feed_at(site.says("/feed", rss(item(adult))))
    feed_at(site.says("/sky", labelled))
    assert fetched() == 0
    assert len(db.scalars(select(Entry.picture_url)).all()) == 2


def test_a_picture_of_all_entries_is_of_none(site, feed_at, fetched, db):
    cover = f"<itunes:image href='{site.root}/cover.jpg'/>"
    feed_at(site.says("/feed", rss(*(item(cover, n) for n in range(1, 4)))))
    assert fetched() == 0


def test_what_there_is_to_hear_is_a_link_to_it(site, feed_at, fetched, visitor, database):
    sound = "<enclosure url='https://ada.example/{}.mp3' type='audio/mpeg' length='{}'/>"
    feed_at(site.says("/feed", rss(
        item(sound.format("a", 40_000_000) + "<itunes:duration>42:10</itunes:duration>", 1),
        item(sound.format("b", 37_500_000), 2),
        item("<media:content url='https://ada.example/c.mp4' type='video/mp4' duration='30'/>", 3),
        item("<enclosure url='javascript:alert(1)' type='audio/mpeg'/>", 4),
    )))  # fmt: skip
    fetched()
    page = visitor.get("/experts/ada-engel").text
    links = re.findall(r'<a class="beside-when" href="([^"]+)" rel="ugc[^>]*>([^<]+)<', page)
    assert links == [
        ("https://ada.example/c.mp4", "Watch, 1 min"),
        ("https://ada.example/b.mp3", "Listen, 38 MB"),
        ("https://ada.example/a.mp3", "Listen, 42 min"),
    ]
    assert "<audio" not in page
    assert "<video" not in page
    with database.reading() as db:
        posts = posts_of(db, person_by_email(db, Cast.ENGINEER))
        assert [post.heard.seconds for post in posts if post.heard] == [30, 0, 2530]
