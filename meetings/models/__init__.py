from .agenda import Agenda, AgendaItem, AgendaStage, ItemProposer
from .blackouts import Blackout
from .committee import Attendance, Committee, GroupSeat, Seat, SeatTerm, Sitting, WorkingGroup
from .deadlines import Deadline, DeadlineTemplate, Due, LevelTemplate, TemplateLine
from .delegations import (
    Delegate,
    Delegation,
    Erasure,
    ListedParticipant,
    ParticipantList,
    Particulars,
    RetentionRule,
)
from .documents import Document, LanguageVersion
from .handovers import Handover
from .meetings import CoLocation, Meeting
from .outcomes import Outcome, OutcomePosition, OutcomeStep
from .parties import Contact, Ministry, Organisation
from .preparation import PreparatoryStep
from .recommendations import Recommendation, RecommendationStep
from .record import RecordEntry
from .silence import SilenceBinding, SilenceEvent, SilenceParty, SilenceProcedure
from .symbols import SymbolCounter, SymbolScheme, TakenSymbol
from .tracks import HostOffer, Responsibility, Track
from .workdays import CalendarDay, YearNotice

__all__ = [
    "Agenda",
    "AgendaItem",
    "AgendaStage",
    "Attendance",
    "Blackout",
    "CalendarDay",
    "CoLocation",
    "Committee",
    "Contact",
    "Deadline",
    "DeadlineTemplate",
    "Delegate",
    "Delegation",
    "Document",
    "Due",
    "Erasure",
    "GroupSeat",
    "Handover",
    "HostOffer",
    "ItemProposer",
    "LanguageVersion",
    "LevelTemplate",
    "ListedParticipant",
    "Meeting",
    "Ministry",
    "Organisation",
    "Outcome",
    "OutcomePosition",
    "OutcomeStep",
    "ParticipantList",
    "Particulars",
    "PreparatoryStep",
    "Recommendation",
    "RecommendationStep",
    "RecordEntry",
    "Responsibility",
    "RetentionRule",
    "Seat",
    "SeatTerm",
    "SilenceBinding",
    "SilenceEvent",
    "SilenceParty",
    "SilenceProcedure",
    "Sitting",
    "SymbolCounter",
    "SymbolScheme",
    "TakenSymbol",
    "TemplateLine",
    "Track",
    "WorkingGroup",
    "YearNotice",
]
