"""An agenda in words, as the desk's pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from rotation.lists import listed
from rotation.numbers import number_in
from rotation.translated import content_language, text_in

from ...agenda.late_items import Calendar, findings
from ...agenda.said import said
from ...agenda.snapshots import Snapshot, draft_of, item_of, items_of, last_public, session_length
from ...agenda.stages import FOLLOWERS, Budget, Item, ItemChange, Stage, budget, compare, numbers
from ...agenda.words import FIELDS
from ...models import Agenda, AgendaItem, AgendaStage, Document, Meeting
from .papers import minutes_text, names_in, stage_title

BAR = 1000  # the width of the time bar in its own units
STAGE_SLUGS = {stage.value.replace(" ", "-"): stage for stage in Stage}


def page_shown(agenda: Agenda, user: Any) -> dict[str, Any]:
    """The agenda's own page: items with their numbers, time, findings, stages. A constant number of queries.

    user: who looks; of papers that they may not see only the symbol is told that an item names.
    """
    rows = list(agenda.items.prefetch_related("proposals__state"))
    on_it = [row for row in rows if row.status == AgendaItem.Status.LISTED]
    pending = [row for row in rows if row.status == AgendaItem.Status.PENDING]
    off = [row for row in rows if row.status in (AgendaItem.Status.WITHDRAWN, AgendaItem.Status.DECLINED)]
    items = [item_of(row) for row in on_it]
    told = list(zip(on_it, numbers(items), strict=True))
    papers = papers_named(items, user)
    stages = stages_of(agenda)
    last = stages[-1] if stages else None
    time = budget(items, session_length(agenda))
    return {
        "items": [
            row_shown(row, number)
            | {
                "is_part": row.is_sub and "(" in number,
                "papers": [papers.get(text, {"text": text}) for text in row.papers],
            }
            for row, number in told
        ],
        "supplementary": [
            row_shown(row, number) for row, number in told if row.kind == AgendaItem.Kind.SUPPLEMENTARY
        ],
        "pending": [row_shown(row, "") for row in pending],
        "off": [row_shown(row, "") for row in off],
        "time": time_shown(time, on_it),
        "findings": findings_shown(
            agenda, items, stages, time, stage=None, pending=len(pending), papers=papers
        ),
        "stages": [stage_shown(row) for row in reversed(stages)],
        "last": last,
        "changes": len(compare(items_of(last.snapshot), items)) if last else 0,
        "next_stages": next_stages(last),
        "languages": settings.CONTENT_LANGUAGES,
        "language": content_language(get_language()),
    }


def papers_named(items: Sequence[Item], user: Any) -> dict[str, dict[str, Any]]:
    """The papers of the record that items name by their symbols and that `user` may see, in the items' order."""
    symbols = list(dict.fromkeys(text for item in items for text in item.papers))
    found = {row.symbol_id: row for row in Document.objects.visible_to(user).filter(symbol__in=symbols)}
    has_page = admin.site.is_registered(Document)
    return {
        text: {
            "text": text,
            "title": text_in(found[text].titles),
            "status": found[text].status,
            "status_label": found[text].get_status_display(),
            "url": reverse("admin:meetings_document_change", args=[found[text].pk]) if has_page else "",
        }
        for text in symbols
        if text in found
    }


def stages_of(agenda: Agenda) -> list[AgendaStage]:
    """The frozen stages in their order, without what was frozen: that is read where it is needed."""
    return list(agenda.stages.select_related("recorded_by").defer("snapshot").order_by("number"))


def row_shown(row: AgendaItem, number: str) -> dict[str, Any]:
    language = content_language(get_language())
    names = names_in({each.state_id: each.state.names for each in row.proposals.all()}, language)
    return {
        "row": row,
        "number": number,
        "title": text_in(row.titles),
        "proposers": listed(names.values(), language),
        "time": minutes_text(row.minutes) if row.minutes else "",
    }


def next_stages(last: AgendaStage | None) -> list[dict[str, Any]]:
    slugs = {stage: slug for slug, stage in STAGE_SLUGS.items()}
    return [
        {
            "slug": slugs[stage],
            "label": AgendaStage.Code(stage).label,
            "is_again": bool(last and last.stage is stage),
        }
        for stage in FOLLOWERS[last.stage if last else None]
    ]


def stage_shown(row: AgendaStage) -> dict[str, Any]:
    return {
        "row": row,
        "title": stage_text(row),
        "day": date_format(timezone.localtime(row.recorded_at), "DATETIME_FORMAT"),
    }


def stage_text(row: AgendaStage) -> str:
    return stage_title(row.stage, row.reissue)


def time_shown(time: Budget, rows: Sequence[Any]) -> dict[str, Any]:
    """The time in words, and as a bar: a part for each item, and where the session ends."""
    scale = max(time.planned, time.session or 0, 1)
    parts, at = [], 0
    for row in rows:
        if row.minutes:
            width = row.minutes * BAR / scale
            start = at * BAR / scale
            parts.append(
                {
                    "title": f"{text_in(row.titles)}: {minutes_text(row.minutes)}",
                    "x": f"{start:.1f}",
                    "width": f"{width:.1f}",
                }
            )
            at += row.minutes
    return {
        "parts": parts,
        "end": f"{time.session * BAR / scale:.1f}" if time.session and time.is_over else "",
        "over": f"{-(time.left or 0) * BAR / scale:.1f}" if time.is_over else "",
        "says": _time_says(time),
        "is_over": time.is_over,
        "is_known": time.session is not None,
    }


def _time_says(time: Budget) -> str:
    values = {
        "planned": minutes_text(time.planned),
        "session": minutes_text(time.session or 0),
        "left": minutes_text(abs(time.left or 0)),
    }
    if time.session is None:
        return _("%(planned)s planned; how long the session is, is not known.") % values
    if time.is_over:
        return _("%(planned)s planned for a session of %(session)s: %(left)s too much.") % values
    return _("%(planned)s planned for a session of %(session)s: %(left)s left.") % values


def findings_shown(
    agenda: Agenda,
    items: Sequence[Item],
    stages: Sequence[AgendaStage],
    time: Budget,
    *,
    stage: Stage | None,
    pending: int,
    papers: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """What staff should look at, as sentences."""
    issued = last_public(stages)
    meeting = agenda.meeting
    has_day = meeting.span.has_day
    days = Calendar(
        meeting.first_on if has_day else None, meeting.last_on if has_day else None, timezone.localdate()
    )
    found = findings(
        items,
        stage=stage,
        issued=items_of(issued.snapshot) if issued else None,
        time=time,
        rule=agenda.rule,
        days=days,
        pending=pending,
        languages=[code for code, _name in settings.CONTENT_LANGUAGES],
        papers_by=_papers_by(meeting) if has_day else None,
        unissued=[text for text, paper in papers.items() if paper["status"] != Document.Status.ISSUED],
    )
    return [said(each) for each in found]


def _papers_by(meeting: Meeting) -> date | None:
    """By when the meeting's set of deadlines wants its papers, where it has a line for them."""
    line = meeting.deadlines.filter(key="papers", offset_days__lt=0).first()
    return meeting.first_on + timedelta(days=line.offset_days) if line and meeting.first_on else None


def snapshot_shown(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The items of a snapshot as a list to read, in the active language."""
    items = items_of(snapshot)
    language = content_language(get_language())
    names = names_in(snapshot["states"], language)
    return [
        {
            "number": number,
            "title": text_in(item.titles),
            "is_part": item.is_sub and "(" in number,
            "kind": item.kind,
            "kind_label": AgendaItem.Kind(item.kind).label,
            "facts": [
                (_(FIELDS[name]), field_text(name, getattr(item, name), names))
                for name in (
                    "proposers",
                    "action",
                    "minutes",
                    "mandate",
                    "papers",
                    "rapporteur",
                    "considered_from",
                )
                if getattr(item, name)
            ],
            "annotation": text_in(item.annotations),
        }
        for item, number in zip(items, numbers(items), strict=True)
    ]


def field_text(name: str, value: Any, names: Mapping[str, str]) -> str:
    """A field of an item in words; texts in all languages come each with its code."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not value:
        return ""
    match name:
        case "titles" | "annotations":
            return " · ".join(f"{code}: {text}" for code, text in value.items())
        case "proposers":
            return listed(text for code, text in names.items() if code in value)
        case "papers":
            return "; ".join(value)
        case "minutes":
            return minutes_text(value)
        case "action":
            return str(AgendaItem.Action(value).label)
        case "kind":
            return str(AgendaItem.Kind(value).label)
        case "considered_from":
            return date_format(date.fromisoformat(value))
    return str(value)


def item_says(row: AgendaItem) -> list[tuple[str, str]]:
    """All that a stored item says now, field by field."""
    item = item_of(row)
    language = content_language(get_language())
    names = names_in(
        {each.state_id: each.state.names for each in row.proposals.select_related("state")}, language
    )
    return [(_(label), field_text(name, getattr(item, name), names)) for name, label in FIELDS.items()]


def comparison_shown(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """Two snapshots side by side: every item once, in the order of `after`, the dropped ones where they stood."""
    first, second = items_of(before), items_of(after)
    names = names_in({**before["states"], **after["states"]}, content_language(get_language()))
    changes = {(change.after or change.before).key: change for change in compare(first, second)}  # type: ignore[union-attr]
    told_before = dict(zip((item.key for item in first), numbers(first), strict=True))
    told_after = dict(zip((item.key for item in second), numbers(second), strict=True))
    by_key = {item.key: item for item in first} | {item.key: item for item in second}
    old = {item.key: item for item in first}
    return [
        {
            "before": old.get(key) and {"number": told_before[key], "title": text_in(old[key].titles)},
            "after": key in told_after and {"number": told_after[key], "title": text_in(by_key[key].titles)},
            "kinds": change_kinds(changes.get(key)),
            "fields": _fields(changes.get(key), names),
        }
        for key in _aligned([item.key for item in first], [item.key for item in second])
    ]


def change_kinds(change: ItemChange | None) -> list[dict[str, str]]:
    labels = {
        "added": _("added"),
        "dropped": _("dropped"),
        "moved": pgettext("of an agenda item", "moved"),
        "changed": _("changed"),
    }
    return [{"kind": kind, "label": labels[kind]} for kind in (change.kinds if change else ())]


def _fields(change: ItemChange | None, names: Mapping[str, str]) -> list[dict[str, str]]:
    if change is None or change.before is None or change.after is None:
        return []
    return [
        _field(name, getattr(change.before, name), getattr(change.after, name), names)
        for name in change.fields
    ]


def _field(name: str, before: Any, after: Any, names: Mapping[str, str]) -> dict[str, str]:
    """One field before and after; of a text in several languages only those in which it differs."""
    if isinstance(before, Mapping):
        same = {code for code in before if before[code] == after.get(code)}
        before, after = ({c: t for c, t in texts.items() if c not in same} for texts in (before, after))
    return {
        "label": _(FIELDS[name]),
        "before": field_text(name, before, names),
        "after": field_text(name, after, names),
    }


def _aligned(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """All keys: those of `after` in order, each dropped one behind what it stood behind before."""
    aligned, kept, previous = list(after), set(after), None
    for key in before:
        if key not in kept:
            aligned.insert(aligned.index(previous) + 1 if previous else 0, key)
        previous = key
    return aligned


def stage_named(agenda: Agenda, which: str) -> tuple[AgendaStage | None, Snapshot] | None:
    """A frozen stage by its number, or with "draft" the draft as it stands; None where there is none such."""
    if which == "draft":
        return None, draft_of(agenda)
    number = number_in(which)
    row = agenda.stages.select_related("recorded_by").filter(number=number).first()
    return (row, row.snapshot) if row else None
