"""Receipts in a form that can be checked elsewhere: canonical JSON, its hash, a file to take along.

Canonical: keys sorted, no spaces, UTF-8; times in ISO 8601 with zone. The file holds what the
receipt says and the SHA-256 of exactly that; `verify` needs nothing but the file. The hash finds
whatever was damaged or changed after the receipt was written; it is no signature: who makes a whole
new file makes its hash too, so compare it with the one that the receipt's page shows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from careers.hiring.models import Application
from referrals.models import Receipt
from referrals.recomputing import UnknownSplit, recomputed
from referrals.terms import terms_stated

FORM = "entourage receipt 1"
OUTSIDE = "outside"  # in the place of a kind: somebody outside, who passed a link on
LARGEST = 5_000_000  # bytes; a thousand touches have a twentieth of it


def canonical(value: Any) -> bytes:
    """`value` as canonical JSON. Raises ValueError for what has none."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def what_it_says(receipt: Receipt, application: Application) -> dict[str, Any]:
    """All that the hash of a receipt covers, people and application by their public codes."""
    return {
        "application": application.code,
        "applied_at": application.created_at.isoformat(),
        "rule": receipt.rule,
        "version": receipt.version,
        "parameters": receipt.parameters,
        "touches": receipt.touches,
        "outcome": receipt.outcome,
        "credits": [
            {
                "person": credit.person.code,
                "kind": credit.kind,
                "share": f"{credit.part}/{credit.whole}",
            }
            for credit in receipt.credits
        ],
        # Only where there are any: what says nothing of them is the same as before there could be.
        **({"outside": receipt.outside} if receipt.outside else {}),
    }


def checksum(says: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal, over what a receipt says."""
    return hashlib.sha256(canonical(says)).hexdigest()


def receipt_file(receipt: Receipt, application: Application) -> bytes:
    """The receipt as a file to take along.

    It names nobody but by public codes, and nothing of the candidate but the code and the time of
    their application.
    """
    says = what_it_says(receipt, application)
    return canonical({"form": FORM, "receipt": says, "sha256": receipt.sha256}) + b"\n"


# -- verifying --------------------------------------------------------------------------------


class Unverified(Exception):
    """Why a file is no receipt that holds, in one sentence."""


class Damaged(Unverified):
    """It isn't a receipt's file, or no longer."""


class UnknownRule(Unverified):
    """It names a rule or a version that this program doesn't know."""


class HashDiffers(Unverified):
    """What it says isn't what its hash was taken of."""


class ResultDiffers(Unverified):
    """The touches under the rule come to something else than it says."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A receipt that holds."""

    application: str
    rule: str
    version: int
    touches: int
    outcome: str
    credits: list[tuple[str, str, str]]  # person, kind (or OUTSIDE), share
    sha256: str


def verify(content: bytes) -> Verified:
    """Check a receipt's file, byte for byte, and decide its credit again.

    Raises Damaged, HashDiffers, UnknownRule or ResultDiffers.
    """
    says, sha256 = _opened(content)
    if checksum(says) != sha256:
        raise HashDiffers(
            f"The receipt was changed: its SHA-256 is {checksum(says)}, but the file says {sha256}."
        )
    differs = differences(says)
    if differs:
        raise ResultDiffers(f"The credit comes out differently: {'; '.join(differs)}.")
    return Verified(
        says["application"], says["rule"], says["version"], len(says["touches"]), says["outcome"],
        [(one["person"], one["kind"], one["share"]) for one in says["credits"]]
        + [(one["person"], OUTSIDE, one["share"]) for one in says.get("outside", [])],
        sha256,
    )  # fmt: skip


def _opened(content: bytes) -> tuple[dict[str, Any], str]:
    """What the receipt in a file says, and the hash it states."""
    if len(content) > LARGEST:
        raise Damaged("The file is too large for a receipt.")
    try:
        found = json.loads(content)
        is_canonical = canonical(found) + b"\n" == content
    except (ValueError, RecursionError) as error:
        raise Damaged(f"The file is damaged, it can’t be read as JSON: {error}.") from None
    if not isinstance(found, dict) or found.keys() != {"form", "receipt", "sha256"}:
        raise Damaged("The file is no receipt.")
    if found["form"] != FORM:
        raise Damaged(f"The file has a form that isn’t known here: {found['form']!r}.")
    if not is_canonical:
        raise Damaged("The file was changed: receipts are written without spaces, keys sorted.")
    if not isinstance(found["receipt"], dict):
        raise Damaged("The file is no receipt.")
    return found["receipt"], str(found["sha256"])


def differences(says: dict[str, Any]) -> list[str]:
    """Where the credit, decided again from the touches, isn't what a receipt says; one line each.

    Raises UnknownRule, and Damaged for what no receipt could say.
    """
    try:
        terms = terms_stated(says["rule"], says["version"], says["parameters"])
    except LookupError as error:
        if isinstance(error, KeyError):
            raise Damaged(f"The receipt lacks {error}.") from None
        raise UnknownRule(f"This program is too old, or the receipt is wrong: {error}.") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise Damaged(f"The receipt states parameters that no rule has: {error}.") from None
    try:
        result = recomputed(terms, datetime.fromisoformat(says["applied_at"]), says["touches"])
        stated = {(one["person"], one["kind"]): one["share"] for one in says["credits"]}
        stated |= {(one["person"], OUTSIDE): one["share"] for one in says.get("outside", [])}
        touches = [(touch["used"], touch["dropped"]) for touch in says["touches"]]
        outcome = says["outcome"]
    except UnknownSplit as error:
        raise UnknownRule(f"This program is too old, or the receipt is wrong: {error}.") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Damaged(f"The receipt says something that none can: {error!r}.") from None
    due = result.shares | {(code, OUTSIDE): share for code, share in result.outside.items()}
    shares = {key: f"{share.numerator}/{share.denominator}" for key, share in due.items()}
    found = [
        f"the share of {person} ({kind}) is {shares.get((person, kind), 'none')}, "
        f"not {stated.get((person, kind), 'none')}"
        for person, kind in sorted(shares.keys() | stated.keys())
        if shares.get((person, kind)) != stated.get((person, kind))
    ]
    for number, ((used, dropped), reason) in enumerate(zip(touches, result.dropped, strict=True)):
        if (used, dropped) != (reason is None, reason):
            told = "used" if used else dropped
            found.append(f"touch {number + 1} is {reason or 'used'}, not {told}")
    if outcome != result.outcome:
        found.append(f"the outcome is {result.outcome}, not {outcome}")
    return found
