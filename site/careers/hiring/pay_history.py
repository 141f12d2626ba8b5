"""Whether a question asks what somebody earned before.

Nobody here may ask that (EU directive 2023/970, article 5(2)): what a candidate earned says nothing
of what the job is worth. What they would like to earn may be asked.
"""

from __future__ import annotations

import re
import unicodedata

_PAY = (
    r"(?:sal(?:ar|air)\w*|pay|wages?|compensation|remuneration\w*|earnings?|income|ctc|package|bonus\w*"
    r"|paie|paye|revenus?|traitement|emoluments?|primes?)"
)
_PAST = (
    r"(?:current|currently|present|previous|previously|past|last|latest|former|prior|historic\w*"
    r"|existing|actuel\w*|precedent\w*|derniers?|dernieres?|passee?s?|anterieur\w*|ancien\w*)"
)
_BETWEEN = r"(?:\W+\w+){0,4}?\W+"
_ASKS = [
    rf"\b{_PAST}{_BETWEEN}{_PAY}\b",
    rf"\b{_PAY}{_BETWEEN}{_PAST}\b",
    rf"\b{_PAST}\W+{_PAY}\b",
    rf"\b{_PAY}\W+{_PAST}\b",
    r"\b(?:salary|pay|wage|compensation|earnings)\W+(?:history|slips?|stubs?)\b",
    r"\bpayslips?\b",
    r"\b(?:historique|bulletins?|fiches?|feuilles?)\W+(?:de\W+|des\W+|du\W+)?"
    r"(?:salaires?|paies?|paye|remunerations?)\b",
    # What you earn, made, are paid.
    r"\b(?:how much|what)\b.{0,30}\b(?:do|did|are|were|have|had)\W+you\b.{0,20}\b"
    r"(?:earn\w*|make|made|paid|paying|get paid)\b",
    r"\b(?:combien|que|quoi|quel\w*)\b.{0,40}\b(?:gagn(?:ez|iez)|touch(?:ez|iez)|percev(?:ez|iez)"
    r"|etes\W+vous\W+paye|etiez\W+vous\W+paye)",
    r"\b(?:avez|aviez)\W+vous\W+(?:gagne|touche|percu)\b",
    r"\byour\W+(?:\w+\W+){0,2}(?:salary|wages?|pay|earnings)\W+(?:at|with|in|from|before)\b",
    r"\b(?:gagn|touch|percev)iez\W+vous\b",
]
_ASKS_PAST_PAY = re.compile("|".join(_ASKS))
# Their wishes, and ours: what is asked or told about the pay to come.
_TO_COME = re.compile(
    r"\b(?:expect\w*|desired|wish\w*|hope|would|like to earn|want to earn|pretentions?|souhait\w*"
    r"|attent\w*|attend\w*|aimer\w*|voudri\w*|esper\w*)\b"
)


def asks_past_pay(text: str) -> bool:
    """Whether `text`, in English or French, asks for somebody's present or earlier pay."""
    spelled = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return any(
        _ASKS_PAST_PAY.search(part) and not _TO_COME.search(part)
        for part in re.split(r"[.?!;\n]+", spelled)
    )
