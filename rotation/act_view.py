"""One view for whatever staff do beyond saving a form: said, seen, confirmed, done under the verb's lock.

An act is a row in the `acts` of an admin: a small class with a form and a verb, and what is shown of the two. Its page
asks by GET. A POST shows what would be done, and who would be told of it; with `confirm` it is done, if it still is
what was shown. An act that foresees nothing beyond its form is done at once, unless somebody is told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from .chosen import chosen_keys
from .concurrency import seal
from .refused import Refused
from .stale_pages import is_confirmed, is_stale, seen_by, shown_anew


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the history beside your name."),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What would go out because of an act, as the floor that sends it shows it.

    who: whom, in plain values that stay the same from one moment to the next; empty where nobody is told.
    """

    template: str
    context: Mapping[str, Any]
    who: tuple[Any, ...]


# A floor above watches what an act makes it send: called before the act, it returns what is asked after it.
Watch = Callable[[], Callable[[], Told]]
WATCHES: list[Watch] = []


@dataclass(slots=True)
class Asked:
    """An act as it is asked for: by whom, in which admin, upon what, and with what its form says.

    values: of the form where it is valid, otherwise those with which the act is tried. plan, result: None until there
    is one.
    """

    request: HttpRequest
    pages: Any
    subject: Any
    plan: Any = None
    form: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None

    @property
    def actor(self) -> Any:
        return self.request.user


class Act:
    """One thing that staff do with a row. The verb is atomic, takes its locks, compares, and raises Refused."""

    slug: ClassVar[str]
    title: ClassVar[str | Promise]
    confirm: ClassVar[str | Promise]
    done: ClassVar[str | Promise] = gettext_lazy("It was recorded.")
    # Below the address of the list; `<int:pk>` is what `subject` finds.
    path: ClassVar[str] = "<int:pk>/{slug}/"
    permissions: ClassVar[Sequence[str]] = ()
    form: ClassVar[type[forms.Form]] = ReasonForm
    template: ClassVar[str] = "admin/acts/page.html"
    show: ClassVar[str | Promise] = gettext_lazy("Show what this does")
    is_grave: ClassVar[bool] = False
    # "form": a plan follows from what the form says, and is shown before it is confirmed. "row": it follows from the
    # row alone and is shown at once. "": the form says all that is done.
    foreseen: ClassVar[str] = ""
    # Values with which an act that is shown at once is tried before its form is filled in.
    trial: ClassVar[Mapping[str, Any] | None] = None

    def subject(self, pages: Any, request: HttpRequest, **address: Any) -> Any:
        """What it is done with, among what the visitor may see; None where there is none such."""
        return pages.get_queryset(request).filter(**address).first()

    def check(self, asked: Asked) -> None:
        """Raises Refused where it cannot be done at all with the row as it is: then its page does not open."""

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        """Its form, bound where data is given; `asked.plan` is there where the row alone tells it."""
        return self.form(data, files)

    def foresee(self, asked: Asked) -> Any:
        """What it would do, by the function that the verb uses; raises Refused."""
        return None

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        """What the verb gives to `assert_unchanged`."""
        return (asked.subject,) if asked.plan is None else (asked.subject, asked.plan)

    def shown(self, asked: Asked) -> dict[str, Any]:
        """What its template takes; `plan` stands there where there is something to confirm."""
        return {"plan": asked.plan}

    def act(self, asked: Asked) -> Any:
        """Do it, by the verb; raises Refused. It is tried first, and taken back: nothing outside the database."""
        raise NotImplementedError

    def said(self, asked: Asked, result: Any) -> str:
        """What was done, to who did it."""
        return str(self.done)

    def refusal_text(self, refusal: Refused) -> str:
        return str(refusal)

    def title_of(self, asked: Asked) -> str:
        return str(self.title)

    def confirm_of(self, asked: Asked) -> str:
        return str(self.confirm)

    def subtitle(self, asked: Asked) -> str:
        return str(asked.subject)

    def back(self, asked: Asked) -> str:
        """Where it was asked for."""
        return changed(asked.subject)

    def leads_to(self, asked: Asked, result: Any) -> str:
        """Where one goes after it."""
        return self.back(asked)


class ManyAct(Act):
    """An act upon the rows of `?ids=`, ticked in a list or one of them by itself."""

    path = "{slug}/"

    def rows(self, pages: Any, request: HttpRequest) -> Any:
        """Those with which it can be done."""
        return pages.get_queryset(request)

    def subject(self, pages: Any, request: HttpRequest, **address: Any) -> Any:
        return list(self.rows(pages, request).filter(pk__in=chosen_keys(request.GET))) or None

    def subtitle(self, asked: Asked) -> str:
        return ""

    def back(self, asked: Asked) -> str:
        meta = asked.subject[0]._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")

    def leads_to(self, asked: Asked, result: Any) -> str:
        return changed(asked.subject[0]) if len(asked.subject) == 1 else self.back(asked)


class ActsAdmin(ModelAdmin):  # type: ignore[type-arg]
    """Mixed into an admin: the pages of its acts, with the names `<app>_<model>_<slug>`."""

    acts: Sequence[Act] = ()
    # Where another floor than the model's has the acts.
    act_namespace = ""

    def get_urls(self) -> list[URLPattern]:
        names = self.act_namespace or f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                act.path.format(slug=act.slug),
                self._view_of(act),
                name=f"{names}_{act.slug.replace('-', '_')}",
            )
            for act in self.acts
        ]
        return own + super().get_urls()

    def _view_of(self, act: Act) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, **address: Any) -> HttpResponse:
            return self.act_view(request, act, **address)

        guarded: Callable[..., HttpResponse] = self.admin_site.admin_view(view)
        return guarded

    def may_act(self, request: HttpRequest, act: Act) -> bool:
        """Without permissions of its own an act asks for that to change its rows, which lists may deny to forms."""
        change = f"{self.opts.app_label}.{get_permission_codename('change', self.opts)}"
        return bool(request.user.has_perms(act.permissions or [change]))

    @shown_anew
    def act_view(self, request: HttpRequest, act: Act, **address: Any) -> HttpResponse:
        if not self.may_act(request, act):
            raise PermissionDenied
        subject = act.subject(self, request, **address)
        if subject is None:
            raise Http404
        asked = Asked(request, self, subject)
        try:
            act.check(asked)
            asked.plan = act.foresee(asked) if act.foreseen == "row" else None
        except Refused as refusal:
            messages.error(request, act.refusal_text(refusal))
            return HttpResponseRedirect(act.back(asked))
        is_sent = request.method == "POST"
        asked.form = act.ask(asked, request.POST if is_sent else None, request.FILES if is_sent else None)
        return self._act_answer(asked, act)

    def _act_answer(self, asked: Asked, act: Act) -> HttpResponse:
        form, told = asked.form, None
        try:
            if form.is_valid():
                asked.values = form.cleaned_data
                if act.foreseen == "form":
                    asked.plan = act.foresee(asked)
                if _is_to_be_done(asked.request, act):
                    told = _done(asked, act)
                    if told is None:
                        return HttpResponseRedirect(act.leads_to(asked, asked.result))
                else:
                    told = _tried(asked, act)
            elif not form.is_bound and act.trial is not None:
                asked.values = act.trial
                told = _tried(asked, act)
        except Refused as refusal:
            if form.is_bound:  # of an act that is only tried the page opens all the same
                add_refusal(form, refusal, act.refusal_text(refusal))
            asked.plan = asked.plan if act.foreseen == "row" else None
            told = None
        return self._act_page(asked, act, told)

    def _act_page(self, asked: Asked, act: Act, told: list[Told] | None) -> HttpResponse:
        form = asked.form
        is_ready = told is not None or act.foreseen != "form"
        context = {
            **self.admin_site.each_context(asked.request),
            "opts": self.opts,
            "act": act,
            "subject": asked.subject,
            "subtitle": act.subtitle(asked),
            "title": act.title_of(asked),
            "confirm": act.confirm_of(asked),
            "back": act.back(asked),
            "form": form,
            "media": self.media + form.media,
            "has_errors": bool(form.errors),
            "told": told,
            "who": told and _who(told),
            # Confirmed, and yet not done: somebody is told of it whom the page did not show.
            "is_told_anew": told is not None and _is_to_be_done(asked.request, act),
            "is_ready": is_ready,
            "seen": seal(*act.sealed(asked)) if is_ready else "",
            **act.shown(asked),
        }
        asked.request.current_app = self.admin_site.name
        return TemplateResponse(asked.request, act.template, context)


def changed(row: Any) -> str:
    """The page of a row on the desk."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _is_to_be_done(request: HttpRequest, act: Act) -> bool:
    if act.foreseen:
        return is_confirmed(request)
    return "preview" not in request.POST and not is_stale(request)


def _done(asked: Asked, act: Act) -> list[Told] | None:
    """Do it; where others would be told of it than the page showed, do nothing and return who. Raises Refused, Stale."""
    with transaction.atomic():
        looks = [watch() for watch in WATCHES]
        with seen_by(asked.request):
            asked.result = act.act(asked)
        told = [look() for look in looks]
        if _who(told) != asked.request.POST.get("told", ""):
            transaction.set_rollback(True)
            return told
    if text := act.said(asked, asked.result):
        messages.success(asked.request, text)
    return None


def _who(told: Sequence[Told]) -> str:
    """Whom a page showed, in short; empty where nobody is told."""
    shown = [each.who for each in told if each.who]
    return sha256(repr(shown).encode()).hexdigest()[:16] if shown else ""


def _tried(asked: Asked, act: Act) -> list[Told]:
    """Who would be told: the act is done, looked at and taken back. Raises Refused as the act does."""
    with transaction.atomic():
        looks = [watch() for watch in WATCHES]
        act.act(asked)
        told = [look() for look in looks]
        transaction.set_rollback(True)
    return told


def add_refusal(form: Any, refusal: Refused, text: str = "") -> None:
    """Say a refusal at the field that it concerns, or above the form; by its own sentence where none is given."""
    form.add_error(refusal.field if refusal.field in form.fields else None, text or str(refusal))
