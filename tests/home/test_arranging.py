"""Who stands where on the homepage: the reader's language first, and nobody is there less for it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers.base import clock
from careers.home.front_page import HERO, SAID, SHORT, arranged, says
from careers.home.surfacing import draw, is_in
from experts.posts import Author, Post, Surfaced
from tests.cast import Cast
from tests.serving import AGENT

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LANGUAGES = st.sampled_from(["en", "fr"])


def post(number: int, spoken: str, words: int, has_title: bool) -> Post:
    author = Author(f"person{number}", "Ada Engel", "ada-engel", "", "")
    return Post(
        "entry", f"{number}", author, "A title", "x" * words, "https://a.example", spoken, NOW, 0,
        has_title, "Mastodon",
    )  # fmt: skip


drawn_posts = st.lists(
    st.tuples(
        st.sampled_from(["en", "en-gb", "fr", "fr-ca", "de", ""]),
        st.integers(1, 280),
        st.booleans(),
    ),
    max_size=HERO + SAID,
).map(lambda told: [post(number, *one) for number, one in enumerate(told)])


@given(drawn_posts, LANGUAGES)
def test_everybody_who_was_drawn_is_there_once_and_the_hero_is_full(posts, reads):
    hero, below = arranged(posts, reads)
    assert Counter(one.code for one in hero + below) == Counter(one.code for one in posts)
    assert len(hero) == min(HERO, len(posts))


@given(drawn_posts, LANGUAGES)
def test_no_foreign_post_stands_before_one_that_the_reader_reads(posts, reads):
    hero, below = arranged(posts, reads)
    read = [is_in(reads, one.language) for one in hero + below]
    assert read == sorted(read, reverse=True)


@given(drawn_posts, LANGUAGES)
def test_of_those_in_one_language_the_hero_has_the_short_ones_as_they_were_drawn(posts, reads):
    hero, below = arranged(posts, reads)
    for in_it in (True, False):
        placed = [one for one in hero if is_in(reads, one.language) is in_it]
        short = [len(says(one)) <= SHORT for one in placed]
        assert short == sorted(short, reverse=True)
        assert all(short) or not any(
            len(says(one)) <= SHORT for one in below if is_in(reads, one.language) is in_it
        )
        of_a_length = [posts.index(one) for one in placed if len(says(one)) <= SHORT]
        assert of_a_length == sorted(of_a_length)


@given(drawn_posts)
def test_among_what_everybody_reads_nothing_but_length_decides(posts):
    """As it was before there was a second language."""
    hero, below = arranged(posts, "xx")
    by_length = sorted(posts, key=lambda one: len(says(one)) > SHORT)
    assert hero == by_length[:HERO]
    assert below == sorted(by_length[HERO:], key=lambda one: one.has_title)


@given(
    st.lists(st.sampled_from(["en", "fr", ""]), min_size=1, max_size=60),
    st.integers(0, 10**6),
    st.text("xyz", max_size=3),
)
def test_both_pages_show_the_same_people(spoken, slot, seed):
    posts = [
        Surfaced(f"person{number % 25}", f"{number}", code, NOW)
        for number, code in enumerate(spoken)
    ]
    shown = []
    for reads in ("en", "fr"):
        drawn = draw(posts, HERO + SAID, slot, seed, reads, NOW)
        hero, below = arranged(
            [post(int(one.code), one.language, 20, has_title=False) for one in drawn], reads
        )
        shown.append({int(one.code) % 25 for one in hero + below})
        could = sum(
            any(is_in(reads, one.language) for one in posts if one.author == drawn_one.author)
            for drawn_one in drawn
        )
        assert sum(is_in(reads, one.language) for one in hero) == min(HERO, could)
    assert shown[0] == shown[1]


@pytest.mark.parametrize(("path", "reads"), [("/", "en"), ("/fr/", "fr")])
def test_who_reads_one_language_meets_it_first(visitor, show, said, path, reads):
    """Five people: two write in French, two in English, one in both; in every slot."""
    for email, spoken in (
        (Cast.ENGINEER, ["fr"]), (Cast.EDITOR, ["en"]), (Cast.COLLEAGUE, ["fr-CA"]),
        (Cast.RECRUITER, ["en-GB"]), (Cast.ADMIN, ["en", "fr"]),
    ):  # fmt: skip
        show(email)
        for code in spoken:
            said(email, f"{code} {email}", days=28, feed_language=code)
    now = clock.now()
    for slot in range(6):
        with clock.set_to(now + slot * timedelta(minutes=15)):
            page = visitor.get(path, headers={"User-Agent": AGENT}).text
        found = re.findall(r'data-post="\w+"[^>]*>(\w\w)(?:-\w\w)? \w+@acme', page)
        assert found[:3] == [reads] * 3
        assert len(found) == 5
