"""A search followed on a phone, in French: from the list to the mail of the next morning, to its
end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from careers.app import create_app
from careers.base import clock, outbox, search
from careers.base.config import Settings
from careers.base.database import Database
from careers.jobs.alerts.sending import queue_alerts
from careers.jobs.models import Job
from tests.browser.acts import fits, reload_until
from tests.browser.somebody import Somebody
from tests.cast import Cast

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@contextmanager
def beside(site: str, database_url: str, tmp_path) -> Iterator[tuple[Database, Settings]]:
    """The database and the settings of `site`, in an application of this process."""
    settings = Settings(
        _env_file=None, data_dir=tmp_path / "data", database_url=database_url,
        secret_key="s" * 40, base_url=site,
    )  # fmt: skip
    app = create_app(settings, testing=True)
    database = app.extensions["database"]
    with app.app_context():
        yield database, settings
    database.dispose()


def list_a_job(database: Database) -> None:
    with database.writing() as db:
        db.add(
            Job(
                slug="data-baker-x", source="lever", board="acme", source_id="2",
                title="Data baker", description_html="<p>Bake.</p>", opened_at=clock.now(),
                content_hash="0" * 64, locations=["Lyon"], team="Kitchen",
            )
        )  # fmt: skip
        db.flush()
        search.changed(db, "job", "data-baker-x")
        db.commit()


def next_morning(database: Database, settings: Settings) -> None:
    """The next morning comes, and those who follow something are told."""
    zone = ZoneInfo(settings.time_zone)
    tomorrow = clock.now().astimezone(zone).date() + timedelta(days=1)
    with clock.set_to(datetime.combine(tomorrow, time(9), zone)):
        with database.writing() as db:
            queue_alerts(db, settings)
            db.commit()
        outbox.do_due_work(database, settings)


def mail_to(boss: Page, subject: str) -> str:
    """What a mail that waits says, as an administrator reads it."""
    boss.goto("/admin/mail")
    row = boss.locator("tr", has_text=subject).first
    row.locator("summary").click()
    return row.locator("pre").inner_text()


def path_in(letter: str, path: str) -> str:
    return re.search(rf"http://[^/\s]+({path}\S+)", letter)[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_search_is_followed_told_and_ended_on_a_phone(site, browser, database_url, tmp_path):
    somebody = Somebody(browser, site, viewport=PHONE, java_script_enabled=False)
    admin = Somebody(browser, site)
    page, boss = somebody.page, admin.sign_in(Cast.ADMIN)

    page.goto("/fr/jobs")
    page.get_by_label("Qu’aimeriez-vous faire").fill("data baker")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="Suivre cette recherche").first.click()
    expect(page.get_by_label("Mots")).to_have_value("data baker")
    page.get_by_label("Votre adresse e-mail").fill("nadia@mail")
    page.get_by_role("button", name="Suivre").click()
    expect(page.locator(".field-error")).to_be_visible()
    page.get_by_label("Votre adresse e-mail").fill("nadia@mail.example")
    assert fits(page)
    page.get_by_role("button", name="Suivre").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Regardez votre messagerie")
    assert fits(page)

    page.goto(path_in(mail_to(boss, "Voulez-vous recevoir"), "/fr/alerts/confirm/"))
    expect(page.locator("main")).to_contain_text("data baker")
    assert fits(page)
    page.get_by_role("button", name="Oui, écrivez-moi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce que vous suivez")
    assert fits(page)

    with beside(site, database_url, tmp_path) as (database, settings):
        list_a_job(database)
        boss.goto("/jobs?q=data+baker")
        reload_until(boss, "Data baker")
        next_morning(database, settings)
    letter = mail_to(boss, "1 nouvelle offre")
    page.goto(path_in(letter, "/fr/jobs/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Data baker")
    page.goto(path_in(letter, "/fr/alerts/off/"))
    page.get_by_role("button", name="Plus aucun e-mail").click()
    expect(page.locator("main")).to_contain_text("Vous ne recevez plus d’e-mail")
    assert fits(page)
    boss.goto("/admin/mail")
    expect(boss.locator("main")).not_to_contain_text("nadia@mail.example")
    assert somebody.context.cookies() == []
    for one in (somebody, admin):
        assert one.foreign == []
        one.context.close()
