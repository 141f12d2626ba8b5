"""A simulated world in which it is known who brought whom, and what each rule makes of it.

    python -m benchmarks.attribution_world [APPLICATIONS] [SEED]

Employees share links, put up posters and talk; candidates click in apps and browsers, on two
devices, now or days later; links are lost, passed on, copied and scanned; machines click more than
people do. What an application carries is judged by the product's own functions: `classify` says
what each request was, `read_typed_code` what was typed, `decide` who is credited by each rule, and
how that is split where somebody made a link of their own to pass on. Beside them stands a plain
cookie of the last click.

The world knows the truth: the one employee without whom there would be no application, or nobody.
What those have who really passed that employee's link on is right, too; what a chain leaves to
nobody is missed.
How it behaves stands in `Assumptions` (`benchmarks/stories.py`), all of it. These figures are
guesses, for nobody published better; the last table shows on which of them the findings hang: what
becomes of the default when one is three times as bad. Agents are those on which the classifier is
tested, so that how well it tells people from machines it has not met is no finding of this world.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import click

from benchmarks.stories import NOBODY, WINDOW, Assumptions, Story, World
from referrals.attribution import TouchFact, decide
from referrals.passing_on import Outsider
from referrals.rules import LAST_TOUCH, RULES, Rule

APPLICATIONS, SEED = 20_000, 2026


@dataclass
class Score:
    """Credit given, in applications."""

    driven: int = 0
    carried: int = 0  # driven, and a touch reached the application (or was taken out of it)
    ever: int = 0  # driven, and there was a touch ever, even if nothing joins it to the application
    undriven: int = 0
    right: Fraction = Fraction(0)
    right_of_carried: Fraction = Fraction(0)
    wrong_of_carried: Fraction = Fraction(0)
    undeserved: Fraction = Fraction(0)

    def add(self, story: Story, shares: Shares, is_carried: bool) -> None:
        """Count one application."""
        rightful = {story.truth, *(hop.person for hop in story.honest_chain)}
        right = sum((shares.get(who, Fraction(0)) for who in rightful), Fraction(0))
        wrong = sum(shares.values()) - right
        if story.truth == NOBODY:
            self.undriven += 1
            self.undeserved += wrong
            return
        self.driven += 1
        self.ever += is_carried or any(r.fact.person == story.truth for r in story.requests)
        self.right += right
        if is_carried:
            self.carried += 1
            self.right_of_carried += right
            self.wrong_of_carried += wrong

    @property
    def rightly(self) -> float:
        """Of driven applications that carried a touch, the part credited rightly."""
        return float(self.right_of_carried / self.carried)

    @property
    def wrongly(self) -> float:
        """And the part credited to somebody else."""
        return float(self.wrong_of_carried / self.carried)

    @property
    def undeservedly(self) -> float:
        """Of the applications that nobody brought, the part credited to somebody."""
        return float(self.undeserved / self.undriven)


@dataclass
class Outcome:
    """What a world showed."""

    plain: dict[str, Score]  # by rule, from what applications carry
    consented: dict[str, Score]  # by rule, with the product's own cookie where it was agreed to
    cookie: Score
    origins: Counter[str]
    unseen: Counter[str]  # by origin, driven applications that left no touch
    seen: Counter[str]
    chains: int
    gained: Fraction  # the most that anybody's part of a chain grew by inventing hops
    several: int  # applications that carried touches of more than one employee


def run(
    applications: int = APPLICATIONS,
    seed: int = SEED,
    assumptions: Assumptions | None = None,
    rules: Mapping[str, Rule] = RULES,
) -> Outcome:
    """Tell so many stories and have each judged by every one of `rules`."""
    world = World(seed, assumptions or Assumptions())
    outcome = Outcome(
        {name: Score() for name in rules},
        {name: Score() for name in [*rules, OWNED]},
        Score(),
        Counter(),
        Counter(),
        Counter(),
        0,
        Fraction(0),
        0,
    )
    for _ in range(applications):
        story = world.story()
        outcome.origins[story.origin] += 1
        outcome.unseen[story.origin] += story.truth != NOBODY and not story.carried
        outcome.several += len({fact.person for fact in story.carried}) > 1
        carries = bool(story.carried) or story.is_taken_out
        known = story.carried + story.remembered
        for name, rule in rules.items():
            outcome.plain[name].add(story, _shares(rule, story, story.carried), carries)
            shares = _shares(rule, story, known)
            outcome.consented[name].add(story, shares, carries or bool(known))
        owned = _shares(LAST_TOUCH, story, known, WINDOW)
        outcome.consented[OWNED].add(story, owned, carries or bool(known))
        by_cookie: Shares = {} if story.cookie == NOBODY else {story.cookie: Fraction(1)}
        outcome.cookie.add(story, by_cookie, carries)
        if story.chain:
            outcome.chains += 1
            outcome.gained = max(outcome.gained, _gained(story))
    outcome.seen = world.seen
    return outcome


OWNED = "last_touch, owned 30 days"


Shares = Mapping[Any, Fraction]  # by employee, and by who passed a link on


def _shares(
    rule: Rule, story: Story, touches: Sequence[TouchFact], ownership: timedelta | None = None
) -> Shares:
    decision = decide(rule, [*touches, *story.read], story.applied_at, WINDOW, ownership)
    outside = {Outsider(code): share for code, share in decision.outside.items()}
    return {**decision.shares, **outside}


def _gained(story: Story) -> Fraction:
    """The most that anybody has more than without the hops that were invented."""
    honest = [
        replace(fact, chain=story.honest_chain) if fact.chain else fact for fact in story.carried
    ]
    before, after = (_shares(LAST_TOUCH, story, facts) for facts in (honest, story.carried))
    grown = [share - before.get(who, Fraction(0)) for who, share in after.items()]
    return max(grown, default=Fraction(0))


WORSE = (
    "others_known", "others_clicked", "misnames", "stripped", "scanned", "answers_though_nobody",
    "takes_out", "stuffed",
)  # fmt: skip


def worse(name: str) -> Assumptions:
    """The same world with one assumption three times as bad."""
    usual = Assumptions()
    return replace(usual, **{name: 3 * getattr(usual, name)})


def report(outcome: Outcome, say: Callable[[str], None]) -> None:
    """Print what a world showed."""
    total = sum(outcome.origins.values())
    score = outcome.plain[LAST_TOUCH.name]
    say(f"{total:,} applications, {score.driven:,} of them driven by an employee:")
    for origin, count in outcome.origins.most_common():
        left = f", {outcome.unseen[origin] / count:.0%} left no touch" if origin != "nobody" else ""
        say(f"  {origin:<15}{count:>7,}{left}")
    say(f"  {outcome.several:,} carried touches of more than one employee")
    machines = sum(n for kind, n in outcome.seen.items() if kind.startswith("machine"))
    taken = outcome.seen["machine: human"]
    say(f"Requests by machines: {machines:,}, of which {taken:,} were taken for people")
    say(f"Chains: {outcome.chains:,}; the most anybody gained by inventing hops: {outcome.gained}")
    say("")
    say(f"{'':28}{'of what carried a touch':^28}{'rightly':>12}{'rightly':>10}{'wrongly':>11}")
    say(
        f"{'':28}{'rightly':>9}{'wrongly':>9}{'missed':>9}"
        f"{'of touched':>13}{'of all':>10}{'of others':>11}"
    )
    for name, one in outcome.plain.items():
        say(_line(name, one))
    chance = (score.wrongly * (1 - score.wrongly) / score.carried) ** 0.5
    say(f"(last touch, wrongly: chance alone moves it by {chance:.2%} either way)")
    say("and with the product's own cookie, turned on and agreed to by some:")
    for name, one in outcome.consented.items():
        say(_line(name, one))
    say("beside")
    say(_line("a plain last-click cookie", outcome.cookie))


def _line(name: str, score: Score) -> str:
    missed = 1 - score.rightly - score.wrongly
    return (
        f"  {name:<26}{score.rightly:>9.2%}{score.wrongly:>9.2%}{missed:>9.2%}"
        f"{float(score.right / score.ever):>13.2%}{float(score.right / score.driven):>10.2%}"
        f"{score.undeservedly:>11.2%}"
    )


def main(arguments: Sequence[str]) -> None:
    """Run the world, then the worse ones."""
    applications = int(arguments[0]) if arguments else APPLICATIONS
    seed = int(arguments[1]) if len(arguments) > 1 else SEED
    report(run(applications, seed), click.echo)
    click.echo("")
    click.echo("The default when one assumption is three times as bad:")
    for name in WORSE:
        outcome = run(applications, seed, worse(name), {LAST_TOUCH.name: LAST_TOUCH})
        click.echo(_line(name, outcome.plain[LAST_TOUCH.name]))


if __name__ == "__main__":
    main(sys.argv[1:])
