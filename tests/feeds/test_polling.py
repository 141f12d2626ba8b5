"""Whose turn it is, what came, and when to come back."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from careers.base import clock, fetching
from careers.base.database import Database
from careers.base.fetching import Fetched
from careers.base.people import leave, person_by_email
from feeds import parsing, polling
from feeds.claiming import claim_due, claim_feed
from feeds.models import Entry, Feed, host_of
from feeds.polling import Poller, poll_due
from feeds.storing import Read, store, store_unchanged
from feeds.subscribing import subscribe, withdraw_entry
from feeds.waiting import retry_after, usual_minutes, wait_after_failure, wait_after_success
from tests.cast import Cast
from tests.feeds.conftest import Answer

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def feed_at(database):
    """`feed_at(url)` subscribes the engineer; the row number."""

    def at(url: str, shows="everything") -> int:
        with database.writing() as db:
            feed = subscribe(db, person_by_email(db, Cast.ENGINEER), url, shows)
            db.flush()
            number = feed.id
            db.commit()
        return number

    return at


@pytest.fixture
def look(database):
    """The feed as it stands, and its entries, oldest first."""

    def at(number: int) -> tuple[Feed, list[Entry]]:
        with database.reading() as db:
            feed = db.get_one(Feed, number)
            entries = db.scalars(
                select(Entry).where(Entry.feed_id == number).order_by(Entry.published_at, Entry.id)
            ).all()
            return feed, list(entries)

    return at


def rss(title="T", text="Words", date="Tue, 03 Nov 2026 10:00:00 GMT") -> bytes:
    return (
        f'<rss version="2.0"><channel><title>Blog</title><item><guid>1</guid><title>{title}</title>'
        f"<link>https://ada.example/1</link><pubDate>{date}</pubDate>"
        f"<description>{text}</description></item></channel></rss>"
    ).encode()


def test_what_came_is_kept_and_shown(database, site, fetch, feed_at, look):
    number = feed_at(site.shows("/feed", "blog.rss.xml", ETag='"a"', Last_Modified="then"))
    with clock.set_to(clock.now()):
        assert poll_due(database, fetch) == 1
        now = clock.now()
    feed, entries = look(number)
    assert [entry.title for entry in entries] == ["Relative", "Why clocks lie"]
    assert {entry.state for entry in entries} == {"visible"}
    assert (feed.title, feed.language, feed.etag) == ("Ada writes", "en-gb", '"a"')
    assert feed.fetched_at == now
    assert feed.due_at - now == pytest.approx(timedelta(minutes=feed.minutes), rel=0.101)
    assert feed.leased_until is None
    assert poll_due(database, fetch) == 0


def test_one_by_one_nothing_is_shown(database, site, fetch, feed_at, look):
    number = feed_at(site.shows("/feed", "blog.rss.xml"), "one by one")
    poll_due(database, fetch)
    assert {entry.state for entry in look(number)[1]} == {"hidden"}


def again(database, fetch, hours=25):
    with clock.set_to(clock.now() + timedelta(hours=hours)):
        return poll_due(database, fetch)


def test_what_has_not_changed_is_not_read_again(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", rss(), ETag='"a"'))
    poll_due(database, fetch)
    site.says("/feed", b"this is not a feed", status=304)
    assert again(database, fetch) == 1
    assert site.asked[1][1]["if-none-match"] == '"a"'
    feed, entries = look(number)
    assert (feed.failures, feed.last_error, len(entries)) == (0, None, 1)


def test_an_edited_item_is_edited_here_and_keeps_its_state(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", rss("Old", date="")))
    poll_due(database, fetch)
    before = look(number)[1][0]
    with database.writing() as db:
        withdraw_entry(db, person_by_email(db, Cast.EDITOR), db.get_one(Entry, before.id), "Why")
        db.commit()
    site.says("/feed", rss("New", date="Thu, 01 Jan 2099 00:00:00 GMT"))
    again(database, fetch)
    (entry,) = look(number)[1]
    assert (entry.title, entry.state, entry.code) == ("New", "withdrawn", before.code)
    assert entry.published_at == before.published_at  # no date that can be: when it was first seen


def test_an_item_that_left_the_feed_stays(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", rss()))
    poll_due(database, fetch)
    site.says("/feed", b'<rss version="2.0"><channel><title>B</title></channel></rss>')
    again(database, fetch)
    assert len(look(number)[1]) == 1


def test_gone_is_never_asked_for_again(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", status=410))
    poll_due(database, fetch)
    feed, _entries = look(number)
    assert (feed.state, feed.last_error) == ("stopped", polling.GONE)
    assert again(database, fetch) == 0


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, polling.REFUSALS[401]), (403, polling.REFUSALS[403]), (404, polling.REFUSALS[404]),
        (418, polling.UNEXPECTED), (500, polling.SERVER_FAILED), (502, polling.SERVER_FAILED),
    ],
)  # fmt: skip
def test_a_refusal_is_told_to_the_owner_and_waits_longer(
    database, site, fetch, feed_at, look, status, reason
):
    number = feed_at(site.says("/feed", status=status))
    poll_due(database, fetch)
    feed, _entries = look(number)
    assert (feed.failures, feed.last_error) == (1, reason)
    wait = feed.due_at - clock.now()
    assert timedelta(minutes=45) < wait < timedelta(minutes=75)


def test_a_site_that_asks_for_patience_gets_it(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", status=429, Retry_After="7200"))
    poll_due(database, fetch)
    feed, _entries = look(number)
    assert feed.last_error == polling.REFUSALS[429]
    assert timedelta(minutes=119) < feed.due_at - clock.now() <= timedelta(hours=2)


def test_what_is_no_feed_is_told_to_the_owner(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", b"Hello"))
    poll_due(database, fetch)
    assert look(number)[0].last_error == "What lies at this address is not a feed."
    site.says("/feed", rss())
    again(database, fetch)
    feed, entries = look(number)
    assert (feed.failures, feed.last_error, len(entries)) == (0, None, 1)


def test_a_new_address_is_taken_over_when_named_three_times(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/old", status=301, Location="/new"))
    site.says("/new", rss())
    for times in (1, 2):
        again(database, fetch, hours=25 * times)
        feed, _entries = look(number)
        assert (feed.url, feed.moved_times) == (site.root + "/old", times)
    again(database, fetch, hours=75)
    feed, entries = look(number)
    assert (feed.url, feed.moved_to) == (site.root + "/new", None)
    assert len(entries) == 1


def test_two_pollers_never_read_the_same_feed(database, site, fetch, feed_at):
    number = feed_at(site.says("/feed", rss()))
    first = claim_feed(database, number)
    assert first is not None
    assert claim_feed(database, number) is None
    assert poll_due(database, fetch) == 0
    assert site.asked == []


def test_who_lost_the_lease_stores_nothing(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", rss("Late")))
    slow = claim_feed(database, number)
    late = polling.read_feed(slow, fetch, "")
    site.says("/feed", rss("In time"))
    with clock.set_to(clock.now() + timedelta(minutes=6)):
        assert poll_due(database, fetch) == 1
    with database.writing() as db:
        assert not store(db, slow, late)
        db.commit()
    assert [entry.title for entry in look(number)[1]] == ["In time"]


def test_one_bad_feed_never_stops_the_others(database, site, fetch, feed_at, look):
    def wild(url, **options):
        if url.endswith("/wild"):
            raise RuntimeError("nobody foresaw this")
        return fetch(url, **options)

    wild_one, bomb = (
        feed_at(site.root + "/wild"),
        feed_at(site.says("/bomb", b"<!DOCTYPE x><rss/>")),
    )
    good = feed_at(site.says("/good", rss()))
    assert poll_due(database, wild) == 3
    assert look(wild_one)[0].last_error == polling.BROKE
    assert look(bomb)[0].failures == 1
    assert len(look(good)[1]) == 1


def test_a_host_that_does_not_answer_is_asked_once(database, feed_at, look):
    asked = []

    def nobody(url, **_options):
        asked.append(url)
        raise fetching.Unreachable(fetching.NO_ANSWER)

    one, two = feed_at("https://down.example/1"), feed_at("https://down.example/2")
    other = feed_at("https://up.example/3")
    assert poll_due(database, nobody) == 2
    assert len(asked) == 2
    failures = sorted(look(number)[0].failures for number in (one, two))
    assert failures == [0, 1]
    assert look(other)[0].failures == 1
    assert poll_due(database, nobody) == 0


def test_nothing_is_read_for_who_has_left(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", rss()))
    with database.writing() as db:
        leave(db, person_by_email(db, Cast.ENGINEER))
        db.commit()
    assert poll_due(database, fetch) == 0
    assert look(number)[0].state == "stopped"


def test_a_feed_deleted_while_it_was_read_stays_deleted(database, feed_at, look):
    number = feed_at("https://ada.example/feed")

    def delete_meanwhile(url, **_options):
        with database.writing() as db:
            db.delete(db.get_one(Feed, number))
            db.commit()
        return Fetched(200, url, {}, rss())

    assert poll_due(database, delete_meanwhile) == 1
    with database.reading() as db:
        assert db.scalars(select(Entry)).all() == []


def test_the_number_of_queries_does_not_grow_with_the_entries(
    database, site, fetch, feed_at, queries
):
    def feed_of(count):
        items = "".join(
            f"<item><title>{n}</title><link>https://ada.example/{n}</link></item>"
            for n in range(count)
        )
        return f'<rss version="2.0"><channel><title>B</title>{items}</channel></rss>'.encode()

    feed_at(site.says("/few", feed_of(2)))
    with queries() as few:
        poll_due(database, fetch)
    feed_at(site.says("/many", feed_of(90)))
    with queries() as many:
        poll_due(database, fetch)
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)), ("0", timedelta(0)), ("999999999999", timedelta(days=1)),
        ("Fri, 20 Nov 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Fri, 20 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("Fri, 20 Nov 2099 11:00:00 GMT", timedelta(days=1)),
        ("", None), ("soon", None), ("-5", None), ("²", None),
    ],
)  # fmt: skip
def test_what_retry_after_asks_for(header, wait):
    assert retry_after(header, NOON) == wait


def test_failures_wait_longer_up_to_a_day():
    hours = [wait_after_failure(n, jitter=lambda: 0.5) / timedelta(hours=1) for n in range(1, 9)]
    assert hours == [1, 2, 4, 8, 16, 24, 24, 24]
    assert wait_after_failure(1, jitter=lambda: 0.0) == timedelta(minutes=48)
    assert wait_after_failure(99, jitter=lambda: 1.0) == timedelta(days=1)


@pytest.mark.parametrize(
    ("header", "ttl", "minutes"),
    [
        ("", 0, 60), ("max-age=60", 0, 60), ("public, max-age=7200", 0, 120), ("max-age=x", 0, 60),
        ("max-age=9999999999", 0, 1440), ("", 90, 90), ("max-age=7200", 90, 120),
        ("", 999_999, 1440),
    ],
)  # fmt: skip
def test_a_site_may_ask_to_be_read_less_often(header, ttl, minutes):
    wait = wait_after_success({"cache-control": header}, 60, ttl, jitter=lambda: 0.5)
    assert wait == timedelta(minutes=minutes)


def test_feeds_that_were_read_together_part_again():
    waits = {wait_after_success({}, 60, jitter=lambda chance=n: chance / 10) for n in range(11)}
    assert (min(waits), max(waits)) == (timedelta(minutes=54), timedelta(minutes=66))
    assert len(waits) == 11


@pytest.mark.parametrize(
    ("hours_ago", "minutes"),
    [
        ([], 60),  # nothing to judge by
        ([0.1, 0.2, 0.3], 30),  # never more often
        ([24, 48, 72, 96], 180),
        ([12, 24, 36], 90),
        ([24 * 30, 24 * 60], 720),  # never less often
        ([400, 400.1, 400.2], 30),  # one evening, long ago: the silence is only one gap of three
        ([-5, 8, 16], 60),  # what is said to come later does not count
    ],
)
def test_a_feed_is_read_as_often_as_something_comes(hours_ago, minutes):
    published = [NOON - timedelta(hours=ago) for ago in hours_ago]
    assert usual_minutes(published, NOON) == minutes


def test_the_same_bytes_again_are_not_parsed(database, site, fetch, feed_at, look, monkeypatch):
    number = feed_at(site.says("/feed", rss()))
    poll_due(database, fetch)
    minutes = look(number)[0].minutes
    monkeypatch.setattr(polling, "parse_fetched", lambda _fetched: pytest.fail("it was parsed"))
    assert again(database, fetch) == 1
    feed, entries = look(number)
    assert (feed.failures, len(entries)) == (0, 1)
    assert feed.minutes == min(minutes * 5 // 4, 720)  # read less and less often


def items(*pairs: tuple[str, str, str]) -> bytes:
    made = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>{link}</link><title>{title}</title></item>"
        for guid, link, title in pairs
    )
    return f'<rss version="2.0"><channel><title>B</title>{made}</channel></rss>'.encode()


ONE = "https://ada.example/1"


@pytest.mark.parametrize(
    ("before", "after", "titles"),
    [
        ([("a", ONE, "Old")], [("a", ONE + "new", "New")], ["New"]),  # by its id
        ([("a", ONE, "Old")], [("b", ONE, "New")], ["New"]),  # by its link
        ([("a", ONE, "Same")], [("b", ONE, "Same")], ["Same"]),
        ([("a", ONE, "A"), ("b", ONE, "B")], [("c", ONE, "C")], ["A", "B", "C"]),  # whose link?
        ([("a", ONE, "A")], [("b", ONE, "B"), ("c", ONE, "C")], ["A", "B", "C"]),
        ([("a", ONE, "A")], [("a", ONE, "A"), ("b", ONE, "B")], ["A", "B"]),
    ],
)
def test_an_entry_is_known_again(database, site, fetch, feed_at, look, before, after, titles):
    number = feed_at(site.says("/feed", items(*before)))
    poll_due(database, fetch)
    site.says("/feed", items(*after))
    again(database, fetch)
    assert sorted(entry.title for entry in look(number)[1]) == titles


def test_only_what_has_the_words_is_shown(database, site, fetch, look):
    told = [
        ("1", "Grid news", "x", ""), ("2", "Gridlock", "x", ""), ("3", "Other", "About the GRID.", ""),
        ("4", "Tagged", "x", "grid"), ("5", "Tagged otherwise", "x", "gridlock"),
    ]  # fmt: skip
    body = "".join(
        f"<item><guid>{n}</guid><link>https://a.example/{n}</link><title>{title}</title>"
        f"<description>{text}</description><category>{tag}</category></item>"
        for n, title, text, tag in told
    )
    url = site.says("/feed", f'<rss version="2.0"><channel>{body}</channel></rss>'.encode())
    with database.writing() as db:
        feed = subscribe(db, person_by_email(db, Cast.ENGINEER), url, "with words", ["#grid"])
        db.flush()
        number = feed.id
        db.commit()
    poll_due(database, fetch)
    shown = {entry.title for entry in look(number)[1] if entry.state == "visible"}
    assert shown == {"Grid news", "Other", "Tagged"}


def test_two_machines_never_ask_one_host_at_once(database, site, feed_at):
    one, two = feed_at(site.says("/1", rss())), feed_at(site.says("/2", rss()))
    other = feed_at("https://elsewhere.example/feed")
    first = claim_feed(database, one)
    assert first is not None
    assert claim_feed(database, two) is None
    assert claim_feed(database, other) is not None
    with database.writing() as db:
        assert store(db, first, polling.Failed("why"))
        db.commit()
    assert claim_feed(database, two) is not None


def test_a_host_that_asks_for_patience_is_asked_once(database, site, fetch, feed_at, look):
    one = feed_at(site.says("/1", status=429, Retry_After="7200"))
    two = feed_at(site.says("/2", status=429, Retry_After="7200"))
    poll_due(database, fetch)
    assert len(site.asked) == 1
    for number in (one, two):
        assert look(number)[0].due_at - clock.now() > timedelta(minutes=119)


def test_who_failed_before_has_a_place_among_the_slow(database, feed_at):
    bad, good = feed_at("https://bad.example/feed"), feed_at("https://good.example/feed")
    with database.writing() as db:
        db.get_one(Feed, bad).failures = 3
        db.commit()
    turns, _ = claim_due(database, quick=1, slow=1)
    assert [([one.feed for one in turn.claims], turn.is_slow) for turn in turns] == [
        ([good], False), ([bad], True),
    ]  # fmt: skip
    assert claim_due(database, quick=1, slow=1) == ([], False)


@pytest.fixture
def feeds_at(database):
    """`feeds_at(urls)` adds feeds of the engineer's, however many, in the order of their turns."""

    def at(urls, **values) -> list[int]:
        with database.writing() as db:
            person = person_by_email(db, Cast.ENGINEER)
            begin = clock.now() - timedelta(hours=1)
            feeds = [
                Feed(
                    person_id=person.id, url=url, shows="everything",
                    due_at=begin + timedelta(seconds=n), **values,
                )
                for n, url in enumerate(urls)
            ]  # fmt: skip
            db.add_all(feeds)
            db.commit()
            return [feed.id for feed in feeds]

    return at


@contextmanager
def no_further(address: str) -> Iterator[set[int]]:
    """The processes that read what lies below `address` are stopped as soon as they are there, and
    go on afterwards: their numbers."""
    over, stopped = threading.Event(), set[int]()

    def stop() -> None:
        while not over.wait(0.02):
            for told in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    said = told.read_bytes()
                    if b"feeds.parsing_child" in said and address.encode() in said:
                        os.kill(int(told.parent.name), signal.SIGSTOP)
                        stopped.add(int(told.parent.name))

    looking = threading.Thread(target=stop)
    looking.start()
    try:
        yield stopped
    finally:
        over.set()
        looking.join()
        for process in stopped:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def test_feeds_that_take_for_ever_to_be_read_hold_up_no_other(
    database, site, fetch_anywhere, feeds_at, look
):
    """All of them are due before the small ones; one at a time is read."""
    site.says("/large", rss().replace(b"<item>", b"<!--%b--><item>" % (b"x" * parsing.LARGE)))
    site.says("/small", rss())
    hosts = [f"host-{n}.example:{site.port}" for n in range(8)]
    large = feeds_at(f"http://{host}/large" for host in hosts[:4])
    small = feeds_at(f"http://{host}/small" for host in hosts[4:])

    def read(feeds: list[int]) -> int:
        return sum(look(feed)[0].fetched_at is not None for feed in feeds)

    with ThreadPoolExecutor(1) as pool:
        with no_further(f":{site.port}/large") as stopped:
            tried = pool.submit(poll_due, database, fetch_anywhere)
            for _ in range(600):
                if read(small) == len(small):
                    break
                time.sleep(0.1)
            assert (read(small), read(large), len(stopped)) == (len(small), 0, 1)
        assert tried.result() == 8
    assert read(large) == len(large)


def test_forty_slow_hosts_hold_up_no_other(database, site, fetch_anywhere, feeds_at):
    answers, all_quick = threading.Event(), threading.Event()
    site.answers["/slow"] = Answer(status=404, held=answers)  # not to be parsed: that takes longest
    feeds_at(f"http://slow-{n}.example:{site.port}/slow" for n in range(40))
    feeds_at(f"http://quick-{n}.example:{site.port}/quick" for n in range(60))
    came = []

    def fetch(url, **options):
        fetched = fetch_anywhere(url, **options)
        if url.endswith("/quick"):
            came.append(url)
        if len(came) == 60:
            all_quick.set()
        return fetched

    with Poller(database, fetch) as poller:
        poller.read_due(stop=all_quick)
        assert all_quick.is_set() and not answers.is_set()  # all slow ones are still waited for
        assert sum(path == "/slow" for path, _ in site.asked) == 40
        answers.set()
        poller.read_due()
    assert len(site.asked) == 100
    with database.reading() as db:
        assert set(db.scalars(select(Feed.last_error))) == {polling.REFUSALS[404]}


def test_a_slow_host_has_a_place_among_the_slow_the_next_time(
    database, fetch_anywhere, site, feeds_at, monkeypatch
):
    monkeypatch.setattr(polling, "SLOW_AFTER", 0.05)
    site.answers["/slow"] = Answer(rss(), pause=0.001)
    site.says("/quick", rss())
    feeds_at(f"http://{n}.example:{site.port}/{n}" for n in ("slow", "quick"))
    turns = []
    monkeypatch.setattr(
        polling, "claim_due", lambda *given: turns.append(claim_due(*given)) or turns[-1]
    )
    with Poller(database, fetch_anywhere) as poller:
        poller.read_due()
        with clock.set_to(clock.now() + timedelta(hours=25)):
            poller.read_due()
    lanes = [{one.host: one.is_slow for one in found} for found, _more in turns if found]
    both = ("slow.example", "quick.example")
    assert [lane[host] for lane in lanes for host in both] == [False, False, True, False]


def test_every_feed_of_a_host_gets_its_turn(database, site, fetch_anywhere, feeds_at):
    paths = [f"/{n}" for n in range(50)]
    for path in paths:
        site.says(path, status=404)
    feeds_at(f"http://one.example:{site.port}{path}" for path in paths)
    assert poll_due(database, fetch_anywhere, places=2) == 50
    assert [path for path, _ in site.asked] == paths  # one after the other, longest waiting first


def test_a_host_that_somebody_else_is_reading_is_not_waited_for(database, site, fetch, feed_at):
    feed_at(site.says("/1", rss()))
    claim_due(database, quick=9, slow=9)
    feed_at(site.says("/2", rss()))
    assert poll_due(database, fetch) == 0


def test_what_a_killed_poller_had_is_read_again(database, site, fetch, feed_at, look):
    number = feed_at(site.says("/feed", rss()))
    claim_due(database, quick=9, slow=9)  # and then its machine is switched off
    with clock.set_to(clock.now() + timedelta(minutes=4)):
        assert poll_due(database, fetch) == 0
    with clock.set_to(clock.now() + timedelta(minutes=6)):
        assert poll_due(database, fetch) == 1
    assert len(look(number)[1]) == 1


def test_who_stops_gives_back_what_is_being_read(database, site, fetch, feed_at):
    held = threading.Event()
    url = site.says("/feed", rss())
    site.answers["/feed"].held = held
    feed_at(url)
    with Poller(database, fetch) as poller:
        assert poller.read_due(seconds=0.2) == 0
    held.set()
    assert poll_due(database, fetch) == 1


def test_the_number_of_queries_does_not_grow_with_the_feeds_that_have_not_changed(
    database, feeds_at, queries, look
):
    def read(count):
        feeds_at(f"https://{count}-{n}.example/feed" for n in range(count))
        with queries() as found:
            turns, _more = claim_due(database, quick=20, slow=0)
            read = [(turn.claims[0], Read(None, Fetched(304, ""))) for turn in turns]
            with database.writing() as db:
                store_unchanged(db, read)
                db.commit()
        return [claim for claim, _ in read], len(found)

    few, statements = read(2)
    many, as_many = read(20)
    assert (len(few), len(many), as_many) == (2, 20, statements)
    for claim in few + many:
        feed, _ = look(claim.feed)
        assert (feed.leased_until, feed.minutes) == (None, 75)
        assert feed.due_at > clock.now() + timedelta(minutes=60)


def test_who_lost_the_lease_stores_nothing_among_others(database, feeds_at, look):
    lost, kept = feeds_at(["https://a.example/feed", "https://b.example/feed"])
    turns, _more = claim_due(database, quick=9, slow=0)
    claims = [claim for turn in turns for claim in turn.claims]
    with database.writing() as db:
        db.get_one(Feed, lost).leased_until = clock.now() + timedelta(hours=1)
        db.flush()
        store_unchanged(db, [(claim, Read(None, Fetched(304, ""))) for claim in claims])
        db.commit()
    assert look(lost)[0].fetched_at is None
    assert look(kept)[0].fetched_at is not None


def test_several_machines_read_every_feed_once(database, site, fetch_anywhere, feeds_at):
    now_at: Counter[str] = Counter()
    most_at: Counter[str] = Counter()
    counting = threading.Lock()

    def fetch(url, **options):
        host = host_of(url)
        with counting:
            now_at[host] += 1
            most_at[host] = max(most_at[host], now_at[host])
        try:
            return fetch_anywhere(url, **options)
        finally:
            with counting:
                now_at[host] -= 1

    paths = [f"/{n}" for n in range(60)]
    for path in paths:
        site.says(path, status=404)
    feeds_at(f"http://host-{int(path[1:]) % 20}.example:{site.port}{path}" for path in paths)
    machines = [Database(database.engine.url.render_as_string(False)) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        tried = list(pool.map(lambda one: poll_due(one, fetch, places=4), machines))
    for machine in machines:
        machine.dispose()
    assert sorted(path for path, _ in site.asked) == sorted(paths)
    assert sum(tried) == 60
    assert set(most_at.values()) == {1}
