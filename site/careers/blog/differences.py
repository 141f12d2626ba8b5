"""What has changed from one text to another: lines first, then words within the lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST = 4_000_000  # pairs of words that are compared; more is shown as gone and come
AROUND = 2  # lines that did not change, shown before and after what did


@dataclass(frozen=True)
class Piece:
    """A part of a text: in both, only in the one before, only in the one after, or left out."""

    kind: Literal["same", "gone", "come", "left out"]
    words: str


def differences(before: str, after: str) -> list[Piece]:
    """`after` in pieces, and those of `before` that are gone; lines far from any are left out.

    >>> [(piece.kind, piece.words) for piece in differences("one two", "one three")]
    [('same', 'one '), ('gone', 'two'), ('come', 'three')]
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (step, a, b, c, d) in enumerate(steps):
        if step == "equal":
            pieces += _shortened(new[c:d], first=number == 0, last=number == len(steps) - 1)
        elif step == "replace":
            pieces += _by_words("".join(old[a:b]), "".join(new[c:d]))
        else:
            pieces += _one("gone", old[a:b]) + _one("come", new[c:d])
    return pieces


def _one(kind: Literal["same", "gone", "come"], parts: Sequence[str]) -> list[Piece]:
    return [Piece(kind, "".join(parts))] if parts else []


def _shortened(lines: Sequence[str], *, first: bool, last: bool) -> list[Piece]:
    before, after = (0 if first else AROUND), (0 if last else AROUND)
    if len(lines) <= before + after + 1:
        return _one("same", lines)
    return [
        *_one("same", lines[:before]),
        Piece("left out", "…\n"),
        *_one("same", lines[len(lines) - after :]),
    ]


def _by_words(before: str, after: str) -> list[Piece]:
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    if len(old) * len(new) > MOST:
        return _one("gone", old) + _one("come", new)
    pieces: list[Piece] = []
    for step, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            pieces += _one("same", new[c:d])
        else:
            pieces += _one("gone", old[a:b]) + _one("come", new[c:d])
    return pieces
