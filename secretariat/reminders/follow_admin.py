"""Who follows what, on the desk: on the contact's page, as a list of its own, and from lists of meetings and tracks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.admin.people.parties import ContactAdmin
from meetings.models import Contact, Meeting, Track
from rotation.as_shown_forms import AsShownInline
from rotation.history_admin import HistoryAdmin
from rotation.inputs import PlainInputs

from .follow import Follow
from .follow_pages import FollowPages, start_following, warn_of_refusing
from .following import remove_follows, save_follows


class FollowInline(AsShownInline, PlainInputs, admin.StackedInline):
    model = Follow
    extra = 0
    fields = [("track", "meeting"), ("state", "part"), ("valid_from", "valid_until")]
    autocomplete_fields = ["track", "meeting"]


# Floor 2 knows of no mail: its contact gets what it follows from here.
admin.site.unregister(Contact)


@admin.register(Contact)
class FollowingContactAdmin(ContactAdmin):
    inlines = [*ContactAdmin.inlines, FollowInline]
    history_parts = [*ContactAdmin.history_parts, (Follow, "contact")]
    actions = ["follow"]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not Follow:
            super().save_formset(request, form, formset, change)
            return
        why: dict[str, Any] = {"actor": request.user, "reason": form.cleaned_data.get("reason", "")}
        saved = formset.save(commit=False)
        remove_follows(formset.deleted_objects, **why)
        save_follows(saved, **why)
        warn_of_refusing(request, [form.instance] if saved else [])

    @admin.action(description=_("Let them follow meetings…"), permissions=["follow"])
    def follow(self, request: HttpRequest, queryset: QuerySet[Contact]) -> HttpResponse:
        return start_following(contacts=queryset)

    def has_follow_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reminders.add_follow")


@admin.action(description=_("Let contacts follow these…"))
def let_follow(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
    return start_following(**{"tracks" if queryset.model is Track else "meetings": queryset})


for _model in (Meeting, Track):
    _listed = admin.site.get_model_admin(_model)
    _listed.actions = [*_listed.actions, let_follow]


@admin.register(Follow)
class FollowAdmin(FollowPages, HistoryAdmin):
    list_display = ["contact", "followed_shown", "valid_from", "valid_until"]
    list_filter = [
        "contact__ministry__state",
        ("track", admin.RelatedOnlyFieldListFilter),
        ("state", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["contact", "track", "state", "meeting__track"]
    search_fields = ["contact__name", "contact__email", "track__names", "meeting__titles"]
    autocomplete_fields = ["contact", "track", "meeting"]
    fields = ["contact", "track", "meeting", ("state", "part"), ("valid_from", "valid_until"), "reason"]

    def save_model(self, request: HttpRequest, obj: Follow, form: Any, change: bool) -> None:
        save_follows([obj], actor=request.user, reason=form.cleaned_data.get("reason", ""))
        warn_of_refusing(request, [obj.contact])

    def delete_model(self, request: HttpRequest, obj: Follow) -> None:
        remove_follows([obj], actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Follow]) -> None:
        remove_follows(list(queryset), actor=request.user)

    @admin.display(description=pgettext_lazy("of a contact", "follows"))
    def followed_shown(self, follow: Follow) -> str:
        return follow.followed
