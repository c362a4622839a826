import re
from io import StringIO

from django.contrib.auth import authenticate
from django.core.management import call_command

from secretariat.desk.models import OneTimePassword


def said(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def test_the_first_superuser_gets_a_password_for_one_time(db):
    password = re.search(r"Password:\s+(\S+)", said("ensure_admin"))[1]
    user = authenticate(username="admin", password=password)
    assert user.is_superuser
    assert OneTimePassword.is_in_use_by(user)


def test_a_second_run_changes_nothing_and_says_how_to_reset(db):
    password = re.search(r"Password:\s+(\S+)", said("ensure_admin"))[1]
    assert said("ensure_admin") == "A superuser exists: admin. To reset: manage.py changepassword admin\n"
    assert authenticate(username="admin", password=password)
