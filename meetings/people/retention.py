"""What of a person is kept until when. Pure.

Of a contact the service holds name, office and address while it writes to them, and a while after that.

Of a delegate the service holds a name and an office, and no e-mail, telephone, birthday or passport: these go from
the delegation to the host. The number within the delegation, role and rank are no person's and stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Category(StrEnum):
    """Heads of delegation are named in communiqués: who spoke for a state is part of the record."""

    HEADS = "heads"
    OTHERS = "others"
    # Those who were written to, once they have left office; a contact in office is kept.
    CONTACTS = "contacts"


# Days after the end: of the meeting, of a contact's term. None: kept for good. Used for a category that the desk has
# no rule for. Who was written to is asked for until the next summit, two years on.
DEFAULT_DAYS: dict[Category, int | None] = {
    Category.HEADS: None,
    Category.OTHERS: 365,
    Category.CONTACTS: 730,
}


@dataclass(frozen=True, slots=True)
class Retention:
    """`last_on`: the last day on which the data are kept; None where they are kept for good or the end is unknown."""

    category: Category
    days: int | None
    ended_on: date | None
    last_on: date | None

    def is_over(self, today: date) -> bool:
        return self.last_on is not None and self.last_on < today


def category_of(*, is_head: bool, is_withdrawn: bool) -> Category:
    """A head who did not come after all is no part of the record."""
    return Category.HEADS if is_head and not is_withdrawn else Category.OTHERS


def retention(category: Category, days: int | None, ended_on: date | None) -> Retention:
    """Until when data of a category are kept that belong to a meeting, or to a contact.

    ended_on: the meeting's last day, or the day of its cancellation; a contact's last day in office; None while
    it is not known.
    """
    last_on = None if days is None or ended_on is None else ended_on + timedelta(days=days)
    return Retention(category, days, ended_on, last_on)


def rule_text(category: Category, days: int | None) -> str:
    """The rule as an erasure keeps it: "others: 365 days after the end"."""
    if days is None:
        return f"{category.value}: kept"
    return f"{category.value}: {days} days after {'leaving' if category is Category.CONTACTS else 'the end'}"
