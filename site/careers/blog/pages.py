"""The blog for everybody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import clock, hub, prose, storage
from careers.base.company import the_company
from careers.base.languages import address_in, language, named
from careers.base.people import Person
from careers.base.permissions import may, public
from careers.base.pictures import SERVED, best_kind
from careers.base.topics import topic_by_slug
from careers.base.web import db, page_number, settings
from careers.blog import addresses, pictures, publishing, queries
from careers.blog.models import Article, Picture
from careers.blog.reading import contents_of, made_absolute

blueprint = Blueprint("blog", __name__)
IN_FEED = 20  # the newest


@blueprint.get("/blog")
@public
def articles() -> ResponseReturnValue:
    """What employees have written, newest first."""
    page, topic = page_number(), request.args.get("topic", "")[:60]
    found = queries.published_articles(db(), page, topic)
    topics = queries.topics_written_about(db())
    covers = pictures.covers_of(db(), found.articles)
    return render_template(
        "blog/articles.html",
        found=found,
        covers={key: pictures.small_html(cover) for key, cover in covers.items()},
        page=page,
        topics=topics,
        topic=topic_by_slug(db(), topic) if topic else None,
        asked_topic=topic,
        named=named,
    )


@blueprint.get("/blog/<slug>")
@public
def article(slug: str) -> ResponseReturnValue:
    """One article; 410 once it is withdrawn, 301 from where it was before."""
    found = queries.article_by_slug(db(), slug) or abort(404)
    if found.state == "withdrawn":
        abort(410)
    if found.slug != slug:
        here = address_in(language(), f"/blog/{found.slug}")
        query = request.query_string.decode("ascii", "replace")
        return redirect(f"{here}?{query}" if query else here, code=301)
    cover = pictures.covers_of(db(), [found]).get(found.id)
    contents = contents_of(found.body_html)
    return render_template(
        "blog/article.html",
        article=found,
        body_html=contents.html,
        parts=contents.parts,
        translation=queries.translation_of(db(), found),
        related=queries.related_articles(db(), found),
        cover_html=pictures.cover_html(cover) if cover else "",
        described=described(found, cover),
    )


@blueprint.get("/blog/feed.atom")
@public
def feed() -> ResponseReturnValue:
    """The newest articles, whole, as Atom (RFC 4287)."""
    found = queries.newest_articles(db(), IN_FEED)
    base, names, covers = settings().base_url, _names(found), pictures.covers_of(db(), found)
    body = render_template(
        "blog/feed.xml",
        articles=[
            (one, names[one.id], address_of(one), made_absolute(one.body_html, base),
             covers.get(one.id))
            for one in found
        ],
        address_of_cover=address_of_cover,
        own=base + address_in(language(), "/blog/feed.atom"),
        page=base + address_in(language(), "/blog"),
        updated=max((one.changed_at for one in found), default=clock.now()),
    )  # fmt: skip
    return hub.with_hub(Response(body, mimetype="application/atom+xml"), "/blog/feed.atom")


@blueprint.get("/blog/feed.json")
@public
def json_feed() -> ResponseReturnValue:
    """The newest articles, whole, as JSON Feed 1.1."""
    base = settings().base_url
    found = queries.newest_articles(db(), IN_FEED)
    names, covers = _names(found), pictures.covers_of(db(), found)
    items = [
        {
            "id": names[one.id],
            "url": address_of(one),
            "title": one.title,
            "summary": one.summary,
            "content_html": made_absolute(one.body_html, base),
            "language": one.language,
            "tags": [topic.name for topic in one.topics],
            "date_published": one.published_at.isoformat() if one.published_at else None,
            "date_modified": one.changed_at.isoformat(),
            "authors": _authors(one),
            **_pictured(covers.get(one.id)),
        }
        for one in found
    ]
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": gettext("What we write at %(company)s", company=the_company(db()).name),
        "home_page_url": base + address_in(language(), "/blog"),
        "feed_url": base + address_in(language(), "/blog/feed.json"),
        "language": language(),
        "items": items,
    }
    if hubs := hub.hubs():
        made["hubs"] = hubs
    text = json.dumps(made, ensure_ascii=False)
    return hub.with_hub(Response(text, mimetype="application/feed+json"), "/blog/feed.json")


def address_of(article: Article) -> str:
    """The full address of a published article: it is there in its own language alone."""
    return _address(article, article.slug or "")


def _address(article: Article, slug: str) -> str:
    return settings().base_url + address_in(article.language, f"/blog/{slug}")


def address_of_cover(cover: Picture) -> str:
    """The full address of the cover of an article, as large as it is kept."""
    return f"{settings().base_url}/blog/pictures/{cover.code}/{cover.width}"


def _pictured(cover: Picture | None) -> dict[str, str]:
    return {"image": address_of_cover(cover)} if cover else {}


def _names(articles: Sequence[Article]) -> dict[int, str]:
    """What feed readers know each of `articles` by: the address that it had first."""
    first = addresses.first_addresses(db(), articles)
    return {
        article.id: _address(article, first.get(article.id, article.slug or ""))
        for article in articles
    }


def _authors(article: Article) -> list[dict[str, str]]:
    who = [_named(person) for person in article.authors]
    return who or [{"name": the_company(db()).name}]


def _named(person: Person) -> dict[str, str]:
    if not person.page:
        return {"name": person.name}
    page = address_in(settings().default_language, f"/experts/{person.page}")
    return {"name": person.name, "url": settings().base_url + page}


@blueprint.get("/blog/pictures/<code>/<int:width>")
@public
def picture(code: str, width: int) -> ResponseReturnValue:
    """A picture in one of its sizes, as the best kind that the browser reads: of published articles
    for everybody, of others for whoever may read them.
    """
    found = pictures.seen_by_everybody(db(), code)
    is_public = found is not None
    if found is None:
        found = queries.picture_by_code(db(), code) or abort(404)
        if not _may_read(found.article):
            abort(404)
    kind = best_kind(request.headers.get("Accept", ""))
    try:
        content = storage.store(settings(), "pictures").read(found.keys[f"{width}.{kind}"])
    except (KeyError, FileNotFoundError):
        abort(404)
    answer = Response(content, mimetype=SERVED[kind][0])
    answer.vary.add("Accept")
    answer.set_etag(f"{code}.{width}.{kind}")
    if is_public:  # also for feed readers in browsers
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    # A withdrawn article takes its pictures with it, wherever they were kept.
    answer.headers["Cache-Control"] = "public, max-age=300" if is_public else "private, no-cache"
    return answer.make_conditional(request)


def _may_read(article: Article) -> bool:
    """Whether who asks may read it: authors, who is asked to be one, editors once they have it."""
    if g.person is None:
        return False
    asked_or_agreed = {one.person_id for one in article.coauthors}
    if g.person.id in {article.author_id, *asked_or_agreed}:
        return True
    return article.state not in publishing.EDITABLE and may(g.person, "article:review")


def described(article: Article, cover: Picture | None = None) -> dict[str, Any]:
    """The article for machines: schema.org BlogPosting."""
    base = settings().base_url
    address = base + address_in(article.language, f"/blog/{article.slug}")
    ours = {"@type": "Organization", "name": the_company(db()).name, "url": base}
    by: list[dict[str, Any]] = [{"@type": "Person", **_named(one)} for one in article.authors]
    return {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        **_pictured(cover),
        "headline": article.title,
        "description": article.summary,
        "keywords": [topic.name for topic in article.topics],
        "wordCount": len(prose.plain_text(article.body_html).split()),
        "timeRequired": f"PT{article.minutes}M",
        "inLanguage": article.language,
        "datePublished": article.published_at.isoformat() if article.published_at else None,
        "dateModified": max(
            article.published_at or article.changed_at, article.changed_at
        ).isoformat(timespec="seconds"),
        "mainEntityOfPage": article.canonical_url or address,
        "url": address,
        "author": (by if len(by) > 1 else by[0]) if by else ours,
        "publisher": ours,
    }
