"""What comes back of a form that was not taken, and what never does."""

from __future__ import annotations

from io import BytesIO

from careers.base.people import person_by_email
from tests.cast import Cast
from tests.unsent import HERE, send_again


def test_passwords_never_come_back(visitor):
    sent = {"email": "ada@acme.example", "password": "my secret words", "form_token": "long ago"}
    answer = visitor.client.post("/sign-in", data=sent, headers=HERE)
    assert answer.status_code == 400
    assert "secret" not in answer.text
    assert "ada@acme" not in answer.text


def test_a_form_with_a_file_comes_back_as_words_alone(visit_as):
    ada = visit_as(Cast.ENGINEER)
    sent = {"form_token": "old", "words": "Beside a file.", "picture": (BytesIO(b"x"), "me.png")}
    answer = ada.client.post("/me/portrait", data=sent, headers=HERE)
    assert answer.status_code == 400
    assert "Beside a file.</pre>" in answer.text
    assert "Send it once more" not in answer.text


def test_an_act_without_words_is_one_click_away_in_the_same_language(visit_as, db):
    """A button of a page that was open too long, pressed in French."""
    ada = visit_as(Cast.ENGINEER)
    sent = {"form_token": "old", "articles": "removed"}
    answer = ada.client.post("/fr/me/consents/articles?from=here", data=sent, headers=HERE)
    assert 'action="/fr/me/consents/articles?from=here"' in answer.text
    assert "Ce que vous avez écrit" not in answer.text
    assert send_again(ada.client, answer).status_code == 303
    db.expire_all()
    assert person_by_email(db, Cast.ENGINEER).articles_after == "removed"


def test_scripts_are_answered_shortly(visit_as):
    ada = visit_as(Cast.ENGINEER)
    sent = {"form_token": "old", "words": "What I wrote."}
    for headers in ({"HX-Request": "true"}, {"Accept": "application/json"}):
        answer = ada.client.post("/me/profile/preview", data=sent, headers=HERE | headers)
        assert answer.status_code == 400
        assert "What I wrote." not in answer.text


def test_the_next_page_tells_the_browser_what_the_site_has(visit_as):
    """Once, and only where something was taken."""
    ada = visit_as(Cast.ENGINEER)
    draft = "unsent:abc:/me/profile:x1"
    fields = {"headline": "Keeps clocks", "version": "0", "draft": draft}
    refused = ada.post("/me/profile", fields | {"headline": "x" * 300})
    assert refused.status_code == 422
    assert f'data-taken="{draft}"' not in ada.get("/me/profile").text
    assert ada.post("/me/profile", fields).status_code == 303
    assert f'data-taken="{draft}"' in ada.get("/me/profile").text
    assert "data-taken" not in ada.get("/me/profile").text
