"""The homepage's draw: at random, and equal for every expert whatever they write."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers.home.surfacing import draw


def author(post):
    return post[0]


POSTS = [("prolific", n) for n in range(50)] + [
    (name, n) for name in ("a", "b", "c", "d", "e", "f", "g") for n in range(3)
]


def test_over_a_thousand_draws_every_author_appears_within_a_fifth_of_equal():
    seen = Counter()
    for seed in range(1000):
        seen.update(author(post) for post in draw(POSTS, author, 4, random.Random(seed)))
    assert set(seen) == {author(post) for post in POSTS}
    equal = 1000 * 4 / len(seen)
    for name, times in seen.items():
        assert times == pytest.approx(equal, rel=0.2), name


def test_over_many_draws_every_post_of_an_author_appears():
    seen = set()
    for seed in range(2000):
        seen.update(draw(POSTS, author, 4, random.Random(seed)))
    assert seen == set(POSTS)


posts = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 9)), unique=True)


@given(posts, st.integers(0, 12), st.integers())
def test_a_draw_is_as_large_as_it_can_be_and_repeats_nothing(given_posts, count, seed):
    drawn = draw(given_posts, author, count, random.Random(seed))
    assert len(drawn) == min(count, len(given_posts))
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(given_posts)


@given(posts, st.integers(1, 5), st.integers())
def test_nobody_appears_twice_before_all_have_appeared_once(given_posts, count, seed):
    authors = {author(post) for post in given_posts}
    drawn = draw(given_posts, author, min(count, len(authors)), random.Random(seed))
    assert len({author(post) for post in drawn}) == len(drawn)
