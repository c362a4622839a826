"""The sets of deadlines that come with the service: loaded once, and from then on the desk's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pghistory
from django.db import transaction

from ..models import DeadlineTemplate, LevelTemplate, TemplateLine

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "deadline_sets.json"


@transaction.atomic
def load_deadline_sets(path: Path = SHIPPED) -> list[str]:
    """Make the sets of the file that are not there yet, and return their names; one that is stays as it is.

    Each is the default of its levels, until somebody on the desk has chosen a level's set: from then on that is theirs.
    """
    sets: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["sets"]
    there = set(DeadlineTemplate.objects.exclude(slug=None).values_list("slug", flat=True))
    made = []
    has_chosen = LevelTemplate.objects.exists() or cast(Any, LevelTemplate).pgh_event_model.objects.exists()
    with pghistory.context(reason="shipped set"):
        for shipped in sets:
            if shipped["slug"] in there or DeadlineTemplate.objects.filter(name=shipped["name"]).exists():
                continue
            template = DeadlineTemplate.objects.create(
                slug=shipped["slug"],
                name=shipped["name"],
                note=shipped["note"],
                short_notice=DeadlineTemplate.objects.filter(slug=shipped.get("short_notice")).first(),
            )
            TemplateLine.objects.bulk_create(
                TemplateLine(template=template, position=position, **line)
                for position, line in enumerate(shipped["lines"])
            )
            made.append(template.name)
        if not has_chosen:
            _give_to_levels(sets)
    return made


def _give_to_levels(sets: list[dict[str, Any]]) -> None:
    templates = DeadlineTemplate.objects.in_bulk(field_name="slug")
    LevelTemplate.objects.bulk_create(
        LevelTemplate(level=level, template=templates[shipped["slug"]])
        for shipped in sets
        if shipped["slug"] in templates
        for level in shipped.get("levels", [])
    )
