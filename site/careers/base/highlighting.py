"""Source code with its words told apart: at the site, when it is stored, not in every browser."""

from __future__ import annotations

from html import escape
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String
from pygments.util import ClassNotFound

LONGEST = 10_000  # characters; more stays plain: some languages are read in quadratic time
# What is told apart, by the class of its element.
_KINDS = (
    (Comment, "hl-c"), (Keyword, "hl-k"), (Operator.Word, "hl-k"), (String, "hl-s"),
    (Number, "hl-n"), (Name.Function, "hl-f"), (Name.Class, "hl-f"), (Name.Tag, "hl-k"),
)  # fmt: skip
CLASSES = frozenset(name for _kind, name in _KINDS)


def highlighted(code: str, language: str) -> str:
    """`code` as HTML; without marks where the language isn't known."""
    lexer = _lexer(language) if language and len(code) <= LONGEST else None
    if lexer is None:
        return escape(code, quote=False)
    made: list[str] = []
    before = ""
    for token, words in lexer.get_tokens(code):
        name = _class_of(token)
        if name != before:
            made.append("</span>" if before else "")
            made.append(f'<span class="{name}">' if name else "")
            before = name
        made.append(escape(words, quote=False))
    made.append("</span>" if before else "")
    return "".join(made)


def _lexer(language: str) -> Lexer | None:
    try:
        found: Lexer = get_lexer_by_name(language[:30], stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return found


def _class_of(token: Any) -> str:
    return next((name for kind, name in _KINDS if token in kind), "")
