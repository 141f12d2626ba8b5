"""What an OOXML document (DOCX) declares of its parts. Source: ECMA-376, part 2, "Open Packaging
Conventions": relationships and content types.
"""

from __future__ import annotations

import re

from careers.hiring.checks.markup import elements

# What Word, LibreOffice and Google Docs put into a document without any active part.
EXTENSIONS = {
    "xml", "rels", "vml", "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "svg",
    "odttf", "ttf",
}  # fmt: skip
ACTIVE_TYPES = ("vba", "macroenabled", "activex", "oleobject", "x-msdownload")


# Fields of a text that fetch or start something when it is opened or printed (ECMA-376 part 1,
# 17.16.5): DDE is how documents without macros start programs.
_ACTS = re.compile(r"^\s*(?:DDE|DDEAUTO)\b", re.IGNORECASE)
_FETCHES = re.compile(
    r"^\s*(?:INCLUDEPICTURE|INCLUDETEXT|IMPORT|INCLUDE)\s+\"?\s*(?:https?:|ftp:|file:|\\\\|//)",
    re.IGNORECASE,
)


def says_of_fields(body: bytes) -> str:
    """`macros` when a field of a text acts, `outside` when one fetches; else "".

    Raises Malformed.
    """
    for words in _fields(body):
        if _ACTS.match(words):
            return "macros"
        if _FETCHES.match(words):
            return "outside"
    return ""


def _fields(body: bytes) -> list[str]:
    """The instructions of fields; one may be cut into several runs."""
    found: list[str] = []
    for element in elements(body):
        name = element.name.rpartition(" ")[2]
        if name == "fldSimple":
            found += [value for key, value in element.attributes.items() if key.endswith("instr")]
        elif name == "fldChar":
            found.append("")
        elif name == "instrText":
            found[-1:] = [(found[-1] if found else "") + element.text]
    return found


def loads_from_elsewhere(relationships: bytes) -> bool:
    """Whether a part leads outside by anything but a link that a person follows, or the template
    on their own drive that Word notes in a document made from one. Raises Malformed.
    """
    return any(
        one.get("TargetMode", "").strip().lower() == "external" and not _is_harmless(one)
        for one in (element.attributes for element in elements(relationships))
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
    declared = [one.attributes.get("ContentType", "").lower() for one in elements(content_types)]
    return any(active in kind for kind in declared for active in ACTIVE_TYPES)
