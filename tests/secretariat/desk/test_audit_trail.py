"""Who changed what and why cannot be written anew, and names the account as it was called then."""

import pghistory
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import InternalError, ProgrammingError, connection, transaction
from pghistory.models import Context

from meetings.authorship import authored
from meetings.models import Ministry
from rotation.history import history_of
from secretariat.desk.authors import Authors
from tests.factories import MinistryFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused(sql, *values):
    with (
        pytest.raises((ProgrammingError, InternalError), match="what was told stays"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    return True


@pytest.fixture
def ministry(db):
    """Changed by Aida, for a reason."""
    row, aida = MinistryFactory(), UserFactory(username="aida.b")
    with authored(aida, "Their note of 3 May."):
        row.names = {"en": "Ministry of Trade"}
        row.save()
    return row


def test_a_context_is_never_deleted_and_who_stands_in_it_stays(ministry):
    assert refused("delete from pghistory_context")
    assert refused("update pghistory_context set metadata = metadata || '{\"user\": 999}'")
    assert refused('update pghistory_context set metadata = metadata || \'{"name": "bek"}\'')
    assert refused("update pghistory_context set created_at = now() - interval '1 year'")


def test_a_reason_of_an_earlier_request_stays(ministry):
    assert Context.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into pghistory_context (id, metadata, created_at, updated_at) values (gen_random_uuid(), "
            "'{\"reason\": \"Their note.\"}', now() - interval '11 minutes', now())"
        )
    assert refused(
        "update pghistory_context set metadata = '{}' where created_at < now() - interval '1 minute'"
    )


def test_a_request_may_still_say_more_of_itself(ministry):
    with pghistory.context(url="/admin/"):
        ministry.names = {"en": "Ministry of Commerce"}
        ministry.save()
        with authored(UserFactory(username="bek"), "A typing error."):
            ministry.names = {"en": "Ministry of Commerce and Trade"}
            ministry.save()
    assert [(each.user, each.reason) for each in history_of(ministry)[:1]] == [("bek", "A typing error.")]


@pytest.mark.parametrize(
    "act", ["update django_admin_log set change_message = ''", "delete from django_admin_log"]
)
def test_the_log_of_the_desk_is_append_only(user, act):
    LogEntry.objects.log_actions(user.pk, [user], 2, change_message="took a paper")
    assert refused(act)


def test_history_names_the_account_as_it_was_called_then(ministry):
    User.objects.filter(username="aida.b").update(username="somebody.else")
    assert history_of(Ministry.objects.get(pk=ministry.pk))[0].user == "aida.b"


def test_a_request_of_the_desk_names_the_account(rf, user):
    request = rf.post("/admin/")
    request.user = user
    assert Authors(None).get_context(request) == {"user": user.pk, "name": "aida", "url": "/admin/"}
