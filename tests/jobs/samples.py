"""Small answers of boards, of our own making, and jobs in the database."""

from __future__ import annotations

import html
import json

from careers.jobs.importing import import_jobs
from careers.jobs.models import Job

TEXT = "<p>You keep meters honest with <strong>C++</strong> and databases.</p>"


def greenhouse_row(number=101, title="Data engineer", **more):
    return {
        "id": number,
        "title": title,
        "content": html.escape(more.pop("text", TEXT)),
        "location": {"name": "Lyon, France"},
        "departments": [{"id": 1, "name": "Platform"}],
        "offices": [],
        "metadata": [{"id": 2, "name": "Employment Type", "value": "Regular full-time"}],
        "first_published": "2026-10-01T09:00:00+02:00",
        "updated_at": "2026-10-02T09:00:00+02:00",
        "language": "en",
        "pay_input_ranges": [
            {"min_cents": 5_800_000, "max_cents": 7_000_000, "currency_type": "EUR", "title": "Pay"}
        ],
        **more,
    }


def greenhouse(*rows) -> bytes:
    return json.dumps({"jobs": list(rows), "meta": {"total": len(rows)}}).encode()


def lever_row(number="a-1", title="Ingénieure données", **more):
    return {
        "id": number,
        "text": title,
        "description": "<p>Vous rejoignez notre équipe dans le cœur de la plateforme.</p>",
        "lists": [{"text": "Vos missions", "content": "<li>Les données</li>"}],
        "additional": "<p>Et avec nous.</p>",
        "categories": {
            "team": "Plateforme", "location": "Paris", "allLocations": ["Paris", "Nantes"],
            "commitment": "CDI",
        },
        "country": "FR",
        "workplaceType": "hybrid",
        "salaryRange": {
            "currency": "EUR", "interval": "per-year-salary", "min": 45000, "max": 55000.5,
        },
        "createdAt": 1_790_000_000_000,
        **more,
    }  # fmt: skip


def lever(*rows) -> bytes:
    return json.dumps(list(rows)).encode()


def open_job(db, **more) -> Job:
    """A job that is open, committed."""
    import_jobs(db, "greenhouse", "acme", greenhouse(greenhouse_row(**more)))
    db.commit()
    number = str(more.get("number", 101))
    return db.query(Job).filter_by(source_id=number).one()
