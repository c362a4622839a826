"""Dates and hours read one way in each language, whoever writes them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.contrib.admin.utils import display_for_value
from django.template import Context, Template
from django.utils import translation

from meetings.admin.schedule.when import moment_text
from rotation.offsets import offset_text

DAY = date(2026, 11, 4)
AT = datetime(2026, 11, 4, 1, 5, tzinfo=UTC)  # 09:05 in Xi'an, the desk's own clock

SHOWN = {
    "en": ("4 November 2026", "4 November 2026, 09:05", "09:05", "November 2026", "4 November"),
    "zh-hans": ("2026年11月4日", "2026年11月4日 09:05", "09:05", "2026年11月", "11月4日"),
    "ru": ("4 ноября 2026 г.", "4 ноября 2026 г., 09:05", "09:05", "Ноябрь 2026 г.", "4 ноября"),
}


@pytest.mark.parametrize("language", SHOWN)
def test_a_page_writes_a_date_an_hour_and_a_month_as_its_language_does(language):
    page = Template(
        '{{ day|date }}|{{ at|date:"DATETIME_FORMAT" }}|{{ at|time }}'
        '|{{ day|date:"YEAR_MONTH_FORMAT" }}|{{ day|date:"MONTH_DAY_FORMAT" }}'
    )
    with translation.override(language):
        assert tuple(page.render(Context({"day": DAY, "at": AT})).split("|")) == SHOWN[language]


@pytest.mark.parametrize("language", SHOWN)
def test_a_list_of_the_desk_writes_days_and_moments_as_its_other_pages_do(language):
    with translation.override(language):
        shown = (display_for_value(DAY, ""), display_for_value(AT, ""))
    assert shown == SHOWN[language][:2]


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "UTC"), (300, "UTC+5"), (345, "UTC+5:45"), (-210, "UTC−3:30")]
)
def test_an_offset_is_written_without_noughts(minutes, text):
    assert offset_text(AT.astimezone(timezone(timedelta(minutes=minutes)))) == text


def test_the_desk_writes_an_offset_as_the_mails_do():
    assert moment_text(AT, "Asia/Bishkek") == "07:05, Asia/Bishkek (UTC+6)"
