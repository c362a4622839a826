from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from rotation.changes import turns_changed

        from .hosts.summits import follow_turns

        turns_changed.connect(follow_turns, dispatch_uid="meetings.summits")
