from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DeskAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the desk's own site, so that every floor registers with it unknowingly."""

    default = False
    default_site = "secretariat.desk.site.DeskSite"

    def ready(self) -> None:
        from ..service_role import lay_down_privileges

        super().ready()
        # After all of ours, whose functions it lets the service's role call.
        post_migrate.connect(lay_down_privileges, sender=self)


class DeskConfig(AppConfig):
    name = "secretariat.desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from ..restored import database_restored
        from .signing_in.keeping import tell_the_database

        post_migrate.connect(tell_the_database, sender=self)
        database_restored.connect(leave_files_alone, dispatch_uid="leave_files_alone")


def leave_files_alone(**_values: Any) -> None:
    """What the restored database does not know may be a paper all the same."""
    from meetings.papers.orphans import stand_still

    stand_still(timezone.now())
