"""Who hears the desk instead of seeing it meets a name at each field: axe-core finds no critical fault in any form."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import sync_playwright

from tests.factories import ContactFactory, MeetingFactory, TemplateLineFactory
from tests.screenshots import ARGUMENTS, CHROMIUM

HOST = "http://desk.test"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# The rules whose faults axe calls critical, as far as they speak of forms.
LOOKED_AT = {
    "runOnly": {
        "type": "rule",
        "values": [
            *["label", "select-name", "button-name", "input-button-name", "input-image-alt", "image-alt"],
            *["aria-required-attr", "aria-required-children", "aria-valid-attr", "aria-valid-attr-value"],
            *["aria-hidden-body", "duplicate-id-aria", "aria-roles", "aria-allowed-attr"],
        ],
    },
    "resultTypes": ["violations"],
}


def address(model, what, *arguments):
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=arguments)
    except NoReverseMatch:  # made by an act elsewhere
        return None


@pytest.fixture
def pages(desk):
    """The HTML of every form, by its address: drawn before the browser begins, which has a loop of its own."""
    meeting = MeetingFactory(status="proposed")
    wanted = [address(model, "add") for model in admin.site._registry]
    # Forms that hold more once their row is there.
    rows = [
        ContactFactory(),
        TemplateLineFactory().template,
        meeting,
        meeting.track,
        get_user_model().objects.get(),
    ]
    wanted += [address(type(row), "change", row.pk) for row in rows]
    wanted += [address(type(meeting), act, meeting.pk) for act in ("move", "postpone", "cancel")]
    drawn = {at: desk.get(at) for at in filter(None, wanted)}
    found = {at: page.content.decode() for at, page in drawn.items() if page.status_code == 200}
    assert len(found) > 30
    return {**found, reverse("admin:jsi18n"): desk.get(reverse("admin:jsi18n")).content.decode()}


def answer(route, pages):
    path = urlsplit(route.request.url).path
    if path in pages:
        kind = "text/javascript" if "jsi18n" in path else "text/html; charset=utf-8"
        route.fulfill(body=pages[path], content_type=kind)
        return
    file = finders.find(path.removeprefix("/static/"))
    if file is None:
        route.abort()
    else:
        route.fulfill(body=Path(file).read_bytes(), content_type=TYPES.get(Path(file).suffix, "font/woff2"))


def test_no_form_has_a_critical_fault_nor_an_empty_card(pages):
    faults = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.route("**/*", lambda route: answer(route, pages))
        for path in pages:
            if "jsi18n" in path:
                continue
            page.goto(HOST + path)
            for button in page.query_selector_all(".inline-group .add-row a"):
                button.evaluate("each => each.click()")  # a row of each table, for what stands in it
            for rule in Axe().run(page, options=LOOKED_AT).response["violations"]:
                if rule["impact"] == "critical":
                    faults += [f"{path}: {rule['id']} {node['target']}" for node in rule["nodes"]]
            for card in page.query_selector_all("fieldset.module"):
                if card.is_visible() and not card.inner_text().strip():
                    faults.append(f"{path}: a card with nothing in it")
        browser.close()
    assert faults == []
