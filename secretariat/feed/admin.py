"""The desk's pages for partner systems: a token is made here, shown once, and revoked; never edited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .authentication import LONGEST_LIFE, make_token, revoke_token
from .models import PartnerSystem, PartnerToken


@admin.register(PartnerSystem)
class PartnerSystemAdmin(admin.ModelAdmin):
    list_display = ["name", "operator", "contact", "feed"]
    list_select_related = ["feed"]
    search_fields = ["name", "operator", "contact"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TokenForm(forms.ModelForm):
    class Meta:
        model = PartnerToken
        fields = ["system", "expires_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "expires_at" in self.fields:
            self.fields["expires_at"].initial = lambda: timezone.now() + timedelta(days=365)

    def clean_expires_at(self) -> Any:
        expires_at, now = self.cleaned_data["expires_at"], timezone.now()
        if not now < expires_at <= now + LONGEST_LIFE:
            raise ValidationError(_("Give a moment in the future, a year from now at most."))
        return expires_at


@admin.register(PartnerToken)
class PartnerTokenAdmin(admin.ModelAdmin):
    form = TokenForm
    list_display = [
        "prefix",
        "system",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
        "revoked_by",
    ]
    list_select_related = ["system", "revoked_by"]
    list_filter = ["system"]
    search_fields = ["prefix", "system__name"]
    autocomplete_fields = ["system"]
    actions = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A token is never edited; without an object the question is whether the list may be acted upon.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PartnerToken, form: Any, change: bool) -> None:
        made, secret = make_token(obj.system, expires_at=obj.expires_at, actor=request.user)
        obj.__dict__.update(made.__dict__)
        text = _("Copy the token now; it is shown this once and kept nowhere: %(secret)s")
        self.message_user(request, text % {"secret": secret}, messages.WARNING)

    @admin.action(description=_("Revoke the chosen tokens at once"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[PartnerToken]) -> None:
        ended = sum(revoke_token(token, actor=request.user) for token in queryset)
        self.message_user(request, _("Tokens revoked: %(count)d.") % {"count": ended})
