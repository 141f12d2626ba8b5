"""Searching with the keyboard and on a phone, with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from careers.base import clock
from careers.jobs.models import Job

pytestmark = pytest.mark.browser


@pytest.fixture
def jobs(site, database_url):
    engine = create_engine(database_url)
    with Session(engine) as db:
        for number, (title, team, place) in enumerate(
            [
                ("Data scientist", "Data", "Paris"),
                ("Cook", "Kitchen", "Lyon"),
                ("Comptable", "Finance", "Paris"),
            ]
        ):
            db.add(
                Job(
                    slug=f"job-{number}",
                    source="lever",
                    board="acme",
                    source_id=f"s{number}",
                    title=title,
                    description_html="<p>Words.</p>",
                    opened_at=clock.now(),
                    team=team,
                    content_hash="0" * 64,
                    locations=[place],
                )  # fmt: skip
            )
        db.commit()
    engine.dispose()
    return site


def _titles(page) -> list[str]:
    return page.locator(".job-title").all_inner_texts()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_suggestions_are_chosen_with_the_keyboard(jobs, browser):
    page = browser.new_page(base_url=jobs)
    page.goto("/jobs")
    box = page.get_by_role("combobox", name="What would you like to do?")
    box.press_sequentially("dat")
    options = page.locator("#q-suggestions").get_by_role("option")
    expect(options).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(box).to_have_value(options.nth(1).inner_text())
    expect(box).to_have_attribute("aria-activedescendant", "q-suggestion-1")
    box.press("Escape")
    expect(box).to_have_value("dat")
    expect(options).to_have_count(0)
    box.press("ArrowDown")
    expect(options.first).to_be_visible()
    box.press("ArrowUp")
    expect(box).to_have_value(options.last.inner_text())
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=Data"))
    page.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_filters_on_a_phone_stay_open_while_the_list_changes(jobs, browser):
    page = browser.new_page(base_url=jobs, viewport={"width": 390, "height": 844})
    page.goto("/fr/jobs")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.locator("summary", has_text="Lieu").click()
    page.get_by_label("Paris").check()
    expect(page.locator(".job-title")).to_have_count(2)
    expect(page.get_by_label("Paris")).to_be_focused()
    page.get_by_label("Lyon").check()
    expect(page.locator(".job-title")).to_have_count(4)
    assert set(page.url.partition("?")[2].split("&")) == {"place=Paris", "place=Lyon"}
    page.go_back()
    expect(page.locator(".job-title")).to_have_count(2)
    page.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_scripts_the_form_is_sent(jobs, browser):
    context = browser.new_context(base_url=jobs, java_script_enabled=False)
    page = context.new_page()
    page.goto("/jobs")
    page.locator("summary", has_text="Team").click()
    page.get_by_label("Kitchen").check()
    page.locator("#filter-team").get_by_role("button", name="Show").click()
    assert _titles(page) == ["Cook"]
    page.get_by_label("What would you like to do?").fill("comptable")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="No open job answers this")).to_be_visible()
    page.get_by_role("link", name="Any team: 1 job").click()
    assert _titles(page) == ["Comptable"]
    context.close()
