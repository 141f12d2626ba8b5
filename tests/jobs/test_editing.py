"""Jobs written here, and what is set here against a board."""

from __future__ import annotations

import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from careers.base.people import person_by_email
from careers.base.prose import markdown_to_html, plain_text, safe_html
from careers.jobs import editing
from careers.jobs.importing import import_jobs
from careers.jobs.models import Job
from careers.jobs.rewriting import as_markdown
from tests.cast import Cast
from tests.jobs.samples import greenhouse, greenhouse_row, open_job

NEW = "/recruiting/jobs/new"
WRITTEN = {
    "title": "Cook", "language": "en", "team": "Kitchen", "contact": "",
    "description": "You cook.\n\n- soup\n- **salad**", "places": "Lyon, France\nLeeds, UK",
    "workplace": "hybrid", "contract": "permanent", "hours": "full-time", "seniority": "entry",
    "salary_low": "28000", "salary_high": "32 000.50", "salary_currency": "eur",
    "salary_period": "year", "salary_note": "Meals.", "starts_on": "2027-01-04",
    "apply_until": "2099-01-31", "skills": "soup, knives", "languages_asked": "French, en",
    "remote_countries": "", "other_title": "", "other_description": "", "keep": "1",
}  # fmt: skip


def _text(answer) -> str:
    return answer.get_data(as_text=True)


def _job(db, **by) -> Job:
    db.expire_all()
    return db.scalars(select(Job).filter_by(**by)).one()


@pytest.fixture
def rosa(visit_as):
    return visit_as(Cast.RECRUITER)


def _write(rosa, **more):
    return rosa.post(NEW, WRITTEN | more, form_on=NEW)


def _edit(rosa, job, **more):
    """Open the form of `job`, change some of it, and send it."""
    address = f"/recruiting/jobs/{job.code}"
    return rosa.post(address, _shown(_text(rosa.get(address))) | {"keep": "1"} | more,
                     form_on=address)  # fmt: skip


def _shown(page: str) -> dict[str, str]:
    """What the form on a page holds."""
    import html as entities

    form = re.search(r'<form class="form part".*?</form>', page, re.S)[0]
    values = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))
    values |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\s*(.*?)</textarea>', form, re.S))
    for name, choices in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"', choices)
        values[name] = chosen[1] if chosen else ""
    values.pop("form_token", None)
    return {name: entities.unescape(value) for name, value in values.items()}


def test_a_job_is_written_as_a_draft_that_only_recruiters_see(rosa, visitor, db):
    answer = _write(rosa)
    assert answer.status_code == 303
    job = _job(db)
    assert (job.title, job.source, job.is_draft, job.is_open) == ("Cook", "here", True, False)
    assert job.description_html == "<p>You cook.</p>\n<ul>\n<li>soup</li>\n<li><strong>salad" \
        "</strong></li>\n</ul>\n"  # fmt: skip
    assert [(p["city"], p["country"]) for p in job.places] == [("Lyon", "FR"), ("Leeds", "GB")]
    assert (job.salary_low, job.salary_high, job.salary_currency) == (2_800_000, 3_200_050, "EUR")
    assert (job.skills, job.languages_asked) == (["soup", "knives"], ["fr", "en"])
    for page in (f"/jobs/{job.slug}", f"/jobs/{job.slug}/apply"):
        assert visitor.get(page).status_code in {404, 410}, page
    assert visitor.get(f"/jobs/{job.slug}").status_code == 404
    for page in ("/jobs", "/sitemap.xml", "/jobs/indeed.xml", "/jobs/feed.atom", "/search?q=cook"):
        assert job.slug not in _text(visitor.get(page)), page
    seen = _text(rosa.get(f"/jobs/{job.slug}"))
    assert "This is a draft" in seen
    assert "noindex" in seen
    assert "JobPosting" not in seen


def test_a_draft_is_published_closed_and_opened_again_at_one_address(rosa, visitor, db, work):
    _write(rosa)
    code, slug = _job(db).code, _job(db).slug

    def is_found():
        work()
        return f"/jobs/{slug}" in _text(visitor.get("/jobs?q=cook"))

    address = f"/recruiting/jobs/{code}"
    assert not is_found()
    for step, status in (("publish", 200), ("close", 410), ("reopen", 200)):
        assert rosa.post(f"{address}/{step}", {}, form_on=address).status_code == 303
        page = visitor.get(f"/jobs/{slug}")
        assert page.status_code == status
        assert ("JobPosting" in _text(page)) == (status == 200)
        assert (slug in _text(visitor.get("/sitemap.xml"))) == (status == 200)
        assert is_found() == (status == 200)
        again = rosa.post(f"{address}/{step}", {}, form_on=address)
        assert "Somebody was faster" in _text(rosa.get(again.location))
    assert _job(db).slug == slug


def test_a_draft_without_a_text_is_not_published(rosa, db):
    _write(rosa, description="")
    address = f"/recruiting/jobs/{_job(db).code}"
    answer = rosa.post(f"{address}/publish", {}, form_on=address)
    assert "no text yet" in _text(rosa.get(answer.location))
    assert _job(db).is_draft


def test_a_draft_is_deleted_and_what_was_published_is_not(rosa, db):
    _write(rosa)
    address = f"/recruiting/jobs/{_job(db).code}"
    rosa.post(f"{address}/publish", {}, form_on=address)
    rosa.post(f"{address}/discard", {}, form_on=address)
    assert _job(db).is_open
    _write(rosa, title="Baker")
    baker = f"/recruiting/jobs/{_job(db, title='Baker').code}"
    rosa.post(f"{baker}/discard", {}, form_on=baker)
    assert db.scalars(select(Job.title)).all() == ["Cook"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"title": " "}, "Please write a title."),
        ({"title": "x" * 201}, "under 200 characters"),
        ({"salary_high": "lots"}, "This salary is not understood"),
        ({"salary_low": "40000", "salary_high": "30000"}, "This salary is not understood"),
        ({"salary_currency": "EURO"}, "This salary is not understood"),
        ({"remote_countries": "France, Atlantis"}, "This is no country: Atlantis"),
        ({"languages_asked": "Klingonisch"}, "This is no language: Klingonisch"),
        ({"starts_on": "soon"}, "Not a valid date value"),
        ({"places": "\n".join(f"P{n}" for n in range(31))}, "at most 30 places"),
        ({"other_title": "Cuisinier"}, "both its title and its text"),
        ({"workplace": "moon"}, "Not a valid choice"),
    ],
)
def test_what_does_not_hold_is_asked_again_with_everything_kept(rosa, db, more, says):
    answer = _write(rosa, **more)
    assert answer.status_code == 422
    page = _text(answer)
    assert says in page
    assert "You cook." in page
    assert db.scalars(select(Job)).all() == []


def test_the_check_says_what_is_missing_and_keeps_nothing(rosa, db):
    page = _text(_write(rosa, keep="", check="1", salary_low="", salary_high="", places="Here"))
    assert "There is no salary range" in page
    assert "City and country aren&#39;t known for: Here" in page
    assert db.scalars(select(Job)).all() == []
    whole = _text(_write(rosa, check="1", description="You cook. " * 40))
    assert "Nothing is missing" in whole


def test_the_live_check_keeps_nothing(rosa, db):
    answer = rosa.post(NEW, WRITTEN, form_on=NEW, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="check"' in _text(answer)
    assert db.scalars(select(Job)).all() == []


def test_a_translation_is_shown_to_who_reads_that_language(rosa, visitor, db):
    _write(rosa, other_title="Cuisinier", other_description="Vous cuisinez.")
    job = _job(db)
    address = f"/recruiting/jobs/{job.code}"
    rosa.post(f"{address}/publish", {}, form_on=address)
    french = _text(visitor.get(f"/fr/jobs/{job.slug}"))
    assert '<h1 lang="fr">Cuisinier</h1>' in french
    assert "Vous cuisinez." in french
    assert '"title": "Cuisinier"' in french
    assert '<h1 lang="en">Cook</h1>' in _text(visitor.get(f"/jobs/{job.slug}"))
    _edit(rosa, job, team="Hall")
    assert _job(db).translations["fr"]["title"] == "Cuisinier"
    _edit(rosa, job, other_title="", other_description="")
    assert _job(db).translations == {}


# -- against a board -------------------------------------------------------------------------------


def test_opening_and_keeping_a_board_s_job_changes_nothing(rosa, db):
    job = open_job(db, text="<p>One<br>two</p><h3>Head</h3><ul><li>a <b>b</b></li></ul>")
    before = (job.description_html, job.version)
    assert _edit(rosa, job).status_code == 303
    job = _job(db)
    assert (job.description_html, job.overrides) == (before[0], {})


def test_what_is_set_here_stays_while_the_rest_follows_the_board_until_handed_back(rosa, db):
    job = open_job(db)
    _edit(rosa, job, title="Data person", salary_low="60000", salary_high="80000")
    job = _job(db)
    assert set(job.overrides) == {"title", "salary"}
    page = _text(rosa.get(f"/recruiting/jobs/{job.code}"))
    assert page.count("Follow the board again") == 2
    assert "changed here" in _text(rosa.get("/recruiting/jobs?state=set_here"))
    row = greenhouse_row(title="Data wizard", location={"name": "Paris, France"})
    report = import_jobs(db, "greenhouse", "acme", greenhouse(row))
    db.commit()
    assert report.happened[0]["fields"] == ["places"]
    job = _job(db)
    assert (job.title, job.locations, job.salary_low) == (
        "Data person", ["Paris, France"], 6_000_000,
    )  # fmt: skip
    address = f"/recruiting/jobs/{job.code}"
    rosa.post(f"{address}/hand-back", {"field": "title"}, form_on=address)
    job = _job(db)
    assert (job.title, set(job.overrides)) == ("Data wizard", {"salary"})
    again = rosa.post(f"{address}/hand-back", {"field": "title"}, form_on=address)
    assert "Somebody was faster" in _text(rosa.get(again.location))


def test_a_board_s_job_closed_here_stays_closed_until_it_is_opened_here(rosa, db):
    job = open_job(db)
    address = f"/recruiting/jobs/{job.code}"
    rosa.post(f"{address}/close", {}, form_on=address)
    for title in ("Data engineer", "Another title"):
        import_jobs(db, "greenhouse", "acme", greenhouse(greenhouse_row(title=title)))
        db.commit()
        assert not _job(db).is_open
    rosa.post(f"{address}/reopen", {}, form_on=address)
    assert (_job(db).is_open, _job(db).overrides) == (True, {})


def test_a_job_that_its_board_took_away_is_not_opened_here(rosa, db):
    job = open_job(db)
    for _ in range(2):
        import_jobs(db, "greenhouse", "acme", greenhouse())
        db.commit()
    address = f"/recruiting/jobs/{job.code}"
    assert "opens again by itself" in _text(rosa.get(address))
    rosa.post(f"{address}/reopen", {}, form_on=address)
    assert not _job(db).is_open


# -- two at once -----------------------------------------------------------------------------------


def test_of_two_who_edit_at_once_the_second_is_told_and_loses_nothing(rosa, db):
    _write(rosa)
    job = _job(db)
    stale = {"version": str(job.version)}
    _edit(rosa, job, title="Chef")
    answer = _edit(rosa, job, title="Sous-chef", **stale)
    assert answer.status_code == 409
    page = _text(answer)
    assert "This job was changed while you wrote" in page
    assert 'value="Sous-chef"' in page
    assert _job(db).title == "Chef"
    again = rosa.post(f"/recruiting/jobs/{job.code}", _shown(page) | {"keep": "1"},
                      form_on=f"/recruiting/jobs/{job.code}")  # fmt: skip
    assert again.status_code == 303
    assert _job(db).title == "Sous-chef"


def test_an_import_meanwhile_is_told_too(rosa, db):
    job = open_job(db)
    stale = {"version": str(job.version)}
    import_jobs(db, "greenhouse", "acme", greenhouse(greenhouse_row(title="Data wizard")))
    db.commit()
    assert _edit(rosa, job, title="Data person", **stale).status_code == 409
    assert _job(db).title == "Data wizard"


def test_of_many_who_publish_at_once_one_does(rosa, db, database):
    _write(rosa)
    number, together, done = _job(db).id, threading.Barrier(4), []
    db.rollback()

    def publish():
        with database.writing() as mine:
            together.wait()
            job, by = mine.get_one(Job, number), person_by_email(mine, Cast.RECRUITER)
            try:
                editing.publish(mine, by, job)
                mine.commit()
                done.append(True)
            except editing.Conflict:
                done.append(False)

    people = [threading.Thread(target=publish) for _ in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(done) == [False, False, False, True]


@pytest.mark.parametrize("email", [Cast.ENGINEER, Cast.EDITOR, Cast.ADMIN])
def test_for_others_writing_does_not_exist(visit_as, db, email):
    job = open_job(db)
    browser = visit_as(email)
    assert browser.get(NEW).status_code == 404
    assert browser.get(f"/recruiting/jobs/{job.code}").status_code == 404
    answer = browser.post(f"/recruiting/jobs/{job.code}/close", {}, form_on="/me/links")
    assert answer.status_code == 404


# -- HTML as Markdown ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<p>One</p><p>Two <strong>bold</strong> and <em>italic</em>.</p>",
        "<h2>Head</h2><p>Text</p><h3>Sub</h3><ul><li>a</li><li>b</li></ul>",
        "<ol><li>first</li><li>second</li></ol>",
        '<p><a href="https://example.com/a_b(c)">link</a></p>',
        "<p>1. not a list</p><p># no heading</p><p>- no dot</p><p>*stars* _under_ [box] &lt;b&gt;</p>",
        "<p>one<br>two</p>",
        "<blockquote><p>said</p></blockquote><hr>",
        "<ul><li>a<ul><li>inner</li></ul></li><li>b</li></ul>",
        "<div>no paragraph</div><div><strong> spaced </strong>word</div>",
        "<p>a&nbsp;b &amp; c</p>",
    ],
)
def test_html_as_markdown_says_the_same_words_and_shape(text):
    safe = safe_html(text)
    back = safe_html(markdown_to_html(as_markdown(safe)))
    assert plain_text(back) == plain_text(safe)
    shape = re.compile(r"<(h[1-6]|li|ul|ol|strong|em|a|br|blockquote|hr)\b")
    assert shape.findall(back) == shape.findall(safe)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
def test_any_words_come_back_as_they_were(words):
    safe = safe_html(f"<p>{words.replace('&', '&amp;').replace('<', '&lt;')}</p>")
    once = as_markdown(safe)
    assert plain_text(markdown_to_html(once)).split() == plain_text(safe).split()
