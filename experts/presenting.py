"""What a page shows of somebody, ready to be read: from what is kept, or as it would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from flask_babel import gettext

from careers.base import codes, prose
from careers.base.languages import language
from careers.base.people import Person
from experts import showing
from experts.editing import Profile
from experts.models import Expert
from experts.networks import NETWORKS


@dataclass(frozen=True)
class Link:
    """A page of their own elsewhere; verified when it links back."""

    name: str
    url: str
    is_verified: bool = False


@dataclass(frozen=True)
class Presented:
    """What stands on the page itself; what they publish, jobs and colleagues stand beside it.

    `topics` are (slug, name), `languages` are named in the reader's one.
    """

    person: Person
    name: str
    pronouns: str
    headline: str
    biography_html: str
    ask_me_about: str
    here_since: int | None
    languages: Sequence[str]
    topics: Sequence[tuple[str, str]]
    networks: Sequence[Link]

    @property
    def first_name(self) -> str:
        """What colleagues call them."""
        return self.name.split()[0]


def presented(expert: Expert) -> Presented:
    """What everybody sees of `expert`."""
    return Presented(
        person=expert.person,
        name=expert.person.name,
        pronouns=expert.pronouns,
        headline=expert.headline,
        biography_html=expert.biography_html,
        ask_me_about=expert.ask_me_about,
        here_since=expert.here_since,
        languages=spoken(expert.languages),
        topics=[(topic.slug, topic.name) for topic in expert.topics],
        networks=[
            Link(network_name(one.kind), one.url, one.verified_at is not None)
            for one in expert.networks
            if expert.agrees_to(showing.NETWORKS)
        ],
    )


def previewed(person: Person, profile: Profile) -> Presented:
    """How `profile` would look. Raises ValueError when the biography cannot be shown."""
    return Presented(
        person=person,
        name=profile.name or person.payroll_name,
        pronouns=profile.pronouns,
        headline=profile.headline,
        biography_html=prose.markdown_to_html(profile.biography),
        ask_me_about=profile.ask_me_about,
        here_since=profile.here_since,
        languages=spoken(profile.languages),
        topics=[(codes.slug(name), name) for name in profile.topics],
        networks=[
            Link(network_name(kind), url)
            for kind, url in profile.networks
            if showing.NETWORKS in profile.shows
        ],
    )


def spoken(codes: Sequence[str]) -> list[str]:
    """Languages, named in the reader's one."""
    names = Locale.parse(language()).languages
    return [str(names.get(code, code)) for code in codes]


def network_name(kind: str) -> str:
    """What a network is called in the interface."""
    if kind in {"website", "other"}:
        return str(gettext("Website") if kind == "website" else gettext("Elsewhere"))
    return NETWORKS.get(kind, kind)
