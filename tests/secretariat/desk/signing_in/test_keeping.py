"""Tries at passwords name people and addresses: they are kept as long as the settings say, and no longer."""

from datetime import timedelta

import pgtrigger
import pytest
from django.conf import settings
from django.utils import timezone

from secretariat.celery import app
from secretariat.desk.models import SignIn
from secretariat.desk.signing_in import keeping
from secretariat.desk.tasks import let_go_of_old_sign_ins

pytestmark = pytest.mark.django_db


@pytest.fixture
def tries():
    """Called with how many days ago each was."""

    def add(*days):
        for ago in days:
            row = SignIn.objects.create(account=f"of {ago}", outcome="wrong", address="198.51.100.7")
            with pgtrigger.ignore("desk.SignIn:sign_ins_are_append_only"):
                SignIn.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=ago))

    return add


def accounts():
    return sorted(SignIn.objects.values_list("account", flat=True))


def test_tries_are_let_go_of_after_four_hundred_days(tries, monkeypatch):
    monkeypatch.setattr(keeping, "BATCH", 2)
    tries(1, 399, 401, 402, 403, 2000)
    let_go_of_old_sign_ins()
    assert accounts() == ["of 1", "of 399"]


def test_tries_by_which_an_account_is_known_somewhere_are_kept_whatever_the_settings_say(tries, settings):
    settings.SIGN_INS_KEPT_DAYS = 1
    tries(2, 89, 91)
    let_go_of_old_sign_ins()
    assert accounts() == ["of 2", "of 89"]


def test_that_it_is_done_is_planned():
    tasks = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}
    app.loader.import_default_modules()
    assert let_go_of_old_sign_ins.name in tasks & set(app.tasks)
