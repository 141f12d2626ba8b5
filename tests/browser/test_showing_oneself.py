"""From the first sign-in to a public page, and away again, on a phone."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.somebody import Somebody
from tests.cast import Cast

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def photograph(tmp_path):
    path = tmp_path / "me.jpg"
    out = io.BytesIO()
    Image.new("RGB", (600, 800), "#806040").save(out, "JPEG")
    path.write_bytes(out.getvalue())
    return path


def test_a_new_employee_shows_themselves_and_leaves(browser, site, photograph):
    ada = Somebody(browser, site, **PHONE)
    page = ada.sign_in(Cast.ENGINEER)
    page.goto("/me/portrait")
    page.set_input_files("input[type=file]", photograph)
    page.get_by_label("Everybody may see it").check()
    page.get_by_role("button", name="Use this photograph").click()
    page.get_by_label("How close").fill("150")
    page.locator("form[data-focus]").get_by_role("button", name="Keep").click()
    page.goto("/me/profile")
    page.get_by_label("What you do, in one sentence").fill("Keeps clocks honest.")
    topic = page.get_by_label("What you know about")
    topic.fill("Time")
    topic.press("Enter")
    page.get_by_label("About you").fill("I **like** clocks.")
    preview = page.locator("#preview")
    expect(preview.locator("strong")).to_have_text("like")
    expect(preview).to_contain_text("Keeps clocks honest.")
    expect(preview).to_contain_text("Time")
    asked = []
    page.once("dialog", lambda question: (asked.append(question.type), question.dismiss()))
    page.get_by_role("link", name="My portrait").click()
    expect(page.get_by_label("What you do, in one sentence")).to_have_value("Keeps clocks honest.")
    assert asked == ["beforeunload"], "whoever leaves without keeping is asked first"
    page.get_by_label("Pronouns").fill("she/her")
    page.get_by_role("button", name="Preview").click()  # before what was typed is drawn
    expect(page.locator("#look")).to_be_in_viewport()
    expect(preview).to_contain_text("she/her")
    expect(page.locator("form[data-profile]")).to_have_count(1)
    expect(page.get_by_label("Address", exact=True)).to_have_count(1)
    page.get_by_label("Here since").focus()
    page.keyboard.press("Tab")
    covered = """() => document.activeElement.getBoundingClientRect().bottom
        > document.querySelector(".keeps").getBoundingClientRect().top"""
    assert not page.evaluate(covered), "what has the focus is seen"
    page.get_by_label("Address", exact=True).first.fill("@ada@social.example")
    page.locator("#shows-networks").check()
    page.get_by_text("Add a talk or a publication").click()
    page.get_by_label("Title").first.fill("What a meter knows")
    page.get_by_label("Day").first.fill("2025-11-04")
    expect(page.get_by_text("Add a talk or a publication")).to_have_count(1)
    page.locator("#shows-talks").check()
    expect(page.locator("#charter-text")).to_contain_text("You decide.")
    page.get_by_role("button", name="Show it to everybody").click()
    expect(page.locator("#charter")).to_be_focused()  # asked here, with all that is written
    page.get_by_label("I have read the charter and agree to it").check()
    page.get_by_role("button", name="Show it to everybody").click()
    expect(page.get_by_text("Your page is shown to everybody now.")).to_be_visible()

    visitor = Somebody(browser, site, **PHONE)
    seen = visitor.page
    seen.goto("/experts/ada-engel")
    expect(seen.get_by_role("heading", level=1)).to_contain_text("Ada Engel")
    expect(seen.get_by_role("link", name="Mastodon")).to_have_attribute("rel", "me noopener")
    expect(seen.get_by_text("What a meter knows")).to_be_visible()
    portrait = seen.locator("img.portrait-xxl")
    assert portrait.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    seen.goto("/experts")
    seen.get_by_label("Name or topic").press_sequentially("nobody like this")
    expect(seen.get_by_role("heading", name="Nobody matches that")).to_be_visible()
    seen.get_by_label("Name or topic").fill("time")
    expect(seen.get_by_role("link", name="Ada Engel")).to_be_visible()

    page.goto("/me/consents")
    page.get_by_text("Leave now").click()
    page.get_by_role("button", name="Stop taking part").click()
    expect(page.get_by_text("You no longer take part.")).to_be_visible()
    assert seen.goto("/experts/ada-engel").status == 410
    gone = f"{site}/experts/ada-engel"
    assert [said for said in ada.wrong + visitor.wrong if gone not in said] == []
    assert ada.foreign + visitor.foreign == []
