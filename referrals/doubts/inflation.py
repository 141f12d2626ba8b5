"""Whether the clicks of a link look made rather than made by people. Pure functions of totals.

Clicks pay nothing here, so there is little to gain by making them; what they can do is to dress up
a link. Each limit is wide on purpose: of 200,000 simulated links of honest people (how, stands in
`tests/doubts/honest_links.py`) 50,610 have enough clicks to be looked at, and 9 are doubted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma, log

PEOPLE_FEWEST = 20  # below it one evening in an app that blocks our page explains everything
OTHERS_FEWEST = 50  # people on other links, before they say what is usual
HALF_OF_USUAL = 0.5  # an honest audience may see our page half as often as others do
CHANCE_MOST = 0.001  # and then fewer see it than did, by chance, once in a thousand links

REPEATS_FEWEST, REPEATS_FOR_ONE = 100, 10  # a hundred, and ten for each click that counts
BOTS_FEWEST, BOTS_FOR_ONE = 200, 10  # previews and mail scanners come a few for each click
TIMES_OTHERS = 3  # and thrice as many for each click as on other links


class Oddity(StrEnum):
    """What is odd about the clicks of a link."""

    UNSEEN = "unseen"  # hardly anybody who clicked saw the page
    REPEATS = "repeats"  # the same visitors again and again
    BOTS = "bots"  # machines that say that they are machines


@dataclass(frozen=True, slots=True)
class Clicks:
    """What was counted on one link or many, over some days."""

    people: int = 0  # different visitors of a link and a day
    confirmed: int = 0  # those of them who saw the page
    human: int = 0  # clicks, without repeats
    repeat: int = 0
    bot: int = 0

    def without(self, part: Clicks) -> Clicks:
        """These, less a part of them."""
        return Clicks(
            self.people - part.people,
            self.confirmed - part.confirmed,
            self.human - part.human,
            self.repeat - part.repeat,
            self.bot - part.bot,
        )


@dataclass(frozen=True, slots=True)
class Inflation:
    """What is odd about clicks, and how many of those who click usually see the page."""

    clicks: Clicks
    oddities: tuple[Oddity, ...]
    usual: float | None  # None: nobody knows yet


def may_be_odd(link: Clicks) -> bool:
    """Whether there are enough clicks on a link to say anything."""
    return link.people >= PEOPLE_FEWEST or link.repeat >= REPEATS_FEWEST or link.bot >= BOTS_FEWEST


def inflation(
    link: Clicks, same_channel: Clicks, others: Clicks, before: Clicks
) -> Inflation | None:
    """What is odd about `link`, beside other links of its channel, or else all others, or else
    itself in the time `before`; None if nothing is."""
    usual = usual_share(same_channel, others, before)
    beside = next((some for some in (same_channel, others) if some.human >= OTHERS_FEWEST), None)
    found = []
    if usual is not None and _is_hardly_seen(link, usual):
        found.append(Oddity.UNSEEN)
    if link.repeat >= REPEATS_FEWEST and _are_too_many(
        link.repeat,
        link.human,
        REPEATS_FOR_ONE,
        None if beside is None else (beside.repeat, beside.human),
    ):
        found.append(Oddity.REPEATS)
    if link.bot >= BOTS_FEWEST and _are_too_many(
        link.bot, link.human, BOTS_FOR_ONE, None if beside is None else (beside.bot, beside.human)
    ):
        found.append(Oddity.BOTS)
    return Inflation(link, tuple(found), usual) if found else None


def usual_share(same_channel: Clicks, others: Clicks, before: Clicks) -> float | None:
    """How many of those who click a link see its page, by the nearest that is known."""
    for some, fewest in (
        (same_channel, OTHERS_FEWEST),
        (others, OTHERS_FEWEST),
        (before, PEOPLE_FEWEST),
    ):
        if some.people >= fewest:
            return some.confirmed / some.people
    return None


def _is_hardly_seen(link: Clicks, usual: float) -> bool:
    if link.people < PEOPLE_FEWEST:
        return False
    return at_most(link.confirmed, link.people, usual * HALF_OF_USUAL) < CHANCE_MOST


def _are_too_many(many: int, human: int, for_one: int, beside: tuple[int, int] | None) -> bool:
    """Whether there are so many for each click that counts, by themselves and beside other links:
    `beside` is how many those have, and for how many clicks."""
    if many <= for_one * human:
        return False
    return beside is None or many * beside[1] > TIMES_OTHERS * beside[0] * human


def at_most(hits: int, tries: int, chance: float) -> float:
    """The probability of at most `hits` in `tries`, each with `chance` (the binomial's tail)."""
    if hits >= tries or chance <= 0:
        return 1.0
    if chance >= 1:
        return 0.0
    whole = lgamma(tries + 1)
    return sum(
        exp(
            whole
            - lgamma(k + 1)
            - lgamma(tries - k + 1)
            + k * log(chance)
            + (tries - k) * log(1 - chance)
        )
        for k in range(hits + 1)
    )
