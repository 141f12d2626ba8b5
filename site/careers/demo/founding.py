"""Founding the demo company: its people, experts, articles, feeds and jobs."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.company import Company
from careers.base.employees import import_employees, read_employees
from careers.base.people import Person, Role, person_by_email
from careers.base.signin.passwords import cheap_hash
from careers.blog import publishing
from careers.demo.outside import COMPANY
from careers.jobs.importing import import_jobs
from careers.jobs.models import Job
from experts.editing import Profile, write_profile
from experts.showing import opt_in
from feeds.subscribing import subscribe
from referrals.bonuses.models import Programme, Term

PASSWORD = "lumenne demo"  # noqa: S105  printed for everybody who tries the demo
EMPLOYEE, EDITOR, RECRUITER, ADMIN, SECOND_RECRUITER = (
    f"{name}@lumenne.example"
    for name in ("mina.okafor", "lucie.moreau", "grace.whitfield", "samir.haddad", "anais.fournier")
)
ROLES = {
    EDITOR: Role.EDITOR,
    RECRUITER: Role.RECRUITER,
    SECOND_RECRUITER: Role.RECRUITER,
    ADMIN: Role.ADMIN,
}


def found_company(db: Session) -> None:
    """Name the company and hire its people, by the import that real companies use."""
    db.add(
        Company(
            name="Lumenne",
            tagline_en="We measure and steer electricity for buildings, small grids and depots.",
            tagline_fr="Nous mesurons et pilotons l’électricité des bâtiments, "
            "des microréseaux et des dépôts.",
            website="https://lumenne.example",
            colour="#d2371f",
            is_demo=True,
        )
    )
    rows, problems = read_employees((COMPANY / "employees.csv").read_bytes())
    assert not problems, problems
    import_employees(db, rows)
    password = cheap_hash(PASSWORD)
    for person in db.scalars(select(Person)):
        person.password_hash = password
        if person.office in {"Bristol", "Leeds"}:
            person.time_zone = "Europe/London"
    for email, role in ROLES.items():
        found(db, email).grant(role)


def promise_bonuses(db: Session, now: datetime) -> None:
    """Promise something for hires, before anybody applies."""
    db.add(
        Programme(
            name="Cooptation 2026",
            amount=120_000,
            currency="EUR",
            since=(now - timedelta(days=240)).date(),
            two_people_above=100_000,
            terms=[Term(number=1, percent=50, days=0), Term(number=2, percent=50, days=90)],
        )
    )


def found(db: Session, email: str) -> Person:
    """The person of the demo with this address."""
    person = person_by_email(db, email)
    assert person is not None, email
    return person


def show_experts(db: Session, now: datetime) -> None:
    """Write the pages of those who want one, and show them, over the past months."""
    experts = tomllib.loads((COMPANY / "experts.toml").read_text())["expert"]
    for number, one in enumerate(experts):
        person = found(db, one["email"])
        person.portrait_seed = one["portrait"]
        with clock.set_to(now - timedelta(days=210 - number * 2)):
            write_profile(
                db,
                person,
                Profile(
                    headline=one["headline"],
                    biography=one["biography"].strip(),
                    topics=tuple(one["topics"]),
                    languages=tuple(one["languages"]),
                    ask_me_about=one["ask_me_about"],
                    networks=tuple((link["kind"], link["url"]) for link in one["networks"]),
                ),
            )
            opt_in(db, person)


def publish_articles(db: Session, now: datetime) -> None:
    """Have every article written by its author and published by the editor, on its day; the
    newest one waits for the editor.
    """
    editor = found(db, EDITOR)
    articles: list[tuple[dict[str, Any], str]] = []
    for path in sorted((COMPANY / "articles").glob("*.md")):
        _, head, body = path.read_text().split("+++\n", 2)
        articles.append((tomllib.loads(head), body.strip()))
    articles.sort(key=lambda article: -article[0]["days_ago"])
    for number, (meta, body) in enumerate(articles, 1):
        author = found(db, meta["author"])
        text = publishing.Text(meta["title"], meta["summary"], body, meta["language"])
        with clock.set_to(now - timedelta(days=meta["days_ago"] + 2)):
            article = publishing.start_article(db, author, text)
            publishing.submit(db, author, article)
        if number < len(articles):
            with clock.set_to(now - timedelta(days=meta["days_ago"])):
                publishing.publish(db, editor, article, article.version)


def subscribe_to_feeds(db: Session) -> None:
    """Have the experts' own feeds read from now on."""
    for one in tomllib.loads((COMPANY / "feeds" / "feeds.toml").read_text())["feed"]:
        subscribe(db, found(db, one["email"]), one["address"], one["shows"])


def open_jobs(db: Session) -> None:
    """Import the jobs from the two boards that the company uses, and say whom to ask."""
    for source in ("greenhouse", "lever"):
        answer = (COMPANY / "boards" / f"{source}.json").read_bytes()
        report = import_jobs(db, source, "lumenne", answer)
        assert not report.refused, report.refused
    askable: dict[str, list[Person]] = {}
    for person in db.scalars(select(Person).where(Person.page.is_not(None)).order_by(Person.id)):
        askable.setdefault(person.team, []).append(person)
    for number, job in enumerate(db.scalars(select(Job).order_by(Job.id))):
        if theirs := askable.get(job.team):
            job.contact = theirs[number % len(theirs)]
