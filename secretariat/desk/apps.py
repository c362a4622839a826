from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class DeskAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the desk's own site, so that every floor registers with it unknowingly."""

    default = False
    default_site = "secretariat.desk.site.DeskSite"


class DeskConfig(AppConfig):
    name = "secretariat.desk"
    verbose_name = _("Desk")
