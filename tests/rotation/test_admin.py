from django.urls import reverse

from rotation.history import history_of
from rotation.models import Summit
from tests.secretariat.desk.conftest import body  # noqa: F401


def test_the_mechanisms_page_shows_the_turns_to_2045_with_their_reasons(desk, body):  # noqa: F811
    page = desk.get(reverse("admin:rotation_mechanism_change", args=[body.pk]))
    turns = page.context["turns"]
    assert [(row["turn"].period, row["holder"]) for row in turns][:3] == [
        ("2023", "China"),
        ("2025", "Kazakhstan"),
        ("2027", "China"),
    ]
    assert turns[-1]["turn"].period == "2045"
    assert all(row["reasons"] for row in turns)


def test_the_reason_given_on_a_form_stands_in_the_history(desk, body, user):  # noqa: F811
    summit = Summit.objects.get(period="2025")
    values = {"mechanism": body.pk, "ordinal": 2, "period": "2025", "host": "KZ", "status": "held"}
    desk.post(
        reverse("admin:rotation_summit_change", args=[summit.pk]), {**values, "reason": "Astana Declaration"}
    )
    last = history_of(summit)[0]
    assert (last.user, last.reason) == (user.username, "Astana Declaration")
    assert [(change.before, change.after) for change in last.changes] == [("announced", "held")]


def test_a_summit_that_was_held_stays(desk, body):  # noqa: F811
    held, announced = Summit.objects.order_by("ordinal")
    for summit, status in [(held, 403), (announced, 302)]:
        address = reverse("admin:rotation_summit_delete", args=[summit.pk])
        assert desk.post(address, {"post": "yes"}).status_code == status
