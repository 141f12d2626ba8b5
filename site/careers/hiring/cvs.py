"""Checking a CV before it is kept: PDF, DOCX or ODT, what it says it is, and nothing that acts.

The limits are those of security.md, 40 and 41. Nothing here is unpacked to disk or rendered.
"""

from __future__ import annotations

import io
import re
import stat
import subprocess
import sys
import threading
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from flask_babel import gettext

from careers.hiring import ooxml

NAME_LONGEST = 200
MOST_MEMBERS = 2_000
UNPACKED_MOST = 200 * 1024 * 1024
UNPACKED_RATIO = 50
PDF_SECONDS = 20.0
AT_ONCE, WAIT_FOR_A_PLACE = 2, 10.0  # PDFs that are looked into side by side; seconds
_places = threading.BoundedSemaphore(AT_ONCE)

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
ACCEPT = ",".join([*(f".{name}" for name in TYPES), *TYPES.values()])


class CVRefused(ValueError):
    """Why a file isn't taken, in the reader's language."""


@dataclass(frozen=True)
class CheckedCV:
    """A file that may be kept."""

    name: str
    type: str
    content: bytes


def checked_cv(name: str, content: bytes, megabytes: int) -> CheckedCV:
    """The file as it may be kept. Raises CVRefused."""
    name = _plain_name(name)
    kind = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if kind not in TYPES:
        raise CVRefused(gettext("Please send your CV as a PDF, DOCX or ODT file."))
    if not content:
        raise CVRefused(gettext("This file is empty. Please choose it again."))
    if len(content) > megabytes * 1024 * 1024:
        raise CVRefused(
            gettext(
                "This file is larger than %(size)s MB. Please send a smaller one.", size=megabytes
            )
        )
    {"pdf": _check_pdf, "docx": _check_docx, "odt": _check_odt}[kind](content)
    return CheckedCV(name, TYPES[kind], content)


def _plain_name(name: str) -> str:
    """The last part of a path, on one line, short enough, its extension kept."""
    last = re.split(r"[/\\]", name)[-1]
    clean = " ".join("".join(s for s in last if s.isprintable()).split())
    stem, dot, extension = clean.rpartition(".")
    return f"{stem[: NAME_LONGEST - 20]}{dot}{extension[:10]}" if stem else clean[:NAME_LONGEST]


def _not_what_it_says(kind: str) -> CVRefused:
    return CVRefused(
        gettext(
            "This file ends in .%(kind)s but is something else. Please save it again as %(name)s.",
            kind=kind,
            name=kind.upper(),
        )
    )


def _damaged() -> CVRefused:
    return CVRefused(gettext("This file is damaged. Please save it again and send the new one."))


# -- PDF -----------------------------------------------------------------------------------------


def _check_pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-") or zipfile.is_zipfile(io.BytesIO(content)):
        raise _not_what_it_says("pdf")
    if not _places.acquire(timeout=WAIT_FOR_A_PLACE):
        raise CVRefused(
            gettext("Many CVs are arriving at this moment. Please send yours again in a minute.")
        )
    try:
        child = subprocess.run(  # noqa: S603  our own file; what is hostile comes on stdin
            [sys.executable, "-I", str(Path(__file__).with_name("pdf_child.py"))],
            input=content,
            capture_output=True,
            timeout=PDF_SECONDS,
            check=False,
            env={},
        )
        verdict = child.stdout.decode("ascii", "replace").strip() if child.returncode == 0 else ""
    except subprocess.TimeoutExpired:
        verdict = ""
    finally:
        _places.release()
    if verdict == "good":
        return
    reasons = {
        "encrypted": gettext("This PDF is protected by a password. Please send it without one."),
        "script": gettext("This PDF contains a script. Please print it to a new PDF."),
        "action": gettext("This PDF does something when opened. Please print it to a new PDF."),
        "embedded": gettext("This PDF has other files in it. Please print it to a new PDF."),
    }
    raise CVRefused(reasons[verdict]) if verdict in reasons else _damaged()


# -- files that are zips ---------------------------------------------------------------------------


def _check_docx(content: bytes) -> None:
    parts = _members(content, "docx")
    types = parts.get("[Content_Types].xml", b"")
    if not types or not any(re.fullmatch(r"word/document\d*\.xml", name) for name in parts):
        raise _not_what_it_says("docx")
    try:
        acts = ooxml.declares_active_parts(types)
        loads = [name for name in parts if name.lower().endswith(".rels")]
        reaches_out = any(ooxml.loads_from_elsewhere(parts[name]) for name in loads)
    except ooxml.Malformed:
        raise _damaged() from None
    if acts or any(_acts(name) for name in parts):
        raise _has_macros()
    if b"wordprocessingml.document.main+xml" not in types:
        raise _not_what_it_says("docx")
    if any(not _is_plain_part(name) for name in parts):
        raise CVRefused(
            gettext("This document has other files in it. Please send it as a PDF instead.")
        )
    if reaches_out:
        raise CVRefused(
            gettext("This document loads something from elsewhere. Please send a PDF instead.")
        )


def _is_plain_part(name: str) -> bool:
    low = name.lower()
    if low.endswith("/"):
        return True
    return low.rpartition(".")[2] in ooxml.EXTENSIONS and not low.startswith("word/embeddings/")


def _acts(name: str) -> bool:
    low = name.lower()
    return "vbaproject" in low or "vbadata" in low or "/activex/" in low


def _check_odt(content: bytes) -> None:
    parts = _members(content, "odt")
    if next(iter(parts), "") != "mimetype" or parts["mimetype"] != TYPES["odt"].encode():
        raise _not_what_it_says("odt")
    if "content.xml" not in parts:
        raise _not_what_it_says("odt")
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise _is_locked()
    if any(name.startswith(("Basic/", "Scripts/")) for name in parts):
        raise _has_macros()
    if any(name.startswith(("Object ", "ObjectReplacements/Object OLE")) for name in parts):
        raise CVRefused(
            gettext("This document has other files in it. Please send it as a PDF instead.")
        )


def _has_macros() -> CVRefused:
    return CVRefused(gettext("This document contains macros. Please send it as a PDF instead."))


def _is_locked() -> CVRefused:
    return CVRefused(
        gettext("This document is protected by a password. Please send it without one.")
    )


def _members(content: bytes, kind: str) -> dict[str, bytes]:
    """Every member, read in full within the limits; those of markup with their content."""
    if not content.startswith(b"PK\x03\x04") or b"%PDF-" in content[:1024]:
        raise _locked_or_else(content, kind)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_members(packed, content)
            return {info.filename: _read(packed, info) for info in packed.infolist()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
    ) as e:
        if isinstance(e, CVRefused):
            raise
        raise _damaged() from None


def _locked_or_else(content: bytes, kind: str) -> CVRefused:
    """Word keeps a document with a password in the container of old Office files."""
    if (
        content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
        and b"E\0n\0c\0r\0y\0p\0t" in content
    ):
        return _is_locked()
    return _not_what_it_says(kind)


def _check_members(packed: zipfile.ZipFile, content: bytes) -> None:
    infos = packed.infolist()
    unpacked = sum(info.file_size for info in infos)
    if (
        len(infos) > MOST_MEMBERS
        or unpacked > UNPACKED_MOST
        or unpacked > UNPACKED_RATIO * max(len(content), 20_000)
    ):
        raise CVRefused(
            gettext("This document is far too large once unpacked. Please send a PDF instead.")
        )
    if any(info.flag_bits & 0x1 for info in infos):
        raise _is_locked()
    names = [info.filename for info in infos]
    if len(set(names)) != len(names) or packed.comment or not all(map(_is_plain_member, infos)):
        raise _damaged()


def _is_plain_member(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    return not (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in info.filename
        or ":" in info.filename
        or "\0" in info.filename
        or stat.S_ISLNK(info.external_attr >> 16)
        or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    )


def _read(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A member read to its end, so that its length and its sum are what the directory says."""
    keeps = info.filename == "mimetype" or info.filename.lower().endswith((".xml", ".rels"))
    start, size = b"", 0
    with packed.open(info) as member:
        while piece := member.read(1024 * 1024):
            size += len(piece)
            if size > info.file_size:
                raise _damaged()
            if keeps and len(start) < 4 * 1024 * 1024:
                start += piece
    if size != info.file_size:
        raise _damaged()
    return start
