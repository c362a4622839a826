"""Special days: closed, shortened and worked ones, staff's entry over the library's; and the yearly notices."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.history_admin import HistoryAdmin, KeptAdmin
from rotation.numbers import number_in

from ...days.closed_days import days_changed, plan_days
from ...days.library_layer import record_notice
from ...days.state_calendars import DayEdit
from ...models import CalendarDay, YearNotice
from .forms import DayForm, NewDaysForm, NoticeForm, days_of
from .library_pages import LibraryPages
from .touched import touched_shown
from .year_pages import FIRST_YEAR, LAST_YEAR, YearPages

SAME = ("day", "status", "closes_at", "basis", "certainty", "name", "source")


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
        year = number_in(self.value())
        return queryset.filter(day__year=year) if year and FIRST_YEAR <= year <= LAST_YEAR else queryset


class SeenAdmin(HistoryAdmin):
    """Shows the deadlines that saving touches, and saves when they were seen: see workday_forms.SeenForm."""

    change_form_template = "admin/meetings/calendarday/change_form.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        context["touched"] = touched_shown(getattr(form, "plan", None) or ())
        context["is_stale"] = getattr(form, "is_stale", False)
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(CalendarDay)
class CalendarDayAdmin(YearPages, LibraryPages, SeenAdmin):
    change_list_template = "admin/meetings/calendarday/change_list.html"
    delete_confirmation_template = "admin/meetings/calendarday/delete_confirmation.html"
    list_display = ["day", "state", "name", "status_chip", "basis_shown", "entered_by", "certainty", "source"]
    list_display_links = ["day", "name"]
    list_filter = ["state", YearFilter, "entered_by", "basis", "certainty", "status"]
    list_select_related = ["state"]
    search_fields = ["name", "source"]
    date_hierarchy = "day"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarDay]:
        by_staff = (
            CalendarDay.objects.filter(state=OuterRef("state"), day=OuterRef("day"))
            .exclude(entered_by=CalendarDay.EnteredBy.LIBRARY)
            .exclude(pk=OuterRef("pk"))
        )
        return super().get_queryset(request).annotate(is_overruled=Exists(by_staff))

    def get_form(self, request: HttpRequest, obj: CalendarDay | None = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, **{"form": DayForm if obj else NewDaysForm, **kwargs})

    def get_fields(self, request: HttpRequest, obj: CalendarDay | None = None) -> list[str]:
        which = ["state"] if obj else ["states"]
        return [*which, *SAME, "reason"]

    def has_change_permission(self, request: HttpRequest, obj: CalendarDay | None = None) -> bool:
        return _is_staffs(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: CalendarDay | None = None) -> bool:
        return _is_staffs(obj) and super().has_delete_permission(request, obj)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        days = days_of(form.edits())
        obj.entered_by = CalendarDay.EnteredBy.STAFF  # also of a shipped day: it is theirs from now on
        obj.save()
        if not change:
            same = {name: getattr(obj, name) for name in SAME}
            for state in form.cleaned_data["states"]:
                if state != obj.state:
                    CalendarDay.objects.create(state=state, **same)
        days_changed(days)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        obj.delete()
        days_changed([(obj.state_id, obj.day)])

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        plan = plan_days([DayEdit(row.state_id, row.day, row.basis, None)]) if row else ()
        return super().delete_view(
            request, object_id, {"touched": touched_shown(plan), **(extra_context or {})}
        )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, row: CalendarDay) -> str:
        hour = f"{row.closes_at:%H:%M}" if row.closes_at else ""
        return format_html(
            '<span class="chip chip-{}">{} {}</span>', row.status, row.get_status_display(), hour
        )

    @admin.display(description=gettext_lazy("basis"), ordering="basis")
    def basis_shown(self, row: CalendarDay) -> str:
        # Among staff's own entries the list does not rank; the page of the day does.
        if not row.is_overruled or row.entered_by != CalendarDay.EnteredBy.LIBRARY:
            return row.get_basis_display()
        return format_html(
            "{} <span class='quiet'>{}</span>", row.get_basis_display(), _("overruled by the secretariat")
        )


@admin.register(YearNotice)
class YearNoticeAdmin(SeenAdmin, KeptAdmin):
    """Once recorded it stays: days that were expected are gone, and come from the notice now."""

    list_display = ["year", "state", "source"]
    list_filter = ["state"]
    list_select_related = ["state"]
    search_fields = ["source"]
    form = NoticeForm
    fields = ["state", "year", "source", "reason"]

    def has_change_permission(self, request: HttpRequest, obj: YearNotice | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: YearNotice, form: Any, change: bool) -> None:
        record_notice(obj, actor=request.user, reason=form.cleaned_data.get("reason", ""))


def _is_staffs(row: CalendarDay | None) -> bool:
    return row is None or row.entered_by != CalendarDay.EnteredBy.LIBRARY
