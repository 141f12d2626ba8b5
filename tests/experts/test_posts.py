"""What the homepage may draw from."""

from __future__ import annotations

from datetime import timedelta

from careers.base.people import leave, person_by_email
from experts.posts import count_posts_of, posts_by_code, posts_of, surfaced
from experts.showing import opt_out
from tests.cast import Cast
from tests.experts.conftest import NOVEMBER


def drawable(db, **limits):
    """The posts that the homepage may draw."""
    return posts_by_code(db, [post.code for post in surfaced(db, **limits)])


def test_a_post_says_all_that_is_shown_of_it(db, show, wrote, said):
    show(Cast.ENGINEER)
    wrote(Cast.ENGINEER, "Clocks lie", days=2)
    said(Cast.ENGINEER, "Some words", days=1, excerpt="Some words and more. " * 40)
    article, entry = drawable(db)
    assert (article.kind, article.url, article.title) == (
        "article",
        "/blog/clocks-lie",
        "Clocks lie",
    )
    assert (article.text, article.language, article.minutes) == ("On Clocks lie", "en", 1)
    assert (article.has_title, article.source, article.is_outside) == (True, "", False)
    assert (article.author.name, article.author.page) == ("Ada Engel", "ada-engel")
    assert (article.author.team, article.author.office) == ("Platform", "Lyon")
    assert article.published_at == NOVEMBER + timedelta(days=2)
    assert (entry.kind, entry.source, entry.has_title) == ("entry", "Mastodon", False)
    assert (entry.url, entry.language) == ("https://x.example/Some words/1", "en-gb")
    assert entry.is_outside
    assert len(entry.text) <= 280


def test_only_what_is_public_of_who_is_shown_is_drawn(db, show, wrote, said):
    for email in (Cast.ENGINEER, Cast.EDITOR, Cast.COLLEAGUE, Cast.RECRUITER):
        show(email)
    show(Cast.ADMIN, shown=False)
    for email in (Cast.ENGINEER, Cast.EDITOR, Cast.COLLEAGUE, Cast.ADMIN, Cast.GONE):
        name = email.partition("@")[0]
        wrote(email, f"{name} wrote")
        said(email, f"{name} said")
    for state in ("draft", "submitted", "returned", "withdrawn"):
        wrote(Cast.RECRUITER, state, state=state)
    for state in ("hidden", "withdrawn"):
        said(Cast.RECRUITER, state, state=state)
    opt_out(db, person_by_email(db, Cast.EDITOR))
    leave(db, person_by_email(db, Cast.COLLEAGUE))
    db.commit()
    assert {post.title for post in drawable(db)} == {"ada wrote", "ada said"}
    for email in (Cast.EDITOR, Cast.COLLEAGUE, Cast.ADMIN, Cast.GONE, Cast.RECRUITER):
        assert posts_of(db, person_by_email(db, email)) == []
        assert not count_posts_of(db, person_by_email(db, email))


def test_somebody_who_says_much_does_not_drown_the_others(db, show, said, wrote):
    show(Cast.ENGINEER)
    show(Cast.EDITOR)
    for number in range(8):
        said(Cast.ENGINEER, f"Words {number}", days=number)
    wrote(Cast.EDITOR, "One", days=-100)
    drawn = [post.title for post in drawable(db, per_author=3)]
    assert drawn == ["Words 7", "Words 6", "Words 5", "One"]
    since = drawable(db, since=NOVEMBER + timedelta(days=6))
    assert [post.title for post in since] == ["Words 7", "Words 6"]


def test_a_person_s_posts_come_in_pages(db, show, said):
    show(Cast.ENGINEER)
    for number in range(5):
        said(Cast.ENGINEER, f"Words {number}", days=number)
    person = person_by_email(db, Cast.ENGINEER)
    assert [post.title for post in posts_of(db, person, 2, 2)] == ["Words 2", "Words 1"]
    assert count_posts_of(db, person) == {"entry": 5}


def test_two_queries_whatever_there_is(database, show, said, wrote, queries):
    for email in (Cast.ENGINEER, Cast.EDITOR, Cast.COLLEAGUE):
        show(email)
        for number in range(6):
            said(email, f"{email} {number}")
            wrote(email, f"{email} wrote {number}")
    with queries() as sent, database.reading() as db:
        assert len(drawable(db)) == 36
    of_posts = [one for one in sent if "FROM company" not in one]  # which every page reads
    assert len([one for one in of_posts if one.startswith("SELECT")]) == 2
