"""What an address carries of a visit: bounded, and with no read that wasn't."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from referrals.trails import LINKS, LONGEST, READS, Read, Via, joined, read_at, trail_from, trail_of

KEY = "k" * 40
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODES = st.text("abcdefgh23456789", min_size=6, max_size=16)
LINKS_FOLLOWED = st.builds(
    Via, CODES, st.none() | st.just("typed") | st.text("0123456789abcdef", min_size=20, max_size=20)
)
PAGES_READ = st.builds(
    lambda of, code, seconds: read_at(of, code, NOON + timedelta(seconds=seconds), KEY),
    st.sampled_from("ea"), CODES, st.integers(0, 86_400),
)  # fmt: skip
STEPS = st.lists(LINKS_FOLLOWED | PAGES_READ, max_size=30)


@given(STEPS)
def test_a_trail_survives_its_address(steps):
    trail = trail_of(steps)
    assert trail_from(trail.token, KEY) == trail
    assert joined(trail, trail) == trail


@given(STEPS)
def test_a_trail_is_bounded_and_keeps_the_first_link_and_the_last_step(steps):
    trail = trail_of(steps)
    assert len(trail.links) <= LINKS
    assert len(trail.reads) <= READS
    assert len(trail.token) <= LONGEST
    assert len(set(trail.steps)) == len(trail.steps)
    links = [step for step in steps if isinstance(step, Via)]
    if links:
        assert trail.links[0] == links[0]
        assert {*links} <= {*trail.links} or len({*links}) > LINKS


@given(PAGES_READ, st.integers(0, 200), st.sampled_from("0123456789abcdefXZ"))
def test_a_read_that_was_changed_or_made_up_is_passed_over(read, place, letter):
    token = read.token
    place %= len(token)
    forged = token[:place] + letter + token[place + 1 :]
    assert trail_from(forged, KEY).reads == ([read] if forged == token else [])
    assert trail_from(token, "another key" * 4).reads == []


@given(st.text(max_size=600))
def test_nonsense_is_an_empty_trail_or_names_only_codes(text):
    assert all(isinstance(step, Via) for step in trail_from(text, KEY).steps)


def test_a_page_that_was_read_again_stands_where_it_was_read_last():
    early, late = (read_at("e", "someone1", NOON + timedelta(hours=n), KEY) for n in (0, 1))
    link = Via("abcdef12", "0" * 20)
    assert trail_of([early, link, late]).steps == (link, late)
    assert Read("e", "someone1", NOON, early.seal) == early


def test_how_a_touch_came_about_is_told_from_its_step():
    assert [Via("abcdef", click).how for click in (None, "typed", "0a")] == [
        "carried", "code", "click",
    ]  # fmt: skip
