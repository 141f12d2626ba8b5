"""Inside an app, on a phone, in French: from a link in a network to a hire."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.acts import JOB, fits
from tests.browser.somebody import Somebody
from tests.browser.test_following import IN_APP
from tests.cast import Cast

pytestmark = [
    pytest.mark.browser,
    # What is looked at here is the browser's part; other tests have both databases.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# A web view inside an app says which app asks; none of them sends a Referer.
ASKED_BY = {"linkedin": "com.linkedin.android"}
NAMES = {"linkedin": "Léa Petit", "facebook": "Zoé Roux", "instagram": "Inès Moreau"}


def test_inside_an_app_a_french_candidate_comes_all_the_way(site, browser, document):
    employee = Somebody(browser, site, locale="fr-FR", java_script_enabled=False, **PHONE)
    ada = employee.sign_in(Cast.ENGINEER)
    for channel, name in NAMES.items():
        ada.goto(f"/fr{JOB}/share")
        ada.locator(f'button[name="channel"][value="{channel}"]:not([data-sheet])').click()
        link = ada.locator("main code", has_text="/r/").first.inner_text()
        said_by_app = {"X-Requested-With": ASKED_BY[channel]} if channel in ASKED_BY else {}
        inside = Somebody(
            browser, site, user_agent=IN_APP[channel], locale="fr-FR",
            extra_http_headers=said_by_app, **PHONE,
        )  # fmt: skip
        page = inside.page
        with page.expect_request(re.compile(JOB)) as landed:
            page.goto(link)
        sent = landed.value.all_headers()
        assert "referer" not in sent
        assert sent["sec-fetch-mode"] == "navigate"
        page.get_by_role("link", name="Français").first.click()
        expect(page).to_have_url(re.compile(r"/fr/jobs/data-engineer-x\?via="))
        page.get_by_role("link", name="Postuler").first.click()
        expect(page.locator("main")).to_contain_text(
            "Vous avez ouvert un lien partagé par Ada Engel"
        )
        page.get_by_label("Votre nom").fill(name)
        page.get_by_label("Votre adresse e-mail").fill("moi@mail.example")
        page.get_by_label("Votre CV").set_input_files(document)
        page.get_by_label("que j’ai postulé, et chaque étape").check()
        assert inside.context.cookies() == []
        page.get_by_role("button", name="Envoyer ma candidature").click()
        expect(page).to_have_url(re.compile(r"/fr/applications/"))
        expect(page.get_by_role("heading", name="Comment vous nous avez trouvés")).to_be_visible()
        assert fits(page)
        assert inside.wrong == []
        assert inside.foreign == []
        inside.context.close()

    recruiter = Somebody(browser, site, locale="fr-FR", **PHONE)
    rosa = recruiter.sign_in(Cast.RECRUITER)
    rosa.goto("/fr/recruiting/applications")
    rosa.get_by_role("link", name="Léa Petit").click()
    for stage in ("En cours de lecture", "Entretiens", "Proposition", "Embauche"):
        rosa.get_by_role("button", name=stage, exact=True).click()
    rosa.get_by_role("link", name="Comment cette personne est venue à nous").click()
    expect(rosa.locator("main")).to_contain_text("Ada Engel a partagé l’offre (LinkedIn)")
    assert fits(rosa)
    ada.goto("/fr/me/links")
    for name in NAMES.values():
        expect(ada.locator("main")).to_contain_text(name)
    hired = ada.get_by_role("row").filter(has_text="Léa Petit")
    expect(hired).to_contain_text("embauche")
    hired.get_by_role("link", name="Justificatif").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Comment Léa nous a trouvés")
    assert fits(ada)
    for somebody in (employee, recruiter):
        assert somebody.wrong == []
        assert somebody.foreign == []
        somebody.context.close()
