"""`entourage clicks audit` finds what is not as the clicks say, and can put it right."""

from __future__ import annotations

import uuid
from datetime import timedelta

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from careers.base import clock
from careers.base.database import Database
from referrals.auditing import audit
from referrals.commands import clicks
from referrals.journal import Journal, Line, microseconds
from referrals.models import Click, ClickTotal, LinkDay, LinkSource
from scripts.many_clicks import make
from tests.conftest import SERVER


@pytest.fixture
def clicked(app, link, ingested):
    """Three visits, one of them a repeat, and a preview."""
    now = clock.now().replace(hour=12)
    journal = Journal(app.extensions["settings"].folder("journal"))
    for number, (minutes, kind) in enumerate(
        ((0, "human"), (5, "human"), (90, "human"), (95, "preview"))
    ):
        at = microseconds(now - timedelta(days=1) + timedelta(minutes=minutes))
        source = "LinkedIn" if kind == "preview" else ""
        journal.append(Line(f"c{number}", link.id, link.job_id, at, kind, source, True, 7, "own-1"))
    journal.close()
    assert ingested() == 4


@pytest.fixture
def audited(app):
    """`audited(*options)` is the answer of the command."""
    return lambda *options: CliRunner().invoke(clicks, ["audit", *options], obj=lambda: app)


def test_what_the_ingester_wrote_is_what_the_clicks_say(clicked, audited):
    answer = audited()
    assert answer.exit_code == 0, answer.output
    assert "4 clicks, 11 totals compared, 0 differ." in answer.output


def test_a_site_without_clicks_is_in_order(audited):
    assert "0 clicks, 0 totals compared, 0 differ." in audited().output


TAMPERED = {
    "a month's total": update(ClickTotal)
    .where(ClickTotal.unit == "month", ClickTotal.subject == "employee")
    .values(people=ClickTotal.people + 1),
    "a day of a link": update(LinkDay).values(repeat=0),
    "a source": update(LinkSource).where(LinkSource.class_ == "preview").values(clicks=9),
    "a lost total": delete(ClickTotal).where(ClickTotal.subject == "channel"),
    "all days": delete(LinkDay),
    "zeros": update(LinkDay).values(dict.fromkeys(("human", "repeat", "people", "preview"), 0)),
    "a repeat": update(Click).where(Click.id == "c1").values(is_repeat=False),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_tampered_with_is_found_and_put_right(clicked, audited, database, what):
    with database.writing() as db:
        db.execute(TAMPERED[what])
        db.commit()
    found = audited()
    assert found.exit_code == 1
    assert "differ." in found.output
    assert "`--repair` puts them right" in found.output
    mended = audited("--repair")
    assert mended.exit_code == 0, mended.output
    assert "put right" in mended.output
    again = audited()
    assert again.exit_code == 0, again.output


def test_a_total_that_no_click_accounts_for_is_named_and_removed(clicked, audited, database, db):
    with database.writing() as writing:
        writing.add(
            ClickTotal(
                unit="day",
                subject="job",
                start=clock.now().date(),
                key=4_711,
                human=3,
                repeat=0,
                people=3,
                confirmed=0,
                preview=0,
                prefetch=0,
                bot=0,
            )  # fmt: skip
        )
        writing.commit()
    answer = audited()
    day = clock.now().date().isoformat()
    assert (
        f"click_total unit=day subject=job start={day} key=4711: human 3 → 0, people 3 → 0"
        in answer.output
    )
    audited("--repair")
    assert db.scalar(select(ClickTotal).where(ClickTotal.key == 4_711)) is None


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/many.db"
        return
    request.getfixturevalue("postgresql_template")  # skips where there is no server
    name = f"entourage_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    yield SERVER.rsplit("/", 1)[0].replace("postgresql:", "postgresql+psycopg:") + f"/{name}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_generator_of_many_clicks_writes_what_an_audit_accepts(empty_url, tmp_path):
    make(empty_url, 20_000)
    database = Database(empty_url)
    report = audit(database, tmp_path)
    database.dispose()
    assert (report.clicks, report.differences) == (20_000, 0)
