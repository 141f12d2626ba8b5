"""What helps somebody who has no page yet to one they like, and back to it."""

from __future__ import annotations

import io

from PIL import Image

from tests.cast import Cast


def photograph() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (240, 240), "#806040").save(out, "JPEG")
    return out.getvalue()


def test_the_first_page_leads_who_has_shared_nothing_to_their_own(visit_as, show):
    ada = visit_as(Cast.ENGINEER)
    assert "Write my page" in ada.get("/me/links").text
    show(Cast.ENGINEER)
    assert "Write my page" not in ada.get("/me/links").text


def test_ones_own_page_leads_to_changing_it_and_nobody_elses_does(visitor, visit_as, show):
    show(Cast.ENGINEER)
    assert "Change my page" in visit_as(Cast.ENGINEER).get("/experts/ada-engel").text
    for other in (visitor, visit_as(Cast.EDITOR)):
        assert "Change my page" not in other.get("/experts/ada-engel").text


def test_a_page_with_a_biography_says_nothing_of_what_is_not_there(visitor, show, wrote):
    show(Cast.ENGINEER)
    assert "Ada has not published anything yet." in visitor.get("/experts/ada-engel").text
    show(Cast.ENGINEER, biography="I like clocks.")
    assert "What Ada says" not in visitor.get("/experts/ada-engel").text
    wrote(Cast.ENGINEER, "Clocks lie")
    assert "What Ada says" in visitor.get("/experts/ada-engel").text


def test_who_shows_their_photograph_stays_beside_it(visit_as):
    ada = visit_as(Cast.ENGINEER)
    assert "Add a photograph" in ada.get("/me/profile").text
    sent = {"photograph": (io.BytesIO(photograph()), "me.jpg")}
    ada.post("/me/portrait", sent, content_type="multipart/form-data")
    assert "Add a photograph" not in ada.get("/me/profile").text
    given = ada.post("/me/consents/portrait/give", {"on": "portrait"}, form_on="/me/portrait")
    assert given.location == "/me/portrait"
    given = ada.post("/me/consents/talks/give", form_on="/me/consents")
    assert given.location == "/me/consents"


def test_what_is_agreed_to_is_said_as_what_it_is(visit_as):
    ada = visit_as(Cast.ENGINEER)
    ada.post("/me/consents/questions/give", form_on="/me/consents")
    assert "visitors may ask you something while your page is shown" in ada.get("/me/consents").text
