"""The address of a share card changes with what is seen, and only then."""

from __future__ import annotations

import io
from dataclasses import fields, replace

import pytest
from PIL import Image

from careers.base import clock
from careers.base.admin.logos import logo
from careers.base.people import person_by_email
from experts.editing import draw_another_portrait
from experts.showing import opt_out
from referrals import cards
from referrals.cards import Card, digest
from tests.cast import Cast
from tests.referrals.cards.card_pages import CARD, address, picture

CHANGES = {
    "title": lambda db, job, ada, company: setattr(job, "title", "Engineer at sea"),
    "place": lambda db, job, ada, company: setattr(job, "locations", ["Lyon", "Brest"]),
    "contract": lambda db, job, ada, company: setattr(job, "contract", "permanent"),
    "closed": lambda db, job, ada, company: setattr(job, "closed_at", clock.now()),
    "name": lambda db, job, ada, company: setattr(ada, "name", "Adele Engel"),
    "opted out": lambda db, job, ada, company: opt_out(db, ada),
    "portrait": lambda db, job, ada, company: draw_another_portrait(db, ada),
    "colour": lambda db, job, ada, company: setattr(company, "colour", "#1f4fd2"),
    "company": lambda db, job, ada, company: setattr(company, "name", "Acme & Sons"),
}
NO_CHANGES = {
    "description": lambda db, job, ada, company: setattr(job, "description_html", "<p>New.</p>"),
    "second name": lambda db, job, ada, company: setattr(ada, "name", "Ada Ernst"),
    "e-mail": lambda db, job, ada, company: setattr(ada, "email", "lang@acme.example"),
    "tagline": lambda db, job, ada, company: setattr(company, "tagline_en", "We do."),
}


@pytest.mark.parametrize("what", [*CHANGES, *NO_CHANGES])
def test_the_address_changes_with_what_is_seen_and_only_then(
    visitor, link, job, company, show, db, what
):
    show(Cast.ENGINEER)
    before = address(visitor, link)
    assert address(visitor, link) == before
    (CHANGES | NO_CHANGES)[what](db, job, person_by_email(db, Cast.ENGINEER), company)
    db.commit()
    assert (address(visitor, link) != before) == (what in CHANGES)


def test_the_address_changes_when_somebody_opts_in(visitor, link, show):
    before = address(visitor, link)
    show(Cast.ENGINEER)
    assert address(visitor, link) != before


def test_the_address_changes_with_the_logo(visitor, link, company, db):
    seen = {address(visitor, link)}
    for colour in ("#000000", "#000001", "#fffffe"):
        out = io.BytesIO()
        Image.new("RGB", (90, 40), colour).save(out, "PNG")
        company.logo, company.logo_type = logo(out.getvalue()), "image/png"
        db.commit()
        present = address(visitor, link)
        picture(visitor.get(present))
        seen.add(present)
    assert len(seen) == 4


@pytest.mark.parametrize("field", [field.name for field in fields(Card)])
def test_every_part_of_a_card_is_in_its_address(field):
    other = ("x",) if isinstance(getattr(CARD, field), tuple) else "x"
    assert digest(replace(CARD, **{field: other})) != digest(CARD)


def test_a_new_way_of_drawing_has_new_addresses(monkeypatch):
    before = digest(CARD)
    monkeypatch.setattr(cards, "DRAWING", cards.DRAWING + 1)
    assert digest(CARD) != before


def test_the_picture_at_an_address_is_kept_for_ever_and_for_everybody(visitor, link):
    answer = visitor.get(address(visitor, link))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    again = visitor.get(address(visitor, link), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("asked", ["0" * 20, "x", "é", "z" * 400])
def test_an_old_or_wrong_address_leads_to_the_present_card(visitor, link, asked):
    answer = visitor.get(f"/r/{link.code}/card.en.{asked}.png")
    assert answer.status_code == 302
    assert answer.location == address(visitor, link)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/r/{code}/card.de.x.png", "/r/nobodys/card.en.x.png", "/r/{code}/card.png",
        "/r/{code}/card.en....png", "/r/{code}/card.en.%2e%2e.png", "/r/{code}/card.en.a.b.png",
        "/cards/job/nothing.en.x.png", "/cards/job/engineer-x.xx.x.png", "/cards/cat.en.x.png",
        "/cards/expert/ada-engel.en.x.png", "/cards/article/nothing.en.x.png",
        "/cards/home/engineer-x.en.x.png", "/cards/..%2f..%2fhome.en.x.png",
    ],
)  # fmt: skip
def test_there_is_no_card_of_what_is_not_there(visitor, link, path):
    assert visitor.get(path.format(code=link.code)).status_code == 404
