"""Narrowing in memory gives what counting each job one by one would."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from careers.jobs.catalogue import FACETS, Catalogue, _values

_TEAMS, _PLACES = ["Data", "Kitchen", ""], ["Lyon", "Paris", "Nantes"]
_rows = st.lists(
    st.builds(
        lambda **values: SimpleNamespace(translations={}, apply_until=None, **values),
        title=st.sampled_from(["Data engineer", "Ingénieure données", "Cook", "Engineer"]),
        team=st.sampled_from(_TEAMS),
        places=st.lists(st.sampled_from(_PLACES).map(lambda name: {"name": name}), max_size=3),
        contract=st.sampled_from(["permanent", "internship", None]),
        workplace=st.sampled_from(["remote", "hybrid", None]),
        seniority=st.sampled_from(["senior", None]),
        hours=st.none(),
        language=st.sampled_from(["en", "fr"]),
        salary_low=st.sampled_from([None, 0, 100]),
    ),
    max_size=30,
)
_choices = st.fixed_dictionaries(
    {
        "team": st.lists(st.sampled_from(["Data", "Kitchen", "Gone"]), unique=True).map(tuple),
        "place": st.lists(st.sampled_from(_PLACES), unique=True).map(tuple),
        "contract": st.sampled_from([(), ("permanent",), ("permanent", "internship")]),
        "salary": st.sampled_from([(), ("known",)]),
    }
)


@given(_rows, _choices, st.data())
def test_lists_and_counts_are_those_of_one_by_one(rows, choices, data):
    for number, row in enumerate(rows):
        row.id, row.slug = number + 10, f"job-{number}"
    slugs = data.draw(st.none() | st.permutations([row.slug for row in rows] + ["closed"]))
    among = rows if slugs is None else [row for row in rows if row.slug in slugs]

    def fits(row, but=""):
        return all(
            facet == but or not wanted or set(wanted) & set(_values(row)[facet])
            for facet, wanted in choices.items()
        )

    narrowed = Catalogue(rows).narrowed(slugs, choices)
    expected = [row for row in among if fits(row)]
    if slugs is not None:
        expected.sort(key=lambda row: slugs.index(row.slug))
    assert narrowed.ids == [row.id for row in expected]
    for facet in FACETS:
        left = [row for row in among if fits(row, facet)]
        for choice in narrowed.facets[facet]:
            assert choice.count == sum(choice.value in _values(row)[facet] for row in left)
            assert choice.chosen == (choice.value in choices.get(facet, ()))
        shown = {choice.value for choice in narrowed.facets[facet]}
        assert shown >= {value for row in left for value in _values(row)[facet]}
        if choices.get(facet):
            assert narrowed.without[facet] == len(left)


@given(_rows, st.integers(0, 40), st.integers(0, 5))
def test_what_is_most_like_a_job_comes_first_then_the_newest(rows, own, count):
    for number, row in enumerate(rows):
        row.id, row.slug = number + 10, f"job-{number}"
    job = SimpleNamespace(
        id=own, title="Data engineer", language="en", team="Data", locations=["Lyon", "Paris"]
    )
    same = {"Data engineer": 4, "Ingénieure données": 2, "Engineer": 2, "Cook": 0}

    def likeness(row):
        near = {place["name"] for place in row.places} & set(job.locations)
        return 3 * (row.team == "Data") + same[row.title] + 0.5 * bool(near)

    others = sorted((row for row in rows if row.id != own), key=likeness, reverse=True)
    assert Catalogue(rows).like(job, count) == [row.id for row in others][:count]
