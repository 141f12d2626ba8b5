"""A photograph of somebody: handed in, cut to a square around its focal point, kept in the sizes
in which it is shown, and gone for good when it is taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import audit, codes, forgetting, storage
from careers.base.config import Settings
from careers.base.people import Person, employee_left
from careers.base.pictures import SERVED, read_picture, written
from experts.models import Portrait
from experts.showing import left, settle_photo

SIDES = (64, 128, 224, 448, 640)  # once and twice the sizes of `ui.portrait`
SMALLEST, LARGEST = 200, 1600  # pixels: what is taken, and the longer side of what is kept
CLOSEST = 4.0


@dataclass(frozen=True)
class Focus:
    """The point around which a photograph is cut, in percent, and how close one comes (1 to 4)."""

    x: int = 50
    y: int = 38  # faces stand above the middle
    closer: float = 1.0

    def square(self, width: int, height: int) -> tuple[int, int, int, int]:
        """The square that is seen: as near to the focal point as the edges allow.

        >>> Focus(50, 0).square(300, 400)
        (0, 0, 300, 300)
        >>> Focus(100, 50, 2).square(300, 400)
        (150, 125, 300, 275)
        """
        side = max(1, round(min(width, height) / self.closer))
        left = min(max(round(width * self.x / 100 - side / 2), 0), width - side)
        top = min(max(round(height * self.y / 100 - side / 2), 0), height - side)
        return left, top, left + side, top + side


def portrait_of(db: Session, person: Person) -> Portrait | None:
    """The photograph that `person` has handed in, seen by others or not."""
    return db.scalar(select(Portrait).where(Portrait.person_id == person.id))


def photographs_of(db: Session, settings: Settings, faces: Sequence[str]) -> dict[str, bytes]:
    """The squares of those of `faces` (of a card) that are photographs, by their code."""
    wanted = [face.removeprefix("photo ") for face in faces if face.startswith("photo ")]
    if not wanted:
        return {}
    files, found = storage.store(settings, "portraits"), {}
    for kept in db.scalars(select(Portrait).where(Portrait.code.in_(wanted))):
        try:
            found[kept.code] = files.read(kept.keys["448.jpg"])
        except OSError:
            continue
    return found


@dataclass(frozen=True)
class Cut:
    """A photograph whose files are kept already, and that nobody's row names yet."""

    whole: str  # the key of its file
    keys: dict[str, str]  # of its squares
    width: int
    height: int
    focus: Focus


def cut_photograph(settings: Settings, content: bytes) -> Cut:
    """A photograph that is handed in, in all its sizes. Raises NotAPicture, OSError.

    It takes a while: do it before the transaction that keeps it.
    """
    picture = read_picture(content, SMALLEST)
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    whole = storage.store(settings, "portraits").keep(written(picture, "jpg"))
    return _cut(settings, picture, whole, Focus())


def cut_again(settings: Settings, whole: str, focus: Focus) -> Cut:
    """The photograph whose file has the key `whole`, cut around another point. Raises OSError."""
    content = storage.store(settings, "portraits").read(whole)
    return _cut(settings, read_picture(content), whole, focus)


def _cut(settings: Settings, picture: Image.Image, whole: str, focus: Focus) -> Cut:
    files = storage.store(settings, "portraits")
    square = picture.crop(focus.square(*picture.size))
    keys = {
        f"{side}.{kind}": files.keep(written(_reduced(square, side), kind))
        for side in SIDES
        for kind in SERVED
    }
    return Cut(whole, keys, *picture.size, focus)


def keep_cut(db: Session, person: Person, cut: Cut) -> Portrait:
    """Make `cut` the photograph of `person`. It shows nobody anything: that is a consent of its
    own."""
    kept = portrait_of(db, person)
    if kept is None:
        kept = Portrait(person_id=person.id)
        db.add(kept)
    else:
        gone = [*kept.keys.values(), *([kept.whole_key] if kept.whole_key != cut.whole else [])]
        forgetting.forget(db, "portraits", gone)
    # Another address, so that no cache mistakes it for the one before.
    kept.code, kept.whole_key, kept.keys = codes.code(), cut.whole, cut.keys
    kept.width, kept.height = cut.width, cut.height
    kept.focus_x, kept.focus_y = cut.focus.x, cut.focus.y
    kept.closer = round(cut.focus.closer * 100)
    audit.record(db, person, "portrait:keep", person.code)
    db.flush()
    settle_photo(db, person)
    return kept


def move_focus(db: Session, person: Person, cut: Cut) -> Portrait:
    """Keep how the photograph of `person` was cut again. Raises LookupError when it is another one
    by now, or gone."""
    kept = portrait_of(db, person)
    if kept is None or kept.whole_key != cut.whole:
        raise LookupError(person.code)
    return keep_cut(db, person, cut)


def discard(settings: Settings, cut: Cut) -> None:
    """Delete the squares of `cut`, which nobody's row names."""
    for key in cut.keys.values():
        storage.store(settings, "portraits").forget(key)


def take_photograph_away(db: Session, person: Person) -> None:
    """Delete the photograph of `person`; its files follow within a minute."""
    kept = portrait_of(db, person)
    if kept is None:
        return
    forgetting.forget(db, "portraits", [kept.whole_key, *kept.keys.values()])
    db.delete(kept)
    person.photo = None
    audit.record(db, person, "portrait:delete", person.code)
    db.flush()
    settle_photo(db, person)


def _reduced(square: Image.Image, side: int) -> Image.Image:
    return square.resize((side, side), Image.Resampling.LANCZOS)


@left.connect
@employee_left.connect
def forget_who_left(person: Person, db: Session) -> None:
    """Nobody's photograph stays here when they have left, the company or these pages."""
    take_photograph_away(db, person)
