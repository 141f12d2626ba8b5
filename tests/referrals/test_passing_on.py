"""Passing on: the tree of links, and the split along a chain, which no invented hop can raise."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from referrals.passing_on import DEEPEST, Hop, chain_of, split


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


# The chain above a link


def test_a_chain_begins_at_the_employees_own_link():
    parents = {1: None, 2: 1, 3: 2, 4: 1, 9: None}
    assert chain_of(parents, 3) == (1, 2, 3)
    assert chain_of(parents, 4) == (1, 4)
    assert chain_of(parents, 9) == (9,)


def test_a_chain_that_is_too_long_is_noticed():
    parents = {link: link - 1 if link else None for link in range(DEEPEST + 2)}
    assert len(chain_of(parents, DEEPEST)) == DEEPEST + 1
    with pytest.raises(ValueError, match="too long"):
        chain_of(parents, DEEPEST + 1)


def test_a_circle_somebody_forged_is_noticed():
    with pytest.raises(ValueError, match="circle"):
        chain_of({1: 2, 2: 1}, 1)
