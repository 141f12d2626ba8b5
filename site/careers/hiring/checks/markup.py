"""The elements of an XML part, read without entities and without anything from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat

DEEPEST = 256


class Malformed(ValueError):
    """Not XML, or XML with a document type, which no honest document has."""


@dataclass
class Element:
    """One element: its name with the namespace before it, its attributes, its own first text."""

    name: str
    attributes: dict[str, str]
    text: str = ""


def elements(markup: bytes) -> list[Element]:
    """Every element, in any encoding that XML allows, as they begin. Raises Malformed."""
    found: list[Element] = []
    depth = 0

    def refuse(*_declared: object) -> None:
        raise Malformed("a document type")

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Malformed("nested too deeply")
        found.append(Element(name, attributes))

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def words(text: str) -> None:
        if len(found[-1].text) < 2_000:
            found[-1].text += text

    reader = expat.ParserCreate(namespace_separator=" ")
    reader.buffer_text = True
    reader.StartElementHandler = begin
    reader.EndElementHandler = end
    reader.CharacterDataHandler = words
    reader.StartDoctypeDeclHandler = refuse
    try:
        reader.Parse(markup, True)
    except expat.ExpatError as error:
        raise Malformed(str(error)) from None
    return found
