"""What programs read of an article: structured data, microformats, Open Graph, each by a reader that
others wrote.

Of BlogPosting Google recommends author (with name and url, one for each), dateModified,
datePublished, headline and image
(https://developers.google.com/search/docs/appearance/structured-data/article).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import extruct
import feedparser
import mf2py
import pytest

from careers.base import clock
from careers.base.people import leave, person_by_email
from careers.blog import authors, pictures, publishing
from careers.blog.publishing import Text
from experts.editing import Profile, write_profile
from tests.blog.test_pictures import jpeg
from tests.cast import Cast
from tests.showing import opt_in

BASE = "http://127.0.0.1:8000"
BODY = "They **drift**.\n\n## By how much\n\nA minute a day."


@pytest.fixture
def shown(app, database):
    """The engineer and the colleague show themselves."""
    with app.app_context(), database.writing() as db:
        for email in (Cast.ENGINEER, Cast.COLLEAGUE):
            person = person_by_email(db, email)
            write_profile(db, person, Profile(headline="Works here"))
            opt_in(db, person)
        db.commit()


@pytest.fixture
def published(app, database, shown):
    """`published(**facts)` is the slug of an article by the engineer, published two days after it
    was written; with `coauthor` the colleague wrote it, too, with `cover` it has one."""

    def make(*, coauthor: bool = False, cover: bool = False, **facts) -> str:
        given = {"title": "Clocks & <lies>", "summary": "All “of” them.", "body": BODY,
                 "language": "en", "topics": ("Clocks", "Time")} | facts  # fmt: skip
        with app.app_context(), database.writing() as db:
            ada, carl, editor = (
                person_by_email(db, one) for one in (Cast.ENGINEER, Cast.COLLEAGUE, Cast.EDITOR)
            )
            text = Text(**given)
            made = publishing.start_article(db, ada, text)
            if cover:
                picture = pictures.made(jpeg(1600, 900))
                kept = pictures.keep_picture(
                    db, ada, app.extensions["settings"], made, picture, "A clock"
                )
                text = Text(**given, cover=kept.code)
                publishing.write_article(db, ada, made, text, made.version)
            if coauthor:
                authors.invite(db, ada, made, carl)
                authors.accept(db, carl, made)
            publishing.submit(db, ada, made)
            with clock.set_to(clock.now() + timedelta(days=2)):
                publishing.publish(db, editor, made, made.version)
            db.commit()
            return made.slug or ""

    return make


class Seen:
    """A page as three readers see it."""

    def __init__(self, page: str, address: str) -> None:
        found = extruct.extract(page, base_url=address, syntaxes=["json-ld", "opengraph"])
        (self.data,) = found["json-ld"]
        self.graph: dict[str, list[str]] = {}
        for name, value in found["opengraph"][0]["properties"]:
            self.graph.setdefault(name, []).append(value)
        self.formats = mf2py.parse(doc=page, url=address)
        entries = [one for one in self.formats["items"] if "h-entry" in one["type"]]
        self.entry = entries[0]["properties"]
        self.canonical = re.search(r'<link rel="canonical" href="([^"]+)">', page)[1]

    @property
    def authors(self) -> list[dict]:
        said = self.data["author"]
        return said if isinstance(said, list) else [said]


@pytest.fixture
def read(visitor):
    return lambda path: Seen(visitor.get(path).text, BASE + path)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("coauthor", [False, True])
def test_an_article_says_the_same_of_itself_in_every_format(read, published, language, coauthor):
    slug = published(language=language, coauthor=coauthor)
    path = f"/fr/blog/{slug}" if language == "fr" else f"/blog/{slug}"
    seen, address = read(path), BASE + path
    names = ["Ada Engel", "Carl Bauer"] if coauthor else ["Ada Engel"]
    pages = [f"{BASE}/experts/{name.lower().replace(' ', '-')}" for name in names]
    data, entry = seen.data, seen.entry

    assert (data["@context"], data["@type"]) == ("https://schema.org", "BlogPosting")
    assert data["headline"] == entry["name"][0] == seen.graph["og:title"][0] == "Clocks & <lies>"
    assert data["description"] == entry["summary"][0] == "All “of” them."
    assert seen.graph["og:description"] == ["All “of” them."]
    assert [one["@type"] for one in seen.authors] == ["Person"] * len(names)
    assert [(one["name"], one["url"]) for one in seen.authors] == list(
        zip(names, pages, strict=True)
    )
    cards = [one["properties"] for one in entry["author"]]
    assert [card["name"] for card in cards] == [[name] for name in names]
    assert [card["url"][0].replace("/fr/", "/") for card in cards] == pages
    assert all(one["type"] == ["h-card"] for one in entry["author"])
    assert all(card["photo"] for card in cards)
    assert seen.graph["article:author"] == pages

    came, changed = (datetime.fromisoformat(data[one]) for one in ("datePublished", "dateModified"))
    assert came.tzinfo and changed.tzinfo
    assert changed >= came - timedelta(seconds=1)
    assert datetime.fromisoformat(entry["published"][0]) == came.replace(microsecond=0)
    assert datetime.fromisoformat(entry["updated"][0]) == changed.replace(microsecond=0)
    assert data["url"] == data["mainEntityOfPage"] == address == seen.canonical
    assert entry["url"] == entry["uid"] == seen.graph["og:url"] == [address]
    assert data["keywords"] == entry["category"] == ["Clocks", "Time"]
    assert data["inLanguage"] == language
    assert seen.graph["og:locale"] == [{"en": "en_GB", "fr": "fr_FR"}[language]]
    assert seen.graph["og:type"] == ["article"]
    assert entry["content"][0]["html"].startswith("<p>They <strong>drift</strong>.</p>")
    assert seen.formats["rels"]["canonical"] == [address]


def test_its_picture_is_its_cover_else_its_card_and_can_be_fetched(visitor, read, published):
    plain = read(f"/blog/{published()}")
    assert plain.data["image"] == plain.graph["og:image"][0]
    assert (plain.graph["og:image:width"], plain.graph["og:image:height"]) == (["1200"], ["630"])
    covered = read(f"/blog/{published(cover=True)}")
    (featured,) = covered.entry["featured"]
    assert featured["alt"] == "A clock"
    for address in (plain.data["image"], covered.data["image"], featured["value"]):
        assert address.startswith(BASE)
        answer = visitor.get(address.removeprefix(BASE))
        assert answer.status_code == 200
        assert answer.mimetype in {"image/png", "image/jpeg"}


def test_the_feeds_name_the_cover_with_its_words(visitor, published):
    published(title="Plain")
    published(cover=True)
    answer = visitor.get("/blog/feed.atom")
    atom = feedparser.parse(answer.data)
    assert not atom.bozo
    plain, covered = sorted(atom.entries, key=lambda entry: "media_content" in entry)
    (picture,) = covered.media_content
    assert "media_content" not in plain
    assert picture["url"].startswith(f"{BASE}/blog/pictures/")
    assert (picture["type"], picture["width"], picture["height"]) == ("image/jpeg", "1600", "900")
    assert answer.text.count('<media:description type="plain">A clock</media:description>') == 1
    assert visitor.get(picture["url"].removeprefix(BASE)).mimetype == "image/jpeg"
    items = visitor.get("/blog/feed.json").json["items"]
    assert sorted(item.get("image", "") for item in items) == ["", picture["url"]]


def test_whoever_left_without_their_name_is_named_nowhere(app, database, read, published, visitor):
    slug = published()
    with app.app_context(), database.writing() as db:
        ada = person_by_email(db, Cast.ENGINEER)
        ada.articles_after = "anonymous"
        leave(db, ada)
        db.commit()
    seen = read(f"/blog/{slug}")
    (author,) = seen.authors
    assert author["@type"] == "Organization"
    assert author["url"] == BASE
    (card,) = seen.entry["author"]
    assert card["properties"]["name"] == ["Somebody who worked here"]
    assert "url" not in card["properties"]
    assert "article:author" not in seen.graph
    assert "Ada" not in visitor.get(f"/blog/{slug}").text


def test_what_came_first_elsewhere_names_that_address(read, published):
    first = "https://ada.example/clocks"
    seen = read(f"/blog/{published(canonical=first)}")
    assert seen.canonical == seen.data["mainEntityOfPage"] == first
    assert seen.data["url"] == f"{BASE}/blog/clocks-lies"


def test_the_list_is_read_as_entries_with_their_authors(visitor, published):
    published()
    published(title="Together", coauthor=True)
    found = mf2py.parse(doc=visitor.get("/blog").text, url=f"{BASE}/blog")
    entries: list[dict] = []

    def look(items):
        for one in items:
            entries.extend([one["properties"]] if "h-entry" in one["type"] else [])
            look(one.get("children", []))

    look(found["items"])
    said = {
        one["name"][0]: [by["properties"]["name"][0] for by in one["author"]] for one in entries
    }
    assert said == {
        "Together": ["Ada Engel", "Carl Bauer"], "Clocks & <lies>": ["Ada Engel"],
    }  # fmt: skip
