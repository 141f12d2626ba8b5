"""Every text of the interface is there in French, and says the same."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import messages


@cache
def in_use():
    return messages.texts_in_use()


@pytest.fixture(scope="module")
def french():
    return {message.id: message for message in messages.french() if message.id}


def test_every_text_has_its_french(french):
    lacking = []
    for message in in_use():
        found = french.get(message)
        strings = (
            found.string if found and isinstance(found.string, tuple) else (found and found.string,)
        )
        if not all(strings):
            lacking.append(message)
    assert lacking == []


def test_no_french_is_left_of_texts_that_are_gone(french):
    assert set(french) - in_use() == set()


def test_a_translation_fills_in_the_same_values(french):
    for message in french.values():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {name for text in ids for name in re.findall(r"%\((\w+)\)", text)}
        for text in strings:
            assert set(re.findall(r"%\((\w+)\)", text)) <= wanted, message.id
        assert wanted <= {n for text in strings for n in re.findall(r"%\((\w+)\)", text)} | {"num"}


def test_no_translation_is_only_guessed(french):
    assert [message.id for message in french.values() if message.fuzzy] == []


def test_french_is_spaced_as_french(french):
    for message in french.values():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in strings:
            assert not re.search(r"\S [:;!?»](?!\S)", text), text
            assert not re.search(r"« \w", text), text
            assert "'" not in re.sub(r"%\(\w+\)s", "", text), text


def test_french_leaves_no_name_where_it_would_have_to_elide(french):
    """“le lien de Ada”: what stands before a name is the same before every name."""
    for message in french.values():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in strings:
            assert not re.search(r"\b(de|que|jusque|lorsque|puisque) %\(names?\)s", text), text
