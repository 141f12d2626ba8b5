"""What an OOXML document (DOCX) declares of its parts. Source: ECMA-376, part 2, "Open Packaging
Conventions": relationships and content types.
"""

from __future__ import annotations

import re
from xml.parsers import expat

# What Word, LibreOffice and Google Docs put into a document without any active part.
EXTENSIONS = {
    "xml", "rels", "vml", "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "svg",
    "odttf", "ttf",
}  # fmt: skip
ACTIVE_TYPES = ("vba", "macroenabled", "activex", "oleobject", "x-msdownload")


class Malformed(ValueError):
    """Not XML, or XML with a document type, which no honest document has."""


def elements(markup: bytes) -> list[dict[str, str]]:
    """The attributes of every element, in any encoding that XML allows. Raises Malformed."""
    found: list[dict[str, str]] = []

    def refuse(*_declared: object) -> None:
        raise Malformed("a document type")

    reader = expat.ParserCreate(namespace_separator=" ")
    reader.StartElementHandler = lambda _name, attributes: found.append(attributes)
    reader.StartDoctypeDeclHandler = refuse
    try:
        reader.Parse(markup, True)
    except expat.ExpatError as error:
        raise Malformed(str(error)) from None
    return found


def loads_from_elsewhere(relationships: bytes) -> bool:
    """Whether a part leads outside by anything but a link that a person follows, or the template
    on their own drive that Word notes in a document made from one. Raises Malformed.
    """
    return any(
        one.get("TargetMode", "").strip().lower() == "external" and not _is_harmless(one)
        for one in elements(relationships)
    )


def _is_harmless(relation: dict[str, str]) -> bool:
    kind, target = relation.get("Type", ""), relation.get("Target", "")
    if kind.endswith("/attachedTemplate"):
        return re.match(r"file:///[A-Za-z]:[\\/]", target) is not None
    return kind.endswith("/hyperlink")


def declares_active_parts(content_types: bytes) -> bool:
    """Whether any part is of a type that acts: macros, controls, embedded objects.

    Raises Malformed.
    """
    declared = [one.get("ContentType", "").lower() for one in elements(content_types)]
    return any(active in kind for kind in declared for active in ACTIVE_TYPES)
