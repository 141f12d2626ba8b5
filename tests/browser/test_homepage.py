"""The homepage and what feeds brought, in a real browser with every outside network closed."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.people import person_by_email
from careers.base.pictures import in_sizes
from careers.base.storage import Folder
from careers.home.models import Exposure, Featured, PostDay
from experts.editing import Profile, write_profile
from feeds import keeping, parsing
from feeds.models import Entry, EntryPicture, EntryText, Feed
from tests.browser.somebody import Somebody
from tests.cast import Cast
from tests.feeds.corpus import CASES, SCRIPTS
from tests.showing import opt_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
PEOPLE = (Cast.ENGINEER, Cast.EDITOR, Cast.COLLEAGUE, Cast.RECRUITER, Cast.ADMIN)
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}


def _feed(db: Session, email: str) -> Feed:
    person = person_by_email(db, email)
    write_profile(db, person, Profile(headline="Keeps clocks honest."))
    opt_in(db, person)
    feed = Feed(
        person_id=person.id, url=f"https://x.example/{email}", source="x.example", language="en",
        is_theirs=True, proof="editor", title=SCRIPTS[0], state="paused",
    )  # fmt: skip
    db.add(feed)
    db.flush()
    return feed


def _entry(feed: Feed, number: int, title: str, excerpt: str, tags: list[str]) -> Entry:
    return Entry(
        feed_id=feed.id, key=f"{feed.id} {number}", url=f"https://x.example/{feed.id}/{number}",
        title=title[:300], has_title=number % 2 == 0, excerpt=excerpt, tags=tags, state="visible",
        published_at=clock.now(), content_hash="",
    )  # fmt: skip


@pytest.fixture
def hostile(database_url):
    """Five people whose feeds bring script in every field: as it is kept once it was read, and, as
    if nothing had been taken out of it, as it was sent."""
    read = [
        entry
        for case in CASES
        if case.name.startswith("script")
        for entry in parsing.parse(case.body, "https://x.example/feed", "", clock.now()).entries
    ]
    assert len(read) > 100
    engine = create_engine(database_url)
    with Session(engine) as db:
        for email in PEOPLE:
            feed = _feed(db, email)
            found = [(one.title, one.excerpt, list(one.tags)) for one in read]
            found += [(said, said, [said]) for said in SCRIPTS]
            for number, said in enumerate(found if email == Cast.ENGINEER else found[-8:]):
                db.add(_entry(feed, number, *said))
        code = db.scalars(select(Feed.code).order_by(Feed.id)).first()
        db.commit()
    engine.dispose()
    return code


def closed(somebody: Somebody) -> Somebody:
    """Nothing but the site itself answers."""
    somebody.context.route(
        lambda url: not url.startswith(somebody.base), lambda route: route.abort()
    )
    somebody.page.on("dialog", lambda dialog: somebody.wrong.append(dialog.message))
    return somebody


def test_nothing_that_a_feed_brings_runs(hostile, site, browser):
    visitor = closed(Somebody(browser, site))
    for path in (
        "/",
        "/fr/",
        *(f"/experts/ada-engel?page={n}" for n in range(1, 9)),
        "/experts/ada-engel?kind=entry",
        "/search?q=window",
    ):
        visitor.page.goto(path)
        assert visitor.page.evaluate("typeof window.__ran") == "undefined", path
    assert visitor.page.goto("/experts/ada-engel").status == 200
    assert "window.__ran" in visitor.page.content(), "what is tried is on the page, as words"
    assert (visitor.wrong, visitor.foreign) == ([], [])
    for email, paths in (
        (
            Cast.ENGINEER,
            ("/me/feeds", f"/me/feeds/{hostile}", f"/me/feeds/{hostile}?page=3", "/me/posts"),
        ),
        (Cast.EDITOR, ("/editing/entries", "/editing/feeds", "/editing/homepage")),
    ):
        inside = closed(Somebody(browser, site))
        inside.sign_in(email)
        for path in paths:
            assert inside.page.goto(path).status == 200
            assert inside.page.evaluate("typeof window.__ran") == "undefined", path
        assert (inside.wrong, inside.foreign) == ([], [])
        inside.context.close()
    visitor.context.close()


@pytest.fixture
def people(database_url):
    """Five people, each with something to say."""
    engine = create_engine(database_url)
    with Session(engine) as db:
        for email in PEOPLE:
            feed = _feed(db, email)
            for number in range(3):
                db.add(_entry(feed, number, f"{email} says {number}", "In so many words.", []))
        db.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def pictured(database_url, tmp_path):
    """The same, each with a picture that lies elsewhere and that we keep."""
    folder = tmp_path / "data" / "entries"
    folder.mkdir(parents=True)
    made = in_sizes(photograph(), 100, (480, 960))
    keys = {name: Folder(folder).keep(content) for name, content in made.files.items()}
    engine = create_engine(database_url)
    with Session(engine) as db:
        for number, email in enumerate(PEOPLE):
            entry = _entry(_feed(db, email), number, f"{email} says", "In so many words.", [])
            entry.picture_url, entry.picture_alt = "https://x.example/p.jpg", "A clock on a wall"
            db.add(entry)
            db.flush()
            db.add(
                EntryPicture(
                    entry_id=entry.id, url=entry.picture_url, state="kept", code="c" * 32,
                    width=made.width, height=made.height, keys=keys,
                )
            )  # fmt: skip
        db.add(Featured(post=entry.code))
        db.commit()
    engine.dispose()


def photograph() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1200, 800)).save(out, "JPEG")
    return out.getvalue()


SHOWN = """images => images.map(one => [
  one.complete && one.naturalWidth > 0, one.alt, Math.round(one.clientWidth / one.clientHeight)])"""


@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_others_sites_come_from_ours(pictured, site, browser, size):
    visitor = closed(Somebody(browser, site, viewport=SIZES[size]))
    page = visitor.page
    for path, count in (("/", 1), ("/fr/experts/ada-engel", 1)):
        page.goto(path)
        images = page.locator("img[src^='/entries/pictures/']")
        expect(images).to_have_count(count)
        images.first.scroll_into_view_if_needed()
        page.wait_for_function("one => one.complete", arg=images.first.element_handle())
        assert images.evaluate_all(SHOWN) == [[True, "A clock on a wall", 2]] * count
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    assert (visitor.wrong, visitor.foreign) == ([], [])
    visitor.context.close()


LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def whole_texts(database_url):
    """An entry for each script of the corpus that is read here from beginning to end; the last has
    words, tables and lines of code that fit on no screen. Their codes."""
    wide = (
        "".join(f"<h1>{LONG_WORD} {number}</h1><p>{LONG_WORD * 3}</p>" for number in range(4))
        + f"<table><tr>{'<td>123456789</td>' * 30}</tr></table><pre>{'x = 1; ' * 90}</pre>"
        f"<ul><li><blockquote>{LONG_WORD}</blockquote></li></ul><img src='a.png' alt='{LONG_WORD}'>"
    )
    engine = create_engine(database_url)
    with Session(engine) as db:
        feed = _feed(db, Cast.ENGINEER)
        found = []
        for number, said in enumerate([*SCRIPTS, wide]):
            entry = _entry(feed, number, LONG_WORD, "In so many words.", [])
            entry.minutes = 1
            db.add(entry)
            db.flush()
            text = f"{said}<p>Words.</p>{said}" + "<h2>Part</h2>" * 3
            whole = {"url": entry.url, "excerpt": "", "whole": keeping.Whole(text)}
            html = keeping.whole_text(whole)
            db.add(EntryText(entry_id=entry.id, html=html, html_hash=""))
            found.append(entry.code)
        db.commit()
    engine.dispose()
    return found


@pytest.mark.parametrize("size", SIZES)
def test_whole_texts_run_nothing_and_fit(whole_texts, site, browser, size):
    visitor = closed(Somebody(browser, site, viewport=SIZES[size]))
    page = visitor.page
    for code in whole_texts if size == "phone" else whole_texts[-1:]:
        assert page.goto(f"/entries/{code}").status == 200
        assert page.evaluate("typeof window.__ran") == "undefined", code
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], code
    assert (visitor.wrong, visitor.foreign) == ([], [])
    visitor.context.close()


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("size", SIZES)
def test_it_is_whole_on_a_phone_and_on_a_desk_in_both_languages(
    people, site, browser, size, prefix
):
    visitor = closed(Somebody(browser, site, viewport=SIZES[size]))
    page = visitor.page
    page.goto(f"{prefix}/")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("a[data-post]").count() == 5
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    assert page.locator("html").get_attribute("lang") == ("fr" if prefix else "en")
    assert page.context.cookies() == []
    page.locator(".ways input[type=search]").fill("data")
    page.locator(".ways form button").click()
    expect(page.locator(".job-title")).to_have_count(1)
    assert (visitor.wrong, visitor.foreign) == ([], [])
    visitor.context.close()


def test_who_is_seen_and_what_is_opened_is_counted(people, site, browser):
    visitor = closed(Somebody(browser, site))
    page = visitor.page
    page.goto("/")
    assert visitor.foreign == []
    code = page.locator("a[data-post]").first.get_attribute("data-post")
    for _ in range(2):
        with page.expect_request(f"**/posts/{code}/opened"):
            page.locator("a[data-post]").first.click()
        page.goto("/")
    wanted = [(1, 1)], [3] * 5
    found, end = None, time.monotonic() + 60
    while time.monotonic() < end and found != wanted:
        time.sleep(0.5)
        with Session(people) as db:
            opened = select(PostDay.people, PostDay.again).where(PostDay.post == code)
            rows = [tuple(row) for row in db.execute(opened)]
            found = rows, list(db.scalars(select(Exposure.times)))
    assert found == wanted
    visitor.context.close()
