"""The rules, as tables and as properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.attribution import Decision, Dropped, TouchFact, decide
from referrals.rules import LAST_TOUCH
from tests.referrals.facts import APPLIED, WINDOW, touch

ADA, BEN, CLEO = 1, 2, 3


def decided(*touches: TouchFact):
    return decide(LAST_TOUCH, touches, APPLIED, WINDOW)


def test_without_a_touch_nobody_is_credited():
    assert decided() == Decision({}, (), {})


def test_the_last_touch_earns_the_whole_credit():
    decision = decided(touch("a", ADA, 5), touch("b", BEN, 1))
    assert decision.shares == {BEN: Fraction(1)}
    assert decision.used == ("b",)
    assert decision.dropped == {"a": Dropped.ANOTHER_WAS_LATER}


def test_at_the_same_moment_the_credit_is_shared_equally():
    decision = decided(touch("a", ADA, 1), touch("b", BEN, 1), touch("c", ADA, 1))
    assert decision.shares == {ADA: Fraction(1, 2), BEN: Fraction(1, 2)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_person": False}, Dropped.NOT_A_PERSON),
        ({"is_opened": False}, Dropped.NOT_OPENED),
        ({"is_known": False}, Dropped.UNKNOWN_CLICK),
        ({"at": APPLIED + timedelta(seconds=1)}, Dropped.TOO_LATE),
        ({"at": APPLIED - WINDOW - timedelta(seconds=1)}, Dropped.TOO_OLD),
        ({"is_own": True}, Dropped.OWN_APPLICATION),
        ({"sharer_left_at": APPLIED - timedelta(days=2)}, Dropped.SHARER_HAD_LEFT),
        ({"link_off_since": APPLIED - timedelta(days=2)}, Dropped.LINK_WAS_OFF),
    ],
)
def test_a_touch_that_does_not_count_says_why(changes, reason):
    decision = decided(replace(touch("a", ADA, 1), **changes))
    assert decision.shares == {}
    assert decision.dropped == {"a": reason}


@pytest.mark.parametrize("at", [APPLIED, APPLIED - WINDOW])
def test_the_window_includes_its_edges(at):
    assert decided(touch("a", ADA, 0, at=at)).shares == {ADA: Fraction(1)}


def test_who_left_after_the_click_keeps_the_credit():
    left = APPLIED - timedelta(hours=1)
    assert decided(touch("a", ADA, 1, sharer_left_at=left)).shares == {ADA: Fraction(1)}


facts = st.builds(
    TouchFact,
    key=st.uuids().map(str),
    person=st.integers(1, 4),
    at=st.integers(-40 * 24, 24).map(lambda hours: APPLIED + timedelta(hours=hours)),
    is_person=st.booleans(),
    is_opened=st.booleans(),
    is_known=st.booleans(),
    is_own=st.booleans(),
    sharer_left_at=st.none() | st.just(APPLIED - timedelta(days=10)),
    link_off_since=st.none() | st.just(APPLIED - timedelta(days=5)),
)
several = st.lists(facts, max_size=12, unique_by=lambda fact: fact.key)


@given(several)
def test_shares_are_positive_and_sum_to_at_most_one(touches):
    shares = decided(*touches).shares.values()
    assert all(share > 0 for share in shares)
    assert sum(shares) <= 1


@given(several)
def test_every_touch_is_either_used_or_dropped_with_a_reason(touches):
    decision = decided(*touches)
    assert set(decision.used) | set(decision.dropped) == {fact.key for fact in touches}
    assert not set(decision.used) & set(decision.dropped)


@given(several, st.randoms())
def test_the_order_in_which_touches_come_does_not_matter(touches, chance):
    shuffled = list(touches)
    chance.shuffle(shuffled)
    assert decided(*shuffled) == decided(*touches)


@given(several, several)
def test_adding_what_is_no_person_changes_nothing(touches, others):
    bots = [replace(fact, is_person=False, key=f"bot {fact.key}") for fact in others]
    assert decided(*touches, *bots).shares == decided(*touches).shares


@given(several, st.integers(1, 4))
def test_taking_away_one_persons_touches_never_lowers_anothers_share(touches, gone):
    before = decided(*touches).shares
    after = decided(*(fact for fact in touches if fact.person != gone)).shares
    for person, share in before.items():
        if person != gone:
            assert after[person] >= share
