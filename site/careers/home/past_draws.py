"""Draws that were shown, kept for two weeks with what is needed to repeat them: whether each came
out as it must can be looked into by anybody who runs the site.

Kept of people are only those who are shown. Whoever is not any more is taken out in the same
transaction, so that no list tells who has left; draws that they were in cannot be repeated then.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import inserting
from careers.base.people import Person
from careers.home.models import Draw, DrawPerson, DrawPlace
from careers.home.surfacing import one_of, people_drawn
from experts.models import Expert
from experts.posts import Surfaced
from experts.queries import SHOWN
from experts.showing import shown_changed

log = structlog.get_logger(__name__)
KEPT = timedelta(days=14)
MOST = 50  # draws of one slot in one language
CameOut = Literal["same", "otherwise", "people have left"]


@dataclass(frozen=True)
class Place:
    """What was shown at one place, and the posts of its person that it was drawn from."""

    shown: str
    posts: tuple[Surfaced, ...]

    @property
    def person(self) -> str:
        """The code of whose turn it was."""
        return self.posts[0].author


@dataclass(frozen=True)
class PastDraw:
    """A draw and what it depended on: the same as another of the same, whenever it was made.
    `people` are the codes of all who had a card, in order.
    """

    slot: int
    language: str
    seed: str
    many: int  # places
    at: datetime = field(compare=False)
    people: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def pool(self) -> str:
        """Tells one set of people from all others."""
        return _digest(*self.people)

    @property
    def key(self) -> str:
        """The same for two draws that are the same, whichever process made them."""
        said = [f"{self.slot} {self.language} {self.seed} {self.many} {self.pool}"]
        for place in self.places:
            said += [place.shown, *(f"{post.code} {post.published_at}" for post in place.posts)]
        return _digest(*said)


def _digest(*said: str) -> str:
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def past_draw(
    posts: Sequence[Surfaced], drawn: Sequence[Surfaced], slot: int, language: str, seed: str,
    many: int, at: datetime,
) -> PastDraw:  # fmt: skip
    """What is kept of the draw of `drawn` from `posts` for `many` places."""
    theirs: dict[str, list[Surfaced]] = defaultdict(list)
    for post in posts:
        theirs[post.author].append(post)
    places = tuple(Place(post.code, tuple(theirs[post.author])) for post in drawn)
    return PastDraw(slot, language, seed, many, at, tuple(sorted(theirs)), places)


def came_out(found: PastDraw, pool: str) -> CameOut:
    """How `found` comes out when it is repeated, if its people are still those of `pool`."""
    if found.pool != pool:
        return "people have left"
    people = people_drawn(found.people, found.many, found.slot, found.seed)
    again = [
        one_of(place.posts, found.slot, found.seed, found.language, found.at).code
        for place in found.places
    ]
    is_same = people == [place.person for place in found.places] and again == [
        place.shown for place in found.places
    ]
    return "same" if is_same else "otherwise"


# -- kept ------------------------------------------------------------------------------------------


def keep_draws(db: Session, came: Iterable[PastDraw]) -> None:
    """Keep each of these once, without whoever is not shown any more; at most `MOST` of a slot,
    however often something changes in it.
    """
    for found in came:
        in_slot = Draw.slot == found.slot, Draw.language == found.language
        known = db.scalars(select(Draw.key).where(*in_slot)).all()
        if found.key in known:
            continue
        if len(known) < MOST:
            _keep(db, found)
        else:
            log.warning("a slot has more draws than are kept", slot=found.slot)


def _keep(db: Session, found: PastDraw) -> None:
    values = {
        "key": found.key, "slot": found.slot, "language": found.language, "seed": found.seed,
        "places": found.many, "at": found.at, "pool": found.pool,
    }  # fmt: skip
    draw = db.scalar(inserting(db, Draw).values(values).on_conflict_do_nothing().returning(Draw.id))
    if draw is None:
        return
    shown = select(Person.code, Person.id).join(Expert, Expert.person_id == Person.id).where(SHOWN)
    numbers = {row.code: row.id for row in db.execute(shown)}
    members = [
        {"pool": found.pool, "person_id": numbers[code]} for code in found.people if code in numbers
    ]
    places = [
        {
            "draw_id": draw, "place": number, "person_id": numbers[place.person],
            "shown": place.shown,
            "posts": [_written(post) for post in place.posts],
        }
        for number, place in enumerate(found.places)
        if place.person in numbers
    ]  # fmt: skip
    if members:
        db.execute(inserting(db, DrawPerson).values(members).on_conflict_do_nothing())
    if places:
        db.execute(inserting(db, DrawPlace).values(places))


def past_draws(db: Session, since: datetime) -> Iterator[tuple[Draw, CameOut]]:
    """The draws that were shown since then, oldest first, and how each comes out again."""
    people: dict[str, list[str]] = defaultdict(list)
    members = select(DrawPerson.pool, Person.code).join(Person, Person.id == DrawPerson.person_id)
    for pool, code in db.execute(members.order_by(DrawPerson.pool, Person.code)):
        people[pool].append(code)
    places: dict[int, list[Place]] = defaultdict(list)
    shown = select(DrawPlace.draw_id, DrawPlace.shown, DrawPlace.posts, Person.code)
    shown = shown.join(Person, Person.id == DrawPlace.person_id)
    for draw_id, code, posts, author in db.execute(shown.order_by(DrawPlace.place)):
        places[draw_id].append(Place(code, tuple(_read(author, *post) for post in posts)))
    for draw in db.scalars(select(Draw).where(Draw.at >= since).order_by(Draw.at, Draw.id)):
        found = PastDraw(
            draw.slot, draw.language, draw.seed, draw.places, draw.at,
            tuple(people[draw.pool]), tuple(places[draw.id]),
        )  # fmt: skip
        yield draw, came_out(found, draw.pool)


def _written(post: Surfaced) -> tuple[str, str, str]:
    return post.code, post.language, post.published_at.isoformat()


def _read(author: str, code: str, language: str, published_at: str) -> Surfaced:
    return Surfaced(author, code, language, datetime.fromisoformat(published_at))


@shown_changed.connect
def _take_out(person: Person, db: Session, shown: bool) -> None:
    if not shown:
        for table in (DrawPerson, DrawPlace):
            db.execute(delete(table).where(table.person_id == person.id))


def forget(db: Session) -> None:
    """Drop draws that are too old, and whoever was written down while they were taken out."""
    old = select(Draw.id).where(Draw.at < clock.now() - KEPT)
    db.execute(delete(DrawPlace).where(DrawPlace.draw_id.in_(old)))
    db.execute(delete(Draw).where(Draw.at < clock.now() - KEPT))
    db.execute(delete(DrawPerson).where(DrawPerson.pool.not_in(select(Draw.pool))))
    shown = select(Expert.person_id).join(Expert.person).where(SHOWN)
    for table in (DrawPerson, DrawPlace):
        db.execute(delete(table).where(table.person_id.not_in(shown)))
