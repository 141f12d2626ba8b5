"""Links of honest people, simulated: how many people click, and how many of them see the page.

Of a link's audience 85 % see the page on average, but audiences differ: some apps, and mail
scanners that pose as browsers, show it to few. The share is drawn for each link from a beta
distribution with that mean and a standard deviation of 0.11, so that of a hundred links one has less
than 53 %. A fifth of the links go out by mail, where scanners add as many visitors again, of whom
none sees the page. How many click is drawn with a long tail: most have few, some thousands.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from referrals.doubts.inflation import Clicks, inflation, may_be_odd

MEAN, CONCENTRATION = 0.85, 9.5
BY_MAIL, SCANNED = 0.2, 1.0


def honest_links(number: int, seed: int) -> Iterator[tuple[bool, Clicks]]:
    """So many links: whether it went out by mail, and its clicks."""
    chance = random.Random(seed)
    for _ in range(number):
        people = min(int(chance.paretovariate(0.9) * 4), 20_000)
        seen = chance.betavariate(MEAN * CONCENTRATION, (1 - MEAN) * CONCENTRATION)
        confirmed = sum(chance.random() < seen for _ in range(min(people, 2_000)))
        confirmed = confirmed * people // min(people, 2_000)
        is_mail = chance.random() < BY_MAIL
        scanners = int(people * SCANNED * chance.random()) if is_mail else 0
        repeat = sum(chance.choice((0, 0, 0, 1, 1, 2, 5)) for _ in range(min(people, 500)))
        bots = int(chance.expovariate(1 / (3 + people / 10)))
        everybody = people + scanners
        yield is_mail, Clicks(everybody, confirmed, everybody, repeat, bots)


def added(some: list[Clicks]) -> Clicks:
    """Their sum."""
    rows = [(one.people, one.confirmed, one.human, one.repeat, one.bot) for one in some]
    return Clicks(*map(sum, zip(*rows, strict=True)))


def doubted(number: int, seed: int) -> tuple[int, int]:
    """Of so many honest links: how many have enough clicks to say anything, how many are odd."""
    links = list(honest_links(number, seed))
    mail = added([clicks for is_mail, clicks in links if is_mail])
    rest = added([clicks for is_mail, clicks in links if not is_mail])
    everything = added([mail, rest])
    looked_at = odd = 0
    for is_mail, clicks in links:
        if may_be_odd(clicks):
            looked_at += 1
            same = (mail if is_mail else rest).without(clicks)
            odd += inflation(clicks, same, everything.without(clicks), Clicks()) is not None
    return looked_at, odd


if __name__ == "__main__":
    looked_at, odd = doubted(200_000, 2026)
    print(f"{looked_at} with enough clicks, {odd} odd")  # noqa: T201
