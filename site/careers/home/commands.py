"""`entourage homepage`."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import click
from flask import Flask

from careers.base import clock
from careers.base.config import Settings
from careers.base.console import Refused, with_app
from careers.home.front_page import HERO, SAID
from careers.home.past_draws import KEPT, CameOut, past_draws
from careers.home.surfacing import people_drawn, slot_at
from experts.posts import surfaced


@click.group("homepage")
def homepage() -> None:
    """Who is on the homepage, and when."""


@homepage.command()
@click.option("--slots", default=1000, show_default=True, help="How many draws are repeated.")
@with_app
def draws(app: Flask, slots: int) -> None:
    """Repeat the draws to come for everybody who has something to show now: how often each is on.

    The draws depend on nothing but the slot, the seed and who there is: anybody can repeat them.
    """
    settings: Settings = app.extensions["settings"]
    since = clock.now() - timedelta(days=settings.surfaced_days)
    with app.extensions["database"].reading() as db:
        people = {post.author for post in surfaced(db, since=since)}
    if not people:
        click.echo("Nobody has anything to show.")
        return
    first = slot_at(clock.now(), settings.slot_minutes)
    times = Counter(dict.fromkeys(people, 0))
    for slot in range(first, first + slots):
        times.update(people_drawn(people, HERO + SAID, slot, settings.draw_seed))
    equal = sum(times.values()) / len(people)
    click.echo(
        f"{slots} slots of {settings.slot_minutes} minutes from {first}, seed {settings.draw_seed}"
    )
    click.echo(f"{len(people)} people, equal would be {equal:.1f}")
    for person, count in sorted(times.items(), key=lambda one: (-one[1], one[0])):
        click.echo(f"{person} {count} {count / equal - 1:+.1%}")


@homepage.command("audit")
@click.option("--days", default=KEPT.days, show_default=True, help="How far to look back.")
@with_app
def audit_draws(app: Flask, days: int) -> None:
    """Repeat every draw that was shown, from what was kept of it: whether it comes out the same.

    Draws are kept for two weeks. Whoever takes their page down is taken out of them at once; what
    they were drawn among cannot be repeated then. Ends with status 1 if any comes out otherwise.
    """
    counts = Counter[CameOut]()
    with app.extensions["database"].reading() as db:
        for draw, outcome in past_draws(db, clock.now() - timedelta(days=days)):
            counts[outcome] += 1
            if outcome == "otherwise":
                click.echo(
                    f"The draw for slot {draw.slot} ({draw.at:%Y-%m-%d %H:%M} UTC), shown in "
                    f"{draw.language}, comes out otherwise."
                )
    click.echo(f"{counts.total()} draws were shown in {days} days.")
    click.echo(f"{counts['same']} come out the same.")
    if counts["people have left"]:
        click.echo(
            f"{counts['people have left']} cannot be repeated any more: somebody who could be drawn"
            " has taken their page down since, and is kept nowhere."
        )
    if counts["otherwise"]:
        raise Refused(f"{counts['otherwise']} come out otherwise.")
