"""The homepage's draw: repeatable, and equal for everybody whatever they write."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers.home.surfacing import HALF, draw, people_drawn, slot_at, weight

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SEED = "0123456789abcdef"
DRAWS = 1000


@dataclass(frozen=True)
class Said:
    author: str
    code: str
    language: str = "en"
    published_at: datetime = NOW


def people(count: int) -> list[str]:
    return [f"person{number}" for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 8, 9, 10, 11, 16, 17, 18, 19, 50, 199, 1000])
@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_over_a_thousand_draws_everybody_appears_within_a_fifth_of_equal(count, seed):
    posts = [
        Said(person, f"{person} {n}")
        for number, person in enumerate(people(count))
        for n in range(1 + number % 7)  # some post seven times as much as others
    ]
    seen = Counter()
    for slot in range(1_900_000, 1_900_000 + DRAWS):
        seen.update(post.author for post in draw(posts, 9, slot, seed, "en", NOW))
    assert set(seen) == set(people(count))
    equal = DRAWS * min(9, count) / count
    for person, times in seen.items():
        assert times == pytest.approx(equal, rel=0.2), person


def test_who_posts_more_is_not_seen_more():
    posts = [Said("prolific", f"{n}") for n in range(500)] + [Said("rare", "r"), Said("other", "o")]
    seen = Counter(draw(posts, 1, slot, SEED, "en", NOW)[0].author for slot in range(3000))
    assert set(seen.values()) == {1000}


names = st.lists(st.text("abcdefg", min_size=1, max_size=3), unique=True, max_size=40)


@given(names, st.integers(0, 12), st.integers(0, 10**7), st.text("xyz", max_size=4))
def test_nobody_is_drawn_twice_and_no_place_stays_empty(everybody, places, slot, seed):
    drawn = people_drawn(everybody, places, slot, seed)
    assert len(drawn) == len(set(drawn)) == min(places, len(everybody))
    assert set(drawn) <= set(everybody)
    assert drawn == people_drawn(everybody[::-1], places, slot, seed)  # whatever their order


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 10**6))
def test_nobody_waits_longer_than_two_rounds(count, places, first):
    """A round is as many slots as all need to have been on once."""
    round_of_all = -(-count // places)
    seen = set()
    for slot in range(first, first + 2 * round_of_all):
        seen.update(people_drawn(people(count), places, slot, SEED))
    assert len(seen) == count


posts_of_anybody = st.lists(
    st.builds(
        Said, st.sampled_from("abcde"), st.text("0123456789", min_size=1, max_size=3),
        st.sampled_from(["en", "en-gb", "fr", ""]),
        st.timedeltas(timedelta(-10), timedelta(400)).map(lambda age: NOW - age),
    ),
    unique_by=lambda post: post.code,
)  # fmt: skip


@given(posts_of_anybody, st.integers(0, 10**6), st.sampled_from(["en", "fr"]))
def test_the_language_decides_which_post_never_whose(posts, slot, language):
    drawn = draw(posts, 4, slot, SEED, language, NOW)
    other = draw(posts, 4, slot, SEED, "xx", NOW)
    assert [post.author for post in drawn] == [post.author for post in other]
    for post in drawn:
        spoken = [
            one for one in posts
            if one.author == post.author and one.language.partition("-")[0] == language
        ]  # fmt: skip
        assert post in posts
        assert not spoken or post in spoken


@given(posts_of_anybody, st.integers(0, 10**6))
def test_a_post_that_goes_changes_nothing_of_the_others(posts, slot):
    drawn = draw(posts, 9, slot, SEED, "en", NOW)
    for post in drawn:
        theirs = [one for one in posts if one.author == post.author]
        if len(theirs) > 1:
            without = draw([one for one in posts if one != post], 9, slot, SEED, "en", NOW)
            assert [a for a in without if a.author != post.author] == [
                a for a in drawn if a.author != post.author
            ]


def test_fresher_posts_are_likelier_and_old_ones_not_gone():
    posts = [Said("a", "new"), Said("a", "old", published_at=NOW - 2 * HALF)]
    seen = Counter(draw(posts, 1, slot, SEED, "en", NOW)[0].code for slot in range(4000))
    assert seen["new"] / seen["old"] == pytest.approx(4, rel=0.15)


@pytest.mark.parametrize(("days", "expected"), [(0, 1), (-5, 1), (30, 0.5), (60, 0.25)])
def test_how_likely_a_post_is(days, expected):
    assert weight(timedelta(days=days)) == expected


def test_a_draw_can_be_repeated_in_another_process():
    code = (
        "from careers.home.surfacing import people_drawn\n"
        f"print(people_drawn({people(30)!r}, 9, 1984, {SEED!r}))"
    )
    again = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert again.stdout.strip() == repr(people_drawn(people(30), 9, 1984, SEED))
    assert people_drawn(people(30), 9, 1984, SEED) != people_drawn(people(30), 9, 1984, SEED + "x")


@pytest.mark.parametrize(("seconds", "slot"), [(0, 0), (899, 0), (900, 1), (1800, 2)])
def test_the_slot_of_a_moment(seconds, slot):
    assert slot_at(datetime.fromtimestamp(seconds, UTC), 15) == slot
