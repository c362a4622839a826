"""Users and groups: superusers only, since who may edit users may make himself one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest


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
class DeskUserAdmin(SuperusersOnly, UserAdmin):
    """Users are made inactive, not deleted, once the history names them; the database keeps to that."""


@admin.register(Group)
class DeskGroupAdmin(SuperusersOnly, GroupAdmin):
    pass
