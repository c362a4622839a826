from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    name = "secretariat.reminders"
    verbose_name = _("Reminders")

    def ready(self) -> None:
        from rotation.act_view import WATCHES

        from . import receivers  # noqa: F401  (connects the floor's signal)
        from .told import watch_mail

        WATCHES.append(watch_mail)
