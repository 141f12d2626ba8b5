"""What somebody published elsewhere and republishes here: its whole text, on a page of its own."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from careers.base import prose
from careers.base.permissions import public
from careers.base.web import db
from careers.blog.reading import contents_of
from experts import posts, queries
from experts.feeding import language_of_page, page_of, picture_of
from experts.pages import blueprint
from experts.posts import Post, Republished


@blueprint.app_template_global()
def read_at(post: Post) -> str:
    """Where `post` is read: on this site by its path in the reader's language, or elsewhere."""
    if post.kind == "article":
        return url_for("blog.article", slug=post.url.removeprefix("/blog/"))
    return post.url if post.is_outside else url_for("experts.entry", code=post.code)


@blueprint.get("/entries/<code>")
@public
def entry(code: str) -> ResponseReturnValue:
    """The whole text of an entry; 410 with its excerpt where that may not be read here any more.

    Nobody is sent to another site: a link leads to the original, and search engines are told
    that it is the one to find.
    """
    found = posts.republished(db(), code) or abort(404)
    contents = contents_of(found.html or prose.paragraphs(found.post.text))
    page = render_template(
        "experts/entry.html",
        found=found,
        post=found.post,
        body_html=contents.html,
        parts=contents.parts,
        author=queries.shown_expert(db(), found.post.author.page) or abort(404),
        in_language=language_of_page(found.post),
        described=_described(found),
    )
    return page, 200 if found.html else 410


def _described(found: Republished) -> dict[str, Any]:
    """The page for machines: schema.org BlogPosting, whose first place is elsewhere."""
    post = found.post
    said = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": post.title,
        "description": post.text,
        "url": found.first_at,
        "inLanguage": post.language,
        "datePublished": post.published_at.isoformat(),
        "image": picture_of(post),
        "author": {"@type": "Person", "name": post.author.name, "url": page_of(post)},
    }
    return {name: value for name, value in said.items() if value}
