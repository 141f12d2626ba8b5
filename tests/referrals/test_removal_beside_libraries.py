"""Shapley value and removal effect beside published libraries, which only this test uses."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from do_attribution import MarkovAttribution
from shapley_value import ShapleyCombinations

from referrals.removal import Journey, Sample, in_proportion, removal_effects, shapley_values

ANY = Sample(journeys=0, converted=0)
NAMES = ("linkedin", "qr", "email", "whatsapp", "answer", "read")


def history(seed: int, count: int = 300) -> list[Journey]:
    """Journeys in which some names convert better than others, and none leads to all others."""
    chance = Random(seed)
    made = []
    for _ in range(count):
        steps = chance.choices(NAMES, weights=range(1, 7), k=chance.randint(1, 6))
        odds = 0.1 + 0.1 * len({"qr", "answer"} & set(steps))
        made.append(Journey(tuple(steps), chance.random() < odds))
    return made


@pytest.mark.parametrize("seed", range(5))
def test_removal_effects_are_those_of_a_library(seed):
    journeys = history(seed)
    library = MarkovAttribution(order=1, removal_strategy="redirect_to_null")
    theirs = library.fit(
        [" > ".join(journey.steps) for journey in journeys],
        [int(journey.is_converted) for journey in journeys],
    )
    ours = removal_effects(journeys, ANY)
    assert {name: float(effect) for name, effect in ours.items()} == pytest.approx(
        theirs["removal_effects"], rel=1e-9
    )
    assert {name: float(part) for name, part in in_proportion(ours, 1).items()} == pytest.approx(
        theirs["attribution"], rel=1e-9
    )


@pytest.mark.parametrize("seed", range(5))
def test_shapley_values_are_those_of_a_library(seed):
    journeys = history(seed)
    converted = [set(journey.steps) for journey in journeys if journey.is_converted]
    worth = {
        tuple(sorted(names)): sum(met <= set(names) for met in converted)
        for size in range(len(NAMES) + 1)
        for names in combinations(NAMES, size)
    }
    theirs = ShapleyCombinations(list(NAMES)).calculate_shapley_values(worth)
    ours = shapley_values(journeys, ANY)
    assert {name: float(value) for name, value in ours.items()} == pytest.approx(theirs, rel=1e-9)
