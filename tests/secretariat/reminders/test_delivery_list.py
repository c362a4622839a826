"""What staff see in the list of deliveries, and by which words they find a mail."""

import pytest
from django.urls import reverse
from django.utils import timezone

from secretariat.reminders.keeping import hold
from secretariat.reminders.models import Delivery

pytestmark = pytest.mark.django_db
LIST = reverse("admin:reminders_delivery_changelist")


def due_now(address="kz@example.org"):
    return Delivery.objects.get(contact__email=address, state="pending", planned_at__lte=timezone.now())


@pytest.mark.parametrize(
    ("language", "kept", "took_place"), [("zh-hans", "已暂扣", "已举办"), ("ru", "задержано", "проведено")]
)
def test_a_mail_kept_back_is_not_called_by_the_word_for_a_meeting_that_was_held(
    meeting, desk, language, kept, took_place
):
    hold([due_now().pk], actor=None, reason="The minister writes himself.")
    desk.cookies["django_language"] = language
    ahead = reverse("admin:reminders_delivery_ahead")
    pages = [desk.get(address).content.decode() for address in (f"{LIST}?outcome=held", ahead)]
    assert [(f'chip-late">{kept}<' in page, took_place in page) for page in pages] == [(True, False)] * 2
