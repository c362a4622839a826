"""Where the pages of an agenda are, and what they say."""

from django.urls import reverse

from meetings.agenda.acts import freeze_stage


def at(name, *arguments):
    return reverse(f"admin:meetings_agenda{name}", args=arguments)


def page(desk, agenda):
    return desk.get(at("_change", agenda.pk))


def frozen(agenda, *stages):
    for stage in stages:
        agenda.refresh_from_db()
        freeze_stage(agenda.pk, stage, actor=None)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def titles(agenda):
    return [row.titles["en"] for row in agenda.items.filter(status="listed")]
