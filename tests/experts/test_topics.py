"""Topics join people, what they say and jobs; editors keep their words in order."""

from __future__ import annotations

import json
import re

import feedparser
import pytest
from sqlalchemy import select

from careers.base import clock
from careers.base.people import person_by_email
from careers.base.topics import Topic
from careers.jobs.models import Job
from experts.models import Expert
from experts.showing import opt_out
from tests.cast import Cast


def open_job(db, title: str, **values) -> None:
    db.add(
        Job(
            slug=title.lower().replace(" ", "-"),
            source="lever",
            board="acme",
            source_id=title,
            title=title,
            description_html="<p>Build.</p>",
            opened_at=clock.now(),
            content_hash="0" * 64,
            **values,
        )  # fmt: skip
    )
    db.commit()


def test_a_topic_joins_people_what_they_say_and_jobs(visitor, show, wrote, said, db):
    show(Cast.ENGINEER, topics=("Time", "Meters"))
    show(Cast.COLLEAGUE, topics=("Time",))
    show(Cast.EDITOR, topics=("Writing",))
    wrote(Cast.ENGINEER, "Clocks lie")
    said(Cast.COLLEAGUE, "Some words")
    said(Cast.EDITOR, "Nothing of it")
    open_job(db, "Keeper of time", skills=["Time"], team="Elsewhere")
    open_job(db, "Platform engineer", team="Platform")
    open_job(db, "Cook", team="Kitchen")
    page = visitor.get("/topics/time").text
    for words in ("Ada Engel", "Carl Bauer", "Clocks lie", "Some words", "Keeper of time",
                  "Platform engineer", "Meters", "2 people here know about Time"):  # fmt: skip
        assert words in page
    for words in ("Edith", "Nothing of it", "Cook"):
        assert words not in page
    found = feedparser.parse(visitor.get("/topics/time/feed.atom").data)
    assert {entry.title for entry in found.entries} == {"Clocks lie", "Some words"}
    assert len(json.loads(visitor.get("/topics/time/feed.json").text)["items"]) == 2
    assert "/topics/time</loc>" in visitor.get("/sitemap.xml").text


def test_a_topic_of_nobody_who_is_shown_does_not_exist(visitor, show, db):
    show(Cast.ENGINEER, topics=("Time",))
    show(Cast.COLLEAGUE, shown=False, topics=("Poker",))
    opt_out(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    for slug in ("time", "poker", "nothing"):
        for what in ("", "/feed.atom", "/feed.json"):
            assert visitor.get(f"/topics/{slug}{what}").status_code == 404
    assert "/topics/" not in visitor.get("/sitemap.xml").text


def test_the_list_is_narrowed_by_topic_place_language_and_words(visitor, show, db):
    person_by_email(db, Cast.COLLEAGUE).office = "Rennes"
    db.commit()
    show(Cast.ENGINEER, topics=("Time",), languages=("fr", "en"))
    show(Cast.COLLEAGUE, topics=("Time", "Meters"), languages=("de",))
    ada, carl = "Ada Engel", "Carl Bauer"
    for query, names in {
        "": {ada, carl}, "topic=time": {ada, carl}, "topic=meters": {carl}, "office=Lyon": {ada},
        "office=Rennes&topic=time": {carl}, "speaks=fr": {ada}, "speaks=de&q=ada": set(),
        "q=carl": {carl}, "speaks=%25": set(), 'speaks="': set(),
    }.items():  # fmt: skip
        page = visitor.get(f"/experts?{query}").text
        assert {name for name in (ada, carl) if f">{name}</a>" in page} == names, query
        assert ('content="noindex, follow"' in page) is bool(query), query


def test_names_and_topics_stand_where_readers_look_for_them(visitor, visit_as, show, db):
    """An accent or a small letter sends nobody to the end of a list."""
    for email, name in ((Cast.ENGINEER, "Élise Engel"), (Cast.COLLEAGUE, "Yann Bauer")):
        person_by_email(db, email).name = name
    db.commit()
    show(Cast.ENGINEER, topics=("Zinc", "Énergie", "mesures"))
    show(Cast.COLLEAGUE, topics=("Zinc", "Énergie", "mesures"))
    wanted = ["Énergie", "mesures", "Zinc"]
    people = visitor.get("/experts").text
    assert re.findall(r">(Élise Engel|Yann Bauer)</a>", people) == ["Élise Engel", "Yann Bauer"]
    choice = re.findall(r"<option value=\"[^\"]+\">(\S+) \(2\)</option>", people)
    assert choice[:3] == wanted
    assert "Énergie, mesures, Zinc" in people
    offered = visit_as(Cast.EDITOR).get("/me/profile").text
    assert re.findall(r'<option value="([^"]+)"></option>', offered) == wanted
    beside = visitor.get("/topics/zinc").text
    assert beside.index("Énergie") < beside.index("mesures")


def test_an_editor_makes_two_words_one(visitor, visit_as, show, db):
    show(Cast.ENGINEER, topics=("Metering",))
    show(Cast.COLLEAGUE, topics=("Meter data", "Metering"))
    edith = visit_as(Cast.EDITOR)
    assert "Meter data" in edith.get("/editing/topics").text
    merge = "/editing/topics/metering/merge"
    answer = edith.post(merge, {"into": "Meter data"}, form_on="/editing/topics")
    assert answer.status_code == 303
    assert "Whoever knew “Metering” knows “Meter data” now." in edith.get("/editing/topics").text
    old = visitor.get("/topics/metering")
    assert (old.status_code, old.location) == (301, "/topics/meter-data")
    assert "2 people here know about Meter data" in visitor.get("/topics/meter-data").text
    edith.post(merge, {"into": "Time"}, form_on="/editing/topics")
    assert edith.post(merge, {"into": "Time"}, form_on="/editing/topics").status_code == 404


@pytest.mark.parametrize("into", ["", "x" * 61, ","])
def test_a_topic_is_merged_into_one_topic_only(visit_as, show, db, into):
    show(Cast.ENGINEER, topics=("Time",))
    edith = visit_as(Cast.EDITOR)
    edith.post("/editing/topics/time/merge", {"into": into}, form_on="/editing/topics")
    assert db.scalars(select(Topic.merged_into_id)).all() == [None]


def test_a_topic_gets_another_name(visit_as, visitor, show, db):
    show(Cast.ENGINEER, topics=("time",))
    edith = visit_as(Cast.EDITOR)
    edith.post("/editing/topics/time/merge", {"into": "Time"}, form_on="/editing/topics")
    assert "<h1>Time</h1>" in visitor.get("/topics/time").text
    edith.post("/editing/topics/time/merge", {"into": "Clocks"}, form_on="/editing/topics")
    assert "<h1>Clocks</h1>" in visitor.get("/topics/clocks").text
    assert [one.name for one in db.scalars(select(Expert)).one().topics] == ["Clocks"]


def test_only_editors_change_the_vocabulary(visit_as, show):
    show(Cast.ENGINEER, topics=("Time",))
    carl = visit_as(Cast.COLLEAGUE)
    token = carl.form_token("/me/profile")
    data = {"form_token": token, "into": "Meters"}
    assert carl.client.post("/editing/topics/time/merge", data=data).status_code == 404


def test_words_of_those_who_are_not_shown_are_offered_to_nobody(visit_as, show):
    show(Cast.ENGINEER, topics=("Time",))
    show(Cast.EDITOR, topics=("Falconry",), shown=False)
    carl = visit_as(Cast.COLLEAGUE)
    offered = re.findall(r'<option value="([^"]+)">', carl.get("/me/profile").text)
    assert "Time" in offered
    assert "Falconry" not in offered


@pytest.mark.parametrize("address", ["/topics/time", "/experts?topic=time", "/editing/topics"])
def test_as_many_queries_whatever_there_is(visit_as, show, wrote, queries, address):
    show(Cast.ENGINEER, topics=("Time",))
    edith = visit_as(Cast.EDITOR)
    edith.get(address)
    with queries() as few:
        edith.get(address)
    for number, email in enumerate((Cast.COLLEAGUE, Cast.EDITOR, Cast.RECRUITER, Cast.ADMIN)):
        show(email, topics=("Time", f"Topic {number}"))
        wrote(email, f"Story {number}")
    with queries() as many:
        edith.get(address)
    assert len(many) <= len(few) + 1
