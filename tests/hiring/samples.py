"""CVs: honest ones and others, made here."""

from __future__ import annotations

import io
import secrets
import zipfile
from functools import cache

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from careers.hiring.cvs import TYPES


def pdf(change=None, **encryption) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    if encryption:
        writer.encrypt(**encryption)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@cache
def plain_pdf() -> bytes:
    return pdf()


def _action(kind: str, **more) -> DictionaryObject:
    values = {NameObject("/S"): NameObject(kind)}
    values.update({NameObject(f"/{key}"): TextStringObject(value) for key, value in more.items()})
    return DictionaryObject(values)


def opens_with(kind: str, **more):
    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = _action(kind, **more)

    return change


def opens_on_a_page(writer: PdfWriter) -> None:
    page = writer.pages[0].indirect_reference
    target = ArrayObject([page, NameObject("/XYZ"), NumberObject(0), NumberObject(0)])
    writer.root_object[NameObject("/OpenAction")] = target


def hidden_script(writer: PdfWriter) -> None:
    action = writer._add_object(_action("/JavaScript", JS="app.alert(1)"))
    page = writer.pages[0]
    page[NameObject("/Annots")] = ArrayObject(
        [DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})]
    )


def acts_on_pages(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): _action("/Named")})


def other_file(writer: PdfWriter) -> None:
    writer.add_attachment("tool.exe", b"MZ")


def packed(members, compress=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as made:
        for name, content in members:
            if isinstance(name, str) and name == "mimetype":
                made.writestr(name, content, zipfile.ZIP_STORED)
            else:
                made.writestr(name, content)
    return out.getvalue()


TYPES_XML = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxml'
    'formats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
DOCX = [("[Content_Types].xml", TYPES_XML), ("word/document.xml", '<w:document xmlns:w="w"/>')]
ODT = [
    ("mimetype", TYPES["odt"]),
    ("content.xml", "<office/>"),
    ("META-INF/manifest.xml", "<manifest/>"),
]


def docx(*more) -> bytes:
    return packed([*DOCX, *more])


def odt(*more) -> bytes:
    return packed([*ODT, *more])


def flagged(content: bytes) -> bytes:
    """A zip whose members say that they are encrypted."""
    local = bytearray(content)
    at = -1
    while (at := local.find(b"PK\x03\x04", at + 1)) >= 0:
        local[at + 6] |= 1
    at = -1
    while (at := local.find(b"PK\x01\x02", at + 1)) >= 0:
        local[at + 8] |= 1
    return bytes(local)


def linked() -> bytes:
    info = zipfile.ZipInfo("word/link.xml")
    info.external_attr = 0o120777 << 16
    return packed([*DOCX, (info, "/etc/passwd")])


def bomb() -> bytes:
    return docx(("word/media/image.bin", b"\0" * (40 * 1024 * 1024)))


def lying() -> bytes:
    """A zip whose directory says that a large member is small."""
    content = bytearray(docx(("word/media/x.bin", b"\0" * 5_000_000)))
    true = (5_000_000).to_bytes(4, "little")
    return bytes(content).replace(true, (10).to_bytes(4, "little"))


def noise(size: int) -> bytes:
    return secrets.token_bytes(size)
