"""Credit along chains, under every rule: what holds of links that were passed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from referrals.attribution import By, Decision, TouchFact, decide
from referrals.passing_on import DEEPEST, Hop, Outsider
from referrals.rules import (
    FIRST_TOUCH,
    LAST_NON_DIRECT,
    LAST_TOUCH,
    LINEAR,
    POSITION,
    time_decay,
)
from tests.referrals.facts import APPLIED, WINDOW, touch

ADA, BEN, CLEO, DAN = 1, 2, 3, 4
TOM, UMA = Outsider("tom"), Outsider("uma")
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def along(key: str, person: int, days: float, *chain, by: By = By.CLICK) -> TouchFact:
    """A touch on a link that these people passed on, all of them verified."""
    return touch(key, person, days, by, chain=tuple(Hop(who, True) for who in chain))


def everybodys(decision: Decision) -> dict:
    """All shares of kind referral, by person."""
    return decision.shares | {Outsider(code): share for code, share in decision.outside.items()}


@pytest.mark.parametrize(
    ("rule", "touches", "expected"),
    [
        (LAST_TOUCH, [along("a", ADA, 1, TOM)], {ADA: HALF, TOM: HALF}),
        (LAST_TOUCH, [along("a", ADA, 1, BEN)], {ADA: HALF, BEN: HALF}),
        (LAST_TOUCH, [along("a", ADA, 1, ADA)], {ADA: 1}),
        (LAST_TOUCH, [along("a", ADA, 1, TOM, UMA)], {ADA: QUARTER, TOM: QUARTER, UMA: QUARTER}),
        (LAST_TOUCH, [along("a", ADA, 1, TOM), along("b", BEN, 0)], {BEN: 1}),
        (LINEAR, [along("a", ADA, 2), along("b", ADA, 1, TOM)], {ADA: 3 * QUARTER, TOM: QUARTER}),
        (LINEAR, [along("a", ADA, 2, BEN), along("b", BEN, 1)], {ADA: QUARTER, BEN: 3 * QUARTER}),
        # What one person's links did at one moment is one touch, with all who passed any of them on.
        (LAST_TOUCH, [along("a", ADA, 0, TOM), along("b", ADA, 0)], {ADA: HALF, TOM: HALF}),
        (
            LAST_TOUCH,
            [along("a", ADA, 0, TOM), along("b", ADA, 0, UMA)],
            {ADA: QUARTER, TOM: QUARTER, UMA: QUARTER},
        ),
        # Two employees at one moment: each has half, and splits it.
        (
            LAST_TOUCH,
            [along("a", ADA, 0, TOM), along("b", BEN, 0)],
            {ADA: QUARTER, TOM: QUARTER, BEN: HALF},
        ),
    ],
)
def test_a_credit_runs_along_its_chain(rule, touches, expected):
    assert everybodys(decide(rule, touches, APPLIED, WINDOW)) == expected


def test_who_is_not_verified_counts_nothing():
    unnamed = replace(touch("a", ADA, 1), chain=(Hop(Outsider(""), False), Hop(TOM, True)))
    assert everybodys(decide(LAST_TOUCH, [unnamed], APPLIED, WINDOW)) == {ADA: HALF, TOM: HALF}


# Properties, of every rule with any window and any ownership

rules = st.sampled_from(
    [FIRST_TOUCH, LAST_TOUCH, LAST_NON_DIRECT, LINEAR, POSITION, time_decay(1), time_decay(7)]
)
spans = st.integers(1, 20).map(lambda days: timedelta(days=days))
terms = st.fixed_dictionaries({"window": spans, "ownership": st.none() | spans})
people = st.integers(1, 4) | st.sampled_from([TOM, UMA, Outsider("vic")])
chains = st.lists(st.builds(Hop, people, st.booleans()), max_size=4).map(tuple)


def _touch(key, person, days, by, chain, is_person):
    is_link = by not in {By.READ, By.ANSWER}
    return touch(key, person, days, by, chain=chain if is_link else (), is_person=is_person)


# Few moments, so that many touches are of the same one.
touches = st.builds(
    _touch,
    st.uuids().map(str),
    st.integers(1, 4),
    st.integers(0, 6),
    st.sampled_from(By),
    chains,
    st.booleans(),
)
several = st.lists(touches, max_size=10, unique_by=lambda fact: fact.key)


def shares(rule, facts, terms) -> dict:
    return everybodys(decide(rule, facts, APPLIED, **terms))


@given(rules, several, terms)
def test_shares_are_positive_and_sum_to_at_most_one(rule, facts, terms):
    found = shares(rule, facts, terms)
    assert all(share > 0 for share in found.values())
    assert sum(found.values()) <= 1


@given(rules, several, terms)
def test_a_share_fits_the_database(rule, facts, terms):
    deep = [replace(one, chain=one.chain * 2) for one in facts]
    assert all(share.denominator < 2**63 for share in shares(rule, deep, terms).values())


@given(rules, several, terms, st.randoms(use_true_random=False))
def test_neither_the_order_of_touches_nor_their_names_matter(rule, facts, terms, chance):
    keys = [fact.key for fact in facts]
    chance.shuffle(keys)
    renamed = [replace(fact, key=key) for fact, key in zip(facts, keys, strict=True)]
    chance.shuffle(renamed)
    assert shares(rule, renamed, terms) == shares(rule, facts, terms)


def by_links_of_others(rule, facts, terms, gone) -> dict:
    """What each earns by links that aren't `gone`'s: nobody is in the chains of theirs."""
    plain = [replace(one, chain=()) if one.person == gone else one for one in facts]
    return {who: part for who, part in shares(rule, plain, terms).items() if who != gone}


@given(rules, several, terms, st.integers(1, 4))
def test_taking_away_one_employees_touches_never_lowers_anothers_share(rule, facts, terms, gone):
    """Nobody earns less by the links of those who stay. What somebody had for passing on a link of
    the one who is taken away goes with that link, of course."""
    before = by_links_of_others(rule, facts, terms, gone)
    after = shares(rule, [fact for fact in facts if fact.person != gone], terms)
    for person, share in before.items():
        assert after.get(person, 0) >= share


# What anybody can put into a chain: strangers, themselves and their accomplices again, and people of
# their own making whose mailboxes answer.
inventions = st.lists(
    st.tuples(
        st.integers(0, 9),  # into which touch
        st.integers(0, 9),  # where in its chain
        st.one_of(
            st.builds(Hop, st.sampled_from([Outsider(""), Outsider("x")]), st.just(False)),
            st.just("a member"),
            st.builds(
                Hop, st.sampled_from([Outsider(f"sock {n}") for n in range(4)]), st.just(True)
            ),
        ),
    ),
    max_size=DEEPEST,
)


@given(rules, several, terms, st.sets(people, min_size=1, max_size=3), inventions)
@example(
    LAST_TOUCH,
    [along("a", ADA, 0, TOM), along("b", ADA, 0, TOM), along("c", ADA, 0)],
    {"window": WINDOW, "ownership": None},
    {TOM},
    [(0, 1, Hop(Outsider("sock 0"), True))],
)
def test_no_group_gains_by_inventing_hops(rule, facts, terms, group, invented):
    """Whatever a group puts into chains that it is in, its total, false names included, is at most
    what it has by its own names."""
    member = min(group, key=str)
    longer = list(facts)
    for which, where, hop in invented:
        theirs = [n for n, one in enumerate(longer) if _is_in(one, group)]
        if not theirs:
            break
        number = theirs[which % len(theirs)]
        fact = longer[number]
        if fact.by in {By.READ, By.ANSWER}:
            continue
        chain = list(fact.chain)
        chain.insert(where % (len(chain) + 1), Hop(member, True) if hop == "a member" else hop)
        longer[number] = replace(fact, chain=tuple(chain))
    before = sum(shares(rule, facts, terms).get(person, 0) for person in group)
    found = shares(rule, longer, terms)
    false_names = {who for who in found if isinstance(who, Outsider) and "sock" in who.code}
    assert sum(found.get(person, 0) for person in group | false_names) <= before


def _is_in(fact: TouchFact, group) -> bool:
    return fact.person in group or any(
        hop.person in group and hop.is_verified for hop in fact.chain
    )
