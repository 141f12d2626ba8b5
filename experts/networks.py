"""Where else somebody can be found: addresses in one form per network, whatever was pasted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from careers.base.fetching import Allow, checked_address

# What a network is called; `website` and `other` are in the words of the interface.
NETWORKS = {
    "website": "Website",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "github": "GitHub",
    "gitlab": "GitLab",
    "x": "X",
    "youtube": "YouTube",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "medium": "Medium",
    "devto": "DEV",
    "orcid": "ORCID",
    "scholar": "Google Scholar",
    "stackoverflow": "Stack Overflow",
    "other": "Other",
}
# Those that say whose other pages they belong to, to whoever reads them without an account: pages
# by rel="me", and profiles that programs may read. Medium answers programs with a riddle.
READABLE = frozenset(
    {"website", "mastodon", "github", "gitlab", "devto", "orcid", "bluesky", "other"}
)
LONGEST = 500


def _(words: str) -> str:
    """Mark `words` for the catalogues; whoever shows a reason translates it then."""
    return words


class NotOneself(ValueError):
    """An address of a network, but of nobody's own page there; an English message id."""


NOT_A_PAGE = _("This is not the address of a person’s page there: open your own page and copy it.")
NO_ORCID = _("This is not an ORCID iD: its last character does not fit the others.")
TOO_LONG = _("This address is too long.")

_HANDLE = re.compile(r"@?([\w.-]+)@([\w-]+(?:\.[\w-]+)+)")
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dXx]")
_BLUESKY = re.compile(r"@?([\w-]+\.bsky\.social)")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|igsh(?:id)?|mc_[ce]id|ref(?:_src)?|si")


def canonical(typed: str) -> tuple[str, str]:
    """The network that `typed` (an address, or a handle that names its network) belongs to, and
    the address of the page there in its one form.

    Raises Unreachable for what is no address, NotOneself for another page of a network.
    """
    typed = typed.strip()
    if found := _ORCID.fullmatch(typed):
        typed = f"https://orcid.org/{found[0]}"
    elif found := _BLUESKY.fullmatch(typed):
        typed = f"https://bsky.app/profile/{found[1]}"
    elif typed.startswith("@") and (found := _HANDLE.fullmatch(typed)):
        typed = f"https://{found[2]}/@{found[1]}"
    elif "://" not in typed and re.match(r"(?![\w.+-]+:[^/\d])[\w-]+(\.[\w-]+)+", typed):
        typed = f"https://{typed}"
    parts = urlsplit(checked_address(typed, Allow(any_port=True)))
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    for kind, place in PLACES.items():
        if place.holds(host):
            made = place.page(parts)
            if made is None:
                raise NotOneself(NOT_A_PAGE)
            return kind, made
    if found := re.fullmatch(r"/(?:web/)?@([\w.-]+)(?:@([\w-]+(?:\.[\w-]+)+))?/?", parts.path):
        return "mastodon", f"https://{found[2] or parts.netloc}/@{found[1]}"
    if found := re.fullmatch(r"/users/([\w.-]+)/?", parts.path):
        return "mastodon", f"https://{parts.netloc}/@{found[1]}"
    if len(made := _website(parts)) > LONGEST:
        raise NotOneself(TOO_LONG)
    return "website", made


def _website(parts: SplitResult) -> str:
    """The address without what only says where it was copied."""
    query = [(k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.fullmatch(k)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


Page = Callable[[SplitResult], str | None]


@dataclass(frozen=True)
class Place:
    """A network of one host: which hosts lead there, and the page that an address is of."""

    hosts: tuple[str, ...]
    page: Page
    below: bool = False  # its subdomains lead there too

    def holds(self, host: str) -> bool:
        """Whether `host` (without www.) is this network's."""
        return host in self.hosts or (
            self.below and any(host.endswith("." + one) for one in self.hosts)
        )


def _path(pattern: str, made: str, not_these: str = "", lower: bool = False) -> Page:
    """What the path must look like, and the address made of its first group."""
    shape, others = re.compile(pattern), set(not_these.split())

    def page(parts: SplitResult) -> str | None:
        found = shape.fullmatch(parts.path)
        if found is None or found[1].lower() in others:
            return None
        return made.format(found[1].lower() if lower else found[1])

    return page


def _orcid(parts: SplitResult) -> str | None:
    found = re.fullmatch(r"/(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])/?", parts.path)
    if found is None:
        return None
    digits = found[1].replace("-", "").upper()
    total = 0
    for digit in digits[:-1]:  # ISO 7064, MOD 11-2
        total = (total + int(digit)) * 2
    expected = (12 - total % 11) % 11
    if digits[-1] != ("X" if expected == 10 else str(expected)):
        raise NotOneself(NO_ORCID)
    return f"https://orcid.org/{found[1].upper()}"


def _facebook(parts: SplitResult) -> str | None:
    number = parse_qs(parts.query).get("id", [""])[0]
    if parts.path.rstrip("/") == "/profile.php" and number.isascii() and number.isdigit():
        return f"https://www.facebook.com/profile.php?id={number}"
    others = "groups pages events watch marketplace sharer share profile.php people hashtag"
    return _path(r"/([\w.-]{3,80})/?", "https://www.facebook.com/{}", others)(parts)


def _youtube(parts: SplitResult) -> str | None:
    found = re.fullmatch(
        r"/(@[\w.-]{3,60}|channel/UC[\w-]{22}|(?:c|user)/[\w.-]{1,80})(?:/\w*)?", parts.path
    )
    return f"https://www.youtube.com/{found[1]}" if found else None


def _medium(parts: SplitResult) -> str | None:
    host = parts.hostname or ""
    name = host.removesuffix(".medium.com")
    if name not in {host, "www", "m"}:
        return f"https://medium.com/@{name}"
    return _path(r"/@([\w.-]{1,60})/?", "https://medium.com/@{}")(parts)


def _scholar(parts: SplitResult) -> str | None:
    user = parse_qs(parts.query).get("user", [""])[0]
    is_one = parts.path == "/citations" and re.fullmatch(r"[\w-]{6,20}", user)
    return f"https://scholar.google.com/citations?user={user}" if is_one else None


_X = "home search i intent share hashtag explore settings messages notifications login"
_GITHUB = "orgs topics features about explore marketplace sponsors login settings search trending"
PLACES = {
    "linkedin": Place(
        ("linkedin.com",),
        _path(r"/in/([\w%.-]{2,150})/?(?:\w\w/?)?", "https://www.linkedin.com/in/{}", lower=True),
        below=True,
    ),
    "x": Place(("x.com", "twitter.com"), _path(r"/@?(\w{1,15})/?", "https://x.com/{}", _X)),
    "github": Place(
        ("github.com",), _path(r"/([A-Za-z0-9-]{1,39})/?", "https://github.com/{}", _GITHUB)
    ),
    "gitlab": Place(
        ("gitlab.com",),
        _path(r"/([\w.-]{2,80})/?", "https://gitlab.com/{}", "explore users groups help"),
    ),
    "bluesky": Place(
        ("bsky.app",),
        _path(r"/profile/([\w:.-]{3,250})/?", "https://bsky.app/profile/{}", lower=True),
    ),
    "youtube": Place(("youtube.com",), _youtube),
    "instagram": Place(
        ("instagram.com",),
        _path(r"/([\w.]{1,30})/?", "https://www.instagram.com/{}/", "p reel reels explore stories"),
    ),
    "facebook": Place(("facebook.com", "fb.com"), _facebook, below=True),
    "medium": Place(("medium.com",), _medium, below=True),
    "devto": Place(
        ("dev.to",), _path(r"/(\w{2,40})/?", "https://dev.to/{}", "t tags top about search enter")
    ),
    "orcid": Place(("orcid.org",), _orcid),
    "stackoverflow": Place(
        ("stackoverflow.com",),
        _path(r"/users/(\d{1,12})(?:/[^/]*)?/?", "https://stackoverflow.com/users/{}"),
    ),
    "scholar": Place(
        tuple(f"scholar.google.{end}" for end in ("com", "fr", "co.uk", "de", "be", "ch", "ca")),
        _scholar,
    ),
}
