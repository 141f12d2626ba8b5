"""Three people at once, each in a browser of their own: a share link becomes a hire."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from careers.base import clock
from careers.jobs.models import Job
from tests.cast import Cast
from tests.conftest import lacking
from tests.documents import pdf
from tests.serving import Server

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        lacking("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def site(database_url, tmp_path):
    engine = create_engine(database_url)
    with Session(engine) as db:
        db.add(
            Job(
                slug="data-engineer-x",
                source="lever",
                board="acme",
                source_id="1",
                title="Data engineer",
                description_html="<p>Keep numbers honest.</p>",
                opened_at=clock.now(),
                team="Platform",
                content_hash="0" * 64,
                locations=["Lyon"],
            )  # fmt: skip
        )
        db.commit()
    engine.dispose()
    server = Server(database_url, tmp_path / "data")
    server.start()
    yield server.base
    server.stop()


class Somebody:
    """A person with a browser; what goes wrong in its console is remembered."""

    def __init__(self, browser: Browser, base: str, **options) -> None:
        # Headless browsers say so in their agent, and are rightly counted as bots.
        agent = browser.new_context().new_page().evaluate("navigator.userAgent")
        people = agent.replace("HeadlessChrome", "Chrome")
        self.context = browser.new_context(base_url=base, user_agent=people, **options)
        self.page: Page = self.context.new_page()
        self.base, self.wrong, self.foreign = base, [], []
        self.page.on("console", lambda said: said.type == "error" and self.wrong.append(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "request",
            lambda asked: asked.url.startswith(base) or self.foreign.append(asked.url),
        )

    def sign_in(self, email: str) -> Page:
        self.page.goto("/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").first.fill(Cast.PASSWORD)
        self.page.locator("main form button").first.click()
        expect(self.page).not_to_have_url(re.compile(r"/sign-in"))
        return self.page


def test_a_share_link_becomes_a_hire_in_three_browsers(site, browser, tmp_path):
    document = tmp_path / "CV Nadia.pdf"
    document.write_bytes(pdf("Nadia Rossi"))
    employee = Somebody(browser, site)
    candidate = Somebody(browser, site, viewport={"width": 390, "height": 844})
    recruiter = Somebody(browser, site)

    ada = employee.sign_in(Cast.ENGINEER)
    ada.goto("/jobs/data-engineer-x")
    ada.get_by_role("link", name="Share").first.click()
    employee.context.route("https://wa.me/**", lambda route: route.fulfill(body="WhatsApp"))
    with employee.context.expect_page():
        ada.get_by_role("button", name="WhatsApp").click()
    ada.get_by_role("link", name="What becomes of your link").click()
    link = ada.locator("code").first.inner_text()
    assert re.fullmatch(rf"{re.escape(site)}/r/\w+", link)
    assert link in ada.locator("blockquote").inner_text()

    nadia = candidate.page
    nadia.goto(link)
    expect(nadia.get_by_role("heading", level=1)).to_have_text("Data engineer")
    nadia.get_by_role("link", name="Apply").first.click()
    expect(nadia.locator("main")).to_contain_text("Ada")
    nadia.get_by_label("Your name").fill("Nadia Rossi")
    nadia.get_by_label("Your e-mail address").fill("nadia@mail.example")
    nadia.get_by_label("Your CV").set_input_files(document)
    nadia.get_by_label("Anything you want to tell us").fill("Hello from a real browser.")
    nadia.get_by_label(re.compile("each step|every step", re.IGNORECASE)).check()
    nadia.get_by_role("button", name="Send my application").click()
    expect(nadia).to_have_url(re.compile(r"/applications/"))
    assert candidate.context.cookies() == []

    rosa = recruiter.sign_in(Cast.RECRUITER)
    rosa.goto("/recruiting/applications")
    rosa.get_by_role("link", name="Nadia Rossi").click()
    with rosa.expect_download() as download:
        rosa.get_by_role("link", name=re.compile("Save the CV")).click()
    assert Path(download.value.path()).read_bytes() == document.read_bytes()
    for stage in ("Being read", "Interviews", "Offer", "Hired"):
        rosa.get_by_role("button", name=stage, exact=True).click()
    rosa.get_by_role("link", name="How they came to us").click()
    expect(rosa.locator("main")).to_contain_text("Ada Engel shared the job (WhatsApp)")
    expect(rosa.locator("main")).to_contain_text("Someone opened Ada’s link")
    expect(rosa.locator("main")).to_contain_text("all of it")

    ada.goto("/me/links")
    expect(ada.locator("main")).to_contain_text("Nadia Rossi")
    expect(ada.locator("main")).to_contain_text("hired")
    ada.get_by_role("link", name="Receipt").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("How Nadia came to us")

    for somebody in (employee, candidate, recruiter):
        assert somebody.wrong == []
        assert somebody.foreign == []
        somebody.context.close()
