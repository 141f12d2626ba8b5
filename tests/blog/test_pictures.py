"""Pictures in articles: pixels alone, words for who cannot see them, gone with their article."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from careers.base import prose, storage
from careers.base.people import person_by_email
from careers.base.pictures import widths_of
from careers.blog import publishing
from careers.blog.models import Article, Picture
from tests.cast import Cast

FIELDS = {"title": "Clocks lie", "summary": "", "language": "en", "body": "They drift."}
ALT = 'A clock [late] <b> "again"'


def jpeg(width: int = 1200, height: int = 800) -> bytes:
    """A photograph that says where it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (width, height), "#345678").save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)


def add(browser, page: str, content: bytes, alt: str = ALT, name: str = "clock.jpg", **fields):
    sent = FIELDS | {"version": "1", "add_picture": "1", "alt": alt} | fields
    sent |= {"form_token": browser.form_token(page), "picture": (io.BytesIO(content), name)}
    return browser.client.post(page, data=sent, content_type="multipart/form-data")


def published(app, database, code: str) -> None:
    with app.app_context(), database.writing() as db:
        found = db.scalars(select(Article).where(Article.code == code)).one()
        author, editor = (person_by_email(db, one) for one in (Cast.ENGINEER, Cast.EDITOR))
        publishing.submit(db, author, found)
        publishing.publish(db, editor, found, found.version)
        db.commit()


def test_a_picture_from_a_phone_to_a_reader(
    app, database, ada, visit_as, visitor, db, work, settings
):
    added = add(ada, "/me/articles/new", jpeg())
    page = added.headers["Location"]
    code = page.rsplit("/", 1)[1]
    kept = db.scalars(select(Picture)).one()
    shown = ada.get(page).text
    assert f"picture:{kept.code}" in shown
    assert "SecretCamera" not in str(storage.store(settings, "pictures").read(kept.keys["960.jpg"]))
    address = f"/blog/pictures/{kept.code}/960"
    own = ada.get(address)
    assert (own.status_code, own.headers["Cross-Origin-Resource-Policy"]) == (200, "same-origin")
    for other in (visitor, visit_as(Cast.COLLEAGUE), edith := visit_as(Cast.EDITOR)):
        assert other.get(address).status_code == 404
    article = db.scalars(select(Article)).one()
    fields = FIELDS | {"body": article.body, "version": str(article.version), "cover": kept.code}
    db.rollback()
    ada.post(page, fields)
    published(app, database, code)
    read = visitor.get("/blog/clocks-lie").text
    alts = re.findall(
        r'<img src="/blog/pictures/[^>]* width="1200" height="800" alt="([^>]*?)"', read
    )
    assert alts == ["A clock [late] &lt;b&gt; &#34;again&#34;".replace("&#34;", "&quot;")] * 2
    assert f'"image": "http://127.0.0.1:8000/blog/pictures/{kept.code}/1200"' in read
    assert f"/blog/pictures/{kept.code}/480" in visitor.get("/blog").text
    assert f"/blog/pictures/{kept.code}/480" in edith.get(f"/editing/articles/{code}").text
    for accepted, kind in (("image/avif,image/webp", "avif"), ("image/webp", "webp"), ("", "jpeg")):
        seen = visitor.get(address, headers={"Accept": accepted})
        assert seen.content_type == f"image/{kind}"
        assert seen.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        with Image.open(io.BytesIO(seen.data)) as picture:
            assert picture.size == (960, 640)
            assert not picture.getexif()
    assert visitor.get(f"/blog/pictures/{kept.code}/961").status_code == 404
    edith.post(f"/editing/articles/{code}/withdraw", form_on=f"/editing/articles/{code}")
    assert visitor.get(address).status_code == 404


def test_a_picture_that_was_taken_out_of_a_text_is_seen_by_nobody(app, database, ada, visitor, db):
    page = add(ada, "/me/articles/new", jpeg(300, 300)).headers["Location"]
    kept = db.scalars(select(Picture)).one()
    db.rollback()
    ada.post(page, FIELDS | {"version": "2"})
    published(app, database, page.rsplit("/", 1)[1])
    assert visitor.get(f"/blog/pictures/{kept.code}/300").status_code == 404


def test_the_files_of_an_article_that_is_deleted_are_deleted(ada, db, work, settings):
    page = add(ada, "/me/articles/new", jpeg(300, 300)).headers["Location"]
    keys = db.scalars(select(Picture)).one().keys
    db.rollback()
    ada.post(f"{page}/delete", form_on=page)
    work()
    for key in keys.values():
        with pytest.raises(FileNotFoundError):
            storage.store(settings, "pictures").read(key)


@pytest.mark.parametrize(
    ("content", "alt", "said"),
    [
        (jpeg(), " ", "what is to be seen on it"),
        (b"", ALT, "Please choose a picture."),
        (b"<svg onload=alert(1)>", ALT, "not a JPEG, PNG or WebP"),
        (b"\0\0\0\x18ftypheic\0\0", ALT, "HEIC photograph"),
        (jpeg()[:900], ALT, "damaged"),
        (jpeg(50, 50), ALT, "at least 100 pixels"),
    ],
    ids=["no words", "nothing", "svg", "heic", "cut off", "small"],
)
def test_what_is_no_picture_is_refused_with_a_reason_and_the_text_stays(
    ada, db, content, alt, said
):
    name = "clock.jpg" if content else ""
    ada.post("/me/articles/new", FIELDS)
    page = f"/me/articles/{db.scalars(select(Article.code)).one()}"
    db.rollback()
    answer = add(ada, page, content, alt, name, body="Typed last")
    assert answer.status_code == 422
    assert said in answer.text
    assert "Typed last" in answer.text
    assert db.scalars(select(Picture)).all() == []


def test_only_an_article_s_own_pictures_are_shown_and_no_foreign_host_is_called(ada, db):
    add(ada, "/me/articles/new", jpeg(300, 300))
    code = db.scalars(select(Picture.code)).one()
    db.rollback()
    ada.post(
        "/me/articles/new", FIELDS | {"body": f"![x](picture:{code}) ![y](https://a.example/z)"}
    )
    other = db.scalars(select(Article.body_html).order_by(Article.id.desc())).first()
    assert "<img" not in other
    assert '<a href="https://a.example/z"' in other


def test_words_for_a_picture_are_only_words():
    def show(code, alt):
        return f'<img alt="{alt}">'

    for hostile in ('"onerror=alert(1) x="', "<script>alert(1)</script>", "a`b*c*", "&quot;>"):
        html = prose.markdown_to_html(f"![{hostile}](picture:abc)", show)
        assert re.fullmatch(r'<p><img alt="[^"<>]*"></p>\n', html), html
    assert "<img" not in prose.markdown_to_html("![x](picture:a/../b)", show)
    assert widths_of(1600) == [480, 960, 1600]
