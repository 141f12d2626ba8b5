"""How the demo company's recruiters work: who hires for what, what they note, rate and write."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, codes
from careers.base.people import Person
from careers.base.permissions import Part
from careers.base.signin.sessions import token_hash
from careers.demo.founding import RECRUITER, SECOND_RECRUITER, found
from careers.hiring.models import Application, Stage, StageChange
from careers.hiring.pipeline import letters
from careers.hiring.pipeline.access import seat
from careers.hiring.pipeline.batches import assign
from careers.hiring.pipeline.models import LetterTemplate
from careers.hiring.pipeline.notes import add_note
from careers.hiring.pipeline.rating import own_criteria, rate, set_criteria
from careers.hiring.pipeline.standard_letters import LETTERS
from careers.jobs.models import Job

CRITERIA = ["Craft", "Works with others", "Curiosity", "Says things clearly"]
NOTES = {
    "en": (
        "Spoke for half an hour. **Knows the field**, asks good questions about our meters.",
        "Strong on paper. To ask:\n\n- notice period\n- how they test what they build",
        "Liked the example of the outage on a Sunday. Would work well with the Bristol team.",
    ),
    "fr": (
        "Une demi-heure au téléphone. **Connaît le métier**, pose de bonnes questions.",
        "Beau parcours. À demander\N{NO-BREAK SPACE}:\n\n- préavis\n- sa façon de tester",
        "Son exemple de panne un dimanche m’a convaincue. Irait bien avec l’équipe de Lyon.",
    ),
}
LETTER_AT = {Stage.INTERVIEW: "Invitation", Stage.REJECTED: "Declined / Refus"}


def prepare_hiring(db: Session) -> None:
    """Before anybody applies: criteria, letters, and who hires for which job."""
    recruiter = found(db, RECRUITER)
    set_criteria(db, None, [], CRITERIA, recruiter)
    for values in LETTERS:
        letters.add_template(db, values, recruiter)
    people = db.scalars(select(Person).where(Person.status == "active").order_by(Person.id)).all()
    for number, job in enumerate(db.scalars(select(Job).order_by(Job.id))):
        team = [one for one in people if one.team == job.team and one != job.contact]
        if job.contact is not None:
            seat(db, job, job.contact, Part.MANAGER, recruiter)
        for one in team[number % 2 : 2]:
            seat(db, job, one, Part.INTERVIEWER, recruiter)


def work_together(db: Session) -> None:
    """What was noted, rated and written while applications went their way."""
    pair = (found(db, RECRUITER), found(db, SECOND_RECRUITER))
    by_name = {one.name: one for one in letters.templates(db)}
    criteria = own_criteria(db, None)
    for number, application in enumerate(db.scalars(select(Application).order_by(Application.id))):
        recruiter, other = pair if number % 3 else pair[::-1]
        steps = list(application.changes)[1:]
        for turn, step in enumerate(steps):
            with clock.set_to(step.at + timedelta(minutes=20)):
                if turn == 0:
                    assign(db, application, None, recruiter, recruiter)
                _say_about(db, application, step, turn + number, recruiter)
                _write_about(db, application, step, recruiter, by_name)
                for rater in (recruiter, other)[: 1 + (turn > 0)]:
                    scores = {
                        one.id: 2 + (number * 7 + at * 3 + rater.id) % 4
                        for at, one in enumerate(criteria)
                    }
                    rate(db, application, rater, scores)
        db.flush()


def _say_about(
    db: Session, application: Application, step: StageChange, number: int, recruiter: Person
) -> None:
    if step.stage in {Stage.SCREENING, Stage.INTERVIEW}:
        said = NOTES[recruiter.language]
        add_note(db, application, recruiter, said[number % len(said)])


def _write_about(
    db: Session,
    application: Application,
    step: StageChange,
    recruiter: Person,
    by_name: dict[str, LetterTemplate],
) -> None:
    name = LETTER_AT.get(Stage(step.stage))
    if name is not None:
        words = letters.words_for(db, by_name[name], application, recruiter)
        letters.send_letter(db, application, recruiter, words, token_hash(codes.token()))
