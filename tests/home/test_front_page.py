"""The homepage is made once, exact under every change, and tells everybody what became of it."""

from __future__ import annotations

import errno
import os
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import event, select, update

from careers.base import clock
from careers.base.company import Company
from careers.base.people import Person, leave, person_by_email
from careers.blog.models import Article
from careers.home.changes import WATCHED, version
from careers.home.commands import homepage
from careers.home.models import Exposure, Featured, PostDay, PostVisitor
from careers.home.seeing import forget
from careers.jobs.models import Job
from experts import showing
from feeds.models import Entry, Feed
from feeds.subscribing import hide_entry, refuse, withdraw_entry
from referrals.ingesting import ingest
from referrals.journal import Opened, decode, journals, rows_from
from tests.cast import Cast
from tests.serving import AGENT

PERSON = {"User-Agent": AGENT}
WORDS = "The meters dream of electricity"


@pytest.fixture
def shown(show, said):
    """Ada, with one entry on the homepage."""
    show(Cast.ENGINEER)
    said(Cast.ENGINEER, WORDS, days=28)


def front(visitor, path="/", **options):
    answer = visitor.get(path, headers=PERSON, **options)
    assert answer.status_code == 200
    return answer.text


def test_it_is_made_once_and_kept(visitor, shown, queries, still):
    assert WORDS in front(visitor)
    with queries() as sent:
        assert WORDS in front(visitor)
    assert len([one for one in sent if one.startswith("SELECT")]) <= 1
    with queries() as sent:
        front(visitor, "/?x=1")
    assert len([one for one in sent if one.startswith("SELECT")]) > 5


def test_who_has_it_is_told_that_it_is_the_same(visitor, shown, db):
    first = visitor.get("/", headers=PERSON)
    known = {**PERSON, "If-None-Match": first.headers["ETag"]}
    again = visitor.get("/", headers=known)
    assert (again.status_code, again.data) == (304, b"")
    db.execute(update(Company).values(name="Other"))
    db.add(Company(name="Another name"))
    db.commit()
    changed = visitor.get("/", headers=known)
    assert changed.status_code == 200
    assert "Another name" in changed.text
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_no_nonce_is_ever_kept(visitor, shown):
    one, two = visitor.get("/", headers=PERSON), visitor.get("/", headers=PERSON)
    assert one.data == two.data
    assert not re.search(r'nonce="[^"]', one.text)
    policy = one.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert one.headers["Cache-Control"] == "no-cache"


def test_what_is_kept_says_of_nobody_how_they_came(app, visitor, shown, link):
    """Browsers name the page that leads here, and with it the share link of the visit."""
    landing = visitor.get(f"/r/{link.code}", headers=PERSON).location
    came = {**PERSON, "Referer": f"http://localhost{landing}"}
    assert f"via={link.code}" in visitor.get("/", headers=came).text
    assert "via=" not in front(visitor)
    assert f"via={link.code}" in visitor.get("/", headers=came).text


def test_each_language_has_its_own(visitor, shown):
    assert 'lang="fr"' in front(visitor, "/fr/")
    assert 'lang="en"' in front(visitor)
    assert 'lang="fr"' in front(visitor, "/fr/")


ACTS = {
    "its owner hides it": lambda db, ada, edith: hide_entry(db, ada, _entry(db)),
    "an editor withdraws it": lambda db, ada, edith: withdraw_entry(db, edith, _entry(db), "Why"),
    "an editor refuses the feed": lambda db, ada, edith: refuse(db, edith, _entry(db).feed, "Why"),
    "the page is taken down": lambda db, ada, edith: showing.opt_out(db, ada),
    "she takes no part any more": lambda db, ada, edith: showing.leave(db, ada),
    "she leaves the company": lambda db, ada, edith: leave(db, ada),
    "the entry is deleted": lambda db, ada, edith: db.delete(_entry(db)),
    "the feed is deleted": lambda db, ada, edith: _deleted(db),
    "it is said otherwise": lambda db, ada, edith: setattr(_entry(db), "excerpt", "Other"),
}


def _entry(db) -> Entry:
    return db.scalars(select(Entry)).one()


def _deleted(db) -> None:
    from feeds.subscribing import unsubscribe

    unsubscribe(db, person_by_email(db, Cast.ENGINEER), _entry(db).feed)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_what_is_gone_is_gone_from_the_next_request_on(visitor, shown, database, act):
    assert f">{WORDS}<" in front(visitor)
    assert f">{WORDS}<" in front(visitor)
    with database.writing() as db:
        act(db, person_by_email(db, Cast.ENGINEER), person_by_email(db, Cast.EDITOR))
        db.commit()
    assert f">{WORDS}<" not in front(visitor)


def test_what_is_undone_changes_nothing(visitor, shown, database):
    front(visitor)
    with database.writing() as db:
        hide_entry(db, person_by_email(db, Cast.ENGINEER), _entry(db))
        db.rollback()
    assert WORDS in front(visitor)


def test_every_table_that_it_reads_is_watched(visitor, shown, wrote, database, db):
    wrote(Cast.ENGINEER, "An article", days=27)
    db.add(
        Job(
            slug="x", source="lever", board="acme", source_id="1", title="Job", opened_at=clock.now(),
            description_html="", content_hash="0" * 64, contact=person_by_email(db, Cast.ENGINEER),
        )
    )  # fmt: skip
    db.commit()
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    front(visitor)
    event.remove(database.engine, "before_cursor_execute", note)
    read = set(re.findall(r"(?:FROM|JOIN) (\w+)", " ".join(sent)))
    assert {"entry", "article", "job", "expert"} <= read
    apart = {"feed", "home_version", "anon_1", "anon_2", "anon_3"}  # feed: see `changes`
    assert read - apart - WATCHED - {"person_role", "network", "consent"} == set()


def test_reading_a_feed_makes_nothing_anew(shown, database, db):
    before = version(db)
    db.rollback()
    with database.writing() as writing:
        writing.execute(update(Feed).values(due_at=clock.now()))
        writing.commit()
    assert version(db) == before
    db.rollback()
    with database.writing() as writing:
        writing.execute(update(Person).values(team="Other"))
        writing.commit()
    assert version(db) == before + 1


def test_another_slot_is_somebody_else_s_turn(app, visitor, show, said):
    emails = [Cast.ENGINEER, Cast.EDITOR, Cast.COLLEAGUE, Cast.RECRUITER, Cast.ADMIN]
    for email in emails:
        show(email)
        for number in range(4):
            said(email, f"{email} says {number}", days=28)
    now, pages = clock.now(), set()
    for slot in range(8):
        with clock.set_to(now + slot * timedelta(minutes=15)):
            page = front(visitor)
            assert page == front(visitor)
            quoted = re.findall(r"(\w+@acme.example) says (\d)", page)
            assert len({email for email, _ in quoted}) == 5
            pages.add(tuple(sorted(set(quoted))))
    assert len(pages) > 3


def test_nobody_stands_there_twice(visitor, show, said):
    show(Cast.ENGINEER)
    for number in range(9):
        said(Cast.ENGINEER, f"Words number {number}", days=28)
    assert len(set(re.findall(r"Words number \d", front(visitor)))) == 1


def test_what_is_too_old_is_not_drawn(visitor, show, said):
    show(Cast.ENGINEER)
    said(Cast.ENGINEER, WORDS, days=-400)
    assert WORDS not in front(visitor)


# -- exposure and openings -------------------------------------------------------------------------


def seen(app):
    app.extensions["seen"].write()


def test_who_is_seen_is_counted_by_day_and_told_to_nobody_else(app, visitor, visit_as, shown, db):
    for _ in range(3):
        front(visitor)
    front(visitor, "/fr/")
    for agent in (
        "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "Slackbot-LinkExpanding 1.0",
        "",
    ):
        visitor.get("/", headers={"User-Agent": agent})
    visitor.get("/", headers={**PERSON, "Sec-Purpose": "prefetch"})
    visitor.client.head("/", headers=PERSON)
    seen(app)
    front(visitor)
    seen(app)
    seen(app)
    assert db.scalars(select(Exposure.times)).all() == [5]
    mine = visit_as(Cast.ENGINEER).get("/me/posts").text
    assert re.search(r"<dd>5</dd>", mine)
    assert "<dd>5</dd>" not in visit_as(Cast.COLLEAGUE).get("/me/posts").text
    assert re.search(r"<dd>5</dd>", visit_as(Cast.EDITOR).get("/editing/homepage").text)


@pytest.fixture
def opened(visitor, app, database):
    """`opened(code)` is the status for who opens that post; `opened.count()` stores what is so."""

    def send(code, agent=AGENT, **headers):
        headers = {"User-Agent": agent, **headers}
        return visitor.client.post(f"/posts/{code}/opened", headers=headers).status_code

    send.journals = app.extensions["settings"].folder("journal")
    send.count = lambda: ingest(database, send.journals)
    return send


def test_a_post_that_is_opened_is_counted_once_for_each_person_and_day(
    visitor, visit_as, shown, db, opened
):
    code = re.search(r'data-post="(\w+)"', front(visitor))[1]
    for _ in range(3):
        assert opened(code) == 204
    assert opened(code, AGENT.replace("144", "143")) == 204
    assert opened(code, "curl/8.1") == 204
    assert opened(code, "LinkedInBot/1.0") == 204
    assert opened(code, **{"Sec-Purpose": "prefetch"}) == 204
    assert opened(code, **{"Sec-Fetch-Site": "cross-site"}) == 404
    opened.count()
    assert opened(code) == 204
    opened.count()
    opened.count()
    kinds = PostDay.people, PostDay.again, PostDay.bot, PostDay.preview, PostDay.prefetch
    assert tuple(db.execute(select(*kinds)).one()) == (2, 3, 1, 1, 1)
    mine = visit_as(Cast.ENGINEER).get("/me/posts").text
    assert WORDS in mine
    with clock.set_to(clock.now() + timedelta(days=2)):
        forget(db)
        db.commit()
    assert db.scalars(select(PostVisitor)).all() == []
    assert db.scalar(select(PostDay.people)) == 2


def test_an_opening_is_on_disk_before_it_is_answered_and_asks_no_database(
    visitor, shown, opened, queries
):
    code = re.search(r'data-post="(\w+)"', front(visitor))[1]
    with queries() as sent:
        assert opened(code) == 204
    assert sent == []
    (journal,) = journals(opened.journals)
    ((_, raw),) = rows_from(journal, 0, 10)  # as a process finds it after this one was killed
    found = decode(raw)
    assert isinstance(found, Opened)
    assert (found.post, found.kind) == (code, "human")


def test_a_disk_that_refuses_is_not_answered_as_if_it_had_taken_it(
    visitor, shown, opened, monkeypatch, db
):
    code = re.search(r'data-post="(\w+)"', front(visitor))[1]

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        assert opened(code) == 503
    assert opened(code) == 204
    opened.count()
    assert db.scalar(select(PostDay.people + PostDay.again)) == 1


@pytest.mark.parametrize("days", [0, 3], ids=["on the same day", "when nobody is known any more"])
def test_a_journal_that_a_backup_brings_back_counts_nothing_again(
    app, visitor, shown, db, opened, days
):
    code = re.search(r'data-post="(\w+)"', front(visitor))[1]
    for agent in (AGENT, AGENT, AGENT.replace("144", "143"), "curl/8.1"):
        opened(code, agent)
    app.extensions["following"].journal.close()
    (journal,) = journals(opened.journals)
    backup = journal.read_bytes()
    opened.count()
    assert journals(opened.journals) == []
    sums = select(PostDay.people, PostDay.again, PostDay.bot)
    assert db.execute(sums).all() == [(2, 1, 1)]
    db.rollback()
    with clock.set_to(clock.now() + timedelta(days=days)):
        forget(db)
        db.commit()
        journal.write_bytes(backup)
        opened.count()
    assert journals(opened.journals) == []
    assert db.execute(sums).all() == [(2, 1, 1)]


def test_what_nobody_may_see_is_not_counted(visitor, shown, database, db, opened):
    code = re.search(r'data-post="(\w+)"', front(visitor))[1]
    with database.writing() as writing:
        showing.opt_out(writing, person_by_email(writing, Cast.ENGINEER))
        writing.commit()
    assert [opened(one) for one in (code, "nothing")] == [204, 204], "it tells nobody what there is"
    assert opened("not-a-code") == 404
    opened.count()
    assert db.scalars(select(PostDay)).all() == []


def test_what_cannot_be_written_is_written_later(app, visitor, shown, db, monkeypatch):
    front(visitor)
    database = app.extensions["seen"]._database
    monkeypatch.setattr(app.extensions["seen"], "_database", None)
    seen(app)
    monkeypatch.setattr(app.extensions["seen"], "_database", database)
    seen(app)
    assert db.scalars(select(Exposure.times)).all() == [1]


# -- featuring -------------------------------------------------------------------------------------


def test_editors_feature_a_few_posts_which_count_for_nobody(
    app,
    visitor,
    visit_as,
    show,
    said,
    db,
):
    emails = [Cast.ENGINEER, Cast.EDITOR, Cast.COLLEAGUE, Cast.RECRUITER]
    for email in emails:
        show(email)
        said(email, f"Said by {email}", days=28)
    edith = visit_as(Cast.EDITOR)
    codes = db.scalars(select(Entry.code).order_by(Entry.id)).all()
    db.rollback()
    here = "/editing/homepage"
    assert "Chosen by our editors" not in front(visitor)
    for code in codes:
        edith.post(f"{here}/{code}/feature", form_on=here)
    assert db.scalars(select(Featured.post).order_by(Featured.since)).all() == list(codes[:3])
    db.rollback()
    page = front(visitor)
    assert "Chosen by our editors" in page
    for email in emails:
        assert page.count(f">Said by {email}<") == 1, "nobody stands there twice"
    edith.post(f"{here}/{codes[0]}/no-longer", form_on=here)
    assert db.scalars(select(Featured.post)).all() != list(codes[:3])
    assert visit_as(Cast.COLLEAGUE).get(here).status_code == 404


def test_what_is_hidden_is_featured_no_more_and_makes_room(
    visitor,
    visit_as,
    show,
    said,
    database,
    db,
):
    for email in (Cast.ENGINEER, Cast.EDITOR, Cast.COLLEAGUE, Cast.RECRUITER):
        show(email)
        said(email, f"Said by {email}", days=28)
    edith, here = visit_as(Cast.EDITOR), "/editing/homepage"
    codes = db.scalars(select(Entry.code).order_by(Entry.id)).all()
    db.rollback()
    for code in codes[:3]:
        edith.post(f"{here}/{code}/feature", form_on=here)
    with database.writing() as writing:
        showing.opt_out(writing, person_by_email(writing, Cast.ENGINEER))
        writing.commit()
    assert f"Said by {Cast.ENGINEER}" not in front(visitor)
    edith.post(f"{here}/{codes[3]}/feature", form_on=here)
    assert set(db.scalars(select(Featured.post))) == set(codes[1:])


def test_an_article_can_be_featured_too(visitor, visit_as, show, wrote, db):
    show(Cast.ENGINEER)
    wrote(Cast.ENGINEER, "An article", days=28)
    code = db.scalars(select(Article.code)).one()
    here = "/editing/homepage"
    visit_as(Cast.EDITOR).post(f"{here}/{code}/feature", form_on=here)
    assert "Chosen by our editors" in front(visitor)


def test_the_command_repeats_the_draws(app, shown):
    told = CliRunner().invoke(homepage, ["draws", "--slots", "10"], obj=lambda: app).output
    assert "10 slots of 15 minutes" in told
    assert "1 people, equal would be 10.0" in told
    assert "10 +0.0%" in told
