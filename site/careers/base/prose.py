"""Text from people and from outside to safe HTML, once, when it is stored."""

from __future__ import annotations

import html
import re
from collections import Counter

import nh3
from markdown_it import MarkdownIt

MARKDOWN_LONGEST = 100_000  # characters; markdown-it-py's worst known input takes 1.9 s at 280 KB
HTML_LONGEST = 200_000
DEEPEST = 200  # nested elements; nh3 is quadratic in them

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"scope"},
}
# Elements without a closing tag, and those that close by themselves where their like begins.
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr",
    "dd", "dt", "li", "option", "p", "td", "th", "tr",
}  # fmt: skip
_INLINE = {"a", "abbr", "b", "code", "del", "em", "i", "kbd", "mark", "q", "s", "small", "span",
           "strong", "sub", "sup", "u"}  # fmt: skip
_SPACE = re.compile(r"[ \t\r\n\f]+")  # not the no-break spaces that French needs

_markdown = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable("image")  # pictures come with their own care later; a foreign host is never called
)


class TooDeep(ValueError):
    """The HTML nests more elements than any honest text does."""


def markdown_to_html(text: str) -> str:
    """Markdown (CommonMark with tables and strikethrough) as safe HTML.

    A first-level heading becomes second-level: the page has its own. Raises ValueError over
    `MARKDOWN_LONGEST` characters.
    """
    if len(text) > MARKDOWN_LONGEST:
        raise ValueError(f"longer than {MARKDOWN_LONGEST} characters")
    return safe_html(_markdown.render(text).replace("<h1>", "<h2>").replace("</h1>", "</h2>"))


def safe_html(outside: str) -> str:
    """HTML from anywhere reduced to text, links (http, https, mailto), lists and tables.

    Raises ValueError when it is too long or nested too deeply to be honest.
    """
    if len(outside) > HTML_LONGEST:
        raise ValueError(f"longer than {HTML_LONGEST} characters")
    _check_depth(outside)
    clean = nh3.clean(
        outside,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="ugc nofollow noopener noreferrer",
        clean_content_tags={"script", "style", "iframe", "object", "template", "svg", "math"},
    )
    if len(clean) > 2 * HTML_LONGEST:  # unclosed elements are closed and opened again, many times
        raise ValueError(f"longer than {2 * HTML_LONGEST} characters once it is made whole")
    return clean


def _check_depth(outside: str) -> None:
    """Count like a parser: a closing tag closes something only if its like is open."""
    depth, still_open = 0, Counter[str]()
    for closing, tag in re.findall(r"<(/?)([A-Za-z][A-Za-z0-9]*)", outside):
        name = tag.lower()
        if name in _VOID:
            continue
        if not closing:
            depth += 1
            still_open[name] += 1
        elif still_open[name]:
            depth -= 1
            still_open[name] -= 1
        if depth > DEEPEST:
            raise TooDeep(f"more than {DEEPEST} elements inside one another")


# A tag as nh3 writes it: what stands in quotation marks may hold anything.
_TAG = re.compile(
    r"""<!--.*?--> | </? ([A-Za-z][A-Za-z0-9]*) (?: [^<>"'] | "[^"]*" | '[^']*' )* >""",
    re.DOTALL | re.VERBOSE,
)


def plain_text(safe: str) -> str:
    """The words of HTML that `safe_html` made, with single spaces."""
    words = _TAG.sub(lambda tag: "" if tag[1] and tag[1].lower() in _INLINE else " ", safe)
    return _SPACE.sub(" ", html.unescape(words)).strip()


def excerpt(text: str, longest: int = 240) -> str:
    """The first words of plain `text`, at most `longest` characters, cut between words."""
    text = _SPACE.sub(" ", text).strip()
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-–—") + "…"


def reading_minutes(text: str) -> int:
    """Minutes to read plain `text` at 230 words a minute, at least one."""
    return max(1, round(len(text.split()) / 230))
