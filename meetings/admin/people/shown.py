"""What a reader may see of people: heads of delegation by name, all others only with the permission for it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from rotation.translated import text_in

from ...models import Delegate, Delegation, Due, Particulars
from ...people.delegations import PartyRow
from ..schedule.when import days_text, moment_text

PERSONAL = "meetings.view_personal_data"


def sees_all(user: Any) -> bool:
    """Whether a user may see the names and offices of all delegates."""
    return bool(user.has_perm(PERSONAL))


def person_shown(
    role: str, particulars: Particulars | None, *, all_names: bool, language: str | None = None
) -> dict[str, str]:
    """Name and office as far as this reader may see them; `note` says why there is none."""
    if particulars is None:
        return {"name": "", "office": "", "note": ""}
    if particulars.erasure_id is not None:
        return {"name": "", "office": "", "note": _("erased")}
    if role != Delegate.Role.HEAD and not all_names:
        return {"name": "", "office": "", "note": _("not shown")}
    name, office = particulars.shown(language)
    return {"name": name, "office": office, "note": ""}


def delegate_shown(delegate: Delegate, *, all_names: bool) -> dict[str, Any]:
    """A delegate as pages show one; one who does not come is no head any more."""
    role = delegate.Role.MEMBER if delegate.is_withdrawn else delegate.role
    return {
        "row": delegate,
        "role": delegate.get_role_display(),
        "rank": delegate.get_rank_display(),
        "substitute_for": text_in(delegate.substitute_for),
        **person_shown(role, delegate.current, all_names=all_names),
    }


def delegation_shown(delegation: Delegation, *, all_names: bool) -> list[dict[str, Any]]:
    """Who comes, the head first, then who does not come."""
    gone = [row for row in delegation.delegates.all() if row.is_withdrawn]
    for row in [*delegation.listed, *gone]:
        row.delegation = delegation
    return [delegate_shown(row, all_names=all_names) for row in [*delegation.listed, *gone]]


def party_shown(row: PartyRow, now: Any) -> dict[str, Any]:
    """Where one party stands: its head, how many come, whether the delegation is in, and by when it is to be."""
    delegation, due = row.delegation, row.due
    head = delegation.head if delegation else None
    if head and delegation:
        head.delegation = delegation
    is_in = delegation is not None and delegation.received_at is not None
    return {
        "name": text_in((row.state or row.organisation).names),
        "code": row.state.code if row.state else row.organisation.state_id,
        "state": row.state,
        "delegation": delegation,
        "head": delegate_shown(head, all_names=False) if head else None,
        "count": len(delegation.listed) if delegation else 0,
        "is_in": is_in,
        "is_late": not is_in and due is not None and due.status == Due.Status.OPEN and due.due_at <= now,
        "due": due,
        "due_day": days_text(due.due_on, due.due_on) if due else "",
        "due_clock": moment_text(due.due_at, due.zone) if due else "",
    }
