"""Who is named on a share card, and only while they may be."""

from __future__ import annotations

import re

import pytest

from careers.base import clock
from careers.base.people import leave, person_by_email
from experts.showing import opt_out
from referrals.sharing import share
from referrals.targets import article_target
from tests.cast import Cast
from tests.referrals.cards.card_pages import (
    BASE,
    FETCHER,
    Head,
    address,
    head_of,
    kept,
    picture,
    sweep,
)


@pytest.mark.parametrize("sharer", ["shown", "hidden", "paused", "left"])
@pytest.mark.parametrize("kind", ["job", "jobs", "article", "expert"])
def test_a_sharer_is_on_the_card_only_while_they_show_themselves(
    visitor, links, show, db, kind, sharer
):
    link = links[kind]
    if sharer != "hidden":
        show(Cast.ENGINEER)
    if sharer == "paused":
        link.paused_at = clock.now()
    if sharer == "left":
        leave(db, link.person)
    db.commit()
    preview = visitor.get(f"/r/{link.code}", headers=FETCHER).get_data(as_text=True)
    assert ("Ada" in preview) == (sharer == "shown")
    assert "Engel" not in preview
    head = Head(preview)
    assert ("Ada works" in head.one("og:image:alt")) == (sharer == "shown")
    if kind in {"job", "jobs"}:
        assert ("someone who works here" in preview) == (sharer == "hidden")
    present = head.one("og:image").removeprefix(BASE)
    drawn = {}
    for language in ("en", "fr"):
        stem = f"/r/{link.code}/card.{language}"
        answer = visitor.get(f"{stem}.old.png")
        assert answer.status_code == 302
        assert answer.location.startswith(f"{stem}.")
        drawn[answer.location] = picture(visitor.get(answer.location))
    assert len(drawn) == 2
    assert present in drawn


def test_whoever_shares_and_whom_it_is_about_stand_on_one_card(visitor, links, show):
    show(Cast.ENGINEER)
    assert "Ada works with Rosa" in head_of(visitor, f"/r/{links['expert'].code}").one(
        "og:image:alt"
    )
    alt = head_of(visitor, f"/r/{links['article'].code}").one("og:image:alt")
    assert "Article by Edith Martin. Nine bytes. What we spared. Ada works with Edith" in alt


def test_an_author_who_shares_stands_on_the_card_once(visitor, article, show, db):
    show(Cast.EDITOR)
    link = share(db, person_by_email(db, Cast.EDITOR), article_target(article), "x")
    db.commit()
    assert "Edith works here" in head_of(visitor, f"/r/{link.code}").one("og:image:alt")


@pytest.mark.parametrize("kind", ["job", "jobs", "article", "expert", "own article"])
@pytest.mark.parametrize("speaks", ["en", "fr"])
def test_of_a_link_whose_owner_has_left_nothing_says_that_they_work_here(
    app, visitor, links, article, show, db, kind, speaks
):
    ada = person_by_email(db, Cast.ENGINEER)
    show(Cast.ENGINEER)
    ada.language = speaks
    link = links[kind.removeprefix("own ")]
    if link.article or link.job:
        (link.article or link.job).language = speaks
    if kind == "own article":
        article.author_id = ada.id
    db.commit()
    before = visitor.get(f"/r/{link.code}", headers=FETCHER).get_data(as_text=True)
    assert "Ada" in before
    old = Head(before).one("og:image").removeprefix(BASE)
    picture(visitor.get(old))
    leave(db, ada)
    db.commit()
    after = visitor.get(f"/r/{link.code}", headers=FETCHER).get_data(as_text=True)
    assert "og:description" in after
    said = re.sub("(Edith|Rosa) (works here|travaille ici)", "", after)  # whom it is about do
    for word in ("Ada", "Engel", "works here", "travaille ici", "Shared by", "Partagé par"):
        assert word not in said, word
    answer = visitor.get(old)
    assert answer.status_code == 302
    assert answer.location != old
    picture(visitor.get(answer.location))
    if kind == "own article":
        assert "Article." in Head(after).one("og:image:alt")


def test_a_closed_job_says_so(visitor, link, job, db):
    before = address(visitor, link)
    job.closed_at = clock.now()
    db.commit()
    head = head_of(visitor, f"/r/{link.code}")
    assert head.one("og:title") == "No longer open: Engineer"
    assert head.one("og:image:alt").startswith("No longer open. Engineer. Lyon.")
    assert "filled or was withdrawn" in head.one("og:description")
    assert address(visitor, link) != before


@pytest.mark.parametrize("kind", ["article", "expert"])
def test_of_a_withdrawn_target_nothing_is_left(app, visitor, links, article, db, kind):
    link = links[kind]
    present = address(visitor, link)
    picture(visitor.get(present))
    neutral = {"article": "/cards/article/nine-bytes", "expert": "/cards/expert/rosa-klein"}[kind]
    picture(visitor.get(visitor.get(f"{neutral}.en.x.png").location))
    if kind == "article":
        article.state = "withdrawn"
    else:
        opt_out(db, person_by_email(db, Cast.RECRUITER))
    db.commit()
    for path in (f"/r/{link.code}", present, f"{neutral}.en.x.png"):
        answer = visitor.get(path, headers=FETCHER)
        assert answer.status_code == 410, path
        text = answer.get_data(as_text=True)
        assert not any(word in text for word in ("Nine bytes", "Rosa", "og:image", "clocks"))
    sweep(app)
    assert kept(app) == []
