from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FeedConfig(AppConfig):
    name = "secretariat.feed"
    verbose_name = _("Feed")

    def ready(self) -> None:
        from . import receivers  # noqa: F401  (connects the floor's signal)
        from .webhooks.keeping import tell_the_database

        post_migrate.connect(tell_the_database, sender=self)
