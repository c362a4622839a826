"""The shipped sets are defaults: loaded once, each number with its source, and the desk's from then on."""

import json

import pytest

from meetings.deadlines.sets import SHIPPED, load_deadline_sets
from meetings.models import DeadlineTemplate, Due, LevelTemplate, Meeting, TemplateLine
from meetings.saving import save_meeting, template_of
from tests.factories import DeadlineTemplateFactory, TemplateLineFactory, TrackFactory, day_span

pytestmark = pytest.mark.django_db

NAMES = ["Short notice", "UN-like 10-4-6", "EU-like 14 days"]


def test_the_sets_are_loaded_once_and_what_the_desk_changed_stays():
    assert load_deadline_sets() == NAMES
    TemplateLine.objects.filter(template__slug="un-like", key="papers").update(offset_days=-71)
    DeadlineTemplate.objects.filter(slug="eu-like").update(name="Our own")
    assert load_deadline_sets() == []
    assert TemplateLine.objects.get(template__slug="un-like", key="papers").offset_days == -71


def test_every_line_names_its_source_and_speaks_three_languages():
    load_deadline_sets()
    for line in TemplateLine.objects.all():
        assert line.source, line
        assert line.titles.keys() == {"en", "zh", "ru"}, line


def test_the_un_like_set_asks_for_papers_ten_weeks_before_and_issues_them_six_weeks_before():
    load_deadline_sets()
    lines = TemplateLine.objects.filter(template__slug="un-like")
    assert dict(lines.filter(key__in=["papers", "issued"]).values_list("key", "offset_days")) == {
        "papers": -70,
        "issued": -42,
    }


def test_a_set_says_which_other_proposes_days_at_short_notice():
    load_deadline_sets()
    assert set(
        DeadlineTemplate.objects.exclude(short_notice=None).values_list("slug", "short_notice__slug")
    ) == {
        ("un-like", "short-notice"),
        ("eu-like", "short-notice"),
    }


def test_a_set_of_the_same_name_that_staff_made_is_left_alone(tmp_path):
    DeadlineTemplateFactory(name="UN-like 10-4-6")
    assert load_deadline_sets() == ["Short notice", "EU-like 14 days"]


def test_a_set_names_only_a_set_that_stands_before_it():
    seen = set()
    for shipped in json.loads(SHIPPED.read_text())["sets"]:
        assert shipped.get("short_notice") in {None, *seen}
        seen.add(shipped["slug"])


def test_a_track_without_a_template_takes_its_levels():
    line = TemplateLineFactory(
        offset_days=-20, source="our own", chain_place=2, min_notice_days=3, key="papers"
    )
    LevelTemplate.objects.create(level="ministers", template=line.template)
    track = TrackFactory(level="ministers")
    meeting = Meeting(track=track, ordinal=1, status="proposed")
    meeting.take_span(day_span("2031-06-17"))
    save_meeting(meeting)
    taken = meeting.deadlines.get()
    assert (taken.offset_days, taken.source, taken.chain_place, taken.min_notice_days, taken.key) == (
        -20,
        "our own",
        2,
        3,
        "papers",
    )
    assert Due.objects.count() == 6


def test_a_tracks_own_template_wins_over_its_levels():
    LevelTemplate.objects.create(level="ministers", template=DeadlineTemplateFactory())
    own = DeadlineTemplateFactory()
    assert template_of(TrackFactory(level="ministers", deadline_template=own)) == own
    assert template_of(TrackFactory(level="forum")) is None
