"""Text on a share card fits, can be read, and holds no empty boxes."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from careers.base.admin.logos import logo
from careers.base.company import contrast, palette
from referrals import cards, lettering
from referrals.cards import INK, MUTED, PAPER, Card, card_png
from referrals.lettering import drawable, fitted, width_of
from tests.referrals.cards.card_pages import CARD, LARGEST, check


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ingénieur·e données (F/H)", "Ingénieur·e données (F/H)"),
        ("Łódź, Kraków, Győr", "Łódź, Kraków, Győr"),
        ("Engineer 🚀", "Engineer"),
        ("🔥 Hot 🔥 job 🔥", "Hot job"),
        ("Engineer (エンジニア)", "Engineer"),
        ("エンジニア (Engineer)", "Engineer"),
        ("ソフトウェアエンジニア", ""),
        ("مهندس برمجيات", ""),
        ("Инженер", ""),
        ("abc \u202e def\u200b\u00ad", "abc def"),
        ("𝐁𝐨𝐥𝐝 Ｆｕｌｌ ﬁt", "Bold Full fit"),
        ("Z̸̢̛a̷͙l͠g͝o̶", "Zalgo"),
        ("Trần Đức", "Trân Đưc"),
        ("e\u0301te\u0301", "été"),
        ("C++ / C#", "C++ / C#"),
        ("a\tb\r\nc\x00\x1b[0m", "a b c [0m"),
        (" \u2003 ", ""),
        ("", ""),
    ],
)
def test_only_what_the_fonts_hold_is_written(text, shown):
    assert drawable(text, "display") == shown


@pytest.mark.parametrize("family", lettering.FILES)
@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_has_a_character_drawn_as_an_empty_box(family, text):
    for sign in drawable(text, family):
        assert lettering.holder(family, sign) is not None
    assert drawable(drawable(text, family), family) == drawable(text, family)


def test_a_font_knows_what_it_has_not():
    assert lettering.holder("display", "a") == 0
    assert lettering.holder("display", "ł") == 1
    assert lettering.holder("display", "字") is None
    assert lettering.holder("sans", "🚀") is None


WORDS = st.lists(st.text("aeinorstWMlé-/’", min_size=1, max_size=45), min_size=1, max_size=30).map(
    " ".join
)


@settings(max_examples=60, deadline=None)
@given(text=WORDS, width=st.integers(300, 900), height=st.integers(120, 320))
def test_text_fits_its_space_and_begins_as_it_should(text, width, height):
    block = fitted(text, width, height, cards.TITLES)
    assert block.lines
    assert block.height <= height
    for line in block.lines:
        assert width_of(line, block.style) <= width
    if not block.lines[-1].endswith("…"):
        assert "".join(block.lines).replace("-", "").replace(" ", "") == text.replace(
            "-", ""
        ).replace(" ", "")


@pytest.mark.parametrize(
    "title",
    [
        "W" * 200,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "Rechtsschutzversicherungsgesellschaften-Sachbearbeitung/Kundenbetreuung (m/w/d)",
        "Responsable de l’anticonstitutionnellement des énergies renouvelables " * 3,
        "<script>alert(1)</script> {{ 7*7 }} %(name)s \\ \" ' &amp;",
        "ソフトウェアエンジニア", "مهندس", "🚀" * 200, "", ".", "\u202e" * 50, "i" * 200, "— " * 100,
    ],
)  # fmt: skip
@pytest.mark.parametrize("faces", [(), ("a",), ("a", "b")])
def test_no_title_leaves_its_place(title, faces):
    drawn = card_png(
        replace(
            CARD,
            title=title,
            facts=(title * 2, title),
            kicker=title,
            company=title or "Acme",
            faces=faces,
            says=title,
        )  # fmt: skip
    )
    assert len(drawn) < LARGEST
    check(drawn)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(st.text(max_size=120), min_size=7, max_size=7),
    faces=st.lists(st.text(min_size=1, max_size=5), max_size=2),
    colour=st.integers(0, 0xFFFFFF),
)
def test_whatever_it_says_a_card_stays_within_its_margins(texts, faces, colour):
    title, otherwise, kicker, place, words, says, company = texts
    card = Card(
        "fr", kicker, title, otherwise, (place, words), words, company, f"#{colour:06x}", "",
        tuple(faces), says, "open",
    )  # fmt: skip
    check(card_png(card))


def test_a_title_that_cannot_be_written_is_said_in_other_words():
    cjk = replace(CARD, title="ソフトウェアエンジニア", otherwise="A job at Acme")
    assert card_png(cjk) == card_png(replace(CARD, title="A job at Acme"))


def test_a_card_is_always_drawn_alike():
    card = replace(CARD, faces=("seed", "other"), says="Ada works here", ring="")
    assert card_png(card) == card_png(card)


@given(colour=st.integers(0, 0xFFFFFF))
def test_text_and_lines_stand_out_whatever_the_companys_colour(colour):
    roles = palette(f"#{colour:06x}")
    assert contrast(roles.text, PAPER) >= 4.5
    assert contrast(roles.mark, PAPER) >= 3
    assert min(contrast(INK, PAPER), contrast(MUTED, PAPER)) >= 4.5


def test_a_pale_logo_is_set_on_a_dark_ground():
    def drawn(colour: str) -> Image.Image:
        out = io.BytesIO()
        Image.new("RGB", (120, 60), colour).save(out, "PNG")
        return check(card_png(CARD, logo(out.getvalue())))

    at = (70, 88)
    assert drawn("#ffffff").getpixel(at) == (0x17, 0x19, 0x1E)
    assert drawn("#205090").getpixel(at) == (0x20, 0x50, 0x90)
