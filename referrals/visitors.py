"""Visitors: a hash that tells whether two clicks of one day come from the same browser.

The salt is random, changes each UTC day and is destroyed, so that nobody can be followed from
one day to the next, and an address can't be found out from what is stored. Design: security.md,
section 3, "Visitor hash".
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
import threading
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)
KEPT_AFTER_MIDNIGHT = timedelta(hours=2)


class Visitors:
    """The salts of one machine, shared by its processes through files outside of any backup."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds nothing but salts."""
        self._folder = folder
        self._lock = threading.Lock()
        self._known: tuple[date | None, bytes] = (None, b"")  # read without the lock

    def visitor(self, at: datetime, link: int, address: str, agent: str) -> int:
        """A signed 64-bit hash of who clicked `link` at `at` (UTC), valid within that day.

        `address` is an IP address; only its /24 or /48 goes into the hash.
        """
        message = f"{link}\0{network(address)}\0{agent}".encode()
        digest = hmac.digest(self._salt_of(at), message, "sha256")
        return int.from_bytes(digest[:8], "big", signed=True)

    def _salt_of(self, at: datetime) -> bytes:
        day = at.date()
        known_day, salt = self._known
        return salt if day == known_day else self._begin(day, at)

    def _begin(self, day: date, at: datetime) -> bytes:
        """The salt of another day than the last one."""
        with self._lock:
            if day != self._known[0]:
                try:
                    salt = self._load_or_make(day.isoformat())
                    self.destroy_old(at)
                except OSError as error:  # a full disk: this process counts by a salt of its own
                    log.error("the salt could not be kept", error=str(error))
                    salt = secrets.token_bytes(32)
                self._known = (day, salt)
            return self._known[1]

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

    def destroy_old(self, now: datetime) -> None:
        """Destroy the salts of days that ended more than two hours ago."""
        oldest = (now - KEPT_AFTER_MIDNIGHT).date().isoformat()
        for path in self._folder.iterdir():
            if path.name.lstrip(".")[:10] < oldest:
                path.unlink(missing_ok=True)


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
