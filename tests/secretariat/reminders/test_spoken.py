"""What the ledger keeps in English is told in the reader's language; what people and mail servers said as they said it."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from secretariat.reminders import digesting, keeping, ledger, restoration, sending, settling, smtp
from secretariat.reminders.models import Delivery
from secretariat.reminders.spoken import said

TEXTS = [
    ("reminder rule P7D", "reminder rule: 7 days before", "правило напоминаний: за 7 дней"),
    ("reminder rule P1D", "reminder rule: 1 day before", "правило напоминаний: за 1 день"),
    ("reminder rule P0D", "reminder rule: on the day itself", "правило напоминаний: в тот же день"),
    ("reminder rule PT48H", "reminder rule: 48 hours before", "правило напоминаний: за 48 часов"),
    ("overdue by P1D", "overdue: 1 day after", "просрочено: через 1 день после срока"),
    ("act 0 upon the silence procedure", "act no. 1 of the silence procedure", "действие № 1 в процедуре молчания"),
    ("held: The minister writes himself.", "held: The minister writes himself.", "задержано: The minister writes himself."),
    ("settled: it came back", "settled: it came back", "решено: оно вернулось"),
    ("test sent to aida@example.org: ", "test sent to aida@example.org", "проверка отправлена на aida@example.org"),
    ("250 2.0.0 Ok: queued as 4F3", "250 2.0.0 Ok: queued as 4F3", "250 2.0.0 Ok: queued as 4F3"),
]  # fmt: skip


@pytest.mark.parametrize(("kept", "english", "russian"), TEXTS)
def test_what_is_kept_is_told_in_words(kept, english, russian):
    assert said(kept) == english
    with translation.override("ru"):
        assert said(kept) == russian


@pytest.mark.parametrize("language", ["zh-hans", "ru"])
def test_every_reason_of_the_plan_is_told_in_the_languages_of_the_desk(language):
    row = Delivery(offset_code="P3D", sequence=2)
    kept = [text.format(row) for text in (*ledger.REASONS.values(), ledger.REASON_OF_AN_ACT)]
    kept += [*ledger.ENDINGS.values(), restoration.IN_DOUBT]
    with translation.override(language):
        assert [text for text in kept if said(text) == text] == []


@pytest.mark.parametrize("module", [digesting, keeping, ledger, sending, settling, smtp])
def test_every_sentence_that_begins_a_detail_is_known(module):
    """A new one is to be given its words; found are those before a colon that a person's reason follows."""
    with open(module.__file__, encoding="utf-8") as file:
        begun = re.findall(r'f"([a-z][a-z ]+): \{reason\}"', file.read())
    with translation.override("ru"):
        assert [text for text in begun if said(f"{text}: x") == f"{text}: x"] == []


@pytest.mark.django_db
def test_the_page_of_a_mail_tells_why_and_what_became_of_it_in_words(meeting, desk):
    row = Delivery.objects.filter(kind="reminder", offset_code="P1D").first()
    desk.cookies["django_language"] = "ru"
    for name in ("change", "preview"):
        text = desk.get(reverse(f"admin:reminders_delivery_{name}", args=[row.pk])).content.decode()
        assert ("за 1 день" in text, "reminder rule" in text, ">planned<" in text) == (True, False, False)
