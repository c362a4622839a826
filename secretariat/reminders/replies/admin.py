"""What ministries said by the links of their mails, and what they no longer take, on the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from meetings.admin.act_pages import ActPages, require
from meetings.admin.schedule.when import days_text, instant_text
from rotation.history_admin import ReadOnlyAdmin

from ..models import Reply, Unsubscription
from ..settle_pages import ReasonForm
from .recording import SettingAsideRefused, answer_to, end_unsubscription, set_aside


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("to look at")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", _("waits for the secretariat"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.waiting() if self.value() == "1" else queryset


class AsideForm(ReasonForm):
    """Why the deadline stays, for the record, and whether and how who asked is told so."""

    is_told = forms.BooleanField(
        label=gettext_lazy("Tell who said it by mail that the deadline stays"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "In its language, in reply to the mail that was answered; the reason is not in it."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("Words for the ministry"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 3}),
        help_text=gettext_lazy(
            "Stand in that mail as they are written here, in a language that the ministry reads."
        ),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        values["note"] = " ".join(values.get("note", "").split())
        if values.get("note") and not values.get("is_told"):
            self.add_error(
                "note", _("These words go out by mail: tick above that it is told, or leave them out.")
            )
        return values


class ReplyInline(admin.TabularInline):
    """What was said by the links of one mail."""

    model = Reply
    extra = 0
    fields = readonly_fields = ["at", "what", "until", "text"]
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Reply)
class ReplyAdmin(ActPages, ReadOnlyAdmin):
    change_form_template = "admin/reminders/reply/change_form.html"
    list_display = ["at", "said", "state", "deadline", "outcome"]
    list_display_links = ["at", "said"]
    list_filter = [WaitingFilter, "what", "due__state"]
    search_fields = ["contact__searched", "due__deadline__searched", "searched"]
    found_most = 30
    date_hierarchy = "at"
    fields = readonly_fields = [
        *("what", "until_shown", "text", "at", "outcome"),
        *("state", "deadline_linked", "meeting", "mail_linked", "contact"),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_due()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.set_aside_view)
        return [path("<int:pk>/set-aside/", view, name="reminders_reply_set_aside"), *super().get_urls()]

    @admin.display(description=gettext_lazy("state"), ordering="delivery__due__state")
    def state(self, reply: Reply) -> str:
        return str(reply.delivery.due.state)

    @admin.display(description=gettext_lazy("what was said"), ordering="what")
    def said(self, reply: Reply) -> str:
        rest = [self.until_shown(reply), reply.text]
        return format_html(
            '{} <span class="quiet">{}</span>', reply.get_what_display(), " · ".join(filter(None, rest))
        )

    @admin.display(description=gettext_lazy("deadline"))
    def deadline(self, reply: Reply) -> str:
        return format_html(
            '{} <span class="quiet">{}</span>', reply.delivery.due.deadline, self.meeting(reply)
        )

    @admin.display(description=gettext_lazy("deadline"))
    def deadline_linked(self, reply: Reply) -> str:
        url = reverse("admin:meetings_due_change", args=[reply.delivery.due_id])
        return format_html('<a href="{}">{}</a>', url, reply.delivery.due.deadline)

    @admin.display(description=gettext_lazy("meeting"))
    def meeting(self, reply: Reply) -> str:
        return str(reply.delivery.due.deadline.meeting)

    @admin.display(description=gettext_lazy("contact"))
    def contact(self, reply: Reply) -> str:
        return f"{reply.delivery.contact}, {reply.delivery.contact.ministry}"

    @admin.display(description=gettext_lazy("by the link in"))
    def mail_linked(self, reply: Reply) -> str:
        url = reverse("admin:reminders_delivery_change", args=[reply.delivery_id])
        return format_html('<a href="{}">{}</a>', url, reply.delivery.subject)

    @admin.display(description=gettext_lazy("until"), ordering="until")
    def until_shown(self, reply: Reply) -> str:
        return days_text(reply.until, reply.until) if reply.until else ""

    @admin.display(description=gettext_lazy("what became of it"))
    def outcome(self, reply: Reply) -> str:
        if reply.is_waiting:
            return format_html('<span class="chip chip-late">{}</span>', _("waits for the secretariat"))
        aside = getattr(reply, "setting_aside", None)
        if aside is not None:
            values = {"name": aside.by, "reason": aside.reason}
            if aside.is_told:
                return _("set aside by %(name)s, who asked was told: %(reason)s") % values
            return _("set aside by %(name)s: %(reason)s") % values
        return "" if reply.what == Reply.What.RECEIVED else _("decided")

    def set_aside_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "reminders.set_aside_reply")
        reply = get_object_or_404(Reply.objects.with_due(), pk=pk)
        back = reverse("admin:reminders_reply_change", args=[pk])
        form = AsideForm(request.POST or None)
        if form.is_valid():
            try:
                set_aside(pk, actor=request.user, **form.cleaned_data)
                self._say_who_is_told(request, reply, is_told=form.cleaned_data["is_told"])
            except SettingAsideRefused:
                messages.warning(request, _("This does not wait for anybody any more."))
            return HttpResponseRedirect(back)
        title, confirm = _("Set aside"), _("Set aside")
        return self.act_page(
            request,
            "admin/meetings/act/page.html",
            form=form,
            title=title,
            confirm=confirm,
            back=back,
            subtitle=str(reply),
        )

    def _say_who_is_told(self, request: HttpRequest, reply: Reply, *, is_told: bool) -> None:
        answer = answer_to(reply)
        if answer is not None:
            values = {"name": answer.contact.name, "time": instant_text(answer.next_try_at, answer.zone)}
            messages.success(request, _("It was set aside. %(name)s is told by mail: %(time)s.") % values)
        elif is_told:
            messages.warning(
                request,
                _(
                    "It was set aside. No mail goes out: the contact left, or the reminder rules tell it nothing."
                ),
            )
        else:
            messages.success(request, _("It was set aside."))


class EndedFilter(admin.SimpleListFilter):
    title = gettext_lazy("validity")
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("0", pgettext("of an unsubscription", "in force")),
            ("1", pgettext("of an unsubscription", "ended")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in ("0", "1"):
            return queryset.filter(ended_at__isnull=self.value() == "0")
        return queryset


@admin.register(Unsubscription)
class UnsubscriptionAdmin(ActPages, ReadOnlyAdmin):
    change_form_template = "admin/reminders/unsubscription/change_form.html"
    list_display = ["contact", "ministry", "topic", "at", "ended_at", "ended_by", "ended_reason"]
    list_filter = [EndedFilter, "topic", "contact__ministry__state"]
    list_select_related = ["contact__ministry", "ended_by"]
    search_fields = ["contact__name", "contact__email"]
    fields = readonly_fields = [
        *("contact", "ministry", "topic", "at", "delivery"),
        *("ended_at", "ended_by", "ended_reason"),
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.end_view)
        return [path("<int:pk>/end/", view, name="reminders_unsubscription_end"), *super().get_urls()]

    @admin.display(description=gettext_lazy("ministry"))
    def ministry(self, row: Unsubscription) -> str:
        return str(row.contact.ministry)

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "reminders.end_unsubscription")
        row = get_object_or_404(Unsubscription.objects.select_related("contact"), pk=pk)
        if row.ended_at is not None and request.method != "POST":
            raise Http404
        back = reverse("admin:reminders_unsubscription_change", args=[pk])
        form = ReasonForm(request.POST or None)
        form.fields["reason"].help_text = _("Say who asked for it: the contact had ended these notices.")
        if form.is_valid():
            if end_unsubscription(pk, actor=request.user, reason=form.cleaned_data["reason"]):
                messages.success(request, _("The contact receives these notices again."))
            else:
                messages.warning(request, _("This was ended already."))
            return HttpResponseRedirect(back)
        title, confirm = _("Send these notices again"), _("Send again")
        return self.act_page(
            request,
            "admin/meetings/act/page.html",
            form=form,
            title=title,
            confirm=confirm,
            back=back,
            subtitle=str(row),
        )
