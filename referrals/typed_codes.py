"""Typed codes: six characters for posters and conversation, with a check digit.

The alphabet is Crockford's base 32 (no I, L, O, U), so that what people mistake for a digit is
read as that digit. The check digit follows the hybrid systems of ISO/IEC 7064, with 33 and 32: it
finds every single wrong character.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6
TYPED_LONGEST = 40  # of what is looked at; with hyphens and spaces a code is shorter by far
_LOOKS_LIKE = str.maketrans("OILU", "011V")
_SEPARATORS = str.maketrans("", "", " -\u2010\u2011\u2013\u00a0.")


def typed_code() -> str:
    """A random typed code, with its check digit."""
    stem = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return stem + check_digit(stem)


def check_digit(stem: str) -> str:
    """The character that makes `stem` a typed code."""
    size = len(ALPHABET)
    product = size
    for character in stem:
        product = (product + ALPHABET.index(character)) % size or size
        product = product * 2 % (size + 1)
    return ALPHABET[(size + 1 - product) % size]


def read_typed_code(text: str) -> str | None:
    """The typed code that somebody meant by `text`; None when it can't be one.

    Case, spaces, hyphens and look-alikes (O for 0, I and L for 1, U for V) are forgiven.
    """
    plain = text.strip().upper().translate(_SEPARATORS).translate(_LOOKS_LIKE)
    if len(plain) != LENGTH or any(character not in ALPHABET for character in plain):
        return None
    return plain if check_digit(plain[:-1]) == plain[-1] else None


def grouped(code: str) -> str:
    """A typed code as it is shown and said: "K7F 2QX"."""
    return f"{code[:3]} {code[3:]}"
