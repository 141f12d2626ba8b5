"""The blog for everybody."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from careers.base.company import the_company
from careers.base.languages import address_in, language
from careers.base.permissions import public
from careers.base.web import db, page_number, settings
from careers.blog import queries
from careers.blog.models import Article

blueprint = Blueprint("blog", __name__)


@blueprint.get("/blog")
@public
def articles() -> ResponseReturnValue:
    """What employees have written, newest first."""
    page = page_number()
    found = queries.published_articles(db(), page)
    return render_template("blog/articles.html", found=found, page=page, named=language_named)


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
    return render_template("blog/article.html", article=found, described=described(found))


def described(article: Article) -> dict[str, Any]:
    """The article for machines: schema.org BlogPosting."""
    base, author = settings().base_url, article.author
    address = base + address_in(article.language, f"/blog/{article.slug}")
    by: dict[str, Any] = {"@type": "Person", "name": author.name}
    if author.page:
        by["url"] = base + address_in(settings().default_language, f"/experts/{author.page}")
    return {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": article.title,
        "description": article.summary,
        "inLanguage": article.language,
        "datePublished": article.published_at.isoformat() if article.published_at else None,
        "mainEntityOfPage": address,
        "url": address,
        "author": by,
        "publisher": {"@type": "Organization", "name": the_company(db()).name, "url": base},
    }
