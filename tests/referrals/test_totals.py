"""Totals: whatever way the clicks came in, every period adds up to what the log says."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from careers.base import clock
from careers.base.people import Person, person_by_email
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.auditing import audit
from referrals.ingesting import ingest
from referrals.journal import Journal, Line, Rendered, microseconds
from referrals.models import (
    COUNTS,
    Click,
    ClickTotal,
    Credit,
    JournalOffset,
    LinkDay,
    LinkSource,
    LinkVisitor,
    Receipt,
    Rendering,
    ShareLink,
)
from referrals.periods import Period, spans, starts, steps, unit_of
from referrals.sharing import share
from referrals.targets import all_jobs, job_target
from referrals.totals import GROUPS, Board, brought_by, clicks_of, find_subject
from tests.cast import Cast

NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)  # two days into a month: edges on either side
days = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def periods_of(days):
    """All kinds: with and without a beginning and an end."""
    both = st.lists(days, min_size=2, max_size=2).map(sorted)
    return (
        both.map(lambda pair: Period(*pair))
        | days.map(Period)
        | days.map(lambda day: Period(None, day))
        | st.just(Period())
    )


@given(periods_of(days), days)
def test_the_rollups_of_a_period_hold_each_of_its_days_once_and_no_other(period, day):
    weight = 0
    for span in spans(period):
        start = day if span.unit == "day" else day.replace(day=1)
        if (span.first is None or span.first <= start) and (
            span.last is None or start <= span.last
        ):
            weight += span.sign
    assert weight == int(period.has(day))


@given(days, days)
def test_a_period_never_needs_more_than_fifteen_days_at_an_edge(one, two):
    period = Period(min(one, two), max(one, two))
    needed = [len(starts(span)) for span in spans(period) if span.unit == "day"]
    if (period.since.year, period.since.month) != (period.until.year, period.until.month):
        assert all(count <= 15 for count in needed)
    assert len(needed) <= 2


@given(days, days)
def test_the_steps_of_a_trend_are_days_or_months_without_a_gap(one, two):
    period = Period(min(one, two), max(one, two))
    shown = steps(period)
    if unit_of(period) == "day":
        assert shown[0] == period.since
        assert shown[-1] == period.until
        assert len(shown) == (period.until - period.since).days + 1 <= 92
    else:
        assert shown[0] == period.since.replace(day=1)
        assert shown[-1] == period.until.replace(day=1)
        assert all(start.day == 1 for start in shown)
        assert len(set(shown)) == len(shown)


# -- clicks, stored as they are in life -------------------------------------------------------

clicks = st.fixed_dictionaries(
    {
        "link": st.integers(0, 3),
        "day": st.sampled_from([0, 0, 0, 1, 2, 3, 31, 32, 62]),  # before NOON
        "minute": st.sampled_from([0, 1, 29, 30, 31, 60, 719, 720, 1438, 1439]),
        "visitor": st.integers(1, 2),
        "kind": st.sampled_from(["human", "human", "human", "human", "preview", "prefetch", "bot"]),
        "source": st.sampled_from(["", "linkedin", "x"]),
        "shown": st.sampled_from(["no", "before", "after"]),
        "twice": st.booleans(),
        "journal": st.integers(0, 2),
    }
)


@pytest.fixture
def links(db, job):
    """Three people of two teams and offices share two jobs, and all jobs."""
    other = Job(
        slug="designer-y", source="lever", board="acme", source_id="2", title="Designer",
        description_html="", opened_at=clock.now(), content_hash="0" * 64,
    )  # fmt: skip
    db.add(other)
    db.flush()
    ada, carl, rosa = (
        person_by_email(db, email) for email in (Cast.ENGINEER, Cast.COLLEAGUE, Cast.RECRUITER)
    )
    carl.team, carl.office = ada.team, "Nantes"
    made = [
        share(db, ada, job_target(job), "linkedin"),
        share(db, carl, job_target(job), "email"),
        share(db, carl, job_target(other), "linkedin"),
        share(db, rosa, all_jobs(), "qr"),
    ]
    db.commit()
    return made


def lines_of(drawn, links):
    for number, one in enumerate(drawn):
        link = links[one["link"]]
        day = NOON.date() - timedelta(days=one["day"])
        at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=one["minute"])
        yield Line(
            f"c{number}", link.id, link.job_id or 0, microseconds(at), one["kind"], one["source"],
            True, one["visitor"], "own-1",
        )  # fmt: skip


def store(database, drawn, lines, folder, rounds):
    """Bring the lines in through several journals, some of them twice, in several rounds."""
    for turn in range(rounds):
        journals = [Journal(folder) for _ in range(3)]
        for number, (one, line) in enumerate(zip(drawn, lines, strict=True)):
            rendered = Rendered(line.id, line.at + 1)
            if one["shown"] == "before" and turn == 0:
                journals[(one["journal"] + 1) % 3].append(rendered)
            if number % rounds == turn:
                journals[one["journal"]].append(line)
                if one["twice"]:
                    journals[(one["journal"] + 1) % 3].append(line)
            if one["shown"] == "after" and turn == rounds - 1:
                journals[(one["journal"] + 2) % 3].append(rendered)
        ingest(database, folder)
        for journal in journals:
            journal.close()
    ingest(database, folder)


def naively(drawn, lines, period, place):
    """The same counts by the plainest means: `place` says for which row a link counts."""
    counts = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    visits = defaultdict(list)
    for one, line in zip(drawn, lines, strict=True):
        day = datetime.fromtimestamp(line.at / 1e6, UTC).date()
        if not period.has(day):
            continue
        if line.kind != "human":
            counts[place(line)][line.kind] += 1
        else:
            shown = one["shown"] != "no"
            visits[line.link, day, line.visitor].append((line.at, line.id, line, shown))
    for those in visits.values():
        those.sort()
        row = counts[place(those[0][2])]
        row["people"] += 1
        row["confirmed"] += any(shown for *_, shown in those)
        counted = None
        for at, _, _, _ in those:
            if counted is not None and at < counted + 30 * 60 * 1_000_000:
                row["repeat"] += 1
            else:
                row["human"] += 1
                counted = at
    return {key: row for key, row in counts.items() if any(row.values())}


def clicks_in(figures):
    return {name: getattr(figures, name) for name in COUNTS}


def forget_all(db):
    for table in (
        Click, LinkDay, LinkSource, ClickTotal, LinkVisitor, Rendering, JournalOffset,
    ):  # fmt: skip
        db.execute(delete(table))
    db.commit()


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # no shrinking: each is a whole site
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    drawn=st.lists(clicks, max_size=24),
    rounds=st.integers(1, 3),
    period=periods_of(st.dates(date(2026, 2, 20), date(2026, 5, 2))),
)
def test_totals_of_any_period_are_what_the_log_says(database, db, links, drawn, rounds, period):
    forget_all(db)
    people = {link.id: db.get(Person, link.person_id) for link in links}
    by_id = {link.id: link for link in links}
    jobs = {job.id: job.slug for job in db.query(Job)}
    place = {
        "employee": lambda line: people[line.link].code,
        "team": lambda line: people[line.link].team,
        "office": lambda line: people[line.link].office,
        "channel": lambda line: by_id[line.link].channel,
        "job": lambda line: jobs.get(line.job, ""),
    }
    db.commit()
    with clock.set_to(NOON), TemporaryDirectory() as folder:
        lines = list(lines_of(drawn, links))
        store(database, drawn, lines, Path(folder), rounds)
        with database.reading() as reading:
            board = Board(reading, period)
            for group in GROUPS:
                expected = naively(drawn, lines, period, place[group])
                brought = {row.key: clicks_in(row.figures) for row in board.brought(group)}
                assert {key: row for key, row in brought.items() if any(row.values())} == expected
                for key, row in expected.items():
                    subject = find_subject(reading, group, key)
                    figures, trend = brought_by(reading, subject, period)
                    assert clicks_in(figures) == row
                    for name in COUNTS:
                        assert sum(getattr(step, name) for _, step in trend.steps) == row[name]
            ada = person_by_email(reading, Cast.ENGINEER)
            hers = naively(drawn, lines, Period(), place["employee"])
            nothing = dict.fromkeys(COUNTS, 0)
            assert clicks_in(clicks_of(reading, ada)) == hers.get(ada.code, nothing)
            whole = naively(drawn, lines, period, lambda line: "all")
            assert clicks_in(board.total) == whole.get("all", nothing)
        assert [str(one) for one in audit(database, Path(folder)).first] == []


# -- applications and hires -------------------------------------------------------------------


@pytest.fixture
def applied(db):
    """`applied(links, hired)` is an application credited through each of `links` in equal parts."""
    number = iter(range(1000))

    def make(*through: ShareLink, hired: bool = False, job: Job | None = None) -> Application:
        made = Application(
            token_hash=f"{next(number)}", submission=f"{next(number)}", name="Nadia",
            email="nadia@example.org", job_id=(job.id if job else through[0].job_id),
            created_at=NOON, hired_at=NOON if hired else None, stage="hired" if hired else "new",
        )  # fmt: skip
        db.add(made)
        db.flush()
        receipt = Receipt(
            application_id=made.id, rule="last_touch", version=1, parameters={}, touches=[],
            outcome="credited", sha256="0" * 64,
        )  # fmt: skip
        receipt.credits = [
            Credit(
                application_id=made.id, person_id=link.person_id, link_id=link.id, kind="referral",
                part=1, whole=len(through),
            )
            for link in through
        ]  # fmt: skip
        db.add(receipt)
        db.commit()
        return made

    return make


def results(database, group, period=None):
    with database.reading() as db:
        board = Board(db, period or Period())
        rows = board.brought(group)
        return {row.name: (row.figures.applications, row.figures.hires) for row in rows}, (
            board.total.applications,
            board.total.hires,
        )


def test_an_application_shared_by_two_counts_for_both_and_once_in_all(database, links, applied):
    applied(links[0], links[1], hired=True)
    applied(links[0])
    by_person, total = results(database, "employee")
    assert by_person == {"Ada Engel": (2, 1), "Carl Bauer": (1, 1), "Rosa Klein": (0, 0)}
    assert total == (2, 1)
    by_team, _ = results(database, "team")
    assert by_team["Platform"] == (2, 1), "two of one team bring an application once"
    by_office, _ = results(database, "office")
    assert by_office == {"Lyon": (2, 1), "Nantes": (1, 1)}
    by_channel, _ = results(database, "channel")
    assert by_channel == {"linkedin": (2, 1), "email": (1, 1)}


def test_an_application_counts_for_the_job_applied_to_not_for_the_link(
    database, db, links, applied
):
    designer = db.query(Job).filter_by(slug="designer-y").one()
    applied(links[3], job=designer)  # through a link to all jobs
    by_job, _ = results(database, "job")
    assert by_job == {"Engineer": (0, 0), "Designer": (1, 0)}
    with database.reading() as reading:
        subject = find_subject(reading, "job", "designer-y")
        assert brought_by(reading, subject, Period())[0].applications == 1


def test_applications_of_other_days_are_left_out(database, links, applied):
    applied(links[0])
    day = NOON.date()
    assert results(database, "employee", Period(day, day))[1] == (1, 0)
    assert results(database, "employee", Period(day + timedelta(days=1)))[1] == (0, 0)
    assert results(database, "employee", Period(None, day - timedelta(days=1)))[1] == (0, 0)
