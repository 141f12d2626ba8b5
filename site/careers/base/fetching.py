"""The hardened client: reads what lies at an address that somebody gave us, or sends a form there.

requests-hardened 1.3 pins the connection, but it looks at only the first address a name has, and
lets through compatible, site-local and 6to4 addresses (measured; see security.md, 14 and section
3). So the check stands here, in the one place where a connection is made, and sees the very
address that is connected to, at every hop.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from http.client import HTTPException, InvalidURL
from importlib.metadata import PackageNotFoundError, version
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit, urlunsplit

import certifi
import idna
from requests.utils import requote_uri
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError
from urllib3.util import create_urllib3_context, parse_url

LONGEST_ADDRESS = 2_000
HOPS = 5
CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 20.0
REDIRECTS, PERMANENT = {301, 302, 303, 307, 308}, {301, 308}
FEEDS = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1"
)

# What the internet's registries call special, and what no honest public site answers on
# (IANA IPv4 and IPv6 special-purpose address registries).
_NOT_PUBLIC_4 = [
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
_PUBLIC_6 = ip_network("2000::/3")
_NOT_PUBLIC_6 = [
    ip_network(block) for block in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
]  # 2001::/23 holds Teredo, benchmarking and overlay identifiers
_NAT64 = ip_network("64:ff9b::/96")


def _(words: str) -> str:
    """Mark `words` for the catalogues; whoever shows a reason translates it then."""
    return words


class Unreachable(Exception):
    """Nothing could be read there; `reason` says why, as an English message id for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


NOT_AN_ADDRESS = _("This is not an address that starts with http:// or https://.")
TOO_LONG = _("This address is longer than 2,000 characters.")
HAS_PASSWORD = _("An address with a user name or a password in it is not read.")
OTHER_PORT = _("Only the usual ports of the web (80 and 443) are read.")
NO_SUCH_HOST = _("There is no site with this name.")
NOT_PUBLIC = _("This address does not lead to the public internet.")
NO_ANSWER = _("The site does not answer.")
TOO_SLOW = _("The site took longer than 20 seconds to answer.")
TOO_LARGE = _("What lies there is too large to be read.")
BROKEN_OFF = _("The site broke off in the middle of its answer.")
NO_TRUST = _("The site could not prove who it is (its certificate does not hold).")
TOO_MANY_HOPS = _("The site sends its readers in circles.")
DOWNGRADED = _("The site sends its readers from a secure address to an insecure one.")


def resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, asked for once a minute however often something is read there; waits
    at most `CONNECT_SECONDS`, which the system does not offer."""
    try:
        return list(_addresses(host, port, int(time.monotonic() // 60)))
    except LookupError:
        return []


@lru_cache(maxsize=1_000)
def _addresses(host: str, port: int, _minute: int) -> tuple[str, ...]:
    """Raises LookupError when there are none: then they are asked for again."""
    found: list[str] = []

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(info[4][0]) for info in infos))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(CONNECT_SECONDS)
    if not found:
        raise LookupError(host)
    return tuple(found)


@dataclass(frozen=True)
class Allow:
    """What may be reached. Only a caller hands in another one than the default: tests do."""

    ports: frozenset[int] = frozenset({80, 443})
    any_port: bool = False
    loopback: bool = False
    resolve: Callable[[str, int], list[str]] = resolve
    seconds: float = TOTAL_SECONDS


@dataclass(frozen=True)
class Fetched:
    """An answer: `url` is where it came from in the end, `headers` have lower-case names."""

    status: int
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    etag: str | None = None
    last_modified: str | None = None
    permanent_url: str | None = None  # where the site says that it lives from now on


def fetch(
    url: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    limit_bytes: int = 5_000_000,
    accept: str = FEEDS,
    contact: str = "",
    allow: Allow = Allow(),
) -> Fetched:
    """What a GET of `url` answers, whatever its status; `contact` tells the site who we are.

    Follows at most five redirects, each checked like the first address. Raises Unreachable.
    """
    here, permanent, still_permanent = checked_address(url, allow), None, True
    asked = {"User-Agent": user_agent(contact), "Accept": accept, "Accept-Encoding": "gzip"}
    if etag:
        asked["If-None-Match"] = etag
    if last_modified:
        asked["If-Modified-Since"] = last_modified
    with _Wire(allow) as wire:
        for _hop in range(HOPS + 1):
            answer = _ask(wire, "GET", here, asked)
            target = answer.headers.get("location")
            if answer.status not in REDIRECTS or not target:
                return _fetched(answer, here, permanent, limit_bytes, wire)
            answer.close()
            here = _next(here, target, allow)
            still_permanent = still_permanent and answer.status in PERMANENT
            permanent = here if still_permanent else permanent
    raise Unreachable(TOO_MANY_HOPS)


def post(
    url: str,
    fields: Sequence[tuple[str, str]],
    *,
    limit_bytes: int = 100_000,
    contact: str = "",
    allow: Allow = Allow(),
) -> Fetched:
    """What `url` answers when a form is sent there, whatever its status.

    Follows no redirect: what is sent to one is not sent to another. Raises Unreachable.
    """
    here = checked_address(url, allow)
    asked = {
        "User-Agent": user_agent(contact), "Accept": "*/*", "Accept-Encoding": "gzip",
        "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    with _Wire(allow) as wire:
        answer = _ask(wire, "POST", here, asked, urlencode(fields))
        return _fetched(answer, here, None, limit_bytes, wire)


def checked_address(url: str, allow: Allow = Allow()) -> str:
    """`url` as it may be asked for: ASCII host, no fragment. Raises Unreachable."""
    url = url.strip()
    if len(url) > LONGEST_ADDRESS:
        raise Unreachable(TOO_LONG)
    if any(sign <= " " or sign in "\\\x7f" for sign in url):
        raise Unreachable(NOT_AN_ADDRESS)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unreachable(NOT_AN_ADDRESS) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unreachable(NOT_AN_ADDRESS)
    if parts.username is not None or parts.password is not None:
        raise Unreachable(HAS_PASSWORD)
    usual = 443 if parts.scheme == "https" else 80
    if (port if port is not None else usual) not in allow.ports and not allow.any_port:
        raise Unreachable(OTHER_PORT)
    host = _ascii_host(parts)
    netloc = host if port in {None, usual} else f"{host}:{port}"
    made = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    made = requote_uri(made)
    if len(made) > LONGEST_ADDRESS:
        raise Unreachable(TOO_LONG)
    return made


def _ascii_host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        if "%" in host:  # a zone of this machine's network
            raise Unreachable(NOT_AN_ADDRESS)
        try:
            return f"[{IPv6Address(host)}]"
        except ValueError:
            raise Unreachable(NOT_AN_ADDRESS) from None
    if host.isascii():
        # Names with an underscore exist, and numbers are judged where they are resolved.
        if not host or any(not (sign.isalnum() or sign in "-._") for sign in host):
            raise Unreachable(NOT_AN_ADDRESS)
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise Unreachable(NOT_AN_ADDRESS) from None


def is_public(address: str) -> bool:
    """Whether a connection to `address` leaves for the public internet.

    An address that carries another one inside (mapped, NAT64, 6to4) is judged by that one; old
    ways of carrying (compatible, Teredo, local NAT64) are never public.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _NAT64:
            inner = IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is None:
            return found in _PUBLIC_6 and not any(found in block for block in _NOT_PUBLIC_6)
        found = inner
    return not any(found in block for block in _NOT_PUBLIC_4)


def _is_loopback(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback


def _next(here: str, target: str, allow: Allow) -> str:
    try:
        there = checked_address(urljoin(here, target), allow)
    except ValueError:  # such as half an IPv6 address
        raise Unreachable(NOT_AN_ADDRESS) from None
    if here.startswith("https:") and there.startswith("http:"):
        raise Unreachable(DOWNGRADED)
    return there


def _ask(
    wire: _Wire, method: str, url: str, headers: dict[str, str], body: str | None = None
) -> HTTPResponse:
    try:
        connection = wire.connection(url)
        connection.request(
            method, parse_url(url).request_uri, body, headers,
            preload_content=False, decode_content=False,
        )  # fmt: skip
        return connection.getresponse()
    except (ssl.SSLError, SSLError):
        raise wire.reason(NO_TRUST) from None
    except (ValueError, InvalidURL):  # where it leads to, or what it would ask there
        raise wire.reason(NOT_AN_ADDRESS) from None
    except _ERRORS:
        raise wire.reason(NO_ANSWER) from None


def _fetched(
    answer: HTTPResponse, url: str, permanent: str | None, limit_bytes: int, wire: _Wire
) -> Fetched:
    body = bytearray()
    try:
        declared = answer.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > limit_bytes:
            raise Unreachable(TOO_LARGE)
        while part := answer.read(65_536, decode_content=True):
            body += part
            if len(body) > limit_bytes:
                raise Unreachable(TOO_LARGE)
    except _ERRORS:
        raise wire.reason(BROKEN_OFF) from None
    finally:
        answer.close()
    if wire.is_late():  # cutting the connection looks like the end of the answer
        raise Unreachable(TOO_SLOW)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Fetched(
        status=answer.status,
        url=url,
        headers=headers,
        body=bytes(body),
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        permanent_url=permanent,
    )


def user_agent(contact: str) -> str:
    """What we call ourselves, with where to find us."""
    return f"Entourage/{_version()}" + (f" (+{contact})" if contact else "")


@cache
def _version() -> str:
    try:
        return version("entourage")
    except PackageNotFoundError:
        return "0"


@cache
def _trust() -> ssl.SSLContext:
    """Whom we believe who they are. Reading the list takes longer than most sites to answer."""
    context = create_urllib3_context()
    context.load_verify_locations(certifi.where())
    return context


class _Wire:
    """The connections of one fetch: made only to public addresses, cut when time is up."""

    def __init__(self, allow: Allow) -> None:
        self.allow = allow
        self._deadline = time.monotonic() + allow.seconds
        self._connections: list[HTTPConnection] = []
        self._sockets: list[socket.socket] = []
        self._refused: Unreachable | None = None

    def __enter__(self) -> _Wire:
        _cutter.watch(self)
        return self

    def __exit__(self, *_error: object) -> None:
        _cutter.forget(self)
        for connection in self._connections:
            connection.close()
        for one in self._sockets:
            one.close()

    def connection(self, url: str) -> HTTPConnection:
        """What `url` is asked over: no proxy, no cookie, nothing from the environment."""
        parts = urlsplit(url)
        host, is_secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if is_secure else 80)  # else half of an IPv6 address is taken
        made = _Secure(self, host, port) if is_secure else _Plain(self, host, port)
        self._connections.append(made)
        return made

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to `host`, to one of its addresses, all of which must be public."""
        if self.is_late():
            raise self._refuse(TOO_SLOW)
        addresses = self.allow.resolve(host.strip("[]"), port)
        if not addresses:
            raise self._refuse(NO_SUCH_HOST)
        for address in addresses:
            if not is_public(address) and not (self.allow.loopback and _is_loopback(address)):
                raise self._refuse(NOT_PUBLIC)
        for address in addresses[:4]:
            try:
                made = socket.create_connection((address, port), timeout=self._patience())
            except OSError:
                continue
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.settimeout(self.allow.seconds)
            self._sockets.append(made.dup())  # TLS takes over the other one
            return made
        raise self._refuse(TOO_SLOW if self.is_late() else NO_ANSWER)

    def is_late(self) -> bool:
        """Whether the time for the whole fetch is up."""
        return time.monotonic() >= self._deadline

    def reason(self, otherwise: str) -> Unreachable:
        """Why nothing came: what was refused, or that time was up, or else what is given."""
        if self._refused is not None:
            return self._refused
        return Unreachable(TOO_SLOW if self.is_late() else otherwise)

    def cut(self) -> None:
        """Break off: whoever waits for the other side learns that it says nothing more."""
        for one in list(self._sockets):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _refuse(self, reason: str) -> Unreachable:
        self._refused = Unreachable(reason)
        return self._refused

    def _patience(self) -> float:
        return max(0.1, min(CONNECT_SECONDS, self._deadline - time.monotonic()))


class _Plain(HTTPConnection):
    """A connection that a wire makes."""

    def __init__(self, wire: _Wire, host: str, port: int) -> None:
        super().__init__(host, port, timeout=wire.allow.seconds)
        self._wire = wire

    def _new_conn(self) -> socket.socket:
        return self._wire.connect(self.host, self.port)


class _Secure(HTTPSConnection):
    """The same with TLS."""

    def __init__(self, wire: _Wire, host: str, port: int) -> None:
        super().__init__(host, port, timeout=wire.allow.seconds, ssl_context=_trust())
        self._wire = wire

    def _new_conn(self) -> socket.socket:
        return self._wire.connect(self.host, self.port)


class _Cutter:
    """Cuts fetches whose time is up: one thread for all that go on."""

    EVERY = 0.2  # seconds

    def __init__(self) -> None:
        self._wires: set[_Wire] = set()
        self._lock = threading.Lock()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, wire: _Wire) -> None:
        """Cut `wire` when it is late."""
        with self._lock:
            self._wires.add(wire)
            self._some.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="cutter", daemon=True)
                self._thread.start()

    def forget(self, wire: _Wire) -> None:
        """`wire` has come to its end."""
        with self._lock:
            self._wires.discard(wire)

    def _run(self) -> None:
        while self._some.wait():
            with self._lock:
                wires = list(self._wires)
                if not wires:
                    self._some.clear()
            for wire in wires:
                if wire.is_late():
                    wire.cut()
            time.sleep(self.EVERY)


_cutter = _Cutter()
_ERRORS = (HTTPError, HTTPException, OSError, ValueError)
