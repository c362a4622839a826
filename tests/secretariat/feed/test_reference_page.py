"""The reference in a real browser: a developer logs in with a token there and tries an address."""

import pytest
from playwright.sync_api import sync_playwright

from tests.screenshots import ARGUMENTS, CHROMIUM

from .factories import meeting, token


@pytest.mark.django_db(transaction=True)
def test_who_authorizes_with_a_token_reads_as_a_partner(live_server, settings):
    settings.BASE_URL = live_server.url
    meeting(titles={"en": "Open talks"})
    meeting(titles={"en": "Quiet talks"}, visibility="partners")
    secret = token()
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda told: complaints.append(told.text) if "Content Security Policy" in told.text else None,
        )
        page.goto(f"{live_server.url}/api/v1/docs/")
        page.click("button.authorize")
        page.fill(".auth-container input", secret)
        page.click(".auth-container button[type=submit]")
        page.click(".auth-container .btn-done")
        operation = page.locator("[id$='meetings_list']")
        operation.locator("button.opblock-summary-control").click()
        operation.locator("button.try-out__btn").click()
        operation.locator("button.execute").click()
        told = operation.locator(".live-responses-table").inner_text()
        shown = [tag.inner_text().split("\n")[0] for tag in page.locator("h3.opblock-tag").all()]
        browser.close()
    assert ("Open talks" in told, "Quiet talks" in told) == (True, True)
    assert shown == ["meetings", "sync", "calendars", "deadlines", "mechanism"]
    assert complaints == []
