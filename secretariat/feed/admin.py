"""The desk's pages for partner systems: a token is made here, shown once, replaced and revoked; never edited."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation.history_admin import HistoryAdmin
from rotation.inputs import PlainInputs
from rotation.long_lists import LongList
from rotation.sort_keys import ByAlphabet

from .models import City, PartnerSystem, PartnerToken, Subscription
from .subscribing import make_subscription, revoke_subscription
from .tokens import LIVE_AT_ONCE, LONGEST_LIFE, TokenRefused, make_token, replace_token, revoke_token

USUAL_LIFE = timedelta(days=365)


@admin.register(PartnerSystem)
class PartnerSystemAdmin(LongList):
    list_display = ["name", "operator", "contact", "feed", "live_tokens", "last_used"]
    list_select_related = ["feed"]
    list_filter = ["feed"]
    search_fields = ["name", "operator", "contact"]
    fields = ["name", "operator", "contact", "feed", "tracks", "states"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartnerSystem]:
        is_live = Q(tokens__revoked_at__isnull=True, tokens__expires_at__gt=timezone.now())
        found = super().get_queryset(request)
        return found.annotate(
            live=Count("tokens", filter=is_live, distinct=True), used_at=Max("tokens__last_used_at")
        )

    @admin.display(description=_("good tokens"), ordering="live")
    def live_tokens(self, system: Any) -> int:
        return int(system.live)

    @admin.display(description=_("last used"), ordering="used_at")
    def last_used(self, system: Any) -> datetime | None:
        return system.used_at

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=PartnerToken.Scope.choices,
        initial=[PartnerToken.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = PartnerToken
        fields = ["system", "scopes", "expires_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "expires_at" in self.fields:
            self.fields["expires_at"].initial = lambda: timezone.now() + USUAL_LIFE

    def clean_system(self) -> PartnerSystem:
        system: PartnerSystem = self.cleaned_data["system"]
        if system.tokens.valid(timezone.now()).count() >= LIVE_AT_ONCE:
            raise ValidationError(str(TokenRefused("too_many")))
        return system

    def clean_expires_at(self) -> Any:
        expires_at, now = self.cleaned_data["expires_at"], timezone.now()
        if not now < expires_at <= now + LONGEST_LIFE:
            raise ValidationError(_("Give a moment in the future, a year from now at most."))
        return expires_at


@admin.register(PartnerToken)
class PartnerTokenAdmin(PlainInputs, LongList):
    form = TokenForm
    list_display = [
        "prefix",
        "system",
        "scopes_named",
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
    actions = ["replace", "revoke"]

    @admin.display(description=_("scopes"))
    def scopes_named(self, token: PartnerToken) -> str:
        return ", ".join(token.scopes)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A token is never edited; without an object the question is whether the list may be acted upon.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PartnerToken, form: Any, change: bool) -> None:
        made, secret = make_token(
            obj.system, expires_at=obj.expires_at, actor=request.user, scopes=obj.scopes
        )
        obj.__dict__.update(made.__dict__)
        self._show_once(request, secret)

    def _show_once(self, request: HttpRequest, secret: str) -> None:
        text = _("Copy the token now; it is shown this once and kept nowhere: %(secret)s")
        self.message_user(request, text % {"secret": secret}, messages.WARNING)
        guide = _("Send the guide for their developers with it: %(address)s")
        self.message_user(request, guide % {"address": f"{settings.BASE_URL}{reverse('guide')}"})

    @admin.action(
        description=_("Replace the chosen token; the old one is good for a week"), permissions=["change"]
    )
    def replace(self, request: HttpRequest, queryset: QuerySet[PartnerToken]) -> None:
        if len(queryset) != 1:
            self.message_user(request, _("Choose one token: each secret is shown by itself."), messages.ERROR)
            return
        try:
            _made, secret = replace_token(
                queryset[0], expires_at=timezone.now() + USUAL_LIFE, actor=request.user
            )
        except TokenRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return
        self._show_once(request, secret)

    @admin.action(description=_("Revoke the chosen tokens at once"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[PartnerToken]) -> None:
        ended = sum(revoke_token(token, actor=request.user) for token in queryset)
        self.message_user(request, _("Tokens revoked: %(count)d.") % {"count": ended})


@admin.register(Subscription)
class SubscriptionAdmin(PlainInputs, LongList):
    list_display = [
        "holder",
        "system",
        "shows",
        "prefix",
        "created_at",
        "last_used_at",
        "revoked_at",
        "revoked_by",
    ]
    list_select_related = ["system", "track", "state", "revoked_by"]
    list_filter = ["system"]
    search_fields = ["holder", "prefix", "system__name"]
    autocomplete_fields = ["system", "track"]
    fields = ["system", "holder", "track", "state", "language"]
    actions = ["revoke"]

    @admin.display(description=_("shows"))
    def shows(self, subscription: Subscription) -> str:
        only = [str(of) for of in (subscription.track, subscription.state) if of]
        return ", ".join(only) or str(_("all that the system may see"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # An address is never edited; without an object the question is whether the list may be acted upon.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        made = make_subscription(obj, actor=request.user)
        text = _(
            "Copy the address now; it is shown this once and kept nowhere: %(https)s — or, for a calendar that "
            "subscribes by a click: %(webcal)s"
        )
        values = {"https": made.https, "webcal": made.webcal}
        self.message_user(request, text % values, messages.WARNING)

    @admin.action(description=_("Revoke the chosen addresses at once"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        ended = sum(revoke_subscription(row, actor=request.user) for row in queryset)
        self.message_user(request, _("Addresses revoked: %(count)d.") % {"count": ended})


@admin.register(City)
class CityAdmin(HistoryAdmin):
    list_display = ["name", "country", "latitude", "longitude"]
    ordering = ["country", ByAlphabet("sorted_as"), "pk"]
    list_select_related = ["country"]
    list_filter = ["country"]
    search_fields = ["name", "names"]


# Pages of this app that have files of their own.
from .webhooks import admin as webhooks_admin  # noqa: E402, F401
