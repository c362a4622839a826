from .committee import Seat
from .deadlines import Deadline, DeadlineTemplate, Due, TemplateLine
from .handovers import Handover
from .meetings import Meeting, Outcome
from .parties import Contact, Ministry, Organisation
from .record import RecordEntry
from .tracks import HostOffer, Responsibility, Track
from .workdays import CalendarDay

__all__ = [
    "CalendarDay",
    "Contact",
    "Deadline",
    "DeadlineTemplate",
    "Due",
    "Handover",
    "HostOffer",
    "Meeting",
    "Ministry",
    "Organisation",
    "Outcome",
    "RecordEntry",
    "Responsibility",
    "Seat",
    "TemplateLine",
    "Track",
]
