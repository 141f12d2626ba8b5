"""CVs that are broken, hostile or odd, each made here, and what is said of each."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from tests.hiring import samples
from tests.hiring.samples import docx, odt, packed, pdf, plain_pdf

ELSE, HURT, LOCKED, MACROS = "is something else", "damaged", "password", "macros"
MUCH = "more in this PDF than we can look through"
SCRIPT, ACTS, FILES, OUTSIDE = "contains a script", "when opened", "other files", "from elsewhere"
BEHIND, HUGE, KINDS, EMPTY, LARGE = "Behind", "once unpacked", "as a PDF", "is empty", "larger than"


@dataclass(frozen=True)
class Odd:
    """A file, and what is said when it is refused; `says` is "" for one that is kept."""

    what: str
    name: str
    make: Callable[[], bytes]
    says: str = ""


# -- PDFs ------------------------------------------------------------------------------------------


def raw(*objects: bytes, trailer: bytes = b"/Root 1 0 R", head: bytes = b"%PDF-1.7\n") -> bytes:
    """A PDF written by hand; the first object is its catalogue."""
    out, offsets = bytearray(head), []
    for number, one in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, trailer, start,
    )  # fmt: skip
    return bytes(out)


PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s >>"
ROOT = b"<< /Type /Catalog /Pages 2 0 R %s >>"


def made(root: bytes = b"", page: bytes = b"", *more: bytes, **options: bytes) -> bytes:
    return raw(ROOT % root, PAGES, PAGE % page, *more, **options)


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), head, content)


def crowded(one: bytes, number: int) -> bytes:
    """A PDF of many objects, as programs for drawing write them."""
    return raw(ROOT % b"", PAGES, PAGE % b"", *[one] * number)


def in_object_stream(hidden: bytes, *, bomb: bool = False) -> bytes:
    """A PDF 1.5 whose fifth object lies, compressed, in an object stream."""
    body = b"5 0 " + hidden + (b" " * 100_000_000 if bomb else b"")
    packed_body = zlib.compress(body, 9)
    objects = [
        ROOT % b"/Extra 5 0 R", PAGES, PAGE % b"",
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(packed_body), packed_body),
    ]  # fmt: skip
    out, rows = bytearray(b"%PDF-1.5\n"), [struct.pack(">BHH", 0, 0, 65535)]
    for number, one in enumerate(objects, 1):
        rows.append(struct.pack(">BIH", 1, len(out), 0)[:1] + struct.pack(">HH", len(out), 0))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    rows.append(struct.pack(">BHH", 2, 4, 0))
    start = len(out)
    rows.append(struct.pack(">BHH", 1, start & 0xFFFF, 0))
    table = b"".join(rows)
    out += (
        b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 2 2] /Root 1 0 R /Length %d >>\nstream\n%s\n"
        b"endstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (len(table), table, start)
    )
    return bytes(out)


def in_object_streams(streams: int, room: int) -> bytes:
    """A PDF 1.5 with an object in each of its `streams`, each of which unpacks to `room` bytes."""
    out, rows = bytearray(b"%PDF-1.5\n"), {0: struct.pack(">BIH", 0, 0, 65535)}

    def add(number: int, body: bytes) -> None:
        rows[number] = struct.pack(">BIH", 1, len(out), 0)
        out.extend(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    for number, body in enumerate((ROOT % b"", PAGES, PAGE % b""), 1):
        add(number, body)
    for number in range(4, 4 + 2 * streams, 2):
        head = b"%d 0 " % (number + 1)
        body = zlib.compress(head + b"<< >>" + b" " * room, 9)
        of = b"/Type /ObjStm /N 1 /First %d /Filter /FlateDecode" % len(head)
        add(number, stream(body, of))
        rows[number + 1] = struct.pack(">BIH", 2, number, 0)
    last, start = 4 + 2 * streams, len(out)
    rows[last] = struct.pack(">BIH", 1, start, 0)
    table = b"".join(rows[number] for number in range(last + 1))
    of = b"/Type /XRef /Size %d /W [1 4 2] /Root 1 0 R" % (last + 1)
    add(last, stream(table, of))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def annotation(**values) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        one = {NameObject(f"/{key}"): value for key, value in values.items()}
        writer.pages[0][NameObject("/Annots")] = ArrayObject([DictionaryObject(one)])

    return change


def act(kind: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})


def link(address: str) -> Callable[[PdfWriter], None]:
    target = act("URI")
    target[NameObject("/URI")] = TextStringObject(address)
    return annotation(Subtype=NameObject("/Link"), A=target)


def many_pages(writer: PdfWriter) -> None:
    for _ in range(300):
        writer.add_blank_page(200, 200)


def with_text(writer: PdfWriter) -> None:
    words = DecodedStreamObject()
    words.set_data(b"BT (Node/JavaScript, HTML/JS, Launch 2021, /AA batteries) Tj ET")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(words)


def with_form(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): ArrayObject([]), NameObject("/SigFlags"): NumberObject(3)}
    )


def nested(depth: int) -> bytes:
    return made(b"/Deep " + b"[" * depth + b"]" * depth)


NOTHING: tuple[bytes, ...] = ()
PDFS = [
    Odd("a blank page", "cv.pdf", plain_pdf),
    Odd("an extension in capitals", "CV.PDF", plain_pdf),
    Odd("words that look like names of actions", "cv.pdf", lambda: pdf(with_text)),
    Odd("it opens on a page", "cv.pdf", lambda: pdf(samples.opens_on_a_page)),
    Odd("it opens by going to a page", "cv.pdf", lambda: pdf(samples.opens_with("/GoTo", D="x"))),
    Odd("links to the web", "cv.pdf", lambda: pdf(link("https://nadia.example"))),
    Odd("a link to write to", "cv.pdf", lambda: pdf(link("mailto:nadia@example.com"))),
    Odd("three hundred pages", "cv.pdf", lambda: pdf(many_pages)),
    Odd("a form without scripts", "cv.pdf", lambda: pdf(with_form)),
    Odd("written by hand", "cv.pdf", made),
    Odd("version 2.0", "cv.pdf", lambda: made(head=b"%PDF-2.0\n%\xe2\xe3\xcf\xd3\n")),
    Odd("some bytes after the end", "cv.pdf", lambda: plain_pdf() + b"\r\n\0\0 sent by fax\n"),
    Odd("much white space after the end", "cv.pdf", lambda: plain_pdf() + b"\n" * 20_000),
    Odd("a wrong place of the table", "cv.pdf", lambda: made().replace(b"startxref\n", b"startxref\n9")),
    Odd("an end without its mark", "cv.pdf", lambda: made().replace(b"%%EOF", b""), HURT),
    Odd("an object stream", "cv.pdf", lambda: in_object_stream(b"<< /Note (harmless) >>")),
    Odd("a dictionary that holds itself", "cv.pdf", lambda: made(b"/Me 4 0 R", b"", b"<< /Me 4 0 R >>")),
    Odd("a reference to nothing", "cv.pdf", lambda: made(b"/Lost 99 0 R")),
    Odd("a huge page", "cv.pdf", lambda: made(page=b"/UserUnit 75000")),
    Odd("a script on opening", "cv.pdf", lambda: pdf(samples.opens_with("/JavaScript", JS="x")), SCRIPT),
    Odd("scripts by name", "cv.pdf",
        lambda: made(b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>"), SCRIPT),
    Odd("a script behind a link", "cv.pdf", lambda: pdf(samples.hidden_script), SCRIPT),
    Odd("a script whose name is spelt in numbers", "cv.pdf",
        lambda: made(b"/OpenAction << /S /J#61vaScript /#4aS (x) >>"), SCRIPT),
    Odd("a script in a stream", "cv.pdf",
        lambda: made(b"/Names << /JavaScript << /Names [(a) 4 0 R] >> >>", b"",
                     b"<< /S /JavaScript /JS 5 0 R >>", stream(b"app.alert(1)")), SCRIPT),
    Odd("a script that nothing leads to", "cv.pdf",
        lambda: made(b"", b"", b"<< /S /JavaScript /JS (x) >>"), SCRIPT),
    Odd("a script in an object stream", "cv.pdf",
        lambda: in_object_stream(b"<< /S /JavaScript /JS (x) >>"), SCRIPT),
    Odd("a script after a harmless action", "cv.pdf",
        lambda: made(page=b"/Annots [<< /Subtype /Link /A << /S /URI /URI (https://a.example) "
                          b"/Next << /S /JavaScript /JS (x) >> >> >>]"), SCRIPT),
    Odd("a field that runs at each key", "cv.pdf",
        lambda: made(b"/AcroForm << /Fields [<< /FT /Tx /AA << /K << /S /JavaScript /JS (x) >> >> "
                     b">>] >>"), ACTS),
    Odd("an XFA form", "cv.pdf", lambda: made(b"/AcroForm << /XFA 4 0 R >>", b"", stream(b"<x/>")), SCRIPT),
    Odd("it launches a program", "cv.pdf", lambda: pdf(samples.opens_with("/Launch", F="cmd")), ACTS),
    Odd("a link launches a program", "cv.pdf",
        lambda: pdf(annotation(Subtype=NameObject("/Link"), A=act("Launch"))), ACTS),
    Odd("it opens an address by itself", "cv.pdf",
        lambda: pdf(samples.opens_with("/URI", URI="http://a.example")), ACTS),
    *(
        Odd(f"an action: {kind}", "cv.pdf",
            lambda kind=kind: pdf(annotation(Subtype=NameObject("/Link"), A=act(kind))), ACTS)
        for kind in ("SubmitForm", "ImportData", "GoToR", "GoToE", "Rendition", "Movie")
    ),
    Odd("it acts when a page is seen", "cv.pdf", lambda: pdf(samples.acts_on_pages), ACTS),
    Odd("it acts when it is closed", "cv.pdf", lambda: made(b"/AA << /WC << /S /Named >> >>"), ACTS),
    Odd("an embedded program", "cv.pdf", lambda: pdf(samples.other_file), FILES),
    Odd("a file pinned to a page", "cv.pdf",
        lambda: made(page=b"/Annots [<< /Subtype /FileAttachment /FS << /EF << /F 4 0 R >> >> >>]"),
        FILES),
    Odd("rich media", "cv.pdf",
        lambda: pdf(annotation(Subtype=NameObject("/RichMedia"))), FILES),
    Odd("a password to open", "cv.pdf", lambda: pdf(user_password="secret"), LOCKED),
    Odd("a password to change", "cv.pdf", lambda: pdf(user_password="", owner_password="s"), LOCKED),
    Odd("a password that nothing here knows", "cv.pdf",
        lambda: made(trailer=b"/Root 1 0 R /Encrypt << /Filter /Odd /V 9 >>"), HURT),
    Odd("no pages", "cv.pdf",
        lambda: raw(ROOT % b"", b"<< /Type /Pages /Kids [] /Count 0 >>"), HURT),
    Odd("pages that are their own children", "cv.pdf",
        lambda: raw(ROOT % b"", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), HURT),
    Odd("a wrong place of the catalogue", "cv.pdf", lambda: made(trailer=b"/Root 77 0 R")),
    Odd("arrays without end", "cv.pdf", lambda: nested(100_000), HURT),
    Odd("a table that goes on from itself", "cv.pdf",
        lambda: made(trailer=b"/Root 1 0 R /Prev 9"), ""),
    Odd("an object stream that becomes huge", "cv.pdf",
        lambda: in_object_stream(b"<< >>", bomb=True), MUCH),
    Odd("many object streams that are much together", "cv.pdf",
        lambda: in_object_streams(20, 3_000_000), MUCH),
    Odd("many object streams that are little together", "cv.pdf",
        lambda: in_object_streams(20, 30_000)),
    Odd("thirty thousand objects that do no harm", "cv.pdf",
        lambda: crowded(b"<< /CA 0.5 /BM /Normal >>", 30_000)),
    Odd("four hundred thousand lists", "cv.pdf",
        lambda: crowded(b"[" + b"[]" * 400 + b"]", 1_000), MUCH),
    Odd("a table of a milliard rows", "cv.pdf",
        lambda: made().replace(b"xref\n0 4", b"xref\n0 999999999"), MUCH),
    Odd("a stream shorter than nothing", "cv.pdf",
        lambda: made(b"", b"/Contents 4 0 R", b"<< /Length -5 >>\nstream\nx\nendstream"), ""),
    Odd("cut off early", "cv.pdf", lambda: plain_pdf()[:200], HURT),
    Odd("only its first line", "cv.pdf", lambda: b"%PDF-1.7\n", HURT),
    Odd("noise after its first line", "cv.pdf", lambda: b"%PDF-1.7\n" + samples.noise(50_000), HURT),
    Odd("nothing but zeros", "cv.pdf", lambda: bytes(10_000), ELSE),
    Odd("noise", "cv.pdf", lambda: samples.noise(10_000), ELSE),
    Odd("a space before it begins", "cv.pdf", lambda: b" " + plain_pdf(), ELSE),
    Odd("a mark of order before it begins", "cv.pdf", lambda: b"\xef\xbb\xbf" + plain_pdf(), ELSE),
    Odd("HTML", "cv.pdf", lambda: b"<html><script>alert(1)</script>%PDF-1.7", ELSE),
    Odd("PostScript", "cv.pdf", lambda: b"%!PS-Adobe-3.0\nshowpage\n", ELSE),
    Odd("RTF", "cv.pdf", lambda: b"{\\rtf1 Nadia}", ELSE),
    Odd("a picture", "cv.pdf", lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), ELSE),
    Odd("a program", "cv.pdf", lambda: b"MZ\x90" + bytes(999), ELSE),
    Odd("a packed PDF", "cv.pdf", lambda: gzip.compress(plain_pdf()), ELSE),
    Odd("a DOCX", "cv.pdf", docx, ELSE),
    Odd("a PDF and a ZIP in one", "cv.pdf", lambda: plain_pdf() + docx(), ELSE),
    Odd("a PDF and a page with a script in one", "cv.pdf",
        lambda: plain_pdf() + b"<script>" + b"x()" * 900 + b"</script>", BEHIND),
    Odd("a PDF and a RAR in one", "cv.pdf",
        lambda: plain_pdf() + b"Rar!\x1a\x07\x01\0" + samples.noise(5_000), BEHIND),
    Odd("nothing", "cv.pdf", lambda: b"", EMPTY),
    Odd("too much", "cv.pdf", lambda: b"%PDF-1.7\n" + bytes(10 * 1024 * 1024), LARGE),
]  # fmt: skip

# -- DOCX ------------------------------------------------------------------------------------------

RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def leads(kind: str, target: str, mode: str = 'TargetMode="External"') -> tuple[str, str]:
    found = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}" {mode}/>'
    return ("word/_rels/document.xml.rels", RELS.format(found))


def says(body: str) -> bytes:
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return packed([samples.DOCX[0], ("word/document.xml", document)])


def field(*runs: str) -> str:
    cut = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    return f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{cut}</w:p>'


def typed(content_type: str) -> bytes:
    types = samples.TYPES_XML.replace(
        "</Types>", f'<Override PartName="/x" ContentType="{content_type}"/></Types>'
    )
    return packed([("[Content_Types].xml", types), samples.DOCX[1]])


def streamed() -> bytes:
    """As programs write that don't know a member's size before it is written."""

    class Pipe(io.RawIOBase):
        def __init__(self):
            self.out = bytearray()

        def writable(self):
            return True

        def write(self, some):
            self.out += bytes(some)
            return len(some)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in samples.DOCX:
            out.writestr(name, content)
    return bytes(pipe.out)


def between(content: bytes, hidden: bytes) -> bytes:
    """Put `hidden` between the members of a ZIP and its directory."""
    with zipfile.ZipFile(io.BytesIO(content)) as it:
        start = it.start_dir
    end = content.rfind(b"PK\x05\x06")
    moved = struct.pack("<I", start + len(hidden))
    return (
        content[:start] + hidden + content[start:end] + content[end : end + 16] + moved
        + content[end + 20 :]
    )  # fmt: skip


def overlapping() -> bytes:
    """Two members in the directory that are one in the file: how small bombs become large."""
    content = docx(("word/a.xml", "<a/>"))
    with zipfile.ZipFile(io.BytesIO(content)) as it:
        start, last = it.start_dir, it.infolist()[-1]
    end = content.rfind(b"PK\x05\x06")
    at = content.rfind(b"PK\x01\x02", start, end)
    entry = content[at:end].replace(b"word/a.xml", b"word/b.xml")
    assert last.filename == "word/a.xml"
    tail = bytearray(content[end:])
    struct.pack_into("<HHI", tail, 8, 4, 4, len(content[start:end] + entry))
    return content[:end] + entry + bytes(tail)


def wrong_sum() -> bytes:
    content = packed(samples.DOCX, zipfile.ZIP_STORED)
    at = content.find(b"<w:document")
    return content[:at] + b"<W" + content[at + 2 :]


def doubled(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as it:
        for name, content in samples.DOCX:
            it.writestr(name, content)
        for name in names:
            it.writestr(zipfile.ZipInfo(name), "<x/>")
    return out.getvalue()


def other_office(main: str) -> bytes:
    types = f'<Types><Override PartName="/x/main.xml" ContentType="{main}"/></Types>'
    return packed([("[Content_Types].xml", types), ("x/main.xml", "<x/>")])


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><w:document>&c;</w:document>'
)
TEMPLATE = leads("attachedTemplate", "http://a.example/x.dotm")
DOCXS = [
    Odd("plain", "cv.docx", docx),
    Odd("with a photo", "cv.docx", lambda: docx(("word/media/me.jpg", b"\xff\xd8\xff" + samples.noise(200_000)))),
    Odd("not compressed", "cv.docx", lambda: packed(samples.DOCX, zipfile.ZIP_STORED)),
    Odd("written as a stream", "cv.docx", streamed),
    Odd("folders of their own", "cv.docx", lambda: docx(("word/media/", ""))),
    Odd("links that are followed", "cv.docx", lambda: docx(leads("hyperlink", "https://a.example"))),
    Odd("a template on one's own drive", "cv.docx",
        lambda: docx(leads("attachedTemplate", r"file:///C:\Users\Nadia\cv.dotx"))),
    Odd("fields that only say", "cv.docx",
        lambda: says(field("PAGE") + field(' HYPERLINK "https://a.example" ') + field("DATE"))),
    Odd("words that name what acts", "cv.docx", lambda: says("<w:p>DDEAUTO, VBA, INCLUDETEXT</w:p>")),
    Odd("a name with accents", "CV Zoë Šimić – 2026.docx", docx),
    Odd("macros", "cv.docx", lambda: docx(("word/vbaProject.bin", b"x")), MACROS),
    Odd("macros, said by their type", "cv.docx",
        lambda: typed("application/vnd.ms-word.document.macroEnabled.main+xml"), MACROS),
    Odd("macros under another name", "cv.docx",
        lambda: typed("application/vnd.ms-office.vbaProject"), MACROS),
    Odd("a control", "cv.docx", lambda: docx(("word/activeX/activeX1.xml", "<x/>")), MACROS),
    Odd("a field that starts a program", "cv.docx",
        lambda: says(field(r"DDEAUTO c:\\windows\\system32\\cmd.exe /k calc")), MACROS),
    Odd("one that is cut into runs", "cv.docx", lambda: says(field("DDE", "AUTO", " cmd x")), MACROS),
    Odd("one in a simple field", "cv.docx",
        lambda: says('<w:fldSimple w:instr=" dde excel x"/>'), MACROS),
    Odd("one in a footer", "cv.docx",
        lambda: docx(("word/footer1.xml", f"<w:ftr {W}>{field('DDEAUTO cmd')}</w:ftr>")), MACROS),
    Odd("a picture fetched by a field", "cv.docx",
        lambda: says(field('INCLUDEPICTURE "http://a.example/pixel.png"')), OUTSIDE),
    Odd("a text fetched from a share", "cv.docx",
        lambda: says(field(r'INCLUDETEXT "\\server\share\x.docx"')), OUTSIDE),
    Odd("a template from the web", "cv.docx", lambda: docx(TEMPLATE), OUTSIDE),
    Odd("one from a share", "cv.docx",
        lambda: docx(leads("attachedTemplate", "file:////server/x.dotm")), OUTSIDE),
    Odd("one, in another encoding", "cv.docx",
        lambda: docx((TEMPLATE[0], TEMPLATE[1].encode("utf-16"))), OUTSIDE),
    Odd("a picture from the web", "cv.docx", lambda: docx(leads("image", "http://a.example/p.png")), OUTSIDE),
    Odd("an object from the web", "cv.docx", lambda: docx(leads("oleObject", "http://a.example/x")), OUTSIDE),
    Odd("a frame", "cv.docx", lambda: docx(leads("frame", "http://a.example/x")), OUTSIDE),
    Odd("a part of another document", "cv.docx", lambda: docx(leads("subDocument", "file:///etc/passwd")), OUTSIDE),
    Odd("an embedded object", "cv.docx", lambda: docx(("word/embeddings/oleObject1.bin", b"x")), FILES),
    Odd("an embedded sheet", "cv.docx", lambda: docx(("word/embeddings/sheet.xlsx", docx())), FILES),
    Odd("a chunk of HTML", "cv.docx", lambda: docx(("word/afchunk.html", "<script>")), FILES),
    Odd("a program called a picture", "cv.docx", lambda: docx(("word/media/me.png", b"MZ" + bytes(99))), FILES),
    Odd("an archive called a picture", "cv.docx", lambda: docx(("word/media/me.png", docx())), FILES),
    Odd("a shell script called a font", "cv.docx", lambda: docx(("word/fonts/a.ttf", b"#!/bin/sh")), FILES),
    Odd("a shortcut", "cv.docx", lambda: docx(("word/media/cv.lnk", b"L\0\0\0")), FILES),
    Odd("a document type", "cv.docx", lambda: packed([samples.DOCX[0], ("word/document.xml", LAUGHS)]), HURT),
    Odd("relations with a document type", "cv.docx",
        lambda: docx(("word/_rels/x.xml.rels", '<!DOCTYPE r [<!ENTITY e "External">]><r/>')), HURT),
    Odd("markup that does not end", "cv.docx", lambda: says("<w:p>"), HURT),
    Odd("elements without end", "cv.docx", lambda: says("<w:p>" * 5_000 + "</w:p>" * 5_000), HURT),
    Odd("a bomb", "cv.docx", samples.bomb, HUGE),
    Odd("a bomb of markup", "cv.docx",
        lambda: docx(("word/big.xml", b"<a/>" * 9_000_000), ("word/media/a.jpg", samples.noise(800_000))), HUGE),
    Odd("too many members", "cv.docx", lambda: docx(*((f"word/{n}.xml", "") for n in range(2001))), HUGE),
    Odd("sizes that lie", "cv.docx", samples.lying, HURT),
    Odd("members that share their bytes", "cv.docx", overlapping, HURT),
    Odd("a sum that is wrong", "cv.docx", wrong_sum, HURT),
    Odd("a member twice", "cv.docx", lambda: doubled("word/x.xml", "WORD/X.XML"), HURT),
    Odd("a member outside", "cv.docx", lambda: docx(("../../evil.xml", "x")), HURT),
    Odd("a member at the root", "cv.docx", lambda: docx(("/etc/cron.d/evil.xml", "x")), HURT),
    Odd("a member on a drive", "cv.docx", lambda: docx(("C:\\evil.xml", "x")), HURT),
    Odd("a member with a line in its name", "cv.docx", lambda: docx(("word/a\nb.xml", "x")), HURT),
    Odd("a member that is a link", "cv.docx", samples.linked, HURT),
    Odd("members that are locked", "cv.docx", lambda: samples.flagged(docx()), LOCKED),
    Odd("a password", "cv.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1E\0n\0c\0r\0y\0p\0t\0", LOCKED),
    Odd("an old DOC", "cv.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), ELSE),
    Odd("a sheet", "cv.docx",
        lambda: other_office("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"), ELSE),
    Odd("slides", "cv.docx",
        lambda: other_office("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"), ELSE),
    Odd("any ZIP", "cv.docx", lambda: packed([("a.txt", "x")]), ELSE),
    Odd("a JAR", "cv.docx", lambda: packed([("META-INF/MANIFEST.MF", "Main-Class: X"), ("X.class", "x")]), ELSE),
    Odd("a PDF", "cv.docx", plain_pdf, ELSE),
    Odd("an ODT", "cv.docx", odt, ELSE),
    Odd("something before it", "cv.docx", lambda: b"MZ" + docx(), ELSE),
    Odd("a PDF and a DOCX in one", "cv.docx",
        lambda: packed([("a.pdf", plain_pdf()), *samples.DOCX], zipfile.ZIP_STORED), ELSE),
    Odd("a file hidden between", "cv.docx", lambda: between(docx(), b"MZ" + samples.noise(3_000)), HURT),
    Odd("a file behind it", "cv.docx", lambda: docx() + samples.noise(3_000), HURT),
    Odd("another way of packing", "cv.docx", lambda: packed(samples.DOCX, zipfile.ZIP_BZIP2), HURT),
    Odd("yet another", "cv.docx", lambda: packed(samples.DOCX, zipfile.ZIP_LZMA), HURT),
    Odd("cut off", "cv.docx", lambda: docx()[:-30], HURT),
    Odd("a directory without members", "cv.docx", lambda: b"PK\x03\x04" + docx()[-22:], HURT),
    Odd("noise after its mark", "cv.docx", lambda: b"PK\x03\x04" + samples.noise(5_000), HURT),
]  # fmt: skip

# -- ODT -------------------------------------------------------------------------------------------

NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def writes(body: str, mimetype: str = samples.TYPES["odt"]) -> bytes:
    content = f"<office:document-content {NAMES}>{body}</office:document-content>"
    return packed([("mimetype", mimetype), ("content.xml", content), samples.ODT[2]])


ODTS = [
    Odd("plain", "cv.odt", odt),
    Odd("with pictures and all", "cv.odt",
        lambda: odt(("Pictures/1.png", b"\x89PNG"), ("Thumbnails/thumbnail.png", b"\x89PNG"),
                    ("Configurations2/accelerator/current.xml", ""), ("manifest.rdf", "<r/>"),
                    ("layout-cache", b"\0\1"), ("styles.xml", "<s/>"), ("settings.xml", "<s/>"))),
    Odd("links that are followed", "cv.odt",
        lambda: writes('<text:a xlink:href="https://a.example">x</text:a>')),
    Odd("pictures of its own", "cv.odt", lambda: writes('<draw:image xlink:href="Pictures/1.png"/>')),
    Odd("no scripts, said", "cv.odt", lambda: writes("<office:scripts/>")),
    Odd("Basic", "cv.odt", lambda: odt(("Basic/Standard/Module1.xml", "<x/>")), MACROS),
    Odd("Python", "cv.odt", lambda: odt(("Scripts/python/x.py", "import os")), MACROS),
    Odd("a script inside", "cv.odt",
        lambda: writes("<office:scripts><office:script>x</office:script></office:scripts>"), MACROS),
    Odd("something that listens", "cv.odt",
        lambda: writes('<script:event-listener xlink:href="vnd.sun.star.script:x"/>'), MACROS),
    Odd("a link that runs a macro", "cv.odt",
        lambda: writes('<text:a xlink:href="vnd.sun.star.script:x?language=Basic">x</text:a>'), MACROS),
    Odd("DDE", "cv.odt", lambda: writes("<text:dde-connection-decl/>"), MACROS),
    Odd("a picture from the web", "cv.odt",
        lambda: writes('<draw:image xlink:href="http://a.example/p.png"/>'), OUTSIDE),
    Odd("a section from a drive", "cv.odt",
        lambda: writes('<text:section-source xlink:href="file:///etc/passwd"/>'), OUTSIDE),
    Odd("a picture from a share", "cv.odt",
        lambda: writes('<draw:image xlink:href="//server/share/p.png"/>'), OUTSIDE),
    Odd("an object", "cv.odt", lambda: odt(("Object 1/content.xml", "<x/>")), FILES),
    Odd("an old object", "cv.odt", lambda: odt(("ObjectReplacements/Object OLE", b"x")), FILES),
    Odd("a program", "cv.odt", lambda: odt(("Pictures/tool.exe", b"MZ")), FILES),
    Odd("a program called a picture", "cv.odt", lambda: odt(("Pictures/1.png", b"MZ" + bytes(9))), FILES),
    Odd("a password", "cv.odt",
        lambda: packed([*samples.ODT[:2], ("META-INF/manifest.xml", "<m:encryption-data/>")]), LOCKED),
    Odd("its type not first", "cv.odt", lambda: packed(samples.ODT[::-1]), ELSE),
    Odd("a sheet", "cv.odt", lambda: writes("", "application/vnd.oasis.opendocument.spreadsheet"), ELSE),
    Odd("no type", "cv.odt", lambda: packed(samples.ODT[1:]), ELSE),
    Odd("no content", "cv.odt", lambda: packed([samples.ODT[0], samples.ODT[2]]), ELSE),
    Odd("one long page of markup", "cv.odt", lambda: b"<?xml version='1.0'?><office:document/>", ELSE),
    Odd("a DOCX", "cv.odt", docx, ELSE),
    Odd("a document type", "cv.odt",
        lambda: packed([samples.ODT[0], ("content.xml", "<!DOCTYPE x []><x/>"), samples.ODT[2]]), HURT),
    Odd("markup that does not end", "cv.odt", lambda: writes("<text:p>"), HURT),
    Odd("a bomb", "cv.odt", lambda: odt(("Pictures/1.png", bytes(40 * 1024 * 1024))), HUGE),
]  # fmt: skip

NAMED = [
    Odd("no extension", "cv", plain_pdf, KINDS),
    Odd("no name", "", plain_pdf, ""),
    Odd("two extensions", "cv.pdf.exe", plain_pdf, KINDS),
    Odd("a DOCM", "cv.docm", docx, KINDS),
    Odd("an old DOC", "cv.doc", lambda: b"\xd0\xcf\x11\xe0", KINDS),
    Odd("a page", "cv.html", lambda: b"<script>", KINDS),
    Odd("a drawing", "cv.svg", lambda: b"<svg onload='x'/>", KINDS),
    Odd("a name that leads elsewhere", "../../etc/cv.pdf", plain_pdf),
    Odd("a name that turns around", "cv\u202efdp.exe", lambda: b"MZ", KINDS),
]

CORPUS = [*PDFS, *DOCXS, *ODTS, *(odd for odd in NAMED if odd.name)]
