"""Two who have one form open: what the first saved is not undone by the second without a word."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils.html import escape

from meetings.admin.schedule.desk import MeetingAdmin
from meetings.models import Contact
from rotation.as_shown_forms import AsShownForm, AsShownInline
from rotation.history_admin import HistoryAdmin
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
TAGS = re.compile(r"<[^>]+>")


@pytest.fixture
def contact(db):
    return ContactFactory(name="Aida Asanova", email="first@example.org", office="Desk officer")


def page_of(row):
    return reverse(f"admin:meetings_{row._meta.model_name}_change", args=[row.pk])


def opened(desk, row):
    """What the page's form holds, as a browser would send it back."""
    page = desk.get(page_of(row))
    forms = [page.context["adminform"].form]
    for each in page.context["inline_admin_formsets"]:
        forms += [each.formset.management_form, *each.formset.initial_forms]
    return {name: value for form in forms for name, value in sent_by(form)}


def sent_by(form):
    for bound in form:
        value = bound.value()
        if hasattr(bound.field.widget, "widgets_names") and not isinstance(value, list):
            value = bound.field.widget.decompress(value)
            names = bound.field.widget.widgets_names
            yield from (
                (f"{bound.html_name}{name}", part or "") for name, part in zip(names, value, strict=True)
            )
        elif value is not None and value is not False:
            yield bound.html_name, value


def said(response):
    """The complaints above the form, without their tags."""
    errors = response.context["adminform"].form.non_field_errors()
    return [TAGS.sub("", str(error)) for error in errors]


def test_what_was_saved_meanwhile_is_not_undone_and_is_told_with_who_and_when(desk, contact):
    one, other = opened(desk, contact), opened(desk, contact)
    assert desk.post(page_of(contact), {**one, "email": "new@example.org"}).status_code == 302
    response = desk.post(page_of(contact), {**other, "office": "Counsellor"})
    contact.refresh_from_db()
    assert (response.status_code, contact.email, contact.office) == (200, "new@example.org", "Desk officer")
    begin, change, end = said(response)
    assert begin == "This has changed since it was shown. Nothing is saved."
    assert re.fullmatch(r"E-mail is now: new@example.org \(aida, .+\)\.", change)
    assert end == (
        "Save again to put what stands below in its place, or load the page anew to begin from what stands now."
    )


def test_who_saves_again_after_that_overwrites_knowingly(desk, contact):
    one, other = opened(desk, contact), opened(desk, contact)
    desk.post(page_of(contact), {**one, "email": "new@example.org"})
    other["office"] = "Counsellor"
    refused = desk.post(page_of(contact), other)
    other["as_shown"] = refused.context["adminform"].form["as_shown"].value()
    assert desk.post(page_of(contact), other).status_code == 302
    contact.refresh_from_db()
    assert (contact.email, contact.office) == ("first@example.org", "Counsellor")


def test_another_mistake_on_the_way_does_not_hide_what_changed(desk, contact):
    one, other = opened(desk, contact), opened(desk, contact)
    mistaken = desk.post(page_of(contact), {**other, "email": "no address"})
    desk.post(page_of(contact), {**one, "email": "new@example.org"})
    other["as_shown"] = mistaken.context["adminform"].form["as_shown"].value()
    assert desk.post(page_of(contact), other).status_code == 200
    contact.refresh_from_db()
    assert contact.email == "new@example.org"


def test_the_same_form_saved_twice_or_with_nothing_changed_meanwhile_is_saved(desk, contact):
    values = opened(desk, contact)
    assert desk.post(page_of(contact), {**values, "office": "Counsellor"}).status_code == 302
    assert desk.post(page_of(contact), {**opened(desk, contact), "office": "Minister"}).status_code == 302
    contact.refresh_from_db()
    assert contact.office == "Minister"


def test_what_the_form_does_not_hold_may_change_meanwhile(desk, contact):
    values = opened(desk, contact)
    Contact.objects.filter(pk=contact.pk).update(is_example=True)
    assert desk.post(page_of(contact), {**values, "office": "Counsellor"}).status_code == 302


def test_a_row_within_the_page_of_another_is_not_undone_either(desk, contact):
    one, other = opened(desk, contact.ministry), opened(desk, contact.ministry)
    assert (
        desk.post(page_of(contact.ministry), {**one, "contacts-0-email": "new@example.org"}).status_code
        == 302
    )
    response = desk.post(page_of(contact.ministry), {**other, "contacts-0-office": "Counsellor"})
    contact.refresh_from_db()
    assert (response.status_code, contact.email, contact.office) == (200, "new@example.org", "Desk officer")
    assert escape("E-mail is now: new@example.org (aida, ") in response.content.decode()


def test_the_field_is_not_shown_and_counts_as_no_change(desk, contact):
    text = desk.get(page_of(contact)).content.decode()
    assert text.count('type="hidden" name="as_shown"') == 1
    assert "As shown" not in text
    desk.post(page_of(contact), opened(desk, contact))
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["No fields changed."]


def test_every_form_of_a_row_with_a_history_and_of_the_rows_within_it_is_such_a_form():
    pages = [page for page in admin.site._registry.values() if isinstance(page, HistoryAdmin)]
    others = [page for page in pages if not issubclass(page.form, AsShownForm)]
    rows = {row for page in pages for row in page.inlines} | set(
        MeetingAdmin.get_inlines(None, None, object())
    )
    assert [page.model._meta.label for page in others] == ["feed.Webhook"]  # which is never edited
    assert [
        row for row in rows if not (issubclass(row, AsShownInline) and issubclass(row.form, AsShownForm))
    ] == []
