"""The search port: words in two languages, damage, and several writers at once."""

from __future__ import annotations

import gc
import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import Markup

from careers.base.search import Damaged, Document, Engine, highlighted

# Whoosh leaves a file to the garbage collector when it fails to read it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

DOCUMENTS = [
    Document("job", "data", "fr", "Ingénieur·e données", "Au cœur du réseau, en C++ et en C#."),
    Document("job", "dev", "fr", "Développeuse web", "Vous aimez l’ingénierie. Les mains en R."),
    Document("job", "sre", "en", "Site reliability engineers", "We run .NET services on networks."),
    Document("job", "law", "en", "Lawyer", "Contracts, curriculum vitae reviews, café."),
    Document("expert", "data", "en", "Data person", "Databases."),
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(tmp_path)
    engine.rebuild(lambda: DOCUMENTS)
    yield engine
    gc.collect()


def _keys(engine: Engine, query: str, kind: str = "job") -> set[str]:
    return {hit.key for hit in engine.find(kind, query, 50, lambda: DOCUMENTS)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("données", {"data"}),
        ("donnees", {"data"}),
        ("DONNÉE", {"data"}),
        ("coeur", {"data"}),
        ("cœur", {"data"}),
        ("ingénieur", {"data"}),
        ("ingenierie", {"dev"}),
        ("l'ingénierie", {"dev"}),
        ("l’ingénierie", {"dev"}),
        ("c++", {"data"}),
        ("C#", {"data"}),
        (".net", {"sre"}),
        ("R", {"dev"}),
        ("engineer", {"sre"}),
        ("network engineer", {"sre"}),
        ("réseaux", {"data"}),
        ("cafe", {"law"}),
        ("contract", {"law"}),
        ("les", set()),
        ("the", set()),
        ("", set()),
        ("   ", set()),
        ("kubernetes", set()),
        ("data AND NOT *:* OR (", set()),
        ("title_fr:donnees", set()),
        ("\0\ud800", set()),
    ],
)
def test_a_word_finds_its_family_in_both_languages(engine: Engine, query, found):
    assert _keys(engine, query) == found


def test_a_title_counts_more_than_the_text(engine: Engine):
    engine.put(
        [
            Document("job", "a", "en", "Cook", "A baker helps. " + "Bread. " * 50),
            Document("job", "b", "en", "Baker", "Cook. " * 3),
        ]
    )
    hits = engine.find("job", "baker", 10, lambda: [])
    assert [hit.key for hit in hits] == ["b", "a"]
    assert hits[0].score > hits[1].score


def test_kinds_do_not_mix(engine: Engine):
    assert _keys(engine, "data", "expert") == {"data"}
    assert _keys(engine, "databases", "job") == set()


def test_what_is_put_again_replaces_and_what_is_removed_is_gone(engine: Engine):
    engine.put([Document("job", "law", "en", "Notary", "Deeds.")])
    assert _keys(engine, "lawyer") == set()
    assert _keys(engine, "notary") == {"law"}
    engine.remove("job", ["law"])
    assert _keys(engine, "notary") == set()
    assert _keys(engine, "data", "expert") == {"data"}


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script> baker", 'baker" onmouseover="x', "<b>baker</b> & <img src=x>"],
)
def test_a_fragment_is_escaped_and_marks_the_words(engine: Engine, text):
    shown = highlighted("bakers", "en", text)
    assert isinstance(shown, Markup)
    assert "<mark>baker</mark>" in shown
    rest = shown.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in rest
    assert '"' not in rest


def test_a_fragment_is_cut_around_the_words():
    shown = highlighted("donnees", "fr", "mot " * 300 + "Les données parlent. " + "mot " * 300)
    assert "<mark>données</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 300


def _segments(engine: Engine) -> list[Path]:
    return [path for path in engine.folder.glob("v*/*") if path.is_file()]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _spoil(path: Path) -> None:
    path.write_bytes(b"garbage" * 50)


@pytest.mark.parametrize("damage", [_cut, _spoil, Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("suffix", [".toc", ".seg", "*"])
def test_a_damaged_index_is_made_anew_by_who_searches(engine: Engine, damage, suffix):
    for path in _segments(engine):
        if suffix in {"*", path.suffix}:
            damage(path)
    assert _keys(engine, "données") == {"data"}
    assert _keys(engine, "lawyer") == {"law"}


@pytest.mark.parametrize("suffix", [".toc", ".seg"])
def test_a_damaged_index_says_so_to_who_writes(engine: Engine, suffix):
    for path in _segments(engine):
        if path.suffix == suffix:
            _spoil(path)
    with pytest.raises(Damaged):
        engine.put([DOCUMENTS[0]])


@pytest.mark.parametrize("pointer", [b"", b"../../etc", b"v0-old", b"\xff\xfe", b"v1-gone"])
def test_a_pointer_that_leads_nowhere_is_mended(engine: Engine, pointer):
    (engine.folder / "current").write_bytes(pointer)
    assert _keys(engine, "données") == {"data"}


def test_an_index_of_another_version_is_rebuilt(engine: Engine, monkeypatch):
    monkeypatch.setattr("careers.base.search.SCHEMA_VERSION", "2")
    assert {hit.key for hit in engine.find("job", "new", 9, lambda: [_document(1, "new")])} == {"1"}
    assert (engine.folder / "current").read_text().startswith("v2-")


def _document(number: int, word: str) -> Document:
    return Document("job", str(number), "en", f"Title {word}", f"text{number}")


def _put_ten(folder: Path, start: int) -> None:
    for number in range(start, start + 10):
        Engine(folder).put([_document(number, "common")])


def test_eight_threads_lose_no_change(engine: Engine):
    threads = [
        threading.Thread(target=_put_ten, args=(engine.folder, start)) for start in range(0, 80, 10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(engine.find("job", "common", 500, lambda: [])) == 80


def test_three_processes_lose_no_change(engine: Engine):
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_put_ten, args=(engine.folder, n)) for n in (0, 10, 20)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(engine.find("job", "common", 500, lambda: [])) == 30


def test_people_search_while_it_is_rebuilt(engine: Engine):
    asked, go_on, seen = threading.Event(), threading.Event(), []

    def slowly():
        yield from DOCUMENTS
        asked.set()
        assert go_on.wait(10)
        yield _document(1, "late")

    thread = threading.Thread(target=engine.rebuild, args=(slowly,))
    thread.start()
    assert asked.wait(10)
    seen.append(_keys(engine, "lawyer"))
    go_on.set()
    thread.join()
    assert seen == [{"law"}]
    assert _keys(engine, "late") == {"1"}


def test_a_rebuild_that_fails_leaves_the_old_index(engine: Engine):
    def broken():
        yield DOCUMENTS[0]
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        engine.rebuild(broken)
    assert _keys(engine, "lawyer") == {"law"}
    assert len(list(engine.folder.glob("v*"))) == 1
