"""The blog for everybody."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from careers.base import storage
from careers.base.company import the_company
from careers.base.languages import address_in, language
from careers.base.permissions import may, public
from careers.base.pictures import SERVED, best_kind
from careers.base.web import db, page_number, settings
from careers.blog import pictures, publishing, queries
from careers.blog.models import Article, Picture

blueprint = Blueprint("blog", __name__)


@blueprint.get("/blog")
@public
def articles() -> ResponseReturnValue:
    """What employees have written, newest first."""
    page = page_number()
    found = queries.published_articles(db(), page)
    covers = pictures.covers_of(db(), found.articles)
    return render_template(
        "blog/articles.html",
        found=found,
        covers={key: pictures.small_html(cover) for key, cover in covers.items()},
        page=page,
        named=language_named,
    )


def language_named(code: str) -> str:
    """A language, named in the reader's one."""
    return str(Locale.parse(language()).languages.get(code, code))


@blueprint.get("/blog/<slug>")
@public
def article(slug: str) -> ResponseReturnValue:
    """One article; 410 once it is withdrawn."""
    found = queries.article_by_slug(db(), slug) or abort(404)
    if found.state == "withdrawn":
        abort(410)
    cover = pictures.covers_of(db(), [found]).get(found.id)
    return render_template(
        "blog/article.html",
        article=found,
        cover_html=pictures.cover_html(cover) if cover else "",
        described=described(found, cover),
    )


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
    # A withdrawn article takes its pictures with it, wherever they were kept.
    answer.headers["Cache-Control"] = "public, max-age=300" if is_public else "private, no-cache"
    return answer.make_conditional(request)


def _may_read(article: Article) -> bool:
    """Whether who asks has the article in hand: its author, or an editor once it was handed in."""
    if g.person is None:
        return False
    if article.author_id == g.person.id:
        return True
    return article.state not in publishing.EDITABLE and may(g.person, "article:review")


def described(article: Article, cover: Picture | None = None) -> dict[str, Any]:
    """The article for machines: schema.org BlogPosting."""
    base, author = settings().base_url, article.author
    address = base + address_in(article.language, f"/blog/{article.slug}")
    by: dict[str, Any] = {"@type": "Person", "name": author.name}
    if author.page:
        by["url"] = base + address_in(settings().default_language, f"/experts/{author.page}")
    pictured = {"image": f"{base}/blog/pictures/{cover.code}/{cover.width}"} if cover else {}
    return {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        **pictured,
        "headline": article.title,
        "description": article.summary,
        "inLanguage": article.language,
        "datePublished": article.published_at.isoformat() if article.published_at else None,
        "mainEntityOfPage": address,
        "url": address,
        "author": by,
        "publisher": {"@type": "Organization", "name": the_company(db()).name, "url": base},
    }
