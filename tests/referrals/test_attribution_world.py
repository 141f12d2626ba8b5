"""The simulated world, small: the default rule holds what it aims at, and nobody gains by cheating."""

from __future__ import annotations

from dataclasses import fields

import pytest

from benchmarks import attribution_world
from benchmarks.attribution_world import report, run, worse
from benchmarks.stories import Assumptions
from referrals.rules import LAST_TOUCH, RULES

DEFAULT = {LAST_TOUCH.name: LAST_TOUCH}


@pytest.fixture(scope="module")
def outcome():
    return run(6_000)


def test_the_default_credits_rightly_and_hardly_ever_wrongly(outcome):
    score = outcome.plain[LAST_TOUCH.name]
    assert score.carried > 2_000
    assert score.rightly >= 0.95
    assert score.wrongly <= 0.005


def test_no_rule_is_righter_than_the_default(outcome):
    for table in (outcome.plain, outcome.consented):
        assert max(score.rightly for score in table.values()) == table[LAST_TOUCH.name].rightly


def test_a_plain_cookie_misses_and_errs_more(outcome):
    ours, cookie = outcome.plain[LAST_TOUCH.name], outcome.cookie
    assert cookie.driven == ours.driven
    assert cookie.right < ours.right
    assert cookie.wrongly > ours.wrongly
    assert cookie.undeservedly > ours.undeservedly


def test_inventing_hops_gains_nobody_anything(outcome):
    assert outcome.chains > 100
    assert outcome.gained == 0


def test_no_machine_is_taken_for_a_person(outcome):
    assert outcome.seen["machine: bot"] > 1_000
    assert outcome.seen["machine: preview"] > 1_000
    assert outcome.seen["machine: human"] == 0


def test_the_same_seed_tells_the_same_world():
    one, other, different = run(300, 1), run(300, 1), run(300, 2)
    assert one == other
    assert one != different


def test_a_world_of_more_mistakes_is_judged_worse():
    usual = run(6_000, rules=DEFAULT).plain[LAST_TOUCH.name]
    wrong = run(6_000, assumptions=Assumptions(misnames=0.5), rules=DEFAULT).plain[LAST_TOUCH.name]
    assert wrong.wrongly > usual.wrongly + 0.02


@pytest.mark.parametrize("name", attribution_world.WORSE)
def test_what_is_made_worse_is_an_assumption(name):
    changed = [
        each.name
        for each in fields(Assumptions)
        if getattr(worse(name), each.name) != getattr(Assumptions(), each.name)
    ]
    assert changed == [name]


def test_the_report_names_every_rule(outcome):
    lines: list[str] = []
    report(outcome, lines.append)
    printed = "\n".join(lines)
    assert all(name in printed for name in RULES)
    assert "a plain last-click cookie" in printed
