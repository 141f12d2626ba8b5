"""Both engines: what is found, what follows, damage, and several writers at once."""

from __future__ import annotations

import gc
import multiprocessing
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from careers.base import outbox, search
from careers.base.search import Busy, Document, on_disk
from careers.base.search.documents import SCHEMA_VERSION, Damaged
from careers.base.search.engines import engine_of
from careers.base.search.in_database import SearchBuild, SearchDocument, SearchStem
from careers.base.search.on_disk import Folder
from careers.base.search.words import stem
from tests.serving import PATIENCE

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

DOCUMENTS = [
    Document("thing", "data", "fr", "Ingénieur·e données", "Au cœur du réseau, en C++ et en C#."),
    Document("thing", "dev", "fr", "Développeuse web", "Vous aimez l’ingénierie. Les mains en R."),
    Document("thing", "sre", "en", "Site reliability engineers", "We run .NET on networks."),
    Document("thing", "law", "en", "Lawyer", "Contracts, curriculum vitae reviews, café."),
]


@pytest.mark.parametrize("query", ["data", "data engineer", '"data engineer"', "-data", "dtaa"])
def test_where_nothing_is_kept_nothing_is_found_and_nothing_is_damaged(things, query):
    things.have()
    assert things.found(query) == search.Found(
        [], every=query != "data engineer", instead="", is_ready=True
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("données", {"data"}),
        ("DONNEE", {"data"}),
        ("cœur", {"data"}),
        ("l’ingénierie", {"dev"}),
        ("c++", {"data"}),
        ("C", set()),
        (".net", {"sre"}),
        ("R", {"dev"}),
        ("réseaux", {"data", "sre"}),
        ("network engineer", {"data", "sre"}),
        ('"network engineer"', set()),
        ('"reliability engineer"', {"sre"}),
        ("engineer -network", {"data"}),
        ("-engineer", {"data", "dev", "law"}),
        ('-"site reliability"', {"data", "dev", "law"}),
        ("cafe", {"law"}),
        ("les", set()),
        ("kubernetes", set()),
        ("title_fr:donnees", set()),
        ("' \\ '' & | ! ( ) :* <->", set()),
        ("\\' données", {"data"}),
        ("%_", set()),
        ("\ud800", set()),
        ("données " * 60, {"data"}),
    ],
)
def test_what_is_asked_is_found(things, query, found):
    things.have(*DOCUMENTS)
    assert set(things.keys(query)) == found


def test_a_title_counts_more_than_facts_and_facts_more_than_the_text(things):
    things.have(
        Document("thing", "text", "en", "Cook", "A baker helps here every day."),
        Document("thing", "facts", "en", "Cook", "Somebody helps here every day.", "Baker"),
        Document("thing", "title", "en", "Baker", "Somebody helps here every day."),
    )
    assert things.keys("baker") == ["title", "facts", "text"]


def test_a_document_is_found_in_all_its_languages(things):
    one = Document("thing", "a", "en", "Baker", "Bread.", translations={"fr": ("Boulangères", "")})
    things.have(one, *DOCUMENTS)
    assert things.keys("boulanger") == things.keys("bakers") == ["a"]


def test_no_phrase_goes_from_the_title_into_the_text(things):
    things.have(Document("thing", "a", "en", "Head baker", "Bread and more."))
    assert things.keys('"head baker"') == ["a"]
    assert things.keys('"baker bread"') == []


def test_what_changes_is_followed_and_what_goes_is_gone(things):
    things.have(*DOCUMENTS)
    things.change(Document("thing", "law", "en", "Notary", "Deeds."))
    assert things.keys("lawyer") == []
    assert things.keys("notary") == ["law"]
    things.change(gone=["law"])
    assert things.keys("notary") == []
    assert things.found("notari").instead == ""
    assert set(things.keys("données")) == {"data"}


def test_deleted_words_leave_the_files_and_the_tables(things, database, settings):
    things.have(*DOCUMENTS, Document("thing", "me", "en", "Zebulon", "Xylographer."))
    things.change(gone=["me"])
    with database.writing() as db:
        waiting = db.scalars(
            select(outbox.Work.due_at).where(outbox.Work.kind == "tidy index")
        ).all()
        assert len(waiting) == int(database.is_sqlite)
        search.tidy(db, {"kind": "thing"}, settings)
        db.commit()
    assert set(things.keys("données")) == {"data"}
    if database.is_sqlite:
        written = b"".join(p.read_bytes() for p in settings.folder("search").rglob("v*/*"))
        # Whoosh notes that a segment is gone at its next write.
        assert b"zebulon" not in _current_segments(settings, written)
    with database.reading() as db:
        assert not engine_of(db, settings, "thing").stems() & {"zebulon", "xylograph"}


def _current_segments(settings, _written: bytes) -> bytes:
    folder = settings.folder("search/thing")
    build = folder / (folder / "current").read_text()
    return b"".join(path.read_bytes() for path in build.iterdir())


def test_counts_of_words_follow_exactly(things, database, settings):
    things.have(*DOCUMENTS)
    things.change(Document("thing", "law", "en", "Engineer", "Networks networks."))
    things.change(Document("thing", "new", "en", "Engineer", "Networks."), gone=["sre"])
    followed = _counts(database, settings)
    things.have(*things.rows.values())
    assert followed == _counts(database, settings)


def _counts(database, settings) -> dict[str, int]:
    with database.reading() as db:
        engine = engine_of(db, settings, "thing")
        return {stem: engine.count(stem) for stem in sorted(engine.stems()) if engine.count(stem)}


# -- damage --------------------------------------------------------------------------------------


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _spoil(path: Path) -> None:
    path.write_bytes(b"garbage" * 50)


def _damage_files(settings, suffix: str, act) -> None:
    on_disk._readings.clear()  # as another process would find it
    for path in settings.folder("search/thing").glob("v*/*"):
        if suffix in {"*", path.suffix}:
            act(path)


@pytest.fixture
def damage(things):
    """`damage()`, whatever the engine: nobody can read the index of `things` any more."""

    def do(act=_spoil, suffix="*") -> None:
        if things.database.is_sqlite:
            _damage_files(things.settings, suffix, act)
            return
        with things.database.writing() as db:
            db.execute(update(SearchBuild).values(version="0"))
            db.execute(delete(SearchDocument))
            db.commit()

    yield do
    gc.collect()  # Whoosh leaves a file to the garbage collector when it fails to read it


@pytest.mark.parametrize("act", [_cut, _spoil, Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("suffix", [".toc", ".seg", "*"])
def test_a_damaged_index_is_made_anew_for_who_searches(things, damage, act, suffix):
    things.have(*DOCUMENTS)
    damage(act, suffix)
    assert things.keys("données") == ["data"]
    assert things.keys("lawyer") == ["law"]


def test_a_damaged_index_is_made_anew_by_what_follows(things, damage):
    things.have(*DOCUMENTS)
    damage()
    things.change(Document("thing", "law", "en", "Notary", "Deeds."))
    assert things.keys("notary") == ["law"]
    assert things.keys("données") == ["data"]


def test_an_index_that_never_was_is_made_by_who_searches(things):
    things.rows = {"data": DOCUMENTS[0]}
    assert things.keys("données") == ["data"]


@pytest.mark.parametrize("pointer", [b"", b"../../etc", b"v0-old", b"\xff\xfe", b"v1-gone"])
def test_a_pointer_that_leads_nowhere_is_mended(tmp_path, pointer):
    folder = Folder(tmp_path)
    folder.rebuild(lambda: DOCUMENTS)
    (tmp_path / "current").write_bytes(pointer)
    with pytest.raises(Damaged):
        folder.count(stem("fr", "donnees"))
    folder.rebuild(lambda: DOCUMENTS, instead_of=folder.current())
    assert folder.count(stem("fr", "donnees")) == 1


def test_an_index_of_another_version_is_made_anew(things, monkeypatch):
    things.have(*DOCUMENTS)
    for module in ("on_disk", "in_database"):
        monkeypatch.setattr(f"careers.base.search.{module}.SCHEMA_VERSION", SCHEMA_VERSION + "x")
    things.rows = {"new": Document("thing", "new", "en", "New", "")}
    assert things.keys("new") == ["new"]


def test_who_searches_waits_a_little_for_a_new_index_and_is_told(things, damage, monkeypatch):
    go_on = threading.Event()
    rows = things.supply

    def slowly(db, keys):
        go_on.wait(PATIENCE)
        return rows(db, keys)

    things.have(*DOCUMENTS)
    damage()
    monkeypatch.setitem(search._suppliers, "thing", slowly)
    monkeypatch.setattr(search, "MEND_WAIT", 0.1)
    assert not things.found("données").is_ready
    assert not things.found("données").is_ready
    go_on.set()
    until = time.monotonic() + PATIENCE
    while not things.found("données").is_ready and time.monotonic() < until:
        time.sleep(0.05)
    assert things.keys("données") == ["data"]


# -- at once -------------------------------------------------------------------------------------


def test_people_search_while_it_is_rebuilt(things, monkeypatch):
    things.have(*DOCUMENTS)
    asked, go_on = threading.Event(), threading.Event()

    def slowly(_db, _keys):
        yield from DOCUMENTS
        asked.set()
        assert go_on.wait(PATIENCE)
        yield Document("thing", "late", "en", "Late", "")

    monkeypatch.setitem(search._suppliers, "thing", slowly)
    told = []

    def rebuild():
        with things.database.reading() as db:
            search.rebuild(db, things.settings, ["thing"], lambda *said: told.append(said))

    thread = threading.Thread(target=rebuild)
    thread.start()
    assert asked.wait(PATIENCE)
    seen = things.keys("lawyer")
    go_on.set()
    thread.join()
    assert (seen, things.keys("late")) == (["law"], ["late"])
    assert told == [("thing", 5)]


def test_what_changes_during_a_rebuild_waits_and_then_follows(things, monkeypatch):
    things.have(*DOCUMENTS)
    asked, go_on = threading.Event(), threading.Event()
    rows = things.supply

    def slowly(db, keys):
        found = rows(db, keys)
        if keys is None:
            asked.set()
            assert go_on.wait(PATIENCE)
        return found

    monkeypatch.setitem(search._suppliers, "thing", slowly)
    monkeypatch.setattr(search, "FOLLOW_WAIT", 0.2)

    def rebuild():
        with things.database.reading() as db:
            search.rebuild(db, things.settings, ["thing"])

    thread = threading.Thread(target=rebuild)
    thread.start()
    assert asked.wait(PATIENCE)
    notary = Document("thing", "law", "en", "Notary", "Deeds.")
    with pytest.raises(outbox.NotYet):
        things.change(notary)
    go_on.set()
    thread.join()
    things.change(notary)
    assert things.keys("notary") == ["law"]


def test_a_rebuild_that_fails_leaves_the_old_index(things, monkeypatch):
    things.have(*DOCUMENTS)

    def broken(_db, _keys):
        yield DOCUMENTS[0]
        raise OSError("the database went away")

    with monkeypatch.context() as patched:
        patched.setitem(search._suppliers, "thing", broken)
        with things.database.reading() as db, pytest.raises(OSError, match="went away"):
            search.rebuild(db, things.settings, ["thing"])
    assert things.keys("lawyer") == ["law"]


def test_eight_threads_lose_no_change(things):
    things.have(*DOCUMENTS)

    def put_five(start: int) -> None:
        for number in range(start, start + 5):
            things.change(Document("thing", str(number), "en", "Common", f"text{number}"))

    threads = [threading.Thread(target=put_five, args=(start,)) for start in range(0, 40, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(things.keys("common")) == 40
    with things.database.reading() as db:
        assert engine_of(db, things.settings, "thing").count("common") == 40


def _put_ten(folder: Path, start: int) -> None:
    for number in range(start, start + 10):
        document = Document("thing", str(number), "en", "Title common", f"text{number}")
        Folder(folder).follow([document.key], lambda one=document: [one])


def test_three_processes_lose_no_change(tmp_path):
    folder = Folder(tmp_path)
    folder.rebuild(lambda: DOCUMENTS)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_put_ten, args=(tmp_path, n)) for n in (0, 10, 20)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert folder.count("common") == 30


def test_a_lock_that_is_held_is_waited_for_only_so_long(tmp_path):
    folder = Folder(tmp_path)
    folder.rebuild(lambda: DOCUMENTS)
    with folder._lock(1), pytest.raises(Busy):
        Folder(tmp_path).follow(["data"], lambda: [], wait=0.05)


def test_large_segments_are_left_alone_until_something_in_them_goes(tmp_path, monkeypatch):
    monkeypatch.setattr("careers.base.search.on_disk.SEGMENT", 10)
    folder = Folder(tmp_path)
    many = [Document("thing", str(n), "en", "Common", f"word{n}") for n in range(45)]
    folder.rebuild(lambda: many)
    assert folder.count("common") == 45
    assert len(list(tmp_path.glob("v*/*.seg"))) == 5
    for number in range(0, 45, 7):
        assert folder.follow([str(number)], list)
    folder.tidy()
    assert folder.count("common") == 38
    assert "word7" not in folder.stems()
    assert "word8" in folder.stems()


def test_a_rebuild_leaves_nothing_of_what_was(things, database, settings):
    things.have(*DOCUMENTS)
    things.have(DOCUMENTS[0])
    assert things.keys("lawyer") == []
    if not database.is_sqlite:
        with database.reading() as db:
            assert db.scalar(select(func.count()).select_from(SearchDocument)) == 1
            assert not db.scalar(select(SearchStem.documents).where(SearchStem.documents <= 0))
