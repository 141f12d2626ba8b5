"""A receipt saved here is checked elsewhere, and one changed byte is found."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from careers.base.audit import Act
from careers.base.people import person_by_email
from careers.main import entourage
from referrals.attribution import Dropped
from referrals.models import Receipt
from referrals.receipts import (
    FORM,
    Damaged,
    HashDiffers,
    ResultDiffers,
    UnknownRule,
    canonical,
    checksum,
    receipt_file,
    verify,
)
from referrals.recomputing import recomputed
from referrals.rules import LINEAR, POSITION
from referrals.terms import Terms, usual_terms
from tests.bonuses.standing import opened
from tests.cast import Cast

APPLIED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def touch(sharer: str, days: float, dropped: str | None = None, **more):
    """A touch as receipts of the first form held it."""
    return {
        "kind": "click", "link": f"link-{sharer}", "channel": "linkedin", "sharer": sharer,
        "shared_at": APPLIED.isoformat(), "at": (APPLIED - timedelta(days=days)).isoformat(),
        "class": "human", "by": "", "lists": "1", "used": dropped is None, "dropped": dropped, **more,
    }  # fmt: skip


OLD = {
    "application": "abc", "applied_at": APPLIED.isoformat(), "rule": "last_touch", "version": 1,
    "parameters": {"window_days": 30}, "outcome": "credited",
    "touches": [
        touch("ada", 45, "too_old"), touch("ada", 9, "another_was_later"),
        touch("ben", 5, "not_a_person"), touch("zoë", 2),
    ],
    "credits": [{"person": "zoë", "kind": "referral", "share": "1/1"}],
}  # fmt: skip


def saved(says, **more) -> bytes:
    return canonical({"form": FORM, "receipt": says, "sha256": checksum(says)} | more) + b"\n"


def test_canonical_json_is_what_the_hash_of_earlier_receipts_was_taken_of():
    before = json.dumps(OLD, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert checksum(OLD) == hashlib.sha256(before.encode()).hexdigest()


def test_a_receipt_written_before_touches_said_all_that_speaks_against_them_still_holds():
    found = verify(saved(OLD))
    assert (found.outcome, found.credits) == ("credited", [("zoë", "referral", "1/1")])


@given(st.data())
def test_no_byte_can_be_changed_added_or_taken_away_unnoticed(data):
    whole = saved(OLD)
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    for changed in (
        whole[:place] + byte + whole[place + 1 :],
        whole[:place] + byte + whole[place:],
        whole[:place] + whole[place + 1 :],
    ):
        if changed != whole:
            with pytest.raises((Damaged, HashDiffers)):
                verify(changed)


def test_every_byte_of_it_matters():
    whole = bytearray(saved(OLD))
    for place in range(len(whole)):
        whole[place] ^= 1
        with pytest.raises((Damaged, HashDiffers)):
            verify(bytes(whole))
        whole[place] ^= 1


def without(key):
    return {name: value for name, value in OLD.items() if name != key}


@pytest.mark.parametrize(
    ("content", "why", "words"),
    [
        (b"{", Damaged, "can’t be read as JSON"),
        (b"\xff\xfe", Damaged, "can’t be read as JSON"),
        (b"[" * 200_000, Damaged, "can’t be read as JSON"),
        (b" " * 5_000_001, Damaged, "too large"),
        (b"[]\n", Damaged, "no receipt"),
        (saved(OLD, form="entourage receipt 9"), Damaged, "'entourage receipt 9'"),
        (json.dumps(json.loads(saved(OLD))).encode(), Damaged, "without spaces"),
        (saved(OLD, sha256="0" * 64), HashDiffers, "the file says 0000"),
        (saved(OLD | {"version": 2}), UnknownRule, "'last_touch' of version 2"),
        (saved(OLD | {"rule": "guess"}), UnknownRule, "'guess'"),
        (saved(OLD | {"parameters": {}}), Damaged, "window_days"),
        (saved(OLD | {"parameters": {"window_days": 0}}), Damaged, "from 1 to 365"),
        (saved(OLD | {"parameters": {"window_days": "9"}}), Damaged, "parameters"),
        (saved(OLD | {"rule": "time_decay"}), Damaged, "half_life_days"),
        (saved(without("touches")), Damaged, "'touches'"),
        (saved(without("rule")), Damaged, "'rule'"),
        (saved(OLD | {"applied_at": "2026-11-20T12:00:00"}), Damaged, "can"),
        (saved([]), Damaged, "no receipt"),
        (saved(OLD | {"credits": []}), ResultDiffers, "zoë (referral) is 1/1, not none"),
        (saved(OLD | {"outcome": "none_counts"}), ResultDiffers, "outcome is credited"),
        (
            saved(OLD | {"touches": [*OLD["touches"][:3], touch("zoë", 2, "too_old")]}),
            ResultDiffers,
            "none",
        ),
        (
            saved(OLD | {"touches": [touch("ada", 9), touch("zoë", 2)]}),
            ResultDiffers,
            "touch 1 is another_was_later, not used",
        ),
    ],
)
def test_each_way_of_failing_has_a_message_of_its_own(content, why, words):
    with pytest.raises(why, match=words.replace("(", r"\(").replace(")", r"\)")):
        verify(content)


def test_another_rule_can_be_tried_on_a_receipt_of_either_form():
    said = touch("ada", 45, "too_old", against=[])
    one = recomputed(Terms(LINEAR, 60), APPLIED, [said, touch("zoë", 2, against=[])])
    assert set(one.shares) == {("ada", "referral"), ("zoë", "referral")}
    two = recomputed(Terms(LINEAR, 60), APPLIED, OLD["touches"])
    assert {person for person, _ in two.shares} == {"ada", "zoë"}
    assert two.dropped[0] is not None, "it isn't known whether anything else spoke against it"
    assert recomputed(usual_terms(30), APPLIED, OLD["touches"]).dropped[0] == "too_old"


@pytest.mark.parametrize("reason", list(Dropped))
def test_what_speaks_against_a_touch_by_itself_does_so_under_every_rule(reason):
    by_time = {Dropped.TOO_OLD, Dropped.TOO_LATE}
    by_others = {
        Dropped.OWNED_BY_ANOTHER, Dropped.DIRECT, Dropped.ANOTHER_WAS_LATER,
        Dropped.ANOTHER_WAS_EARLIER,
    }  # fmt: skip
    if reason in by_time | by_others:
        return
    result = recomputed(Terms(POSITION, 30), APPLIED, [touch("ada", 3, against=[reason.value])])
    assert (result.shares, result.dropped) == ({}, [reason.value])


# -- saved by one, checked by another ---------------------------------------------------------


def test_a_saved_receipt_is_verified_without_a_database(came, visit_as, db, tmp_path):
    application = came(ada=4, carl=2)
    address = f"/recruiting/receipts/{application.code}"
    recruiter = visit_as(Cast.RECRUITER)
    answer = recruiter.post(f"{address}/export", form_on=address)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    receipt = db.scalar(select(Receipt))
    assert receipt.sha256 in recruiter.get(address).get_data(as_text=True)
    assert db.scalar(select(Act.what).order_by(Act.id.desc())) == "receipt:export"
    file = tmp_path / "receipt.json"
    file.write_bytes(answer.data)
    before = set(tmp_path.iterdir())
    nowhere = {"PATH": "", "PYTHONPATH": ":".join(sys.path), "ENTOURAGE_DATABASE_URL": "nonsense"}
    found = subprocess.run(
        [sys.executable, "-m", "careers.main", "receipt", "verify", str(file)],
        env=nowhere, cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert f"sha256 {receipt.sha256}\nThe receipt holds." in found.stdout
    assert set(tmp_path.iterdir()) == before, "it makes nothing"
    other = CliRunner().invoke(entourage, ["receipt", "verify", "--sha256", "1" * 64, str(file)])
    assert (other.exit_code, "another receipt" in other.output) == (1, True)
    file.write_bytes(answer.data.replace(b'"1/1"', b'"1/2"'))
    broken = CliRunner().invoke(entourage, ["receipt", "verify", str(file)])
    assert (broken.exit_code, "was changed" in broken.output) == (1, True)


def test_who_is_credited_or_refused_saves_the_same_file_and_nobody_else_does(came, visit_as, db):
    application = came(ada=4, carl=2)
    mine, address = f"/me/receipts/{application.code}", "/me/links"
    carl, ada = visit_as(Cast.COLLEAGUE), visit_as(Cast.ENGINEER)
    answer = carl.post(f"{mine}/export", form_on=mine)
    assert answer.data == receipt_file(db.scalar(select(Receipt)), application)
    text = answer.get_data(as_text=True)
    for kept in (application.name, application.email, person_by_email(db, Cast.COLLEAGUE).name):
        assert kept not in text
    assert ada.post(f"{mine}/export", form_on=mine).data == answer.data
    assert "another was closer" in ada.get(mine).get_data(as_text=True)
    edith = visit_as(Cast.EDITOR)  # whom no touch names
    assert edith.post(f"{mine}/export", form_on=address).status_code == 404
    application.sharer_sees = "nothing"
    db.commit()
    assert carl.post(f"{mine}/export", form_on=address).status_code == 404


def test_the_receipts_file_tells_who_corrected_what_by_hand_and_why(came, visit_as, db):
    application = came(ada=4)
    ada, rosa = person_by_email(db, Cast.ENGINEER), visit_as(Cast.RECRUITER)
    mine = f"/recruiting/receipts/{application.code}"
    plain = rosa.post(f"{mine}/export", form_on=mine).data
    assert (json.loads(plain)["form"], verify(plain).corrections) == ("entourage receipt 1", [])
    half = {f"share-{ada.code}": "1/2", "why": "Both\x1b[2J told her."}
    half |= {"email": Cast.COLLEAGUE, "share": "1/2"}
    assert rosa.post(f"{mine}/correction", half).status_code == 303
    carl = person_by_email(db, Cast.COLLEAGUE)
    whole = {f"share-{ada.code}": "1", f"share-{carl.code}": "0", "why": "No, Ada."}
    whole |= opened(rosa, f"{mine}/correction")
    assert rosa.client.post(f"{mine}/correction", data=whole).status_code == 303
    saved = rosa.post(f"{mine}/export", form_on=mine).data
    own = f"/me/receipts/{application.code}"
    assert visit_as(Cast.ENGINEER).post(f"{own}/export", form_on=own).data == saved
    assert application.name.encode() not in saved
    first, last = verify(saved).corrections
    by = person_by_email(db, Cast.RECRUITER).code
    assert (first.by, len(first.shares), {share for _, share in first.shares}) == (by, 2, {"1/2"})
    assert (last.why, last.shares) == ("No, Ada.", [(ada.code, "1")])
    said = CliRunner().invoke(entourage, ["receipt", "verify", "-"], input=saved).output
    assert f"by {by}: No, Ada.\n  {ada.code}  1\n" in said and "\x1b" not in said
    for changed in (
        saved.replace(b"No, Ada.", b"No, Eva."),
        saved.replace(b'"number":2', b'"number":3'),
        saved.replace(b"entourage receipt 2", b"entourage receipt 1"),
        canonical(json.loads(saved) | {"corrections": []}) + b"\n",
    ):
        with pytest.raises((HashDiffers, Damaged)):
            verify(changed)
