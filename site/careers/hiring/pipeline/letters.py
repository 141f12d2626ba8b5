"""Letters to candidates: words with places to fill in, previewed, held back a while, then sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, mail
from careers.base.company import the_company
from careers.base.database import ChangedMeanwhile, rows_changed
from careers.base.mail import Mail
from careers.base.people import Person
from careers.hiring.models import Application
from careers.hiring.pipeline.models import Letter, LetterTemplate

PLACES: Final = ("name", "job", "company", "recruiter")
SUBJECT_LONGEST, TEXT_LONGEST = 200, 10_000  # characters
HELD: Final = timedelta(minutes=10)
_A_MOMENT = timedelta(seconds=5)  # so that whoever takes it back never races the one who sends it
_PLACE = re.compile(r"\{([^{}]*)\}")


class TooLate(Exception):
    """It is on its way, or was taken back before."""


@dataclass(frozen=True)
class Words:
    """What a letter says."""

    subject: str
    text: str


def unknown_places(text: str) -> list[str]:
    """What stands in braces in `text` and is no place to fill in; a lone brace as such.

    >>> unknown_places("Hello {name}, about {jobs} and {")
    ['{jobs}', '{']
    """
    wrong = [f"{{{name}}}" for name in _PLACE.findall(text) if name.strip() not in PLACES]
    return [*wrong, *re.findall(r"[{}]", _PLACE.sub("", text))]


def filled(text: str, values: dict[str, str]) -> str:
    """`text` with its places filled in; what is filled in is never looked at again."""
    return _PLACE.sub(lambda found: values.get(found[1].strip(), found[0]), text)


def words_for(
    db: Session, template: LetterTemplate, application: Application, person: Person
) -> Words:
    """What `template` says to the candidate of `application`, in their language, from `person`."""
    is_french = application.language == "fr"
    values = {
        "name": application.name,
        "job": application.job.title,
        "company": the_company(db).name,
        "recruiter": person.name,
    }
    subject = template.subject_fr if is_french else template.subject_en
    text = template.text_fr if is_french else template.text_en
    return Words(
        " ".join(filled(subject, values).split())[:SUBJECT_LONGEST],
        filled(text, values)[:TEXT_LONGEST],
    )


def send_letter(
    db: Session, application: Application, person: Person, words: Words, submission: str
) -> Letter:
    """Queue a letter in the caller's transaction; it can be taken back for ten minutes.

    `submission` is the hash of the form's key: of the same form there is one letter (the database
    refuses a second).
    """
    due = clock.now() + HELD
    sent = mail.write(db, application.email, words.subject, words.text, not_before=due + _A_MOMENT)
    letter = Letter(
        submission=submission,
        application_id=application.id,
        person_id=person.id,
        subject=words.subject,
        text=words.text,
        language=application.language,
        due_at=due,
        mail_id=sent.id,
    )
    db.add(letter)
    db.flush()
    audit.record(db, person, "letter:send", application.code)
    return letter


def letter_by_submission(db: Session, submission: str) -> Letter | None:
    """The letter that came of this form."""
    return db.scalar(select(Letter).where(Letter.submission == submission))


def letter_by_code(db: Session, application: Application, code: str) -> Letter | None:
    """The letter with this code to the candidate of `application`."""
    return db.scalar(
        select(Letter).where(Letter.code == code, Letter.application_id == application.id)
    )


def letters_sent(db: Session, application: Application) -> list[Letter]:
    """The letters that the candidate was sent, newest first: none that can be taken back yet."""
    sent = select(Letter).where(
        Letter.application_id == application.id,
        Letter.taken_back_at.is_(None),
        Letter.due_at <= clock.now(),
    )
    return list(db.scalars(sent.order_by(Letter.due_at.desc(), Letter.id.desc())).unique())


def take_back(db: Session, letter: Letter, person: Person, application: Application) -> None:
    """Have `letter` not sent, in the caller's transaction. Raises TooLate."""
    taken = db.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.taken_back_at.is_(None), Letter.due_at > clock.now())
        .values(taken_back_at=clock.now(), mail_id=None)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(taken):
        raise TooLate
    if letter.mail_id is not None:
        db.execute(delete(Mail).where(Mail.id == letter.mail_id))
    audit.record(db, person, "letter:take-back", application.code)
    db.expire(letter)


def is_held(letter: Letter, now: datetime) -> bool:
    """Whether it can still be taken back."""
    return letter.taken_back_at is None and letter.due_at > now


# -- templates -----------------------------------------------------------------------------------


def templates(db: Session) -> list[LetterTemplate]:
    """Every template, by name."""
    return list(
        db.scalars(select(LetterTemplate).order_by(LetterTemplate.name, LetterTemplate.id)).unique()
    )


def template_by_code(db: Session, code: str) -> LetterTemplate | None:
    """The template with this code."""
    return db.scalar(select(LetterTemplate).where(LetterTemplate.code == code))


def add_template(db: Session, values: dict[str, str], person: Person | None) -> LetterTemplate:
    """Add a template; `values` are its name, subjects and texts."""
    template = LetterTemplate(**values, changed_by_id=person.id if person else None)
    db.add(template)
    db.flush()
    audit.record(db, person, "template:add", template.code)
    return template


def change_template(
    db: Session, template: LetterTemplate, version: int, values: dict[str, str], person: Person
) -> None:
    """Replace what `template` says, of which `person` saw `version`. Raises ChangedMeanwhile."""
    changed = db.execute(
        update(LetterTemplate)
        .where(LetterTemplate.id == template.id, LetterTemplate.version == version)
        .values(**values, version=version + 1, changed_at=clock.now(), changed_by_id=person.id)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(changed):
        raise ChangedMeanwhile
    db.expire(template)
    audit.record(db, person, "template:change", template.code)


def delete_template(db: Session, template: LetterTemplate, person: Person) -> None:
    """Delete a template; the letters that were written with it stay."""
    audit.record(db, person, "template:delete", template.code, name=template.name)
    db.delete(template)
