"""The share panel: on every page, for every channel, with and without scripts."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event, func, select

from careers.app import create_app
from careers.base import clock
from careers.jobs.models import Job
from experts.models import Network
from referrals.models import CHANNELS, ShareLink, ShareText
from tests.cast import Cast
from tests.conftest import Visitor
from tests.referrals.conftest import BROWSER
from tests.referrals.sharing.panel_answers import made, shown


def words_in(answer) -> str:
    """What stands in the textarea."""
    return html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", shown(answer), re.S)[1])


def variant_in(answer) -> str:
    return re.search(r'name="variant" value="(\d?)"', shown(answer))[1]


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_every_page_that_can_be_shared_offers_it_to_employees_only(
    visitor, visit_as, pages, prefix
):
    ada = visit_as(Cast.ENGINEER)
    for page in pages:
        entrance = f'href="{prefix}{page}/share"'
        assert entrance in shown(ada.get(prefix + page)), page
        outside = shown(visitor.get(prefix + page))
        assert "/share" not in outside
        assert "share.js" not in outside
        assert "share.css" not in outside


def test_the_panel_is_a_page_and_a_part_of_one(visit_as, pages):
    ada = visit_as(Cast.ENGINEER)
    for page in pages:
        whole = shown(ada.get(f"{page}/share"))
        part = shown(ada.get(f"{page}/share", headers={"HX-Request": "true"}))
        assert whole.count("<h1") == 1
        assert "<html" not in part
        assert "<h1" not in part
        for text in (whole, part):
            for channel in set(CHANNELS):
                assert f'name="channel" value="{channel}"' in text


@pytest.mark.usefixtures("still")
def test_a_page_asks_the_database_nothing_more_for_its_entrance(app, database, visit_as, pages):
    ada, asked = visit_as(Cast.ENGINEER), []
    event.listen(database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    for page in pages:
        ada.get(page)
    assert not [statement for statement in asked if "share_" in statement]


@pytest.mark.usefixtures("still")
def test_the_panel_asks_as_much_with_many_links_as_with_none(database, visit_as, job, db):
    ada, asked = visit_as(Cast.ENGINEER), []
    ada.get("/jobs/engineer-x/share")
    event.listen(database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    ada.get("/jobs/engineer-x/share")
    few = len(asked)
    for channel in CHANNELS:
        ada.post("/jobs/engineer-x/share", {"channel": channel, "words": channel})
    asked.clear()
    ada.get("/jobs/engineer-x/share")
    assert len(asked) <= few


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_gives_a_link_with_the_words_and_a_code(visit_as, job, channel):
    ada = visit_as(Cast.ENGINEER)
    answer = ada.post("/jobs/engineer-x/share", {"channel": channel, "words": "Come & see."})
    page = shown(ada.get(answer.location))
    address = re.search(r"<code>(http://127\.0\.0\.1:8000/r/\w+)</code>", page)[1]
    assert f"Come &amp; see. {address}" in page
    code = address.rpartition("/")[2]
    for kind, media in (("svg", "image/svg+xml"), ("png", "image/png")):
        picture = ada.get(f"/r/{code}.{kind}")
        assert (picture.status_code, picture.mimetype) == (200, media)


def test_a_script_learns_the_link_the_text_and_the_window(visit_as, pages, db):
    ada = visit_as(Cast.ENGINEER)
    for page in pages:
        found = made(ada, f"{page}/share", channel="x", words="Come.\r\nSee.")
        assert found["text"] == f"Come.\nSee.\n{found['address']}"
        assert parse_qs(urlsplit(found["window"]).query)["text"] == [found["text"]]
        assert found["page"] == f"/me/links/{found['address'].rpartition('/')[2]}"
        again = made(ada, f"{page}/share", channel="x", words="Otherwise.")
        assert again["address"] == found["address"]
    assert db.scalar(select(func.count(ShareLink.id))) == len(pages)


def test_the_links_of_each_kind_of_page_lead_there(visit_as, visitor, pages):
    ada = visit_as(Cast.ENGINEER)
    for page in pages:
        address = urlsplit(made(ada, f"{page}/share")["address"]).path
        assert visitor.get(address, headers=BROWSER).location.startswith(f"{page}?via=")


def test_opening_the_panel_again_offers_another_text(visit_as, pages):
    ada = visit_as(Cast.ENGINEER)
    last = None
    for round_ in range(3):
        for page in pages:
            variant = variant_in(ada.get(f"{page}/share"))
            assert variant != last, (round_, page)
            last = variant
            if round_ == 1:
                continue
            words = words_in(ada.get(f"{page}/share?text={int(variant) + 1}"))
            made(ada, f"{page}/share", channel=("x", "x", "sms")[round_], words=words)


def test_without_scripts_one_turns_to_another_text_by_links(visit_as, job):
    ada = visit_as(Cast.ENGINEER)
    three = [words_in(ada.get(f"/jobs/engineer-x/share?text={n}")) for n in (1, 2, 3)]
    assert len(set(three)) == 3
    assert all("Engineer, Lyon" in text for text in three)
    for nonsense in ("0", "4", "x", "-1"):
        assert words_in(ada.get(f"/jobs/engineer-x/share?text={nonsense}")) in three


def test_what_i_wrote_for_a_page_stands_there_when_i_come_back(visit_as, pages):
    ada = visit_as(Cast.ENGINEER)
    for page in pages:
        made(ada, f"{page}/share", words=f"I wrote this for {page}.")
        assert words_in(ada.get(f"{page}/share")) == f"I wrote this for {page}."
        assert words_in(ada.get(f"{page}/share?text=1")) != f"I wrote this for {page}."
    assert "I wrote" not in words_in(visit_as(Cast.COLLEAGUE).get("/jobs/engineer-x/share"))


def test_words_i_keep_are_offered_for_other_jobs_in_place_of_ours(visit_as, job, db):
    other = Job(
        slug="baker", source="greenhouse", board="acme", source_id="2", title="Baker",
        description_html="<p>Bread.</p>", opened_at=clock.now(), content_hash="1" * 64,
        locations=["Lille"],
    )  # fmt: skip
    db.add(other)
    db.commit()
    ada = visit_as(Cast.ENGINEER)
    kept = {"words": "Engineer in Lyon? Tea with me first.", "variant": "1", "keep": "1"}
    made(ada, "/jobs/engineer-x/share", **kept)
    assert words_in(ada.get("/jobs/baker/share?text=2")) == "Baker in Lille? Tea with me first."
    row = db.scalars(select(ShareText)).one()
    assert (row.variant, row.text) == (1, "{title} in {place}? Tea with me first.")
    assert "Tea" not in words_in(visit_as(Cast.COLLEAGUE).get("/jobs/baker/share?text=2"))

    made(ada, "/jobs/baker/share", words="{title}, {place}: ask me.", variant="1", keep="1")
    assert words_in(ada.get("/jobs/engineer-x/share?text=2")) == "Engineer, Lyon: ask me."

    ada.post("/jobs/baker/share", {"forget": "1"})
    assert "ask me." not in words_in(ada.get("/jobs/engineer-x/share?text=2"))
    db.expire_all()
    assert db.scalar(select(func.count()).select_from(ShareText)) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"words": "Hello {name}, come", "keep": "1"},
        {"words": "  ", "keep": "1"},
        {"words": "x" * 1001},
    ],
)
def test_a_text_that_cannot_be_kept_comes_back_with_the_reason_and_makes_no_link(
    visit_as, job, db, fields
):
    answer = visit_as(Cast.ENGINEER).post("/jobs/engineer-x/share", {"channel": "x"} | fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="share-error"' in page
    assert fields["words"].strip() in page
    assert db.scalar(select(func.count(ShareLink.id))) == 0


def test_markup_is_only_ever_text(visit_as, job):
    ada = visit_as(Cast.ENGINEER)
    found = made(ada, "/jobs/engineer-x/share", words='</textarea><script>alert("x")</script>')
    for address in ("/jobs/engineer-x/share", found["page"]):
        assert "<script>alert" not in shown(ada.get(address))


def test_the_text_is_in_the_language_of_its_page_or_in_the_one_chosen(visit_as, job, db):
    job.language = "fr"
    db.commit()
    ada = visit_as(Cast.ENGINEER)
    french = shown(ada.get("/jobs/engineer-x/share?language=en"))
    assert re.search(r'name="words"[^>]* lang="fr"', french)
    assert "Language of the text" not in french
    link = ada.post("/jobs/engineer-x/share", {"channel": "x"}).location
    assert '<blockquote class="callout" lang="fr">' in shown(ada.get(link))
    for asked, spoken in (("", "en"), ("en", "en"), ("fr", "fr"), ("de", "en")):
        page = shown(ada.get(f"/jobs/share?language={asked}"))
        assert re.search(rf'name="words"[^>]* lang="{spoken}"', page)
        assert f'name="language" value="{spoken}"' in page


def test_one_speaks_otherwise_of_what_is_ones_own(visit_as, article, expert):
    mine, theirs = visit_as(Cast.EDITOR), visit_as(Cast.ENGINEER)
    assert "A colleague of mine" in words_in(theirs.get("/blog/nine-bytes/share?text=1"))
    assert "A colleague of mine" not in words_in(mine.get("/blog/nine-bytes/share?text=1"))
    assert "Edith Martin" in words_in(theirs.get("/experts/edith-martin/share?text=1"))
    assert "Edith Martin" not in words_in(mine.get("/experts/edith-martin/share?text=1"))


def test_a_mastodon_server_is_asked_for_once(visit_as, job):
    ada = visit_as(Cast.ENGINEER)
    found = made(ada, "/jobs/engineer-x/share", channel="mastodon", instance="not a server")
    assert found["window"] is None
    assert 'name="instance"' in shown(ada.get(found["page"]))
    server = f"{found['page']}/server"
    ada.post(server, {"instance": "also not"}, form_on=found["page"])
    assert "https://also" not in shown(ada.get(found["page"]))
    ada.post(server, {"instance": "@ada@mastodon.example"}, form_on=found["page"])
    assert "https://mastodon.example/share?text=" in shown(ada.get(found["page"]))
    assert 'value="mastodon.example"' in shown(ada.get("/jobs/engineer-x/share"))
    again = made(ada, "/jobs/engineer-x/share", channel="mastodon")
    assert again["window"].startswith("https://mastodon.example/share?text=")


def test_a_mastodon_server_is_known_from_ones_own_page(visit_as, job, expert, db):
    db.add(Network(expert_id=expert.id, kind="mastodon", url="https://fosstodon.example/@edith"))
    db.commit()
    found = made(visit_as(Cast.EDITOR), "/jobs/engineer-x/share", channel="mastodon")
    assert found["window"].startswith("https://fosstodon.example/share?text=")
    assert (
        made(visit_as(Cast.ENGINEER), "/jobs/engineer-x/share", channel="mastodon")["window"]
        is None
    )


def test_pressing_too_often_is_stopped(settings, job, db):
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    ada = Visitor(app).sign_in(Cast.ENGINEER)
    token = ada.form_token("/jobs/engineer-x/share")
    answers = [
        ada.client.post(
            "/jobs/engineer-x/share", data={"form_token": token, "channel": "x"}
        ).status_code
        for _ in range(201)
    ]
    app.extensions["database"].dispose()
    assert answers == [303] * 200 + [429]


@pytest.mark.parametrize("address", ["/jobs/engineer-x/share", "/jobs/share"])
def test_whoever_is_not_signed_in_makes_no_link(visitor, job, db, address):
    answer = visitor.post(address, {"channel": "x"}, form_on="/sign-in")
    assert answer.status_code == 401
    assert db.scalar(select(func.count(ShareLink.id))) == 0
