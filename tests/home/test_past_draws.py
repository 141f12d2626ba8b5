"""What the homepage has shown can be repeated for two weeks, and tells nobody who has left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from careers.base import clock
from careers.base.people import Person, leave, person_by_email
from careers.home.commands import homepage
from careers.home.models import Draw, DrawPerson, DrawPlace
from careers.home.past_draws import Place, came_out, forget, past_draw
from careers.home.surfacing import draw
from experts import showing
from experts.posts import Surfaced
from tests.cast import Cast
from tests.serving import AGENT

EMAILS = (Cast.ENGINEER, Cast.EDITOR, Cast.COLLEAGUE, Cast.RECRUITER, Cast.ADMIN)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)

posts_of_anybody = st.lists(
    st.builds(
        Surfaced, st.sampled_from("abcdefghijkl"), st.text("0123456789", min_size=1, max_size=3),
        st.sampled_from(["en", "fr", ""]),
        st.timedeltas(timedelta(-10), timedelta(400)).map(lambda age: NOW - age),
    ),
    unique_by=lambda post: post.code, min_size=1,
)  # fmt: skip


@given(posts_of_anybody, st.integers(0, 10**6), st.sampled_from(["en", "fr"]), st.data())
def test_a_draw_comes_out_the_same_and_no_other_does(posts, slot, language, data):
    drawn = draw(posts, 5, slot, "seed", language, NOW)
    kept = past_draw(posts, drawn, slot, language, "seed", 5, NOW)
    assert came_out(kept, kept.pool) == "same"
    at = data.draw(st.integers(0, len(kept.places) - 1))
    other = Place("none", kept.places[at].posts)
    forged = replace(kept, places=(*kept.places[:at], other, *kept.places[at + 1 :]))
    assert came_out(forged, kept.pool) == "otherwise"
    assert came_out(replace(kept, places=kept.places[1:]), kept.pool) == "otherwise"
    assert came_out(replace(kept, people=kept.people[1:]), kept.pool) == "people have left"


@pytest.fixture
def shown(show, said):
    """Five people, each with three entries."""
    for email in EMAILS:
        show(email)
        for number in range(3):
            said(email, f"{email} says {number}", days=28)


@pytest.fixture
def look(app, visitor):
    """`look(slots)` opens the homepage in both languages in each of so many slots."""

    def at(slots: int) -> None:
        now = clock.now()
        for slot in range(slots):
            with clock.set_to(now + slot * timedelta(minutes=15)):
                for path in ("/", "/fr/", "/?x=1"):
                    assert visitor.get(path, headers={"User-Agent": AGENT}).status_code == 200
        app.extensions["drawn"].write()

    return at


@pytest.fixture
def audit(app):
    """`audit()` is the exit status and what the command says, two hours from now."""

    def run():
        with clock.set_to(clock.now() + timedelta(hours=2)):
            found = CliRunner().invoke(homepage, ["audit"], obj=lambda: app)
        return found.exit_code, found.output

    return run


def kept(db) -> list[int]:
    found = [db.scalar(select(func.count()).select_from(one)) for one in TABLES]
    db.rollback()
    return found


TABLES = (Draw, DrawPerson, DrawPlace)


def test_what_was_shown_is_repeated(shown, look, audit, db):
    look(4)
    look(1)
    assert kept(db) == [8, 5, 40], "once per slot and language, whoever makes the page"
    status, told = audit()
    assert status == 0
    assert "8 draws were shown in 14 days.\n8 come out the same.\n" in told


def test_what_was_not_drawn_so_is_found(shown, look, audit, db):
    look(2)
    place = db.scalars(select(DrawPlace).where(DrawPlace.place == 2)).first()
    other = next(code for code, *_ in place.posts if code != place.shown)
    db.execute(
        update(DrawPlace).where(DrawPlace.draw_id == place.draw_id, DrawPlace.place == 2)
        .values(shown=other)
    )  # fmt: skip
    db.commit()
    status, told = audit()
    assert status == 1
    assert told.count("comes out otherwise.") == 1
    assert "3 come out the same." in told


@pytest.mark.parametrize(
    "act",
    [showing.opt_out, showing.leave, leave, lambda db, person: db.delete(person)],
    ids=["page taken down", "takes no part", "left the company", "erased"],
)
def test_who_is_not_shown_any_more_is_in_no_draw(shown, look, audit, database, db, act):
    look(2)
    ada = db.scalar(select(Person.id).where(Person.email == Cast.ENGINEER))
    code = db.scalar(select(Person.code).where(Person.id == ada))
    db.rollback()
    with database.writing() as writing:
        person = person_by_email(writing, Cast.ENGINEER)
        if act not in (showing.opt_out, showing.leave, leave):
            showing.opt_out(writing, person)
            writing.flush()
        act(writing, person)
        writing.commit()
    for table in (DrawPerson, DrawPlace):
        assert db.scalars(select(table).where(table.person_id == ada)).all() == []
    assert kept(db) == [4, 4, 16]
    status, told = audit()
    assert status == 0
    assert "4 cannot be repeated any more" in told
    assert code not in told


def test_who_left_before_it_was_written_is_not_written(app, shown, visitor, database, db):
    visitor.get("/", headers={"User-Agent": AGENT})
    with database.writing() as writing:
        showing.opt_out(writing, person_by_email(writing, Cast.ENGINEER))
        writing.commit()
    app.extensions["drawn"].write()
    assert kept(db) == [1, 4, 4]


def test_after_two_weeks_nothing_is_kept(shown, look, database, db):
    look(2)
    for days, expected in ((13, [4, 5, 20]), (15, [0, 0, 0])):
        with clock.set_to(clock.now() + timedelta(days=days)), database.writing() as writing:
            forget(writing)
            writing.commit()
        assert kept(db) == expected


def test_a_slot_in_which_all_changes_all_the_time_keeps_few(
    app, shown, visitor, db, monkeypatch, database
):
    monkeypatch.setattr("careers.home.past_draws.MOST", 3)
    with clock.set_to(clock.now()):
        for email in EMAILS:
            with database.writing() as writing:
                showing.opt_out(writing, person_by_email(writing, email))
                writing.commit()
            visitor.get("/", headers={"User-Agent": AGENT})
            app.extensions["drawn"].write()
    assert db.scalar(select(func.count(Draw.id))) == 3
