"""Users and groups: superusers only, since who may edit users may make himself one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.history_admin import ReadOnlyAdmin
from rotation.inputs import PlainInputs

from .models import SignIn
from .signing_in.passwords import let_in


class SuperusersOnly:
    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_add_permission = has_module_permission
    has_change_permission = has_delete_permission = has_view_permission


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class DeskUserAdmin(SuperusersOnly, PlainInputs, UserAdmin):
    """Users are made inactive, never deleted: the history, the log and the sign-ins name them."""

    actions = ["let_in"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Let these accounts try to sign in again"))
    def let_in(self, request: HttpRequest, users: QuerySet[User]) -> None:
        _let_in(request, list(users))


@admin.register(Group)
class DeskGroupAdmin(SuperusersOnly, GroupAdmin):
    pass


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    """Who tried to come in, from where, and what came of it."""

    list_display = ["at", "shown_account", "outcome", "address", "by_name"]
    list_filter = ["outcome"]
    search_fields = ["account", "address"]
    fields = list_display
    list_per_page = 50
    show_full_result_count = False
    actions = ["let_in"]

    @admin.display(description=gettext_lazy("account"), ordering="account")
    def shown_account(self, row: SignIn) -> str:
        return row.account or _("no such account")

    def has_let_in_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("desk.let_in")

    @admin.action(description=gettext_lazy("Let these accounts try to sign in again"), permissions=["let_in"])
    def let_in(self, request: HttpRequest, rows: QuerySet[SignIn]) -> None:
        _let_in(request, list(User.objects.filter(pk__in=rows.order_by().values("user"))))


def _let_in(request: HttpRequest, users: list[User]) -> None:
    if not users:
        messages.warning(request, _("No account has a name that was typed there: nobody was let in."))
        return
    for user in users:
        let_in(user, actor=request.user)
    text = ngettext("%(count)d account may try again.", "%(count)d accounts may try again.", len(users))
    messages.success(request, text % {"count": len(users)})
