"""Passages of an article: what an editor comments on, found again after the text has changed.

Pure functions. A passage is words as they are read, without Markdown, with the words around it. It
is where it stands in the text; where it stands several times, there where most around it is the
same; where it was changed, between what stood around it. Otherwise it is gone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from careers.base.prose import INLINE, TAG

LONGEST = 2_000  # characters of a passage
AROUND = 60  # characters that are kept before and after it
SURE = 12  # characters around a changed passage that must be the same, on each side
GROWN = 600  # characters that a changed passage may have at most, or three times what it had
_PIECE = re.compile(rf"{TAG.pattern} | (&[#A-Za-z0-9]+;)", re.DOTALL | re.VERBOSE)


@dataclass(frozen=True)
class Flat:
    """The words of safe HTML, with single spaces, and where each character of them comes from."""

    words: str
    at: tuple[tuple[int, int], ...]  # from, to in the HTML; from = to: a space between elements


@dataclass(frozen=True)
class Passage:
    """Words of an article and the words around them, each with single spaces."""

    words: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Place:
    """Where a passage stands in a text: from, to; and whether its words are still the same."""

    start: int
    end: int
    is_same: bool


def flat(html: str) -> Flat:
    """The words of `html`, as `careers.base.prose` made it."""
    signs: list[str] = []
    at: list[tuple[int, int]] = []

    def add(sign: str, start: int, end: int) -> None:
        if sign in " \t\r\n\f":
            if not signs or signs[-1] == " ":
                return
            sign = " "
        signs.append(sign)
        at.append((start, end))

    for start, end, shown in _shown(html):
        if shown is None:
            add(" ", start, start)
        elif end - start == len(shown):
            for offset, sign in enumerate(shown, start):
                add(sign, offset, offset + 1)
        else:
            for sign in shown:
                add(sign, start, end)
    if signs and signs[-1] == " ":
        signs.pop()
        at.pop()
    return Flat("".join(signs), tuple(at))


def _shown(html: str) -> Iterator[tuple[int, int, str | None]]:
    """Where each piece of text stands, and what is seen of it; None: an element parts it."""
    here = 0
    for found in _PIECE.finditer(html):
        if found.start() > here:
            yield here, found.start(), html[here : found.start()]
        if found[2]:
            yield found.start(), found.end(), unescape(found[2])
        elif not (found[1] and found[1].lower() in INLINE):
            yield found.start(), found.end(), None
        here = found.end()
    if here < len(html):
        yield here, len(html), html[here:]


def blocks_of(html: str) -> list[str]:
    """The words of each paragraph, heading, entry of a list and so on, in their order."""
    blocks, signs = [], []
    for _start, _end, shown in _shown(html):
        if shown is not None:
            signs.append(shown)
        elif signs:
            blocks.append(spaced("".join(signs)))
            signs = []
    blocks.append(spaced("".join(signs)))
    return [words for words in blocks if words]


def spaced(words: str) -> str:
    """`words` with single spaces.

    >>> spaced(" one\\r\\n two ")
    'one two'
    """
    return re.sub(r"[ \t\r\n\f]+", " ", words).strip(" ")


def passage_at(text: str, words: str, place: int = 0) -> Passage | None:
    """`words` as a passage of `text`, with what stands around them; None where they don't stand.

    Of several the first one that begins at `place` or after it. Words that are cut are made whole.
    """
    words = spaced(words)
    start = text.find(words, place) if words else -1
    if start < 0 <= place:
        start = text.find(words) if words else -1
    if start < 0:
        return None
    end = start + len(words)
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return Passage(text[start:end], text[max(start - AROUND, 0) : start], text[end : end + AROUND])


def find(text: str, passage: Passage) -> Place | None:
    """Where `passage` stands in `text` now; None where it is gone."""
    length = len(passage.words)
    same = [
        Place(found.start(), found.start() + length, is_same=True)
        for found in re.finditer(re.escape(passage.words), text)
    ]
    longest = max(GROWN, 3 * length)
    found = same or [
        Place(start, end, is_same=False)
        for start in _starts(text, passage.before)
        if text[start : (end := _end(text, passage.after, start, longest))].strip() and end > start
    ]
    return max(found, key=lambda place: _same_around(text, passage, place), default=None)


def _starts(text: str, before: str) -> list[int]:
    """Where what followed `before` may begin."""
    if len(before) < SURE:  # it stood at the very beginning
        return [len(before)] if text.startswith(before) else []
    return [found.end() for found in re.finditer(re.escape(before[-SURE:]), text)]


def _end(text: str, after: str, start: int, longest: int) -> int:
    """Where what begins at `start` and was followed by `after` ends; -1: nowhere."""
    if len(after) < SURE:  # it stood at the very end
        end = len(text) - len(after)
        return end if text.endswith(after) and end - start <= longest else -1
    return text.find(after[:SURE], start, start + longest + SURE)


def _same_around(text: str, passage: Passage, place: Place) -> int:
    """How many characters before and after `place` are those that stood around `passage`."""
    before = text[max(place.start - AROUND, 0) : place.start]
    return _same(reversed(before), reversed(passage.before)) + _same(
        text[place.end : place.end + AROUND], passage.after
    )


def _same(one: Iterable[str], other: Iterable[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def marked(html: str, flat: Flat, places: Iterable[tuple[int, Place]]) -> str:
    """`html`, of which `flat` has the words, with what stands at `places` marked, and the number
    that each goes by behind it.
    """
    covered: set[tuple[int, int]] = set()
    behind: dict[int, list[int]] = defaultdict(list)
    for number, place in places:
        spans = [(start, end) for start, end in flat.at[place.start : place.end] if end > start]
        if spans:
            covered.update(spans)
            behind[spans[-1][1]].append(number)
    cuts: list[tuple[int, int, str]] = []  # where in the HTML, in which order, what is put there
    for start, end in _runs(html, sorted(covered)):
        cuts += [(start, 2, '<mark class="passage">'), (end, 0, "</mark>")]
    for at, numbers in behind.items():
        signs = (f'<sup class="passage-number" id="passage-{one}">{one}</sup>' for one in numbers)
        cuts.append((at, 1, "".join(signs)))
    made, here = [], 0
    for at, _order, put in sorted(cuts):
        made += [html[here:at], put]
        here = at
    return "".join([*made, html[here:]])


def _runs(html: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """From where to where `spans` follow one another without an element between them."""
    runs: list[tuple[int, int]] = []
    for start, end in spans:
        if runs and not html[runs[-1][1] : start].strip():
            runs[-1] = runs[-1][0], end
        else:
            runs.append((start, end))
    return runs


def in_context(text: str, place: Place, around: int = 40) -> tuple[str, str, str]:
    """What stands before, at and after `place`, cut between words."""
    before, after = text[: place.start], text[place.end :]
    if len(before) > around:
        before = "… " + before[-around:].partition(" ")[2]
    if len(after) > around:
        after = after[:around].rpartition(" ")[0] + " …"
    return before, text[place.start : place.end], after
