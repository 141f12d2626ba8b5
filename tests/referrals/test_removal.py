"""Shapley value and removal effect: published examples and properties."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.removal import (
    Journey,
    Sample,
    in_proportion,
    is_enough,
    removal_effects,
    shapley_values,
)

ANY = Sample(journeys=0, converted=0)


def journeys(*texts: str) -> list[Journey]:
    """`a > b: yes` as a journey that converted."""
    split = (text.split(": ") for text in texts)
    return [Journey(tuple(path.split(" > ")), end == "yes") for path, end in split]


# S. Bryl', "Marketing Multi-Channel Attribution model with R (part 1: Markov chains concept)",
# analyzecore.com, 2016.
BRYL = journeys("c1 > c2 > c3: yes", "c1: no", "c2 > c3: no")
# S. Puzyrov, "Markov Chain Attribution - Simple Explanation Of Removal Effect",
# serhiipuzyrov.com, 2019.
PUZYROV = journeys(
    "google ads: yes",
    "google ads: yes",
    "mailing: yes",
    "google ads > mailing: yes",
    "google ads: no",
)


def test_the_removal_effects_of_a_published_example():
    effects = removal_effects(BRYL, ANY)
    assert effects == {"c1": Fraction(1, 2), "c2": 1, "c3": 1}
    assert in_proportion(effects, 1) == {
        "c1": Fraction(1, 5),
        "c2": Fraction(2, 5),
        "c3": Fraction(2, 5),
    }


def test_the_removal_effects_of_another_published_example():
    # From the start to google ads 4/5, to mailing 1/5; from google ads to conversion 1/2, to
    # mailing 1/4; mailing always converts: 4/5 in all, 1/5 without google ads, 2/5 without mailing.
    assert removal_effects(PUZYROV, ANY) == {
        "google ads": Fraction(3, 4),
        "mailing": Fraction(1, 2),
    }


def test_a_loop_is_gone_round_as_often_as_it_was():
    # a is left for a 1 time in 3, for conversion 1, for loss 1: half of all convert.
    looping = journeys("a > a: yes", "a: no")
    assert removal_effects(looping, ANY) == {"a": 1}


def test_shapley_values_by_hand():
    met = journeys("a: yes", "a > b: yes", "b > a > b: yes", "c > a > b: yes", "c: no", "b: no")
    assert shapley_values(met, ANY) == {
        "a": 1 + Fraction(1, 2) + Fraction(1, 2) + Fraction(1, 3),
        "b": Fraction(1, 2) + Fraction(1, 2) + Fraction(1, 3),
        "c": Fraction(1, 3),
    }


# The minimum sample


@pytest.mark.parametrize(
    ("count", "converted", "enough"),
    [(200, 50, True), (199, 50, False), (200, 49, False), (0, 0, False)],
)
def test_below_the_minimum_nothing_is_shown(count, converted, enough):
    some = [Journey(("qr",), n < converted) for n in range(count)]
    assert is_enough(some) is enough
    assert (removal_effects(some) is not None) is enough
    assert (shapley_values(some) is not None) is enough


def test_where_nobody_converted_there_is_nothing_to_lose():
    assert removal_effects(journeys("a: no"), ANY) is None


def test_more_names_than_can_be_solved_are_refused():
    with pytest.raises(ValueError, match="more than 24"):
        removal_effects([Journey(tuple(map(str, range(25))), True)], ANY)


def test_effects_of_nothing_are_shared_as_nothing():
    assert in_proportion({"a": Fraction(0)}, 5) == {"a": 0}


# Properties

steps = st.lists(st.sampled_from(["linkedin", "qr", "email", "x"]), min_size=1, max_size=5)
histories = st.lists(
    st.builds(lambda steps, end: Journey(tuple(steps), end), steps, st.booleans()),
    min_size=1,
    max_size=25,
).filter(lambda history: any(journey.is_converted for journey in history))


@given(histories)
def test_shapley_values_sum_to_the_conversions(history):
    converted = sum(journey.is_converted for journey in history)
    assert sum(shapley_values(history, ANY).values()) == converted


@given(histories)
def test_a_removal_effect_is_a_part_of_the_whole(history):
    effects = removal_effects(history, ANY)
    assert all(0 <= effect <= 1 for effect in effects.values())
    last = {journey.steps[-1] for journey in history if journey.is_converted}
    assert len(last) > 1 or effects[last.pop()] == 1
    assert sum(in_proportion(effects, 7).values()) == 7


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_journeys_does_not_matter(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert removal_effects(shuffled, ANY) == removal_effects(history, ANY)
    assert shapley_values(shuffled, ANY) == shapley_values(history, ANY)
