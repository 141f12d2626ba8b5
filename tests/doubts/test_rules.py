"""Each rule by a table, and what holds of all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.doubts.inflation import Clicks, Inflation, Oddity, at_most, inflation, may_be_odd
from referrals.doubts.rules import Alike, Facts, Kind, LinkUsed, Referrer, may_review, signs
from tests.doubts.honest_links import doubted

APPLIED = datetime(2026, 11, 2, 9, tzinfo=UTC)
ADA = Referrer("ada", "ada@acme.example", "ada-engel", is_credited=True)
FACTS = Facts("nadia@mail.example", "nadia-rossi", APPLIED, referrers=(ADA,))
THROWAWAY = {"bin.example"}
ODD = Inflation(Clicks(people=90, confirmed=2), (Oddity.UNSEEN,), 0.8)


def link(code="l1", made=-1, odd=None):
    return LinkUsed(code, "ada", APPLIED + timedelta(days=made), odd)


def found(**facts):
    return {
        sign.kind.value: list(sign.grounds) for sign in signs(replace(FACTS, **facts), THROWAWAY)
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {}),
        # self-referral: by mailbox, name, and what an own application has too
        ({"mailbox": "ada@acme.example"}, {"self_referral": ["ada:mail"]}),
        ({"name_key": "ada-engel"}, {"self_referral": ["ada:name"]}),
        (
            {"alike": (Alike("cv", "ada", "a1"), Alike("phone", "ada", "a1"))},
            {"self_referral": ["ada:cv", "ada:phone"]},
        ),
        (
            {"alike": (Alike("cv", "ada", "a1"), Alike("cv", "ada", "a2"))},
            {"self_referral": ["ada:cv"]},
        ),
        ({"mailbox": "ada@acme.example", "has_mailbox": ("ada",)}, {"self_referral": ["ada:mail"]}),
        ({"name_key": "", "referrers": (replace(ADA, name_key=""),)}, {}),
        # somebody else who works here
        ({"has_mailbox": ("carl",)}, {"employee_mail": ["carl:mail"]}),
        ({"alike": (Alike("phone", "carl", "a1"),)}, {"employee_phone": ["carl:phone"]}),
        ({"alike": (Alike("cv", "carl", "a1"),)}, {"employee_cv": ["carl:cv"]}),
        # the hiring chain: only of those who have credit
        ({"referrers": (replace(ADA, is_asked=True),)}, {"hiring_chain": ["ada:asked"]}),
        (
            {"referrers": (replace(ADA, is_asked=True, has_moved=True),)},
            {"hiring_chain": ["ada:asked", "ada:moved"]},
        ),
        ({"referrers": (replace(ADA, has_seat=True),)}, {"hiring_chain": ["ada:seat"]}),
        ({"referrers": (replace(ADA, is_asked=True, is_credited=False),)}, {}),
        # links
        ({"links": (link(made=-1), link("l2", made=0))}, {}),
        ({"links": (link(made=1),)}, {"late_link": ["l1"]}),
        ({"links": (link(odd=ODD),)}, {"click_inflation": ["l1:unseen"]}),
        # many candidates by one visitor: three of them, this one counted
        ({"same_visitor": ("a1",)}, {}),
        ({"same_visitor": ("a1", "a2")}, {"one_visitor": ["a1", "a2"]}),
        ({"same_visitor": ("a1", "a1")}, {}),
        # throwaway mailboxes, below a listed host too, but not beside it
        ({"mailbox": "x@bin.example"}, {"disposable_mail": ["host"]}),
        ({"mailbox": "x@a.bin.example"}, {"disposable_mail": ["host"]}),
        ({"mailbox": "x@cabin.example"}, {}),
        ({"mailbox": ""}, {}),
        # nobody is said to have brought them: nothing is doubtful about who did
        ({"referrers": (), "mailbox": "x@bin.example", "has_mailbox": ("carl",)}, {}),
    ],
)  # fmt: skip
def test_each_rule(facts, expected):
    assert found(**facts) == expected


def test_a_visitor_and_a_host_are_never_among_what_is_kept():
    [one] = signs(replace(FACTS, mailbox="x@bin.example"), THROWAWAY)
    assert one.facts == {}


codes = st.sampled_from(["ada", "carl", "rosa"])
referrers = st.builds(
    Referrer, codes, st.sampled_from(["ada@acme.example", "n@bin.example"]),
    st.sampled_from(["", "ada-engel"]), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
everything = st.builds(
    Facts,
    mailbox=st.sampled_from(["ada@acme.example", "n@bin.example", "n@mail.example"]),
    name_key=st.sampled_from(["", "ada-engel", "nadia-rossi"]),
    applied_at=st.just(APPLIED),
    referrers=st.lists(referrers, max_size=3, unique_by=lambda one: one.code).map(tuple),
    has_mailbox=st.lists(codes, max_size=3).map(tuple),
    alike=st.lists(
        st.builds(Alike, st.sampled_from(["cv", "phone"]), codes, st.just("a1")), max_size=4
    ).map(tuple),
    links=st.lists(
        st.builds(link, codes, st.integers(-2, 2), st.sampled_from([None, ODD])),
        max_size=3,
        unique_by=lambda one: one.code,
    ).map(tuple),
    same_visitor=st.lists(st.sampled_from(["a1", "a2", "a3"]), max_size=4).map(tuple),
)


@given(everything, st.randoms())
def test_the_order_of_facts_says_nothing(facts, chance):
    def mixed(rows):
        rows = list(rows)
        chance.shuffle(rows)
        return tuple(rows)

    other = replace(
        facts, referrers=mixed(facts.referrers), has_mailbox=mixed(facts.has_mailbox),
        alike=mixed(facts.alike), same_visitor=mixed(facts.same_visitor),
    )  # fmt: skip
    assert signs(other, THROWAWAY) == signs(facts, THROWAWAY)


@given(everything)
def test_each_kind_stands_once_and_rests_on_something(facts):
    made = signs(facts, THROWAWAY)
    assert [one.kind for one in made] == [kind for kind in Kind if kind in {s.kind for s in made}]
    for one in made:
        assert one.grounds
        assert len(set(one.grounds)) == len(one.grounds)


@given(everything, st.lists(st.sampled_from(["a1", "a2", "a3", "a4"]), max_size=3))
def test_more_facts_never_take_a_sign_away(facts, more):
    grown = replace(facts, same_visitor=(*facts.same_visitor, *more))
    before = {one.kind: set(one.grounds) for one in signs(facts, THROWAWAY)}
    after = {one.kind: set(one.grounds) for one in signs(grown, THROWAWAY)}
    assert all(grounds <= after[kind] for kind, grounds in before.items())


def test_nobody_judges_what_they_are_part_of():
    assert may_review(1, {2, 3})
    assert not may_review(2, {2, 3})


# -- clicks ----------------------------------------------------------------------------------------

USUAL = Clicks(people=500, confirmed=400, human=500, repeat=250, bot=500)
NOTHING = Clicks()


@pytest.mark.parametrize(
    ("clicks", "odd"),
    [
        (Clicks(people=19, confirmed=0, human=19), []),  # too few to say anything
        (Clicks(people=20, confirmed=0, human=20), ["unseen"]),
        (Clicks(people=100, confirmed=40, human=100), []),  # half as often as others
        (Clicks(people=100, confirmed=30, human=100), []),
        (Clicks(people=100, confirmed=20, human=100), ["unseen"]),
        (Clicks(people=5, confirmed=5, human=9, repeat=99), []),
        (Clicks(people=5, confirmed=5, human=9, repeat=100), ["repeats"]),
        (Clicks(people=5, confirmed=5, human=10, repeat=100), []),
        (Clicks(people=5, confirmed=5, human=19, bot=199), []),
        (Clicks(people=5, confirmed=5, human=19, bot=200), ["bots"]),
        (Clicks(people=5, confirmed=5, human=20, bot=200), []),
        (Clicks(people=40, confirmed=0, human=40, repeat=900, bot=900), ["unseen", "repeats", "bots"]),
    ],
)  # fmt: skip
def test_what_is_odd_about_clicks(clicks, odd):
    found = inflation(clicks, USUAL, USUAL, NOTHING)
    assert ([one.value for one in found.oddities] if found else []) == odd


def test_it_is_compared_with_its_channel_then_with_all_then_with_itself():
    low = Clicks(people=200, confirmed=20, human=200)
    link = Clicks(people=40, confirmed=2, human=40)
    assert inflation(link, low, USUAL, USUAL) is None  # on its channel nobody sees much
    assert inflation(link, NOTHING, USUAL, low).usual == 0.8
    assert inflation(link, NOTHING, NOTHING, USUAL).usual == 0.8
    assert inflation(link, NOTHING, NOTHING, low) is None
    assert inflation(link, NOTHING, NOTHING, NOTHING) is None  # nobody knows what is usual


def test_what_many_links_have_is_not_odd():
    bots = Clicks(people=500, confirmed=400, human=500, repeat=9_000, bot=9_000)
    assert inflation(Clicks(5, 5, 9, 150, 250), bots, bots, NOTHING) is None


def test_the_tail_of_the_binomial():
    assert at_most(1, 20, 0.4) == pytest.approx(0.000524, rel=1e-2)
    assert at_most(20, 20, 0.4) == 1
    assert at_most(0, 3, 0) == 1
    assert at_most(0, 3, 1) == 0
    assert at_most(2_000, 10_000, 0.4) < 1e-100


@given(
    st.integers(20, 5_000), st.integers(0, 5_000),
    st.builds(Clicks, st.integers(50, 900), st.integers(0, 50), st.integers(50, 900)),
)  # fmt: skip
def test_who_sees_the_page_half_as_often_as_others_is_never_odd(people, confirmed, others):
    confirmed = min(people, confirmed)
    link = Clicks(people=people, confirmed=confirmed, human=people)
    if confirmed / people >= others.confirmed / others.people / 2:
        assert inflation(link, others, others, NOTHING) is None


def test_of_the_links_of_honest_people_hardly_one_is_doubted():
    looked_at, odd = doubted(20_000, 7)
    assert looked_at > 4_000
    assert odd <= 5


def test_a_link_clicked_by_a_script_is_found():
    made = Clicks(people=300, confirmed=9, human=300)
    assert may_be_odd(made)
    assert inflation(made, NOTHING, USUAL, NOTHING).oddities == (Oddity.UNSEEN,)
