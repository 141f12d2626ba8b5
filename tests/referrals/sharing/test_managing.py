"""What one does with a link of one's own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from careers.base.audit import Act
from referrals.models import Campaign, ShareLink
from tests.cast import Cast
from tests.referrals.conftest import BROWSER
from tests.referrals.sharing.panel_answers import made, shown


def test_a_link_gets_a_name_that_lists_show_beside_its_title(visit_as, link):
    ada, page = visit_as(Cast.ENGINEER), f"/me/links/{link.code}"
    ada.post(f"{page}/name", {"name": "  For the\n fair " + "x" * 100}, form_on=page)
    for address in ("/me/links", page):
        text = shown(ada.get(address))
        assert "For the fair xxx" in text
        assert "Engineer" in text
    ada.post(f"{page}/name", {"name": " "}, form_on=page)
    assert "For the fair" not in shown(ada.get("/me/links"))


def test_a_paused_link_leads_on_but_brings_nothing_until_it_is_resumed(visit_as, visitor, link, db):
    ada, page = visit_as(Cast.ENGINEER), f"/me/links/{link.code}"
    assert "via=" in visitor.get(f"/r/{link.code}", headers=BROWSER).location
    ada.post(f"{page}/pause", form_on=page)
    ada.post(f"{page}/pause", form_on=page)
    assert visitor.get(f"/r/{link.code}", headers=BROWSER).location == "/jobs/engineer-x"
    assert "Paused since" in shown(ada.get(page))
    assert "paused" in shown(ada.get("/me/links"))
    ada.post(f"{page}/resume", form_on=page)
    assert "via=" in visitor.get(f"/r/{link.code}", headers=BROWSER).location
    assert "Paused since" not in shown(ada.get(page))
    acts = select(Act.what).where(Act.what.like("link:%")).order_by(Act.id)
    assert db.scalars(acts).all() == ["link:pause", "link:resume"]


def test_links_are_gathered_in_campaigns_of_ones_own(visit_as, link, db):
    ada, page = visit_as(Cast.ENGINEER), f"/me/links/{link.code}"
    ada.post(f"{page}/campaign", {"new": "Spring fair"}, form_on=page)
    other = made(ada, "/jobs/share")["page"]
    ada.post(f"{other}/campaign", {"new": "Spring  fair "}, form_on=other)
    campaign = db.scalars(select(Campaign)).one()
    assert shown(ada.get("/me/links")).count(">Spring fair</span>") == 2
    ada.post(f"{page}/campaign", {"campaign": ""}, form_on=page)
    assert shown(ada.get("/me/links")).count(">Spring fair</span>") == 1
    ada.post(f"{page}/campaign", {"campaign": campaign.code}, form_on=page)
    assert shown(ada.get("/me/links")).count(">Spring fair</span>") == 2
    carl = visit_as(Cast.COLLEAGUE)
    his = made(carl, "/jobs/share")["page"]
    answer = carl.post(f"{his}/campaign", {"campaign": campaign.code}, form_on=his)
    assert answer.status_code == 404
    assert "Spring fair" not in shown(carl.get(his))


def test_a_printed_link_stays_in_a_campaign(visit_as, link, db):
    ada, page = visit_as(Cast.ENGINEER), f"/me/links/{link.code}"
    ada.post(f"{page}/campaign", {"new": "Posters"}, form_on=page)
    db.refresh(link)
    link.is_printed = True
    db.commit()
    assert '<option value="">' not in shown(ada.get(page))
    assert ada.post(f"{page}/campaign", {"campaign": ""}, form_on=page).status_code == 400
    assert "Posters" in shown(ada.get("/me/links"))


def test_a_text_is_changed_for_one_link(visit_as, link, db):
    ada, page = visit_as(Cast.ENGINEER), f"/me/links/{link.code}"
    ada.post(f"{page}/text", {"words": "{title}: \r\nask me."}, form_on=page)
    assert f"Engineer:<br>ask me.<br>http://127.0.0.1:8000/r/{link.code}" in shown(ada.get(page))
    ada.post(f"{page}/text", {"words": "x" * 1001}, form_on=page)
    assert "under 1000 characters" in shown(ada.get(page))
    db.expire_all()
    assert db.scalars(select(ShareLink.words)).one() == "Engineer:\nask me."


@pytest.mark.parametrize("act", ["text", "name", "pause", "resume", "campaign", "server"])
def test_nobody_manages_a_link_of_somebody_else(visit_as, link, db, act):
    carl = visit_as(Cast.COLLEAGUE)
    before = {c.name: getattr(link, c.key) for c in ShareLink.__table__.columns}
    answer = carl.post(
        f"/me/links/{link.code}/{act}",
        {"words": "x", "name": "x", "new": "x", "instance": "x.example"},
        form_on="/jobs/share",
    )
    assert answer.status_code == 404
    db.expire_all()
    assert {c.name: getattr(link, c.key) for c in ShareLink.__table__.columns} == before
