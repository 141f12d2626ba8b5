"""Questions that visitors ask experts: looked at by an editor, answered in public if the expert
likes, and forgotten when nothing comes of them.

The asker's address, if they left one, is shown to nobody. It is used once, to tell them that there
is an answer, and erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, mail
from careers.base.database import rows_changed
from careers.base.languages import address_in
from careers.base.people import Person, employee_left
from experts.models import Asked, Expert
from experts.showing import left, shown_changed

LONGEST, ANSWER_LONGEST = 600, 1_200
MOST_WAITING = 20  # of one expert: more than anybody answers
UNANSWERED, REFUSED = timedelta(days=90), timedelta(days=30)
FORGOTTEN = {
    "waiting": UNANSWERED, "passed": UNANSWERED, "refused": REFUSED, "declined": REFUSED,
}  # fmt: skip


class TooMany(Exception):
    """So many questions wait for this expert that no more are taken."""


class Settled(Exception):
    """Somebody else was faster: the question is not where it was."""


def ask(
    db: Session, expert: Expert, words: str, name: str, email: str | None, language: str
) -> Asked:
    """Keep a question for an editor to look at. Raises TooMany."""
    waits = select(func.count(Asked.id)).where(
        Asked.expert_id == expert.id, Asked.state.in_(("waiting", "passed"))
    )
    if (db.scalar(waits) or 0) >= MOST_WAITING:
        raise TooMany
    asked = Asked(expert_id=expert.id, words=words, name=name, email=email, language=language)
    db.add(asked)
    db.flush()
    return asked


def waiting_questions(db: Session) -> Sequence[Asked]:
    """What an editor has not looked at, oldest first."""
    return db.scalars(select(Asked).where(Asked.state == "waiting").order_by(Asked.id)).all()


def questions_to(db: Session, person: Person) -> Sequence[Asked]:
    """What `person` may answer or has answered, what waits first."""
    mine = select(Asked).join(Asked.expert).where(Expert.person_id == person.id)
    rows = db.scalars(mine.where(Asked.state.in_(("passed", "answered"))).order_by(Asked.id)).all()
    return sorted(rows, key=lambda asked: asked.state == "answered")


def count_to_answer(db: Session, person: Person) -> int:
    """How many questions `person` may answer."""
    mine = select(func.count(Asked.id)).join(Asked.expert).where(Expert.person_id == person.id)
    return db.scalar(mine.where(Asked.state == "passed")) or 0


def question_by_code(db: Session, code: str) -> Asked | None:
    """The question with this code."""
    return db.scalar(select(Asked).where(Asked.code == code))


def pass_on(db: Session, editor: Person, asked: Asked) -> None:
    """Let the expert see a question, and tell them by mail. Raises Settled."""
    _step(db, asked, "waiting", state="passed")
    audit.record(db, editor, "question:pass", asked.code)
    person = asked.expert.person
    with force_locale(person.language):
        mail.write(
            db,
            person.email,
            gettext("Somebody asks you something"),
            gettext(
                "Hello %(name)s,\n\na visitor of your page asks:\n\n%(words)s\n\nYou can answer, on"
                " your page if you like, or decline:\n%(address)s\n",
                name=person.first_name,
                words=asked.words,
                address=_address(person.language, "/me/questions"),
            ),
        )


def refuse(db: Session, editor: Person, asked: Asked) -> None:
    """Keep a question from the expert: abuse, advertising. Raises Settled."""
    _step(db, asked, "waiting", state="refused", email=None)
    audit.record(db, editor, "question:refuse", asked.code)


def answer(db: Session, person: Person, asked: Asked, words: str, is_public: bool) -> None:
    """Answer a question: on the page, or to the asker alone. Raises Settled."""
    email = asked.email
    _step(
        db, asked, "passed", state="answered", answer=words, is_public=is_public,
        answered_at=clock.now(), email=None,
    )  # fmt: skip
    if email:
        _tell(db, asked, email, person)
    if is_public:
        shown_changed.send(person, db=db, shown=person.page is not None)


def decline(db: Session, asked: Asked) -> None:
    """Answer nothing. Raises Settled."""
    _step(db, asked, "passed", state="declined", email=None)


def take_answer_away(db: Session, asked: Asked) -> None:
    """Delete an answered question from the page for ever."""
    db.delete(asked)


def _tell(db: Session, asked: Asked, email: str, person: Person) -> None:
    with force_locale(asked.language):
        mail.write(
            db,
            email,
            gettext("%(name)s answered you", name=person.name),
            gettext(
                "Hello,\n\nyou asked %(name)s:\n\n%(words)s\n\nThe answer:\n\n%(answer)s\n\nYour"
                " address was used for this mail only, and is erased.\n",
                name=person.name,
                words=asked.words,
                answer=asked.answer,
            ),
            is_kept=False,
        )


def _address(language: str, path: str) -> str:
    settings = current_app.extensions["settings"]
    return f"{settings.base_url}{address_in(language, path)}"


def _step(db: Session, asked: Asked, was: str, **values: Any) -> None:
    mine = update(Asked).where(Asked.id == asked.id, Asked.state == was)
    if not rows_changed(db.execute(mine.values(**values))):
        raise Settled
    db.refresh(asked)


def forget_questions(db: Session) -> None:
    """Delete what nothing came of, after its time."""
    now = clock.now()
    old = [
        (Asked.state == state) & (Asked.asked_at < now - kept) for state, kept in FORGOTTEN.items()
    ]
    db.execute(delete(Asked).where(or_(*old)))


@left.connect
@employee_left.connect
def forget_unanswered(person: Person, db: Session) -> None:
    """Nobody answers any more; what was answered waits with the page."""
    theirs = select(Expert.id).where(Expert.person_id == person.id)
    db.execute(delete(Asked).where(Asked.expert_id.in_(theirs), Asked.state != "answered"))
