"""A campaign is made once, with a link for each poster."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from careers.base.people import person_by_email
from referrals import printing
from referrals.campaigns import campaign_named
from referrals.models import Campaign, ShareLink
from referrals.targets import job_target
from referrals.typed_codes import check_digit, grouped, read_typed_code
from tests.cast import Cast
from tests.referrals.printing.campaign_pages import new, text


def test_a_campaign_has_a_link_for_each_poster(ada, db, job):
    answer = new(ada, f"job:{job.slug}")
    assert answer.status_code == 303
    page = text(ada.get(answer.location))
    made = list(db.scalars(select(ShareLink).order_by(ShareLink.id)))
    assert [link.name for link in made] == ["Poster 1", "Poster 2", "Poster 3"]
    for link in made:
        assert link.is_printed
        assert (link.channel, link.job_id, link.words) == ("qr", job.id, "")
        assert read_typed_code(link.typed_code) == link.typed_code
        assert grouped(link.typed_code) in page
        assert link.name in page
    assert "Open day" in text(ada.get("/me/campaigns"))


@pytest.mark.parametrize("count", ["0", "201", "-3", "many", ""])
def test_there_are_from_1_to_200_links(ada, db, job, count):
    answer = new(ada, f"job:{job.slug}", count=count)
    assert answer.status_code == 422
    assert 'value="Open day"' in text(answer)
    assert db.scalar(select(func.count()).select_from(Campaign)) == 0


def test_two_hundred_links_are_made_at_once(ada, db, job):
    assert new(ada, f"job:{job.slug}", count="200").status_code == 303
    assert db.scalar(select(func.count(ShareLink.typed_code.distinct()))) == 200


def test_the_same_form_twice_makes_one_campaign_and_shows_it(ada, db, job):
    first = new(ada, f"job:{job.slug}")
    second = new(ada, f"job:{job.slug}")
    assert second.status_code == 422
    assert "You have a campaign of this name already." in text(second)
    assert f'href="{first.location}"' in text(second)
    assert db.scalar(select(func.count()).select_from(ShareLink)) == 3


def test_the_same_form_at_once_makes_one_campaign(app, visit_as, db, job):
    browsers = [visit_as(Cast.ENGINEER) for _ in range(4)]
    fields = [
        {
            "form_token": browser.form_token("/me/campaigns/new"), "name": "Open day",
            "count": "30", "label": "Table", "target": f"job:{job.slug}",
        }
        for browser in browsers
    ]  # fmt: skip
    got: list[int] = []

    def send(browser, sent):
        got.append(browser.client.post("/me/campaigns/new", data=sent).status_code)

    threads = [
        threading.Thread(target=send, args=pair) for pair in zip(browsers, fields, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [303, 422, 422, 422]
    assert db.scalar(select(func.count()).select_from(ShareLink)) == 30


def test_two_people_may_use_one_name(ada, visit_as, job):
    assert new(ada, f"job:{job.slug}").status_code == 303
    assert new(visit_as(Cast.COLLEAGUE), f"job:{job.slug}").status_code == 303


def test_a_typed_code_that_is_taken_is_tried_again(db, campaign, job, links):
    ada = person_by_email(db, Cast.ENGINEER)
    free = [stem + check_digit(stem) for stem in ("00000", "00001", "00002")]
    drawn = iter([links[0].typed_code, free[0], links[1].typed_code, free[0], free[1], free[2]])
    made = printing.make_campaign(
        db, ada, "Next", job_target(job), ["A", "B", "C"], lambda: next(drawn)
    )
    db.commit()
    codes = {
        printed.link.name: printed.link.typed_code for printed in printing.printed_links(db, made)
    }
    assert sorted(codes) == ["A", "B", "C"]
    assert set(codes.values()) == set(free)


def test_when_no_code_is_free_nothing_is_made(db, campaign, job, links):
    ada = person_by_email(db, Cast.ENGINEER)
    with pytest.raises(RuntimeError):
        printing.make_campaign(db, ada, "Next", job_target(job), ["A"], lambda: links[0].typed_code)
    db.rollback()
    assert campaign_named(db, ada, "Next") is None
