"""How text becomes words, and words become what is looked for."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from careers.base.search import asking, highlighted, marked
from careers.base.search.synonyms import GROUPS
from careers.base.search.words import LANGUAGES, composed, fold, stem, stems, words_of


def _words(text: str) -> list[str]:
    return [word.folded for word in words_of(composed(text)) if not word.is_stopped]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cœur Œuvre ﬁn Ægir", ["coeur", "oeuvre", "fin", "aegir"]),
        ("De\u0301veloppeur", ["developpeur"]),
        ("C++, C# et F#; C aussi", ["c++", "c#", "f#", "c", "aussi"]),
        ("ASP.NET sur .NET", ["asp", ".net", ".net"]),
        ("Node.js/Vue.js", ["nodejs", "vuejs"]),
        ("R, Go. R&D", ["r", "go", "rnd"]),
        ("full-stack Full Stack fullstack", ["fullstack"] * 3),
        ("back-end, front end, Dev Ops", ["backend", "frontend", "devops"]),
        ("e-commerce et e-mail", ["ecommerce", "email"]),
        ("l’ingénieure d'aujourd’hui qu'une", ["ingenieure", "aujourd'hui"]),
        ("Développeur·se développeur/euse développeur(se)", ["developpeur"] * 3),
        ("développeur.se développeur-euse Développeur∙euse", ["developpeur"] * 3),
        ("ingénieur(e)s chargé·e·s technicien.ne.s", ["ingenieur", "charge", "technicien"]),
        ("directeur/trice conseiller·ère chef·fe", ["directeur", "conseiller", "chef"]),
        ("Comptable (H/F), (F/H/X), m/w/d, H / F", ["comptable"]),
        ("Nous cherchons. Elle code.", ["cherchons", "code"]),
        ("it says what IT does; AI for j’ai", ["says", "it", "ai"]),
        ("these data, une thèse", ["data", "these"]),
        ("UI/UX, CI/CD, data_engineer", ["ui", "ux", "ci", "cd", "data", "engineer"]),
        ("x" * 61 + " b", ["b"]),
        ("", []),
    ],
)
def test_a_text_is_read_as_people_mean_it(text, words):
    assert _words(text) == words


@pytest.mark.parametrize(
    "family",
    [
        "développeur développeuse développeurs développeuses",
        "vendeur vendeuse", "directeur directrice", "infirmier infirmière", "chef cheffe",
        "conseiller conseillère", "technicien technicienne techniciens", "acheteur acheteuse",
        "chargé chargée chargés chargées", "rigoureux rigoureuse", "sérieux sérieuse",
        "professionnel professionnelle", "donnée données", "commercial commerciale commerciaux",
    ],
)  # fmt: skip
def test_a_french_family_has_one_stem(family):
    assert len(set(stems("fr", family))) == 1


@given(st.text())
@example("℠")
@example("ϓ")
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters()), st.sampled_from(LANGUAGES))
def test_no_text_is_too_odd(text, language):
    for word in words_of(composed(text)):
        assert composed(text)[word.start : word.stop]
    assert all(stem and "\0" not in stem for stem in stems(language, text))
    asked = asking.read(text)
    assert frozenset().union(*asked.sought.values()) == set(range(len(asked.seen)))
    shown = highlighted(text, language, text)
    assert "<" not in shown.replace("<mark>", "").replace("</mark>", "")


@given(st.text(alphabet='"«»“”-ab ', max_size=40))
def test_no_query_is_an_error_and_none_loses_a_word(query):
    asked = asking.read(query)
    found = {one.typed for one in [*asked.words, *asked.welcome]}
    found |= {one.typed for part in [*asked.phrases, *asked.without] for one in part}
    assert {fold(one) for one in found} >= set(_words(query))


@pytest.mark.parametrize(
    ("query", "words", "phrases", "without"),
    [
        ("data engineer", ["data", "engineer"], [], []),
        ('"data engineer" lyon', ["lyon"], [["data", "engineer"]], []),
        ("« chef de projet »", [], [["chef", "projet"]], []),
        ("“data engineer”", [], [["data", "engineer"]], []),
        ("data -stage", ["data"], [], [["stage"]]),
        ('data -"chef de projet"', ["data"], [], [["chef", "projet"]]),
        ("back-end e-mail", ["back-end", "e-mail"], [], []),
        ("-", [], [], []),
        ('data "engineer', ["data", "engineer"], [], []),
        ("data - stage", ["data", "stage"], [], []),
        ("chef de projet", ["chef", "projet"], [], []),
        ("data AND NOT title:engineer*", ["data", "title", "engineer"], [], []),
        ("--data", ["data"], [], []),
        ("data Data DATA", ["data"], [], []),
    ],
)
def test_a_query_says_what_must_be_there_and_what_must_not(query, words, phrases, without):
    asked = asking.read(query)
    assert [word.typed for word in asked.words] == words
    assert [[word.typed for word in one] for one in asked.phrases] == phrases
    assert [[word.typed for word in one] for one in asked.without] == without


def test_words_of_the_same_meaning_are_written_as_they_are_compared():
    for group in GROUPS:
        for word in group:
            assert _words(word) in ([word], []), word
    every = [word for group in GROUPS for word in group]
    assert len(every) == len(set(every))


def test_a_word_of_the_same_meaning_counts_less_and_not_in_quotation_marks():
    (word,) = asking.read("ingénieur").words
    assert stem("en", "engineer") in word.also
    assert word.weights[stem("en", "engineer")] < word.weights[stem("fr", "ingenieur")]
    ((quoted,),) = asking.read('"ingénieur"').phrases
    assert not quoted.also


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script> baker", 'baker" onmouseover="x', "<b>baker</b> & <img src=x>"],
)
def test_what_is_shown_is_escaped_and_marks_the_words(text):
    for shown in (highlighted("bakers", "en", text), marked("bakers", "en", text)):
        assert "<mark>baker</mark>" in shown
        rest = shown.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in rest
        assert '"' not in rest


def test_a_passage_is_cut_around_the_words():
    shown = highlighted("donnees", "fr", "mot " * 300 + "Les données parlent. " + "mot " * 300)
    assert "<mark>données</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 300


def test_the_passage_with_most_different_words_is_shown():
    text = "data " * 3 + "mot " * 100 + "a data engineer in Lyon. " + "mot " * 100
    assert "<mark>engineer</mark>" in highlighted("data engineer lyon", "en", text)


def test_every_way_to_write_a_word_is_marked():
    shown = marked("developpeuse", "fr", "Développeur·se, l’ingénieure (H/F)")
    assert shown == "<mark>Développeur·se</mark>, l’ingénieure (H/F)"
