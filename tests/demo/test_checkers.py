"""Every page of the demo company, held against axe in a real browser and the Nu HTML checker."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from playwright.sync_api import expect

from careers.demo import founding
from tests.browser.conftest import browser  # noqa: F401  the same for all tests in browsers
from tests.conftest import Visitor, lacking
from tests.demo.walking import ROLES, sign_in, walk
from tests.node_packages import installed
from tests.serving import Server

pytestmark = pytest.mark.system
PACKAGES = Path(__file__).parents[1] / "checkers"
LANGUAGES = {"en": "", "fr": "/fr"}
# One language is looked at on a phone, the other on a desk: what differs is the same in both.
SIZES = {"en": {"width": 1280, "height": 900}, "fr": {"width": 390, "height": 844}}
AXE = """
async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
}
"""


def checked(folder: Path) -> list[str]:
    """What the Nu HTML checker says is wrong in the pages of `folder`."""
    if shutil.which("java") is None:
        lacking("Java")
    jar = installed(PACKAGES) / "vnu-jar" / "build" / "dist" / "vnu.jar"
    said = subprocess.run(
        ["java", "-Xss2m", "-jar", jar, "--errors-only", "--format", "json", "--exit-zero-always",
         "--stdout", folder],
        capture_output=True, text=True, check=True, timeout=300,
    ).stdout  # fmt: skip
    return [
        f"{Path(one['url']).name}:{one.get('lastLine')} {one['message']} {one.get('extract', '')!r}"
        for one in json.loads(said)["messages"]
    ]


# Forms that are sent as nobody should: what is wrong is said beside each field.
WRONG = {
    "visitor": {
        "/sign-in": {"email": "ada"}, "/sign-in/forgot": {}, "/code": {"code": "nothing"},
        "EXPERT/ask": {"words": ""}, "JOB/apply": {},
    },
    "employee": {
        "/me/profile": {"headline": "x" * 201, "networks-0-url": "ada", "talks-0-url": "x"},
        "/me/portrait": {}, "/me/articles/new": {"title": ""}, "/me/feeds": {"url": "ada"},
    },
    "recruiter": {"/recruiting/jobs/new": {}, "/recruiting/boards/new": {}},
    "admin": {"/admin/company": {"name": "", "colour": "#d2371f"}},
}  # fmt: skip
ODD = ("/nothing-here", "/experts?q=zzzz", "/jobs?q=zzzz", "/search?q=zzzz", "EXPERT/asked")


def odd_answers(visitor: Visitor, role: str, prefix: str) -> Iterator[tuple[str, object]]:
    """The address and the answer of what nobody comes to by following links."""
    heads = {"EXPERT": ("/experts", '<h3><a class="p-name'), "JOB": ("/jobs", 'class="job-title')}
    places = {
        word: re.search(rf'{head}[^/]* href="([^"?]+)"', visitor.get(f"{prefix}{listed}").text)[1]
        for word, (listed, head) in heads.items()
    }

    def address(name: str) -> str:
        word, _, rest = name.partition("/")
        return f"{places[word]}/{rest}" if word else f"{prefix}{name}"

    for name in ODD:
        yield name, visitor.get(address(name))
    for name, fields in WRONG.get(role, {}).items():
        form_on = {"EXPERT/ask": "EXPERT", "/me/consents/articles": "/me/consents"}.get(name, name)
        form_on = places.get(form_on) or address(form_on)
        answer = visitor.post(address(name), fields, form_on=form_on)
        assert answer.status_code in {200, 400, 404, 422}, (name, answer.status_code)
        yield name, answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_nu_html_checker_finds_nothing_wrong(demo, tmp_path, language):
    folder, prefix, known = tmp_path / "pages", LANGUAGES[language], set()
    folder.mkdir()
    for role in ROLES:
        visitor = sign_in(Visitor(demo), role)
        pages = walk(visitor, prefix, signed_in=role != "visitor")
        for path, answer in chain(pages, odd_answers(visitor, role, prefix)):
            if answer.mimetype == "text/html" and answer.data not in known:
                known.add(answer.data)
                name = "".join(sign if sign.isalnum() else "-" for sign in path)[:80]
                (folder / f"{len(known):03}-{role}{name}.html").write_bytes(answer.data)
    assert len(known) > 200
    assert checked(folder) == []


def test_the_checker_does_find_what_is_wrong(tmp_path):
    (tmp_path / "page.html").write_text("<!doctype html><title>A</title><p id=a><ul></ul></p>")
    assert "No “p” element in scope" in " ".join(checked(tmp_path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_no_violation(demo, demo_folder, tmp_path, browser, language):  # noqa: F811
    axe = (installed(PACKAGES) / "axe-core" / "axe.min.js").read_text()
    data, kinds, wrong = tmp_path / "served", set(), {}
    shutil.copytree(demo_folder, data)
    server = Server(f"sqlite:///{data / 'entourage.db'}", data)
    server.start()
    prefix, routes = LANGUAGES[language], demo.url_map.bind("")
    try:
        for role in ROLES:
            context = browser.new_context(
                base_url=server.base, viewport=SIZES[language], reduced_motion="reduce"
            )
            page = context.new_page()
            if email := ROLES[role]:
                page.goto(f"{prefix}/sign-in")
                page.fill("input[name=email]", email)
                page.fill("input[name=password]", founding.PASSWORD)
                page.locator("main form button").first.click()
                expect(page.locator("details.menu")).to_have_count(1)
            for path, answer in walk(
                sign_in(Visitor(demo), role), prefix, signed_in=role != "visitor", per_kind=2
            ):
                kind = routes.match(path.partition("?")[0].removeprefix(prefix))[0]
                if answer.mimetype != "text/html" or answer.status_code != 200 or kind in kinds:
                    continue
                kinds.add(kind)
                page.goto(path)
                page.evaluate(axe)
                if found := page.evaluate(AXE):
                    wrong[f"{role} {path}"] = found
            context.close()
    finally:
        server.stop()
    assert wrong == {}
    assert len(kinds) > 80
