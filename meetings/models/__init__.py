from .agenda import Agenda, AgendaItem, AgendaStage, ItemProposer
from .committee import Seat
from .deadlines import Deadline, DeadlineTemplate, Due, TemplateLine
from .handovers import Handover
from .meetings import Meeting, Outcome
from .parties import Contact, Ministry, Organisation
from .record import RecordEntry
from .tracks import HostOffer, Responsibility, Track
from .workdays import CalendarDay

__all__ = [
    "Agenda",
    "AgendaItem",
    "AgendaStage",
    "CalendarDay",
    "Contact",
    "Deadline",
    "DeadlineTemplate",
    "Due",
    "Handover",
    "HostOffer",
    "ItemProposer",
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
