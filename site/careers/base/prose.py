"""Text from people and from outside to safe HTML, once, when it is stored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape, unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from careers.base import highlighting

MARKDOWN_LONGEST = 100_000  # characters; markdown-it-py's worst known input takes 1.9 s at 280 KB
HTML_LONGEST = 200_000
DEEPEST = 200  # nested elements; nh3 is quadratic in them
MOST_LEADING_ELSEWHERE = 1_000  # links and pictures of one text: 5 MB of nothing else took 5 s

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
INLINE = {"a", "abbr", "b", "code", "del", "em", "i", "kbd", "mark", "q", "s", "small", "span",
           "strong", "sub", "sup", "u"}  # fmt: skip
_UNTRUSTED = "ugc nofollow noopener noreferrer"
_REL = f' rel="{_UNTRUSTED}"'
PICTURE_ELSEWHERE = ' class="picture-elsewhere"'
_SPACE = re.compile(r"[ \t\r\n\f]+")  # not the no-break spaces that French needs

_markdown = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable("image")  # pictures come with their own care later; a foreign host is never called
)


ShowPicture = Callable[[str, str], str]
_PICTURE = re.compile(r'<img src="picture:([A-Za-z0-9]{1,16})" alt="([^"]*)">')
_OF_ARTICLES = {"img": {"src", "alt"}, "span": {"class"}}
_FROM_ELSEWHERE: dict[str, set[str]] = {
    "img": {"src", "alt"}, "figure": set(), "figcaption": set(),
}  # fmt: skip
_FIRST_LEVEL = re.compile(r"<(/?)h1(?=[\s/>])", re.IGNORECASE)
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')  # one after the other: values hold what they like


def _only_ours(_tag: str, name: str, value: str) -> str | None:
    """Classes are those of source code, and nothing but an image is a picture of ours."""
    if name == "class":
        return value if value in highlighting.CLASSES else None
    return None if name == "href" and value.startswith("picture:") else value


def _marked(code: str, language: str, _rest: str) -> str:
    return highlighting.highlighted(code, language)


_options = {"html": False}
_of_articles = MarkdownIt("commonmark", _options | {"highlight": _marked})
_unmarked = MarkdownIt("commonmark", _options)


def _draw_picture(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    """A picture of our own for `_PICTURE`; of one elsewhere only a link: a foreign host is never
    called."""
    token = tokens[at]
    words = renderer.renderInlineAsText(token.children, options, env)
    address = str(token.attrGet("src") or "")
    if re.fullmatch("picture:[A-Za-z0-9]{1,16}", address):
        return f'<img src="{address}" alt="{escape(words)}">'
    return f'<a href="{escape(address)}">{escape(words or address)}</a>'


for _one in (_of_articles, _unmarked):
    _one.enable(["table", "strikethrough"]).add_render_rule("image", _draw_picture)


class TooDeep(ValueError):
    """The HTML nests more elements than any honest text does."""


def markdown_to_html(text: str, picture: ShowPicture | None = None) -> str:
    """Markdown (CommonMark with tables and strikethrough) as safe HTML.

    A first-level heading becomes second-level: the page has its own. `![words](picture:CODE)`
    becomes what `picture` answers for the code and the words, which are escaped; with it, source
    code has its words told apart. Raises ValueError over `MARKDOWN_LONGEST` characters.
    """
    if len(text) > MARKDOWN_LONGEST:
        raise ValueError(f"longer than {MARKDOWN_LONGEST} characters")
    if picture is None:
        return safe_html(_as_second_level(_markdown.render(text)))
    made = _of_articles.render(text)
    if len(made) > HTML_LONGEST:  # marks in source code are left out first
        made = _unmarked.render(text)
    html = _clean(
        _as_second_level(made), _OF_ARTICLES, attribute_filter=_only_ours, schemes={"picture"}
    )
    return _PICTURE.sub(lambda found: picture(found[1], found[2]), html)


def _as_second_level(html: str) -> str:
    return html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")


def safe_html(outside: str) -> str:
    """HTML from anywhere reduced to text, links (http, https, mailto), lists and tables.

    Raises ValueError when it is too long or nested too deeply to be honest.
    """
    return _clean(outside)


def text_from_elsewhere(outside: str, whole: Callable[[str], str | None]) -> str:
    """A text that was published elsewhere as safe HTML that calls no other host.

    `whole` makes a link that stands in it a whole address, or none. A picture becomes a link to
    where it lies, by its words (`PICTURE_ELSEWHERE`); one without words is left out. A first-level
    heading becomes second-level. Raises ValueError as `safe_html` does, and over
    `MOST_LEADING_ELSEWHERE` links and pictures.
    """
    clean = _clean(_FIRST_LEVEL.sub(r"<\1h2", outside), _FROM_ELSEWHERE)
    if clean.count("<a ") + clean.count("<img ") > MOST_LEADING_ELSEWHERE:
        raise ValueError(f"more than {MOST_LEADING_ELSEWHERE} links and pictures")
    links_open = 0

    def address(written: str) -> str:
        link = unescape(written)
        found = link if link.startswith("mailto:") else whole(link)
        return f' href="{escape(found)}"' if found else ""

    def made(tag: re.Match[str]) -> str:
        nonlocal links_open
        name = (tag[1] or "").lower()
        if name == "a":
            links_open += -1 if tag[0].startswith("</") else 1
            return _ATTRIBUTE.sub(
                lambda one: address(one[2]) if one[1] == "href" else one[0], tag[0]
            )
        if name != "img":
            return tag[0]
        said = dict(_ATTRIBUTE.findall(tag[0]))
        words = escape(unescape(said.get("alt", "")).strip(), quote=False)
        there = address(said.get("src", "")) if words and not links_open else ""
        return f"<a{PICTURE_ELSEWHERE}{there}{_REL}>{words}</a>" if there else words

    return TAG.sub(made, clean)


def without_picture(safe: str, url: str) -> str:
    """What `text_from_elsewhere` made, without the link to the picture at `url`: who reads it sees
    that."""
    link = re.escape(f'<a{PICTURE_ELSEWHERE} href="{escape(url)}"')
    return re.sub(rf"{link}[^<]*</a>", "", safe)


def paragraphs(text: str) -> str:
    """Plain `text` as HTML: an empty line parts paragraphs, any other one lines."""
    parts = (part.strip() for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")))
    return "".join(
        "<p>" + escape(part, quote=False).replace("\n", "<br>") + "</p>" for part in parts if part
    )


def _clean(
    outside: str,
    more: Mapping[str, set[str]] | None = None,
    *,
    attribute_filter: Callable[[str, str, str], str | None] | None = None,
    schemes: Collection[str] = (),
) -> str:
    """`outside` reduced to what is allowed everywhere, and to `more` elements and attributes."""
    if len(outside) > HTML_LONGEST:
        raise ValueError(f"longer than {HTML_LONGEST} characters")
    _check_depth(outside)
    more = more or {}
    clean = nh3.clean(
        outside,
        tags=_TAGS | set(more),
        attributes=_ATTRIBUTES | dict(more),
        attribute_filter=attribute_filter,
        url_schemes={"http", "https", "mailto", *schemes},
        link_rel=_UNTRUSTED,
        set_tag_attribute_values={"pre": {"tabindex": "0"}},  # a long line is scrolled with keys
        clean_content_tags={"script", "style", "iframe", "object", "template", "svg", "math"},
    )
    if len(clean) > 2 * HTML_LONGEST:  # unclosed elements are closed and opened again, many times
        raise ValueError(f"longer than {2 * HTML_LONGEST} characters once it is made whole")
    return clean.replace("<th></th>", "<td></td>")  # an empty cell heads nothing


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
TAG = re.compile(
    r"""<!--.*?--> | </? ([A-Za-z][A-Za-z0-9]*) (?: [^<>"'] | "[^"]*" | '[^']*' )* >""",
    re.DOTALL | re.VERBOSE,
)


def plain_text(safe: str) -> str:
    """The words of HTML that `safe_html` made, with single spaces."""
    words = TAG.sub(lambda tag: "" if tag[1] and tag[1].lower() in INLINE else " ", safe)
    return _SPACE.sub(" ", unescape(words)).strip()


def excerpt(text: str, longest: int = 240) -> str:
    """The first words of plain `text`, at most `longest` characters, cut between words."""
    text = _SPACE.sub(" ", text).strip()
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-–—") + "…"


def reading_minutes(text: str) -> int:
    """Minutes to read plain `text` at 230 words a minute, at least one."""
    return max(1, round(len(text.split()) / 230))
