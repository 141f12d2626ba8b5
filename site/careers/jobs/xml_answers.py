"""XML of boards, read so that nothing in it can harm: no document type, hence no entities, and no
more elements or depth than a board has.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree  # nosec B405  no document type gets this far

from careers.jobs.boards import InvalidAnswer, check_size

MOST_ELEMENTS, DEEPEST = 1_000_000, 30
_CHUNK = 1 << 16


def root_of(answer: bytes | str) -> ElementTree.Element:
    """The document in `answer`, which must be UTF-8. Raises InvalidAnswer."""
    check_size(answer)
    try:
        text = answer if isinstance(answer, str) else answer.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidAnswer("The answer is not XML in UTF-8.") from None
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise InvalidAnswer("The answer declares a document type, which no board needs.")
    parser: Any = ElementTree.XMLPullParser(("start", "end"))
    count = depth = 0
    root = None
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
            for event, element in parser.read_events():
                root = element if root is None else root
                count += event == "start"
                depth += 1 if event == "start" else -1
                if count > MOST_ELEMENTS or depth > DEEPEST:
                    raise InvalidAnswer("The answer has more elements than any board.")
        parser.close()
    except ElementTree.ParseError:
        raise InvalidAnswer("The answer is not XML.") from None
    if root is None or not isinstance(root, ElementTree.Element):
        raise InvalidAnswer("The answer is not XML.")
    return root


def text_at(element: ElementTree.Element, path: str) -> str:
    """The text at `path` below `element`, else ""."""
    return (element.findtext(path) or "").strip()
