"""Visitors: a hash that tells whether two clicks of one day come from the same browser.

The salt is random, changes each UTC day and is destroyed, so that nobody can be followed from
one day to the next, and an address can't be found out from what is stored. Design: security.md,
section 3, "Visitor hash".
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import secrets
import threading
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)
KEPT_AFTER_MIDNIGHT = timedelta(hours=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_DAY = 86_400_000_000  # microseconds


class Keyed:
    """HMAC-SHA-256 (RFC 2104) of many messages with one key, for which the key's part is done once:
    40 % of what `hmac.digest` takes. Safe for many threads.
    """

    def __init__(self, key: bytes) -> None:
        """`key` has at most 64 bytes."""
        block = int.from_bytes(key.ljust(64, b"\0"), "big")
        self._inner, self._outer = (
            hashlib.sha256((block ^ int.from_bytes(64 * pad, "big")).to_bytes(64, "big"))
            for pad in (b"\x36", b"\x5c")
        )

    def digest(self, message: bytes) -> bytes:
        """The code of `message`, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


class Visitors:
    """The salts, shared by the processes of one machine through files outside of any backup, and
    by several machines through Redis."""

    def __init__(self, folder: Path, redis_url: str | None = None, site: str = "") -> None:
        """`folder` holds nothing but salts; `site` tells sites apart that share a Redis."""
        self._folder, self._site = folder, site
        self._redis = _redis(redis_url) if redis_url else None
        self._lock = threading.Lock()
        self._known: tuple[int, Keyed] = (-1, Keyed(b""))  # read without the lock

    def visitor(self, at: int, link: int, address: str, agent: str) -> int:
        """A signed 64-bit hash of who clicked `link` at `at` (microseconds since 1970, UTC), valid
        within that UTC day.

        `address` is an IP address; only its /24 or /48 goes into the hash.
        """
        message = f"{link}\0{network(address)}\0{agent}".encode()
        digest = self._keyed_at(at).digest(message)
        return int.from_bytes(digest[:8], "big", signed=True)

    def _keyed_at(self, at: int) -> Keyed:
        day = at // A_DAY
        known_day, keyed = self._known
        return keyed if day == known_day else self._begin(day, EPOCH + timedelta(microseconds=at))

    def _begin(self, day: int, at: datetime) -> Keyed:
        """The salt of another day than the last one."""
        with self._lock:
            if day != self._known[0]:
                try:
                    salt = self._shared(at.date()) or self._load_or_make(at.date().isoformat())
                    self.destroy_old(at)
                except OSError as error:  # a full disk: this process counts by a salt of its own
                    log.error("the salt could not be kept", error=str(error))
                    salt = secrets.token_bytes(32)
                self._known = (day, Keyed(salt))
            return self._known[1]

    def _shared(self, day: date) -> bytes | None:
        """The salt that all machines have for `day`; Redis itself destroys it."""
        if self._redis is None:
            return None
        gone = datetime.combine(day + timedelta(days=1), time.min, UTC) + KEPT_AFTER_MIDNIGHT
        key = f"entourage:salt:{self._site}:{day.isoformat()}"
        try:
            self._redis.set(key, secrets.token_bytes(32), nx=True, exat=int(gone.timestamp()))
            found: bytes | None = self._redis.get(key)
        except Exception as error:  # this machine then counts by a salt of its own
            log.error("Redis has no salt for us", error=str(error))
            return None
        return found

    def _load_or_make(self, day: str) -> bytes:
        path = self._folder / day
        made = self._folder / f".{day}-{secrets.token_hex(4)}"
        made.touch(mode=0o600)
        made.write_bytes(secrets.token_bytes(32))
        try:
            os.link(made, path)  # whole or not at all: the first process of the day wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
        return path.read_bytes()

    def close(self) -> None:
        """Let go of Redis."""
        if self._redis is not None:
            self._redis.close()

    def destroy_old(self, now: datetime) -> None:
        """Destroy the salts of days that ended more than two hours ago."""
        oldest = (now - KEPT_AFTER_MIDNIGHT).date().isoformat()
        for path in self._folder.iterdir():
            if path.name.lstrip(".")[:10] < oldest:
                path.unlink(missing_ok=True)


def _redis(url: str) -> Any:
    from redis import Redis  # an extra: only who has several machines needs it

    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


@lru_cache(maxsize=10_000)  # in memory only, as addresses are
def network(address: str) -> str:
    """The network of an IP address, /24 or /48; what is not an address is itself."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "?"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    size = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network((found, size), strict=False))
