"""Papers: one symbol for all language versions, each version a file that is never changed."""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rotation.entered import LineField, NoteField
from rotation.folding import searched, trigrams
from rotation.models import Recorded
from rotation.translated import TextsField, text_in

from ..papers.naming import may_read_restricted, name_of, symbol_of
from ..papers.uploads import LONGEST_NAME
from .meetings import Meeting
from .symbols import TakenSymbol
from .tracks import Track

# What an issued paper says of itself.
FROZEN = (
    "track", "meeting", "titles", "distribution", "dated_on", "required_languages", "authentic_languages",
    "original_language", "issued_at", "issued_by", "missing_at_issue", "exception_reason",
)  # fmt: skip


def any_change(*names: str) -> Any:
    """A trigger's condition: one of these columns gets another value."""
    return reduce(or_, (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in names))


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: Any) -> DocumentQuerySet:
        """The papers that a member of staff may see: restricted ones with a permission of their own only."""
        if not (user.has_perm("meetings.view_document") or user.has_perm("meetings.change_document")):
            return self.none()
        return self.named_to(user)

    def named_to(self, user: Any) -> DocumentQuerySet:
        """Those whose titles and symbols the user may know, whether or not papers are open to them."""
        if may_read_restricted(user):
            return self
        return self.exclude(distribution=Document.Distribution.RESTRICTED)

    def restricted(self) -> DocumentQuerySet:
        return self.filter(distribution=Document.Distribution.RESTRICTED)

    def incomplete(self) -> DocumentQuerySet:
        """Drafts and issued papers of which a required language is not there."""
        there = LanguageVersion.objects.filter(document=OuterRef("pk")).order_by().values("language")
        papers = self.exclude(status=Document.Status.WITHDRAWN).annotate(there=ArraySubquery(there))
        return papers.exclude(required_languages__contained_by=F("there"))

    def with_versions(self) -> DocumentQuerySet:
        return self.select_related("symbol", "track", "meeting__track").prefetch_related("versions")


@pghistory.track(exclude=["searched"])
class Document(models.Model):
    """A paper in all its languages. Issued, it stays as it is: a revision, addendum or corrigendum follows it."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Distribution(models.TextChoices):
        GENERAL = "general", _("general")
        LIMITED = "limited", _("limited")
        RESTRICTED = "restricted", _("restricted")

    class Suffix(models.TextChoices):
        REV = "Rev", pgettext_lazy("of a paper", "revision")
        ADD = "Add", _("addendum")
        CORR = "Corr", _("corrigendum")

    symbol = models.OneToOneField(
        TakenSymbol,
        on_delete=models.PROTECT,
        related_name="document",
        verbose_name=_("symbol"),
        editable=False,
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="followers",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("follows"),
    )
    suffix = models.CharField(_("suffix"), max_length=4, choices=Suffix.choices, blank=True, editable=False)
    track = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="documents", verbose_name=_("track")
    )
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        related_name="documents",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    titles = TextsField(_("title"))
    distribution = models.CharField(
        _("distribution"), max_length=10, choices=Distribution.choices, default=Distribution.LIMITED
    )
    dated_on = models.DateField(_("dated"))
    required_languages = ArrayField(models.CharField(max_length=8), verbose_name=_("required languages"))
    authentic_languages = ArrayField(
        models.CharField(max_length=8), verbose_name=_("authentic languages"), default=list, blank=True
    )
    original_language = models.CharField(_("original language"), max_length=8, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    missing_at_issue = ArrayField(models.CharField(max_length=8), default=list, blank=True, editable=False)
    exception_reason = NoteField(
        _("reason for issuing without all languages"), max_length=300, blank=True, editable=False
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawal_reason = NoteField(_("reason for the withdrawal"), max_length=300, blank=True, editable=False)
    # Up by one with each change: a plan that was shown is confirmed only while it is still the plan.
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    searched = searched(texts=("titles",))

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-dated_on", "-pk"]
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        permissions = [("read_restricted_document", "Can read restricted papers")]
        constraints = [
            models.CheckConstraint(
                name="a_paper_appears_in_some_language",
                condition=Q(required_languages__len__gt=0),
                violation_error_message=_("Name at least one language."),
            ),
            models.CheckConstraint(
                name="an_authentic_language_is_a_required_one",
                condition=Q(authentic_languages__contained_by=F("required_languages")),
                violation_error_message=_("Every authentic language is a required one as well."),
            ),
            models.CheckConstraint(
                name="what_is_issued_says_when",
                condition=Q(status="draft", issued_at__isnull=True)
                | Q(status="issued", issued_at__isnull=False)
                | Q(status="withdrawn"),
            ),
            models.CheckConstraint(
                name="what_is_issued_lacks_a_language_only_with_a_reason",
                condition=Q(missing_at_issue__len=0) | ~Q(exception_reason=""),
            ),
            models.CheckConstraint(
                name="what_is_withdrawn_says_when_and_why",
                condition=Q(status="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")
                | ~Q(status="withdrawn") & Q(withdrawn_at__isnull=True, withdrawal_reason=""),
            ),
            models.CheckConstraint(
                name="a_suffix_follows_a_paper",
                condition=Q(suffix="", parent__isnull=True) | ~Q(suffix="") & Q(parent__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["-dated_on", "-id"], name="document_by_day"),
            trigrams("document_searched"),
        ]
        triggers = [
            pgtrigger.Protect(name="papers_are_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="a_symbol_stays_with_its_paper",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("symbol", "parent", "suffix"),
            ),
            pgtrigger.Protect(
                name="what_was_issued_stays",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="draft") & any_change(*FROZEN),
            ),
            pgtrigger.Protect(
                name="a_withdrawn_paper_stays_withdrawn",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="withdrawn"),
            ),
        ]

    def __str__(self) -> str:
        """As it is named to who reads, without a query where its meeting and track are read ahead."""
        return name_of(self)

    def title(self, language: str | None = None) -> str:
        return text_in(self.titles, language)

    @property
    def current_versions(self) -> dict[str, LanguageVersion]:
        """The latest version in each language that is there; uses what `with_versions` fetched."""
        return {
            version.language: version for version in sorted(self.versions.all(), key=lambda row: row.number)
        }

    @property
    def missing_languages(self) -> list[str]:
        """The required languages that are not there, in the order in which the service lists languages."""
        there = self.current_versions
        return [
            code
            for code, _name in settings.PAPER_LANGUAGES
            if code in self.required_languages and code not in there
        ]


FOLDER = "papers"


def paper_storage() -> FileSystemStorage:
    """A private folder: no address leads into it, and nobody else on the machine reads it."""
    return FileSystemStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


def random_name(version: LanguageVersion, name: str) -> str:
    """Where a file is kept: nothing that a visitor sent is part of the path."""
    token = uuid.uuid4().hex
    return f"{FOLDER}/{token[:2]}/{token}"


class LanguageVersion(Recorded):
    """A paper's text in one language, as a file. Append-only: a draft's later version replaces the earlier."""

    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="versions", verbose_name=_("paper")
    )
    language = models.CharField(_("language"), max_length=8)
    number = models.PositiveSmallIntegerField(_("version"))
    file = models.FileField(
        _("file"), storage=paper_storage, upload_to=random_name, max_length=100, editable=False
    )
    name = LineField(_("name"), max_length=LONGEST_NAME)
    extension = models.CharField(_("type"), max_length=5)
    size = models.PositiveIntegerField(_("size"), help_text=_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    scan = models.CharField(
        _("virus scan"), max_length=200, blank=True, help_text=_("empty means that none is set up")
    )

    class Meta:
        ordering = ["document", "language", "number"]
        verbose_name = _("language version")
        verbose_name_plural = _("language versions")
        constraints = [
            models.UniqueConstraint(
                name="versions_in_a_language_are_counted", fields=["document", "language", "number"]
            ),
            models.CheckConstraint(
                name="a_version_has_its_checksum", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="a_version_is_not_empty", condition=Q(size__gt=0)),
        ]
        triggers = [
            pgtrigger.Protect(name="versions_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{symbol_of(self.document)} [{self.language}]"
