from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RotationConfig(AppConfig):
    name = "rotation"
    verbose_name = _("Rotation")

    def ready(self) -> None:
        from .sort_keys import make_keys_anew
        from .zone_checks import tell_the_database

        post_migrate.connect(tell_the_database, sender=self)
        post_migrate.connect(make_keys_anew, sender=self)
