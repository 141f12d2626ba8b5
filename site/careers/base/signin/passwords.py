"""Passwords: how they are hashed and checked, and which ones are refused."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, SUGGESTED, LONGEST = 8, 15, 200  # characters; the first two as ASVS 5.0, 6.2.1

Weakness = Literal["short", "long", "common", "personal"]

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # ASVS 5.0, 11.4.2


def hash_password(password: str) -> str:
    """An argon2id hash to store."""
    return _hasher.hash(password)


def cheap_hash(password: str) -> str:
    """As `hash_password`, but fast: for tests and demo people only."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one that was hashed.

    Takes the same time when nothing is stored, so that nobody learns who has an account.
    """
    try:
        return _hasher.verify(stored or _nobodys_hash(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether `stored` was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def weakness(password: str, context: Iterable[str] = ()) -> Weakness | None:
    """Why `password` is refused, if it is.

    `context` are words that whoever knows the person would try first: their name and address, the
    company. A password is "personal" when little else is left of it without them.
    """
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    plain = password.casefold()
    if plain in common_passwords() or len(set(plain)) < 3:
        return "common"
    left = plain
    for word in sorted(_words(context), key=len, reverse=True):
        left = left.replace(word, "")
    return "personal" if left != plain and len(left) < SHORTEST else None


@cache
def common_passwords() -> frozenset[str]:
    """The passwords that are tried first by whoever guesses, lower case."""
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe(16))


def _words(context: Iterable[str]) -> set[str]:
    found = {word for text in context for word in re.split(r"[\W_]+", text.casefold())}
    whole = {"".join(text.casefold().split()) for text in context}
    return {word for word in found | whole if len(word) >= 4}
