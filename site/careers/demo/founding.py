"""Founding the demo company: its people, experts, articles, feeds and jobs."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, prose
from careers.base.company import Company
from careers.base.employees import import_employees, read_employees
from careers.base.people import Person, Role, person_by_email
from careers.base.signin.passwords import cheap_hash
from careers.blog import publishing
from careers.demo.logo import demo_logo
from careers.demo.outside import COMPANY
from careers.jobs import editing
from careers.jobs.importing import import_jobs
from careers.jobs.models import Job, JobBoard
from careers.jobs.places import read_place
from experts.charter import agree_to_charter, present_charter
from experts.editing import Profile, Said, write_profile
from experts.showing import QUESTIONS, agree, opt_in
from feeds.republishing import keep_texts
from feeds.subscribing import confirm, subscribe
from referrals.bonuses.models import Programme, Term

PASSWORD = "lumenne demo"  # noqa: S105  printed for everybody who tries the demo
COLOUR = "#d2371f"
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
            colour=COLOUR,
            logo=demo_logo(COLOUR),
            logo_type="image/png",
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
    charter = present_charter(db)
    assert charter is not None
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
                    pronouns=one.get("pronouns", ""),
                    here_since=one.get("here_since"),
                    talks=tuple(Said(**said) for said in one.get("talks", ())),
                ),
            )
            agree_to_charter(db, person, charter)
            opt_in(db, person)
            agree(db, person, QUESTIONS)


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
        topics = tuple(meta.get("topics", ()))
        text = publishing.Text(
            meta["title"], meta["summary"], body, meta["language"], topics=topics
        )
        with clock.set_to(now - timedelta(days=meta["days_ago"] + 2)):
            article = publishing.start_article(db, author, text)
            publishing.submit(db, author, article)
        if number < len(articles):
            with clock.set_to(now - timedelta(days=meta["days_ago"])):
                publishing.publish(db, editor, article, article.version)


def subscribe_to_feeds(db: Session) -> None:
    """Have the experts' own feeds read from now on; the editor knows that they are theirs."""
    editor = found(db, EDITOR)
    for one in tomllib.loads((COMPANY / "feeds" / "feeds.toml").read_text())["feed"]:
        owner = found(db, one["email"])
        feed = subscribe(db, owner, one["address"], one["shows"])
        confirm(db, editor, feed)
        if one.get("keeps_texts"):
            db.refresh(feed)
            keep_texts(db, owner, feed)


def open_jobs(db: Session) -> None:
    """Import the jobs from the two boards that the company uses, and say whom to ask.

    Some more are written here, and one of a board is given a start and a salary here.
    """
    recruiter = found(db, RECRUITER)
    for source in ("greenhouse", "lever"):
        answer = (COMPANY / "boards" / f"{source}.json").read_bytes()
        report = import_jobs(db, source, "lumenne", answer)
        assert not report.refused, report.refused
        db.add(JobBoard(source=source, name="lumenne", due_at=clock.now() + timedelta(hours=6)))
    askable: dict[str, list[Person]] = {}
    for person in db.scalars(select(Person).where(Person.page.is_not(None)).order_by(Person.id)):
        askable.setdefault(person.team, []).append(person)
    for number, job in enumerate(db.scalars(select(Job).order_by(Job.id))):
        if theirs := askable.get(job.team):
            job.contact = theirs[number % len(theirs)]
    for one in tomllib.loads((COMPANY / "jobs.toml").read_text())["job"]:
        contact = found(db, one["contact"]) if "contact" in one else None
        job = editing.start_job(db, recruiter, _said(one), contact)
        db.flush()
        if not one.get("draft"):
            editing.publish(db, recruiter, job)
    unpaid = select(Job).where(Job.source == "greenhouse", Job.salary_low.is_(None))
    job = db.scalars(unpaid.order_by(Job.id).limit(1)).one()
    pay = {"low": 6_000_000, "high": 7_400_000, "currency": "GBP", "period": "year"}
    starts = (clock.now() + timedelta(days=90)).date().isoformat()
    values = {"salary": {"range": pay, "note": ""}, "starts_on": starts}
    editing.write_job(db, recruiter, job, values, job.contact, job.version)


def _said(one: dict[str, Any]) -> dict[str, Any]:
    """A job of jobs.toml, by the names of `describing.FIELDS`."""
    today, wording = clock.now().date(), one.get("other_title")
    other = "fr" if one["language"] == "en" else "en"
    translation = {
        "title": wording,
        "description_html": prose.markdown_to_html(one.get("other_text", "")),
    }
    days = {
        name: (today + timedelta(days=one[given])).isoformat() if given in one else None
        for name, given in (("starts_on", "starts_in"), ("apply_until", "apply_in"))
    }
    return {
        **{name: one.get(name) for name in ("title", "language", "team", "workplace", "contract")},
        **{name: one.get(name) for name in ("hours", "seniority")},
        **{name: one.get(name, []) for name in ("remote_countries", "skills", "languages_asked")},
        **days,
        "description_html": prose.markdown_to_html(one["text"]),
        "translations": {other: translation} if wording else {},
        "places": [asdict(read_place(name)) for name in one["places"]],
        "salary": {"range": one.get("salary"), "note": one.get("salary_note", "")},
    }
