"""Where else somebody can be found: one form per network, and whether it links back."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from careers.base import clock, fetching
from careers.base.fetching import Fetched, Unreachable
from experts.models import Network
from experts.networks import NotOneself, canonical
from experts.showing import NETWORKS
from experts.verifying import TRIES, comparable, queue_due_checks
from tests.cast import Cast
from tests.feeds.conftest import HERE as LOCAL
from tests.feeds.conftest import site  # noqa: F401  a real one

PAGE = "/experts/ada-engel"

ONE_FORM = {
    ("linkedin", "https://www.linkedin.com/in/ada-engel"): [
        "https://www.linkedin.com/in/ada-engel/", "linkedin.com/in/Ada-Engel?trk=x",
        "https://fr.linkedin.com/in/ada-engel/en", "http://linkedin.com/in/ada-engel#about",
    ],
    ("x", "https://x.com/ada_engel"): [
        "https://twitter.com/ada_engel", "https://x.com/ada_engel?s=20",
        "https://mobile.twitter.com/@ada_engel/",
    ],
    ("github", "https://github.com/ada"): [
        "github.com/ada", "https://www.github.com/ada/?tab=repositories",
    ],
    ("gitlab", "https://gitlab.com/ada"): ["https://gitlab.com/ada/"],
    ("mastodon", "https://social.example/@ada"): [
        "@ada@social.example", "https://social.example/@ada/", "https://social.example/users/ada",
        "https://social.example/web/@ada", "https://other.example/@ada@social.example",
    ],
    ("bluesky", "https://bsky.app/profile/ada.bsky.social"): [
        "ada.bsky.social", "@ada.bsky.social", "https://bsky.app/profile/Ada.bsky.social",
    ],
    ("youtube", "https://www.youtube.com/@ada"): [
        "https://youtube.com/@ada", "https://m.youtube.com/@ada/videos",
    ],
    ("youtube", "https://www.youtube.com/channel/UC0123456789012345678901"): [
        "https://www.youtube.com/channel/UC0123456789012345678901",
    ],
    ("instagram", "https://www.instagram.com/ada.e/"): ["instagram.com/ada.e?igsh=abc"],
    ("facebook", "https://www.facebook.com/ada.engel"): [
        "https://m.facebook.com/ada.engel?locale=fr", "https://fb.com/ada.engel",
    ],
    ("facebook", "https://www.facebook.com/profile.php?id=1000"): [
        "https://facebook.com/profile.php?id=1000&sk=about",
    ],
    ("medium", "https://medium.com/@ada"): ["https://ada.medium.com/", "medium.com/@ada"],
    ("devto", "https://dev.to/ada"): ["https://dev.to/ada"],
    ("stackoverflow", "https://stackoverflow.com/users/22656"): [
        "https://stackoverflow.com/users/22656/ada-engel?tab=profile",
    ],
    ("orcid", "https://orcid.org/0000-0002-1694-233X"): [
        "0000-0002-1694-233X", "http://orcid.org/0000-0002-1694-233x",
    ],
    ("scholar", "https://scholar.google.com/citations?user=abcDEF123"): [
        "https://scholar.google.fr/citations?hl=fr&user=abcDEF123",
    ],
    ("website", "https://ada.example/about?page=2"): [
        "https://ada.example/about?utm_source=x&page=2#top", "ada.example/about?page=2&fbclid=1",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "one"), [(typed, one) for one, many in ONE_FORM.items() for typed in many]
)
def test_an_address_has_one_form(typed, one):
    assert canonical(typed) == one
    assert canonical(one[1]) == one


@pytest.mark.parametrize(
    "typed",
    [
        "https://www.linkedin.com/company/acme", "https://github.com/ada/meters",
        "https://github.com/orgs", "https://x.com/home", "https://x.com/i/flow/login",
        "https://www.youtube.com/watch?v=x", "https://www.facebook.com/groups",
        "https://stackoverflow.com/questions/1", "https://orcid.org/0000-0002-1694-2330",
        "https://www.instagram.com/p/abc", "https://scholar.google.com/", "https://dev.to/t",
    ],
)  # fmt: skip
def test_what_is_nobodys_own_page_is_refused(typed):
    with pytest.raises(NotOneself):
        canonical(typed)


@pytest.mark.parametrize(
    "typed",
    ["javascript:alert(1)", "ada", "https://me:secret@x.com/ada", "ftp://x.example", "@ada"],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(Unreachable):
        canonical(typed)


# -- both ways -------------------------------------------------------------------------------------


class Outside:
    """The web, as far as these tests go: what each address answers."""

    def __init__(self) -> None:
        self.pages: dict[str, str | int] = {}
        self.asked: list[str] = []

    def __call__(self, url, **_options) -> Fetched:
        self.asked.append(url)
        answer = self.pages.get(url)
        if answer is None:
            raise Unreachable("The site does not answer.")
        if isinstance(answer, int):
            return Fetched(answer, url)
        return Fetched(200, url, {"content-type": "text/html"}, answer.encode())


@pytest.fixture
def web(app):
    app.extensions["fetch"] = outside = Outside()
    return outside


@pytest.fixture
def check(database, work):
    """What the background does within a minute."""

    def do() -> None:
        with database.writing() as db:
            queue_due_checks(db)
            db.commit()
        work()

    return do


SITE = "https://ada.example/"
BACK = (
    f'<!doctype html><html><a href="http://127.0.0.1:8000{PAGE}/" rel="nofollow me">me</a></html>'
)


@pytest.mark.parametrize(
    ("page", "is_verified"),
    [
        (BACK, True),
        (BACK.replace("<a", "<link"), True),
        (BACK.replace("/experts/", "/fr/experts/"), True),
        (BACK.replace(" me", ""), False),
        (BACK.replace("ada-engel", "carl-bauer"), False),
        (BACK.replace("127.0.0.1:8000", "127.0.0.1.example"), False),
        ("<!doctype html><html>Nothing.</html>", False),
        ("plain words", False),
        (404, False),
    ],
)
def test_only_a_link_back_proves_whose_page_it_is(show, visitor, web, check, page, is_verified):
    show(Cast.ENGINEER, networks=(("website", SITE),))
    web.pages[SITE] = page
    check()
    assert web.asked == [SITE]
    assert ("verified" in visitor.get(PAGE).text) is is_verified


def test_it_is_asked_again_every_week_and_forgotten_when_the_link_is_gone(
    show, visitor, web, check, db
):
    show(Cast.ENGINEER, networks=(("website", SITE),))
    web.pages[SITE] = BACK
    check()
    check()
    assert len(web.asked) == 1
    with clock.set_to(clock.now() + timedelta(days=8)):
        web.pages[SITE] = "<!doctype html><html>Nothing.</html>"
        check()
    assert len(web.asked) == 2
    assert "verified" not in visitor.get(PAGE).text
    assert db.scalars(select(Network.verified_at)).one() is None


def test_a_site_that_is_down_for_a_day_stays_verified(show, visitor, web, check, db):
    show(Cast.ENGINEER, networks=(("website", SITE),))
    web.pages[SITE] = BACK
    check()
    del web.pages[SITE]
    for time in range(TRIES):
        assert "verified" in visitor.get(PAGE).text, time
        db.execute(update(Network).values(check_at=clock.now()))
        db.commit()
        check()
    assert "verified" not in visitor.get(PAGE).text


def test_nothing_is_asked_about_who_is_not_shown(show, visit_as, web, check):
    show(Cast.ENGINEER, networks=(("website", SITE),))
    show(Cast.COLLEAGUE, shown=False, networks=(("website", "https://carl.example/"),))
    show(Cast.EDITOR, networks=(("linkedin", "https://www.linkedin.com/in/edith"),))
    visit_as(Cast.ENGINEER).post(f"/me/consents/{NETWORKS}/withdraw", form_on="/me/consents")
    check()
    assert web.asked == []


def test_what_stays_in_the_form_stays_verified(show, visitor, web, check):
    show(Cast.ENGINEER, networks=(("website", SITE),))
    web.pages[SITE] = BACK
    check()
    show(Cast.ENGINEER, networks=(("github", "https://github.com/ada"), ("website", SITE)))
    assert "verified" in visitor.get(PAGE).text
    assert 'href="https://ada.example/" rel="me noopener"' in visitor.get(PAGE).text


def test_what_is_pasted_is_kept_in_its_one_form(visit_as, visitor, db):
    ada = visit_as(Cast.ENGINEER)
    fields = {"headline": "Mends.", "shows": "networks", "networks-0-url": "@ada@social.example",
              "networks-1-url": "https://social.example/users/ada",
              "networks-2-url": "twitter.com/ada"}  # fmt: skip
    assert ada.post("/me/profile", fields).status_code == 303
    kept = db.execute(select(Network.kind, Network.url).order_by(Network.id)).all()
    assert kept == [("mastodon", "https://social.example/@ada"), ("x", "https://x.com/ada")]
    db.rollback()
    wrong = fields | {"version": "1", "networks-2-url": "https://github.com/ada/meters"}
    answer = ada.post("/me/profile", wrong)
    assert answer.status_code == 422
    assert "not the address of a person" in answer.text


# -- profiles that programs read -------------------------------------------------------------------

HERE = f"http://127.0.0.1:8000{PAGE}"
ORCID = ("orcid", "https://orcid.org/0000-0002-1694-233X")
BLUESKY = ("bluesky", "https://bsky.app/profile/ada.example")
ASKED = {
    "orcid": "/v3.0/0000-0002-1694-233X/researcher-urls",
    "bluesky": "/xrpc/app.bsky.actor.getProfile?actor=ada.example",
}


def record(*urls: object) -> bytes:
    found = [{"url-name": "Me", "url": {"value": url}, "visibility": "public"} for url in urls]
    return json.dumps({"path": "/x", "researcher-url": found}).encode()


def bluesky(**said: object) -> bytes:
    return json.dumps({"did": "did:plc:x", "handle": "ada.example"} | said).encode()


@pytest.fixture
def elsewhere(app, site):  # noqa: F811
    """A real site that answers in the place of the networks, and the client that may reach it."""

    def fetch(url: str, **options) -> Fetched:
        found = urlsplit(url)
        assert found.hostname in {"pub.orcid.org", "public.api.bsky.app"}
        where = f"{site.root}{found.path}{'?' + found.query if found.query else ''}"
        return fetching.fetch(where, allow=LOCAL, **options)

    app.extensions["fetch"] = fetch
    return site


@pytest.mark.parametrize(
    ("network", "answer", "is_verified"),
    [
        (ORCID, record("https://x.example/", f"{HERE}/"), True),
        (ORCID, record(HERE.replace("/experts", "/fr/experts")), True),
        (ORCID, record("https://x.example/"), False),
        (ORCID, record(f"https://x.example/?{HERE}"), False),
        (ORCID, record(), False),
        (BLUESKY, bluesky(description=f"Clocks. {HERE}."), True),
        (BLUESKY, bluesky(description=f"Clocks ({HERE.removeprefix('http://')})"), True),
        (BLUESKY, bluesky(website=HERE), True),
        (BLUESKY, bluesky(description="Clocks", website="https://x.example"), False),
        (BLUESKY, bluesky(description=f"{HERE}-bauer"), False),
        (BLUESKY, bluesky(description=f"https://x.example/{HERE}"), False),
        (BLUESKY, bluesky(), False),
    ],
)
def test_a_profile_that_programs_read_proves_it_too(
    show, visitor, elsewhere, check, network, answer, is_verified
):
    show(Cast.ENGINEER, networks=(network,))
    elsewhere.says(ASKED[network[0]], answer, content_type="application/json")
    check()
    assert [path for path, _ in elsewhere.asked] == [ASKED[network[0]]]
    assert elsewhere.asked[0][1]["accept"] == "application/json"
    assert ("verified" in visitor.get(PAGE).text) is is_verified


@pytest.mark.parametrize("network", [ORCID, BLUESKY])
@pytest.mark.parametrize(
    ("body", "status", "is_known"),
    [
        (b"<html>", 200, False), (b"[" * 100_000, 200, False), (b"[]", 200, False),
        (b'{"researcher-url": [{"url": null}], "description": 3}' + b" " * 300_000, 200, False),
        (b"", 503, False), (b"", 429, False), (b"{}", 404, True), (b"{}", 400, True),
    ],
)  # fmt: skip
def test_what_is_no_profile_is_asked_for_again(
    show, visitor, elsewhere, check, db, network, body, status, is_known
):
    show(Cast.ENGINEER, networks=(network,))
    elsewhere.says(ASKED[network[0]], body, status)
    check()
    assert "verified" not in visitor.get(PAGE).text
    kept = db.scalars(select(Network)).one()
    assert (kept.failures == 0) is is_known
    assert bool(kept.check_error) is not is_known


def test_addresses_are_compared_without_what_makes_no_difference():
    assert comparable("http://Jobs.example/experts/ada") == comparable(
        "https://jobs.example/experts/ada/?x"
    )
