"""Every public page names one share card, in the right language."""

from __future__ import annotations

from urllib.robotparser import RobotFileParser

import pytest

from careers.base import clock
from careers.base.people import person_by_email
from tests.cast import Cast
from tests.referrals.cards.card_pages import BASE, FETCHER, Head, address, head_of, picture

PAGES = [
    "/", "/jobs", "/jobs/engineer-x", "/blog", "/blog/nine-bytes", "/experts",
    "/experts/edith-martin",
]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_every_public_page_names_one_card_that_is_there(visitor, job, article, show, prefix):
    show(Cast.EDITOR)
    for path in PAGES:
        head = head_of(visitor, (prefix + path).rstrip("/") or "/")
        image = head.one("og:image")
        assert image.startswith(f"{BASE}/cards/"), path
        picture(visitor.get(image.removeprefix(BASE)))
        assert (head.one("og:image:width"), head.one("og:image:height")) == ("1200", "630")
        assert head.one("og:image:alt")
        assert head.one("twitter:card") == "summary_large_image"
        assert head.one("og:locale") in {"en_GB", "fr_FR"}
        assert head.one("og:url").startswith(BASE)
        assert len([rel for rel, _ in head.links if rel == "canonical"]) == 1, path
        assert not [there for there in head.loads if not there.startswith("/")], path


def test_a_page_in_both_languages_says_so(visitor, job):
    head = head_of(visitor, "/fr/jobs")
    assert (head.one("og:locale"), head.one("og:locale:alternate")) == ("fr_FR", "en_GB")
    assert ("canonical", f"{BASE}/fr/jobs") in head.links
    assert ".fr." in head.one("og:image")


def test_the_card_of_a_job_is_in_the_language_of_the_job(visitor, link, job, db):
    job.language = "fr"
    db.commit()
    assert ".fr." in head_of(visitor, "/jobs/engineer-x").one("og:image")
    assert ".fr." in address(visitor, link)


def test_the_card_of_all_jobs_is_in_the_language_of_the_sharer(visitor, links, db):
    links["jobs"].person.language = "fr"
    db.commit()
    assert ".fr." in address(visitor, links["jobs"])


def test_a_preview_loads_nothing_and_asks_not_to_be_indexed(visitor, link):
    answer = visitor.get(f"/r/{link.code}", headers=FETCHER)
    head = Head(answer.get_data(as_text=True))
    assert head.loads == head.links == []
    assert head.one("robots") == "noindex"
    assert visitor.get(address(visitor, link)).headers["X-Robots-Tag"] == "noindex"


def test_the_card_of_all_jobs_counts_them(visitor, job, db):
    assert "1 job," in head_of(visitor, "/jobs").one("og:image:alt")
    job.closed_at = clock.now()
    db.commit()
    assert "Nothing is open right now" in head_of(visitor, "/jobs").one("og:image:alt")


def test_robots_that_fetch_previews_may_and_those_that_search_may_not(visitor, link):
    rules = RobotFileParser()
    rules.parse(visitor.get("/robots.txt").get_data(as_text=True).splitlines())
    for path in (f"/r/{link.code}", address(visitor, link)):
        assert rules.can_fetch("Twitterbot/1.0", path)
        assert rules.can_fetch("LinkedInBot/1.0 (compatible)", path)
        assert not rules.can_fetch("Googlebot/2.1", path)
    assert rules.can_fetch("Googlebot/2.1", "/cards/home.en.x.png")


def test_a_name_that_our_fonts_cannot_write_leaves_no_half_sentence(visitor, link, show, db):
    show(Cast.ENGINEER)
    person_by_email(db, Cast.ENGINEER).name = "Инна Петрова"
    db.commit()
    head = head_of(visitor, f"/r/{link.code}")
    assert "Works at Entourage." in head.one("og:image:alt")
    assert "Инна works here" in head.one("og:description")
    picture(visitor.get(address(visitor, link)))
