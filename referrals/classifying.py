"""What a click is: a person, a link preview, a prefetch or a bot. Pure functions of its headers.

Sources: crawler-user-agents (watched for news monthly) and `known_agents`; Fetch Metadata (W3C)
for `Sec-Fetch-*`; the Fetch standard for `Sec-Purpose`, Safari for `Purpose`, Firefox for `X-Moz`.
The rates of right and wrong are held by `tests/referrals/test_classifying.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

import crawleruseragents

from referrals.known_agents import (
    BOTS,
    HOSTS,
    IMESSAGE,
    IN_APP,
    LEFT_OUT,
    OWN,
    PREVIEWS,
    PREVIEWS_BY_START,
    SIGNAL,
)

LISTS = f"{OWN} cua-{version('crawler-user-agents')}"
NAME = 40  # characters that are kept of a name
SHORT = 7  # texts of the shared list up to this length count only where a word begins


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request is, where it comes from, and whether it opens a page."""

    kind: str  # human, preview, prefetch, bot
    source: str  # the bot's or previewer's name; of a person the channel they visibly come from
    navigates: bool


@lru_cache(maxsize=8192)
def classify(
    method: str, agent: str, purpose: str = "", dest: str = "", mode: str = "", origin: str = ""
) -> Verdict:
    """The verdict on a request for a share link.

    `agent` has at most 1,000 characters. `purpose` (`Sec-Purpose`, `Purpose` or `X-Moz`), `dest`
    and `mode` (`Sec-Fetch-*`) are headers, "" where missing; `origin` is the host (or Android app)
    that the Referer names.
    """
    navigates = _navigates(dest, mode)
    agent = agent.strip()
    name = _previewer(agent)
    if name:
        return Verdict("preview", name, navigates)
    name = "HEAD" if method == "HEAD" else _bot(agent)
    if name:
        return Verdict("bot", name, navigates)
    if any(word in purpose.lower() for word in ("prefetch", "preview", "prerender")):
        return Verdict("prefetch", "", False)
    return Verdict("human", channel_seen(agent, origin), navigates)


def _navigates(dest: str, mode: str) -> bool:
    """Whether a page opens in its own tab, not an image, frame or script of another page.

    Browsers send these headers over https; where they are missing nothing speaks against it.
    """
    return dest in {"", "document"} and mode in {"", "navigate"}


# A preview that calls itself just that, whoever makes it.
_PREVIEW = re.compile(r"link[ -]?preview|link[ -]?expand|unfurl")


def _previewer(agent: str) -> str:
    lower = agent.lower()
    if lower in SIGNAL:
        return "Signal"
    if all(part in lower for part in IMESSAGE):
        return "iMessage"
    for start, name in PREVIEWS_BY_START.items():
        if lower.startswith(start):
            return name
    return _first(PREVIEWS, lower) or (_name(agent) if _PREVIEW.search(lower) else "")


def _first(names: Mapping[str, str], text: str) -> str:
    return next((name for part, name in names.items() if part in text), "")


def _bot(agent: str) -> str:
    """The name of a bot; "" for a browser.

    In order: what we know by name, what the shared list knows, what has no browser's shape, and
    what says of itself that it is none. Phones name their model after Android's version, and a
    model may have any name (there is a make called CUBOT): only known names count there.
    """
    if not agent:
        return "no agent"
    lower = agent.lower()
    name = _first(BOTS, lower)
    if name:
        return name
    without_model = _MODEL.sub(r"\1", agent)
    name = _shared_list(without_model)
    if name:
        return name
    lower = without_model.lower()
    if _is_shaped_as_browser(lower) and not _admits_to_be_none(lower):
        return ""
    return _name(agent)


_MODEL = re.compile(r"(Android [\d.]{1,12};(?: [A-Za-z]{2}[-_][A-Za-z]{2};)?)[^;)]*")


def _plain(pattern: str) -> str:
    """The text that a pattern of the shared list stands for; "" if it is a real expression."""
    text = re.sub(r"\\([^\w\s])", r"\1", pattern)
    return "" if re.search(r"(?<!\\)[.^$*+?{}\[\]|()]|\\\w", pattern) else text


# Most patterns of the shared list are plain text, and looking for each is several times faster
# than its one large expression.
_PATTERNS = [
    pattern
    for pattern in (entry["pattern"] for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA)
    if pattern not in LEFT_OUT
]
_TEXTS = tuple(text for text in map(_plain, _PATTERNS) if text)
_EXPRESSIONS = re.compile("|".join(p for p in _PATTERNS if not _plain(p)))


def _shared_list(agent: str) -> str:
    for text in _TEXTS:
        if text in agent and (len(text) > SHORT or _begins_a_word(text, agent)):
            name = text.strip("/ ;()+,")
            return name if _WORDS_ONLY.fullmatch(name) else _name(agent)
    return _name(agent) if _EXPRESSIONS.search(agent) else ""


def _begins_a_word(text: str, agent: str) -> bool:
    at = agent.index(text)
    return at == 0 or not agent[at - 1].isalnum()


_WORDS_ONLY = re.compile(rf"[\w .!'-]{{2,{NAME}}}")


def _is_shaped_as_browser(lower: str) -> bool:
    return (any(e in lower for e in _ENGINES) and bool(_BROWSER.search(lower))) or lower.startswith(
        _TEXT_BROWSERS
    )


_ENGINES = (
    "webkit", "gecko", "khtml", "trident", "presto", "msie", "opera", "netfront", "playstation",
    "nintendo", "up.browser", "ucweb", "ucbrowser", "uc browser", "dolfin", "obigo", "profile/midp",
    "ibrowse", "netpositive", "goanna",
)  # fmt: skip
_BROWSER = re.compile(
    r"mozilla/\d|\(khtml, like gecko\)|opera/\d|browser/\d"
    r"|^(?:nokia|samsung|sonyericsson|blackberry|lg|mot-|htc|ucweb|untrusted|docomo)"
)
_TEXT_BROWSERS = (
    "lynx/", "elinks/", "links (", "w3m/", "dillo/", "netsurf/", "edbrowse/", "emacs-w3/",
    "url/emacs", "ncsa_mosaic/", "amigavoyager/", "ibrowse/", "amiga-aweb/",
)  # fmt: skip


def _admits_to_be_none(lower: str) -> bool:
    """Whether it says of itself what no browser does."""
    return any(word in lower for word in _ADMITTING) or bool(_ADMITS.search(lower))


_ADMITTING = (
    "crawl", "spider", "spyder", "slurp", "harvest", "extract", "fetch", "monitor", "check",
    "validat", "preview", "prerender", "archiv", "synthetic", "lighthouse", "pagespeed",
    "page speed", "uptime", "probe", "survey", "pingdom", "screenshot", "screenie", "snapshot",
    "thumbnail", "podcast", "subscribers", "quiterss", "reederformac", "transcod", "analyzer",
    "analyser", "indexer", "image proxy", "imageproxy", "googleweblight", "optimizer",
    "ips-agent", "libwww-perl", "python", "curl", "wget", "winhttp", "okhttp", "urllib",
    "indy library", "web services client", "httrack", "libwhisker", "nutch", "nikto", "www.",
    "[at]", "(at)",
)  # fmt: skip
_ADMITS = re.compile(
    r"(?<!cu)bots?(?![a-z])|scrap(?:e|er|ing)\b|grabber"
    r"|(?<!qr)(?<!qr[ _-])(?<!code)(?<!code[ _-])scan(?:s|ner|ning|info)?(?![a-z])"
    r"|\baudit|siteaudit|ping(?:er|ability|admin)|download(?:er)?\b"
    r"|\b(?:feed(?!back)|rss|lwp|ruby|php|node|siege/)|perl\b|http[ _-]?client|\bjava/\d"
    r"|google-[a-z]|-google\b"
    r"|https?:(?!//bsalsa)|@[a-z][\w-]{0,62}\.[a-z]|(?<!bsalsa)\.(?:com|org|io)(?![\w.-])"
    r"|compatible {0,3}[;,)+](?! {0,3}(?:msie|konqueror|u;|linux|windows|macintosh|ibrowse"
    r"|webpositive|netpositive|origyn))"
)

# A word that ends as bots' names do.
_WORD = re.compile(
    r"[a-z][\w!'-]{0,38}?(?:bots?(?![a-z])|crawler|spider|scanner|fetcher|monitor|checker|preview"
    r"|reader|-google\b)[\w-]{0,20}|google-[a-z][\w-]{0,30}",
    re.IGNORECASE,
)
_COMPATIBLE = re.compile(r"compatible[ ;,+]{0,4}([A-Za-z][\w !'-]{1,39})")
_PRODUCT = re.compile(r"([A-Za-z][\w.-]{1,39})/v?\d")
_OF_BROWSERS = frozenset(
    [
        "mozilla", "applewebkit", "chrome", "safari", "firefox", "gecko", "version", "mobile",
        "opera", "presto", "trident", "edg", "edge", "build", "khtml", "chromium", "opr", "linux",
        "android", "ubuntu",
    ]
)  # fmt: skip


def _name(agent: str) -> str:
    """What a bot calls itself, without version and address: a word of plain letters, or "bot"."""
    if not agent.startswith("Mozilla"):
        start = re.match(r"[A-Za-z][\w.!' -]{1,60}", agent)
        name = re.split(r" - |-?[ _/]v?\d| https?$| Mozilla$", start[0])[0] if start else ""
        if len(name.strip()) > 1:
            return name.strip(" .-_")[:NAME]
    for pattern in (_WORD, _COMPATIBLE):
        found = pattern.search(agent)
        if found and not found[found.re.groups].startswith("MSIE"):
            return found[found.re.groups].strip(" -")[:NAME]
    products = (p for p in _PRODUCT.findall(agent) if p.lower() not in _OF_BROWSERS)
    return next(products, "bot")


def channel_seen(agent: str, origin: str) -> str:
    """The channel that an in-app browser or the Referer's host betrays; "" when neither does.

    A check on what the link says, no more: both can be forged, and most apps show nothing.
    """
    channel = _first(IN_APP, agent)
    host = origin.partition(":")[0]
    while host and not channel:
        channel = HOSTS.get(host, "")
        host = host.partition(".")[2]
    return channel
