"""Documents that are zips, DOCX and ODT: their members within limits, and what they do.

Nothing is unpacked to disk. Source of the container: APPNOTE.TXT 6.3.10 (PKWARE).
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from careers.hiring.checks import odf, ooxml
from careers.hiring.checks.markup import Malformed

MOST_MEMBERS = 2_000
UNPACKED_MOST = 200 * 1024 * 1024
UNPACKED_RATIO = 50
MARKUP_MOST = 16 * 1024 * 1024  # of one part that is read as XML
ODT = b"application/vnd.oasis.opendocument.text"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How programs, archives and old Office documents begin; none of them belongs in a CV.
CARGO = (b"PK\x03\x04", b"MZ", b"\x7fELF", b"Rar!", b"7z\xbc\xaf", b"%PDF-", OLD_OFFICE, b"#!")
ODT_EXTENSIONS = {"xml", "rdf", "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "svg", "svm",
                  "emf", "wmf", "webp", "pdf", "ttf", "otf", "odttf"}  # fmt: skip


class Refused(Exception):
    """What there is to say against a document, in one word."""


def verdict(kind: str, content: bytes) -> str:
    """What there is to say against a `docx` or `odt`; `good` when nothing."""
    try:
        parts = _members(content)
        (_check_docx if kind == "docx" else _check_odt)(parts)
    except Refused as reason:
        return str(reason)
    except Malformed:
        return "damaged"
    return "good"


def _check_docx(parts: dict[str, bytes]) -> None:
    types = parts.get("[Content_Types].xml", b"")
    if not types or not any(re.fullmatch(r"word/document\d*\.xml", name) for name in parts):
        raise Refused("not-it")
    if ooxml.declares_active_parts(types) or any(map(_is_active, parts)):
        raise Refused("macros")
    if b"wordprocessingml.document.main+xml" not in types:
        raise Refused("not-it")
    if not all(map(_is_plain_part, parts)):
        raise Refused("files")
    for name, part in parts.items():
        if name.lower().endswith(".rels") and ooxml.loads_from_elsewhere(part):
            raise Refused("outside")
        if re.fullmatch(r"word/[^/]+\.xml", name.lower()) and (said := ooxml.says_of_fields(part)):
            raise Refused(said)


def _is_active(name: str) -> bool:
    low = name.lower()
    return "vbaproject" in low or "vbadata" in low or "/activex/" in low


def _is_plain_part(name: str) -> bool:
    low = name.lower()
    if low.endswith("/"):
        return True
    return low.rpartition(".")[2] in ooxml.EXTENSIONS and not low.startswith("word/embeddings/")


def _check_odt(parts: dict[str, bytes]) -> None:
    if next(iter(parts), "") != "mimetype" or parts["mimetype"] != ODT:
        raise Refused("not-it")
    if "content.xml" not in parts:
        raise Refused("not-it")
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise Refused("locked")
    if any(name.lower().startswith(("basic/", "scripts/")) for name in parts):
        raise Refused("macros")
    if not all(map(_belongs_in_odt, parts)):
        raise Refused("files")
    for name in ("content.xml", "styles.xml", "settings.xml", "meta.xml"):
        if name in parts and (said := odf.says_of(parts[name])):
            raise Refused(said)


def _belongs_in_odt(name: str) -> bool:
    low = name.lower()
    if low.startswith(("object ", "objectreplacements/object ole")):
        return False
    # LibreOffice keeps the pictures of charts and its own thumbnails without an extension.
    last = low.rpartition("/")[2]
    return low.endswith("/") or "." not in last or last.rpartition(".")[2] in ODT_EXTENSIONS


# -- the container ---------------------------------------------------------------------------------


def _members(content: bytes) -> dict[str, bytes]:
    """Every member, read in full within the limits; those of markup with their content."""
    if content.startswith(OLD_OFFICE) and b"E\0n\0c\0r\0y\0p\0t" in content:
        raise Refused("locked")  # Word keeps a document with a password in the old container
    if not content.startswith(b"PK\x03\x04") or b"%PDF-" in content[:1024]:
        raise Refused("not-it")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_directory(packed, content)
            return {info.filename: _read(packed, info) for info in packed.infolist()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, Malformed):
            raise
        raise Refused("damaged") from None


def _check_directory(packed: zipfile.ZipFile, content: bytes) -> None:
    infos = packed.infolist()
    unpacked = sum(info.file_size for info in infos)
    if (
        len(infos) > MOST_MEMBERS
        or unpacked > UNPACKED_MOST
        or unpacked > UNPACKED_RATIO * max(len(content), 20_000)
    ):
        raise Refused("too-large")
    if any(info.flag_bits & 0x1 for info in infos):
        raise Refused("locked")
    names = [info.filename.lower() for info in infos]
    if len(set(names)) != len(names) or packed.comment or not all(map(_is_plain_member, infos)):
        raise Refused("damaged")
    if _overlaps_or_hides(packed, content):
        raise Refused("damaged")


def _is_plain_member(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    return not (
        path.is_absolute()
        or ".." in path.parts
        or not info.filename.isprintable()
        or any(sign in info.filename for sign in "\\:\0")
        or stat.S_ISLNK(info.external_attr >> 16)
        or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    )


def _overlaps_or_hides(packed: zipfile.ZipFile, content: bytes) -> bool:
    """Whether members share bytes (how small bombs become large), or bytes belong to no member
    (where a second file hides)."""
    at = 0
    for info in sorted(packed.infolist(), key=lambda info: info.header_offset):
        # A member's length and sum may follow it: 12, 16 or (zip64) up to 24 bytes.
        if not at <= info.header_offset <= at + 24:
            return True
        if content[info.header_offset :][:4] != b"PK\x03\x04":
            return True
        name, extra = struct.unpack_from("<HH", content, info.header_offset + 26)
        at = info.header_offset + 30 + name + extra + info.compress_size
    return not at <= packed.start_dir <= at + 24 or content[-22:-18] != b"PK\x05\x06"


def _read(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A member read to its end, so that its length and its sum are what the directory says."""
    is_markup = info.filename == "mimetype" or info.filename.lower().endswith((".xml", ".rels"))
    kept: list[bytes] = []
    size, start = 0, b""
    with packed.open(info) as member:
        while piece := member.read(1024 * 1024):
            start = start or piece[:8]
            size += len(piece)
            if size > info.file_size:
                raise Refused("damaged")
            if is_markup:
                kept.append(piece)
                if size > MARKUP_MOST:
                    raise Refused("too-large")
    if size != info.file_size:
        raise Refused("damaged")
    if not is_markup and start.startswith(CARGO) and not info.filename.endswith(".pdf"):
        raise Refused("files")
    return b"".join(kept)
