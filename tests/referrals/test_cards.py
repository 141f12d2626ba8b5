"""Share cards: what is drawn, at which address, and how it goes again."""

from __future__ import annotations

import io
import os
import re
import threading
import time
from dataclasses import fields, replace
from html.parser import HTMLParser
from urllib.robotparser import RobotFileParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from careers.app import create_app
from careers.base import clock
from careers.base.admin.logos import logo
from careers.base.company import Company, contrast, palette
from careers.base.people import leave, person_by_email
from careers.base.web import limiter
from careers.blog.models import Article
from experts.editing import Profile, draw_another_portrait, write_profile
from experts.models import Expert
from experts.showing import opt_in, opt_out
from referrals import card_store, cards, lettering
from referrals.cards import INK, MUTED, PAPER, Card, card_png, digest
from referrals.lettering import drawable, fitted, width_of
from referrals.pages import cards as pages
from referrals.sharing import share
from referrals.targets import all_jobs, article_target, expert_target, job_target
from tests.cast import Cast
from tests.conftest import Visitor

FETCHER = {"User-Agent": "LinkedInBot/1.0 (+http://www.linkedin.com)"}
BASE = "http://127.0.0.1:8000"
LARGEST = 300_000  # bytes; WhatsApp shows nothing larger


class Head(HTMLParser):
    """What a page says of itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.metas: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "meta" and "content" in found:
            self.metas.append((found.get("property") or found.get("name") or "", found["content"]))
        if tag == "link":
            self.links.append((found.get("rel", ""), found.get("href", "")))
        if tag in {"img", "script", "source", "iframe", "video"} and found.get("src"):
            self.loads.append(found["src"])

    def all(self, name: str) -> list[str]:
        return [content for known, content in self.metas if known == name]

    def one(self, name: str) -> str:
        (content,) = self.all(name)
        return content


def head_of(visitor, path, status=200) -> Head:
    answer = visitor.get(path, headers=FETCHER)
    assert answer.status_code == status, path
    return Head(answer.get_data(as_text=True))


def address(visitor, link) -> str:
    """The path of the card that a preview of `link` names."""
    return head_of(visitor, f"/r/{link.code}").one("og:image").removeprefix(BASE)


def picture(answer) -> Image.Image:
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert len(answer.data) < LARGEST
    return check(answer.data)


def check(content: bytes) -> Image.Image:
    """Whole, of the right size, and with nothing drawn at its edges."""
    drawn = Image.open(io.BytesIO(content)).convert("RGB")
    assert drawn.size == (1200, 630)
    inner = ImageChops.difference(drawn, Image.new("RGB", drawn.size, PAPER)).getbbox()
    assert inner is None or (
        inner[0] >= 40 and inner[1] >= 40 and inner[2] <= 1160 and inner[3] <= 590
    ), inner
    return drawn


def kept(app) -> list[str]:
    return sorted(path.name for path in app.extensions["settings"].folder("cards").iterdir())


@pytest.fixture
def show(db):
    """`show(email)` writes a profile for that person and shows it."""

    def do(email: str, headline: str = "Keeps clocks honest.") -> Expert:
        person = person_by_email(db, email)
        write_profile(db, person, Profile(headline=headline))
        expert = opt_in(db, person)
        db.commit()
        return expert

    return do


@pytest.fixture
def article(db):
    made = Article(
        author_id=person_by_email(db, Cast.EDITOR).id, title="Nine bytes", slug="nine-bytes",
        summary="What we spared.", body="Text", body_html="<p>Text</p>", state="published",
        language="en", published_at=clock.now(),
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def company(db):
    made = Company(id=1, name="Acme", colour="#d2371f")
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def links(db, job, article, show):
    """Ada's link to each kind of target; the article is Edith's, the expert page Rosa's."""
    show(Cast.EDITOR)
    targets = [
        job_target(job), all_jobs(), article_target(article), expert_target(show(Cast.RECRUITER))
    ]  # fmt: skip
    ada = person_by_email(db, Cast.ENGINEER)
    made = {target.kind: share(db, ada, target, "linkedin") for target in targets}
    db.commit()
    return made


# -- who is named ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sharer", ["shown", "hidden", "paused", "left"])
@pytest.mark.parametrize("kind", ["job", "jobs", "article", "expert"])
def test_a_sharer_is_on_the_card_only_while_they_show_themselves(
    visitor, links, show, db, kind, sharer
):
    link = links[kind]
    if sharer != "hidden":
        show(Cast.ENGINEER)
    if sharer == "paused":
        link.paused_at = clock.now()
    if sharer == "left":
        leave(db, link.person)
    db.commit()
    preview = visitor.get(f"/r/{link.code}", headers=FETCHER).get_data(as_text=True)
    assert ("Ada" in preview) == (sharer == "shown")
    assert "Engel" not in preview
    head = Head(preview)
    assert ("Ada works" in head.one("og:image:alt")) == (sharer == "shown")
    if kind in {"job", "jobs"}:
        assert ("someone who works here" in preview) == (sharer == "hidden")
    present = head.one("og:image").removeprefix(BASE)
    drawn = {}
    for language in ("en", "fr"):
        stem = f"/r/{link.code}/card.{language}"
        answer = visitor.get(f"{stem}.old.png")
        assert answer.status_code == 302
        assert answer.location.startswith(f"{stem}.")
        drawn[answer.location] = picture(visitor.get(answer.location))
    assert len(drawn) == 2
    assert present in drawn


def test_whoever_shares_and_whom_it_is_about_stand_on_one_card(visitor, links, show):
    show(Cast.ENGINEER)
    assert "Ada works with Rosa" in head_of(visitor, f"/r/{links['expert'].code}").one(
        "og:image:alt"
    )
    alt = head_of(visitor, f"/r/{links['article'].code}").one("og:image:alt")
    assert "Article by Edith Martin. Nine bytes. What we spared. Ada works with Edith" in alt


def test_an_author_who_shares_stands_on_the_card_once(visitor, article, show, db):
    show(Cast.EDITOR)
    link = share(db, person_by_email(db, Cast.EDITOR), article_target(article), "x")
    db.commit()
    assert "Edith works here" in head_of(visitor, f"/r/{link.code}").one("og:image:alt")


@pytest.mark.parametrize("kind", ["job", "jobs", "article", "expert", "own article"])
@pytest.mark.parametrize("speaks", ["en", "fr"])
def test_of_a_link_whose_owner_has_left_nothing_says_that_they_work_here(
    app, visitor, links, article, show, db, kind, speaks
):
    ada = person_by_email(db, Cast.ENGINEER)
    show(Cast.ENGINEER)
    ada.language = speaks
    link = links[kind.removeprefix("own ")]
    if link.article or link.job:
        (link.article or link.job).language = speaks
    if kind == "own article":
        article.author_id = ada.id
    db.commit()
    before = visitor.get(f"/r/{link.code}", headers=FETCHER).get_data(as_text=True)
    assert "Ada" in before
    old = Head(before).one("og:image").removeprefix(BASE)
    picture(visitor.get(old))
    leave(db, ada)
    db.commit()
    after = visitor.get(f"/r/{link.code}", headers=FETCHER).get_data(as_text=True)
    assert "og:description" in after
    said = re.sub("(Edith|Rosa) (works here|travaille ici)", "", after)  # whom it is about do
    for word in ("Ada", "Engel", "works here", "travaille ici", "Shared by", "Partagé par"):
        assert word not in said, word
    answer = visitor.get(old)
    assert answer.status_code == 302
    assert answer.location != old
    picture(visitor.get(answer.location))
    if kind == "own article":
        assert "Article." in Head(after).one("og:image:alt")


def test_a_closed_job_says_so(visitor, link, job, db):
    before = address(visitor, link)
    job.closed_at = clock.now()
    db.commit()
    head = head_of(visitor, f"/r/{link.code}")
    assert head.one("og:title") == "No longer open: Engineer"
    assert head.one("og:image:alt").startswith("No longer open. Engineer. Lyon.")
    assert "filled or was withdrawn" in head.one("og:description")
    assert address(visitor, link) != before


@pytest.mark.parametrize("kind", ["article", "expert"])
def test_of_a_withdrawn_target_nothing_is_left(app, visitor, links, article, db, kind):
    link = links[kind]
    present = address(visitor, link)
    picture(visitor.get(present))
    neutral = {"article": "/cards/article/nine-bytes", "expert": "/cards/expert/rosa-klein"}[kind]
    picture(visitor.get(visitor.get(f"{neutral}.en.x.png").location))
    if kind == "article":
        article.state = "withdrawn"
    else:
        opt_out(db, person_by_email(db, Cast.RECRUITER))
    db.commit()
    for path in (f"/r/{link.code}", present, f"{neutral}.en.x.png"):
        answer = visitor.get(path, headers=FETCHER)
        assert answer.status_code == 410, path
        text = answer.get_data(as_text=True)
        assert not any(word in text for word in ("Nine bytes", "Rosa", "og:image", "clocks"))
    sweep(app)
    assert kept(app) == []


# -- addresses -------------------------------------------------------------------------------------


def sweep(app):
    with app.extensions["database"].writing() as db:
        card_store.sweep(db, app.extensions["settings"].folder("cards"))
        db.commit()


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
    "second name": lambda db, job, ada, company: setattr(ada, "name", "Ada Lang"),
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


CARD = Card(
    "en", "Open job", "Engineer", "A job", ("Lyon", "Permanent"), "", "Acme", "#d2371f", "", (), "",
    "open",
)  # fmt: skip


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


# -- every page ------------------------------------------------------------------------------------

PAGES = [
    "/", "/jobs", "/jobs/engineer-x", "/blog", "/blog/nine-bytes", "/experts",
    "/experts/edith-martin",
]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_every_public_page_names_one_card_that_is_there(visitor, job, article, show, prefix):
    show(Cast.EDITOR)
    for path in PAGES:
        head = head_of(visitor, (prefix + path).rstrip("/") or "/")
        image = head.one("og:image")
        assert image.startswith(f"{BASE}/cards/"), path
        picture(visitor.get(image.removeprefix(BASE)))
        assert (head.one("og:image:width"), head.one("og:image:height")) == ("1200", "630")
        assert head.one("og:image:alt")
        assert head.one("twitter:card") == "summary_large_image"
        assert head.one("og:locale") in {"en_GB", "fr_FR"}
        assert head.one("og:url").startswith(BASE)
        assert len([rel for rel, _ in head.links if rel == "canonical"]) == 1, path
        assert not [there for there in head.loads if not there.startswith("/")], path


def test_a_page_in_both_languages_says_so(visitor, job):
    head = head_of(visitor, "/fr/jobs")
    assert (head.one("og:locale"), head.one("og:locale:alternate")) == ("fr_FR", "en_GB")
    assert ("canonical", f"{BASE}/fr/jobs") in head.links
    assert ".fr." in head.one("og:image")


def test_the_card_of_a_job_is_in_the_language_of_the_job(visitor, link, job, db):
    job.language = "fr"
    db.commit()
    assert ".fr." in head_of(visitor, "/jobs/engineer-x").one("og:image")
    assert ".fr." in address(visitor, link)


def test_the_card_of_all_jobs_is_in_the_language_of_the_sharer(visitor, links, db):
    links["jobs"].person.language = "fr"
    db.commit()
    assert ".fr." in address(visitor, links["jobs"])


def test_a_preview_loads_nothing_and_asks_not_to_be_indexed(visitor, link):
    answer = visitor.get(f"/r/{link.code}", headers=FETCHER)
    head = Head(answer.get_data(as_text=True))
    assert head.loads == head.links == []
    assert head.one("robots") == "noindex"
    assert visitor.get(address(visitor, link)).headers["X-Robots-Tag"] == "noindex"


def test_the_card_of_all_jobs_counts_them(visitor, job, db):
    assert "1 job," in head_of(visitor, "/jobs").one("og:image:alt")
    job.closed_at = clock.now()
    db.commit()
    assert "Nothing is open right now" in head_of(visitor, "/jobs").one("og:image:alt")


def test_robots_that_fetch_previews_may_and_those_that_search_may_not(visitor, link):
    rules = RobotFileParser()
    rules.parse(visitor.get("/robots.txt").get_data(as_text=True).splitlines())
    for path in (f"/r/{link.code}", address(visitor, link)):
        assert rules.can_fetch("Twitterbot/1.0", path)
        assert rules.can_fetch("LinkedInBot/1.0 (compatible)", path)
        assert not rules.can_fetch("Googlebot/2.1", path)
    assert rules.can_fetch("Googlebot/2.1", "/cards/home.en.x.png")


def test_a_name_that_our_fonts_cannot_write_leaves_no_half_sentence(visitor, link, show, db):
    show(Cast.ENGINEER)
    person_by_email(db, Cast.ENGINEER).name = "Инна Петрова"
    db.commit()
    head = head_of(visitor, f"/r/{link.code}")
    assert "Works at Entourage." in head.one("og:image:alt")
    assert "Инна works here" in head.one("og:description")
    picture(visitor.get(address(visitor, link)))


# -- kept on disk ----------------------------------------------------------------------------------


def test_a_card_is_drawn_once(app, visitor, link):
    present = address(visitor, link)
    assert kept(app) == []  # naming it draws nothing
    first = visitor.get(present).data
    (name,) = kept(app)
    path = app.extensions["settings"].folder("cards") / name
    other = card_png(CARD)
    assert other != first
    path.write_bytes(other)
    assert visitor.get(present).data == other
    path.write_bytes(first[:500])  # cut short by a crash
    assert visitor.get(present).data == first


def test_a_new_card_replaces_the_old_one_and_an_old_address_forgets_it(app, visitor, link, job, db):
    before = address(visitor, link)
    visitor.get(before)
    job.title = "Engineer at sea"
    db.commit()
    assert visitor.get(before).status_code == 302
    assert kept(app) == []
    visitor.get(address(visitor, link))
    job.title = "Engineer ashore"
    db.commit()
    visitor.get(address(visitor, link))
    assert len(kept(app)) == 1


@pytest.mark.parametrize("how", ["opts out", "leaves"])
def test_whoever_no_longer_shows_themselves_is_on_no_card_and_on_no_disk(
    app, visitor, link, show, db, how
):
    show(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    before = address(visitor, link)
    visitor.get(before)
    neutral = visitor.get("/cards/job/engineer-x.en.x.png").location
    visitor.get(neutral)
    sweep(app)
    assert len(kept(app)) == 2  # nobody is forgotten who shows themselves
    if how == "leaves":
        leave(db, ada)
    else:
        opt_out(db, ada)
    db.commit()
    sweep(app)
    assert [neutral.split(".")[-2] in name for name in kept(app)] == [True]
    answer = visitor.get(before)
    assert answer.status_code == 302
    assert "Ada" not in head_of(visitor, f"/r/{link.code}").one("og:image:alt")


def test_what_is_old_or_too_much_is_swept(app, visitor, link, monkeypatch):
    visitor.get(address(visitor, link))
    french = visitor.get(f"/r/{link.code}/card.fr.x.png").location
    visitor.get(french)
    folder = app.extensions["settings"].folder("cards")
    (old,) = folder.glob("*.en.*")
    (folder / "left-by-a-crash.part").write_bytes(b"x")
    long_ago = time.time() - 31 * 24 * 3600
    for path in (old, folder / "left-by-a-crash.part"):
        os.utime(path, (long_ago, long_ago))
    sweep(app)
    assert len(kept(app)) == 1
    assert ".fr." in kept(app)[0]
    visitor.get(address(visitor, link))
    newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    monkeypatch.setattr(card_store, "KEPT_IN_ALL", newest.stat().st_size)
    sweep(app)
    assert kept(app) == [newest.name]


def test_a_full_disk_still_shows_the_card(app, visitor, link, monkeypatch):
    def full(**_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(card_store.tempfile, "NamedTemporaryFile", full)
    picture(visitor.get(address(visitor, link)))
    assert kept(app) == []


def test_many_who_ask_at_once_get_the_same_picture(app, link):
    present = address(Visitor(app), link)
    found = []

    def ask() -> None:
        found.append(Visitor(app).get(present).data)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    check(found[0])
    assert len(kept(app)) == 1


def test_drawing_is_limited_and_what_is_kept_is_not(settings, job, link, db, monkeypatch):
    monkeypatch.setattr(pages, "DRAWINGS", "3/minute")
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    try:
        visitor = Visitor(app)
        answers = []
        for number in range(4):
            job.title = f"Engineer {number}"
            db.commit()
            present = address(visitor, link)
            answers.append(visitor.get(present).status_code)
            if number == 2:
                again = [visitor.get(present).status_code for _ in range(10)]
        assert answers == [200, 200, 200, 429]
        assert again == [200] * 10
        elsewhere = visitor.get(present, environ_base={"REMOTE_ADDR": "198.51.100.7"})
        assert elsewhere.status_code == 200
    finally:
        limiter.enabled = False
        app.extensions["database"].dispose()


# -- lettering -------------------------------------------------------------------------------------


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
    faces=st.lists(st.text(max_size=5), max_size=2),
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
