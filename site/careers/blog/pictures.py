"""Pictures in articles: handed in with words for who cannot see them, made anew as pixels alone,
kept in the sizes in which they are shown, and gone for good with their article.

In the text one reads `![what is to be seen](picture:CODE)`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from html import escape
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, lazyload

from careers.base import audit, codes, forgetting, storage
from careers.base.config import Settings
from careers.base.people import Person
from careers.base.pictures import WIDTHS, Made, in_sizes, widths_of
from careers.blog.models import Article, Picture

SMALLEST = 100  # pixels
ALT_LONGEST = 300
MOST_IN_AN_ARTICLE = 60
_COLUMN = "(min-width: 720px) 640px, 92vw"
_WHOLE = "(min-width: 1240px) 1176px, 92vw"


def made(content: bytes) -> Made:
    """What is kept of a file that somebody hands in: a second's work. Raises NotAPicture."""
    return in_sizes(content, SMALLEST)


def keep_picture(
    db: Session, person: Person, settings: Settings, article: Article, picture: Made, alt: str
) -> Picture:
    """Keep a picture for `article`; `alt` says what is to be seen. Raises OSError."""
    files = storage.store(settings, "pictures")
    keys = {name: files.keep(content) for name, content in picture.files.items()}
    kept = Picture(
        code=codes.code(), article_id=article.id, alt=alt, width=picture.width,
        height=picture.height, keys=keys,
    )  # fmt: skip
    db.add(kept)
    db.flush()
    audit.record(db, person, "picture:add", article.code)
    return kept


def pictures_of(db: Session, article: Article) -> Sequence[Picture]:
    """Every picture that was handed in for `article`, the first one first."""
    return db.scalars(
        select(Picture).where(Picture.article_id == article.id).order_by(Picture.id)
    ).all()


def covers_of(db: Session, articles: Collection[Article]) -> dict[int, Picture]:
    """The covers of `articles`, by the row number of the article."""
    wanted = [article.id for article in articles]
    covers = select(Picture).where(Picture.article_id.in_(wanted), Picture.is_cover)
    rows = db.scalars(covers.options(lazyload(Picture.article)))
    return {picture.article_id: picture for picture in rows}


def choose_cover(db: Session, article: Article, code: str) -> None:
    """Make the picture with this code, if it is the article's, its cover; "" for none."""
    of_it = Picture.article_id == article.id
    db.execute(update(Picture).where(of_it, Picture.is_cover).values(is_cover=False))
    if code:
        db.execute(update(Picture).where(of_it, Picture.code == code).values(is_cover=True))


def forget_pictures(db: Session, article: Article) -> None:
    """Delete the files of an article that is deleted; they follow within a minute."""
    keys = (key for picture in pictures_of(db, article) for key in picture.keys.values())
    forgetting.forget(db, "pictures", keys)


def seen_by_everybody(db: Session, code: str) -> Picture | None:
    """The picture with this code, if everybody may see it: it stands in a published article."""
    return db.scalar(
        select(Picture)
        .join(Article, Article.id == Picture.article_id)
        .where(
            Picture.code == code,
            Article.state == "published",
            or_(Picture.is_cover, Article.body.contains(f"(picture:{code}")),
        )
    )


# -- in the text -------------------------------------------------------------------------------


def in_text(picture: Picture) -> str:
    """What stands in the text for `picture`."""
    alt = re.sub(r"([\\[\]])", r"\\\1", picture.alt)
    return f"![{alt}](picture:{picture.code})"


def shown_in_text(pictures: Collection[Picture]) -> Any:
    """What `prose.markdown_to_html` asks for a picture of an article: nothing for any other."""
    known = {picture.code: picture for picture in pictures}

    def show(code: str, alt: str) -> str:
        return tag(known[code], alt, _COLUMN, lazy=True) if code in known else ""

    return show


def cover_html(picture: Picture) -> str:
    """The cover of an article as it stands above it."""
    return tag(picture, escape(picture.alt), _WHOLE, lazy=False, is_what="u-featured")


def small_html(picture: Picture) -> str:
    """The cover of an article in a list: the title beside it says what it is about."""
    return tag(picture, "", "200px", lazy=True)


def tag(picture: Picture, alt: str, sizes: str, *, lazy: bool, is_what: str = "") -> str:
    """The HTML element; `alt` is escaped already. `is_what` names it for machines (a class)."""
    address = f"/blog/pictures/{picture.code}"
    widths = widths_of(picture.width)
    middle = min(widths, key=lambda width: abs(width - WIDTHS[1]))
    sources = ", ".join(f"{address}/{width} {width}w" for width in widths)
    loading = ' loading="lazy"' if lazy else ""
    named = f' class="{is_what}"' if is_what else ""
    return (
        f'<img src="{address}/{middle}" srcset="{sources}" sizes="{sizes}"'
        f' width="{picture.width}" height="{picture.height}" alt="{alt}"{loading}'
        f' decoding="async"{named}>'
    )
