"""What the administrator marks as internal never shows: not where everybody reads, nor in what
programs read, nor by what it would match."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from careers.base.people import Person, person_by_email
from careers.jobs.models import Job
from tests.cast import Cast
from tests.experts.crawling import crawl

PAGE = "/experts/ada-engel"
SECRET = {"job_title": "Zymologist", "team": "Zirconium", "office": "Zanzibar"}
BEGINNINGS = (
    "/", "/fr/", "/sitemap.xml", "/experts?q=ada", "/experts?office=Zanzibar",
    "/search?q=ada", "/search?q=zymologist", "/search?q=zanzibar", "/search/suggestions?q=z",
    "/jobs/indeed.xml", "/jobs/feed.atom", "/blog/feed.json", "/topics/time/feed.json",
    "/named?q=ada",
)  # fmt: skip


@pytest.fixture
def ada(show, wrote, said, database, visit_as, work):
    """Somebody shown with all there is, a namesake, and a job of a team that is called the same."""
    with database.writing() as db:
        db.execute(update(Person).values(**SECRET))
        person_by_email(db, Cast.COLLEAGUE).name = "Ada Engel"
        contact = person_by_email(db, Cast.ENGINEER)
        for slug, team, ask in (("one-x", "Zirconium", None), ("two-x", "Other", contact)):
            job = Job(
                slug=slug, source="lever", board="acme", source_id=slug, title=slug, team=team,
                description_html="<p>Build.</p>", opened_at=contact.created_at,
                content_hash="0" * 64, contact=ask,
            )  # fmt: skip
            db.add(job)
        db.commit()
    show(Cast.ENGINEER, topics=("Time",))
    show(Cast.COLLEAGUE, topics=("Time",))
    wrote(Cast.ENGINEER, "Clocks lie")
    said(Cast.ENGINEER, "Some words")
    work()


def mark(visit_as, *fields: str) -> None:
    form = {"name": "Acme", "colour": "#d2371f", "internal": list(fields)}
    answer = visit_as(Cast.ADMIN).post("/admin/company", form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text


def said_in(found: dict, word: str) -> set[str]:
    """The addresses whose answer has `word`, which nobody asked them for."""
    return {
        address
        for address, answer in found.items()
        if word.lower() not in address.lower() and word.lower().encode() in answer.data.lower()
    }  # fmt: skip


def test_all_of_it_shows_until_it_is_internal(visitor, ada, work):
    found = crawl(visitor, *BEGINNINGS)
    assert {PAGE, f"{PAGE}/card.vcf", "/jobs/two-x"} <= said_in(found, "Zymologist")
    assert {PAGE, "/experts", "/topics/time"} <= said_in(found, "Zirconium")
    assert {PAGE, "/experts", "/topics/time"} <= said_in(found, "Zanzibar")
    assert 'href="/jobs/one-x"' in found[PAGE].text
    assert "Ada Engel" in visitor.get("/jobs/one-x").text
    assert found["/"].text.count("Zirconium") > found["/"].text.count('href="/jobs/one-x"')
    assert "Ada Engel" in visitor.get("/search?q=zymologist").text


@pytest.mark.parametrize("who", [None, Cast.EDITOR], ids=["visitor", "employee"])
def test_what_is_internal_is_said_nowhere(visitor, visit_as, ada, work, who):
    mark(visit_as, "job_title", "team", "office")
    work()
    browser = visit_as(who) if who else visitor
    found = {
        address: answer
        for address, answer in crawl(browser, *BEGINNINGS).items()
        if not address.removeprefix("/fr").startswith(("/me", "/editing"))
    }
    assert len(found) > 40
    assert said_in(found, "Zymologist") == set()
    assert said_in(found, "Zanzibar") == set()
    # A job says its own team, and nothing else does: nobody is matched by theirs.
    of_jobs = {one for one in found if one.removeprefix("/fr").startswith(("/jobs", "/search"))}
    assert said_in(found, "Zirconium") <= of_jobs | {"/", "/fr/"}
    assert found["/"].text.count("Zirconium") == found["/"].text.count('href="/jobs/one-x"')
    assert "Ada Engel" not in visitor.get("/jobs/one-x").text
    for page in (PAGE, "/blog/clocks-lie", "/topics/time"):
        assert "/jobs/one-x" not in visitor.get(page).text, page
    for question in ("/search?q=zymologist", "/search?q=zanzibar", "/experts?office=Zanzibar"):
        assert "ada-engel" not in visitor.get(question).text, question


@pytest.mark.parametrize("field", SECRET)
def test_each_of_it_is_chosen_alone(visitor, visit_as, ada, work, field):
    mark(visit_as, field)
    work()
    page = visitor.get(PAGE).text
    for name, word in SECRET.items():
        assert (word in page) is (name != field)
    mark(visit_as)
    work()
    assert SECRET[field] in visitor.get(PAGE).text
    assert "Ada Engel" in visitor.get(f"/search?q={SECRET[field].lower()}").text


def test_who_works_on_the_site_reads_it_still(visit_as, ada):
    mark(visit_as, *SECRET)
    admin = visit_as(Cast.ADMIN)
    found = admin.get("/admin/people?q=A1").text
    assert "Zirconium" in found
    assert "What stays internal" in admin.get("/admin/company").text
