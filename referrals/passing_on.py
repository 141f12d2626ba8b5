"""Links that are passed on: the chain above a link, and how credit runs along it.

Pure functions. A chain begins at an employee's share link; whoever arrives by a link may get a
child of it and pass that on.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

Link = TypeVar("Link", bound=Hashable)
Person = TypeVar("Person", bound=Hashable)

DEEPEST = 8  # links below an employee's own
SPLIT = 1  # the version of `split`, which stands on receipts


def chain_of(parents: Mapping[Link, Link | None], link: Link) -> tuple[Link, ...]:
    """The links from the employee's own to `link`, both included.

    Raises KeyError for an unknown link, and ValueError where `parents` was tampered with so that
    the chain never ends or is too long.
    """
    chain = [link]
    while (above := parents[chain[-1]]) is not None:
        if len(chain) > DEEPEST:
            raise ValueError("the chain is too long or runs in a circle")
        chain.append(above)
    return tuple(reversed(chain))


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody outside the company who passed a link on and whose mailbox answered."""

    code: str  # their public one


@dataclass(frozen=True, slots=True)
class Hop:
    """Who passed a link on; `person` is the same value whenever it is the same person."""

    person: Hashable
    is_verified: bool  # an employee's account, or a name with a mailbox that answered


def split(chain: Sequence[Hop]) -> dict[Hashable, Fraction]:
    """Each person's part of a credit that came along `chain`, from the employee to the last hop.

    Only verified people count, each once. Of n people each has 1/2^(n-1): alone all of it, two a
    half each, three a quarter each; what is left over goes to nobody.

    So inventing hops pays nobody. Unverified ones, and the same person again, count nothing. Even
    invented people with mailboxes of their own don't pay: a group of m people in a chain of n has
    m/2^(n-1), and with j more (m+j)/2^(n+j-1), which is never more because m+j <= m * 2^j. The
    price is what goes to nobody; `docs/credit.md` shows that some such price there must be.

    Sources: Y. Emek, R. Karidi, M. Tennenholtz, A. Zohar, "Mechanisms for Multi-Level Marketing",
    2011 (rewards that fall geometrically along the chain are raised by false names); Y. Zhang,
    X. Zhang, D. Zhao, "Sybil-proof Answer Querying Mechanism", 2020 (a class that isn't).
    """
    people = list(dict.fromkeys(hop.person for hop in chain if hop.is_verified))
    return dict.fromkeys(people, Fraction(2, 2 ** len(people)))
