"""Whatever strangers send is read as far as it goes, or refused in words; nothing of ours fails."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from functools import partial

import pytest

from careers.base import fetching
from careers.base.fetching import Unreachable
from feeds import parsing, polling
from feeds.subscribing import look_at
from tests.feeds.conftest import HERE, Answer, Site
from tests.feeds.corpus import CASES, Case

SECONDS = 3.0  # instead of the twenty that a real site has
REASONS = {
    *parsing.REASONS.values(), *polling.REFUSALS.values(), polling.GONE, polling.SERVER_FAILED,
    polling.UNEXPECTED, parsing.NO_FEED_NAMED,
    *(value for name, value in vars(fetching).items() if name.isupper() and isinstance(value, str)),
}  # fmt: skip
MARKUP = re.compile(r"<(script|img|svg|iframe|style|object|math|template|base|meta|form)\b", re.I)


@pytest.fixture(scope="module")
def strangers():
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


def path_of(case: Case) -> str:
    return "/" + re.sub(r"\W+", "-", case.name)


def become(case: Case, site: Site):
    """The feed that is read, or the reason why it isn't."""
    site.answers[path_of(case)] = Answer(
        case.body, case.status, case.headers, case.pause, case.raw, case.endless
    )
    fetch = partial(fetching.fetch, allow=replace(HERE, seconds=SECONDS))
    try:
        return look_at(case.url or site.root + path_of(case), fetch, "https://acme.example").feed
    except Unreachable as error:
        return error.reason


def test_there_are_enough_of_them():
    assert len({case.name for case in CASES}) == len(CASES)
    assert len({path_of(case) for case in CASES}) == len(CASES)
    assert len(CASES) >= 150


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_is_read_or_refused_in_words(case, strangers):
    found = become(case, strangers)
    if isinstance(found, str):
        assert found in REASONS
        assert found != parsing.BROKEN
    if case.reason is not None:
        assert found in {
            case.reason,
            parsing.NO_FEED_NAMED if case.reason == parsing.NOT_A_FEED else "",
        }
        return
    if case.titles is not None:
        assert not isinstance(found, str), found
        assert tuple(entry.title for entry in found.entries) == case.titles
    if not isinstance(found, str):
        check(found, is_xml=case.body.lstrip()[:1] == b"<")


def check(found: parsing.ParsedFeed, is_xml: bool) -> None:
    """What must never be in anything that is kept."""
    assert len(found.entries) <= 100
    assert len(found.title) <= 200
    for entry in found.entries:
        assert entry.url.startswith(("http://", "https://"))
        assert len(entry.title) <= 300
        assert len(entry.excerpt) <= 600
        assert len(entry.tags) <= 20
        assert all(0 < len(tag) <= 60 for tag in entry.tags)
        assert entry.title
        for url in filter(None, (entry.picture_url, entry.media_url)):
            assert url.startswith(("http://", "https://"))
            assert len(url) <= 2_000
            assert "@" not in url
        assert len(entry.picture_alt) <= 500
        assert entry.media_type.partition("/")[0] in ("audio", "video", "")
        assert len(entry.media_type) <= 70
        assert 0 <= entry.media_seconds <= 7 * 24 * 3600
        assert 0 <= entry.media_bytes <= 10**12
    said = repr(asdict(found)) + "".join(
        one for e in found.entries for one in (e.title, e.excerpt, e.picture_alt)
    )
    said.encode()  # no half of a character
    for sign in "\0\u202e\u2066":
        assert sign not in said
    if is_xml:  # what is text in JSON is words here, whatever it looks like
        assert not MARKUP.search("".join(f"{e.title}{e.excerpt}" for e in found.entries))
