"""What a share card and its preview say about a page of ours, and whom they name.

Nobody is named who doesn't show themselves: a sharer only while their page is shown, they work here
and their link is not paused; an author by the name that stands under their article, while they work
here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask_babel import force_locale, gettext, ngettext
from sqlalchemy.orm import Session

from careers.base.company import Company
from careers.base.people import Person
from careers.blog.models import Article
from careers.jobs.models import Job
from careers.jobs.queries import count_open_jobs
from careers.jobs.words import contract_name, pay, where
from experts.models import Expert
from experts.portrait import ground_of, initials
from referrals.cards import Card
from referrals.lettering import drawable
from referrals.models import ShareLink
from referrals.targets import Standing, target_of


@dataclass(frozen=True, slots=True)
class Brand:
    """The company, and what changes with its logo."""

    company: Company
    logo: str

    @property
    def name(self) -> str:
        """What the company is called."""
        return self.company.name


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who shares: `person` if they show themselves, else nobody; None in its place: no one does."""

    person: Person | None


@dataclass(frozen=True, slots=True)
class Contents:
    """A card, what is said beside it, and what it may be taken back with."""

    card: Card
    title: str
    says: str  # the description of the preview
    # The codes of the people, photographs and articles that are seen on it: the kept picture goes
    # with them.
    shows: tuple[str, ...]

    @property
    def alt(self) -> str:
        """The card in words."""
        card = self.card
        parts = [card.kicker, card.title, *card.facts, card.words, card.says, card.company]
        return ". ".join(part.rstrip(".") for part in parts if part) + "."


def brand_of(company: Company) -> Brand:
    """What of the company is drawn. Its logo is told from another by length and last bytes.

    The last bytes of a PNG of our making hold the checksums of all its pixels, so the picture
    itself need not be read for every page that names the address of its card.
    """
    if not company.logo_size or company.logo_end is None:
        return Brand(company, "")
    logo = hashlib.sha256(b"%d " % company.logo_size + company.logo_end).hexdigest()[:16]
    return Brand(company, logo)


def sharing_by(link: ShareLink) -> Sharing | None:
    """Who shares `link`; None while it brings its owner nothing: paused, or they have left."""
    if link.is_paused or not link.person.is_active:
        return None
    return Sharing(link.person if link.person.page else None)


def contents_of_link(db: Session, link: ShareLink, brand: Brand, language: str) -> Contents:
    """What a preview of `link` shows in `language`; ValueError when its target is withdrawn."""
    if target_of(link).standing is Standing.WITHDRAWN:
        raise ValueError(link.code)
    page = link.job or link.article or link.expert
    open_jobs = count_open_jobs(db) if page is None else 0
    return contents_of(page or "jobs", brand, language, open_jobs, sharing_by(link))


def contents_of(
    page: Job | Article | Expert | str,
    brand: Brand,
    language: str,
    open_jobs: int = 0,
    sharing: Sharing | None = None,
) -> Contents:
    """What the card of `page` shows in `language`.

    `page` is a row, `"jobs"` (all of them: `open_jobs`) or `"home"`.
    """
    with force_locale(language):
        if isinstance(page, Job):
            return _of_job(page, brand, language, sharing)
        if isinstance(page, Article):
            return _of_article(page, brand, language, sharing)
        if isinstance(page, Expert):
            return _of_expert(page, brand, language, sharing)
        if page == "jobs":
            return _of_jobs(open_jobs, brand, language, sharing)
        return _of_home(brand, language)


def _of_job(job: Job, brand: Brand, language: str, sharing: Sharing | None) -> Contents:
    more = " · ".join(filter(None, [contract_name(job.contract), pay(job)])) or job.team
    place = where(job)
    title = job.title if job.is_open else gettext("No longer open: %(title)s", title=job.title)
    if not job.is_open:
        says = gettext("This job is filled or was withdrawn. Others are open.")
    else:
        says = _sentences(place, _ask(sharing))
    return _contents(
        brand, language, sharing, (), says,
        title=title,
        kicker=gettext("Open job") if job.is_open else gettext("No longer open"),
        drawn=job.title,
        otherwise=gettext("A job at %(company)s", company=brand.name),
        facts=tuple(filter(None, (place, more))) if job.is_open else (place,) if place else (),
        ring="open" if job.is_open else "full",
    )  # fmt: skip


def _of_jobs(count: int, brand: Brand, language: str, sharing: Sharing | None) -> Contents:
    title = gettext("Our open jobs")
    fact = (
        ngettext("%(num)s job, and whom to ask about it", "%(num)s jobs, and whom to ask", count)
        if count
        else gettext("Nothing is open right now. The people are still worth meeting.")
    )
    return _contents(
        brand, language, sharing, (), _sentences(fact, _ask(sharing)),
        title=title, kicker="", drawn=title, otherwise=brand.name, facts=(fact,),
        ring=str(count) if count else "full",
    )  # fmt: skip


def _of_article(article: Article, brand: Brand, language: str, sharing: Sharing | None) -> Contents:
    authors = [author for author in article.authors if author.is_active]
    names = ", ".join(author.name for author in authors)
    shown = tuple(author for author in authors if author.page)[:2]
    if sharing and sharing.person not in {None, *shown}:
        shown = shown[:1]  # a card has room for two faces
    return _contents(
        brand, language, sharing, shown,
        _sentences(article.summary, _ask(sharing)),
        title=article.title,
        kicker=(
            gettext("Article by %(name)s", name=names)
            if names and drawable(names, "sans")
            else gettext("Article")
        ),
        drawn=article.title,
        otherwise=gettext("A story from %(company)s", company=brand.name),
        words=article.summary,
        shows=(article.code,),
    )  # fmt: skip


def _of_expert(expert: Expert, brand: Brand, language: str, sharing: Sharing | None) -> Contents:
    person = expert.person
    return _contents(
        brand, language, sharing, (person,), expert.headline,
        title=person.name,
        kicker=brand.company.facts_of(person).job_title,
        drawn=person.name,
        otherwise=gettext("Who works at %(company)s", company=brand.name),
        words=expert.headline,
    )  # fmt: skip


def _of_home(brand: Brand, language: str) -> Contents:
    tagline = brand.company.tagline(language)
    title = gettext("Meet the people before the job.")
    return _contents(
        brand, language, None, (), tagline or title,
        title=brand.name, kicker="", drawn=title, otherwise=brand.name, words=tagline,
    )  # fmt: skip


def _contents(
    brand: Brand,
    language: str,
    sharing: Sharing | None,
    about: tuple[Person, ...],
    says: str,
    *,
    title: str,
    kicker: str,
    drawn: str,
    otherwise: str,
    facts: tuple[str, ...] = (),
    words: str = "",
    ring: str = "full",
    shows: tuple[str, ...] = (),
) -> Contents:
    """The card with the faces of whom it is `about` and of who shares it."""
    sharer = sharing.person if sharing else None
    people = about if sharer is None or sharer in about else (*about, sharer)
    if not all(drawable(person.first_name, "sans") for person in people):
        line = gettext("Works at %(company)s", company=brand.name)
    elif len(people) > 1:
        line = gettext(
            "%(name)s works with %(other)s", name=people[1].first_name, other=people[0].first_name
        )
    elif people:
        line = gettext("%(name)s works here", name=people[0].first_name)
    else:
        line = _ask(sharing)
    card = Card(
        language=language,
        kicker=kicker,
        title=drawn,
        otherwise=otherwise,
        facts=facts,
        words=words,
        company=brand.name,
        colour=brand.company.colour,
        logo=brand.logo,
        faces=tuple(_face(person) for person in people),
        says=line,
        ring="" if people else ring,
    )
    photographs = (person.photo for person in people if person.photo)
    return Contents(card, title, says, (*shows, *(person.code for person in people), *photographs))


def _face(person: Person) -> str:
    """How somebody is drawn: see Card.faces."""
    if person.photo:
        return f"photo {person.photo}"
    return person.portrait_seed or f"initials {ground_of(person.code)} {initials(person.name)}"


def _ask(sharing: Sharing | None) -> str:
    """What the description says about who shares."""
    if sharing is None:
        return ""
    if sharing.person is None:
        return str(gettext("Shared by someone who works here."))
    return str(gettext("%(name)s works here: ask what it is like.", name=sharing.person.first_name))


def _sentences(*parts: str) -> str:
    """The parts that say something, each ended by a full stop unless it ends otherwise."""
    return " ".join(
        part if part[-1] in ".?!…" else f"{part}." for part in map(str.strip, parts) if part
    )
