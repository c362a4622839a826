"""What is typed or stands in an address is checked before anything is computed with it: a page, never a fault."""

from datetime import date, time

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from meetings.models import Meeting
from meetings.record.shapes import PAPERS, TEXTS
from meetings.silence.acts import open_silence
from meetings.silence.rules import Closing
from rotation.models import Mechanism, State
from rotation.numbers import number_in
from rotation.zone_choices import zone_choices
from tests.acts import look
from tests.factories import ContactFactory, MeetingFactory, StateFactory, TrackFactory
from tests.secretariat.desk.test_axe import address

pytestmark = pytest.mark.django_db
NO_ZONES = ["Almaty", "UTC+5", "asia/almaty", "Factory", "localtime", "../UTC"]


def named(name, *arguments):
    return reverse(f"admin:meetings_{name}", args=arguments)


def offered(page, name="zone"):
    """The form's field, from an admin page or an act's."""
    form = page.context["adminform"].form if "adminform" in page.context else page.context["form"]
    return form[name]


def test_every_page_that_asks_for_a_zone_offers_a_list(desk, issued):
    meeting, contact, paper = MeetingFactory(status="proposed"), ContactFactory(), issued()
    closing = Closing(date(2099, 5, 15), time(18), "Asia/Almaty")
    silence = open_silence(paper.pk, closing=closing, actor=None, reason="Note 3")
    pages = {
        named("meeting_add"): "zone",
        named("meeting_move", meeting.pk): "zone",
        named("meeting_postpone", meeting.pk): "zone",
        named("contact_add"): "zone",
        named("contact_change", contact.pk): "zone",
        named("silenceprocedure_open", paper.pk): "zone",
        named("silenceprocedure_extend", silence.pk): "zone",
        named("silenceprocedure_object", silence.pk): "received_zone",
        address(State, "add"): "zone",
        address(State, "change", "KZ"): "zone",
    }
    for at, name in pages.items():
        text = str(offered(desk.get(at), name))
        assert text.startswith("<select"), at
        assert ">Bishkek · Asia/Bishkek · UTC+6</option>" in text, at


def test_languages_are_chosen_and_not_typed(desk):
    StateFactory(code="KZ")
    state = str(offered(desk.get(address(State, "change", "KZ")), "languages"))
    assert state.count('type="checkbox"') == 8
    assert [f'value="{code}"' in state for code in ("zh", "kk", "tk", "fr")] == [True, True, True, False]
    page = desk.get(address(Mechanism, "add")).content.decode()
    side = page[page.index('<select name="sides-__prefix__-locale"') :].partition("</select>")[0]
    assert [f'value="{code}"' in side for code in ("en", "zh", "ru", "kk")] == [True, True, True, False]


def test_the_record_knows_the_languages_that_the_settings_name():
    assert (list(TEXTS), list(PAPERS)) == (
        [code for code, _name in settings.CONTENT_LANGUAGES],
        [code for code, _name in settings.PAPER_LANGUAGES],
    )


def test_the_list_speaks_the_readers_language_and_tells_the_offset_of_now():
    def labels(language, now):
        with override(language), time_machine.travel(now):
            groups = [group for group in zone_choices() if isinstance(group[1], list)]
        return {zone: label for _area, zones in groups for zone, label in zones}

    summer, winter = labels("ru", "2027-07-01"), labels("zh-hans", "2027-01-15")
    assert summer["Asia/Almaty"] == "Алматы · Asia/Almaty · UTC+5"
    assert winter["Asia/Almaty"] == "阿拉木图 · Asia/Almaty · UTC+5"
    assert (summer["Europe/Zurich"][-5:], winter["Europe/Zurich"][-5:]) == ("UTC+2", "UTC+1")
    assert summer.keys() & {"Factory", "EST", "Etc/GMT+5", "Asia/Calcutta"} == set()


def test_a_name_of_a_zone_that_was_changed_since_stays_where_it_is_chosen():
    assert zone_choices("Asia/Calcutta")[1] == ("Asia/Calcutta", "Asia/Calcutta")


@pytest.mark.parametrize("zone", NO_ZONES)
def test_what_is_no_zone_is_said_at_its_field_and_moves_nothing(desk, zone):
    meeting = MeetingFactory(status="proposed")
    values = {"precision": "day", "first_on": "2027-06-24", "zone": zone, "reason": "Asked for."}
    for act in ("move", "postpone"):
        page = look(desk, named(f"meeting_{act}", meeting.pk), {**values, "until": "date"})
        assert page.context["form"].errors.keys() == {"zone"}
    new = {"track": TrackFactory().pk, "status": "proposed", "visibility": "internal", "format": "in person"}
    page = desk.post(
        named("meeting_add"), {**new, "precision": "day", "first_on": "2027-06-24", "zone": zone}
    )
    assert page.context["adminform"].form.errors.keys() == {"zone"}
    assert list(Meeting.objects.values_list("pk", flat=True)) == [meeting.pk]


def test_a_new_state_is_entered_on_the_desk(desk):
    page = desk.get(address(State, "add"))
    assert "as_shown" not in page.context["adminform"].form.fields
    values = {"code": "MN", "names_en": "Mongolia", "zone": "Asia/Ulaanbaatar", "weekend": "6,7"}
    assert desk.post(address(State, "add"), values).status_code == 302
    assert State.objects.get(pk="MN").zone == "Asia/Ulaanbaatar"


@pytest.mark.parametrize("text", ["²", "١", "1²", " 1", "+1", "-1", "1_0", "", None, "9" * 19, "9" * 5000])
def test_what_is_no_plain_number_is_none(text):
    assert number_in(text) is None


@pytest.mark.parametrize("odd", ["²", "١", "9" * 19, "9" * 5000])
def test_odd_digits_in_an_address_find_nothing(desk, odd):
    MeetingFactory()
    StateFactory()
    for model in ("meeting", "agenda", "silenceprocedure", "delegation"):
        answer = desk.get(named(f"{model}_change", odd))
        assert answer.status_code in (302, 404), model
    for query in (
        named("meeting_add") + f"?track={odd}",
        named("document_add") + f"?track={odd}",
        named("meeting_add") + f"?summit={odd}&prepares={odd}&co_located_with={odd}",
        named("outcome_add") + f"?meeting={odd}",
        named("calendarday_changelist") + f"?year={odd}",
        named("calendarday_year", 2027) + f"?month={odd}",
    ):
        assert desk.get(query).status_code == 200, query
    assert desk.get(named("due_received") + f"?ids={odd}").status_code == 404
    ahead = desk.get(reverse("admin:reminders_delivery_ahead") + f"?meeting={odd}")
    assert ahead.status_code == 404
