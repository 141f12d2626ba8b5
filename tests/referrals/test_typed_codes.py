"""Typed codes: the check digit, what is forgiven, the page for codes, codes in applications."""

from __future__ import annotations

import io
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from careers.app import create_app
from careers.base import clock
from careers.base.people import person_by_email
from careers.base.web import limiter
from careers.blog.models import Article
from careers.hiring.models import Application
from referrals.models import Receipt, Touch
from referrals.sharing import share
from referrals.targets import all_jobs, article_target, job_target
from referrals.typed_codes import ALPHABET, check_digit, grouped, read_typed_code, typed_code
from tests.cast import Cast
from tests.conftest import Visitor
from tests.documents import pdf
from tests.referrals.conftest import BROWSER

STEMS = st.text(ALPHABET, min_size=5, max_size=5)


# -- the rules -----------------------------------------------------------------------------------


@given(STEMS)
def test_a_code_reads_as_itself(stem):
    code = stem + check_digit(stem)
    assert read_typed_code(code) == code


@given(STEMS)
def test_every_single_wrong_character_is_found(stem):
    code = stem + check_digit(stem)
    for place, right in enumerate(code):
        for wrong in ALPHABET.replace(right, ""):
            assert read_typed_code(code[:place] + wrong + code[place + 1 :]) is None


def test_nearly_every_pair_of_neighbours_changed_round_is_found():
    chance = random.Random(33)
    tried = found = 0
    for _ in range(4_000):
        stem = "".join(chance.choices(ALPHABET, k=5))
        code = stem + check_digit(stem)
        for place in range(5):
            if code[place] != code[place + 1]:
                turned = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
                tried += 1
                found += read_typed_code(turned) is None
    assert found / tried > 0.995  # 99.8 % over 190,000 of them


LOOK_ALIKES = {"0": "0Oo", "1": "1IiLl", "V": "VvUu"}


@given(STEMS, st.data())
def test_case_look_alikes_and_what_stands_between_are_forgiven(stem, data):
    code = stem + check_digit(stem)
    written = "".join(
        data.draw(st.sampled_from(LOOK_ALIKES.get(character, character + character.lower())))
        + data.draw(st.sampled_from(["", " ", "-", "\u2013", "\u00a0", "."]))
        for character in code
    )
    assert read_typed_code(f"  {written} ") == code
    assert read_typed_code(grouped(code)) == code


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_is_not(text):
    read = read_typed_code(text)
    assert read is None or (len(read) == 6 and check_digit(read[:5]) == read[5])


def test_codes_have_no_letter_that_looks_like_a_digit():
    assert not set("ILOU") & set("".join(typed_code() for _ in range(500)))


# -- the page for codes --------------------------------------------------------------------------


def test_a_code_leads_to_its_target_in_the_name_of_whoever_gave_it(visitor, link, job):
    answer = visitor.post("/code", {"code": grouped(link.typed_code).lower()})
    assert answer.status_code == 303
    assert answer.location == f"/jobs/{job.slug}?via={link.code}.typed"
    page = visitor.get(answer.location, headers=BROWSER).get_data(as_text=True)
    assert f"/jobs/{job.slug}/apply?via={link.code}.typed" in page


def test_a_code_keeps_the_language_in_which_it_was_typed(app, visitor, db, job):
    with app.app_context():
        link = share(db, person_by_email(db, Cast.ENGINEER), all_jobs(), "qr")
        to_job = share(db, person_by_email(db, Cast.ENGINEER), job_target(job), "qr")
    db.commit()
    answer = visitor.post("/fr/code", {"code": link.typed_code})
    assert answer.location == f"/fr/jobs?via={link.code}.typed"
    answer = visitor.post("/fr/code", {"code": to_job.typed_code})
    assert answer.location == f"/fr/jobs/{job.slug}?via={to_job.code}.typed"
    job.language = "fr"  # who typed it where no language was chosen reads that of the job
    db.commit()
    answer = visitor.post("/code", {"code": to_job.typed_code})
    assert answer.location == f"/fr/jobs/{job.slug}?via={to_job.code}.typed"


@pytest.mark.parametrize("typed", ["", "K7F2QX", "K7F2Q", "<b>nonsense</b>", "9" * 5_000])
def test_a_wrong_code_is_kept_and_the_page_says_how_codes_look(visitor, link, typed):
    answer = visitor.post("/code", {"code": typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Six letters and digits, like K7F 2QX" in page
    assert 'aria-invalid="true"' in page
    assert "<b>nonsense" not in page
    assert link.typed_code not in page
    if typed and len(typed) < 40:
        kept = re.search(r'name="code" value="([^"]*)"', page)[1]
        assert kept.replace("&lt;", "<").replace("&gt;", ">") == typed


def test_a_right_code_that_nobody_has_is_no_different(visitor, link):
    free = "00000" + check_digit("00000")
    assert visitor.post("/code", {"code": free}).status_code == 422


def test_a_code_of_who_has_left_or_switched_it_off_leads_on_in_nobodys_name(visitor, db, link, job):
    link.paused_at = clock.now()
    left = share(db, person_by_email(db, Cast.GONE), job_target(job), "qr")
    db.commit()
    for code in (link.typed_code, left.typed_code):
        answer = visitor.post("/code", {"code": code})
        assert answer.status_code == 303
        assert answer.location == f"/jobs/{job.slug}"


def test_a_code_of_an_article_that_was_taken_back_says_so(visitor, db):
    ada = person_by_email(db, Cast.ENGINEER)
    article = Article(
        author_id=ada.id, slug="a-story", title="A story", state="published",
        published_at=clock.now(),
    )  # fmt: skip
    db.add(article)
    db.flush()
    link = share(db, ada, article_target(article), "qr")
    article.state = "withdrawn"
    db.commit()
    answer = visitor.post("/fr/code", {"code": link.typed_code})
    assert answer.status_code == 303
    assert answer.location == f"/fr/r/{link.code}/withdrawn?via={link.code}"
    page = visitor.get(answer.location)
    assert page.status_code == 410
    assert "n’est plus visible" in page.get_data(as_text=True)


@pytest.fixture
def strict(settings):
    """The site with its rate limits, as when it serves."""
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    yield app
    app.extensions["database"].dispose()
    limiter.enabled = False


def test_nobody_tries_codes_all_day(strict):
    visitor = Visitor(strict)
    answers = [visitor.post("/code", {"code": "K7F2QX"}) for _ in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [422] * 20
    assert answers[20].status_code == 429


def test_the_field_helps_on_a_phone(visitor):
    page = visitor.get("/code").get_data(as_text=True)
    field = re.search(r"<input id=\"code\"[^>]*>", page)[0]
    for said in ('autocapitalize="characters"', 'autocomplete="off"', 'spellcheck="false"'):
        assert said in field
    assert "I have a code" in page


# -- in an application ---------------------------------------------------------------------------


def fields(page: str, **more) -> dict:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return {
        **hidden,
        "name": "Nadia Rossi",
        "email": "nadia@mail.example",
        "message": "I like meters.",
        "cv": (io.BytesIO(pdf()), "cv.pdf"),
        **more,
    }


def apply(visitor, job, via="", **more):
    """Fill in the form, and again as often as it asks about somebody."""
    address = f"/jobs/{job.slug}/apply"
    page = visitor.get(address + (f"?via={via}" if via else "")).get_data(as_text=True)
    return visitor.client.post(address, data=fields(page, **more))


def again(visitor, job, answer, **more):
    sent = fields(answer.get_data(as_text=True), **more)
    del sent["cv"]  # it is there already
    return visitor.client.post(f"/jobs/{job.slug}/apply", data=sent)


def touches(db):
    return [(touch.link.code, touch.click_id) for touch in db.scalars(select(Touch))]


def test_a_code_in_the_form_names_its_giver_before_it_is_sent_and_then_counts(
    visitor, db, link, job, work
):
    asked = apply(visitor, job, code=grouped(link.typed_code).lower())
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200
    assert "This code is from Ada Engel" in page
    assert "What may Ada Engel see?" in page
    assert db.scalar(select(Application)) is None
    sent = again(visitor, job, asked, code=link.typed_code, sharer_sees="steps")
    assert sent.status_code == 303
    assert touches(db) == [(link.code, None)]
    assert db.scalar(select(Application)).sharer_sees == "steps"
    work()
    receipt = db.scalar(select(Receipt))
    assert receipt.outcome == "credited"
    assert receipt.touches[0]["kind"] == "code"


def test_a_wrong_code_in_the_form_is_an_error_and_all_else_is_kept(visitor, db, link, job):
    answer = apply(visitor, job, code="K7F2QX")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "We don&#39;t know this code" in page
    for kept in ('value="Nadia Rossi"', 'value="nadia@mail.example"', "I like meters.", "K7F2QX"):
        assert kept in page
    assert "We have this file already" in page
    assert db.scalar(select(Application)) is None


def test_a_candidate_can_take_the_code_out_again(visitor, db, link, job):
    asked = apply(visitor, job, code=link.typed_code)
    assert again(visitor, job, asked, code="").status_code == 303
    assert touches(db) == []


def test_a_candidate_can_say_that_it_was_nobody(visitor, db, link, job):
    asked = apply(visitor, job, code=link.typed_code)
    sent = again(visitor, job, asked, code=link.typed_code, without="code")
    assert sent.status_code == 303
    assert touches(db) == []


def test_a_code_comes_after_the_link_that_was_followed_and_both_are_told(
    visitor, db, link, job, work
):
    carls = share(db, person_by_email(db, Cast.COLLEAGUE), job_target(job), "qr")
    db.commit()
    page = visitor.get(f"/jobs/{job.slug}/apply?via={link.code}").get_data(as_text=True)
    folded = re.search(r"<details[^>]*>(.*?)</details>", page, re.DOTALL)
    assert 'name="code"' in folded[1]
    asked = apply(visitor, job, via=link.code, code=carls.typed_code, sharer_sees="applied")
    assert "This code is from Carl Bauer" in asked.get_data(as_text=True)
    sent = again(visitor, job, asked, code=carls.typed_code, sharer_sees="applied")
    assert sent.status_code == 303
    assert sorted(touches(db)) == sorted([(link.code, None), (carls.code, None)])
    work()
    assert len(db.scalar(select(Receipt)).touches) == 2


def test_the_code_of_the_very_link_that_was_followed_is_one_touch(visitor, db, link, job):
    asked = apply(visitor, job, via=link.code, code=link.typed_code)
    assert asked.status_code == 303
    assert touches(db) == [(link.code, None)]


def test_a_code_that_was_switched_off_is_taken_and_brings_nothing(visitor, db, link, job):
    link.paused_at = clock.now()
    db.commit()
    assert apply(visitor, job, code=link.typed_code).status_code == 303
    assert touches(db) == []
