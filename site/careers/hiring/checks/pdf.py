"""What a PDF does beside being read: ISO 32000-2, 12.6 (actions), 7.11.4 (embedded files), 7.6
(encryption), 12.7.8 (XFA).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

OBJECTS = 300_000
# Bytes of all streams that hold objects; pictures stay packed. What may be looked at is counted, so
# that no verdict hangs on how fast a machine is.
UNPACKED_MOST = 8 * 1024 * 1024
TRAILING_MOST = 1024  # bytes after the end; some writers leave a few
SCRIPTS = {"/JS", "/JavaScript", "/XFA"}
EMBEDDED = {"/EmbeddedFiles", "/EmbeddedFile", "/EF", "/RichMedia", "/RichMediaContent"}
ACTIONS = {"/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie"}


def verdict(content: bytes) -> str:
    """What there is to say against the PDF; `good` when nothing."""
    if not content.startswith(b"%PDF-") or zipfile.is_zipfile(io.BytesIO(content)):
        return "not-it"
    if _carries_more(content):
        return "two-in-one"
    from pypdf import PdfReader, apply_configuration
    from pypdf.errors import LimitReachedError

    with apply_configuration(
        zlib_maximum_output_length=UNPACKED_MOST,
        lzw_maximum_output_length=UNPACKED_MOST,
        run_length_maximum_output_length=UNPACKED_MOST,
    ):
        try:
            return _says_of(PdfReader(io.BytesIO(content), strict=False))
        except (TooMuch, LimitReachedError):
            return "too-large"


class TooMuch(Exception):
    """More than an honest CV has in it."""


def _says_of(reader: Any) -> str:
    if reader.is_encrypted:
        return "locked"
    _unpack(reader)
    if len(reader.pages) == 0:
        return "damaged"
    for found in _everything(reader):
        if against := _against(found):
            return against
    return "good"


def _unpack(reader: Any) -> None:
    """Unpack the streams that hold objects, which stay so. Raises TooMuch."""
    from pypdf.generic import IndirectObject, StreamObject

    total = 0
    for number in {stream for stream, _ in reader.xref_objStm.values()}:
        found = IndirectObject(number, 0, reader).get_object()
        if isinstance(found, StreamObject):
            total += len(found.get_data())
        if total > UNPACKED_MOST:
            raise TooMuch


def _carries_more(content: bytes) -> bool:
    """Whether something else follows the PDF, which another program would read from its end."""
    end = content.rfind(b"%%EOF")
    return end >= 0 and len(re.sub(rb"\s|\0", b"", content[end + 5 :])) > TRAILING_MOST


def _everything(reader: Any) -> Iterator[Any]:
    """Every dictionary that the catalogue leads to, and those that nothing leads to, once each."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    def holders(values: Iterator[Any]) -> Iterator[Any]:
        # Numbers and names are most of a PDF, and hold nothing.
        kinds = (IndirectObject, DictionaryObject, ArrayObject)
        return (value for value in values if isinstance(value, kinds))

    known = {(number, generation) for generation, of in reader.xref.items() for number in of}
    known |= {(number, 0) for number in reader.xref_objStm}
    if len(known) > OBJECTS:
        raise TooMuch
    waiting: list[Any] = [IndirectObject(*one, reader) for one in known]
    waiting.append(reader.trailer["/Root"])
    seen: set[tuple[int, int]] = set()
    for _ in range(OBJECTS):
        if not waiting:
            return
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            yield found
            waiting.extend(holders(map(found.raw_get, found)))
        elif isinstance(found, ArrayObject):
            waiting.extend(holders(list.__iter__(found)))
    raise TooMuch


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
