"""Ministries, organisations and contacts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.history_admin import HistoryAdmin, KeptAdmin
from rotation.inputs import TableInline
from rotation.sort_keys import ByAlphabet

from ...models import Contact, Ministry, Organisation, Responsibility
from ...saving import save_party


class ContactInline(TableInline):
    model = Contact
    fields = ["name", "office", "email", "language", "valid_from", "valid_until"]
    show_change_link = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Ministry)
class MinistryAdmin(KeptAdmin):
    list_display = ["name", "state", "is_example"]
    ordering = ["state", ByAlphabet("sorted_as"), "pk"]
    list_filter = ["state", "is_example"]
    list_select_related = ["state"]
    search_fields = ["names", "=state__code", "state__names"]
    inlines = [ContactInline]
    history_parts = [(Contact, "ministry"), (Responsibility, "ministry")]

    def save_model(self, request: HttpRequest, obj: Ministry, form: Any, change: bool) -> None:
        save_party(obj, actor=request.user, reason=form.cleaned_data.get("reason", ""))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for contact in formset.save(commit=False):
            save_party(contact, actor=request.user)
        formset.save_m2m()

    @admin.display(description=gettext_lazy("name"), ordering="names")
    def name(self, ministry: Ministry) -> str:
        return str(ministry)


@admin.register(Organisation)
class OrganisationAdmin(HistoryAdmin):
    list_display = ["name", "state"]
    ordering = ["state", ByAlphabet("sorted_as"), "pk"]
    list_filter = ["state"]
    list_select_related = ["state"]
    search_fields = ["names", "=state__code", "state__names"]

    @admin.display(description=gettext_lazy("name"), ordering="names")
    def name(self, organisation: Organisation) -> str:
        return str(organisation)


class OfficeFilter(admin.SimpleListFilter):
    title = gettext_lazy("in office")
    parameter_name = "office"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", _("in office")), ("left", _("has left")), ("leaving", _("leaves in 60 days"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = timezone.localdate()
        match self.value():
            case "now":
                return queryset.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))
            case "left":
                return queryset.filter(valid_until__lt=today)
            case "leaving":
                return queryset.filter(valid_until__range=(today, today + timedelta(days=60)))
        return queryset


class RoleFilter(admin.SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return Contact.Role.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


@admin.register(Contact)
class ContactAdmin(KeptAdmin):
    """A contact leaves by a date, never by deletion: what was sent to it stays told."""

    list_display = ["name", "office", "roles_shown", "ministry", "email", "language", "mail_state"]
    list_filter = [
        "ministry__state",
        OfficeFilter,
        "is_undeliverable",
        "language",
        RoleFilter,
        "is_example",
    ]
    list_select_related = ["ministry", "erasure"]
    search_fields = ["searched", "ministry__names"]
    autocomplete_fields = ["ministry"]
    fieldsets = [
        (gettext_lazy("Who"), {"fields": ["ministry", "name", "office", "roles"]}),
        (
            gettext_lazy("How to write"),
            {"fields": ["email", "is_undeliverable", "language", "zone", ("digest_on", "digest_at")]},
        ),
        (gettext_lazy("In office"), {"fields": [("valid_from", "valid_until")]}),
        (None, {"fields": ["reason"]}),
    ]

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        save_party(obj, actor=request.user, reason=form.cleaned_data.get("reason", ""))

    def has_change_permission(self, request: HttpRequest, obj: Contact | None = None) -> bool:
        """What was erased stays erased: somebody who comes back is a new contact."""
        return super().has_change_permission(request, obj) and getattr(obj, "erasure", None) is None

    @admin.display(description=gettext_lazy("roles"))
    def roles_shown(self, contact: Contact) -> str:
        return ", ".join(str(Contact.Role(role).label) for role in contact.roles)

    @admin.display(description=gettext_lazy("mail"))
    def mail_state(self, contact: Contact) -> str:
        today = timezone.localdate()
        if getattr(contact, "erasure", None) is not None:
            return format_html('<span class="chip">{}</span>', _("erased"))
        if contact.is_undeliverable:
            return format_html('<span class="chip chip-late">{}</span>', _("undeliverable"))
        if contact.valid_until and contact.valid_until < today:
            return format_html('<span class="chip">{}</span>', _("has left"))
        if contact.valid_from and contact.valid_from > today:
            return format_html('<span class="chip">{}</span>', _("not yet in office"))
        return format_html('<span class="chip chip-received">{}</span>', _("in office"))
