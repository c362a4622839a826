"""Special days: closed days and worked weekends, staff's entry over the library's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import ExtractYear
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.history_admin import HistoryAdmin, ReasonForm
from rotation.models import State

from ..calendars import closed_days_changed
from ..models import CalendarDay


class NewDaysForm(ReasonForm):
    """One entry for the states that are ticked: the same day, status and source."""

    states = forms.ModelMultipleChoiceField(
        label=gettext_lazy("States"), queryset=State.objects.all(), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = CalendarDay
        fields = ["day", "status", "certainty", "name", "source"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        states, day = values.get("states"), values.get("day")
        if states and day:
            taken = CalendarDay.objects.filter(state__in=states, day=day, basis=CalendarDay.Basis.STAFF)
            codes = ", ".join(taken.values_list("state_id", flat=True))
            if codes:
                raise ValidationError(
                    {"states": _("Already entered for %(codes)s; change that entry.") % {"codes": codes}}
                )
            self.instance.state = states[0]
        return values


class YearFilter(admin.SimpleListFilter):
    title = gettext_lazy("year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        years = (
            CalendarDay.objects.annotate(year=ExtractYear("day"))
            .order_by("year")
            .values_list("year", flat=True)
        )
        return [(str(year), str(year)) for year in years.distinct()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(day__year=self.value()) if (self.value() or "").isdigit() else queryset


@admin.register(CalendarDay)
class CalendarDayAdmin(HistoryAdmin):
    list_display = ["day", "state", "name", "status_chip", "basis_shown", "certainty", "source"]
    list_display_links = ["day", "name"]
    list_filter = ["state", YearFilter, "basis", "certainty", "status"]
    list_select_related = ["state"]
    search_fields = ["name", "source"]
    date_hierarchy = "day"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarDay]:
        by_staff = CalendarDay.objects.filter(
            state=OuterRef("state"), day=OuterRef("day"), basis=CalendarDay.Basis.STAFF
        ).exclude(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_overruled=Exists(by_staff))

    def get_form(self, request: HttpRequest, obj: CalendarDay | None = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, **({} if obj else {"form": NewDaysForm}), **kwargs)

    def get_fields(self, request: HttpRequest, obj: CalendarDay | None = None) -> list[str]:
        which = ["state"] if obj else ["states"]
        return [*which, "day", "status", "certainty", "name", "source", "reason"]

    def has_change_permission(self, request: HttpRequest, obj: CalendarDay | None = None) -> bool:
        return _is_staffs(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: CalendarDay | None = None) -> bool:
        return _is_staffs(obj) and super().has_delete_permission(request, obj)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        if change:
            before = CalendarDay.objects.get(pk=obj.pk)
            obj.save()
            closed_days_changed(before.state_id, [before.day])
            closed_days_changed(obj.state_id, [obj.day])
            return
        obj.save()
        others = [state for state in form.cleaned_data["states"] if state != obj.state]
        same = {name: getattr(obj, name) for name in ("day", "status", "certainty", "name", "source")}
        for state in others:
            CalendarDay.objects.create(state=state, **same)
        for state in [obj.state, *others]:
            closed_days_changed(state.code, [obj.day])

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        obj.delete()
        closed_days_changed(obj.state_id, [obj.day])

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, row: CalendarDay) -> str:
        return format_html('<span class="chip chip-{}">{}</span>', row.status, row.get_status_display())

    @admin.display(description=gettext_lazy("entered by"), ordering="basis")
    def basis_shown(self, row: CalendarDay) -> str:
        if not row.is_overruled:
            return row.get_basis_display()
        return format_html(
            "{} <span class='quiet'>{}</span>", row.get_basis_display(), _("overruled by the secretariat")
        )


def _is_staffs(row: CalendarDay | None) -> bool:
    return row is None or row.basis == CalendarDay.Basis.STAFF
