"""The traps of each source: what is left out, joined, asked for page by page, or concluded from."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers.jobs import boards, mapped, personio, recruitee, smartrecruiters, teamtailor, workable
from careers.jobs.boards import InvalidAnswer
from careers.jobs.fields import Salary, hours_of, language_of, seniority_of
from careers.jobs.mapped import InvalidMapping
from careers.jobs.places import Place, read_place
from careers.jobs.sources import SOURCES, is_board, read
from tests.jobs import answers

JSON_SOURCES = sorted(set(SOURCES) - {"personio"})


def _changed(answer, path, value):
    copied = json.loads(json.dumps(answer))
    here = copied
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return copied


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "answer", [b"", b" ", b"<html>Not found</html>", b"{", b"null", b"3", b"\xff\xfe\x00", b"[3"]
)
def test_an_answer_of_no_use_is_refused_as_a_whole(source, answer):
    with pytest.raises(InvalidAnswer):
        read(source, [answer], {})


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("smartrecruiters", {"totalFound": 0, "content": []}),
        ("workable", {"name": "acme", "jobs": []}),
    ],
)
def test_an_empty_list_of_a_source_that_says_so_of_unknown_boards_is_of_no_use(source, answer):
    with pytest.raises(InvalidAnswer, match="doesn't know"):
        read(source, [answer], {})


def test_one_that_is_not_listed_or_not_published_is_not_taken():
    hidden = _changed(answers.ASHBY, ["jobs", 0, "isListed"], False)
    assert read("ashby", [hidden], {}) == boards.Answer((), ())
    draft = _changed(answers.RECRUITEE, ["offers", 0, "status"], "internal")
    assert read("recruitee", [draft], {}) == boards.Answer((), ())


@pytest.mark.parametrize(
    ("flags", "workplace"),
    [
        ((True, True, True), "hybrid"), ((False, True, True), "remote"),
        ((False, False, True), "on-site"), ((False, False, False), None),
    ],
)  # fmt: skip
def test_recruitee_says_where_one_works_by_three_flags(flags, workplace):
    answer = answers.RECRUITEE
    for name, value in zip(("hybrid", "remote", "on_site"), flags, strict=True):
        answer = _changed(answer, ["offers", 0, name], value)
    assert recruitee.read(answer).jobs[0].workplace == workplace


def test_a_workable_job_is_one_with_the_places_of_all_its_rows():
    row = answers.WORKABLE["jobs"][0]
    other = row | {"locations": [{"country": "Portugal", "countryCode": "PT", "city": "Porto"}]}
    (job,) = workable.read({"jobs": [row, other, row]}).jobs
    assert [place.name for place in job.places] == ["Madrid, Spain", "Porto, Portugal"]
    assert job.remote_countries == ("ES", "PT")


def test_a_place_has_the_country_that_its_name_has_elsewhere_on_the_board_if_it_is_just_one():
    def row(number, country, *places):
        said = {"location": places[0], "allLocations": list(places)}
        return answers.LEVER[0] | {"id": number, "country": country, "categories": said}

    rows = [row("1", "FR", "Lyon", "York", "Metz"), row("2", "GB", "York"), row("3", "FR", "Rome"),
            row("4", "IT", "Rome"), row("5", "DE", "Ulm", "Rome")]  # fmt: skip
    jobs = read("lever", [rows], {}).jobs
    assert [(p.name, p.country) for p in jobs[0].places] == [
        ("Lyon", "FR"), ("York", "GB"), ("Metz", ""),
    ]  # fmt: skip
    assert jobs[4].places[1].country == ""


def test_a_personio_position_is_one_with_the_offices_of_all_its_rows():
    again = answers.PERSONIO.split("<workzag-jobs>")[1].replace(">Munich<", ">Paris<")
    both = answers.PERSONIO.replace("</workzag-jobs>", "") + again
    (job,) = personio.read(both).jobs
    assert [place.name for place in job.places] == ["Munich", "Berlin", "Paris"]


def test_personio_s_other_language_is_a_translation_and_its_own_again_is_none():
    french = answers.PERSONIO.replace(answers.TEXT, answers.FRENCH).replace(
        "Staff engineer", "Ingénieure"
    )
    (job,) = personio.read(answers.PERSONIO, french).jobs
    assert job.language == "en"
    assert job.translations["fr"].title == "Ingénieure"
    assert personio.read(answers.PERSONIO, answers.PERSONIO).jobs[0].translations == {}


@pytest.mark.parametrize("source", ["personio", "teamtailor"])
@pytest.mark.parametrize(
    "hostile",
    [
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><workzag-jobs>&b;</workzag-jobs>',
        '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss/>',
        "<workzag-jobs>" + "<a>" * 50 + "</a>" * 50 + "</workzag-jobs>",
        "<workzag-jobs>&nbsp;</workzag-jobs>",
        "<workzag-jobs><position></workzag-jobs>",
        '<?xml version="1.0" encoding="utf-16"?><workzag-jobs/>'.encode("utf-16"),
        b"<rss>\xff</rss>",
    ],
)
def test_hostile_xml_is_refused(source, hostile):
    with pytest.raises(InvalidAnswer):
        read(source, [hostile], {})


def test_xml_of_too_many_elements_is_refused_as_soon_as_they_are_counted():
    with pytest.raises(InvalidAnswer, match="more elements"):
        personio.read("<workzag-jobs>" + "<a/>" * 1_100_000 + "</workzag-jobs>")


def _smart(number, **more):
    return answers.SMARTRECRUITERS["content"][0] | {"id": str(number)} | more


def _asked(asks, board, world):
    """Every address that an adapter asks for, given what the world answers."""
    got: dict[str, bytes] = {}
    while wanted := asks(board, got):
        got |= {address: world(address) for address in wanted}
    return got


def test_smartrecruiters_is_asked_page_by_page_then_job_by_job():
    def world(address):
        if "?" not in address:
            return json.dumps(_smart(address.rsplit("/", 1)[1])).encode()
        skip = int(address.rsplit("=", 1)[1])
        rows = [_smart(n, jobAd=None) for n in range(skip, min(skip + 100, 230))]
        return json.dumps({"totalFound": 230, "content": rows}).encode()

    got = _asked(smartrecruiters.asks, "acme", world)
    assert len(got) == 3 + 230
    answer = smartrecruiters.read(*got.values())
    assert len(answer.jobs) == 230
    assert all("The text of jobDescription" in job.description_html for job in answer.jobs)
    with pytest.raises(InvalidAnswer, match="230 jobs"):
        smartrecruiters.read(*list(got.values())[:2])


def test_a_smartrecruiters_job_that_went_meanwhile_is_refused_and_not_gone():
    page = {"totalFound": 2, "content": [_smart(1, jobAd=None), _smart(2, jobAd=None)]}
    answer = smartrecruiters.read(page, _smart(1))
    assert [job.source_id for job in answer.jobs] == ["1"]
    assert answer.ids == {"1", "2"}


def test_teamtailor_is_asked_until_a_page_brings_nothing_new():
    def world(address):
        skip = int(address.rsplit("=", 1)[1])
        items = "".join(
            f"<item><title>Job {n}</title><link>https://x/jobs/{n}-a</link></item>"
            for n in range(skip, min(skip + 100, 150))
        )
        return f"<rss><channel>{items}</channel></rss>".encode()

    got = _asked(teamtailor.asks, "acme", world)
    assert [address.rsplit("=", 1)[1] for address in got] == ["0", "100", "150"]
    assert len(teamtailor.read(*got.values()).jobs) == 150
    one_page = _asked(teamtailor.asks, "acme", lambda address: world("=0"))
    assert len(one_page) == 2


@pytest.mark.parametrize(
    ("source", "board", "host"),
    [
        ("recruitee", "acme", "https://acme.recruitee.com/"),
        ("recruitee", "jobs.acme.com", "https://jobs.acme.com/"),
        ("personio", "acme", "https://acme.jobs.personio.de/"),
        ("personio", "acme.jobs.personio.com", "https://acme.jobs.personio.com/"),
        ("teamtailor", "acme", "https://acme.teamtailor.com/"),
        ("lever-eu", "acme", "https://api.eu.lever.co/"),
    ],
)
def test_a_board_has_its_host(source, board, host):
    assert is_board(source, board)
    assert SOURCES[source].asks(board, {})[0].startswith(host)


@pytest.mark.parametrize(
    ("source", "board"),
    [
        ("greenhouse", "a/b"), ("greenhouse", ".."), ("greenhouse", ""), ("recruitee", "a_b"),
        ("recruitee", "-a"), ("recruitee", "a..b"), ("recruitee", "127.0.0.1"),
        ("personio", "a@b"), ("teamtailor", "a:80"), ("lever", "é"), ("file", "x" * 101),
    ],
)  # fmt: skip
def test_what_cannot_be_a_board_is_none(source, board):
    assert not is_board(source, board)


@pytest.mark.parametrize("source", JSON_SOURCES)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=5,
    ),
    data=st.data(),
)
def test_rows_of_any_shape_never_break_a_source(source, value, data):
    sample = {
        "greenhouse": answers.GREENHOUSE, "lever": answers.LEVER, "lever-eu": answers.LEVER,
        "ashby": answers.ASHBY, "smartrecruiters": answers.SMARTRECRUITERS,
        "workable": answers.WORKABLE, "recruitee": answers.RECRUITEE,
        "teamtailor": answers.TEAMTAILOR,
    }[source]  # fmt: skip
    rows = sample if isinstance(sample, list) else next(
        one for one in sample.values() if isinstance(one, list)
    )  # fmt: skip
    name = data.draw(st.sampled_from(sorted(rows[0])))
    row = rows[0] | {name: value}
    answer = [row] if isinstance(sample, list) else {
        key: [row] if isinstance(one, list) else one for key, one in sample.items()
    }  # fmt: skip
    found = read(source, [answer], {})
    assert len(found.jobs) + len(found.refused) <= 1


@pytest.mark.parametrize(
    ("name", "country", "place"),
    [
        ("Lyon, France", "", Place("Lyon, France", "Lyon", "", "FR")),
        ("Chicago, IL", "US", Place("Chicago, IL", "Chicago", "IL", "US")),
        ("Lyon", "", Place("Lyon", "Lyon")),
        ("France", "", Place("France", country="FR")),
        ("Remote - EMEA", "", Place("Remote - EMEA")),
        ("Remote, Germany", "", Place("Remote, Germany", country="DE")),
        ("A, B, C, France", "", Place("A, B, C, France", country="FR")),
    ],
)
def test_a_place_s_name_is_read_no_further_than_it_is_plain(name, country, place):
    assert read_place(name, country) == place


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("Full-time", "full-time"), ("fulltime permanent", "full-time"), ("Teilzeit", "part-time"),
        ("Temps partiel", "part-time"), ("Full-time or part-time", None), ("CDI", None),
    ],
)  # fmt: skip
def test_a_board_s_words_say_the_hours(words, hours):
    assert hours_of(words) == hours


@pytest.mark.parametrize(
    ("words", "seniority"),
    [
        ("entry_level", "entry"), ("mid_level", "experienced"), ("Mid-Senior Level", "senior"),
        ("senior_manager", "manager"), ("Executive", "executive"), ("Director", "executive"),
        ("student", "entry"), ("", None), ("whatever", None),
    ],
)  # fmt: skip
def test_a_board_s_words_say_the_experience(words, seniority):
    assert seniority_of(words) == seniority


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("fr-FR", "the and of", "fr"), ("de", "the and", "de"), (None, answers.TEXT, "en"),
        (None, answers.FRENCH, "fr"), (None, "Wir suchen dich für die Arbeit mit uns", "de"),
        (None, "", "en"), ("xx", answers.FRENCH, "fr"),
    ],
)  # fmt: skip
def test_the_language_of_a_text(declared, text, language):
    assert language_of(declared, text) == language


# -- a file of anybody's making --------------------------------------------------------------------

CSV = (
    "Ref;Job title;What;Where;Pay from;Pay to;Cur;Kind;Start\n"
    "1;Cook;You cook.;Lyon, France; 28 000 ;32 000,50;eur;CDI;2027-01-04\n"
    '2;Baker;"You bake.\n\nBread, mostly.";Paris;;;;;\n'
)
MAPPING = mapped.read_mapping(
    "id = Ref\ntitle = Job title\ndescription = What\nplace = Where\n# pay\nsalary_low = Pay from\n"
    "salary_high=Pay to\nsalary_currency = Cur\ncontract = Kind\nstarts_on = Start\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_mapped_csv_becomes_jobs(encoding):
    cook, baker = mapped.read(CSV.encode(encoding), MAPPING).jobs
    assert (cook.source_id, cook.title, cook.contract) == ("1", "Cook", "permanent")
    assert cook.places == (Place("Lyon, France", "Lyon", "", "FR"),)
    assert cook.salary == Salary(2_800_000, 3_200_050, "EUR", "year")
    assert str(cook.starts_on) == "2027-01-04"
    assert baker.description_html == "<p>You bake.</p><p>Bread, mostly.</p>"
    assert (baker.salary, baker.starts_on) == (None, None)


def test_a_json_file_needs_no_mapping_when_it_uses_our_names_and_dots_lead_into_objects():
    rows = [{"id": 7, "title": "Cook", "body": {"html": "<p>You cook.</p>"}, "city": "Lyon",
             "country": "France", "skills": ["soup", "salad"], "languages": "French, en",
             "workplace": "Remote", "hours": "part-time"}]  # fmt: skip
    (job,) = mapped.read(json.dumps({"jobs": rows}), {"description": "body.html"}).jobs
    assert (job.source_id, job.description_html) == ("7", "<p>You cook.</p>")
    assert job.places == (Place("Lyon, France", "Lyon", "", "FR"),)
    assert (job.skills, job.languages_asked) == (("soup", "salad"), ("fr", "en"))
    assert (job.workplace, job.remote_countries, job.hours) == ("remote", ("FR",), "part-time")


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("Kind", "whatever", "Column “Kind”: “whatever” is not understood. It is one of:"),
        ("Start", "soon", "Column “Start”: “soon” is not a day as 2026-12-31."),
        ("Pay from", "lots", "The salary (Pay from, Pay to, Cur, salary_period) is not understood"),
        ("Cur", "EURO", "is not understood"),
        ("Job title", "", "The row has no title."),
        ("Ref", "", "The row has no id."),
        ("What", "", "The row has no description."),
    ],
)
def test_a_row_that_cannot_be_understood_says_which_column_and_the_others_go_on(column, value, why):
    names = CSV.split("\n")[0].split(";")
    cells = CSV.split("\n")[1].split(";")
    cells[names.index(column)] = value
    answer = mapped.read("\n".join([";".join(names), ";".join(cells), "2;B;T;P;;;;;"]), MAPPING)
    assert [job.source_id for job in answer.jobs] == ["2"]
    assert why in answer.refused[0].why


@pytest.mark.parametrize(
    ("text", "mapping", "why"),
    [
        ("id,title\n1,Cook\n", {}, "no column “description”"),
        ("id,title,description\n1,a,b\n", {"team": "Team"}, "no column “Team” for “team”"),
        ("id,title,title\n1,a,b\n", {}, "stands there twice"),
        ("just words", {}, "neither CSV"),
        ('id,title,description\n1,"a,b\n', {}, "not CSV"),
        ('{"jobs": 3}', {}, "no list of jobs"),
    ],
)
def test_a_file_of_no_use_is_refused_as_a_whole(text, mapping, why):
    with pytest.raises(InvalidAnswer, match=why):
        mapped.read(text, mapping)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title", "Line 1 is not"), ("title =", "Line 1 is not"),
        ("\nfoo = Bar", "Line 2: there is no field “foo”"),
        ("title = A\ntitle = B", "twice"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used_says_which_line(text, why):
    with pytest.raises(InvalidMapping, match=why):
        mapped.read_mapping(text)


def test_a_mapping_is_written_as_it_is_read():
    assert mapped.read_mapping(mapped.written(MAPPING)) == MAPPING
