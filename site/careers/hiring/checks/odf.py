"""What an OpenDocument text (ODT) does. Source: OASIS OpenDocument 1.3, parts 2 and 3."""

from __future__ import annotations

import re

from careers.hiring.checks.markup import elements

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_SCRIPT = "urn:oasis:names:tc:opendocument:xmlns:script:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_HREF = "http://www.w3.org/1999/xlink href"
_DDE = {f"{_OFFICE} dde-source", f"{_TEXT} dde-connection-decl", f"{_TEXT} dde-connection"}
_ELSEWHERE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)


def says_of(markup: bytes) -> str:
    """`macros` when content or styles act, `outside` when they load something; else "".

    A link that a person follows (text:a, or an image's draw:a) is neither. Raises Malformed.
    """
    for element in elements(markup):
        if element.name == f"{_OFFICE} script" or element.name in _DDE:
            return "macros"
        if element.name.startswith(f"{_SCRIPT} "):
            return "macros"
        target = element.attributes.get(_HREF, "")
        followed = element.name.rpartition(" ")[2] == "a"
        if followed and re.match(
            r"\s*(?:vnd\.sun\.star\.)?(?:script|macro):", target, re.IGNORECASE
        ):
            return "macros"
        if not followed and _ELSEWHERE.match(target):
            return "outside"
    return ""
