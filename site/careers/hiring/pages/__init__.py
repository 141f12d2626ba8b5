"""Pages of applications, for candidates and for those who hire."""

from careers.hiring.pages import (  # noqa: F401  their routes
    application,
    applications,
    hiring_for,
    letters,
    outside,
    questions,
    reviewing,
)
from careers.hiring.pages.blueprint import blueprint, stage_name
from careers.hiring.pages.candidates import SAID, application_with, back_to
from careers.hiring.pipeline import erasing  # noqa: F401  it listens

__all__ = ["SAID", "application_with", "back_to", "blueprint", "stage_name"]
