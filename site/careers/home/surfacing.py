"""Which posts the homepage shows: drawn at random, with equal exposure for every expert.

Who posts often is not seen more often: first the people are drawn, each with the same chance,
then for each of them one of their posts.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

Said = TypeVar("Said")


def draw(
    posts: Sequence[Said], author_of: Callable[[Said], str], count: int, chance: random.Random
) -> list[Said]:
    """At most `count` of `posts`, by as many different people as there are, in random order.

    Every author has the same probability of appearing, whatever the number of their posts; within
    an author every post has the same. When there are fewer authors than `count`, each appears
    again only after all others have.
    """
    by_author: dict[str, list[Said]] = defaultdict(list)
    for post in posts:
        by_author[author_of(post)].append(post)
    for theirs in by_author.values():
        chance.shuffle(theirs)
    drawn: list[Said] = []
    while by_author and len(drawn) < count:
        authors = sorted(by_author)
        chance.shuffle(authors)
        for author in authors[: count - len(drawn)]:
            drawn.append(by_author[author].pop())
            if not by_author[author]:
                del by_author[author]
    return drawn
