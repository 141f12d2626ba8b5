"""Pages of applications, for candidates and for those who hire."""

from careers.hiring.pages import applications, questions  # noqa: F401  their routes
from careers.hiring.pages.blueprint import blueprint, stage_name
from careers.hiring.pages.candidates import application_with, back_to, private

__all__ = ["application_with", "back_to", "blueprint", "private", "stage_name"]
