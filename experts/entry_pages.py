"""What somebody published elsewhere and republishes here: its whole text, on a page of its own."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

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
    """The whole text of an entry; where it may not be read here any more, the way to its original.

    Search engines are told that the original is the one to find.
    """
    found = posts.republished(db(), code) or abort(404)
    if not found.html:
        return redirect(found.first_at)
    contents = contents_of(found.html)
    return render_template(
        "experts/entry.html",
        found=found,
        post=found.post,
        body_html=contents.html,
        parts=contents.parts,
        author=queries.shown_expert(db(), found.post.author.page) or abort(404),
        in_language=language_of_page(found.post),
        described=_described(found),
    )


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
