"""Four weeks of the demo company: people share, others click and apply, a recruiter hires.

Nothing is written as a result: each click and each application is a request to the site, each
share and each move an act of somebody, at a moment of the past that the clock is set to.
"""

from __future__ import annotations

import io
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from careers.base import clock, outbox
from careers.base.database import Database
from careers.base.mail import Mail
from careers.base.people import Person
from careers.blog.models import Article
from careers.demo.cv import cv
from careers.demo.founding import EMPLOYEE, RECRUITER, SECOND_RECRUITER, found
from careers.demo.outside import COMPANY
from careers.hiring.models import Application, Refusal, Stage
from careers.hiring.moving import Why, move_application
from careers.jobs.models import HERE, Job
from referrals.ingesting import ingest
from referrals.printing import labels_for, make_campaign, printed_links
from referrals.sharing import share
from referrals.targets import all_jobs, find_target

DAYS, SHARES, ALONE = 28, 58, 7  # of the candidates, how many come by no link
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36",
)
PREVIEWERS = {
    "linkedin": "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)",
    "slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "teams": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "whatsapp": "WhatsApp/2.23.20.0",
    "mastodon": "http.rb/5.1.1 (Mastodon/4.3.0; +https://social.example/) Bot",
    "bluesky": "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
}
BOTS = (
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
    "curl/8.5.0",
)
REFERERS = {
    "linkedin": "https://www.linkedin.com/",
    "mastodon": "https://mastodon.social/",
    "bluesky": "https://bsky.app/",
    "teams": "https://teams.microsoft.com/",
    "slack": "https://app.slack.com/",
    "whatsapp": "https://web.whatsapp.com/",
}
CHANNELS = {"linkedin": 9, "whatsapp": 4, "email": 3, "mastodon": 3, "slack": 2, "teams": 2,
            "bluesky": 2, "qr": 2, "other": 1}  # fmt: skip
# How far the applications come, in the order in which they were sent.
WAYS = (
    "screening interview offer hired", "screening rejected", "screening interview rejected",
    "screening interview offer hired", "rejected", "screening interview offer",
    "screening interview", "screening rejected", "screening interview", "screening", "rejected",
    "screening interview", "screening",
)  # fmt: skip
WHY = (
    Why(Refusal.SKILLS, "No embedded work so far, and nobody here has the time to teach it."),
    Why(Refusal.TERMS, "Wants to work remotely from another country."),
    Why(Refusal.FILLED),
)
STEP = timedelta(days=2, hours=5)
HIDDEN = re.compile(r'type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"')
TABLES, FAIR = 6, 1000  # at a fair; the number of the link on its first table
PASSED_ON = 2000  # the number of the link that goes from hand to hand


@dataclass(order=True)
class Event:
    """Something that somebody does at a moment."""

    at: datetime
    number: int  # decides between events of the same moment
    act: Callable[[], None]


def live_weeks(app: Flask, now: datetime) -> Iterator[tuple[int, int]]:
    """Live the weeks before `now`; yields how many events have happened, of how many."""
    story = _Story(app, now)
    events = sorted(story.events)
    for number, event in enumerate(events, 1):
        with clock.set_to(event.at):
            event.act()
        yield number, len(events)
    ingest(story.database, app.extensions["settings"].folder("journal"))
    while outbox.do_due_work(story.database, app.extensions["settings"], most=500):
        pass


class _Story:
    """What will happen, worked out beforehand by chance that is the same each time."""

    def __init__(self, app: Flask, now: datetime) -> None:
        self.app, self.now = app, now
        self.chance = random.Random(20_26)  # noqa: S311  a story, not a secret
        self.database: Database = app.extensions["database"]
        self.links: dict[int, str] = {}
        self.visits: dict[int, str] = {}
        self.written: dict[int, list[str]] = {}
        self.coming_by = 0  # clicks that are planned
        self.coming = 0  # candidates whose application is planned
        self.events: list[Event] = []
        with self.database.reading() as db:
            # Those of the boards: the jobs that are written here came after these weeks.
            of_boards = select(Job).where(Job.source != HERE)
            self.jobs = {job.id: job.slug for job in db.scalars(of_boards)}
            team_of = {row.id: row.team for row in db.execute(select(Job.id, Job.team))}
            published = select(Article).where(Article.state == "published").order_by(Article.id)
            for article in db.scalars(published):
                self.written.setdefault(article.author_id, []).append(article.slug or "")
            people = db.scalars(select(Person).where(Person.status == "active")).all()
            experts = sorted((one for one in people if one.page), key=lambda one: one.id)
            self.pages = [f"/experts/{one.page}" for one in experts]
            self.pages += [f"/blog/{slug}" for slugs in self.written.values() for slug in slugs]
            self.names = [one.name for one in experts]
        sharers = self.chance.sample(sorted(people, key=lambda one: one.id), 15)
        mina = next(one for one in people if one.email == EMPLOYEE)
        sharers = [mina, *(one for one in sharers if one is not mina)]
        candidates = tomllib.loads((COMPANY / "candidates.toml").read_text())["candidate"]
        came = list(candidates[ALONE:])
        self.chance.shuffle(came)
        for number in range(SHARES):
            sharer = mina if number % 5 == 0 else self.chance.choice(sharers)
            near = [job for job in self.jobs if team_of[job] == sharer.team]
            job = self.chance.choice(near if near and number % 3 else sorted(self.jobs))
            brings = came.pop() if came and number % 2 == 0 else None
            kind, slug = (
                ("job", self.jobs[job]) if number % 2 == 0 else self._elsewhere(sharer, job)
            )
            self._share(number, sharer.email, kind, slug, brings)
        self._fair(mina.email)
        self._from_hand_to_hand(mina.email, candidates[0])
        for candidate in [*candidates[1:ALONE], *came]:
            at = self._moment(self.chance.uniform(3, DAYS - 1))
            job = self.chance.choice(sorted(self.jobs))
            self._plan(at, self._apply(candidate, f"/jobs/{self.jobs[job]}"))
        again = candidates[0]  # who applies for another job too
        self._plan(self._moment(2.2), self._apply(again, f"/jobs/{self.jobs[max(self.jobs)]}"))
        self._plan_moves()

    def _elsewhere(self, sharer: Person, job: int) -> tuple[str, str | None]:
        """What people share when it isn't to bring a certain person: a job, most of the time."""
        targets: list[tuple[str, str | None]] = [("job", self.jobs[job])] * 4 + [("jobs", None)]
        targets += [("article", slug) for slug in self.written.get(sharer.id, [])[:2]]
        if sharer.page:
            targets.append(("expert", sharer.page))
        return self.chance.choice(targets)

    def _moment(self, days_before: float) -> datetime:
        return self.now - timedelta(days=days_before)

    def _plan(self, at: datetime, act: Callable[[], None]) -> None:
        if at < self.now - timedelta(minutes=5):
            self.events.append(Event(at, len(self.events), act))

    def _share(
        self, number: int, email: str, kind: str, slug: str | None, candidate: dict[str, Any] | None
    ) -> None:
        channel = self.chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        days = self.chance.uniform(4 if candidate else 0.2, DAYS)
        start = self._moment(days)
        self._plan(start, self._press_share(number, email, kind, slug, channel))
        if agent := PREVIEWERS.get(channel):
            self._plan(start + timedelta(seconds=20), self._click(number, agent))
        for _ in range(self.chance.choice((0, 0, 1, 2))):
            later = start + timedelta(hours=self.chance.uniform(0.5, 60))
            self._plan(later, self._click(number, self.chance.choice(BOTS)))
        for _ in range(int(self.chance.expovariate(1 / 9)) + 1):
            later = start + timedelta(hours=min(self.chance.expovariate(1 / 20), days * 23))
            self._plan(later, self._click(number, *self._browser(channel)))
        if self.chance.random() < 0.2:
            later = start + timedelta(hours=1)
            self._plan(later, self._click(number, BROWSERS[0], {"Sec-Purpose": "prefetch"}))
        if candidate is not None:
            came = start + timedelta(hours=self.chance.uniform(1, 40))
            self._plan(came, self._click(number, self.chance.choice(BROWSERS), remember=True))
            self._plan(came + timedelta(minutes=14), self._apply(candidate, number))

    def _fair(self, email: str) -> None:
        """A day at a job fair: a printed code on each table, scanned with phones."""
        morning = self._moment(9)

        def lay_out() -> None:
            with self.database.writing() as db:
                fair = make_campaign(
                    db, found(db, email), "Lyon job fair", all_jobs(), labels_for("Table", TABLES)
                )
                for number, printed in enumerate(printed_links(db, fair) or ()):
                    self.links[FAIR + number] = printed.link.code
                db.commit()

        self._plan(morning - timedelta(days=2), lay_out)
        for number in range(TABLES):
            for _ in range(self.chance.randint(2, 14)):
                later = morning + timedelta(hours=self.chance.uniform(0, 7))
                self._plan(later, self._click(FAIR + number, self.chance.choice(BROWSERS[1::2])))

    def _from_hand_to_hand(self, email: str, candidate: dict[str, Any]) -> None:
        """A link goes to a friend who wants to be known for passing it on, to somebody who doesn't,
        and to a candidate."""
        start = self._moment(12)
        slug = self.jobs[min(self.jobs)]
        self._plan(start, self._press_share(PASSED_ON, email, "job", slug, "whatsapp"))
        for number in (PASSED_ON, PASSED_ON + 1):
            start += timedelta(hours=7)
            self._plan(start, self._click(number, BROWSERS[1], remember=True))
            self._plan(start + timedelta(minutes=2), self._pass_on(number))
        start += timedelta(hours=9)
        self._plan(start, self._click(PASSED_ON + 2, BROWSERS[0], remember=True))
        self._plan(start + timedelta(minutes=20), self._apply(candidate, PASSED_ON + 2))

    def _pass_on(self, number: int) -> Callable[[], None]:
        """Whoever came by a link makes one of their own; the first of them says who they are."""

        def act() -> None:
            visitor = self.app.test_client()
            form = self.visits[number].replace("?", "/pass-on?")
            asked = visitor.get(form).get_data(as_text=True)
            own = visitor.post(form, data=dict(HIDDEN.findall(asked))).location
            page = visitor.get(own).get_data(as_text=True)
            self.links[number + 1] = re.findall(r"<code>[^<]*/r/(\w+)</code>", page)[0]
            if number > PASSED_ON:
                return
            who = {"name": "Tom Weber", "email": "tom.weber@mail.example", "tells_sharer": "y"}
            visitor.post(f"{own}/introduction", data=dict(HIDDEN.findall(page)) | who)
            with self.database.reading() as db:
                letter = db.scalars(select(Mail).where(Mail.to == who["email"])).one()
            question = re.findall(r"\S*(/(?:fr/)?introductions/\S+)", letter.text)[0]
            asked = visitor.get(question).get_data(as_text=True)
            answer = visitor.post(question, data=dict(HIDDEN.findall(asked)))
            assert answer.status_code == 303, answer.status_code

        return act

    def _browser(self, channel: str) -> tuple[str, dict[str, str]]:
        """A browser, which half the time says where it comes from: not always from the channel."""
        said = self.chance.choice((channel, channel, channel, "linkedin"))
        referer = REFERERS.get(said) if self.chance.random() < 0.5 else None
        return self.chance.choice(BROWSERS), {"Referer": referer} if referer else {}

    def _press_share(
        self, number: int, email: str, kind: str, slug: str | None, channel: str
    ) -> Callable[[], None]:
        def act() -> None:
            with self.database.writing() as db:
                target = find_target(db, kind, slug)
                assert target is not None
                link = share(db, found(db, email), target, channel)
                self.links[number] = link.code
                db.commit()

        return act

    def _click(
        self,
        number: int,
        agent: str,
        headers: dict[str, str] | None = None,
        remember: bool = False,
    ) -> Callable[[], None]:
        address = self._address()
        sees = agent in BROWSERS and self.chance.random() < 0.85
        self.coming_by += 1
        begins = self.coming_by % 8 == 0

        def act() -> None:
            answer = self.app.test_client().get(
                f"/r/{self.links[number]}",
                headers={"User-Agent": agent, **(headers or {})},
                environ_base={"REMOTE_ADDR": address},
            )
            if remember:
                self.visits[number] = answer.location
            code, _, click = (answer.location or "").rpartition("via=")[2].partition(".")
            if click and (sees or remember):
                self.app.test_client().post(f"/r/{code}/seen/{click}")
                if begins:
                    self._begin(answer.location)

        return act

    def _begin(self, landing: str) -> None:
        """Type something into the form of the job where a visit landed, and leave it."""
        path, _, query = landing.partition("?")
        if "/jobs/" in path:
            client = self.app.test_client()
            page = client.get(f"{path}/apply?{query}").get_data(as_text=True)
            hidden = dict(HIDDEN.findall(page))
            client.post(
                f"{path}/apply/begun",
                data={name: hidden[name] for name in ("form_token", "via") if name in hidden},
                headers={"User-Agent": BROWSERS[0]},
            )

    def _apply(self, candidate: dict[str, Any], way: str | int) -> Callable[[], None]:
        """Fill in the form on the job's page; `way` is that page, or the number of a visit.

        Every third candidate has read somebody's page or article; of those who come by no link
        every third names somebody, or says it in words.
        """
        address = self._address()
        sees = self.chance.choice(("applied", "steps", "steps"))
        self.coming += 1
        number = self.coming
        reads = self.pages[7 * number % len(self.pages)] if number % 3 == 0 else ""
        told_by = ""
        if isinstance(way, str) and number % 3 == 1:
            told_by = self.names[number % len(self.names)] if number % 2 else "A friend of yours"

        def act() -> None:
            landing = way if isinstance(way, str) else self.visits[way]
            path, _, query = landing.partition("?")
            path = "/fr" * (candidate["language"] == "fr") + path.removeprefix("/fr")
            client = self.app.test_client()
            if reads:
                read = client.get(f"{reads}?{query}", headers={"User-Agent": BROWSERS[0]})
                carried = re.search(r'/jobs\?via=([^"&]+)"', read.get_data(as_text=True))
                query = f"via={carried[1]}" if carried else query
            where = f"{path}/apply?{query}".rstrip("?")
            page = client.get(where, environ_base={"REMOTE_ADDR": address}).get_data(as_text=True)
            document = cv(
                candidate["name"], candidate["headline"], candidate["email"],
                candidate["experience"], candidate["skills"],
            )  # fmt: skip
            asked = re.findall(r'id="(question-\w+)-0"', page)  # by yes or no: all say yes
            # Whoever names somebody is asked once what they may see; a busy machine asks for the CV
            # again.
            for _ in range(6):
                answer = client.post(
                    where,
                    data={
                        **dict(HIDDEN.findall(page)),
                        "name": candidate["name"],
                        "email": candidate["email"],
                        **dict.fromkeys(asked, "yes"),
                        "phone": f"+33 6 39 98 {number // 100:02} {number % 100:02}",
                        "message": candidate["message"],
                        "told_by": told_by,
                        "sharer_sees": sees,
                        "cv": (io.BytesIO(document), f"CV {candidate['name']}.pdf"),
                    },
                    headers={"User-Agent": BROWSERS[0]},
                    environ_base={"REMOTE_ADDR": address},
                )
                if answer.status_code == 303:
                    break
                page = answer.get_data(as_text=True)
            assert answer.status_code == 303, (answer.status_code, candidate["name"])

        return act

    def _plan_moves(self) -> None:
        """The recruiter works through what came, every half day, oldest first."""
        moves: dict[int, list[str]] = {}

        def work() -> None:
            with self.database.writing() as db:
                pair = (found(db, RECRUITER), found(db, SECOND_RECRUITER))
                came = db.scalars(select(Application).order_by(Application.id)).all()
                for number, application in enumerate(came):
                    way = moves.setdefault(application.id, WAYS[number % len(WAYS)].split())
                    last = max([application.created_at, *(c.at for c in application.changes)])
                    if way and clock.now() - last > STEP:
                        before, after = Stage(application.stage), Stage(way.pop(0))
                        recruiter = pair[number % 3 == 0]
                        why = WHY[number % len(WHY)] if after is Stage.REJECTED else None
                        move_application(db, application, before, after, recruiter, why=why)
                db.commit()

        for half_day in range(2 * DAYS):
            self._plan(self._moment(half_day / 2 + 0.1), work)

    def _address(self) -> str:
        """An address of the blocks that are kept for documentation (RFC 5737)."""
        block = self.chance.choice(("192.0.2", "198.51.100", "203.0.113"))
        return f"{block}.{self.chance.randrange(1, 255)}"
