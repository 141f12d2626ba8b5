"""The company whose site this is: its name, words, colour and logo."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from blinker import Signal
from sqlalchemy import CheckConstraint, ColumnElement, LargeBinary, String, func, literal
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column

from careers.base.database import Base
from careers.base.people import Person

# The grounds on which the colour must stand out: the worst of those in static/css/tokens.css.
PAPER, INK = "#f3f0e9", "#24272d"

FACTS = ("job_title", "team", "office")
"""What the personnel system says of somebody, and their page shows unless it is internal."""

facts_changed = Signal()
"""Sent as `facts_changed.send(company, db=session)` in the transaction in which other facts become
internal."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What everybody may read of what the personnel system says of somebody; "" for the rest."""

    job_title: str
    team: str
    office: str


class Company(Base):
    """The one row that describes the company."""

    __tablename__ = "company"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(String(80), default="Entourage")
    tagline_en: Mapped[str] = mapped_column(String(200), default="")
    tagline_fr: Mapped[str] = mapped_column(String(200), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    colour: Mapped[str] = mapped_column(String(7), default="#d2371f")
    logo: Mapped[bytes | None] = mapped_column(deferred=True)  # every page reads this row
    logo_size: Mapped[int | None] = column_property(func.length(logo))
    logo_end: Mapped[bytes | None] = column_property(
        func.substr(logo, func.length(logo) - 23, type_=LargeBinary)
    )
    logo_type: Mapped[str | None] = mapped_column(String(20))
    is_demo: Mapped[bool] = mapped_column(default=False)
    internal: Mapped[list[str]] = mapped_column(default=list)  # those of FACTS that are

    @property
    def logo_url(self) -> str | None:
        """Where the logo is; None when there is none."""
        return "/logo.png" if self.logo_type else None

    def facts_of(self, person: Person) -> Facts:
        """What everybody may read of `person`, while their page is shown."""
        return Facts(*("" if name in self.internal else getattr(person, name) for name in FACTS))

    def fact(self, name: str) -> ColumnElement[str]:
        """One of FACTS as a column of `Person`, as everybody may read it."""
        return fact(name, self.internal)

    def told_apart(self, person: Person) -> str:
        """How one of several with the same name is told from the others: by their job, or by the
        address of their page where jobs are internal.
        """
        return f"{person.name}, {self.facts_of(person).job_title or person.page}"

    def tagline(self, language: str) -> str:
        """The company's words about itself in `language`; in the other one if it has none."""
        words = (self.tagline_fr, self.tagline_en)
        return next(filter(None, words if language == "fr" else reversed(words)), "")


def fact(name: str, internal: Collection[str]) -> ColumnElement[str]:
    """One of FACTS as a column of `Person`, "" where it is among the `internal` ones."""
    column: ColumnElement[str] = getattr(Person, name)
    return (literal("") if name in internal else column).label(name)


def the_company(db: Session) -> Company:
    """The company; its defaults when nobody has set anything yet."""
    found = db.get(Company, 1)
    if found is not None:
        db.info["company"] = found  # sessions forget the rows that nobody holds, and ask again
        return found
    return Company(
        id=1, name="Entourage", tagline_en="", tagline_fr="", website="", colour="#d2371f",
        is_demo=False, internal=[],
    )  # fmt: skip


@dataclass(frozen=True)
class Palette:
    """The roles of the company's one colour, each `#rrggbb`, with guaranteed contrast."""

    mark: str
    text: str
    mark_dark: str
    text_dark: str


def palette(colour: str) -> Palette:
    """The roles computed from `colour` (`#rrggbb`).

    Contrast as WCAG 2.2 defines it: marks at least 3:1 and text at least 4.5:1, on paper and on
    ink. Raises ValueError when `colour` is not a colour.
    """
    return Palette(
        mark=_until(colour, PAPER, 3.0, toward=0),
        text=_until(colour, PAPER, 4.5, toward=0),
        mark_dark=_until(colour, INK, 3.0, toward=255),
        text_dark=_until(colour, INK, 4.5, toward=255),
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _until(colour: str, ground: str, ratio: float, toward: int) -> str:
    """`colour` moved towards black or white in 2 % steps until it stands out from `ground`."""
    red, green, blue = _rgb(colour)
    for step in range(51):
        part = step / 50
        mixed = [round(value + (toward - value) * part) for value in (red, green, blue)]
        found = "#{:02x}{:02x}{:02x}".format(*mixed)
        if contrast(found, ground) >= ratio:
            return found
    raise AssertionError("black stands out from paper and white from ink")


def _rgb(colour: str) -> tuple[int, int, int]:
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"{colour!r} is not a colour like #d2371f")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(rgb: tuple[int, int, int]) -> float:
    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(value) for value in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
