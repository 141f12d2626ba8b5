"""Receipts in a form that can be checked elsewhere: canonical JSON, its hash, a file to take along.

Canonical: keys sorted, no spaces, UTF-8; times in ISO 8601 with zone. The file holds what the
receipt says and the SHA-256 of exactly that; `verify` needs nothing but the file. The hash finds
whatever was damaged or changed after the receipt was written; it is no signature: who makes a whole
new file makes its hash too, so compare it with the one that the receipt's page shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from careers.hiring.models import Application
from referrals.models import Receipt
from referrals.recomputing import UnknownSplit, recomputed
from referrals.terms import terms_stated

FORM = "entourage receipt 1"
CORRECTED = "entourage receipt 2"  # with what was corrected by hand
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


def receipt_file(
    receipt: Receipt, application: Application, corrections: Sequence[dict[str, Any]] = ()
) -> bytes:
    """The receipt as a file to take along, with what was corrected by hand beside it.

    It names nobody but by public codes, and nothing of the candidate but the code and the time of
    their application; the reasons of corrections are people's own words.
    """
    says = what_it_says(receipt, application)
    file: dict[str, Any] = {"form": FORM, "receipt": says, "sha256": receipt.sha256}
    if corrections:
        file |= {
            "form": CORRECTED,
            "corrections": list(corrections),
            "corrections_sha256": corrections_checksum(receipt.sha256, corrections),
        }
    return canonical(file) + b"\n"


def corrections_checksum(sha256: str, corrections: Sequence[dict[str, Any]]) -> str:
    """SHA-256, in hexadecimal, over corrections of the receipt with this hash."""
    return checksum({"receipt": sha256, "corrections": list(corrections)})


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
class Corrected:
    """A decision by hand: who changed what, when and why."""

    at: str
    by: str
    why: str
    shares: list[tuple[str, str]]  # person, share; nobody else has one


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
    corrections: list[Corrected] = field(default_factory=list)  # oldest first: the last one holds


def verify(content: bytes) -> Verified:
    """Check a receipt's file, byte for byte, and decide its credit again.

    Raises Damaged, HashDiffers, UnknownRule or ResultDiffers.
    """
    file = _opened(content)
    says, sha256 = file["receipt"], str(file["sha256"])
    if checksum(says) != sha256:
        raise HashDiffers(
            f"The receipt was changed: its SHA-256 is {checksum(says)}, but the file says {sha256}."
        )
    corrections = _corrections(file, sha256)
    differs = differences(says)
    if differs:
        raise ResultDiffers(f"The credit comes out differently: {'; '.join(differs)}.")
    return Verified(
        says["application"], says["rule"], says["version"], len(says["touches"]), says["outcome"],
        [(one["person"], one["kind"], one["share"]) for one in says["credits"]]
        + [(one["person"], OUTSIDE, one["share"]) for one in says.get("outside", [])],
        sha256, corrections,
    )  # fmt: skip


def _opened(content: bytes) -> dict[str, Any]:
    """What a receipt's file holds."""
    if len(content) > LARGEST:
        raise Damaged("The file is too large for a receipt.")
    try:
        found = json.loads(content)
        is_canonical = canonical(found) + b"\n" == content
    except (ValueError, RecursionError) as error:
        raise Damaged(f"The file is damaged, it can’t be read as JSON: {error}.") from None
    if not isinstance(found, dict) or not found.keys() >= {"form", "receipt", "sha256"}:
        raise Damaged("The file is no receipt.")
    if found["form"] not in {FORM, CORRECTED}:
        raise Damaged(f"The file has a form that isn’t known here: {found['form']!r}.")
    more = {"corrections", "corrections_sha256"} if found["form"] == CORRECTED else set()
    if found.keys() != {"form", "receipt", "sha256"} | more:
        raise Damaged("The file is no receipt.")
    if not is_canonical:
        raise Damaged("The file was changed: receipts are written without spaces, keys sorted.")
    if not isinstance(found["receipt"], dict):
        raise Damaged("The file is no receipt.")
    return found


def _corrections(file: dict[str, Any], sha256: str) -> list[Corrected]:
    """What a file says was corrected by hand. Raises HashDiffers, and Damaged for what can't be."""
    if file["form"] == FORM:
        return []
    told = file["corrections"]
    if not isinstance(told, list) or not told:
        raise Damaged("The file is no receipt.")
    if corrections_checksum(sha256, told) != file["corrections_sha256"]:
        raise HashDiffers("What was corrected by hand was changed: its SHA-256 differs.")
    try:
        found = [
            Corrected(
                datetime.fromisoformat(one["at"]).isoformat(), str(one["by"]), str(one["why"]),
                [(str(part["person"]), str(Fraction(part["share"]))) for part in one["shares"]],
            )
            for one in told
        ]  # fmt: skip
        numbers = [one["number"] for one in told]
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise Damaged(f"The receipt says something that none can: {error!r}.") from None
    if numbers != list(range(1, len(told) + 1)):
        raise Damaged("A correction by hand is missing.")
    if any(sum(Fraction(share) for _, share in one.shares) > 1 for one in found):
        raise Damaged("A correction by hand gives more than there is.")
    return found


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
