"""Real documents to hand in, made here."""

from __future__ import annotations

from careers.demo.cv import cv


def pdf(name: str = "Nadia Rossi") -> bytes:
    """A one-page CV as PDF."""
    return cv(name, "Data engineer", "nadia@mail.example", ["2020–2026: data at a school"], ["SQL"])
