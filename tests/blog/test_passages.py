"""Passages: found again after the text has changed, and marked without harm to the HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers.base.prose import markdown_to_html, plain_text
from careers.blog.passages import blocks_of, find, flat, marked, passage_at

BEFORE = (
    "Every clock in the house was wrong. They drift a minute. Nobody looked at them for a year."
)


def _now(text: str, words: str, was: str = BEFORE) -> tuple[str, bool] | None:
    passage = passage_at(was, words)
    assert passage is not None
    place = find(text, passage)
    return (text[place.start : place.end].strip(), place.is_same) if place else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (BEFORE, ("They drift a minute.", True)),
        ("New start. " + BEFORE, ("They drift a minute.", True)),
        (BEFORE.replace("a minute", "two minutes"), ("They drift two minutes.", False)),
        (BEFORE.replace("They drift a minute. ", ""), None),
        ("Something else altogether, from the first word to the last.", None),
        ("", None),
        # Moved to another place.
        ("Nobody looked at them. They drift a minute.", ("They drift a minute.", True)),
        # What stood on one side is no longer there: nobody can tell what became of it.
        ("They went off. Nobody looked at them for a year.", None),
    ],
)
def test_a_passage_is_found_changed_or_gone(text, found):
    assert _now(text, "They drift a minute.") == found


def test_of_equal_words_those_are_meant_that_stand_between_the_same():
    was = "The first says no. The second says yes. The third says no."
    last = passage_at(was, "says no", was.index("third"))
    now = "Before all: says no. " + was
    assert find(now, last).start == now.rindex("says no")


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("Every clock", BEFORE.replace("Every clock", "Each watch"), "Each watch"),
        ("for a year.", BEFORE.replace("for a year.", "since."), "since."),
    ],
    ids=["at the beginning", "at the end"],
)
def test_what_changed_at_an_edge_is_found(words, text, found):
    assert _now(text, words) == (found, False)


def test_words_that_were_cut_are_made_whole():
    passage = passage_at(BEFORE, "rift a minu")
    assert (passage.words, passage.before[-5:], passage.after[:4]) == (
        "drift a minute", "They ", ". No",
    )  # fmt: skip


@given(st.text(max_size=80), st.data())
def test_what_stands_in_a_text_is_found_in_it(text, data):
    words = " ".join(text.split())
    start = data.draw(st.integers(0, len(words)))
    passage = passage_at(words, words[start : start + 10], start)
    if passage:
        place = find(words, passage)
        assert place.is_same
        assert words[place.start : place.end] == passage.words


HTML = markdown_to_html(
    "# Clocks\n\nThey *drift* &amp; **lie**, [all](https://a.example) of them.\n\n- one\n- two\n\n"
    "```\nfor x in  y:\n    pass\n```\n"
)


def test_the_words_of_a_text_are_those_that_are_read():
    assert flat(HTML).words == plain_text(HTML)
    assert blocks_of(HTML) == [
        "Clocks", "They drift & lie, all of them.", "one", "two", "for x in y: pass",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("drift", '<em><mark class="passage">drift</mark><sup class="passage-number" id="passage-7">7</sup></em>'),
        ("& lie", '<mark class="passage">&amp; </mark><strong><mark class="passage">lie</mark>'),
        ("one two", '<mark class="passage">one</mark></li>\n<li><mark class="passage">two</mark>'),
    ],
)  # fmt: skip
def test_a_passage_is_marked_and_numbered(words, shown):
    read = flat(HTML)
    made = marked(HTML, read, [(7, find(read.words, passage_at(read.words, words)))])
    assert shown in made
    assert made.count('id="passage-7"') == 1


@given(st.data())
def test_marking_changes_nothing_but_adds_marks(data):
    read, places = flat(HTML), []
    for number in range(1, 4):
        start = data.draw(st.integers(0, len(read.words) - 1))
        end = start + 9
        passage = passage_at(read.words, read.words[start:end], start)
        if passage:
            places.append((number, find(read.words, passage)))
    made = marked(HTML, read, places)
    without_numbers = re.sub(r'<sup class="passage.*?</sup>', "", made)
    assert re.sub(r'</?mark(?: class="passage")?>', "", without_numbers) == HTML
    assert not re.search(r"<mark[^>]*>[^<]*<(?!/mark)", without_numbers)  # no element is cut
