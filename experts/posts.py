"""Posts: what experts write here and what they publish elsewhere, as one stream.

Only what everybody may see: of people who are shown and work here, published articles and visible
entries. Rows, not models: the homepage draws from all of them. On somebody's own page their talks,
publications and answers stand among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from careers.base import prose
from careers.base.company import fact, the_company
from careers.base.consents import Consent
from careers.base.database import UTCDateTime, rows_of
from careers.base.people import Person
from careers.base.pictures import widths_of
from careers.blog.authors import written_by
from careers.blog.models import Article, CoAuthor, Picture
from experts.models import Asked, Expert, Talk
from experts.showing import TALKS
from feeds.models import Entry, EntryPicture, EntryText, Feed, host_of

EXCERPT = 280
NEWEST_PER_AUTHOR = 20
WIDEST = 960  # pixels: of a picture beside a post


@dataclass(frozen=True)
class Author:
    """Whoever wrote a post; `page` is the slug of their page."""

    code: str
    name: str
    page: str
    team: str
    office: str

    @property
    def first_name(self) -> str:
        """What colleagues call them."""
        return self.name.split()[0]


@dataclass(frozen=True)
class Pictured:
    """A picture of ours beside a post: `path` with a slash and one of its `widths` is its address;
    `alt` may be "", `width` and `height` tell its shape."""

    path: str
    alt: str
    width: int
    height: int

    @property
    def widths(self) -> list[int]:
        """In which widths there is one, in pixels, the smallest first."""
        return widths_of(min(self.width, WIDEST))

    @property
    def widest(self) -> tuple[int, int]:
        """Width and height of the largest of them, in pixels."""
        width = self.widths[-1]
        return width, max(1, round(self.height * width / self.width))


@dataclass(frozen=True)
class Heard:
    """Something to hear or to watch elsewhere; `seconds` and `megabytes` are 0 where unknown."""

    url: str
    is_video: bool
    seconds: int
    megabytes: int

    @property
    def minutes(self) -> int:
        """How long it is, at least one; 0 where unknown."""
        return max(1, round(self.seconds / 60)) if self.seconds else 0


@dataclass(frozen=True)
class Post:
    """An article, an entry of a feed, a talk, a publication, or an answer to who asked.

    `url` is a path of this site without a language prefix for an article and an entry whose whole
    text is read here, else the address of the original, and may be "" for a talk, which may have
    `slides` and a `video`. Without a title of its own (`has_title`), `title` holds the first words
    of `text`. `source` says where it comes from: "Mastodon", the name of a host or of an event.
    """

    kind: Literal["article", "entry", "talk", "publication", "answer"]
    code: str
    author: Author
    title: str
    text: str
    url: str
    language: str
    published_at: datetime
    minutes: int
    has_title: bool
    source: str
    slides: str = ""
    video: str = ""
    picture: Pictured | None = None
    heard: Heard | None = None

    @property
    def is_outside(self) -> bool:
        """Whether its address leads away from this site."""
        return not self.url.startswith("/")


_SHOWN = and_(Person.status == "active", Person.page.is_not(None), Expert.state == "shown")
_PUBLISHED = and_(_SHOWN, Article.state == "published")
_VISIBLE = and_(_SHOWN, Entry.state == "visible", Feed.is_shown, Feed.is_theirs)


KINDS = {"article": ("article",), "entry": ("entry",), "talk": ("talk", "publication"),
         "answer": ("answer",)}  # fmt: skip
"""What somebody's stream can be narrowed to."""


def posts_of(
    db: Session, person: Person, count: int = 20, skip: int = 0, kind: str = ""
) -> list[Post]:
    """What `person` has published, newest first; nothing unless they are shown. Only one of
    `KINDS` where that is asked for.
    """
    wanted = _stream(_internal(db), KINDS.get(kind, ()))
    return _read(db, wanted, person=person.id, count=count, skip=skip)


def posts_of_people(db: Session, people: Sequence[int], count: int) -> list[Post]:
    """The newest of what the people with these row numbers have published, each once."""
    if not people:
        return []
    found = _read(db, _of_people(_internal(db)), people=people, count=2 * count, skip=0)
    return list({post.code: post for post in reversed(found)}.values())[::-1][:count]


def newest_posts(db: Session, count: int, skip: int = 0) -> list[Post]:
    """What all who are shown have published here and elsewhere, newest first."""
    return _read(db, _newest(_each_once(_internal(db))), count=count, skip=skip)


def count_posts_of(db: Session, person: Person) -> Counter[str]:
    """How many posts `posts_of` has in all, by each of `KINDS` that there are."""
    rows = rows_of(db, _counts(_internal(db)), {"person": person.id})
    found = {row.kind: row.posts for row in rows}
    sums = {name: sum(found.get(kind, 0) for kind in kinds) for name, kinds in KINDS.items()}
    return +Counter(sums)


class Surfaced(NamedTuple):
    """A post that the homepage may draw: whose, which, in what language and since when."""

    author: str
    code: str
    language: str
    published_at: datetime


def surfaced(
    db: Session, *, since: datetime | None = None, per_author: int = NEWEST_PER_AUTHOR
) -> list[Surfaced]:
    """Everything that the homepage may draw from, newest first: of each expert who is shown, the
    newest `per_author` posts, none older than `since`.
    """
    limits = {"most": per_author, "since": since or datetime.min.replace(tzinfo=UTC)}
    rows = rows_of(db, _ranked(_internal(db)), limits)
    return [
        Surfaced(author, code, spoken.lower(), published)
        for author, code, spoken, published in rows
    ]


Internal = tuple[str, ...]  # of FACTS: what pages do not say


def _internal(db: Session) -> Internal:
    return tuple(sorted(the_company(db).internal))


# To put these statements together takes ten times as long as to have them answered.


@lru_cache(maxsize=32)
def _stream(internal: Internal, kinds: Sequence[str]) -> Select[Any]:
    """What `person` has published of these `kinds`, all for none, newest first."""
    return _newest(union_all(*_all_of_one(internal)), kinds)


@lru_cache(maxsize=8)
def _counts(internal: Internal) -> Select[Any]:
    """How many of each kind `person` has published."""
    kinds = [one.with_only_columns(one.selected_columns.kind) for one in _all_of_one(internal)]
    posts = union_all(*kinds).subquery()
    return select(posts.c.kind, func.count().label("posts")).group_by(posts.c.kind)


def _all_of_one(internal: Internal) -> list[Rows]:
    theirs = Person.id == bindparam("person", type_=Integer)
    published = _published(internal, theirs)
    return [*published, _talks(internal, theirs), _answers(internal, theirs)]


@lru_cache(maxsize=8)
def _of_people(internal: Internal) -> Select[Any]:
    """What these `people` have published, newest first."""
    theirs = Person.id.in_(bindparam("people", expanding=True))
    return _newest(union_all(*_published(internal, theirs)))


def _newest(posts: CompoundSelect[Any], kinds: Sequence[str] = ()) -> Select[Any]:
    """Of `posts` those of these `kinds`, all for none, newest first: `count` after `skip`."""
    found = posts.subquery()
    return (
        select(found)
        .where(found.c.kind.in_(kinds) if kinds else true())
        .order_by(found.c.published_at.desc(), found.c.code)
        .limit(bindparam("count", type_=Integer))
        .offset(bindparam("skip", type_=Integer))
    )


@lru_cache(maxsize=8)
def _ranked(internal: Internal) -> Select[Any]:
    """The newest `most` posts of each author that are not older than `since`, newest first."""
    posts = _each_once(internal).subquery()
    rank = func.row_number().over(
        partition_by=posts.c.author_code,
        order_by=(posts.c.published_at.desc(), posts.c.code),
    )
    ranked = select(
        posts.c.author_code, posts.c.code, posts.c.language, posts.c.published_at,
        rank.label("rank"),
    ).subquery()  # fmt: skip
    return (
        select(ranked.c.author_code, ranked.c.code, ranked.c.language, ranked.c.published_at)
        .where(
            ranked.c.rank <= bindparam("most", type_=Integer),
            ranked.c.published_at >= bindparam("since", type_=UTCDateTime),
        )
        .order_by(ranked.c.published_at.desc(), ranked.c.code)
    )


@lru_cache(maxsize=8)
def _all(internal: Internal) -> Select[Any]:
    return select(_each_once(internal).subquery())


@lru_cache(maxsize=8)
def _coded(internal: Internal) -> Select[Any]:
    """The posts whose codes are among `codes`, in no order."""
    posts = _each_once(internal).subquery()
    return select(posts).where(posts.c.code.in_(bindparam("codes", expanding=True)))


@lru_cache(maxsize=8)
def _each_once(internal: Internal) -> CompoundSelect[Any]:
    """All posts, each once: an article of several under the first of them who is shown."""
    first, first_expert = aliased(Person), aliased(Expert)
    first_is_shown = (
        select(first.id)
        .join(first_expert, first_expert.person_id == first.id)
        .where(
            first.id == Article.author_id,
            first.status == "active",
            first.page.is_not(None),
            first_expert.state == "shown",
        )
        .exists()
    )
    other, next_one, next_expert = aliased(CoAuthor), aliased(Person), aliased(Expert)
    next_shown = (
        select(func.min(next_one.id))
        .join(other, other.person_id == next_one.id)
        .join(next_expert, next_expert.person_id == next_one.id)
        .where(
            other.article_id == Article.id,
            other.accepted_at.is_not(None),
            next_one.status == "active",
            next_one.page.is_not(None),
            next_expert.state == "shown",
        )
        .correlate(Article)
        .scalar_subquery()
    )
    own, with_others, entries = _published(internal, true())
    return union_all(own, with_others.where(~first_is_shown, Person.id == next_shown), entries)


Rows = Select[*tuple[Any, ...]]


def _author(internal: Internal) -> tuple[Any, ...]:
    facts = fact("team", internal), fact("office", internal)
    return (Person.code.label("author_code"), Person.name, Person.page, *facts)


_NOTHING = {
    "picture": "", "alt": "", "width": 0, "height": 0, "media_url": "", "media_type": "",
    "media_seconds": 0, "media_bytes": 0,
}  # fmt: skip


def _attached(**columns: Any) -> Iterator[Any]:
    """What stands beside a post: these `columns`, and nothing where there is none."""
    for name, nothing in _NOTHING.items():
        yield columns.get(name, literal(nothing)).label(name)


def _published(internal: Internal, whose: ColumnElement[bool]) -> tuple[Rows, Rows, Rows]:
    article = (
        select(
            literal("article").label("kind"),
            Article.code,
            Article.title,
            Article.summary.label("text"),
            (literal("/blog/") + Article.slug).label("url"),
            cast(Article.language, String).label("language"),
            Article.published_at,
            Article.minutes,
            literal(1).label("has_title"),
            literal("").label("source"),
            literal("").label("slides"),
            literal("").label("video"),
            *_attached(
                picture=literal("/blog/pictures/") + Picture.code,
                alt=Picture.alt,
                width=Picture.width,
                height=Picture.height,
            ),
            *_author(internal),
        )
        .select_from(Article)
        .outerjoin(Picture, and_(Picture.article_id == Article.id, Picture.is_cover))
        .where(_PUBLISHED, whose)
    )
    own = article.join(Person, Person.id == Article.author_id).join(
        Expert, Expert.person_id == Person.id
    )
    with_others = (
        article.join(CoAuthor, CoAuthor.article_id == Article.id)
        .join(Person, Person.id == CoAuthor.person_id)
        .join(Expert, Expert.person_id == Person.id)
        .where(CoAuthor.accepted_at.is_not(None))
    )
    entries = (
        select(
            literal("entry").label("kind"),
            Entry.code,
            Entry.title,
            Entry.excerpt.label("text"),
            Entry.url,
            cast(func.coalesce(Feed.chosen_language, Feed.language), String).label("language"),
            Entry.published_at,
            Entry.minutes,
            cast(Entry.has_title, Integer).label("has_title"),
            Feed.source,
            literal("").label("slides"),
            literal("").label("video"),
            *_attached(
                picture=literal("/entries/pictures/") + EntryPicture.code,
                alt=Entry.picture_alt,
                width=EntryPicture.width,
                height=EntryPicture.height,
                media_url=Entry.media_url,
                media_type=Entry.media_type,
                media_seconds=Entry.media_seconds,
                media_bytes=Entry.media_bytes,
            ),
            *_author(internal),
        )
        .outerjoin(
            EntryPicture, and_(EntryPicture.entry_id == Entry.id, EntryPicture.state == "kept")
        )
        .join(Feed, Feed.id == Entry.feed_id)
        .join(Person, Person.id == Feed.person_id)
        .join(Expert, Expert.person_id == Person.id)
        .where(_VISIBLE, whose)
    )
    return own, with_others, entries


def _talks(internal: Internal, whose: ColumnElement[bool]) -> Rows:
    return (
        select(
            Talk.kind,
            Talk.code,
            Talk.title,
            literal("").label("text"),
            Talk.url,
            literal("").label("language"),
            Talk.held_at.label("published_at"),
            literal(0).label("minutes"),
            literal(1).label("has_title"),
            Talk.event.label("source"),
            Talk.slides_url.label("slides"),
            Talk.video_url.label("video"),
            *_attached(),
            *_author(internal),
        )
        .join(Expert, Expert.id == Talk.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .join(Consent, Consent.person_id == Person.id)
        .where(_SHOWN, Consent.item == TALKS, Consent.withdrawn_at.is_(None), whose)
    )


def _answers(internal: Internal, whose: ColumnElement[bool]) -> Rows:
    return (
        select(
            literal("answer").label("kind"),
            Asked.code,
            Asked.words.label("title"),
            Asked.answer.label("text"),
            literal("").label("url"),
            cast(Asked.language, String).label("language"),
            Asked.answered_at.label("published_at"),
            literal(0).label("minutes"),
            literal(1).label("has_title"),
            Asked.name.label("source"),
            literal("").label("slides"),
            literal("").label("video"),
            *_attached(),
            *_author(internal),
        )
        .join(Expert, Expert.id == Asked.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(_SHOWN, Asked.state == "answered", Asked.is_public.is_(True), whose)
    )


def _read(db: Session, wanted: Select[Any], **values: Any) -> list[Post]:
    return [_post(row) for row in rows_of(db, wanted, values)]


def _post(row: Any) -> Post:
    return Post(
        kind=row.kind,
        code=row.code,
        author=Author(row.author_code, row.name, row.page, row.team, row.office),
        title=row.title,
        text=row.text if row.kind == "answer" else prose.excerpt(row.text, EXCERPT),
        url=f"/entries/{row.code}" if row.kind == "entry" and row.minutes else row.url,
        language=row.language.lower(),
        published_at=row.published_at,
        minutes=row.minutes,
        has_title=bool(row.has_title),
        source=row.source,
        slides=row.slides,
        video=row.video,
        picture=_pictured(row) if row.picture else None,
        heard=_heard(row) if row.media_url else None,
    )


def _pictured(row: Any) -> Pictured:
    return Pictured(row.picture, row.alt, row.width, row.height)


def _heard(row: Any) -> Heard:
    return Heard(
        url=row.media_url,
        is_video=row.media_type.startswith("video/"),
        seconds=row.media_seconds,
        megabytes=-(-row.media_bytes // 1_000_000),
    )


def posts_by_code(db: Session, codes: Sequence[str] | None) -> list[Post]:
    """The posts that everybody may see: those with `codes`, in that order, or all for None."""
    wanted = _all(_internal(db)) if codes is None else _coded(_internal(db))
    rows = rows_of(db, wanted, None if codes is None else {"codes": list(codes)})
    found = {row.code: _post(row) for row in rows}
    return [found[code] for code in (codes or found) if code in found]


@dataclass(frozen=True)
class Republished:
    """An entry as it is read here: its post, its whole text (safe HTML, "" where it is read only
    where it was published first), and its address there."""

    post: Post
    html: str
    first_at: str

    @property
    def first_host(self) -> str:
        """Where it was published first."""
        return host_of(self.first_at).removeprefix("www.")


def republished(db: Session, code: str) -> Republished | None:
    """The entry with this code, if everybody may see it."""
    post = next((one for one in posts_by_code(db, [code]) if one.kind == "entry"), None)
    if post is None:
        return None
    url, picture_url, html = db.execute(
        select(Entry.url, Entry.picture_url, func.coalesce(EntryText.html, ""))
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(Entry.code == code)
    ).one()
    return Republished(
        post, prose.without_picture(html, picture_url) if post.picture else html, url
    )


def bodies_of_posts(db: Session, codes: Sequence[str]) -> dict[str, str]:
    """All that those of these posts say whose whole text is here, as plain text, by their code."""
    articles = select(Article.code, Article.body_html).where(Article.code.in_(codes))
    entries = select(Entry.code, EntryText.html).join(EntryText).where(Entry.code.in_(codes))
    return {
        code: prose.plain_text(html)
        for rows in (articles, entries)
        for code, html in db.execute(rows)
    }


def codes_of_posts(db: Session, person: Person) -> list[str]:
    """The codes of all that `person` has written here and elsewhere, whether it is seen or not."""
    articles = select(Article.code).where(written_by(person))
    entries = select(Entry.code).join(Entry.feed).where(Feed.person_id == person.id)
    return [*db.scalars(articles), *db.scalars(entries)]


def codes_of_entries(db: Session, feed: Feed) -> list[str]:
    """The codes of all entries of `feed`, whether they are seen or not."""
    return list(db.scalars(select(Entry.code).where(Entry.feed_id == feed.id)))
