"""Every rule: as hand-made tables, and as properties that hold with any window and ownership."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from referrals.attribution import By, Dropped, Kind, TouchFact, decide
from referrals.rules import (
    FIRST_TOUCH,
    LAST_NON_DIRECT,
    LAST_TOUCH,
    LINEAR,
    POSITION,
    RULES,
    TIME_DECAY,
    rule_named,
    time_decay,
)
from tests.referrals.facts import APPLIED, WINDOW, touch

ADA, BEN, CLEO, DAN = 1, 2, 3, 4


def path(*people_and_days: tuple[int, float]) -> list[TouchFact]:
    return [touch(str(n), person, days) for n, (person, days) in enumerate(people_and_days)]


def shares(rule, touches, **terms) -> dict[int, Fraction]:
    return decide(rule, touches, APPLIED, terms.pop("window", WINDOW), **terms).shares


def parts(text: str) -> dict[int, Fraction]:
    """`1: 2/5, 2: 3/5` as shares by person."""
    pairs = (part.split(":") for part in text.split(",") if part)
    return {int(person): Fraction(share.strip()) for person, share in pairs}


ONE = path((ADA, 3))
TWO = path((ADA, 8), (BEN, 1))
FOUR = path((ADA, 15), (BEN, 8), (CLEO, 8), (BEN, 1))
SAME_MOMENT = path((ADA, 5), (ADA, 5), (BEN, 5))  # Ada's two are one touch
FIRST_TOGETHER = path((ADA, 9), (BEN, 9), (CLEO, 5), (DAN, 2))


# Each worked out by hand from the definition in `referrals.rules`.
@pytest.mark.parametrize(
    ("rule", "touches", "expected"),
    [
        (FIRST_TOUCH, ONE, "1: 1"),
        (FIRST_TOUCH, TWO, "1: 1"),
        (FIRST_TOUCH, FOUR, "1: 1"),
        (FIRST_TOUCH, SAME_MOMENT, "1: 1/2, 2: 1/2"),
        (FIRST_TOUCH, FIRST_TOGETHER, "1: 1/2, 2: 1/2"),
        (LAST_TOUCH, ONE, "1: 1"),
        (LAST_TOUCH, TWO, "2: 1"),
        (LAST_TOUCH, FOUR, "2: 1"),
        (LAST_TOUCH, SAME_MOMENT, "1: 1/2, 2: 1/2"),
        (LAST_TOUCH, FIRST_TOGETHER, "4: 1"),
        (LAST_NON_DIRECT, FOUR, "2: 1"),
        (LINEAR, ONE, "1: 1"),
        (LINEAR, TWO, "1: 1/2, 2: 1/2"),
        (LINEAR, FOUR, "1: 1/4, 2: 1/2, 3: 1/4"),
        (LINEAR, SAME_MOMENT, "1: 1/2, 2: 1/2"),
        (TIME_DECAY, ONE, "1: 1"),
        # Google's table: with a half-life of 7 days, 8 days before weighs half of 1 day before.
        (TIME_DECAY, TWO, "1: 1/3, 2: 2/3"),
        # 15, 8, 8 and 1 days: as 1 : 2 : 2 : 4.
        (TIME_DECAY, FOUR, "1: 1/9, 2: 6/9, 3: 2/9"),
        (TIME_DECAY, SAME_MOMENT, "1: 1/2, 2: 1/2"),
        (time_decay(1), path((ADA, 3), (BEN, 1), (CLEO, 0)), "1: 1/13, 2: 4/13, 3: 8/13"),
        (POSITION, ONE, "1: 1"),
        (POSITION, TWO, "1: 1/2, 2: 1/2"),
        (POSITION, path((ADA, 9), (BEN, 5), (CLEO, 1)), "1: 2/5, 2: 1/5, 3: 2/5"),
        (POSITION, FOUR, "1: 4/10, 2: 5/10, 3: 1/10"),
        (POSITION, SAME_MOMENT, "1: 1/2, 2: 1/2"),
        (POSITION, FIRST_TOGETHER, "1: 1/5, 2: 1/5, 3: 1/5, 4: 2/5"),
        (POSITION, path((ADA, 9), (BEN, 9), (CLEO, 2)), "1: 1/4, 2: 1/4, 3: 1/2"),
    ],
)  # fmt: skip
def test_a_rule_agrees_with_the_table(rule, touches, expected):
    assert shares(rule, touches) == parts(expected)


def test_a_touch_a_day_older_weighs_less_by_a_seventh_root_of_two():
    share = shares(TIME_DECAY, path((ADA, 1), (BEN, 0)))
    assert float(share[ADA] / share[BEN]) == pytest.approx(2 ** (-1 / 7), abs=2e-6)


def test_what_is_older_than_twenty_half_lives_weighs_the_least_but_something():
    old = path((ADA, 300), (BEN, 200))
    assert shares(time_decay(1), old, window=timedelta(days=365)) == parts("1: 1/2, 2: 1/2")


@pytest.mark.parametrize("days", [0, 366])
def test_a_half_life_out_of_bounds_is_refused(days):
    with pytest.raises(ValueError, match="half-life"):
        time_decay(days)


def test_last_non_direct_takes_a_carried_address_only_where_there_is_nothing_else():
    carried = touch("c", BEN, 1, By.CARRIED)
    decision = decide(LAST_NON_DIRECT, [touch("a", ADA, 5), carried], APPLIED, WINDOW)
    assert decision.shares == {ADA: 1}
    assert decision.dropped == {"c": Dropped.DIRECT}
    assert shares(LAST_NON_DIRECT, [carried]) == {BEN: 1}
    assert shares(LAST_TOUCH, [touch("a", ADA, 5), carried]) == {BEN: 1}


@pytest.mark.parametrize("by", [By.CLICK, By.CODE, By.ANSWER])
def test_what_a_candidate_follows_types_or_says_is_not_direct(by):
    touches = [touch("a", ADA, 5), touch("b", BEN, 1, by)]
    assert shares(LAST_NON_DIRECT, touches) == {BEN: 1}


def test_the_reason_names_on_which_side_the_touch_was_that_counted():
    dropped = decide(FIRST_TOUCH, TWO, APPLIED, WINDOW).dropped
    assert dropped == {"1": Dropped.ANOTHER_WAS_EARLIER}
    assert decide(LAST_TOUCH, TWO, APPLIED, WINDOW).dropped == {"0": Dropped.ANOTHER_WAS_LATER}


# Inspiration


def test_what_was_read_is_decided_apart_from_who_referred():
    touches = [
        touch("a", ADA, 4),
        touch("b", BEN, 3, By.READ),
        touch("c", CLEO, 2, By.READ),
        touch("d", DAN, 1, By.ANSWER),
    ]
    decision = decide(LINEAR, touches, APPLIED, WINDOW)
    assert decision.shares == parts("1: 1/2, 4: 1/2")
    assert decision.inspiration == parts("2: 1/2, 3: 1/2")
    assert decision.used == ("a", "b", "c", "d")


def test_only_reading_refers_nobody():
    decision = decide(LAST_TOUCH, [touch("a", ADA, 1, By.READ)], APPLIED, WINDOW)
    assert (decision.shares, decision.inspiration) == ({}, {ADA: 1})


# Ownership

TEN_DAYS = timedelta(days=10)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_whoever_came_first_owns_the_candidate(rule):
    touches = path((ADA, 9), (BEN, 5), (CLEO, 1))
    decision = decide(rule, touches, APPLIED, WINDOW, TEN_DAYS)
    assert decision.shares == {ADA: 1}
    assert decision.dropped == {"1": Dropped.OWNED_BY_ANOTHER, "2": Dropped.OWNED_BY_ANOTHER}


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        (path((ADA, 11), (BEN, 5), (CLEO, 1)), "2: 1"),  # Ada's time is over, Ben's isn't
        (path((ADA, 12), (BEN, 11)), "1: 1/2, 2: 1/2"),  # nobody's any more: by the rule
        (path((ADA, 10), (BEN, 1)), "1: 1"),  # the last moment of her ten days
        (path((ADA, 9), (BEN, 9), (CLEO, 1)), "1: 1/2, 2: 1/2"),  # two came first
        (path((ADA, 20), (BEN, 9), (BEN, 1), (ADA, 1)), "2: 1"),
    ],
)
def test_ownership_looks_back_from_the_application(touches, expected):
    assert shares(LINEAR, touches, ownership=TEN_DAYS) == parts(expected)


def test_ownership_may_reach_further_than_the_window():
    touches = path((ADA, 100), (BEN, 1))
    assert shares(LAST_TOUCH, touches, ownership=timedelta(days=180)) == {ADA: 1}
    assert shares(LAST_TOUCH, touches) == {BEN: 1}


def test_nobody_owns_who_reads():
    touches = [touch("a", ADA, 9, By.READ), touch("b", BEN, 1, By.READ), touch("c", CLEO, 1)]
    decision = decide(LINEAR, touches, APPLIED, WINDOW, TEN_DAYS)
    assert decision.inspiration == parts("1: 1/2, 2: 1/2")
    assert decision.shares == {CLEO: 1}


def test_a_robot_owns_nobody():
    touches = [touch("a", ADA, 9, is_person=False), touch("b", BEN, 1)]
    assert shares(LAST_TOUCH, touches, ownership=TEN_DAYS) == {BEN: 1}


# By name


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_found_by_what_a_receipt_says_of_it(rule):
    stated = {"window_days": 30, **rule.parameters}
    found = rule_named(rule.name, rule.version, stated)
    assert (found.name, found.version, found.parameters) == (
        rule.name,
        rule.version,
        rule.parameters,
    )
    assert shares(found, FOUR) == shares(rule, FOUR)


def test_a_half_life_is_found_again():
    assert rule_named("time_decay", 1, {"half_life_days": 14}).parameters == {"half_life_days": 14}


@pytest.mark.parametrize(("name", "version"), [("by_lot", 1), ("linear", 2)])
def test_a_rule_that_never_was_is_not_found(name, version):
    with pytest.raises(LookupError):
        rule_named(name, version)


@pytest.mark.parametrize(
    ("macro", "names"),
    [("dropped", list(Dropped)), ("rule", list(RULES))],
    ids=["reasons", "rules"],
)
def test_every_reason_and_every_rule_has_words(app, macro, names):
    with app.test_request_context():
        words = app.jinja_env.get_template("referrals/words.html").make_module({})
        said = {getattr(words, macro)(name).strip() for name in names}
    assert len(said) == len(names)
    assert "" not in said


# Properties, of every rule with any window and any ownership

rules = st.sampled_from(
    [FIRST_TOUCH, LAST_TOUCH, LAST_NON_DIRECT, LINEAR, POSITION, time_decay(1), time_decay(7)]
)
spans = st.integers(1, 45).map(lambda days: timedelta(days=days))
terms = st.fixed_dictionaries({"window": spans, "ownership": st.none() | spans})
# Few moments, so that many touches are of the same one.
moments = st.integers(-45, 2).map(lambda days: APPLIED + timedelta(days=days))
good = st.builds(
    touch,
    st.uuids().map(str),
    st.integers(1, 4),
    st.integers(0, 12),
    st.sampled_from(By),
)
any_facts = st.builds(
    TouchFact,
    key=st.uuids().map(str),
    person=st.integers(1, 4),
    at=moments,
    is_person=st.booleans(),
    is_opened=st.booleans(),
    is_known=st.booleans(),
    is_own=st.booleans(),
    sharer_left_at=st.none() | moments,
    link_off_since=st.none() | moments,
    by=st.sampled_from(By),
)
several = st.lists(good | any_facts, max_size=14, unique_by=lambda fact: fact.key)


def decided(rule, touches, terms):
    return decide(rule, touches, APPLIED, **terms)


def both(decision):
    return {
        (kind, person): share
        for kind, of_kind in (
            (Kind.REFERRAL, decision.shares),
            (Kind.INSPIRATION, decision.inspiration),
        )
        for person, share in of_kind.items()
    }


@given(rules, several, terms)
def test_shares_are_exact_positive_and_sum_to_one_or_none(rule, touches, terms):
    decision = decided(rule, touches, terms)
    assert all(type(share) is Fraction and share > 0 for share in both(decision).values())
    for kind, of_kind in (
        (Kind.REFERRAL, decision.shares),
        (Kind.INSPIRATION, decision.inspiration),
    ):
        used = [fact for fact in touches if fact.key in decision.used and fact.by.kind is kind]
        assert sum(of_kind.values()) == (1 if used else 0)
        assert set(of_kind) == {fact.person for fact in used}


@given(rules, several, terms)
def test_a_share_fits_the_database(rule, touches, terms):
    assert all(share.denominator < 2**31 for share in both(decided(rule, touches, terms)).values())


@given(rules, several, terms)
def test_every_touch_is_used_or_dropped_with_a_reason(rule, touches, terms):
    decision = decided(rule, touches, terms)
    assert sorted([*decision.used, *decision.dropped]) == sorted(fact.key for fact in touches)


@given(rules, several, terms, st.randoms(use_true_random=False))
def test_neither_the_order_of_touches_nor_that_of_equal_times_matters(rule, touches, terms, chance):
    expected = decided(rule, touches, terms)
    shuffled = list(touches)
    chance.shuffle(shuffled)
    assert decided(rule, shuffled, terms) == expected
    # Keys decide how equal times are sorted: with others the shares must be the same.
    keys = [fact.key for fact in touches]
    chance.shuffle(keys)
    renamed = [replace(fact, key=key) for fact, key in zip(touches, keys, strict=True)]
    assert both(decided(rule, renamed, terms)) == both(expected)


@given(rules, several, several, terms)
def test_adding_previews_prefetches_and_bots_changes_nothing(rule, touches, others, terms):
    bots = [replace(fact, is_person=False, key=f"bot {fact.key}") for fact in others]
    with_bots = decided(rule, [*touches, *bots], terms)
    without = decided(rule, touches, terms)
    assert both(with_bots) == both(without)
    assert with_bots.used == without.used
    assert {key: why for key, why in with_bots.dropped.items() if key in without.dropped} == (
        without.dropped
    )


# Where a definition less careful would fail: somebody in the middle who becomes one of three that
# were first together, by one touch of ten; and whom an owner shielded from the one after.
TOGETHER = [touch("x", DAN, 9), *path((ADA, 5), (BEN, 5), (CLEO, 5), (CLEO, 1))]
HANDED_ON = path((ADA, 12), (BEN, 8), (CLEO, 1))


@given(rules, several, terms, st.integers(1, 4))
@example(POSITION, TOGETHER, {"window": WINDOW, "ownership": None}, DAN)
@example(LAST_TOUCH, HANDED_ON, {"window": WINDOW, "ownership": TEN_DAYS}, ADA)
@example(FIRST_TOUCH, HANDED_ON, {"window": WINDOW, "ownership": TEN_DAYS}, BEN)
def test_taking_away_one_persons_touches_never_lowers_anothers_share(rule, touches, terms, gone):
    before = both(decided(rule, touches, terms))
    after = both(decided(rule, [fact for fact in touches if fact.person != gone], terms))
    for (kind, person), share in before.items():
        if person != gone:
            assert after[kind, person] >= share
