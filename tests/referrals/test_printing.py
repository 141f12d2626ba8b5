"""Printed campaigns: a link for each poster, its sheets, and what can be changed afterwards."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select

from careers.base import clock
from careers.base.people import person_by_email
from careers.blog.models import Article
from careers.jobs.models import Job
from experts.models import Expert
from referrals import printing
from referrals.campaigns import campaign_named
from referrals.models import Campaign, Click, ShareLink
from referrals.sheets import FORMATS, Format, House, Sheet, write_sheets
from referrals.targets import job_target
from referrals.typed_codes import check_digit, grouped, read_typed_code
from tests.cast import Cast
from tests.conftest import lacking
from tests.referrals.conftest import BROWSER


@pytest.fixture
def other_job(db):
    made = Job(
        slug="ingenieure-y", source="lever", board="acme", source_id="2", title="Ingénieure",
        description_html="<p>Des compteurs.</p>", opened_at=clock.now(), language="fr",
        content_hash="0" * 64,
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def campaign(db, job):
    ada = person_by_email(db, Cast.ENGINEER)
    labels = printing.labels_for("Table", 12)
    made = printing.make_campaign(db, ada, "Job fair Lyon", job_target(job), labels)
    db.commit()
    return made


@pytest.fixture
def links(db, campaign):
    return list(db.scalars(select(ShareLink).order_by(ShareLink.id)))


@pytest.fixture
def ada(visit_as):
    return visit_as(Cast.ENGINEER)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def new(browser, target="", **more):
    sent = {"name": "Open day", "count": "3", "label": "Poster", "target": target, **more}
    return browser.post("/me/campaigns/new", sent)


# -- making one ----------------------------------------------------------------------------------


def test_a_campaign_has_a_link_for_each_poster(ada, db, job):
    answer = new(ada, f"job:{job.slug}")
    assert answer.status_code == 303
    page = text(ada.get(answer.location))
    made = list(db.scalars(select(ShareLink).order_by(ShareLink.id)))
    assert [link.name for link in made] == ["Poster 1", "Poster 2", "Poster 3"]
    for link in made:
        assert link.is_printed
        assert (link.channel, link.job_id, link.words) == ("qr", job.id, "")
        assert read_typed_code(link.typed_code) == link.typed_code
        assert grouped(link.typed_code) in page
        assert link.name in page
    assert "Open day" in text(ada.get("/me/campaigns"))


@pytest.mark.parametrize("count", ["0", "201", "-3", "many", ""])
def test_there_are_from_1_to_200_links(ada, db, job, count):
    answer = new(ada, f"job:{job.slug}", count=count)
    assert answer.status_code == 422
    assert 'value="Open day"' in text(answer)
    assert db.scalar(select(func.count()).select_from(Campaign)) == 0


def test_two_hundred_links_are_made_at_once(ada, db, job):
    assert new(ada, f"job:{job.slug}", count="200").status_code == 303
    assert db.scalar(select(func.count(ShareLink.typed_code.distinct()))) == 200


def test_the_same_form_twice_makes_one_campaign_and_shows_it(ada, db, job):
    first = new(ada, f"job:{job.slug}")
    second = new(ada, f"job:{job.slug}")
    assert second.status_code == 422
    assert "You have a campaign of this name already." in text(second)
    assert f'href="{first.location}"' in text(second)
    assert db.scalar(select(func.count()).select_from(ShareLink)) == 3


def test_the_same_form_at_once_makes_one_campaign(app, visit_as, db, job):
    browsers = [visit_as(Cast.ENGINEER) for _ in range(4)]
    fields = [
        {
            "form_token": browser.form_token("/me/campaigns/new"), "name": "Open day",
            "count": "30", "label": "Table", "target": f"job:{job.slug}",
        }
        for browser in browsers
    ]  # fmt: skip
    got: list[int] = []

    def send(browser, sent):
        got.append(browser.client.post("/me/campaigns/new", data=sent).status_code)

    threads = [
        threading.Thread(target=send, args=pair) for pair in zip(browsers, fields, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [303, 422, 422, 422]
    assert db.scalar(select(func.count()).select_from(ShareLink)) == 30


def test_two_people_may_use_one_name(ada, visit_as, job):
    assert new(ada, f"job:{job.slug}").status_code == 303
    assert new(visit_as(Cast.COLLEAGUE), f"job:{job.slug}").status_code == 303


def test_a_typed_code_that_is_taken_is_tried_again(db, campaign, job, links):
    ada = person_by_email(db, Cast.ENGINEER)
    free = [stem + check_digit(stem) for stem in ("00000", "00001", "00002")]
    drawn = iter([links[0].typed_code, free[0], links[1].typed_code, free[0], free[1], free[2]])
    made = printing.make_campaign(
        db, ada, "Next", job_target(job), ["A", "B", "C"], lambda: next(drawn)
    )
    db.commit()
    codes = {
        printed.link.name: printed.link.typed_code for printed in printing.printed_links(db, made)
    }
    assert sorted(codes) == ["A", "B", "C"]
    assert set(codes.values()) == set(free)


def test_when_no_code_is_free_nothing_is_made(db, campaign, job, links):
    ada = person_by_email(db, Cast.ENGINEER)
    with pytest.raises(RuntimeError):
        printing.make_campaign(db, ada, "Next", job_target(job), ["A"], lambda: links[0].typed_code)
    db.rollback()
    assert campaign_named(db, ada, "Next") is None


# -- choosing where they lead --------------------------------------------------------------------


def test_looking_finds_jobs_articles_and_people_and_keeps_the_rest(ada, db, job, other_job):
    edith = person_by_email(db, Cast.EDITOR)
    edith.page = "edith-martin"
    db.add(Expert(person=edith, slug="edith-martin", state="shown", headline="Edits"))
    db.add(
        Article(
            author_id=edith.id,
            slug="on-engineering",
            title="On engineering",
            state="published",
            published_at=clock.now(),
        )  # fmt: skip
    )
    db.commit()
    sent = {"look": "1", "name": "Kept", "count": "7"}
    for words, values in {
        "ENGINE": ["jobs:", "job:engineer-x", "article:on-engineering"],
        "ingenieure": ["jobs:", "job:ingenieure-y"],
        "martin edith": ["jobs:", "expert:edith-martin"],
    }.items():
        answer = new(ada, "jobs:", where=words, looked="", **sent)
        page = text(answer)
        assert answer.status_code == 200
        assert re.findall(r'name="target" value="([^"]*)"', page) == values
        assert 'value="Kept"' in page
        assert 'value="7"' in page


def test_what_was_chosen_after_looking_is_taken(ada, db, job, other_job):
    chosen = {"where": "engineer", "looked": "engineer"}
    assert new(ada, f"job:{job.slug}", **chosen).status_code == 303
    assert set(db.scalars(select(ShareLink.job_id))) == {job.id}


def test_words_without_a_choice_ask_for_one(ada, db, job):
    answer = new(ada, "jobs:", where="engineer", looked="")
    assert answer.status_code == 422
    assert "Choose one of these." in text(answer)


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("/jobs/engineer-x", "engineer-x"),
        ("{base}/jobs/engineer-x?via=abc#top", "engineer-x"),
        ("{base}/fr/jobs/engineer-x/", "engineer-x"),
        ("{host}/jobs/engineer-x", "engineer-x"),
        ("{base}/jobs", None),
    ],
)
def test_an_address_of_ours_can_be_pasted(app, ada, db, job, address, slug):
    base = app.extensions["settings"].base_url
    pasted = address.format(base=base, host=base.partition("://")[2])
    assert new(ada, "jobs:", where=pasted, looked="").status_code == 303
    link = db.scalar(select(ShareLink).limit(1))
    assert (link.job.slug if link.job else None) == slug


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/jobs/engineer-x",
        "//evil.example/jobs/engineer-x",
        "/\\evil.example/jobs/engineer-x",
        "{base}@evil.example/jobs/engineer-x",
        "{base}.evil.example/jobs/engineer-x",
        "javascript://{host}/jobs/engineer-x",
        "http://user@{host}/jobs/engineer-x",
        "http://{host}:99999/jobs/engineer-x",
        "http://[/jobs/engineer-x",
        "{base}/me/links",
        "/jobs/engineer-x/apply",
        "/jobs/nothing",
        "/blog",
        "/",
    ],
)
def test_links_lead_nowhere_else(app, ada, db, job, address):
    base = app.extensions["settings"].base_url
    pasted = address.format(base=base, host=base.partition("://")[2])
    answer = new(ada, "jobs:", where=pasted, looked="")
    assert answer.status_code == 422
    assert 'id="where-error"' in text(answer)
    assert db.scalar(select(func.count()).select_from(Campaign)) == 0


def test_a_closed_job_is_told_apart(ada, db, job):
    job.closed_at = clock.now()
    db.commit()
    assert "This job is closed" in text(new(ada, "jobs:", where="/jobs/engineer-x", looked=""))
    assert new(ada, "job:engineer-x").status_code == 422


# -- changing them -------------------------------------------------------------------------------


def act(browser, campaign, what, chosen, **fields):
    page = f"/me/campaigns/{campaign.code}/links?link={chosen[0].code}"
    sent = {"link": [link.code for link in chosen], **fields}
    return browser.post(f"/me/campaigns/{campaign.code}/{what}", sent, form_on=page)


def test_printed_links_lead_elsewhere_at_once_after_they_were_followed(
    ada, visitor, campaign, links, other_job
):
    for link in links[:3]:
        assert "/jobs/engineer-x?via=" in visitor.get(f"/r/{link.code}", headers=BROWSER).location
    answer = act(ada, campaign, "redirection", links[:2], target=f"job:{other_job.slug}")
    assert answer.status_code == 303
    went = [visitor.get(f"/r/{link.code}", headers=BROWSER).location for link in links[:3]]
    assert "/fr/jobs/ingenieure-y?via=" in went[0]
    assert "/fr/jobs/ingenieure-y?via=" in went[1]
    assert "/jobs/engineer-x?via=" in went[2]


def test_clicks_stay_with_what_the_link_led_to(
    ada, visitor, db, campaign, links, job, other_job, ingested
):
    visitor.get(f"/r/{links[0].code}", headers=BROWSER)
    act(ada, campaign, "redirection", links[:1], target=f"job:{other_job.slug}")
    visitor.get(
        f"/r/{links[0].code}", headers={**BROWSER, "User-Agent": BROWSER["User-Agent"] + "x"}
    )
    ingested()
    assert sorted(db.scalars(select(Click.job_id))) == sorted([job.id, other_job.id])


def test_a_foreign_address_is_refused_and_nothing_changes(ada, db, campaign, links, job):
    answer = act(
        ada, campaign, "redirection", links[:1], where="https://evil.example/", looked="",
        target="jobs:",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "not on our site" in text(answer)
    db.expire_all()
    assert links[0].job_id == job.id


def test_a_link_that_is_off_leads_on_and_brings_nothing_until_it_is_on_again(
    ada, visitor, db, campaign, links
):
    address = f"/r/{links[0].code}"
    assert "via=" in visitor.get(address, headers=BROWSER).location
    act(ada, campaign, "switch", links[:1], to="off")
    assert visitor.get(address, headers=BROWSER).location == "/jobs/engineer-x"
    assert visitor.post("/code", {"code": links[0].typed_code}).location == "/jobs/engineer-x"
    assert "off since" in text(ada.get(f"/me/campaigns/{campaign.code}"))
    act(ada, campaign, "switch", links[:1], to="on")
    assert "via=" in visitor.get(address, headers=BROWSER).location


def test_switching_off_twice_keeps_the_first_moment(ada, db, campaign, links):
    act(ada, campaign, "switch", links[:1], to="off")
    first = db.scalar(select(ShareLink.paused_at).where(ShareLink.id == links[0].id))
    act(ada, campaign, "switch", links[:2], to="off")
    assert db.scalar(select(ShareLink.paused_at).where(ShareLink.id == links[0].id)) == first


def test_a_link_is_called_otherwise(ada, db, campaign, links):
    act(ada, campaign, "name", links[:1], label="  By the   door ")
    assert "By the door" in text(ada.get(f"/me/campaigns/{campaign.code}"))
    for wrong in ("", "  ", "x" * 81):
        assert act(ada, campaign, "name", links[:1], label=wrong).status_code == 422


def test_people_who_came_by_each_link_are_shown(ada, visitor, campaign, links, ingested):
    visitor.get(f"/r/{links[0].code}", headers=BROWSER)
    ingested()
    numbers = re.findall(
        r'data-label="People">(\d+)<', text(ada.get(f"/me/campaigns/{campaign.code}"))
    )
    assert numbers == ["1"] + ["0"] * 11


# -- whose they are ------------------------------------------------------------------------------


def test_anothers_campaign_is_not_there(visit_as, db, campaign, links):
    carl = visit_as(Cast.COLLEAGUE)
    code = campaign.code
    for path in ("", f"/links?link={links[0].code}", "/sheets.pdf?format=a6"):
        assert carl.get(f"/me/campaigns/{code}{path}").status_code == 404
    for what in ("name", "redirection", "switch"):
        sent = {"link": links[0].code, "to": "off", "target": "jobs:", "label": "Mine"}
        answer = carl.post(f"/me/campaigns/{code}/{what}", sent, form_on="/me/campaigns/new")
        assert answer.status_code == 404
    db.expire_all()
    assert (links[0].paused_at, links[0].name) == (None, "Table 1")


def test_a_link_of_another_campaign_is_not_among_the_chosen(ada, db, campaign, links, job):
    edith = person_by_email(db, Cast.EDITOR)
    theirs = printing.make_campaign(db, edith, "Theirs", job_target(job), ["One"])
    db.commit()
    foreign = printing.printed_links(db, theirs)[0].link
    code = campaign.code
    chosen = f"link={links[0].code}&link={foreign.code}"
    assert ada.get(f"/me/campaigns/{code}/links?{chosen}").status_code == 404
    assert ada.get(f"/me/campaigns/{code}/sheets.pdf?format=a6&{chosen}").status_code == 404
    assert act(ada, campaign, "switch", [links[0], foreign], to="off").status_code == 404
    db.expire_all()
    assert links[0].paused_at is None


def test_changing_none_says_to_choose(ada, campaign):
    answer = ada.get(f"/me/campaigns/{campaign.code}/links", follow_redirects=True)
    assert "Choose at least one first." in text(answer)


# -- sheets --------------------------------------------------------------------------------------

PAGES = {"a3": 12, "a6": 12, "a6-4": 3, "badge-10": 2}  # for twelve links
PAPER = {"a3": (297, 420), "a6": (105, 148), "a6-4": (210, 297), "badge-10": (210, 297)}


def decoded(pdf: bytes, form: str, folder, dots: int) -> list[list[str]]:
    """What zbar reads on each card of each page of `pdf`, at so many dots an inch."""
    for tool in ("pdftoppm", "zbarimg"):
        if shutil.which(tool) is None:
            lacking(tool)
    (folder / "sheet.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-gray", "-r", str(dots), "-png", folder / "sheet.pdf", folder / "page"]
    subprocess.run(command, check=True, capture_output=True)
    found = []
    for page in sorted(folder.glob("page*.png")):
        found.append([])
        for card in cards(Image.open(page), FORMATS[form]):
            card.save(folder / "card.png")
            read = subprocess.run(
                ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", folder / "card.png"],
                capture_output=True, text=True,
            )  # fmt: skip
            found[-1] += read.stdout.split()
    return found


def cards(page: Image.Image, form: Format) -> Iterator[Image.Image]:
    """The cards of a page one by one, as they are once cut."""
    dot = page.width / form.width
    wide, high = form.design.width * dot, form.design.height * dot
    left, top = (page.width - form.across * wide) / 2, (page.height - form.down * high) / 2
    for row in range(form.down):
        for column in range(form.across):
            x, y = left + column * wide, top + row * high
            yield page.crop((round(x), round(y), round(x + wide), round(y + high)))


@pytest.mark.parametrize(
    ("form", "dots"), [("a3", 60), ("a6", 200), ("a6-4", 200), ("badge-10", 300)]
)
def test_every_sheet_leads_to_its_links(app, ada, db, campaign, links, form, dots, tmp_path):
    answer = ada.get(f"/me/campaigns/{campaign.code}/sheets.pdf?format={form}")
    assert answer.mimetype == "application/pdf"
    assert f"job-fair-lyon-{form}.pdf" in answer.headers["Content-Disposition"]
    read = PdfReader(io.BytesIO(answer.data), strict=True)
    assert len(read.pages) == PAGES[form]
    assert read.metadata.title == "Job fair Lyon"
    wide, high = (float(side) / 72 * 25.4 for side in read.pages[0].mediabox[2:])
    assert (round(wide), round(high)) == PAPER[form]
    base = app.extensions["settings"].base_url
    found = decoded(answer.data, form, tmp_path, dots)
    assert [len(page) for page in found][:-1] == [FORMATS[form].on_a_page] * (PAGES[form] - 1)
    assert sorted(address for page in found for address in page) == sorted(
        f"{base}/r/{link.code}" for link in links
    )


def test_a_sheet_can_be_of_some_links_and_speak_for_the_company(
    app, ada, campaign, links, tmp_path
):
    chosen = "&".join(f"link={link.code}" for link in links[3:5])
    address = f"/me/campaigns/{campaign.code}/sheets.pdf?format=a6&{chosen}"
    mine, companys = ada.get(address), ada.get(f"{address}&by=company")
    base = app.extensions["settings"].base_url
    expected = [[f"{base}/r/{link.code}"] for link in links[3:5]]
    assert decoded(mine.data, "a6", tmp_path, 150) == expected
    assert decoded(companys.data, "a6", tmp_path, 150) == expected
    assert mine.data != companys.data


@pytest.mark.parametrize("form", ["", "a4", "A6"])
def test_there_is_no_other_format(ada, campaign, form):
    assert ada.get(f"/me/campaigns/{campaign.code}/sheets.pdf?format={form}").status_code == 404


@pytest.mark.parametrize(
    "title",
    [
        "Łódź: Šárka Ångström’s “naïve” œuvre – ½",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "Engineer " * 20,
        "数据工程师",
        "A",
        "",
    ],
    ids=range(6),
)
@pytest.mark.parametrize("form", FORMATS)
def test_whatever_is_written_leaves_the_code_readable(title, form, tmp_path):
    address = "https://careers.example.com/r/k7PqXw3mRt9a"
    sheet = Sheet(
        address, "K7F2QM", "A fair with a very long name indeed · " + "Table " * 10, title,
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch · Paris",
        "I am Karl-Theodor Maria Nikolaus Johann Jacob Philipp, and I work here. Ask me. " * 3,
        "KP", "Scannez-le, ou bien tapez", "sur " + "careers." * 6 + "example.com/fr/code",
    )  # fmt: skip
    wide = Image.new("RGB", (400, 60), "#224488")
    house = House("Acme and the very long name of its holding", "#ffe600", wide, True)
    out = io.BytesIO()
    write_sheets(out, FORMATS[form], house, [sheet], title, "fr")
    assert decoded(out.getvalue(), form, tmp_path, 60 if form == "a3" else 300) == [[address]]


MEASURE = """
import io, resource, sys
from referrals.qr import logo_picture
from referrals.sheets import FORMATS, Format, House, Sheet, write_sheets

class Nowhere(io.RawIOBase):
    size = 0
    def write(self, content):
        self.size += len(content)
        return len(content)

house = House("Acme", "#d2371f", logo_picture(None, "#d2371f"), False)
sheets = [
    Sheet(f"https://acme.example/r/k7PqXw3mRt{n:03}", "K7F2QM", f"Table {n}", f"Engineer {n}",
          "Lyon", "I am Ada Engel, and I work here. Ask me anything.", "AE", "Scan it, or type",
          "at acme.example/code")
    for n in range(int(sys.argv[1]))
]
out = Nowhere()
write_sheets(out, FORMATS["a3"], house, sheets, "Fair", "en")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_two_hundred_posters_need_little_more_memory_than_ten():
    def kilobytes(count: int) -> int:
        command = [sys.executable, "-c", MEASURE, str(count)]
        path = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
        done = subprocess.run(command, env=path, capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert kilobytes(200) - kilobytes(10) < 20_000
