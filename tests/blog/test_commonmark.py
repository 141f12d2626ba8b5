"""Every example of CommonMark becomes a page, as it would be stored."""

from __future__ import annotations

import re
from pathlib import Path

import nh3
import pytest

from careers.base import prose
from tests.node_packages import installed

EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", re.MULTILINE | re.DOTALL)
HTML = re.compile(r"<(?!(?:https?|mailto):)[A-Za-z/!?]")  # of theirs, which is not ours


@pytest.fixture(scope="module")
def examples() -> list[tuple[str, str]]:
    """Markdown and HTML of each, from the specification itself."""
    packages = installed(Path(__file__).parents[1] / "checkers")
    text = (packages / "commonmark-spec" / "spec.txt").read_text()
    text = text.partition("<!-- END TESTS -->")[0]
    return [tuple(part.replace("→", "\t") for part in found) for found in EXAMPLE.findall(text)]


def test_every_example_is_shown(examples):
    assert len(examples) > 640
    for markdown, _html in examples:
        for html in (
            prose.markdown_to_html(markdown),
            prose.markdown_to_html(markdown, lambda code, words: f"<img alt='{words}'>"),
        ):
            assert not re.search(r"<(?:script|style|iframe|[^>]*\son\w+=)", html), markdown


def test_the_words_of_each_are_those_of_the_specification(examples):
    """Where it has neither HTML of its own, which we refuse, nor pictures, which we take in."""
    alike = 0
    for markdown, expected in examples:
        if HTML.search(markdown) or "![" in markdown:
            continue
        ours = prose.plain_text(prose.markdown_to_html(markdown))
        assert ours == prose.plain_text(nh3.clean(expected)), markdown
        alike += 1
    assert alike > 450
