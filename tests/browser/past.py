"""Applications of the past, more than a browser could send."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from careers.base import clock, codes
from careers.base.people import person_by_email
from careers.hiring.models import Application
from careers.jobs.models import Job
from referrals.models import Credit, Receipt
from tests.cast import Cast


def add_past(database_url: str, many: int) -> None:
    """As many applications of ten days ago: each came by the engineer's link, then by the
    colleague's, who has all of the credit."""
    applied_at = clock.now() - timedelta(days=10)
    engine = create_engine(database_url)
    with Session(engine) as db:
        job = db.query(Job).one()
        ada, carl = (person_by_email(db, email) for email in (Cast.ENGINEER, Cast.COLLEAGUE))
        assert ada
        assert carl
        touches = [
            {
                "kind": "click", "sharer": person.code, "against": [], "dropped": None,
                "at": (applied_at - timedelta(days=days)).isoformat(),
            }
            for person, days in ((ada, 2), (carl, 1))
        ]  # fmt: skip
        sent = [
            Application(
                token_hash=codes.token(), submission=codes.token(), job_id=job.id,
                name="Somebody", email="somebody@mail.example", created_at=applied_at,
            )
            for _ in range(many)
        ]  # fmt: skip
        db.add_all(sent)
        db.flush()
        receipts = [
            Receipt(
                application_id=one.id, rule="last_touch", version=1, outcome="credited",
                parameters={"window_days": 30}, touches=touches, sha256="0" * 64,
            )
            for one in sent
        ]  # fmt: skip
        db.add_all(receipts)
        db.flush()
        db.add_all(
            Credit(
                application_id=one.application_id, receipt_id=one.id, person_id=carl.id,
                kind="referral", part=1, whole=1,
            )
            for one in receipts
        )  # fmt: skip
        db.commit()
    engine.dispose()
