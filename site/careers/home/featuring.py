"""What editors put on the homepage themselves, beside what is drawn."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from careers.base import audit
from careers.base.database import in_turn, inserting, rows_changed, rows_of
from careers.base.people import Person
from careers.home.models import Featured
from experts.posts import Post, posts_by_code

MOST = 3


class TooMany(Exception):
    """As many posts are featured as may be."""


_FEATURED = select(Featured.post).order_by(Featured.since.desc(), Featured.post)


def featured_posts(db: Session) -> list[Post]:
    """The featured posts that everybody may see, one of each person, the newest choice first."""
    codes = rows_of(db, _FEATURED).scalars().all()
    found: dict[str, Post] = {}
    for post in posts_by_code(db, codes) if codes else []:
        found.setdefault(post.author.code, post)
    return list(found.values())[:MOST]


def feature(db: Session, editor: Person, post: Post) -> bool:
    """Put `post` on the homepage; False when it is there. Raises TooMany.

    What nobody may see any more makes room for it.
    """
    in_turn(db, "featured")
    seen = {one.code for one in featured_posts(db)}
    db.execute(delete(Featured).where(Featured.post.not_in(seen)))
    if len(seen - {post.code}) >= MOST:
        raise TooMany
    added = inserting(db, Featured).values(post=post.code).on_conflict_do_nothing()
    if db.scalar(added.returning(Featured.post)) is None:
        return False
    audit.record(db, editor, "post:feature", post.code)
    return True


def no_longer(db: Session, editor: Person, code: str) -> bool:
    """Leave a post to the draw again; False when it isn't featured."""
    if not rows_changed(db.execute(delete(Featured).where(Featured.post == code))):
        return False
    audit.record(db, editor, "post:no-longer-feature", code)
    return True
