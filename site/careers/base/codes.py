"""Public codes and slugs: what stands in addresses instead of row numbers."""

from __future__ import annotations

import re
import secrets
import unicodedata

# Without the characters that people mistake for one another: 0 O o, 1 I l i j.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghkmnpqrstuvwxyz"


def code(length: int = 12) -> str:
    """A random code that cannot be guessed; each character holds 5.75 bits, so 12 hold 69."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def token() -> str:
    """A secret for an address that only its receiver may know: 192 random bits, URL-safe."""
    return secrets.token_urlsafe(24)


# What Unicode does not take apart by itself, and signs that part words.
_SPELLED = {
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ø": "o",
    "ł": "l",
    "đ": "d",
} | dict.fromkeys("·•–—’'", "-")


def slug(text: str, longest: int = 80) -> str:
    """`text` as a readable part of an address: ASCII, lower case, hyphens; "" when nothing is left.

    >>> slug("Ingénieur·e données – Cœur de réseau")
    'ingenieur-e-donnees-coeur-de-reseau'
    """
    spelled = text.lower().translate({ord(sign): plain for sign, plain in _SPELLED.items()})
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
    return words[:longest].rstrip("-")
