"""What programs read of an expert: microformats, structured data, feeds, an address book's card."""

from __future__ import annotations

import json

import extruct
import feedparser
import mf2py
import pytest

from careers.base.people import person_by_email
from experts.editing import Said
from experts.showing import opt_out
from tests.cast import Cast
from tests.experts.conftest import NOVEMBER

PAGE = "/experts/ada-engel"
BASE = "http://127.0.0.1:8000"
TALK = Said("What a meter knows", NOVEMBER.date(), "Data Days", url="https://days.example/ada")


@pytest.fixture
def ada(show, wrote, said):
    wrote(Cast.ENGINEER, "Clocks lie", days=2)
    said(Cast.ENGINEER, "Some words", days=1)
    return show(
        Cast.ENGINEER, topics=("Time", "Meters, all"[:6]), languages=("fr", "en"),
        pronouns="she/her", talks=(TALK,), networks=(("mastodon", "https://social.example/@ada"),),
    )  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_structured_data_and_microformats_say_the_same(visitor, ada, prefix):
    page = visitor.get(prefix + PAGE).text
    (data,) = extruct.extract(page, base_url=BASE, syntaxes=["json-ld"])["json-ld"]
    person = data["mainEntity"]
    assert (data["@type"], person["@type"], person["name"]) == (
        "ProfilePage",
        "Person",
        "Ada Engel",
    )
    assert person["sameAs"] == ["https://social.example/@ada"]
    assert person["knowsAbout"] == ["Meters", "Time"]
    # What Google recommends of a profile beside these: identifier, image, description, both dates.
    assert data["dateCreated"] <= data["dateModified"]
    assert person["url"] == person["@id"] == data["url"] == BASE + PAGE
    assert person["description"] == "Keeps clocks honest."
    assert person["identifier"]
    assert visitor.get(person["image"].removeprefix(BASE)).mimetype.startswith("image/")
    found = mf2py.parse(doc=page, url=BASE + PAGE)
    card = next(item for item in found["items"] if item["type"] == ["h-card"])["properties"]
    assert card["name"] == ["Ada Engel"]
    assert card["uid"] == [BASE + PAGE]
    assert BASE + PAGE in card["url"]
    assert len(card["photo"]) == 1
    assert card["note"] == ["Keeps clocks honest."]
    assert card["job-title"] == ["Engineer"]
    assert card["category"] == ["Meters", "Time"]
    assert found["rels"]["me"] == ["https://social.example/@ada"]
    graph = extruct.extract(page, base_url=BASE, syntaxes=["opengraph"])["opengraph"][0]
    seen = dict(graph["properties"])
    assert (seen["og:type"], seen["og:title"]) == ("profile", "Ada Engel")
    assert seen["og:locale"] == {"": "en_GB", "/fr": "fr_FR"}[prefix]


def test_what_an_expert_publishes_is_an_atom_feed(visitor, ada):
    answer = visitor.get(f"{PAGE}/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    found = feedparser.parse(answer.data)
    assert not found.bozo
    assert found.feed.title == "Ada Engel"
    assert [entry.title for entry in found.entries] == ["Clocks lie", "Some words", TALK.title]
    assert [entry.link for entry in found.entries] == [
        f"{BASE}/blog/clocks-lie", "https://x.example/Some words/1", TALK.url
    ]  # fmt: skip
    assert len({entry.id for entry in found.entries}) == 3
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    same = visitor.get(f"{PAGE}/feed.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304
    assert f'href="{PAGE}/feed.atom"' in visitor.get(PAGE).text


def test_and_a_json_feed(visitor, ada):
    answer = visitor.get(f"/fr{PAGE}/feed.json")
    assert answer.mimetype == "application/feed+json"
    found = json.loads(answer.text)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == f"{BASE}/fr{PAGE}/feed.json"
    assert [item["title"] for item in found["items"] if "title" in item] == [
        "Clocks lie", TALK.title
    ]  # fmt: skip
    assert all(item["content_text"] for item in found["items"])
    assert {item["authors"][0]["name"] for item in found["items"]} == {"Ada Engel"}


def test_a_card_for_an_address_book_has_what_is_public_and_no_mail(visitor, show, ada):
    show(Cast.ENGINEER, headline="Keeps clocks; meters, and “all” of the rest honest. " * 3,
         topics=("Time",), networks=(("mastodon", "https://social.example/@ada"),),
         pronouns="she/her")  # fmt: skip
    answer = visitor.get(f"{PAGE}/card.vcf")
    assert answer.mimetype == "text/vcard"
    lines = answer.data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    card = answer.data.decode().replace("\r\n ", "")
    for line in ("VERSION:4.0", "FN:Ada Engel", "TITLE:Engineer", "PRONOUNS:she/her",
                 "CATEGORIES:Time", "SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://social.example/@ada",
                 f"URL:{BASE}{PAGE}"):  # fmt: skip
        assert f"\r\n{line}\r\n" in card
    assert "clocks\\; meters\\, and" in card
    assert "@acme.example" not in card
    assert "PHOTO" not in card


def test_all_of_it_goes_with_the_page(visitor, ada, db):
    opt_out(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    for what in ("", "/feed.atom", "/feed.json", "/card.vcf"):
        assert visitor.get(PAGE + what).status_code == 410
        assert visitor.get(f"/experts/nobody{what}").status_code == 404
