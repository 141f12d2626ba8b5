"""One set of judged queries, asked of both engines."""

from __future__ import annotations

import math

import pytest

from tests.search.corpus import JUDGED, MISSPELT, documents

BEST = 5
# What both engines must reach, in the mean over all queries; each is a little less than they do.
NDCG, RECALL = 0.96, 0.98


def ndcg(keys: list[str], judged: dict[str, int]) -> float:
    """How near the first five come to the best order of what is judged: 1 is as good as can be.

    Normalised discounted cumulative gain with gains 2^grade − 1 (Järvelin and Kekäläinen 2002,
    with the gain of Burges et al. 2005). Nothing to be found and nothing found is 1.
    """
    if not judged:
        return float(not keys)
    gains = [2 ** judged.get(key, 0) - 1 for key in keys[:BEST]]
    ideal = sorted((2**grade - 1 for grade in judged.values()), reverse=True)[:BEST]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: list[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def recall(keys: list[str], judged: dict[str, int]) -> float:
    """The share of what was meant or nearly meant (grades 2 and 3) that is found at all."""
    meant = {key for key, grade in judged.items() if grade > 1}
    return len(meant & set(keys)) / len(meant) if meant else 1.0


def test_the_set_is_large_and_judges_what_there_is():
    known = {document.key for document in documents()}
    assert len(JUDGED) >= 60
    assert all(judged.keys() <= known for judged in JUDGED.values())


def test_what_people_mean_comes_first(things):
    things.have(*documents())
    scores, found = {}, {}
    for query, judged in JUDGED.items():
        keys = things.keys(query)
        scores[query], found[query] = ndcg(keys, judged), recall(keys, judged)
    means = sum(scores.values()) / len(scores), sum(found.values()) / len(found)
    worst = [
        f"{scores[query]:.2f} {found[query]:.2f} {query}: {things.keys(query)[:6]}"
        for query in sorted(scores, key=scores.__getitem__)[:12]
    ]
    said = f"nDCG@5 {means[0]:.3f}, {means[1]:.3f} of what was meant found; the worst: {worst}"
    assert means[0] >= NDCG, said
    assert means[1] >= RECALL, said


@pytest.mark.parametrize("query", ["zeppelin", "zeppelin pilot", "les", "the", "", "  ", "-", '"'])
def test_nothing_is_found_where_nothing_is_meant(things, query):
    things.have(*documents())
    assert things.keys(query) == []


def test_misspelt_words_lead_to_what_is_there(things):
    things.have(*documents())
    offered = {query: things.found(query).instead for query in MISSPELT}
    assert offered == MISSPELT
    assert all(things.keys(better) for better in MISSPELT.values())


def test_when_nothing_has_all_words_what_has_half_of_them_is_offered(things):
    things.have(*documents())
    found = things.found("comptable zeppelin lyon")
    assert not found.every
    assert found.keys[0] == "comptable"
