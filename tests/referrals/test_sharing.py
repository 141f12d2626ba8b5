"""The share panel: texts, windows, links for every kind of page, and what one does with a link."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from careers.app import create_app
from careers.base import clock
from careers.base.audit import Act
from careers.base.languages import LANGUAGES
from careers.base.people import person_by_email
from careers.blog.models import Article
from careers.jobs.models import Job
from experts.models import Expert, Network
from referrals import texts
from referrals.models import CHANNELS, Campaign, ShareLink, ShareText
from referrals.sharing import instance_host, share_window
from tests.cast import Cast
from tests.conftest import Visitor
from tests.referrals.conftest import BROWSER

ADDRESS = "https://jobs.acme.example/r/abcdefghjkmn"
VOICES = ("job", "jobs", "article", "written", "expert", "myself")
words_of_people = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@pytest.fixture
def article(db):
    made = Article(
        slug="nine-bytes", author_id=person_by_email(db, Cast.EDITOR).id, title="Nine bytes",
        summary="Why so few.", body="x", body_html="<p>x</p>", state="published",
        published_at=clock.now(),
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def expert(db):
    edith = person_by_email(db, Cast.EDITOR)
    made = Expert(person_id=edith.id, slug="edith-martin", state="shown", headline="Reads it all.")
    edith.page = "edith-martin"
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def pages(job, article, expert):
    return ("/jobs/engineer-x", "/jobs", "/blog/nine-bytes", "/experts/edith-martin")


def shown(answer) -> str:
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words_in(answer) -> str:
    """What stands in the textarea."""
    return html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", shown(answer), re.S)[1])


def variant_in(answer) -> str:
    return re.search(r'name="variant" value="(\d?)"', shown(answer))[1]


def made(employee, address, **fields) -> dict:
    """What a script gets that shares there."""
    answer = employee.post(
        address, {"channel": "linkedin"} | fields, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


# -- texts, as rules ----------------------------------------------------------------------------


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_three_different_short_texts_for_each_kind_of_page(app, voice, language):
    with app.test_request_context(), texts.force_locale(language):
        three = texts.defaults(voice)
    assert len(set(three)) == texts.VARIANTS
    for text in three:
        said = texts.fill(text, "Data engineer", "Lyon")
        assert len(said) <= 140, said
        assert "{" not in said
        assert "!" not in said
        assert ("Data engineer" in said) == (voice not in {"jobs", "myself"})


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("{title}, {place}: open.", "Lyon", "Engineer, Lyon: open."),
        ("{title}, {place}: open.", "", "Engineer: open."),
        ("{title} ({place}), ask me", "", "Engineer, ask me"),
        ("{title} – {place}", "", "Engineer"),
        ("{title} {title}", "Lyon", "Engineer Engineer"),
        ("{other} {title", "Lyon", "{other} {title"),
    ],
)
def test_a_text_is_filled_in_and_reads_well_without_a_place(text, place, said):
    assert texts.fill(text, "Engineer", place) == said


@given(words_of_people, st.text("aé{}, ", max_size=20), st.text("bç{}", max_size=20))
def test_what_was_said_of_one_page_says_the_same_when_it_is_filled_in_again(words, title, place):
    words = re.sub(r"\{(title|place)\}", "", words)
    general = texts.generalised(words, title, place)
    if "{" not in words + title + place:
        assert texts.fill(general, title, place or "nowhere") == words


@given(words_of_people)
def test_what_is_kept_is_plain_text_with_its_lines(written):
    kept = texts.plain(written)
    assert texts.plain(kept) == kept
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]|\n\n\n", kept)
    assert kept == kept.strip()


def test_lines_are_kept_and_long_texts_refused(app):
    assert texts.plain("One.\r\n\r\n\r\n\r\nTwo.\x07 \r\nThree.") == "One.\n\nTwo.\nThree."
    with app.test_request_context(), pytest.raises(texts.TextRefused):
        texts.plain("x" * (texts.LONGEST + 1))


@given(
    st.text("abcdef123", min_size=1, max_size=12),
    st.none() | st.integers(0, 2),
    st.sampled_from(["one", "two", "three", "something else", ""]),
)
def test_no_text_is_offered_twice_in_a_row(code, last, used):
    three = ["one", "two", "three"]
    chosen = texts.first_offered(code, three, last, used)
    assert chosen != last
    assert three[chosen] != used


def test_colleagues_do_not_begin_with_the_same_text():
    codes = [f"colleague{number}" for number in range(60)]
    begun = [texts.first_offered(code, ["one", "two", "three"], None, "") for code in codes]
    assert all(begun.count(number) > 8 for number in range(3))


@pytest.mark.parametrize(
    ("channel", "words", "length"),
    [
        ("x", "", 23),
        ("x", "abc", 27),
        ("x", "é’", 26),
        ("x", "日本🙂", 30),
        ("mastodon", "日本🙂", 27),
        ("bluesky", "abc", 4 + len(ADDRESS)),
        ("bluesky", "", len(ADDRESS)),
        ("sms", "a" * (159 - len(ADDRESS)), 1),
        ("sms", "a" * (160 - len(ADDRESS)), 2),
        ("sms", "€" + "a" * (157 - len(ADDRESS)), 1),
        ("sms", "€" + "a" * (158 - len(ADDRESS)), 2),
        ("sms", "ê" * (69 - len(ADDRESS)), 1),
        ("sms", "ê" * (70 - len(ADDRESS)), 2),
    ],
)
def test_each_network_counts_in_its_own_way(channel, words, length):
    assert texts.length_on(channel, words, ADDRESS) == length


# -- windows ------------------------------------------------------------------------------------

WINDOWS = {
    "linkedin": ("https://www.linkedin.com/sharing/share-offsite/", {"url": ADDRESS}),
    "facebook": ("https://www.facebook.com/sharer/sharer.php", {"u": ADDRESS}),
    "x": ("https://x.com/intent/post", {"text": f"Look & see {ADDRESS}"}),
    "whatsapp": ("https://wa.me/", {"text": f"Look & see {ADDRESS}"}),
    "bluesky": ("https://bsky.app/intent/compose", {"text": f"Look & see {ADDRESS}"}),
    "mastodon": ("https://mastodon.example/share", {"text": f"Look & see {ADDRESS}"}),
    "teams": (
        "https://teams.microsoft.com/share",
        {"href": ADDRESS, "msgText": "Look & see"},
    ),
    "email": ("mailto:", {"subject": "A job", "body": f"Look & see {ADDRESS}"}),
    "sms": ("sms:", {"body": f"Look & see {ADDRESS}"}),
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_share_window_is_the_networks_own_and_carries_the_link(channel):
    window = share_window(channel, "Look & see", ADDRESS, "A job", "mastodon.example")
    if channel not in WINDOWS:
        assert window is None
        return
    base, query = WINDOWS[channel]
    assert window.partition("?")[0] == base
    assert parse_qs(window.partition("?")[2]) == {name: [value] for name, value in query.items()}
    assert "+" not in window
    assert " " not in window


def test_a_mail_breaks_its_lines_as_mails_do():
    window = share_window("email", "One.\nTwo.", ADDRESS, "A job")
    assert "One.%0D%0ATwo.%0D%0A" in window


def test_mastodon_has_no_window_before_one_has_said_where_one_is():
    assert share_window("mastodon", "x", ADDRESS) is None


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("mastodon.social", "mastodon.social"),
        (" https://Mastodon.Social/@ada ", "mastodon.social"),
        ("@ada@mastodon.social", "mastodon.social"),
        ("ada@mastodon.social", "mastodon.social"),
        ("café.example", "xn--caf-dma.example"),
        ("", None), ("mastodon", None), ("localhost", None), ("127.0.0.1", None), ("[::1]", None),
        ("mastodon.social:8080", None), ("a..b", None), ("-a.example", None),
        ("javascript:alert(1)", None), ("mastodon.social\n.evil.example", None),
        ("mastodon.social?x=.evil.example", None), ("mastodon.social#.evil.example", None),
        ("mastodon.social\\.evil.example", None), ("a" * 64 + ".example", None),
        ("http://user:pass@mastodon.social:1/", None),
    ],
)  # fmt: skip
def test_only_the_host_of_a_server_is_taken(written, host):
    assert instance_host(written) == host


@given(words_of_people | st.from_regex(r"\A[a-z0-9.@:/?#\\-]{1,40}\Z"))
def test_whatever_is_written_the_window_stays_on_the_host_that_was_understood(written):
    host = instance_host(written)
    if host is not None:
        window = urlsplit(share_window("mastodon", "x", ADDRESS, "", host))
        assert (window.scheme, window.netloc, window.path) == ("https", host, "/share")
        assert window.hostname == host


# -- the panel ----------------------------------------------------------------------------------


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


def test_a_page_asks_the_database_nothing_more_for_its_entrance(app, database, visit_as, pages):
    ada, asked = visit_as(Cast.ENGINEER), []
    event.listen(database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    for page in pages:
        ada.get(page)
    assert not [statement for statement in asked if "share_" in statement]


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


# -- managing a link ----------------------------------------------------------------------------


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


# -- for ever -----------------------------------------------------------------------------------


def test_a_link_to_a_closed_job_leads_to_those_like_it_and_is_carried_on(visitor, job, link, db):
    def another(slug, title, team, place):
        db.add(
            Job(
                slug=slug,
                source="greenhouse",
                board="acme",
                source_id=slug,
                title=title,
                description_html="<p>x</p>",
                opened_at=clock.now(),
                team=team,
                content_hash="2" * 64,
                locations=[place],
            )  # fmt: skip
        )

    another("far", "Baker", "Kitchen", "Lille")
    another("near", "Baker", "Kitchen", "Lyon")
    another("team", "Analyst", "Platform", "Lille")
    job.closed_at = clock.now()
    db.commit()
    landing = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    answer = visitor.get(landing)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 410
    assert "You came through Ada Engel" in page
    via = re.search(r"via=([\w.]+)", landing)[1]
    assert re.findall(r'href="/jobs/(\w+)\?via=([\w.]+)"', page) == [
        ("team", via), ("near", via), ("far", via),
    ]  # fmt: skip


def withdrawn(visit_as, visitor, pages, article, expert, db) -> list[str]:
    """The paths of Ada's links to an article and to an expert that are not shown any more."""
    ada = visit_as(Cast.ENGINEER)
    found = [urlsplit(made(ada, f"{page}/share")["address"]).path for page in pages[2:]]
    article.state, expert.state = "withdrawn", "hidden"
    db.commit()
    for path in found:
        visitor.app.extensions["following"].links.forget(path.rpartition("/")[2])
    return found


def test_what_was_withdrawn_is_told_kindly_with_jobs(visit_as, visitor, pages, article, expert, db):
    for address in withdrawn(visit_as, visitor, pages, article, expert, db):
        answer = visitor.get(address, headers=BROWSER)
        assert answer.status_code == 302
        assert re.search(r"\?via=\w+\.\w{20}$", answer.location)
        assert answer.headers["Cache-Control"] == "no-store"
        answer = visitor.get(answer.location, headers=BROWSER)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 410
        assert page.count("<h1") == 1
        assert 'href="/jobs/engineer-x?via=' in page
        assert "Nine bytes" not in page
        assert "Edith" not in page
    nowhere = visitor.get("/r/abcdefgh", headers=BROWSER)
    assert nowhere.status_code == 404
    assert 'href="/jobs/engineer-x"' in nowhere.get_data(as_text=True)
    assert visitor.get("/r/abcdefgh/withdrawn").status_code == 404


@pytest.mark.parametrize(
    ("asked", "owner", "prefix"),
    [
        ("", "en", ""), ("", "fr", "/fr"), ("fr-CA,fr;q=0.9,en;q=0.5", "en", "/fr"),
        ("en-GB", "fr", ""), ("ja", "fr", "/fr"),
    ],
)  # fmt: skip
def test_what_was_withdrawn_is_told_in_the_language_of_the_visitor(
    visit_as, visitor, pages, article, expert, db, asked, owner, prefix
):
    article.language = person_by_email(db, Cast.ENGINEER).language = owner
    db.commit()
    for address in withdrawn(visit_as, visitor, pages, article, expert, db):
        headers = BROWSER | ({"Accept-Language": asked} if asked else {})
        place = visitor.get(address, headers=headers).location
        assert place.startswith(f"{prefix}/r/")
        page = visitor.get(place, headers=headers).get_data(as_text=True)
        assert f'<html lang="{prefix[1:] or "en"}">' in page
        assert f'href="{prefix}/jobs/engineer-x?via=' in page
        other = "" if prefix else "/fr"
        assert f'href="{other}{place.removeprefix(prefix)}"' in page  # and is kept in the other one


def test_whoever_finds_something_withdrawn_still_comes_through_its_sharer(
    visit_as, visitor, pages, article, expert, db
):
    address, paused = withdrawn(visit_as, visitor, pages, article, expert, db)
    place = visitor.get(address, headers=BROWSER).location
    via = place.partition("?via=")[2]
    assert re.fullmatch(address.rpartition("/")[2] + r"\.\w{20}", via)  # the click is named too
    page = visitor.get(place).get_data(as_text=True)
    for path in ("/experts", "/jobs", "/jobs/engineer-x"):
        assert f'href="{path}?via={via}"' in page
    assert "You came through Ada Engel" in shown(visitor.get(f"/jobs/engineer-x?via={via}"))

    preview = visitor.get(address, headers={"User-Agent": "LinkedInBot/1.0"})
    assert preview.status_code == 410
    assert "via=" not in preview.get_data(as_text=True)

    link = db.scalars(select(ShareLink).where(ShareLink.code == paused.rpartition("/")[2])).one()
    link.paused_at = clock.now()
    db.commit()
    place = visitor.get(paused, headers=BROWSER).location
    assert place == f"{paused}/withdrawn"
    assert "via=" not in visitor.get(place).get_data(as_text=True)


def test_what_is_shown_again_is_led_to_again(visit_as, visitor, pages, article, expert, db):
    address, _ = withdrawn(visit_as, visitor, pages, article, expert, db)
    place = visitor.get(address, headers=BROWSER).location
    article.state = "published"
    db.commit()
    again = visitor.get(place)
    assert again.status_code == 302
    assert again.location == f"/blog/{article.slug}?{place.partition('?')[2]}"


def test_a_link_of_somebody_who_left_names_nobody(visitor, link, db):
    landing = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    link.person.status, link.person.left_at = "left", clock.now()
    db.commit()
    assert "Ada" not in shown(visitor.get(landing))
    visitor.app.extensions["following"].links.forget(link.code)
    neutral = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    assert neutral == "/jobs/engineer-x"
    assert "Ada" not in shown(visitor.get(neutral))
