"""The addresses that partners read, and the probes. They are promises: none is ever renamed.

They end with a slash, those of files with the name of a file; who errs in that is shown the right one.
"""

from django.urls import path, re_path

from secretariat import health

from .views.base import NothingHere
from .views.calendars import CalendarView, MeetingCalendarView, StateCalendarView, TrackCalendarView
from .views.catalogues import StatesView, SummitsView, TracksView, TurnsView
from .views.committee import SessionsView
from .views.deadlines import DeadlinesView, MeetingDeadlinesView
from .views.documentation import DocsView, DocumentView, GuideView
from .views.meetings import MeetingsView, MeetingView
from .views.pages import meeting_page
from .views.papers import AgendaView, DocumentsView, FileView
from .views.subscriptions import SubscriptionView
from .views.sync import SyncView

urlpatterns = [
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("api/v1/meetings/", MeetingsView.as_view(), name="meetings"),
    path("api/v1/meetings/<uuid:uid>/", MeetingView.as_view(), name="meeting"),
    path("api/v1/meetings/<uuid:uid>/agenda/", AgendaView.as_view(), name="agenda"),
    path("api/v1/meetings/<uuid:uid>/documents/", DocumentsView.as_view(), name="documents"),
    path(
        "api/v1/meetings/<uuid:uid>/documents/<int:key>/<slug:language>/",
        FileView.as_view(),
        name="document-file",
    ),
    path("api/v1/meetings/<uuid:uid>/deadlines/", MeetingDeadlinesView.as_view(), name="meeting-deadlines"),
    path("api/v1/deadlines/", DeadlinesView.as_view(), name="deadlines"),
    path("api/v1/sync/", SyncView.as_view(), name="sync"),
    path("api/v1/committee/sessions/", SessionsView.as_view(), name="committee-sessions"),
    path("api/v1/meetings/<uuid:uid>.ics", MeetingCalendarView.as_view(), name="meeting-calendar"),
    path("api/v1/tracks/", TracksView.as_view(), name="tracks"),
    path("api/v1/tracks/<slug:slug>/calendar.ics", TrackCalendarView.as_view(), name="track-calendar"),
    path("api/v1/states/", StatesView.as_view(), name="states"),
    path("api/v1/states/<slug:code>/calendar.ics", StateCalendarView.as_view(), name="state-calendar"),
    path("api/v1/summits/", SummitsView.as_view(), name="summits"),
    path("api/v1/rotation/turns/", TurnsView.as_view(), name="turns"),
    path("api/v1/rotation/turns", TurnsView.as_view(schema=None), name="turns-as-first-promised"),
    path("api/v1/calendar.ics", CalendarView.as_view(), name="calendar"),
    path("api/v1/openapi.json", DocumentView.as_view(), name="openapi"),
    path("api/v1/guide/", GuideView.as_view(), name="guide"),
    path("api/v1/docs/", DocsView.as_view(), name="docs"),
    path("meetings/<uuid:uid>/", meeting_page, name="meeting-page"),
    path("calendar/<str:secret>.ics", SubscriptionView.as_view(), name="subscription"),
    re_path(r"^api/", NothingHere.as_view()),
]
