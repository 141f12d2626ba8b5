"""A browser, and a site with one job."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from careers.base import clock
from careers.jobs.models import Job
from tests.conftest import lacking
from tests.documents import pdf
from tests.serving import LoadedServer

expect.set_options(timeout=60_000)  # a slow machine is no fault of a page
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# What Chromium does for whoever sits before it: windows of its own, which cost each page that is
# opened a seventh of its time, and calls home. The last list that it is given holds, so what
# Playwright turns off on this system stands here again.
WITHOUT = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades",
    "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints",
    "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        lacking("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", f"--disable-features={','.join(WITHOUT)}"],
        )
        yield browser
        browser.close()


@pytest.fixture
def document(tmp_path):
    """A CV on somebody's disk."""
    path = tmp_path / "CV.pdf"
    path.write_bytes(pdf())
    return path


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
    server = LoadedServer(database_url, tmp_path / "data")
    server.start()
    yield server.base
    server.kill()  # how it stops when it is asked to is tested elsewhere, and takes seconds
