"""Printed links are changed afterwards, by their owner alone."""

from __future__ import annotations

import re

from sqlalchemy import select

from careers.base.people import person_by_email
from referrals import printing
from referrals.models import Click, ShareLink
from referrals.targets import job_target
from tests.cast import Cast
from tests.referrals.conftest import BROWSER
from tests.referrals.printing.campaign_pages import text


def act(browser, campaign, what, chosen, **fields):
    page = f"/me/campaigns/{campaign.code}/links?link={chosen[0].code}"
    sent = {"link": [link.code for link in chosen], **fields}
    return browser.post(f"/me/campaigns/{campaign.code}/{what}", sent, form_on=page)


# -- changing them -----------------------------------------------------------------------------------


def test_printed_links_lead_elsewhere_at_once_after_they_were_followed(
    ada, visitor, campaign, links, other_job
):
    for link in links[:3]:
        assert "/jobs/engineer-x?via=" in visitor.get(f"/r/{link.code}", headers=BROWSER).location
    answer = act(ada, campaign, "redirection", links[:2], target=f"job:{other_job.slug}")
    assert answer.status_code == 303
    went = [visitor.get(f"/r/{link.code}", headers=BROWSER).location for link in links[:3]]
    assert "/fr/jobs/ingenieure-y?via=" in went[0]
    assert "/fr/jobs/ingenieure-y?via=" in went[1]
    assert "/jobs/engineer-x?via=" in went[2]


def test_clicks_stay_with_what_the_link_led_to(
    ada, visitor, db, campaign, links, job, other_job, ingested
):
    visitor.get(f"/r/{links[0].code}", headers=BROWSER)
    act(ada, campaign, "redirection", links[:1], target=f"job:{other_job.slug}")
    visitor.get(
        f"/r/{links[0].code}", headers={**BROWSER, "User-Agent": BROWSER["User-Agent"] + "x"}
    )
    ingested()
    assert sorted(db.scalars(select(Click.job_id))) == sorted([job.id, other_job.id])


def test_a_foreign_address_is_refused_and_nothing_changes(ada, db, campaign, links, job):
    answer = act(
        ada, campaign, "redirection", links[:1], where="https://evil.example/", looked="",
        target="jobs:",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "not on our site" in text(answer)
    db.expire_all()
    assert links[0].job_id == job.id


def test_a_link_that_is_off_leads_on_and_brings_nothing_until_it_is_on_again(
    ada, visitor, db, campaign, links
):
    address = f"/r/{links[0].code}"
    assert "via=" in visitor.get(address, headers=BROWSER).location
    act(ada, campaign, "switch", links[:1], to="off")
    assert visitor.get(address, headers=BROWSER).location == "/jobs/engineer-x"
    assert visitor.post("/code", {"code": links[0].typed_code}).location == "/jobs/engineer-x"
    assert "off since" in text(ada.get(f"/me/campaigns/{campaign.code}"))
    act(ada, campaign, "switch", links[:1], to="on")
    assert "via=" in visitor.get(address, headers=BROWSER).location


def test_switching_off_twice_keeps_the_first_moment(ada, db, campaign, links):
    act(ada, campaign, "switch", links[:1], to="off")
    first = db.scalar(select(ShareLink.paused_at).where(ShareLink.id == links[0].id))
    act(ada, campaign, "switch", links[:2], to="off")
    assert db.scalar(select(ShareLink.paused_at).where(ShareLink.id == links[0].id)) == first


def test_a_link_is_called_otherwise(ada, db, campaign, links):
    act(ada, campaign, "name", links[:1], label="  By the   door ")
    assert "By the door" in text(ada.get(f"/me/campaigns/{campaign.code}"))
    for wrong in ("", "  ", "x" * 81):
        assert act(ada, campaign, "name", links[:1], label=wrong).status_code == 422


def test_people_who_came_by_each_link_are_shown(ada, visitor, campaign, links, ingested):
    visitor.get(f"/r/{links[0].code}", headers=BROWSER)
    ingested()
    numbers = re.findall(
        r'data-label="People">(\d+)<', text(ada.get(f"/me/campaigns/{campaign.code}"))
    )
    assert numbers == ["1"] + ["0"] * 11


# -- whose they are ----------------------------------------------------------------------------------


def test_anothers_campaign_is_not_there(visit_as, db, campaign, links):
    carl = visit_as(Cast.COLLEAGUE)
    code = campaign.code
    for path in ("", f"/links?link={links[0].code}", "/sheets.pdf?format=a6"):
        assert carl.get(f"/me/campaigns/{code}{path}").status_code == 404
    for what in ("name", "redirection", "switch"):
        sent = {"link": links[0].code, "to": "off", "target": "jobs:", "label": "Mine"}
        answer = carl.post(f"/me/campaigns/{code}/{what}", sent, form_on="/me/campaigns/new")
        assert answer.status_code == 404
    db.expire_all()
    assert (links[0].paused_at, links[0].name) == (None, "Table 1")


def test_a_link_of_another_campaign_is_not_among_the_chosen(ada, db, campaign, links, job):
    edith = person_by_email(db, Cast.EDITOR)
    theirs = printing.make_campaign(db, edith, "Theirs", job_target(job), ["One"])
    db.commit()
    foreign = printing.printed_links(db, theirs)[0].link
    code = campaign.code
    chosen = f"link={links[0].code}&link={foreign.code}"
    assert ada.get(f"/me/campaigns/{code}/links?{chosen}").status_code == 404
    assert ada.get(f"/me/campaigns/{code}/sheets.pdf?format=a6&{chosen}").status_code == 404
    assert act(ada, campaign, "switch", [links[0], foreign], to="off").status_code == 404
    db.expire_all()
    assert links[0].paused_at is None


def test_changing_none_says_to_choose(ada, campaign):
    answer = ada.get(f"/me/campaigns/{campaign.code}/links", follow_redirects=True)
    assert "Choose at least one first." in text(answer)
