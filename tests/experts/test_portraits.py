"""Portraits: what is handed in, what is kept of it, and who sees it."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import event, select

from careers.base import audit
from careers.base.consents import Consent
from careers.base.people import leave, person_by_email
from experts import photograph
from experts.models import Portrait
from experts.photograph import SIDES
from tests.cast import Cast

MINE = "/me/portrait"


def jpeg(width: int = 400, height: int = 300, turned: int = 1) -> bytes:
    """A photograph, red on its left and blue on its right, as a camera keeps it: `turned` by EXIF,
    with where it was taken.
    """
    picture = Image.new("RGB", (width, height), "#d00000")
    picture.paste("#0000d0", (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010F] = "SECRETCAM"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"SECRETCAM", quality=95)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 900 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 200_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def hand_in(person, content: bytes, **fields):
    sent = {"photograph": (io.BytesIO(content), "me.jpg")} | fields
    return person.post(MINE, sent, content_type="multipart/form-data")


@pytest.fixture
def ada(visit_as, show, db):
    show(Cast.ENGINEER)
    person = visit_as(Cast.ENGINEER)
    person.code = person_by_email(db, Cast.ENGINEER).code
    db.rollback()
    return person


def files(settings) -> list[Path]:
    return [one for one in settings.folder("portraits").rglob("*") if one.is_file()]


def seen(browser, code: str, side: str = "128", accept: str = "image/avif,image/webp,*/*"):
    return browser.get(f"/portraits/{code}/{side}", headers={"Accept": accept})


def test_a_photograph_is_served_as_each_browser_reads_it(ada, visitor):
    assert hand_in(ada, jpeg(), is_public="y").status_code == 303
    kinds = {
        "image/avif,image/webp,*/*": "image/avif", "image/webp,*/*": "image/webp",
        "*/*": "image/jpeg",
    }  # fmt: skip
    for accept, kind in kinds.items():
        for side in SIDES:
            answer = seen(visitor, ada.code, str(side), accept)
            assert answer.mimetype == kind
            assert "Accept" in answer.headers["Vary"]
            with Image.open(io.BytesIO(answer.data)) as picture:
                assert picture.size == (side, side)
                assert not picture.getexif()
            assert b"SECRETCAM" not in answer.data
    again = visitor.get(
        f"/portraits/{ada.code}/128", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 200, "another size is another picture"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    for nothing in ("129", "128.gif", "128.jpg.png", "-1", "nothing"):
        assert visitor.get(f"/portraits/{ada.code}/{nothing}").status_code == 404


def test_it_stands_upright_and_nothing_but_pixels_is_kept(ada, visitor, settings):
    hand_in(ada, jpeg(turned=6), is_public="y")  # the camera lay on its side: red is on top
    content = seen(visitor, ada.code, "640.jpg").data
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.getpixel((320, 100))[0] > 150
        assert picture.getpixel((320, 620))[2] > 150
    assert len(files(settings)) == 1 + len(SIDES) * 3
    for path in files(settings):
        assert b"SECRETCAM" not in path.read_bytes()
        assert b"Exif" not in path.read_bytes()


def test_it_is_cut_around_the_focal_point(ada, visitor, db, settings, work):
    hand_in(ada, jpeg(800, 400), is_public="y")
    before = seen(visitor, ada.code, "640.jpg")
    focus = {"x": "90", "y": "50", "closer": "200"}
    assert ada.post(f"{MINE}/focus", focus, form_on=MINE).status_code == 303
    after = seen(visitor, ada.code, "640.jpg")
    with Image.open(io.BytesIO(after.data)) as picture:
        assert picture.getpixel((10, 320))[2] > 150, "only the blue side is seen"
    assert after.headers["ETag"] != before.headers["ETag"]
    work()
    assert len(files(settings)) == 1 + len(SIDES) * 3, "what it looked like before is gone"
    for wrong in ({"x": "101"}, {"y": ""}, {"closer": "99"}, {"closer": "lots"}):
        assert ada.post(f"{MINE}/focus", focus | wrong, form_on=MINE).status_code == 422
    assert db.scalars(select(Portrait.focus_x)).one() == 90


def test_nobody_waits_to_write_while_a_photograph_is_drawn(ada, database, monkeypatch):
    """SQLite has one writer at a time; drawing takes a second or two."""
    draw, wrote = photograph.written, []

    def drawn(*of):
        with database.writing() as other:
            if database.is_sqlite:
                other.connection()  # BEGIN IMMEDIATE, or "locked"
            audit.record(other, None, "portrait:keep")
            other.commit()
        wrote.append(1)
        return draw(*of)

    @event.listens_for(database.engine, "connect")
    def _impatient(connection, _record):
        if database.is_sqlite:
            connection.execute("PRAGMA busy_timeout=200")

    database.engine.dispose()
    monkeypatch.setattr(photograph, "written", drawn)
    assert hand_in(ada, jpeg()).status_code == 303
    focus = {"x": "90", "y": "50", "closer": "200"}
    assert ada.post(f"{MINE}/focus", focus, form_on=MINE).status_code == 303
    assert len(wrote) == 1 + 2 * len(SIDES) * 3


def test_who_hands_in_another_photograph_meanwhile_keeps_it(ada, db, settings, monkeypatch):
    hand_in(ada, jpeg())
    first = db.scalars(select(Portrait.whole_key)).one()
    db.rollback()
    monkeypatch.setattr(
        "experts.portrait_pages.cut_again",
        lambda *of: replace(photograph.cut_again(*of), whole="another"),
    )
    before = len(files(settings))
    focus = {"x": "90", "y": "50", "closer": "200"}
    assert ada.post(f"{MINE}/focus", focus, form_on=MINE).status_code == 404
    assert db.scalars(select(Portrait.whole_key)).one() == first
    assert len(files(settings)) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200, "Most compatible"),
        (bomb(), "more than 25 million pixels"),
        (jpeg()[:2000], "damaged"),
        (jpeg(150, 300), "too small"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG, PNG or WebP"),
        (b"GIF89a" + b"\0" * 100, "not a JPEG, PNG or WebP"),
        (b"", "not a JPEG, PNG or WebP"),
    ],
    ids=["heic", "bomb", "broken", "small", "svg", "gif", "empty"],
)  # fmt: skip
def test_what_is_no_photograph_is_refused_in_words_that_help(ada, settings, content, says):
    answer = hand_in(ada, content)
    assert answer.status_code == 422
    assert says in answer.text
    assert files(settings) == []


def test_a_file_that_is_too_large_is_not_even_looked_at(ada, settings, monkeypatch):
    monkeypatch.setattr("careers.base.pictures.MOST_BYTES", 1000)
    assert "larger than 10 MB" in hand_in(ada, jpeg()).text
    assert files(settings) == []


def test_a_photograph_is_seen_only_with_a_yes_of_its_own(ada, visitor, visit_as, show, db):
    show(Cast.ENGINEER)
    hand_in(ada, jpeg())
    assert seen(visitor, ada.code).mimetype == "image/svg+xml"
    assert seen(visit_as(Cast.COLLEAGUE), ada.code).mimetype == "image/svg+xml"
    assert seen(ada, ada.code).mimetype == "image/avif", "one's own"
    assert "640.jpg" not in visitor.get("/experts/ada-engel").text
    ada.post("/me/consents/portrait/give", form_on="/me/consents")
    assert seen(visitor, ada.code).mimetype == "image/avif"
    page = visitor.get("/experts/ada-engel").text
    assert f"/portraits/{ada.code}/640.jpg" in page
    card = page.partition('property="og:image" content="http://127.0.0.1:8000')[2].partition('"')[0]
    assert visitor.get(card).mimetype == "image/png"
    ada.post("/me/consents/portrait/withdraw", form_on="/me/consents")
    assert seen(visitor, ada.code).mimetype == "image/svg+xml"
    assert visitor.get(f"/portraits/{ada.code}/640.jpg").status_code == 404
    assert card not in visitor.get("/experts/ada-engel").text
    given = db.scalars(select(Consent).where(Consent.item == "portrait")).one()
    assert given.withdrawn_at is not None


def test_it_goes_with_the_page_and_comes_back_with_it(ada, visitor):
    hand_in(ada, jpeg(), is_public="y")
    ada.post("/me/profile/take-down", form_on="/me/profile")
    assert seen(visitor, ada.code).status_code == 404
    ada.post("/me/profile", {"headline": "Back.", "version": "1", "show": "1", "charter": "1"})
    assert seen(visitor, ada.code).mimetype == "image/avif"


@pytest.mark.parametrize("how", ["delete", "leave"])
def test_what_is_taken_away_leaves_no_file(ada, visitor, db, settings, work, how):
    hand_in(ada, jpeg(), is_public="y")
    if how == "delete":
        ada.post(f"{MINE}/delete", form_on=MINE)
        assert seen(visitor, ada.code).mimetype == "image/svg+xml"
    else:
        leave(db, person_by_email(db, Cast.ENGINEER))
        db.commit()
        assert seen(visitor, ada.code).status_code == 404
    work()
    assert files(settings) == []
    assert db.scalars(select(Portrait)).all() == []


def test_initials_stand_for_who_has_no_photograph(ada, visitor):
    first = seen(visitor, ada.code)
    assert first.mimetype == "image/svg+xml"
    assert ">AE</text>" in first.text
    ada.post(f"{MINE}/draw", form_on=MINE)
    assert "<text" not in seen(visitor, ada.code).text
    ada.post(f"{MINE}/draw", {"as": "initials"}, form_on=MINE)
    assert ">AE</text>" in seen(visitor, ada.code).text
