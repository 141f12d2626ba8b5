"""The jobs that visitors read, and the recruiter's list."""

from __future__ import annotations

import re

import extruct
import pytest
from babel import Locale
from sqlalchemy import event, select

from careers.base.people import person_by_email
from careers.base.prose import plain_text
from careers.jobs.importing import import_jobs
from careers.jobs.models import Job
from careers.jobs.words import amounts
from tests.cast import Cast
from tests.jobs.samples import greenhouse, greenhouse_row, lever, lever_row, open_job


def _text(answer) -> str:
    return answer.get_data(as_text=True)


def _titles(answer) -> list[str]:
    page = _text(answer).replace("<mark>", "").replace("</mark>", "")
    return re.findall(r'class="job-title"[^>]*><a href="[^"]+">([^<]+)<', page)


@pytest.fixture
def jobs(db, work):
    rows = [
        greenhouse_row(1, "Data engineer", first_published="2026-10-03T00:00:00Z"),
        greenhouse_row(
            2, "Cook", departments=[{"name": "Kitchen"}], location={"name": "Paris, France"},
            first_published="2026-10-02T00:00:00Z", text="<p>Soups &amp; salads.</p>",
        ),
        greenhouse_row(
            3, "Data scientist", metadata=[{"name": "Employment type", "value": "Internship"}],
            first_published="2026-10-01T00:00:00Z", pay_input_ranges=None,
        ),
    ]  # fmt: skip
    import_jobs(db, "greenhouse", "acme", greenhouse(*rows))
    import_jobs(db, "lever", "acme", lever(lever_row(createdAt=1_700_000_000_000)))
    db.commit()
    work()


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Data engineer", "Cook", "Data scientist", "Ingénieure données"]),
        ("?team=Platform", ["Data engineer", "Data scientist"]),
        ("?place=Paris,+France", ["Cook"]),
        ("?place=Nantes", ["Ingénieure données"]),
        ("?contract=internship", ["Data scientist"]),
        ("?team=Platform&contract=permanent", ["Data engineer"]),
        ("?contract=nonsense", ["Data engineer", "Cook", "Data scientist", "Ingénieure données"]),
        ("?q=salad", ["Cook"]),
        ("?q=%22donnees%22", ["Ingénieure données"]),
        ("?q=data&team=Kitchen", []),
        ("?page=9", []),
        ("?page=nonsense&q=cook", ["Cook"]),
        ("?q=%F0%9F&team=%C3", []),
    ],
)
def test_jobs_are_found_by_words_and_filters(visitor, jobs, query, titles):
    answer = visitor.get(f"/jobs{query}")
    assert answer.status_code == 200
    assert _titles(answer) == titles
    assert "Set-Cookie" not in answer.headers


def test_filters_say_how_many_jobs_they_leave(visitor, jobs):
    page = _text(visitor.get("/jobs?contract=permanent"))
    assert re.search(r'Platform <span class="muted">1</span>', page)
    assert re.search(r'Internship <span class="muted">1</span>', page)


def test_of_many_values_the_most_frequent_and_the_chosen_are_shown(visitor, jobs, monkeypatch):
    monkeypatch.setattr("careers.jobs.pages.MOST_CHOICES", 1)
    page = _text(visitor.get("/jobs?place=Nantes"))
    shown = re.findall(r'name="place" value="([^"]+)"', page)
    assert shown == ["Lyon, France", "Nantes"]
    assert "Write any other into the search field." in page


def test_several_values_of_a_facet_widen_and_several_facets_narrow(visitor, jobs):
    both = visitor.get("/jobs?team=Platform&team=Kitchen")
    assert _titles(both) == ["Data engineer", "Cook", "Data scientist"]
    address = "/jobs?team=Platform&team=Kitchen&contract=internship"
    assert _titles(visitor.get(address)) == ["Data scientist"]
    assert _titles(visitor.get("/jobs?salary=known&team=Platform")) == ["Data engineer"]
    assert _titles(visitor.get("/jobs?language=fr")) == ["Ingénieure données"]


def test_the_address_that_htmx_keeps_has_nothing_empty(visitor, jobs):
    answer = visitor.get("/jobs?q=data&sort=best&team=", headers={"HX-Request": "true"})
    assert answer.headers["HX-Push-Url"] == "/jobs?q=data"


def test_a_list_is_sorted_as_chosen(visitor, db, work):
    rows = [
        greenhouse_row(1, "Data", first_published="2026-10-01T00:00:00Z", text="<p>Data</p>"),
        greenhouse_row(2, "Cook", first_published="2026-10-02T00:00:00Z", text="<p>Data</p>",
                       application_deadline="2099-01-31"),
    ]  # fmt: skip
    import_jobs(db, "greenhouse", "acme", greenhouse(*rows))
    db.commit()
    work()
    assert _titles(visitor.get("/jobs?q=data")) == ["Data", "Cook"]
    assert _titles(visitor.get("/jobs?q=data&sort=newest")) == ["Cook", "Data"]
    assert _titles(visitor.get("/jobs?sort=closing")) == ["Cook", "Data"]
    assert _titles(visitor.get("/jobs?sort=nonsense")) == ["Cook", "Data"]


def test_a_list_without_an_answer_says_which_choice_to_drop(visitor, jobs):
    page = _text(visitor.get("/jobs?q=cook&team=Platform"))
    assert _titles(visitor.get("/jobs?q=cook&team=Platform")) == []
    assert "Any team: 1 job" in page
    assert 'href="/jobs?q=cook"' in page


def test_a_misspelt_word_is_answered_with_a_question(visitor, jobs):
    page = _text(visitor.get("/jobs?q=scientits&team=Platform"))
    assert 'href="/jobs?q=scientist&amp;team=Platform"' in page


def test_a_word_too_many_still_finds_something(visitor, jobs):
    page = _text(visitor.get("/jobs?q=cook+zeppelin"))
    assert "No job has all of these words" in page
    assert "Cook" in page.replace("<mark>", "").replace("</mark>", "")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("dat", ["Data engineer", "Data scientist"]),
        ("eng da", ["Data engineer"]),
        ("inge", ["Ingénieure données"]),
        ("INGÉ-DON", ["Ingénieure données"]),
        ("--", []),
        ("NAN", ["Nantes"]),
        ("plat", ["Platform", "Plateforme"]),
        ("d", []),
        ("", []),
        ("zzz", []),
        ("%00", []),
    ],
)
def test_titles_teams_and_places_are_suggested(visitor, jobs, typed, offered):
    answer = visitor.get(f"/jobs/suggestions?q={typed}")
    if typed == "%00":
        assert answer.status_code == 400
        return
    assert answer.json == offered


def test_the_catalogue_sees_what_is_opened_changed_and_closed_at_once(visitor, db):
    job = open_job(db)
    assert "Platform" in _text(visitor.get("/jobs"))
    import_jobs(
        db, "greenhouse", "acme",
        greenhouse(greenhouse_row(101, departments=[{"name": "Kitchen"}]), greenhouse_row(2)),
    )  # fmt: skip
    db.commit()
    assert _titles(visitor.get("/jobs?team=Kitchen")) == ["Data engineer"]
    assert len(_titles(visitor.get("/jobs?team=Platform"))) == 1
    for _ in range(2):
        import_jobs(db, "greenhouse", "acme", greenhouse(greenhouse_row(2)))
    db.commit()
    assert _titles(visitor.get("/jobs?team=Kitchen")) == []
    closed = db.get(Job, job.id)
    changed_at, version = closed.changed_at, closed.version
    import_jobs(
        db, "greenhouse", "acme",
        greenhouse(greenhouse_row(101, departments=[{"name": "Kitchen"}]), greenhouse_row(2)),
    )  # fmt: skip
    db.commit()
    assert _titles(visitor.get("/jobs?team=Kitchen")) == ["Data engineer"]
    db.refresh(closed)
    assert (closed.changed_at > changed_at, closed.version) == (True, version + 1)


def test_words_found_are_marked_and_what_is_searched_is_escaped(visitor, jobs):
    assert "<mark>salads</mark>" in _text(visitor.get("/jobs?q=salad"))
    page = _text(visitor.get("/jobs?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))
    assert "<script>alert" not in page


def test_nothing_found_offers_a_way_out(visitor, jobs):
    page = _text(visitor.get("/jobs?q=zeppelin"))
    assert "No open job answers this" in page
    assert 'href="/jobs"' in page


def test_without_any_job_the_page_says_so(visitor):
    assert "No job is open right now" in _text(visitor.get("/jobs"))


def test_a_list_is_paged(visitor, db):
    rows = [greenhouse_row(n, f"Job {n}") for n in range(45)]
    import_jobs(db, "greenhouse", "acme", greenhouse(*rows))
    db.commit()
    assert [len(_titles(visitor.get(f"/jobs?page={n}"))) for n in (1, 2, 3)] == [20, 20, 5]


def _posting(page: str) -> list[dict]:
    return extruct.extract(page, syntaxes=["json-ld"])["json-ld"]


def test_a_job_page_carries_a_complete_posting_that_its_page_shows(visitor, db):
    from careers.base.company import Company

    db.add(Company(id=1, name="Acme", website="https://acme.example"))
    job = open_job(db, application_deadline="2099-01-31")
    page = _text(visitor.get(f"/jobs/{job.slug}?via=nothing"))
    (posting,) = _posting(page)
    assert posting == {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": "Data engineer",
        "description": job.description_html,
        "datePosted": "2026-10-01T07:00:00+00:00",
        "validThrough": "2099-01-31T23:59:59+00:00",
        "url": f"http://127.0.0.1:8000/jobs/{job.slug}",
        "identifier": {"@type": "PropertyValue", "name": "Acme", "value": job.code},
        "hiringOrganization": {
            "@type": "Organization", "name": "Acme", "sameAs": "https://acme.example",
        },
        "directApply": True,
        "employmentType": ["FULL_TIME"],
        "jobLocation": [
            {
                "@type": "Place",
                "address": {
                    "@type": "PostalAddress", "addressLocality": "Lyon", "addressCountry": "FR",
                },
            }
        ],
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "EUR",
            "value": {
                "@type": "QuantitativeValue", "minValue": 58000.0, "maxValue": 70000.0,
                "unitText": "YEAR",
            },
        },
    }  # fmt: skip
    for shown in ("Data engineer", "€58,000–70,000 a year", "Lyon, France", "Permanent",
                  plain_text(job.description_html)[:20]):  # fmt: skip
        assert shown in page
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/jobs/{job.slug}">' in page
    assert f'<meta property="og:url" content="http://127.0.0.1:8000/jobs/{job.slug}">' in page


def test_a_remote_job_says_from_which_country(visitor, db):
    job = open_job(db, location={"name": "Remote - France"})
    (posting,) = _posting(_text(visitor.get(f"/jobs/{job.slug}")))
    assert posting["jobLocationType"] == "TELECOMMUTE"
    assert posting["applicantLocationRequirements"] == [{"@type": "Country", "name": "France"}]


def test_a_job_past_its_last_day_carries_no_posting(visitor, db):
    job = open_job(db, application_deadline="2026-01-31")
    assert _posting(_text(visitor.get(f"/jobs/{job.slug}"))) == []


def test_a_posting_cannot_leave_its_element(visitor, db):
    job = open_job(db, title="</script><script>alert(1)</script>")
    page = _text(visitor.get(f"/jobs/{job.slug}"))
    assert "<script>alert" not in page
    assert _posting(page)[0]["title"] == "</script><script>alert(1)</script>"


def test_a_salary_reads_as_the_reader_writes_numbers(visitor, db):
    job = open_job(db)
    page = _text(visitor.get(f"/fr/jobs/{job.slug}")).replace("\u202f", " ").replace("\xa0", " ")
    assert "58 000–70 000 €" in page


def test_a_closed_job_is_gone_and_offers_others(visitor, db):
    import_jobs(db, "greenhouse", "acme", greenhouse(greenhouse_row(1), greenhouse_row(2, "Cook")))
    for _ in range(2):
        import_jobs(db, "greenhouse", "acme", greenhouse(greenhouse_row(2, "Cook")))
    db.commit()
    gone = db.scalars(select(Job).where(Job.closed_at.is_not(None))).one()
    for address in (f"/jobs/{gone.slug}", f"/jobs/{gone.slug}/apply"):
        answer = visitor.get(address)
        assert answer.status_code == 410
        assert _titles(answer) == ["Cook"]
        assert "ld+json" not in _text(answer)
    assert _titles(visitor.get("/jobs")) == ["Cook"]


@pytest.mark.parametrize("slug", ["nothing", "a" * 300, "é", "..", "%27"])
def test_a_job_that_never_was_is_not_found(visitor, slug):
    assert visitor.get(f"/jobs/{slug}").status_code == 404


def test_only_employees_are_offered_to_share(visitor, visit_as, db):
    job = open_job(db)
    assert f"/jobs/{job.slug}/share" not in _text(visitor.get(f"/jobs/{job.slug}"))
    assert f"/jobs/{job.slug}/share" in _text(visit_as(Cast.ENGINEER).get(f"/jobs/{job.slug}"))


@pytest.mark.usefixtures("still")
def test_reading_more_jobs_takes_no_more_queries(visitor, db, database):
    def queries(address) -> int:
        counted = []

        def count(*of):
            counted.append(of[2])

        event.listen(database.engine, "before_cursor_execute", count)
        assert visitor.get(address).status_code == 200
        event.remove(database.engine, "before_cursor_execute", count)
        return sum("SELECT" in statement for statement in counted)

    job = open_job(db)
    visitor.get("/jobs")
    few = [queries("/jobs"), queries(f"/jobs/{job.slug}")]
    rows = [greenhouse_row(101), *(greenhouse_row(n, f"Data {n}") for n in range(15))]
    import_jobs(db, "greenhouse", "acme", greenhouse(*rows))
    contact = person_by_email(db, Cast.ENGINEER)
    for one in db.scalars(select(Job)):
        one.contact = contact
    db.commit()
    visitor.get("/jobs")  # which reads the catalogue again, once
    many = [queries("/jobs"), queries(f"/jobs/{job.slug}")]
    # One more for the roles of whoever is to be asked, however many they are.
    assert many[0] <= few[0] + 1
    assert many[1] <= few[1] + 2


@pytest.mark.usefixtures("still")
def test_searching_more_jobs_takes_no_more_queries(visitor, db, database, work):
    def queries() -> list[int]:
        counted = []

        def count(*of):
            counted.append(of[2])

        found = []
        for address in ("/jobs?q=data&team=Platform", "/search?q=data", "/jobs/suggestions?q=da"):
            visitor.get(address)  # what is held in memory is read
            counted.clear()
            event.listen(database.engine, "before_cursor_execute", count)
            assert visitor.get(address).status_code == 200
            event.remove(database.engine, "before_cursor_execute", count)
            found.append(sum("SELECT" in statement for statement in counted))
        return found

    open_job(db)
    work()
    few = queries()
    rows = [greenhouse_row(101), *(greenhouse_row(n, f"Data {n}") for n in range(15))]
    import_jobs(db, "greenhouse", "acme", greenhouse(*rows))
    db.commit()
    work()
    assert queries() == few


# -- recruiters ----------------------------------------------------------------------------------


def test_a_recruiter_says_whom_to_ask(visit_as, visitor, db):
    job = open_job(db)
    recruiter = visit_as(Cast.RECRUITER)
    ada = person_by_email(db, Cast.ENGINEER)
    answer = recruiter.post(
        f"/recruiting/jobs/{job.code}/contact", {"person": ada.code}, form_on="/recruiting/jobs"
    )
    assert answer.status_code == 303
    page = _text(visitor.get(f"/jobs/{job.slug}"))
    assert "Ada Engel" in page
    assert "/portraits/" not in page  # she shows no page of her own
    ada.page = "ada-engel"
    db.commit()
    assert "Ask Ada about it" in _text(visitor.get("/jobs"))
    assert 'href="/experts/ada-engel"' in _text(visitor.get(f"/jobs/{job.slug}"))
    gone = person_by_email(db, Cast.GONE)
    answer = recruiter.post(
        f"/recruiting/jobs/{job.code}/contact", {"person": gone.code}, form_on="/recruiting/jobs"
    )
    assert answer.status_code == 400


def test_in_a_large_company_whom_to_ask_is_chosen_in_the_job_s_form(visit_as, db, monkeypatch):
    job = open_job(db)
    recruiter = visit_as(Cast.RECRUITER)
    assert f'id="ask-{job.code}"' in _text(recruiter.get("/recruiting/jobs"))
    monkeypatch.setattr("careers.jobs.editing_pages.MOST_PEOPLE", 1)
    page = _text(recruiter.get("/recruiting/jobs"))
    assert f'id="ask-{job.code}"' not in page
    assert f"/recruiting/jobs/{job.code}#contact" in page


def test_a_contact_who_has_left_is_not_shown(visitor, db):
    job = open_job(db)
    job.contact = person_by_email(db, Cast.GONE)
    db.commit()
    assert "Gwen" not in _text(visitor.get(f"/jobs/{job.slug}"))
    assert "Gwen" not in _text(visitor.get("/jobs"))


def test_a_recruiter_sees_imports_what_was_refused_and_missing_salaries(visit_as, db):
    rows = [greenhouse_row(1, pay_input_ranges=[]), greenhouse_row(2) | {"title": None}]
    import_jobs(db, "greenhouse", "acme", greenhouse(*rows))
    import_jobs(db, "greenhouse", "acme", b"<html>")
    db.commit()
    page = _text(visit_as(Cast.RECRUITER).get("/recruiting/boards"))
    assert "The row has no title." in page
    assert "The answer is not JSON." in page
    assert "1 open job has no salary range" in _text(
        visit_as(Cast.RECRUITER).get("/recruiting/jobs")
    )


@pytest.mark.parametrize("email", [Cast.ENGINEER, Cast.EDITOR, Cast.ADMIN, Cast.COLLEAGUE])
def test_for_others_the_recruiter_s_list_does_not_exist(visit_as, db, email):
    job = open_job(db)
    browser = visit_as(email)
    assert browser.get("/recruiting/jobs").status_code == 404
    address = f"/recruiting/jobs/{job.code}/contact"
    assert browser.post(address, {"person": ""}, form_on="/me/links").status_code == 404


@pytest.mark.parametrize(
    ("low", "high", "currency", "locale", "words"),
    [
        (5_800_000, 7_000_000, "EUR", "en", "€58,000–70,000"),
        (5_800_000, 7_000_000, "EUR", "fr", "58 000–70 000 €"),
        (1250, 1500, "USD", "en", "$12.50–15.00"),
        (4_500_000, 4_500_050, "EUR", "en", "€45,000–45,000"),
        (300_000, 300_000, "JPY", "en", "¥300,000"),
        (24_000_000, 30_000_000, "PLN", "fr", "240 000–300 000 PLN"),
    ],
)
def test_a_range_names_its_currency_once(low, high, currency, locale, words):
    shown = amounts(low, high, currency, Locale(locale))
    assert shown.replace("\u202f", " ").replace("\xa0", " ") == words
