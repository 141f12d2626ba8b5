"""Texts to share with: three of each kind, in one's own words, never twice in a row."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers.base.languages import LANGUAGES
from referrals import texts
from tests.referrals.sharing.panel_answers import ADDRESS, words_of_people

VOICES = ("job", "jobs", "article", "written", "expert", "myself")


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_three_different_short_texts_for_each_kind_of_page(app, voice, language):
    with app.test_request_context(), texts.force_locale(language):
        three = texts.defaults(voice)
    assert len(set(three)) == texts.VARIANTS
    for text in three:
        said = texts.fill(text, "Data engineer", "Lyon")
        assert len(said) <= 140, said
        assert "{" not in said
        assert "!" not in said
        assert ("Data engineer" in said) == (voice not in {"jobs", "myself"})


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("{title}, {place}: open.", "Lyon", "Engineer, Lyon: open."),
        ("{title}, {place}: open.", "", "Engineer: open."),
        ("{title} ({place}), ask me", "", "Engineer, ask me"),
        ("{title} – {place}", "", "Engineer"),
        ("{title} {title}", "Lyon", "Engineer Engineer"),
        ("{other} {title", "Lyon", "{other} {title"),
    ],
)
def test_a_text_is_filled_in_and_reads_well_without_a_place(text, place, said):
    assert texts.fill(text, "Engineer", place) == said


@given(words_of_people, st.text("aé{}, ", max_size=20), st.text("bç{}", max_size=20))
def test_what_was_said_of_one_page_says_the_same_when_it_is_filled_in_again(words, title, place):
    words = re.sub(r"\{(title|place)\}", "", words)
    general = texts.generalised(words, title, place)
    if "{" not in words + title + place:
        assert texts.fill(general, title, place or "nowhere") == words


@given(words_of_people)
def test_what_is_kept_is_plain_text_with_its_lines(written):
    kept = texts.plain(written)
    assert texts.plain(kept) == kept
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]|\n\n\n", kept)
    assert kept == kept.strip()


def test_lines_are_kept_and_long_texts_refused(app):
    assert texts.plain("One.\r\n\r\n\r\n\r\nTwo.\x07 \r\nThree.") == "One.\n\nTwo.\nThree."
    with app.test_request_context(), pytest.raises(texts.TextRefused):
        texts.plain("x" * (texts.LONGEST + 1))


@given(
    st.text("abcdef123", min_size=1, max_size=12),
    st.none() | st.integers(0, 2),
    st.sampled_from(["one", "two", "three", "something else", ""]),
)
def test_no_text_is_offered_twice_in_a_row(code, last, used):
    three = ["one", "two", "three"]
    chosen = texts.first_offered(code, three, last, used)
    assert chosen != last
    assert three[chosen] != used


def test_colleagues_do_not_begin_with_the_same_text():
    codes = [f"colleague{number}" for number in range(60)]
    begun = [texts.first_offered(code, ["one", "two", "three"], None, "") for code in codes]
    assert all(begun.count(number) > 8 for number in range(3))


@pytest.mark.parametrize(
    ("channel", "words", "length"),
    [
        ("x", "", 23),
        ("x", "abc", 27),
        ("x", "é’", 26),
        ("x", "日本🙂", 30),
        ("mastodon", "日本🙂", 27),
        ("bluesky", "abc", 4 + len(ADDRESS)),
        ("bluesky", "", len(ADDRESS)),
        ("sms", "a" * (159 - len(ADDRESS)), 1),
        ("sms", "a" * (160 - len(ADDRESS)), 2),
        ("sms", "€" + "a" * (157 - len(ADDRESS)), 1),
        ("sms", "€" + "a" * (158 - len(ADDRESS)), 2),
        ("sms", "ê" * (69 - len(ADDRESS)), 1),
        ("sms", "ê" * (70 - len(ADDRESS)), 2),
    ],
)
def test_each_network_counts_in_its_own_way(channel, words, length):
    assert texts.length_on(channel, words, ADDRESS) == length
