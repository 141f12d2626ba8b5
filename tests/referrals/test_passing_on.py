"""Passing on: the tree of links, and the split along a chain, which no invented hop can raise."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from referrals.passing_on import DEEPEST, CannotBePassedOn, Hop, chain_of, split, with_child


def hops(text: str) -> list[Hop]:
    """`ada ben? cleo` as hops; with a question mark not verified."""
    return [Hop(name.strip("?"), not name.endswith("?")) for name in text.split()]


@pytest.mark.parametrize(
    ("chain", "people", "part"),
    [
        ("", "", 1),
        ("ada", "ada", 1),
        ("ada ben", "ada ben", Fraction(1, 2)),
        ("ada ben cleo", "ada ben cleo", Fraction(1, 4)),
        ("ada ben cleo dan", "ada ben cleo dan", Fraction(1, 8)),
        ("ada ben? cleo", "ada cleo", Fraction(1, 2)),
        ("ada x? y? z?", "ada", 1),
        ("ada ben ada ben ben", "ada ben", Fraction(1, 2)),
    ],
)
def test_a_credit_is_split_along_the_chain(chain, people, part):
    assert split(hops(chain)) == dict.fromkeys(people.split(), part)


chains = st.lists(st.builds(Hop, st.integers(1, 6), st.booleans()), max_size=8)
# What anybody can invent: strangers without a mailbox, themselves again, accomplices again, and
# even people of their own making whose mailboxes answer.
inventions = st.lists(
    st.tuples(
        st.integers(0, 20),  # where
        st.one_of(
            st.builds(Hop, st.integers(100, 103), st.just(False)),
            st.builds(Hop, st.sampled_from(["a member"]), st.booleans()),
            st.builds(Hop, st.integers(200, 205), st.just(True)),
        ),
    ),
    max_size=10,
)


@given(chains)
def test_parts_are_equal_and_sum_to_at_most_one(chain):
    parts = split(chain)
    assert len(set(parts.values())) <= 1
    assert sum(parts.values()) <= 1
    assert set(parts) == {hop.person for hop in chain if hop.is_verified}


@given(chains, st.sets(st.integers(1, 6), min_size=1), inventions)
@example([Hop(1, True), Hop(2, True), Hop(3, True)], {1}, [(1, Hop(200, True))])
@example([Hop(1, True), Hop(2, True)], {2}, [(2, Hop(200, True)), (3, Hop("a member", True))])
@example([Hop(1, True), Hop(2, False)], {2}, [(1, Hop(200, True)), (1, Hop(201, True))])
def test_no_coalition_gains_by_inventing_hops(chain, coalition, invented):
    """Their total, false names included, is at most what they have by their own names."""
    alone = split(chain)
    in_chain = sorted(coalition & set(alone))
    honest = [*chain, Hop(min(coalition), True)] if not in_chain else chain
    before = sum(split(honest).get(person, Fraction(0)) for person in coalition)
    longer = list(chain)
    for number, (place, hop) in enumerate(invented):
        members = in_chain or [min(coalition)]
        person = members[number % len(members)] if hop.person == "a member" else hop.person
        longer.insert(place % (len(longer) + 1), Hop(person, hop.is_verified))
    false_names = {hop.person for _, hop in invented} - {"a member"}
    after = sum(split(longer).get(person, Fraction(0)) for person in coalition | false_names)
    assert after <= before


@given(chains, st.lists(st.tuples(st.integers(0, 20), st.integers(100, 110)), max_size=10))
def test_unverified_hops_change_nothing_for_anybody(chain, invented):
    longer = list(chain)
    for place, person in invented:
        longer.insert(place % (len(longer) + 1), Hop(person, False))
    assert split(longer) == split(chain)


# The tree of links


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_a_link_is_never_its_own_ancestor_and_chains_are_bounded(wishes):
    parents = {0: None, 1: None}
    for parent, child in wishes:
        try:
            parents = with_child(parents, parent, child)
        except CannotBePassedOn:
            continue
    for link in parents:
        chain = chain_of(parents, link)
        assert len(set(chain)) == len(chain) <= DEEPEST + 1
        assert chain[0] in {0, 1}
        assert chain[-1] == link
        assert all(parents[child] == parent for parent, child in pairwise(chain))


def line(length: int) -> dict[int, int | None]:
    """An employee's link 0, passed on `length` times."""
    parents: dict[int, int | None] = {0: None}
    for link in range(length):
        parents = with_child(parents, link, link + 1)
    return parents


def test_a_link_can_be_passed_on_so_often_and_no_more():
    parents = line(DEEPEST)
    with pytest.raises(CannotBePassedOn, match="often enough"):
        with_child(parents, DEEPEST, 99)


@pytest.mark.parametrize(
    ("parent", "child", "why"),
    [(0, 1, "keeps the parent"), (1, 0, "keeps the parent"), (7, 8, "no such link")],
)
def test_what_has_no_place_in_the_tree_is_refused(parent, child, why):
    parents = line(2)
    with pytest.raises(CannotBePassedOn, match=why):
        with_child(parents, parent, child)
    assert parents == {0: None, 1: 0, 2: 1}


def test_a_circle_somebody_forged_is_noticed():
    with pytest.raises(ValueError, match="circle"):
        chain_of({1: 2, 2: 1}, 1)
