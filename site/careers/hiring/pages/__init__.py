"""Pages of applications, for candidates and for those who hire."""

from careers.hiring.pages import (  # noqa: F401  their routes
    application,
    applications,
    candidates,
    correcting,
    hiring_for,
    letters,
    outside,
    questions,
    reviewing,
)
from careers.hiring.pages.blueprint import blueprint, stage_name
from careers.hiring.pages.own import SAID, back_to, own_application
from careers.hiring.pipeline import erasing  # noqa: F401  it listens

__all__ = ["SAID", "back_to", "blueprint", "own_application", "stage_name"]
