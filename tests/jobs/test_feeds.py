"""What goes out to those who collect jobs, by their own rules: Indeed's XML, Atom, JobPosting."""

from __future__ import annotations

import re

import extruct
import feedparser
import pytest
from sqlalchemy import select

from careers.app import create_app
from careers.base import clock
from careers.base.company import Company
from careers.base.web import limiter
from careers.jobs.feeding import literal, reference
from careers.jobs.importing import import_jobs
from careers.jobs.models import Job
from tests.conftest import Visitor
from tests.jobs.rules import check_indeed, check_posting
from tests.jobs.samples import greenhouse, greenhouse_row, lever, lever_row


def _text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def jobs(db):
    db.add(Company(id=1, name="Acme & Söhne ]]>", website="https://acme.example"))
    import_jobs(
        db, "greenhouse", "acme",
        greenhouse(
            greenhouse_row(1, "C++ & <b>", text="<p>5 &lt; 6 &amp;&nbsp;é ]]&gt; &lt;script&gt;</p>"),
            greenhouse_row(2, location={"name": "Nowhere"}),
            greenhouse_row(3, application_deadline="2020-01-01"),
        ),
    )  # fmt: skip
    row = lever_row(country="FR", categories={
        "location": "Paris, France", "allLocations": ["Paris, France", "Leeds, UK", "EMEA"],
    })  # fmt: skip
    remote = lever_row("a-2", workplaceType="remote", categories={"location": "Remote"})
    import_jobs(db, "lever", "acme", lever(row, remote))
    db.commit()
    return {job.source_id: job for job in db.scalars(select(Job))}


def test_indeed_s_file_has_every_job_once_for_each_place_by_its_rules(visitor, jobs):
    found = check_indeed(_text(visitor.get("/jobs/indeed.xml")))
    places = sorted((job["title"], job["city"], job["country"]) for job in found)
    assert places == [
        ("C++ & <b>", "Lyon", "FR"),
        ("Ingénieure données", "", "FR"),
        ("Ingénieure données", "Leeds", "GB"),
        ("Ingénieure données", "Paris", "FR"),
    ]
    first = next(job for job in found if job["city"] == "Lyon")
    assert first["description"] == "<p>5 < 6 &\xa0é ]]> ‹script></p>"
    assert first["company"] == "Acme & Söhne ]]>"
    assert first["url"] == f"http://127.0.0.1:8000/jobs/{jobs['1'].slug}"
    assert first["salary"] == "€58,000–70,000 a year"
    assert first["jobtype"] == "fulltime, permanent"
    remote = next(job for job in found if not job["city"])
    assert remote["remotetype"] == "Fully remote"
    assert remote["url"].startswith("http://127.0.0.1:8000/fr/jobs/")


def test_the_file_of_all_jobs_is_asked_for_so_often_an_hour(settings, jobs):
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    try:
        visitor = Visitor(app)
        answers = [visitor.get("/jobs/indeed.xml").status_code for _ in range(61)]
        assert answers == [200] * 60 + [429]
        assert visitor.get("/jobs/feed.atom").status_code == 200
    finally:
        limiter.enabled = False
        app.extensions["database"].dispose()


def test_a_reference_number_never_changes_while_a_place_stays(jobs, db):
    job = jobs["a-1"]
    before = {place["name"]: reference(job, place) for place in job.places}
    assert len(set(before.values())) == len(before)
    job.places = list(reversed(job.places))
    job.title = "Another"
    assert {place["name"]: reference(job, place) for place in job.places} == before


@pytest.mark.parametrize(
    ("safe", "plain"),
    [
        ("<p>a &amp; b</p>", "<p>a & b</p>"), ("1 &lt; 2", "1 < 2"), ("&lt;b&gt;", "‹b>"),
        ("&lt;/p&gt;", "‹/p>"), ("&nbsp;", "\xa0"), ("<a href='?a=1&amp;b'>x</a>",
        "<a href='?a=1&b'>x</a>"), ("&amp;amp;", "&"),
    ],
)  # fmt: skip
def test_html_is_written_with_literal_characters(safe, plain):
    assert literal(safe) == plain


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_atom_feed_is_read_by_a_feed_reader(visitor, jobs, prefix):
    answer = visitor.get(f"{prefix}/jobs/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = feedparser.parse(answer.data)
    assert not feed.bozo
    assert feed.feed.id == f"http://127.0.0.1:8000{prefix}/jobs/feed.atom"
    assert len(feed.entries) == 5
    entry = next(one for one in feed.entries if one.title.startswith("C++"))
    assert entry.link == f"http://127.0.0.1:8000{prefix}/jobs/{jobs['1'].slug}"
    assert "5 &lt; 6" in entry.content[0].value
    assert {"published", "updated", "summary"} <= set(entry)


def test_feeds_without_any_job_hold(visitor):
    assert check_indeed(_text(visitor.get("/jobs/indeed.xml"))) == []
    assert not feedparser.parse(visitor.get("/jobs/feed.atom").data).bozo


def test_every_job_has_a_posting_by_google_s_rules_or_none(visitor, jobs):
    carries = {}
    for number, job in jobs.items():
        page = _text(visitor.get(f"/jobs/{job.slug}"))
        found = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
        carries[number] = len(found)
        for posting in found:
            check_posting(posting, page)
    # Of "Nowhere" no country is known, and the last day of the third is over.
    assert carries == {"1": 1, "2": 0, "3": 0, "a-1": 1, "a-2": 1}


def test_no_list_and_no_closed_job_carries_a_posting(visitor, jobs, db):
    jobs["1"].closed_at = clock.now()
    db.commit()
    for page in ("/jobs", f"/jobs/{jobs['1'].slug}", "/", "/search?q=data"):
        assert "JobPosting" not in _text(visitor.get(page)), page
    assert jobs["1"].slug not in _text(visitor.get("/jobs/indeed.xml"))
    assert jobs["1"].slug not in _text(visitor.get("/jobs/feed.atom"))


def test_the_sitemap_says_when_a_job_truly_changed_and_names_both_languages(visitor, jobs):
    xml = _text(visitor.get("/sitemap.xml"))
    for job in jobs.values():
        for prefix in ("", "/fr"):
            address = f"http://127.0.0.1:8000{prefix}/jobs/{job.slug}"
            found = re.search(rf"<url><loc>{re.escape(address)}</loc>.*?</url>", xml)[0]
            assert f"<lastmod>{job.changed_at.isoformat()}</lastmod>" in found
            assert re.findall('hreflang="([^"]*)"', found) == ["en", "fr", "x-default"]


def _postings(db, *rows):
    rows = [
        greenhouse_row(number, f"Job {number}", language=spoken, internal_job_id=7)
        for number, spoken in rows
    ]
    import_jobs(db, "greenhouse", "acme", greenhouse(*rows))
    db.commit()
    return [f"/jobs/{job.slug}" for job in db.scalars(select(Job).order_by(Job.id))]


def _alternates(html):
    base = "http://127.0.0.1:8000"
    return dict(re.findall(rf'hreflang="([^"]+)" href="{base}([^"]+)"', html.split("</head>")[0]))


def _in_sitemap(visitor):
    urls = re.findall("<url>.*?</url>", _text(visitor.get("/sitemap.xml")))
    found = {re.search("<loc>http://127.0.0.1:8000(.*?)</loc>", url)[1]: url for url in urls}
    return {at: _alternates(url) for at, url in found.items() if "/jobs/" in at}


def test_postings_in_two_languages_name_each_other_while_both_are_open(visitor, db):
    english, french = _postings(db, (1, "en"), (2, "fr"))
    both = {"en": english, "x-default": english, "fr": f"/fr{french}"}
    for page, canonical in (
        (english, english), (f"/fr{french}", f"/fr{french}"),
        (f"/fr{english}", english), (french, f"/fr{french}"),
    ):  # fmt: skip
        html = _text(visitor.get(page))
        assert _alternates(html) == both, page
        assert f'<link rel="canonical" href="http://127.0.0.1:8000{canonical}">' in html
    assert _in_sitemap(visitor) == {english: both, f"/fr{french}": both}
    db.scalars(select(Job).where(Job.source_id == "2")).one().closed_at = clock.now()
    db.commit()
    alone = {"en": english, "x-default": english, "fr": f"/fr{english}"}
    assert _alternates(_text(visitor.get(english))) == alone
    assert _in_sitemap(visitor) == {english: alone, f"/fr{english}": alone}


def test_every_page_that_is_named_for_a_language_names_the_same_ones(visitor, db):
    """German has no pages here, the second French posting is for another place."""
    german, french, second, italian = _postings(db, (1, "de"), (2, "fr"), (3, "fr"), (4, "it"))
    named = {
        "en": french, "x-default": french, "fr": f"/fr{french}", "de": german, "it": italian,
    }  # fmt: skip
    for page in named.values():
        assert _alternates(_text(visitor.get(page))) == named
    own = {"en": second, "x-default": second, "fr": f"/fr{second}"}
    assert _alternates(_text(visitor.get(second))) == own
    assert _in_sitemap(visitor) == {
        **dict.fromkeys(named.values(), named), **dict.fromkeys(own.values(), own),
    }  # fmt: skip
