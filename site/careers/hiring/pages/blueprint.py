"""The blueprint of applications, and its words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import gettext

from careers.hiring.models import Stage
from careers.hiring.phones import shown_phone

blueprint = Blueprint("hiring", "careers.hiring.pages")


@blueprint.app_context_processor
def hiring_words() -> dict[str, Any]:
    """The words for stages, for every template."""
    return {"stage_name": stage_name, "shown_phone": shown_phone}


def stage_name(stage: str) -> str:
    """A stage in words."""
    names = {
        Stage.NEW: gettext("Received"),
        Stage.SCREENING: gettext("Being read"),
        Stage.INTERVIEW: gettext("Interviews"),
        Stage.OFFER: gettext("Offer"),
        Stage.HIRED: gettext("Hired"),
        Stage.REJECTED: gettext("Declined"),
        Stage.WITHDRAWN: gettext("Withdrawn"),
    }
    return str(names[Stage(stage)])
