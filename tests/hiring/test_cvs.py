"""Which files are taken as a CV, and what is said about the others."""

from __future__ import annotations

import zipfile

import pytest

from careers.hiring.cvs import TYPES, CVRefused, checked_cv
from tests.hiring import samples


@pytest.fixture(autouse=True)
def _context(app):
    with app.test_request_context():
        yield


@pytest.fixture
def app(tmp_path):
    """One database is enough here: none is read."""
    from careers.app import create_app
    from careers.base.config import Settings

    settings = Settings(_env_file=None, data_dir=tmp_path, secret_key="s" * 40)
    app = create_app(settings, testing=True)
    yield app
    app.extensions["database"].dispose()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cv.pdf", samples.plain_pdf()),
        ("CV.PDF", samples.plain_pdf()),
        ("latex.pdf", samples.pdf(samples.opens_on_a_page)),
        ("goto.pdf", samples.pdf(samples.opens_with("/GoTo", D="top"))),
        ("cv.docx", samples.docx()),
        ("photo.docx", samples.docx(("word/media/photo.jpg", samples.noise(300_000)))),
        ("cv.odt", samples.odt()),
    ],
)
def test_an_honest_file_is_taken(name, content):
    checked = checked_cv(name, content, 10)
    assert (checked.name, checked.content) == (name, content)
    assert checked.type == TYPES[name.rsplit(".", 1)[1].lower()]


MACROS = samples.TYPES_XML.replace("wordprocessingml.document.main", "macroEnabled.main")
TEMPLATE = '<R Type="…/attachedTemplate" Target="http://evil/x.dotm" TargetMode="External"/>'


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("cv.exe", b"MZ\x90", "as a PDF, DOCX or ODT"),
        ("cv", samples.plain_pdf(), "as a PDF, DOCX or ODT"),
        ("", samples.plain_pdf(), "as a PDF, DOCX or ODT"),
        ("cv.pdf.exe", samples.plain_pdf(), "as a PDF, DOCX or ODT"),
        ("cv.docm", samples.docx(), "as a PDF, DOCX or ODT"),
        ("cv.html", b"<script>", "as a PDF, DOCX or ODT"),
        ("cv.pdf", b"", "empty"),
        ("cv.pdf", b"MZ\x90 an executable", "is something else"),
        ("cv.pdf", b"<html>%PDF-1.7", "is something else"),
        ("cv.pdf", samples.docx(), "is something else"),
        ("cv.pdf", samples.plain_pdf() + samples.docx(), "is something else"),
        ("cv.pdf", b"%PDF-1.7\n" + b"junk" * 100, "damaged"),
        ("cv.pdf", samples.plain_pdf()[:200], "damaged"),
        ("cv.pdf", samples.pdf(user_password="secret"), "password"),
        ("cv.pdf", samples.pdf(samples.opens_with("/JavaScript", JS="x")), "script"),
        ("cv.pdf", samples.pdf(samples.hidden_script), "script"),
        ("cv.pdf", samples.pdf(samples.opens_with("/Launch", F="cmd.exe")), "when opened"),
        ("cv.pdf", samples.pdf(samples.opens_with("/URI", URI="http://evil")), "when opened"),
        ("cv.pdf", samples.pdf(samples.acts_on_pages), "when opened"),
        ("cv.pdf", samples.pdf(samples.other_file), "other files"),
        ("cv.pdf", samples.noise(2_000_000), "larger than 1 MB"),
        ("cv.docx", samples.plain_pdf(), "is something else"),
        ("cv.docx", samples.odt(), "is something else"),
        ("cv.docx", b"MZ" + samples.docx(), "is something else"),
        ("cv.docx", samples.packed([("a.txt", "x")]), "is something else"),
        ("cv.docx", b"PK\x03\x04" + b"x" * 500, "damaged"),
        ("cv.docx", samples.docx()[:-30], "damaged"),
        ("cv.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1E\0n\0c\0r\0y\0p\0t\0", "password"),
        ("cv.docx", samples.flagged(samples.docx()), "password"),
        ("cv.docx", samples.docx(("word/vbaProject.bin", b"x")), "macros"),
        ("cv.docx", samples.docx(("word/activeX/a.xml", b"x")), "macros"),
        ("cv.docx", samples.packed([("[Content_Types].xml", MACROS), samples.DOCX[1]]), "macros"),
        ("cv.docx", samples.docx(("word/embeddings/o.bin", b"MZ")), "other files"),
        ("cv.docx", samples.docx(("word/_rels/settings.xml.rels", TEMPLATE)), "from elsewhere"),
        ("cv.docx", samples.docx(("../evil.xml", b"x")), "damaged"),
        ("cv.docx", samples.docx(("/etc/evil.xml", b"x")), "damaged"),
        ("cv.docx", samples.docx(("C:\\evil.xml", b"x")), "damaged"),
        ("cv.docx", samples.linked(), "damaged"),
        ("cv.docx", samples.bomb(), "once unpacked"),
        ("cv.docx", samples.lying(), "damaged"),
        ("cv.docx", samples.docx(*((f"word/{n}.xml", "") for n in range(2001))), "once unpacked"),
        ("cv.docx", samples.packed(samples.DOCX, zipfile.ZIP_BZIP2), "damaged"),
        ("cv.odt", samples.docx(), "is something else"),
        ("cv.odt", samples.packed(samples.ODT[::-1]), "is something else"),
        ("cv.odt", samples.odt(("Basic/script.xml", b"x")), "macros"),
        ("cv.odt", samples.odt(("Object 1/content.xml", b"x")), "other files"),
        (
            "cv.odt",
            samples.packed([*samples.ODT[:2], ("META-INF/manifest.xml", "<m:encryption-data/>")]),
            "password",
        ),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_with_the_reason(name, content, says):
    with pytest.raises(CVRefused, match=says):
        checked_cv(name, content, 1 if says.startswith("larger") else 10)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/cv.pdf", "cv.pdf"),
        ("C:\\Users\\me\\cv.pdf", "cv.pdf"),
        ("履歴書.pdf", "履歴書.pdf"),
        ("c\r\nv\0.pdf", "cv.pdf"),
        ("x" * 300 + ".pdf", "x" * 180 + ".pdf"),
    ],
)
def test_a_file_s_name_is_kept_as_plain_text(name, kept):
    assert checked_cv(name, samples.plain_pdf(), 10).name == kept


def test_a_pdf_that_hangs_its_reader_is_refused_in_time(monkeypatch):
    monkeypatch.setattr("careers.hiring.cvs.CHECK_SECONDS", 0.01)
    with pytest.raises(CVRefused, match="again in a minute"):
        checked_cv("cv.pdf", samples.plain_pdf(), 10)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("import os; os.kill(os.getpid(), 9)", "again in a minute"),  # by a machine without memory
        ("import os; os.kill(os.getpid(), 24)", "more in this PDF than we can look through"),
        ("import os; os.abort()", "damaged"),  # a crash of the reader is the file's doing
        ("raise SystemExit(1)", "take none unchecked"),
        ("import no_such_module", "take none unchecked"),
    ],
)
def test_only_what_the_file_does_is_said_of_the_file(monkeypatch, tmp_path, script, says):
    child = tmp_path / "child.py"
    child.write_text(script)
    monkeypatch.setattr("careers.hiring.cvs.CHILD", child)
    with pytest.raises(CVRefused, match=says):
        checked_cv("cv.pdf", samples.plain_pdf(), 10)


def test_a_machine_that_can_t_start_a_process_is_busy(monkeypatch):
    monkeypatch.setattr("careers.hiring.cvs.sys.executable", "/nowhere/python")
    with pytest.raises(CVRefused, match="again in a minute"):
        checked_cv("cv.pdf", samples.plain_pdf(), 10)


RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relation(kind: str, target: str, mode: str = 'TargetMode="External"') -> str:
    return RELS.format(f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}" {mode}/>')


@pytest.mark.parametrize(
    "rels",
    [
        relation("attachedTemplate", "http://a.example/x.dotm", "TargetMode='External'"),
        relation("attachedTemplate", "http://a.example/x.dotm", 'TargetMode="&#69;xternal"'),
        relation("attachedTemplate", "http://a.example/x.dotm").encode("utf-16"),
        relation("oleObject", "http://a.example/x"),
        relation("frame", "http://a.example/x"),
        relation("attachedTemplate", "file:////server/share/x.dotm"),
        relation("attachedTemplate", r"file:///\\server\share\x.dotm"),
        relation("subDocument", "file:///etc/passwd"),
        relation("image", "http://a.example/pixel.png"),
    ],
)
def test_a_document_that_loads_something_from_elsewhere_is_refused(app, rels):
    with app.test_request_context(), pytest.raises(CVRefused, match="from elsewhere"):
        checked_cv("cv.docx", samples.docx(("word/_rels/document.xml.rels", rels)), 10)


@pytest.mark.parametrize(
    "name",
    ["word/x.bin", "word/Embeddings/sheet.xml", "word/part.rtf", "word/media/a.exe", "x.html"],
)
def test_a_document_with_parts_that_no_cv_needs_is_refused(app, name):
    with app.test_request_context(), pytest.raises(CVRefused, match="other files"):
        checked_cv("cv.docx", samples.docx((name, b"x")), 10)


def test_a_document_type_is_refused(app):
    rels = '<!DOCTYPE r [<!ENTITY e "External">]>' + relation("frame", "x", 'TargetMode="&e;"')
    with app.test_request_context(), pytest.raises(CVRefused, match="damaged"):
        checked_cv("cv.docx", samples.docx(("word/_rels/document.xml.rels", rels)), 10)


def test_an_honest_document_with_all_that_word_puts_in_is_taken(app):
    content = samples.docx(
        ("_rels/.rels", relation("officeDocument", "word/document.xml", "")),
        ("word/_rels/document.xml.rels", relation("hyperlink", "https://nadia.example")),
        (
            "word/_rels/settings.xml.rels",
            relation("attachedTemplate", r"file:///C:\Users\Nadia\Resume.dotx"),
        ),
        ("word/styles.xml", "<s/>"),
        ("word/header1.xml", "<h/>"),
        ("word/comments.xml", "<c/>"),
        ("word/media/image1.PNG", b"\x89PNG"),
        ("word/fonts/font1.odttf", b"x"),
        ("docProps/thumbnail.jpeg", b"x"),
        ("customXml/item1.xml", "<i/>"),
    )
    with app.test_request_context():
        assert checked_cv("cv.docx", content, 10).type.endswith("wordprocessingml.document")
