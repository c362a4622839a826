"""What is said of an agenda: refusals, findings, the names of fields. Marked for translation; the edge translates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from .stages import Finding


def _(text: str) -> str:
    """Marks a sentence for the catalogue."""
    return text


REFUSALS = {
    "cancelled": _("This meeting was cancelled; its agenda stays as it is."),
    "provisional_first": _("The provisional agenda comes first: this stage follows it."),
    "does_not_follow": _("This stage does not follow the last one: “{stage}” after “{last}”."),
    "no_items": _("The agenda has no item yet."),
    "not_over": _("The meeting is not over: the agenda as adopted is frozen after it."),
    "nothing_changed": _("Nothing has changed since “{stage}” was frozen."),
    "another_order": _("The agenda has changed since this was shown. Look again and confirm."),
    "another_item": _(
        "Somebody else has changed this item since it was shown. Compare with what it says now, below, and save again."
    ),
    "no_reason": _("Give the reason; it stands in the history."),
    "urgency_missing": _(
        "The last day for a supplementary item was {day}. Say why this one is important and urgent: "
        "the parties decide on it."
    ),
    "urgency_missing_undated": _("Say why this item is important and urgent: the parties decide on it."),
    "not_pending": _("Only an urgent item that waits for a decision can be decided."),
    "no_basis": _("Name the decision and where it stands."),
    "decided_before_request": _("The decision lies before the request of {day}."),
    "not_listed": _("This item is not on the agenda."),
    "not_out": _("This item was not taken off the agenda."),
}
FINDINGS = {
    "over_time": _("The items take {minutes} minutes more than the session has."),
    "untimed": _("Items without a time: {count}."),
    "bare": _("Without annotation, mandate or action expected: {numbers}."),
    "untranslated": _("No title in {language}: {numbers}."),
    "undecided": _("Urgent items that wait for a decision, and are left out: {count}."),
    "unissued": _("Papers that are not issued: {papers}."),
    "papers_late": _("The papers of these items were to be in by {day}: {numbers}."),
    "considered_after": _("Item {number} may not be considered before {day}, when the meeting is over."),
    "considered_from": _("Item {number} may not be considered before {day}, after the meeting's first day."),
    "provisional_overdue": _(
        "The provisional agenda was to be out by {day}, {days} days before the meeting."
    ),
    "list_overdue": _("The supplementary items were to be issued by {day}, {days} days before the meeting."),
}
FIELDS = {
    "titles": _("Title"),
    "annotations": _("Annotation"),
    "proposers": _("Proposed by"),
    "mandate": _("Mandate"),
    "action": _("Action expected"),
    "minutes": _("Minutes"),
    "rapporteur": _("Rapporteur"),
    "papers": _("Papers"),
    "kind": _("Kind"),
    "is_sub": _("Part of the item above"),
    "is_bis": _("Numbered bis"),
    "considered_from": _("Not considered before"),
}


def finding_text(
    finding: Finding, show_day: Callable[[date], str], translate: Callable[[str], str] = _
) -> str:
    """A refusal or a finding as a sentence; names of stages and languages are put in by the caller."""
    values: Mapping[str, object] = {
        name: show_day(value) if isinstance(value, date) else value for name, value in finding.values.items()
    }
    return translate((REFUSALS | FINDINGS)[finding.code]).format(**values)
