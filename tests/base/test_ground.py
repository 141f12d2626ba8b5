"""What everything stands on: the database, the clock, codes, settings, colours, prose."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError

from careers.base import clock, codes, prose
from careers.base.company import INK, PAPER, contrast, palette
from careers.base.config import Settings
from careers.base.people import Person, person_by_email
from tests.cast import Cast

# -- the database ----------------------------------------------------------------------------


def test_a_reading_session_cannot_write(database):
    with database.reading() as db, pytest.raises(DBAPIError):
        db.execute(text("UPDATE person SET name = 'x'"))


def test_nor_can_one_whose_connection_wrote_before(database):
    for _ in range(3):
        with database.writing() as db:
            db.execute(text("UPDATE person SET name = 'x'"))
            db.commit()
        for _ in range(2):
            with database.reading() as db, pytest.raises(DBAPIError):
                db.execute(text("UPDATE person SET name = 'y'"))


def test_a_reading_session_whose_statement_failed_leaves_its_connection_usable(database):
    for _ in range(3):
        with database.reading() as db, pytest.raises(DBAPIError):
            db.execute(text("SELECT nothing FROM nowhere"))
        with database.reading() as db:
            assert person_by_email(db, Cast.ENGINEER).name == "Ada Engel"


def test_a_connection_that_broke_while_reading_is_replaced(database):
    if database.is_sqlite:
        return  # nothing lies between
    with database.reading() as db, pytest.raises(DBAPIError):
        db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with database.reading() as db:
        assert person_by_email(db, Cast.ENGINEER).name == "Ada Engel"


def test_what_was_prepared_for_one_reading_session_is_so_for_the_next(database):
    if database.is_sqlite:
        return  # its driver keeps statements whatever happens
    for _ in range(10):
        with database.reading() as db:
            person_by_email(db, Cast.ENGINEER)
    with database.reading() as db:
        prepared = db.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("FROM person" in one for one in prepared)


def test_what_is_not_committed_is_not_there(database):
    with database.writing() as db:
        person_by_email(db, Cast.ENGINEER).name = "Somebody else"
        db.flush()
    with database.reading() as db:
        assert person_by_email(db, Cast.ENGINEER).name == "Ada Engel"


def test_read_then_write_transactions_of_many_threads_lose_no_update(database):
    def add():
        for _ in range(10):
            with database.writing() as db:
                person = db.scalars(
                    select(Person).where(Person.email == Cast.ENGINEER).with_for_update()
                ).one()
                person.office = str(int(person.office) + 1)
                db.commit()

    with database.writing() as db:
        person_by_email(db, Cast.ENGINEER).office = "0"
        db.commit()
    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as db:
        assert person_by_email(db, Cast.ENGINEER).office == "80"


def test_times_come_back_aware_and_in_utc(database):
    there = timezone(timedelta(hours=5, minutes=30))
    with database.writing() as db:
        person_by_email(db, Cast.ENGINEER).created_at = datetime(2026, 3, 29, 2, 30, tzinfo=there)
        db.commit()
    with database.reading() as db:
        found = person_by_email(db, Cast.ENGINEER).created_at
    assert found == datetime(2026, 3, 28, 21, 0, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(database):
    with database.writing() as db:
        person_by_email(db, Cast.ENGINEER).created_at = datetime(2026, 3, 29)  # noqa: DTZ001
        with pytest.raises(StatementError, match="without a zone"):
            db.flush()


# -- clock, codes, slugs ---------------------------------------------------------------------


def test_the_clock_can_be_set_within_a_context_only():
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    with clock.set_to(moment):
        assert clock.now() == moment
    assert clock.now().year >= 2026


def test_codes_hold_enough_chance_and_no_look_alikes():
    made = {codes.code() for _ in range(2000)}
    assert len(made) == 2000
    assert not set("".join(made)) & set("0Oo1Ilij")
    assert len(codes.ALPHABET) ** 12 > 2**64
    assert len(codes.ALPHABET) == len(set(codes.ALPHABET))


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Ingénieur·e données – Cœur de réseau", "ingenieur-e-donnees-coeur-de-reseau"),
        ("L’astreinte à cinq", "l-astreinte-a-cinq"),
        ("C++ / C# developer (m/f)", "c-c-developer-m-f"),
        ("  ---  ", ""),
        ("日本", ""),
        ("Łukasz Ørsted", "lukasz-orsted"),
    ],
)
def test_slugs_are_readable(text, slug):
    assert codes.slug(text) == slug


@given(st.text())
def test_a_slug_always_fits_an_address(text):
    slug = codes.slug(text)
    assert len(slug) <= 80
    assert slug == slug.strip("-")
    assert not set(slug) - set("abcdefghijklmnopqrstuvwxyz0123456789-")


# -- settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "careers.example.com"},
        {"base_url": "https://example.com/careers"},
        {"base_url": "ftp://example.com"},
        {"secret_key": "short"},
        {"default_language": "de"},
        {"trusted_proxies": -1},
        {"cv_megabytes": 0},
        {"attribution_days": 0},
    ],
)
def test_a_setting_that_does_not_hold_stops_the_start(wrong):
    with pytest.raises(ValidationError):
        Settings(_env_file=None, **wrong)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_psycopg(scheme):
    settings = Settings(_env_file=None, database_url=f"{scheme}://u:p@db/x")
    assert settings.database == "postgresql+psycopg://u:p@db/x"


def test_a_secret_can_come_from_a_file(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("k" * 40 + "\n")
    monkeypatch.setenv("ENTOURAGE_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert Settings(_env_file=None).signing_key == "k" * 40


def test_a_key_is_made_once_and_kept_from_others(tmp_path):
    first = Settings(_env_file=None, data_dir=tmp_path / "d").signing_key
    assert Settings(_env_file=None, data_dir=tmp_path / "d").signing_key == first
    assert len(first) >= 48
    assert (tmp_path / "d" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_secrets_are_not_printed():
    settings = Settings(_env_file=None, secret_key="k" * 40, smtp_url="smtp://u:hidden@mail")
    assert "hidden" not in repr(settings)
    assert "kkkk" not in repr(settings)


# -- colours ---------------------------------------------------------------------------------


@given(st.integers(0, 0xFFFFFF))
def test_every_company_colour_stays_readable_on_paper_and_on_ink(number):
    roles = palette(f"#{number:06x}")
    assert contrast(roles.mark, PAPER) >= 3
    assert contrast(roles.text, PAPER) >= 4.5
    assert contrast(roles.mark_dark, INK) >= 3
    assert contrast(roles.text_dark, INK) >= 4.5


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# -- prose -----------------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVa&#x09;script:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<iframe src="https://evil.example"></iframe>',
    '<p style="background:url(https://evil.example)">x</p>',
    '<form action="https://evil.example"><input></form>',
    "<math><mtext></p><style><img src=x onerror=alert(1)></style>",
    '<p id="main" name="form_token">x</p>',
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("made_safe", [prose.safe_html, prose.markdown_to_html])
def test_nothing_that_runs_or_calls_out_is_stored(attack, made_safe):
    made = Elements(made_safe(attack))
    assert made.tags <= {"a", "p", "ul", "li", "br"}
    assert made.attributes <= {"href", "rel", "title"}
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in made.addresses)


class Elements(HTMLParser):
    """What a browser would make of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.addresses = set(), set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name == "href"]


def test_links_are_marked_as_somebody_elses():
    html = prose.markdown_to_html("[x](https://a.example)")
    assert 'rel="ugc nofollow noopener noreferrer"' in html


def test_honest_text_is_kept():
    html = prose.markdown_to_html("# A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n~~no~~ `x < y`")
    assert html.startswith("<h2>A</h2>")
    assert "<table>" in html
    assert "<code>x &lt; y</code>" in html


@pytest.mark.parametrize("bomb", ["<div>" * 300, "</b><div>" * 300, "<b><div></b>" * 300])
def test_what_nests_too_deeply_is_refused(bomb):
    with pytest.raises(prose.TooDeep):
        prose.safe_html(bomb)


def test_many_paragraphs_are_not_deep():
    assert prose.safe_html("<p>x" * 2000)


def test_too_much_text_is_refused():
    with pytest.raises(ValueError, match="longer"):
        prose.markdown_to_html("x" * (prose.MARKDOWN_LONGEST + 1))


class _Reader(HTMLParser):
    """The words of HTML, as Python's own parser finds them."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words = []

    def handle_data(self, data):
        self.words.append(data)

    def handle_starttag(self, tag, attrs):
        self.words += [] if tag in {"a", "b", "em", "code"} else [" "]

    def handle_endtag(self, tag):
        self.handle_starttag(tag, [])


_pieces = st.sampled_from([
    "<p>", "</p>", "<b>", "</b>", "<li>", "<br>", "a", "b < c", "&lt;p&gt;", "&amp;amp;", "\n", "'",
    '"', ">", "<", "<a href='https://x.example/?a=1&b=2' title='<p> &gt; \"'>", "</a>", "<!-- x -->",
    "<em class=x>", "<code>", "</code>", "é\xa0!", "<a title=\"it's\">",
])  # fmt: skip


@given(st.lists(_pieces, max_size=20).map("".join))
def test_the_words_of_safe_html_are_those_that_a_parser_finds(outside):
    safe = prose.safe_html(outside)
    reader = _Reader()
    reader.feed(safe)
    reader.close()
    found = re.sub(r"[ \t\r\n\f]+", " ", "".join(reader.words)).strip()
    assert prose.plain_text(safe) == found


def test_french_spaces_survive_in_plain_text():
    assert (
        prose.plain_text("<p>Heures creuses\u00a0: oui\u202f!</p>")
        == "Heures creuses\u00a0: oui\u202f!"
    )


@given(st.text(max_size=600), st.integers(2, 300))
def test_an_excerpt_is_never_longer_than_asked(text, longest):
    assert len(prose.excerpt(text, longest)) <= longest


def test_without_what_postgresql_needs_the_site_begins():
    begins = "import sys; sys.modules['psycopg'] = None; import careers.main, referrals.doors"
    done = subprocess.run([sys.executable, "-c", begins], env={"PYTHONPATH": ":".join(sys.path)})
    assert done.returncode == 0
