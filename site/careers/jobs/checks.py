"""What a job lacks for candidates, and for the search engines that show jobs."""

from __future__ import annotations

from flask_babel import gettext

from careers.base import clock
from careers.base.prose import plain_text
from careers.jobs.models import Job

SHORT = 200  # characters of a text that hardly says what the job is


def shortcomings(job: Job) -> list[str]:
    """What should be mended, the gravest first, in the reader's language."""
    found = []
    if job.salary_low is None:
        found.append(
            gettext(
                "There is no salary range. Candidates have a right to it before the interview "
                "(EU directive 2023/970)."
            )
        )
    words = plain_text(job.description_html or "")
    if not words:
        found.append(gettext("There is no text, so search engines for jobs don't take this offer."))
    elif len(words) < SHORT:
        found.append(gettext("The text is very short. Say what one does, with whom, and what for."))
    if not job.places and job.workplace != "remote":
        found.append(gettext("There is no place."))
    nameless = [p["name"] for p in job.places or [] if not p["country"] or not p["city"]]
    if nameless and job.workplace != "remote":
        found.append(
            gettext(
                "City and country aren't known for: %(places)s. Write “City, Country”; without "
                "them, search engines for jobs leave the place out.",
                places=", ".join(nameless),
            )
        )
    if job.workplace == "remote" and not job.remote_countries:
        found.append(gettext("It can be done from home, but not said from which countries."))
    if not job.contract:
        found.append(gettext("The kind of contract isn't said."))
    if job.apply_until and job.apply_until < clock.now().date():
        found.append(gettext("The last day to apply is over."))
    return found
