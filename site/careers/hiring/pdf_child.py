"""Looks into a PDF from stdin and prints good, encrypted, script, action, embedded or broken.

It runs as a process of its own, with little memory and time, so that a hostile file can only kill
this. It stands on nothing of ours.
"""

from __future__ import annotations

import io
import logging
import os
import resource
import sys
from typing import Any

SECONDS, BYTES, OBJECTS = 10, 768 * 1024 * 1024, 300_000
SCRIPTS = {"/JS", "/JavaScript", "/XFA"}
EMBEDDED = {"/EmbeddedFiles", "/EmbeddedFile", "/EF", "/RichMedia", "/RichMediaContent"}
ACTIONS = {"/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie"}


def verdict(content: bytes) -> str:
    """What there is to say against the PDF; `good` when nothing."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        return "encrypted"
    if len(reader.pages) == 0:
        return "broken"
    return _walk(reader.trailer["/Root"])


def _walk(root: Any) -> str:
    """Everything that can be reached from the catalogue, each object once."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    waiting, seen = [root], set()
    for _ in range(OBJECTS):
        if not waiting:
            return "good"
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            if against := _against(found):
                return against
            waiting.extend(found.raw_get(key) for key in found)
        elif isinstance(found, ArrayObject):
            waiting.extend(list.__iter__(found))
    return "broken"


def _against(found: Any) -> str:
    keys, kinds = set(found), {str(found.get(name)) for name in ("/S", "/Type", "/Subtype")}
    if keys & SCRIPTS or kinds & SCRIPTS:
        return "script"
    if keys & EMBEDDED or kinds & EMBEDDED:
        return "embedded"
    if "/AA" in keys or kinds & ACTIONS:
        return "action"
    opens = found.get("/OpenAction")
    # Where to open the document is harmless, and LaTeX always says it.
    if hasattr(opens, "get") and str(opens.get("/S")) != "/GoTo":
        return "script" if str(opens.get("/S")) == "/JavaScript" else "action"
    return ""


if __name__ == "__main__":
    os.nice(10)  # whoever waits for a page goes first
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable()
    try:
        said = verdict(sys.stdin.buffer.read())
    except Exception:
        said = "broken"
    sys.stdout.write(said)
