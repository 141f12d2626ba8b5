"""What a reader gets: parts to go to, code told apart, what to read on, feeds, a translation."""

from __future__ import annotations

import json
import re

import feedparser
import pytest
from sqlalchemy import event, select

from careers.base import prose
from careers.base.people import leave, person_by_email
from careers.base.topics import merge_topics, topics_named
from careers.blog import publishing, queries
from careers.blog.models import Article
from careers.blog.publishing import Text
from careers.blog.reading import contents_of
from tests.cast import Cast

CODE = "```python\ndef drift(clock):  # slowly\n    return 'late'\n```"
LONG = "\n\n".join(f"## Part *{number}*\n\nWords." for number in range(3))


@pytest.fixture
def published(app, database):
    """`published(title, body)` is the slug of an article that everybody can read."""

    def make(title: str, body: str = "Words.", author: str = Cast.ENGINEER, **facts) -> str:
        text = Text(title, "Why.", body, **{"language": "en"} | facts)
        with app.app_context(), database.writing() as db:
            writer, editor = person_by_email(db, author), person_by_email(db, Cast.EDITOR)
            made = publishing.start_article(db, writer, text)
            publishing.submit(db, writer, made)
            publishing.publish(db, editor, made, made.version)
            slug, code = made.slug, made.code
            db.commit()
        make.codes[slug] = code
        return slug

    make.codes = {}
    return make


def test_a_long_article_has_a_list_of_its_parts_and_a_short_one_has_none(visitor, published):
    page = visitor.get(f"/blog/{published('Long', LONG)}").text
    assert [int(one) for one in re.findall(r'<a href="#part-(\d)">Part \d</a>', page)] == [1, 2, 3]
    assert '<h2 id="part-2">Part <em>1</em></h2>' in page
    assert "part-1" not in visitor.get(f"/blog/{published('Short')}").text
    assert contents_of("<h2>a</h2><h2>b</h2>").parts == ()
    empty = contents_of("<h2>a</h2><h2> <a> </a></h2><h2>b</h2><h2>c</h2>")
    assert [heading for _address, heading in empty.parts] == ["a", "b", "c"]


def test_words_of_source_code_are_told_apart_at_the_site(visitor, published):
    page = visitor.get(f"/blog/{published('Code', CODE)}").text
    assert '<span class="hl-k">def</span>' in page
    assert '<span class="hl-c"># slowly</span>' in page


@pytest.mark.parametrize(
    "fence",
    ["```html\n<script>alert(1)</script>\n```", "```nothing\n<b onclick=x>\n```",
     '```"><img/src=x\nx\n```', "```python\n\x22<svg>\n```"],
)  # fmt: skip
def test_source_code_is_never_run(fence):
    html = prose.markdown_to_html(fence, lambda code, alt: "")
    assert set(re.findall(r"<(\w+)", html)) <= {"pre", "code", "span"}
    assert set(re.findall(r' (\w+)="', html)) <= {"class", "tabindex"}
    assert set(re.findall(r'tabindex="([^"]*)"', html)) <= {"0"}


def test_topics_join_the_vocabulary_on_the_day_of_publishing_and_lead_to_what_is_like_it(
    visitor, published, db
):
    clocks = published("Clocks lie", topics=("Clocks", "Time"))
    other = published("Clocks again", author=Cast.COLLEAGUE, topics=("clocks",))
    published("Money", author=Cast.COLLEAGUE, topics=("Money",))
    page = visitor.get(f"/blog/{clocks}").text
    assert f'href="/blog/{other}"' in page
    assert 'href="/blog/money"' not in page
    assert "?topic=time" in page
    listed = visitor.get("/blog?topic=clocks").text
    assert "Clocks again" in listed
    assert ">Money</a></h3>" not in listed
    editor = person_by_email(db, Cast.EDITOR)
    old, kept = topics_named(db, ["Money"])[0], topics_named(db, ["Clocks"])[0]
    merge_topics(db, editor, old, kept)
    db.commit()
    assert 'href="/blog/money"' in visitor.get(f"/blog/{clocks}").text


def test_an_article_leads_to_itself_in_the_other_language_both_ways(visitor, published):
    english = published("Clocks lie")
    french = published("Les horloges mentent", language="fr", translation=published.codes[english])
    for page in (visitor.get(f"/blog/{english}").text, visitor.get(f"/fr/blog/{french}").text):
        for language, path in (("en", f"/blog/{english}"), ("fr", f"/fr/blog/{french}")):
            address = f"http://127.0.0.1:8000{path}"
            assert f'<link rel="alternate" hreflang="{language}" href="{address}">' in page
    assert "Lire en français" in visitor.get(f"/blog/{english}").text
    assert "Read it in English" in visitor.get(f"/fr/blog/{french}").text


def test_what_was_published_elsewhere_first_says_so_to_people_and_machines(visitor, published):
    first = "https://ada.example/clocks"
    page = visitor.get(f"/blog/{published('Clocks lie', canonical=first)}").text
    assert f'<link rel="canonical" href="{first}">' in page
    assert "published first at ada.example" in page
    assert json.loads(re.search(r"ld\+json[^>]*>(.*?)</script>", page, re.S)[1])[
        "mainEntityOfPage"
    ] == first  # fmt: skip


def test_the_feeds_have_the_whole_text(visitor, published):
    published("Clocks & <lies>", CODE, topics=("Clocks",))
    atom = visitor.get("/blog/feed.atom")
    assert atom.content_type.startswith("application/atom+xml")
    read = feedparser.parse(atom.data)
    assert not read.bozo
    entry = read.entries[0]
    assert (entry.title, entry.tags[0].label) == ("Clocks & <lies>", "Clocks")
    assert "slowly" in entry.content[0].value
    assert entry.link == "http://127.0.0.1:8000/blog/clocks-lies"
    item = visitor.get("/fr/blog/feed.json").json["items"][0]
    assert (item["title"], item["tags"]) == ("Clocks & <lies>", ["Clocks"])
    assert "slowly" in item["content_html"]
    assert 'href="/blog/feed.atom"' in visitor.get("/blog").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"topics": ",".join(map(str, range(13)))}, "at most 12 topics"),
        ({"topics": "x" * 61}, "at most 60 characters"),
        ({"canonical": "javascript:alert(1)"}, "address"),
    ],
)
def test_what_does_not_hold_of_an_article_is_said(visit_as, db, fields, said):
    sent = {"title": "T", "summary": "", "language": "en", "body": "B"} | fields
    answer = visit_as(Cast.ENGINEER).post("/me/articles/new", sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert db.scalars(select(Article)).all() == []


def test_no_page_asks_more_of_the_database_for_more_articles(visitor, published, database):
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    def count(address):
        sent.clear()
        assert visitor.get(address).status_code == 200
        return len(sent)

    slug = published("First", LONG, topics=("Clocks", "Time"))
    published("Second", topics=("Clocks",))
    pages = ("/blog", "/blog?topic=clocks", f"/blog/{slug}", "/blog/feed.atom", "/blog/feed.json")
    for page in pages:
        visitor.get(page)
    event.listen(database.engine, "before_cursor_execute", note)
    few = [count(page) for page in pages]
    for number in range(5):
        published(f"More {number}", topics=("Clocks", "Time"), author=Cast.COLLEAGUE)
    assert [count(page) for page in pages] == few
    event.remove(database.engine, "before_cursor_execute", note)


def test_an_author_s_facts_are_kept_as_they_were_typed(visit_as, db):
    ada = visit_as(Cast.ENGINEER)
    fields = {
        "title": "T",
        "summary": "",
        "language": "en",
        "body": "B",
        "topics": "Clocks,  Time,",
    }
    fields["canonical"] = "https://ada.example/clocks"
    page = ada.post("/me/articles/new", fields).headers["Location"]
    assert 'value="Clocks, Time"' in ada.get(page).text
    assert 'value="https://ada.example/clocks"' in ada.get(page).text
    assert queries.topics_written_about(db) == []


def test_whoever_left_without_their_name_is_named_by_no_feed_and_no_list(
    app, database, visitor, published
):
    clocks = published("Clocks lie", topics=("Clocks",))
    published("Clocks again", topics=("Clocks",), author=Cast.COLLEAGUE)
    published("Bread")
    with database.writing() as db:
        person_by_email(db, Cast.ENGINEER).articles_after = "anonymous"
        leave(db, person_by_email(db, Cast.ENGINEER))
        db.commit()
    pages = ("/blog", f"/blog/{clocks}", "/blog/clocks-again", "/blog/feed.atom", "/blog/feed.json")
    for page in pages:
        read = visitor.get(page)
        assert read.status_code == 200
        assert "Ada" not in read.text, page
    assert "Clocks lie" in visitor.get("/blog/clocks-again").text
    assert 'href="/blog/bread"' not in visitor.get(f"/blog/{clocks}").text
