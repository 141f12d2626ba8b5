"""What a reader gets besides the text: where its parts are, and what to read on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from careers.base import prose

FEWEST_PARTS = 3  # a shorter text has no need of a list of contents
_HEADING = re.compile(r"<h2>(.*?)</h2>", re.S)


@dataclass(frozen=True)
class Contents:
    """A text whose parts can be gone to; (address, heading) of each, none where they are few."""

    html: str
    parts: tuple[tuple[str, str], ...]


def contents_of(body_html: str) -> Contents:
    """`body_html`, as `prose` made it, with an address for each of its second-level headings
    that has words.

    The addresses count: nothing that an author writes becomes one.
    """
    parts: list[tuple[str, str]] = []

    def address(found: re.Match[str]) -> str:
        heading = prose.plain_text(found[1])
        if not heading:
            return found[0]
        parts.append((f"part-{len(parts) + 1}", heading))
        return f'<h2 id="{parts[-1][0]}">{found[1]}</h2>'

    html = _HEADING.sub(address, body_html)
    if len(parts) < FEWEST_PARTS:
        return Contents(body_html, ())
    return Contents(html, tuple(parts))


def made_absolute(body_html: str, base_url: str) -> str:
    """`body_html` for readers elsewhere: its pictures by their full address."""
    return re.sub(r'(?<=[" ])/blog/pictures/', f"{base_url}/blog/pictures/", body_html)
