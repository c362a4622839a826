from .agenda import Agenda, AgendaItem, AgendaStage, ItemProposer
from .committee import Seat
from .deadlines import Deadline, DeadlineTemplate, Due, LevelTemplate, TemplateLine
from .documents import Document, LanguageVersion
from .handovers import Handover
from .meetings import Meeting
from .outcomes import Outcome, OutcomePosition, OutcomeStep
from .parties import Contact, Ministry, Organisation
from .record import RecordEntry
from .silence import SilenceBinding, SilenceEvent, SilenceParty, SilenceProcedure
from .symbols import SymbolCounter, SymbolScheme, TakenSymbol
from .tracks import HostOffer, Responsibility, Track
from .workdays import CalendarDay, YearNotice

__all__ = [
    "Agenda",
    "AgendaItem",
    "AgendaStage",
    "CalendarDay",
    "Contact",
    "Deadline",
    "DeadlineTemplate",
    "Document",
    "Due",
    "Handover",
    "HostOffer",
    "ItemProposer",
    "LanguageVersion",
    "LevelTemplate",
    "Meeting",
    "Ministry",
    "Organisation",
    "Outcome",
    "OutcomePosition",
    "OutcomeStep",
    "RecordEntry",
    "Responsibility",
    "Seat",
    "SilenceBinding",
    "SilenceEvent",
    "SilenceParty",
    "SilenceProcedure",
    "SymbolCounter",
    "SymbolScheme",
    "TakenSymbol",
    "TemplateLine",
    "Track",
    "YearNotice",
]
