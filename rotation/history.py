"""What happened to a row, told from its recorded events: what changed, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from .lists import listed
from .translated import TextsField

# How a line of the desk's log begins that says who took a copy of what is not for everybody.
TOOK = "took "
# Bookkeeping that says nothing to a reader: it changes with everything else.
# The instants of a meeting follow from its local days and hours, which are told.
SILENT = {"id", "updated_at", "created_at", "revision", "sequence", "uid", "starts_at", "ends_at"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One recorded event. `subject` names the part that changed, empty for the row itself."""

    at: datetime
    action: str
    user: str
    reason: str
    subject: str
    changes: tuple[FieldChange, ...]


def history_of(
    row: models.Model,
    parts: Sequence[tuple[type[models.Model], str]] = (),
    links: Sequence[tuple[str, type[models.Model]]] = (),
) -> list[HistoryEntry]:
    """Every event of `row` and of its parts, newest first; parts are (model, name of the key to `row`).

    links: its fields to many others by name, with the model that tracks the links; told as changes of the row.
    """
    events = list(_events(type(row), pgh_obj_id=row.pk))
    linked = {}
    for name, model in links:
        field: Any = row._meta.get_field(name)
        linked[model] = field
        events += _events(model, **{f"{field.m2m_field_name()}_id": row.pk})
    for model, key in parts:
        events += _events(model, **{f"{key}_id": row.pk})
    names = _Names(events)
    entries: list[HistoryEntry] = []
    last: dict[tuple[Any, Any], Any] = {}
    for event in sorted(events, key=lambda event: (event.pgh_created_at, event.pgh_id)):
        if (field := linked.get(event.pgh_tracked_model)) is not None:
            entries.append(_entry(event, type(row), (_link_change(event, field, names),), names, field))
            continue
        subject_key = (event.pgh_tracked_model, event.pgh_obj_id)
        changes = _differences(last.get(subject_key), event, names)
        last[subject_key] = event
        # A save that changed nothing a reader knows is no history.
        if changes or event.pgh_label == "delete":
            entries.append(_entry(event, type(row), changes, names))
    return entries[::-1]


def takings_of(row: models.Model) -> list[HistoryEntry]:
    """Who took a copy of something of this row that is not for everybody, newest first."""
    lines = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        change_message__startswith=TOOK,
    )
    return [
        HistoryEntry(
            at=line.action_time,
            action=_("took a copy"),
            user=str(line.user),
            reason=line.change_message.removeprefix(TOOK),
            subject="",
            changes=(),
        )
        for line in lines.select_related("user").order_by("-action_time", "-pk")
    ]


def _events(model: type[models.Model], **where: Any) -> Iterable[Any]:
    tracked: Any = model  # `pghistory.track` adds the model of its events
    found: Iterable[Any] = tracked.pgh_event_model.objects.filter(**where).select_related("pgh_context")
    return found


def _entry(
    event: Any,
    model: type[models.Model],
    changes: tuple[FieldChange, ...],
    names: _Names,
    link: Any = None,
) -> HistoryEntry:
    context = event.pgh_context.metadata if event.pgh_context else {}
    tracked = event.pgh_tracked_model
    actions = {"insert": _("entered"), "update": _("changed"), "delete": _("removed")}
    return HistoryEntry(
        at=event.pgh_created_at,
        action=_("changed") if link else actions.get(event.pgh_label, event.pgh_label),
        user=context.get("name") or names.user(context.get("user")),
        reason=context.get("reason") or "",
        subject="" if link or tracked is model else names.part(event),
        changes=changes,
    )


def _link_change(event: Any, field: Any, names: _Names) -> FieldChange:
    to = event.pgh_tracked_model._meta.get_field(field.m2m_reverse_field_name())
    name = names.shown(to, getattr(event, to.attname))
    is_gone = event.pgh_label == "delete"
    return FieldChange(str(field.verbose_name).capitalize(), name if is_gone else "", "" if is_gone else name)


def _differences(before: Any, after: Any, names: _Names) -> tuple[FieldChange, ...]:
    found = []
    for field in after.pgh_tracked_model._meta.concrete_fields:
        if field.name in SILENT or not hasattr(after, field.attname):
            continue
        old = getattr(before, field.attname) if before else None
        new = getattr(after, field.attname)
        if old != new and not (before is None and new in (None, "", [], {})):
            found.append(
                FieldChange(
                    str(field.verbose_name).capitalize(), names.shown(field, old), names.shown(field, new)
                )
            )
    return tuple(found)


class _Names:
    """What keys, choices and users are called; one query a related model, however many events."""

    def __init__(self, events: Sequence[Any]) -> None:
        wanted: dict[type[models.Model], set[Any]] = {}
        users = {event.pgh_context.metadata.get("user") for event in events if event.pgh_context}
        for event in events:
            wanted.setdefault(event.pgh_tracked_model, set()).add(event.pgh_obj_id)
            for field in event.pgh_tracked_model._meta.concrete_fields:
                if field.is_relation and hasattr(event, field.attname):
                    wanted.setdefault(field.related_model, set()).add(getattr(event, field.attname))
        wanted.setdefault(get_user_model(), set()).update(users)
        self._rows = {model: _by_key(model, keys - {None}) for model, keys in wanted.items()}

    def user(self, key: Any) -> str:
        return self._rows[get_user_model()].get(str(key), _("the service")) if key else _("the service")

    def part(self, event: Any) -> str:
        """The part that an event speaks of, by its name today, or by its number when it is gone."""
        model = event.pgh_tracked_model
        name = self._rows[model].get(str(event.pgh_obj_id), str(event.pgh_obj_id))
        return f"{model._meta.verbose_name} {name}"

    def shown(self, field: models.Field[Any, Any], value: Any) -> str:
        if value in (None, "", [], {}):
            return ""
        if field.is_relation:
            return self._rows[cast(type[models.Model], field.related_model)].get(str(value), str(value))
        return value_text(field, value)


def value_text(field: models.Field[Any, Any], value: Any) -> str:
    """The value of a column in words; not of one that leads to another row."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(field, TextsField):
        return " · ".join(f"{code}: {text}" for code, text in value.items())
    if isinstance(value, list | dict):
        return listed(value) if all(map(_is_plain, value)) else _("recorded anew")
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(dict(field.flatchoices).get(value, value))


def _by_key(model: type[models.Model], keys: set[Any]) -> dict[str, str]:
    if not keys:
        return {}
    to_one = [field.name for field in model._meta.concrete_fields if field.is_relation and not field.null]
    rows = model._base_manager.filter(pk__in=keys).select_related(*to_one)
    return {str(row.pk): str(row) for row in rows}


def _is_plain(item: Any) -> bool:
    return isinstance(item, str | int)
