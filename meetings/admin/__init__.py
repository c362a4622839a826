"""The desk's pages of this floor, a room a subject; importing them registers them."""

from . import outcomes
from .agenda import desk as agenda
from .committees import desk as committees
from .committees import recommendations, seats
from .days import blackouts
from .days import desk as days
from .deadlines import desk as deadlines
from .deadlines import templates
from .hosts import desk as hosts
from .hosts import mechanisms
from .papers import desk as papers
from .people import desk as people
from .people import parties
from .schedule import desk as schedule
from .schedule import tracks
from .silence import desk as silence

__all__ = [
    "agenda",
    "blackouts",
    "committees",
    "days",
    "deadlines",
    "hosts",
    "mechanisms",
    "outcomes",
    "papers",
    "parties",
    "people",
    "recommendations",
    "schedule",
    "seats",
    "silence",
    "templates",
    "tracks",
]
