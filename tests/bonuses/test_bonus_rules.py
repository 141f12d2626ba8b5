"""What a bonus comes to, where it stands, who may act: by tables and properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.bonuses.correcting import share_from
from referrals.bonuses.rules import (
    OVERRULABLE,
    Facts,
    Offer,
    Reason,
    State,
    Step,
    allotted,
    divided,
    may_decide,
    offer_for,
    payment_step,
    reasons_against,
    standing,
)
from referrals.bonuses.words import as_written, cents

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = date(2026, 4, 1)


def offer(key, scope="all", team="", jobs=(), since=date(2026, 1, 1), until=None):
    return Offer(key, scope, team, frozenset(jobs), since, until)


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ([], None),
        ([offer(1)], 1),
        ([offer(1), offer(2)], 2),  # of two alike, the one made last
        ([offer(1, "jobs", jobs=[7]), offer(2, "team", "Data"), offer(3)], 1),
        ([offer(1, "jobs", jobs=[8]), offer(2, "team", "Data"), offer(3)], 2),
        ([offer(1, "jobs", jobs=[8]), offer(2, "team", "Law"), offer(3)], 3),
        ([offer(1, since=date(2026, 4, 1), until=date(2026, 4, 1))], 1),  # both edges included
        ([offer(1, since=date(2026, 4, 2))], None),
        ([offer(1, until=date(2026, 3, 31))], None),
    ],
)
def test_one_programme_holds_for_an_application(offers, chosen):
    found = offer_for(offers, job=7, team="Data", applied_on=DAY)
    assert (found and found.key) == chosen
    backwards = offer_for(reversed(offers), job=7, team="Data", applied_on=DAY)
    assert backwards == found


def test_a_job_without_a_team_is_in_no_team():
    assert offer_for([offer(1, "team", "")], job=7, team="", applied_on=DAY) is None


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        (100_000, {1: Fraction(1)}, {1: 100_000}),
        (100_000, {1: Fraction(1, 2), 2: Fraction(1, 2)}, {1: 50_000, 2: 50_000}),
        (100_000, {n: Fraction(1, 3) for n in (1, 2, 3)}, dict.fromkeys((1, 2, 3), 33_333)),
        (1, {1: Fraction(1, 2), 2: Fraction(1, 2)}, {1: 0, 2: 0}),
        (100_000, {}, {}),
    ],
)
def test_shares_of_an_amount(amount, shares, parts):
    assert allotted(amount, shares) == parts


@given(st.integers(1, 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_shares_never_come_to_more_than_the_amount_and_leave_less_than_a_cent_each(amount, weights):
    whole = sum(weights) or 1
    shares = {person: Fraction(weight, whole) for person, weight in enumerate(weights)}
    parts = allotted(amount, shares)
    assert sum(parts.values()) <= amount
    for person, share in shares.items():
        assert 0 <= amount * share - parts[person] < 1


@pytest.mark.parametrize("shares", [{1: Fraction(2, 3), 2: Fraction(1, 2)}, {1: Fraction(-1, 2)}])
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(ValueError, match="sum to at most 1"):
        allotted(100, shares)


@pytest.mark.parametrize(
    ("total", "percents", "paid", "amounts"),
    [
        (100_000, [50, 50], [None, None], [50_000, 50_000]),
        (100_001, [50, 50], [None, None], [50_000, 50_001]),
        (100, [33, 33, 34], [None] * 3, [33, 33, 34]),
        (50_000, [50, 50], [50_000, None], [50_000, 0]),  # corrected to half: nothing is left
        (60_000, [50, 50], [50_000, None], [50_000, 10_000]),
        (100_000, [50, 50], [25_000, None], [25_000, 75_000]),  # corrected upwards: it catches up
        (50_000, [50, 50], [None, 50_000], [0, 50_000]),
        (0, [50, 50], [None, None], [0, 0]),
    ],
)
def test_instalments_of_a_bonus(total, percents, paid, amounts):
    assert divided(total, percents, paid) == amounts


@given(
    st.integers(0, 10**8),
    st.lists(st.tuples(st.integers(1, 50), st.none() | st.integers(0, 10**8)), max_size=3),
)
def test_what_is_unpaid_never_takes_the_instalments_above_the_total(total, rows):
    percents = [percent for percent, _ in rows]
    if percents:
        percents[-1] += 100 - sum(percents) if sum(percents) < 100 else 0
    if sum(percents) != 100:
        return
    paid = [was for _, was in rows]
    made = divided(total, percents, paid)
    given_out = sum(was for was in paid if was is not None)
    assert all(was is None or was == amount for was, amount in zip(paid, made, strict=True))
    assert sum(made) <= max(total, given_out)
    if not any(was is not None for was in paid):
        assert sum(made) == total


def facts(**changed):
    usual = {"due_at": NOW + timedelta(days=1), "amount": 100, "is_hired": True, "has_left": False}
    return Facts(**{**usual, **changed})


@pytest.mark.parametrize(
    ("changed", "state", "reason"),
    [
        ({}, State.PENDING, None),
        ({"due_at": NOW}, State.ELIGIBLE, None),
        ({"due_at": NOW, "is_paid": True}, State.PAID, None),
        ({"is_hired": False}, State.INELIGIBLE, Reason.HIRE_UNDONE),
        ({"is_hired": False, "is_paid": True}, State.PAID, None),  # what is paid stays
        ({"has_left": True}, State.INELIGIBLE, Reason.LEFT),
        ({"amount": 0}, State.INELIGIBLE, Reason.NOT_CREDITED),
        ({"is_refused": True}, State.INELIGIBLE, Reason.REFUSED),
        ({"exclusions": {Reason.RECRUITER}}, State.INELIGIBLE, Reason.RECRUITER),
        (
            {"exclusions": {Reason.RECRUITER, Reason.OWN_APPLICATION}},
            State.INELIGIBLE,
            Reason.OWN_APPLICATION,
        ),
        ({"exclusions": {Reason.RECRUITER}, "overruled": {Reason.RECRUITER}}, State.PENDING, None),
        (
            {"is_hired": False, "overruled": {Reason.RECRUITER}},
            State.INELIGIBLE,
            Reason.HIRE_UNDONE,
        ),
        ({"has_left": True, "overruled": set(Reason)}, State.INELIGIBLE, Reason.LEFT),
        ({"amount": 0, "overruled": set(Reason)}, State.INELIGIBLE, Reason.NOT_CREDITED),
    ],
)
def test_where_an_instalment_stands(changed, state, reason):
    found = standing(facts(**{**changed}), NOW)
    assert (found.state, found.reason) == (state, reason)


@given(st.sets(st.sampled_from(list(Reason))), st.sets(st.sampled_from(list(Reason))))
def test_overruling_takes_away_reasons_and_never_adds_one(exclusions, overruled):
    before = reasons_against(facts(exclusions=frozenset(exclusions)))
    after = reasons_against(facts(exclusions=frozenset(exclusions), overruled=frozenset(overruled)))
    assert after == [one for one in before if one not in overruled or one not in OVERRULABLE]


@pytest.mark.parametrize(
    ("state", "who", "needs_two", "first", "step"),
    [
        (State.ELIGIBLE, 1, False, None, Step.PAID),
        (State.ELIGIBLE, 1, True, None, Step.FIRST),
        (State.ELIGIBLE, 1, True, 1, Step.SAME_PERSON),
        (State.ELIGIBLE, 2, True, 1, Step.PAID),
        (State.ELIGIBLE, 9, False, None, Step.OWN),
        (State.ELIGIBLE, 9, True, 1, Step.OWN),
        (State.PENDING, 1, False, None, Step.NOT_DUE),
        (State.PAID, 2, True, 1, Step.NOT_DUE),
        (State.INELIGIBLE, 1, False, None, Step.NOT_DUE),
    ],
)
def test_who_may_say_that_it_was_paid(state, who, needs_two, first, step):
    assert payment_step(state, 9, who, needs_two, first) is step


def test_nobody_decides_about_themself_or_what_they_decided_before():
    assert may_decide(1, 9, {2, None})
    assert not may_decide(9, 9, set())
    assert not may_decide(2, 9, {2, None})


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1500", 150_000), ("1 500,50", 150_050), ("1500.5", 150_050), ("0", 0), ("0,01", 1),
        ("1,500", None), ("1.500", None), ("-5", None), ("", None), ("1e9", None), ("٣", None),
        ("1500.505", None), ("999999999", None),
    ],
)  # fmt: skip
def test_amounts_are_read_in_whole_cents_or_not_at_all(text, amount):
    assert cents(text) == amount


@given(st.integers(0, 10**9))
def test_an_amount_is_read_as_it_was_written(amount):
    assert cents(as_written(amount)) == amount


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("1/2", Fraction(1, 2)), (" 2 / 3 ", Fraction(2, 3)), ("0", Fraction(0)), ("", Fraction(0)),
        ("1", Fraction(1)), ("3/2", None), ("2", None), ("1/0", None), ("-1/2", None),
        ("0.5", None), ("1e9", None), ("half", None),
    ],
)  # fmt: skip
def test_shares_are_read_as_fractions_or_not_at_all(text, share):
    assert share_from(text) == share
