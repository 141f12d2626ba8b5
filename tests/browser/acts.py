"""What people do in several tests, each in their own browser: share a job, apply, hire."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.conftest import lacking

JOB = "/jobs/data-engineer-x"
STAGES = ("Being read", "Interviews", "Offer", "Hired")


def share_as_code(page: Page) -> str:
    """Share the job as a QR code; the address of the link, whose page is open then."""
    page.goto(f"{JOB}/share")
    page.get_by_role("button", name="QR code").click()
    return page.locator("main code", has_text="/r/").first.inner_text()


def fill_in(page: Page, name: str, document: Path) -> None:
    """Open the form from the job's page, and fill in what everybody must."""
    page.get_by_role("link", name="Apply").first.click()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your e-mail address").fill(f"{name.split()[0].lower()}@mail.example")
    page.get_by_label("Your CV").set_input_files(document)


def send(page: Page, sees: str) -> str:
    """Choose what those who are named see, and send the form; the address of the candidate's
    own page, which is open then."""
    page.get_by_label(sees, exact=True).check()
    page.get_by_role("button", name="Send my application").click()
    expect(page).to_have_url(re.compile(r"/applications/"))
    return page.url


def move(page: Page, name: str, *stages: str) -> None:
    """Move the application of `name` on, stage by stage; its page is open then."""
    page.goto("/recruiting/applications")
    page.get_by_role("link", name=name).click()
    for stage in stages:
        page.get_by_role("button", name=stage, exact=True).click()
        expect(page.get_by_role("button", name=stage, exact=True)).to_have_count(0)


def reload_until(page: Page, words: str) -> None:
    """Load the page again until it says `words`: what follows from a click takes a moment."""
    for _ in range(60):
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{page.url} never said {words!r}")


def read_code(picture: Path) -> str:
    """What a phone's camera reads in `picture`."""
    if shutil.which("zbarimg") is None:
        lacking("zbarimg")
    command = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def fits(page: Page) -> bool:
    """Whether nothing of the page lies beside the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
