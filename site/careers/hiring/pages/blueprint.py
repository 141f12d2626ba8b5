"""The blueprint of applications, and its words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_babel import format_decimal, gettext

from careers.base.permissions import Part
from careers.base.web import db, settings
from careers.hiring import retention
from careers.hiring.models import Application, Refusal, Stage
from careers.hiring.phones import shown_phone
from careers.hiring.pipeline.batches import Outcome

blueprint = Blueprint("hiring", "careers.hiring.pages")


@blueprint.app_context_processor
def hiring_words() -> dict[str, Any]:
    """The words for stages, for every template."""
    return {
        "stage_name": stage_name,
        "refusal_name": refusal_name,
        "came_by": came_by,
        "shown_phone": shown_phone,
        "data_ends": _data_ends,
    }


@blueprint.app_template_filter("score")
def show_score(score: float) -> str:
    """A rating with one decimal at most, as the reader's language writes it."""
    return str(format_decimal(round(score, 1), "#,##0.#"))


def _data_ends(application: Application) -> datetime:
    contact = retention.last_contact(db(), application)
    return retention.ends_at(contact, settings().retention_months)


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


def refusal_name(reason: str) -> str:
    """Why an application was declined, in words."""
    names = {
        Refusal.SKILLS: gettext("Skills that the job needs"),
        Refusal.EXPERIENCE: gettext("Too little experience"),
        Refusal.LANGUAGE: gettext("Language"),
        Refusal.TERMS: gettext("Salary, hours or start"),
        Refusal.PLACE: gettext("Place, or right to work there"),
        Refusal.FILLED: gettext("Somebody else was chosen"),
        Refusal.OTHER: gettext("Something else"),
    }
    return str(names[Refusal(reason)])


def came_by(source: str) -> str:
    """By what an application came, in words."""
    names = {
        "referral": gettext("Through a colleague"),
        "inspiration": gettext("After reading a colleague"),
    }
    return str(names.get(source) or gettext("Unknown"))


def part_name(part: str) -> str:
    """What somebody does in hiring for a job, in words."""
    names = {
        Part.RECRUITER: gettext("Recruiter"),
        Part.MANAGER: gettext("Hiring manager"),
        Part.INTERVIEWER: gettext("Interviewer"),
    }
    return str(names[Part(part)])


def outcome_name(outcome: str) -> str:
    """What became of one of many, in words."""
    names = {
        Outcome.DONE: gettext("Done"),
        Outcome.SAME: gettext("It was there already."),
        Outcome.MOVED: gettext("Somebody else was faster: see where it is."),
        Outcome.NOT_ALLOWED: gettext("From where it is, it can’t be moved there."),
        Outcome.OUTSIDE: gettext("Its job is followed in another system, and moved there."),
        Outcome.ERASED: gettext("The candidate had their data erased."),
        Outcome.NOT_THEIRS: gettext("They don’t hire for this job."),
        Outcome.UNKNOWN: gettext("No such application is yours."),
        Outcome.OLD: gettext("Something newer is known."),
        Outcome.NOT_OUTSIDE: gettext("Its job is followed here, and moved by hand."),
        Outcome.UNREADABLE: gettext("This can’t be read."),
    }
    return str(names[Outcome(outcome)])
