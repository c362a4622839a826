"""What ministries said by the links of their mails, and what they no longer wish to receive."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from meetings.models import Contact, Due
from rotation.entered import NoteField
from rotation.folding import searched, trigrams


def _by(label: Any, *, null: bool = False) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=null,
        blank=null,
        verbose_name=label,
    )


class ReplyQuerySet(models.QuerySet["Reply"]):
    def waiting(self) -> ReplyQuerySet:
        """What staff must look at: a claim while the due is open, a request until the day moved or it was set aside."""
        asked = Q(what=Reply.What.EXTENSION, delivery__sequence=F("due__sequence"))
        return self.filter(
            Q(what=Reply.What.SUBMITTED) | asked,
            ~Exists(SettingAside.objects.filter(reply=OuterRef("pk"))),
            due__status=Due.Status.OPEN,
        )

    def with_due(self) -> ReplyQuerySet:
        return self.select_related(
            "delivery__contact__ministry",
            "delivery__due__deadline__meeting__track",
            "delivery__due__state",
            "setting_aside__by",
        )


class Reply(models.Model):
    """What was said by a link of a mail about a due; append-only. It settles nothing: staff do, who look at it."""

    class What(models.TextChoices):
        RECEIVED = "received", _("mail received")
        SUBMITTED = "submitted", _("says it was submitted")
        EXTENSION = "extension", _("asks for an extension")

    delivery = models.ForeignKey(
        "reminders.Delivery", on_delete=models.PROTECT, related_name="replies", verbose_name=_("delivery")
    )
    # The delivery's own, written by the database: the way through half a million of them took a second.
    due = models.ForeignKey(
        Due, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("deadline")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("contact")
    )
    what = models.CharField(_("what was said"), max_length=10, choices=What.choices)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("on the state's own calendar"))
    text = NoteField(_("reason or note"), max_length=500, blank=True)
    at = models.DateTimeField(_("moment"), auto_now_add=True)
    searched = searched("text")

    objects = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at", "id"], name="reply_by_moment"), trigrams("reply_searched")]
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        permissions = [("set_aside_reply", "Can set aside what a ministry said")]
        constraints = [
            models.UniqueConstraint(name="a_link_is_used_once", fields=["delivery", "what"]),
            models.CheckConstraint(
                name="an_extension_says_until_when_and_why",
                condition=(Q(what="extension", until__isnull=False) & ~Q(text=""))
                | (~Q(what="extension") & Q(until__isnull=True)),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="names_the_due_and_the_contact",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                SELECT due_id, contact_id INTO NEW.due_id, NEW.contact_id FROM reminders_delivery WHERE id = NEW.delivery_id;
                RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="what_was_said_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} · {self.delivery.title}"

    @property
    def is_waiting(self) -> bool:
        """As `waiting` finds it, of a row that was read `with_due`."""
        due: Due = self.delivery.due
        is_open = due.status == Due.Status.OPEN and getattr(self, "setting_aside", None) is None
        is_undecided = self.what == self.What.EXTENSION and self.delivery.sequence == due.sequence
        return is_open and (self.what == self.What.SUBMITTED or is_undecided)


class SettingAside(models.Model):
    """Staff looked at what was said, and left the deadline as it is; append-only."""

    reply = models.OneToOneField(
        Reply, on_delete=models.PROTECT, related_name="setting_aside", verbose_name=_("reply")
    )
    by = _by(_("by"))
    reason = NoteField(_("reason"), max_length=300)
    is_told = models.BooleanField(
        _("told by mail"), default=False, help_text=_("whether who said it is told that the deadline stays")
    )
    note = NoteField(_("words for the ministry"), max_length=500, blank=True)
    at = models.DateTimeField(_("moment"), auto_now_add=True)

    class Meta:
        verbose_name = _("setting aside")
        verbose_name_plural = _("settings aside")
        constraints = [
            models.CheckConstraint(name="what_is_set_aside_has_its_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="words_for_the_ministry_are_sent", condition=Q(note="") | Q(is_told=True)
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="it_stays_set_aside", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.reply} · {self.reason}"


class Unsubscription(models.Model):
    """A contact no longer wishes one kind of notice; staff may end that, with a reason. Duties cannot be refused."""

    class Topic(models.TextChoices):
        AGENDA = "agenda", _("agendas")
        FOLLOWED = "followed", _("invitations to meetings")

    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="unsubscriptions", verbose_name=_("contact")
    )
    topic = models.CharField(_("notices of"), max_length=10, choices=Topic.choices)
    delivery = models.ForeignKey(
        "reminders.Delivery", on_delete=models.PROTECT, related_name="+", verbose_name=_("by the link in")
    )
    at = models.DateTimeField(_("since"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = _by(_("ended by"), null=True)
    ended_reason = NoteField(_("reason for ending it"), max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("unsubscription")
        verbose_name_plural = _("unsubscriptions")
        permissions = [("end_unsubscription", "Can send again what a contact had unsubscribed from")]
        constraints = [
            models.UniqueConstraint(
                name="a_topic_is_refused_once",
                fields=["contact", "topic"],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="an_ended_refusal_says_by_whom_and_why",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_reason="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="a_refusal_is_not_forgotten", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="an_ended_refusal_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            # Only the ending is ever written to it.
            pgtrigger.Protect(
                name="a_refusal_is_not_edited",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("contact", "topic", "delivery", "at"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.get_topic_display()}"
