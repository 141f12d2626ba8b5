"""People, an article and links that have a share card."""

from __future__ import annotations

import pytest

from careers.base import clock
from careers.base.company import Company
from careers.base.people import person_by_email
from careers.blog.models import Article
from experts.editing import Profile, write_profile
from experts.models import Expert
from referrals.sharing import share
from referrals.targets import all_jobs, article_target, expert_target, job_target
from tests.cast import Cast
from tests.showing import opt_in


@pytest.fixture
def show(db):
    """`show(email)` writes a profile for that person and shows it."""

    def do(email: str, headline: str = "Keeps clocks honest.") -> Expert:
        person = person_by_email(db, email)
        write_profile(db, person, Profile(headline=headline))
        expert = opt_in(db, person)
        db.commit()
        return expert

    return do


@pytest.fixture
def article(db):
    made = Article(
        author_id=person_by_email(db, Cast.EDITOR).id, title="Nine bytes", slug="nine-bytes",
        summary="What we spared.", body="Text", body_html="<p>Text</p>", state="published",
        language="en", published_at=clock.now(),
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def company(db):
    made = Company(id=1, name="Acme", colour="#d2371f")
    db.add(made)
    db.commit()
    return made


@pytest.fixture
def links(db, job, article, show):
    """Ada's link to each kind of target; the article is Edith's, the expert page Rosa's."""
    show(Cast.EDITOR)
    targets = [
        job_target(job), all_jobs(), article_target(article), expert_target(show(Cast.RECRUITER))
    ]  # fmt: skip
    ada = person_by_email(db, Cast.ENGINEER)
    made = {target.kind: share(db, ada, target, "linkedin") for target in targets}
    db.commit()
    return made
