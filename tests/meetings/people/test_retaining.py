"""Names and offices are erased when their time is over, everywhere, and it can be told that they were."""

import os
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from meetings.models import Delegate, Erasure, Meeting, Particulars, RetentionRule
from meetings.models.documents import FOLDER
from meetings.papers.orphans import orphan_files
from meetings.people.delegations import DelegationRefused, Person, change_delegate
from meetings.people.participant_lists import issue_list
from meetings.people.participants import ListStage
from meetings.people.retaining import (
    ErasureRefused,
    apply_contact_retention,
    apply_retention,
    erase_on_request,
    former_contacts,
    overdue,
)
from rotation.collation import sort_key
from rotation.history import history_of
from tests.factories import (
    ContactFactory,
    DelegateFactory,
    DelegationFactory,
    MeetingFactory,
    UserFactory,
    day_span,
)

pytestmark = pytest.mark.django_db
HELD, LAST_DAY, DAY_AFTER = "2025-06-17", date(2026, 6, 17), date(2026, 6, 18)
SECRETS = ("Ainagul Bekova", "Zarina Bekova", "Office of Ainagul Bekova")


def saved(person, name):
    said = Person(person.role, person.rank, {"en": name}, {"en": f"Office of {name}"})
    change_delegate(person.pk, said, actor=None, reason="a note verbale")


@pytest.fixture
def delegation():
    """A head and a member whose name was corrected, listed twice."""
    meeting = MeetingFactory(span=day_span(HELD), status="held")
    row = DelegationFactory(meeting=meeting)
    DelegateFactory(delegation=row, role="head", rank="minister", named="Head Headov")
    member = DelegateFactory(delegation=row, named="Ainagul Bekova")
    meeting = Meeting.objects.select_related("track__mechanism").get(pk=meeting.pk)
    issue_list(meeting.pk, ListStage.PROVISIONAL, actor=None)
    saved(member, "Zarina Bekova")
    issue_list(meeting.pk, ListStage.CORRECTED, actor=None)
    return row


def whole_database():
    """Every row of every table of the service as text, as raw SQL reads it."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if "_" in name]
        text = []
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            text += [row for (row,) in cursor.fetchall()]
    return "\n".join(text)


def test_after_its_time_nothing_of_a_person_is_left_in_any_table(delegation):
    assert [secret in whole_database() for secret in SECRETS] == [True, True, True]
    ((each, versions),) = apply_retention(DAY_AFTER)
    assert (each.rule, len(each.delegates), versions) == ("others: 365 days after the end", 1, 2)
    assert [secret in whole_database() for secret in SECRETS] == [False, False, False]
    assert "Head Headov" in whole_database()


def test_what_is_no_persons_stays_in_lists_and_history_with_a_mark_of_who_when_and_why(delegation):
    with time_machine.travel(datetime(2026, 6, 18, 1, tzinfo=UTC), tick=False):
        apply_retention(DAY_AFTER)
    mark = Erasure.objects.get()
    assert (mark.meeting, mark.recorded_by, mark.rule) == (
        delegation.meeting,
        None,
        "others: 365 days after the end",
    )
    assert mark.recorded_at == datetime(2026, 6, 18, 1, tzinfo=UTC)
    lines = [line for row in delegation.meeting.participant_lists.all() for line in row.lines.all()]
    assert [(line.code, line.rank, bool(line.particulars.names)) for line in lines] == [
        ("KZ-1", "minister", True),
        ("KZ-2", "official", False),
    ] * 2
    member = Delegate.objects.get(role="member")
    assert {row.erasure for row in member.particulars.all()} == {mark}
    told = history_of(member)
    assert [(entry.action, entry.reason) for entry in told] == [
        ("changed", "a note verbale"),
        ("entered", ""),
    ]


def test_nothing_is_erased_on_the_last_day_and_nothing_twice(delegation):
    assert list(overdue(LAST_DAY)) == []
    assert len(apply_retention(DAY_AFTER)) == 1
    assert apply_retention(DAY_AFTER) == []
    assert Erasure.objects.count() == 1


def test_the_rule_is_the_desks_to_set(delegation):
    RetentionRule.objects.filter(category="others").update(days=None)
    assert list(overdue(date(2100, 1, 1))) == []
    RetentionRule.objects.filter(category="heads").update(days=30)
    ((each, _versions),) = apply_retention(DAY_AFTER)
    assert each.rule == "heads: 30 days after the end"
    RetentionRule.objects.all().delete()
    assert [each.rule for each in overdue(DAY_AFTER)] == ["others: 365 days after the end"]


def test_a_head_who_did_not_come_is_kept_no_longer_than_others(delegation):
    Delegate.objects.filter(role="head").update(is_withdrawn=True)
    assert {pk for each in overdue(DAY_AFTER) for pk in each.delegates} == set(
        Delegate.objects.values_list("pk", flat=True)
    )


def test_a_cancelled_meeting_ends_on_the_day_of_its_cancellation():
    meeting = MeetingFactory(
        span=day_span("2027-06-17"), status="cancelled", cancelled_at=datetime(2025, 1, 2, 8, tzinfo=UTC)
    )
    DelegateFactory(delegation=DelegationFactory(meeting=meeting))
    assert [each.retention.last_on for each in overdue(date(2026, 1, 3))] == [date(2026, 1, 2)]


def test_one_person_is_erased_on_request_once_and_is_not_entered_again(delegation):
    member, officer = Delegate.objects.get(role="member"), UserFactory()
    with pytest.raises(ErasureRefused):
        erase_on_request(member.pk, actor=officer, reason=" ")
    assert erase_on_request(member.pk, actor=officer, reason="asked by the embassy") == 2
    mark = Erasure.objects.get()
    assert (mark.recorded_by, mark.rule, mark.reason) == (officer, "on request", "asked by the embassy")
    with pytest.raises(ErasureRefused):
        erase_on_request(member.pk, actor=officer, reason="again")
    with pytest.raises(DelegationRefused) as refusal:
        saved(member, "Zarina Bekova")
    assert refusal.value.code == "erased"
    assert Particulars.objects.exclude(names={}).count() == 1


def test_the_command_says_what_it_would_erase_and_then_what_it_erased(delegation):
    with time_machine.travel(datetime(2026, 6, 18, 8, tzinfo=UTC), tick=False):
        said = StringIO()
        with pytest.raises(CommandError, match="1 delegates are kept too long"):
            call_command("apply_retention", "--check", stdout=said)
        line = f"{delegation.meeting}: 1 delegates, others: 365 days after the end; kept until 2026-06-17\n"
        assert said.getvalue() == line
        assert Erasure.objects.count() == 0
        for expected in (f"{line}1 delegates, erased\n", "0 delegates, erased\n"):
            said = StringIO()
            call_command("apply_retention", stdout=said)
            assert said.getvalue() == expected
        said = StringIO()
        call_command("apply_retention", "--check", stdout=said)
        assert said.getvalue() == "0 delegates\n"


@pytest.fixture
def former():
    """Who left on 17 June 2024 and was corrected once; in the ledger of history since."""
    row = ContactFactory(name="Ainagul Bekova", office="Office of Ainagul Bekova", email="bekova@example.org")
    row.name, row.valid_until = "Zarina Bekova", date(2024, 6, 17)
    row.save()
    return row


TWO_YEARS_ON = date(2026, 6, 17)


def test_a_contact_who_left_two_years_ago_is_nobody_in_any_table(former):
    assert sort_key(former.name, "ru").hex() in whole_database()
    assert apply_contact_retention(TWO_YEARS_ON) == []
    assert apply_contact_retention(TWO_YEARS_ON + timedelta(days=1)) == [former.pk]
    keys = {
        sort_key(former.name, code).hex() for code in ("en", "ru", "zh")
    }  # what the name is sorted by gives it away
    assert [text in whole_database() for text in (*SECRETS, "bekova@", *keys)] == [False] * (4 + len(keys))
    former.refresh_from_db()
    assert former.sorted_as["ru"] == sort_key(f"#{former.pk}", "ru").hex()
    assert (former.name, former.email) == (f"#{former.pk}", f"erased-{former.pk}@contacts.invalid")
    assert former.erasure.rule == "contacts: 730 days after leaving"
    assert apply_contact_retention(date(2030, 1, 1)) == []


def test_who_is_in_office_an_example_or_kept_for_good_is_not_erased(former):
    ContactFactory(valid_until=None)
    ContactFactory(valid_until=date(2020, 1, 1), is_example=True)
    assert [row for row, _until in former_contacts(date(2030, 1, 1))] == [former]
    RetentionRule.objects.update_or_create(category="contacts", defaults={"days": None})
    assert former_contacts(date(2100, 1, 1)) == []


def test_an_erased_contact_is_looked_at_and_not_changed(former, desk):
    apply_contact_retention(date(2030, 1, 1))
    page = desk.get(reverse("admin:meetings_contact_change", args=[former.pk]))
    assert (page.status_code, page.context["has_change_permission"]) == (200, False)
    assert "erased" in desk.get(reverse("admin:meetings_contact_changelist")).content.decode()


def test_the_command_tells_former_contacts_and_files_that_no_paper_names(former, settings):
    kept = Path(settings.MEDIA_ROOT, FOLDER, "ab", "abandoned")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"half a paper")
    fresh = kept.with_name("just-now")
    fresh.write_bytes(b"a paper that is being written")
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False):
        hour_ago = datetime(2029, 12, 31, 23, tzinfo=UTC).timestamp()
        os.utime(fresh, (hour_ago, hour_ago))
        said = StringIO()
        with pytest.raises(CommandError, match="1 contacts are kept too long"):
            call_command("apply_retention", "--check", stdout=said)
        told = f"contact {former.pk}\n{FOLDER}/ab/abandoned: no paper names it\n"
        assert (said.getvalue(), kept.exists()) == (told, True)
        said = StringIO()
        call_command("apply_retention", stdout=said)
        assert said.getvalue() == f"{told}0 delegates, erased\n"
    assert (kept.exists(), fresh.exists()) == (False, True)


def test_a_file_of_a_paper_is_never_swept(draft):
    paper = draft("zh")
    assert orphan_files(datetime(2040, 1, 1, tzinfo=UTC)) == []
    version = paper.versions.get()
    with open(version.file.path, "rb") as file:
        assert file.read()


def test_a_run_costs_the_same_number_of_queries_to_look_whatever_there_is(
    delegation, django_assert_num_queries
):
    for _time in range(12):
        DelegateFactory(delegation=delegation)
    with django_assert_num_queries(3):
        assert sum(len(each.delegates) for each in overdue(DAY_AFTER)) == 13
