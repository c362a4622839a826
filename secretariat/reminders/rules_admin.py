"""The policy on the desk: its lines, and the ledger made to follow them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.admin.asking import AsksFirst
from meetings.authorship import authored
from meetings.models import Contact
from rotation.history_admin import HistoryAdmin
from rotation.lists import listed
from rotation.models import State

from .effects import effect_of
from .models import ReminderRule
from .replanning import follow_policy
from .rule_forms import RuleForm
from .unfilled import without_role


@admin.register(ReminderRule)
class ReminderRuleAdmin(AsksFirst, HistoryAdmin):
    form = RuleForm
    ask_template = "admin/reminders/reminderrule/confirm.html"
    list_display = ["what", "occasion", "days", "hours", "roles_shown", "track_shown", "is_on"]
    list_filter = ["about", "occasion", ("track", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["track"]
    fieldsets = [
        (gettext_lazy("Of what"), {"fields": ["track", "about", "key"]}),
        (
            gettext_lazy("When"),
            {"fields": ["occasion", ("days", "at"), "on_working_days", ("quiet_from", "quiet_until")]},
        ),
        (gettext_lazy("To whom"), {"fields": ["roles", "is_on"]}),
        (None, {"fields": ["reason"]}),
    ]

    def save_model(self, request: HttpRequest, obj: ReminderRule, form: Any, change: bool) -> None:
        with authored(request.user, form.cleaned_data.get("reason", "")):
            obj.save()
        if not self.is_confirmed(request):
            self._show_effect(request)
        self._follow(request)
        self._say_who_is_missing(request, obj)

    def _show_effect(self, request: HttpRequest) -> None:
        effect = effect_of(follow_policy)
        if effect.is_any:
            names = listed(str(state) for state in State.objects.filter(pk__in=effect.states))
            self.ask(request, title=_("Change what is told"), effect=effect, states=names)

    def _say_who_is_missing(self, request: HttpRequest, rule: ReminderRule) -> None:
        """A line for a role that nobody has in a state tells nobody there, and looks as good as any other."""
        states = without_role(rule, timezone.now())
        if states:
            values = {"states": listed(states), "roles": self.roles_shown(rule)}
            text = _(
                "Nobody in %(states)s has this role (%(roles)s): this line tells nobody there. Give a contact the "
                "role, or tick another one."
            )
            messages.warning(request, text % values)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The page that asks before a line is deleted says what becomes of the mail as well."""
        found = super().get_deleted_objects(objs, request)
        if "post" in request.POST:
            return found  # it was shown and confirmed: nobody reads it any more
        effect = effect_of(
            lambda: (self.model.objects.filter(pk__in=[row.pk for row in objs]).delete(), follow_policy())
        )
        counts = {
            _("planned mails cancelled"): effect.cancelled,
            _("mails planned"): effect.planned,
            _("deadlines left without a reminder"): effect.silent,
        }
        found[1].update({name: count for name, count in counts.items() if count})
        return found

    def delete_model(self, request: HttpRequest, obj: ReminderRule) -> None:
        obj.delete()
        self._follow(request)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        queryset.delete()
        self._follow(request)

    def _follow(self, request: HttpRequest) -> None:
        """In the request's transaction, so that either both are there or neither; what it did is said."""
        count = len(follow_policy())
        text = ngettext("%(count)d planned mail changed.", "%(count)d planned mails changed.", count)
        messages.info(request, text % {"count": count})

    @admin.display(description=gettext_lazy("of what"), ordering="about")
    def what(self, rule: ReminderRule) -> str:
        return f"{rule.get_about_display()} · {rule.key}" if rule.key else rule.get_about_display()

    @admin.display(description=gettext_lazy("hours"))
    def hours(self, rule: ReminderRule) -> str:
        parts = []
        if rule.days is not None:
            hour = f"{rule.at:%H:%M}"
            parts.append(_("%(hour)s, working days") % {"hour": hour} if rule.on_working_days else hour)
        elif rule.on_working_days:
            parts.append(_("on working days"))
        if rule.quiet_from is not None and rule.quiet_until is not None:
            night = {"since": f"{rule.quiet_from:%H:%M}", "until": f"{rule.quiet_until:%H:%M}"}
            parts.append(_("not %(since)s–%(until)s") % night)
        return " · ".join(parts)

    @admin.display(description=gettext_lazy("to whom"))
    def roles_shown(self, rule: ReminderRule) -> str:
        return ", ".join(str(Contact.Role(role).label) for role in rule.roles) or _("everybody")

    @admin.display(description=gettext_lazy("track"), ordering="track__position")
    def track_shown(self, rule: ReminderRule) -> str:
        return str(rule.track) if rule.track else _("every other track")
