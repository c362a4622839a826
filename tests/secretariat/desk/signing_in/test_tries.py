"""A guesser is stopped before his guess costs anything; the officer whose name he uses is not."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
import time_machine
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from secretariat import broker
from secretariat.addresses import network_of_address
from secretariat.desk.models import OneTimePassword, SignIn
from secretariat.desk.signing_in.counts import Tried
from secretariat.desk.signing_in.passwords import let_in
from tests.factories import UserFactory

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_counted")]

HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def outcomes():
    return list(SignIn.objects.order_by("pk").values_list("outcome", "account", "address"))


def wrong(sign_in, times, **values):
    return [sign_in("not it", **values).status_code for _each in range(times)]


def guess_from_everywhere():
    for number in range(30):
        Tried("nurlan", f"203.0.113.{number}").count()


def test_the_sixth_try_from_one_address_is_not_looked_at_though_it_is_right(sign_in, officer):
    assert wrong(sign_in, 5) == [200] * 5
    answer = sign_in()
    assert (answer.status_code, 840 < int(answer.headers["Retry-After"]) <= 900) == (429, True)
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_refused_password_costs_no_hash(sign_in, officer, monkeypatch):
    wrong(sign_in, 5)
    officer.password = make_password(
        PASSWORD, hasher="pbkdf2_sha256"
    )  # would be made anew if it were looked at
    officer.save()
    assert sign_in().status_code == 429
    officer.refresh_from_db()
    assert officer.password.startswith("pbkdf2_sha256$")


def test_whom_a_stranger_guesses_at_signs_in_from_the_own_address(sign_in, officer):
    wrong(sign_in, 6, address=ELSEWHERE)
    assert sign_in(address=HERE).status_code == 302


def test_guesses_from_many_addresses_pause_the_account_for_a_minute_and_no_longer(sign_in, officer):
    guess_from_everywhere()
    answer = sign_in(address=HERE)
    assert (answer.status_code, int(answer.headers["Retry-After"]) <= 60) == (429, True)
    broker.server().delete(Tried("nurlan", HERE).keys[2])  # the minute is over
    assert sign_in(address=HERE).status_code == 302


def test_guesses_from_many_addresses_do_not_keep_out_who_signed_in_here_before(sign_in, officer):
    sign_in(address=HERE)
    guess_from_everywhere()
    assert sign_in(address=HERE).status_code == 302
    assert wrong(sign_in, 6, address=HERE) == [200] * 5 + [429]


def test_a_whole_secretariat_signs_in_behind_one_address(sign_in, officer):
    for number in range(30):  # each mistypes it twice, then has it right
        tries = [Tried(f"staff{number}", HERE) for _each in range(3)]
        assert [each.count() for each in tries] == [None] * 3
        tries[-1].give_back()
    assert sign_in(address=HERE).status_code == 302


def test_one_address_may_not_try_many_accounts_for_ever(sign_in, officer):
    for number in range(100):
        assert Tried(f"name{number}", HERE).count() is None
    assert (sign_in(address=HERE).status_code, sign_in(address=ELSEWHERE).status_code) == (429, 302)


def test_an_address_of_ipv6_is_its_whole_network(sign_in, officer):
    for number in range(5):
        wrong(sign_in, 1, address=f"2001:db8:1:2::{number}")
    assert sign_in(address="2001:db8:1:2:ffff::9").status_code == 429
    assert sign_in(address="2001:db8:1:3::9").status_code == 302


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 200)])
def test_a_forwarded_address_is_believed_of_as_many_proxies_as_there_are(
    sign_in, officer, settings, proxies, status
):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    for number in range(6):
        last = sign_in("not it", **{"x-forwarded-for": f"1.2.3.4, 203.0.113.{number}"})
    assert last.status_code == status


def test_who_forges_further_proxies_is_counted_as_one(sign_in, officer, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for number in range(6):
        last = sign_in("not it", **{"x-forwarded-for": f"1.2.3.{number}, 203.0.113.5"})
    assert last.status_code == 429


@pytest.mark.django_db(transaction=True)
def test_tries_at_one_moment_are_not_all_taken_for_the_first():
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _number: Tried("nurlan", HERE).count(), range(24)))
    assert found.count(None) == 5


def test_an_account_that_nobody_has_answers_like_one_that_somebody_has(sign_in, officer):
    theirs, nobodys = sign_in("not it"), sign_in("not it", account="nobody")
    assert (theirs.status_code, str(theirs.context["form"].errors)) == (
        nobodys.status_code,
        str(nobodys.context["form"].errors),
    )
    assert wrong(sign_in, 5, account="nobody") == [200] * 4 + [429]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "an administrator of the desk can let you try at once"),
        ("ru", "администратор"),
        ("zh-hans", "管理员"),
    ],
)
def test_who_is_asked_to_wait_is_told_so_in_the_own_language(sign_in, officer, language, said):
    wrong(sign_in, 5)
    answer = sign_in(**{"accept-language": language})
    assert (answer.headers["Content-Language"], said in answer.text) == (language, True)


def test_what_came_of_each_password_is_recorded_without_it(sign_in, officer, caplog):
    caplog.set_level(logging.INFO)
    sign_in("not it")
    sign_in("not it", account="my secret sentence")
    sign_in()
    assert outcomes() == [("wrong", "nurlan", HERE), ("wrong", "", HERE), ("right", "nurlan", HERE)]
    assert [text for text in ("not it", "my secret", PASSWORD) if text in caplog.text] == []
    assert "Password wrong: nurlan, from 198.51.100.7" in caplog.text
    assert "Password right: nurlan, from 198.51.100.7" in caplog.text


def test_of_many_refused_tries_the_first_is_recorded(sign_in, officer):
    wrong(sign_in, 9)
    assert [outcome for outcome, *_rest in outcomes()] == ["wrong"] * 5 + ["refused"]


def test_who_is_not_of_the_staff_does_not_sign_in(sign_in, db):
    User.objects.create_user("guest", password=PASSWORD)
    assert sign_in(account="guest").status_code == 200
    assert outcomes() == [("wrong", "guest", HERE)]


@pytest.mark.parametrize("act", ["update desk_signin set outcome = 'right'", "delete from desk_signin"])
def test_the_record_of_sign_ins_is_append_only(sign_in, officer, act):
    sign_in("not it")
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    assert outcomes() == [("wrong", "nurlan", HERE)]


def test_a_sign_in_has_one_of_four_outcomes(officer):
    with pytest.raises(IntegrityError), transaction.atomic():
        SignIn.objects.create(outcome="perhaps")


@pytest.fixture
def redis_away(monkeypatch):
    away = redis.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.5, socket_timeout=0.5)
    monkeypatch.setattr("secretariat.desk.signing_in.counts.server", lambda: away)


@pytest.mark.usefixtures("redis_away")
class TestWhileRedisIsAway:
    def test_tries_are_counted_from_their_record(self, sign_in, officer):
        assert wrong(sign_in, 6) == [200] * 5 + [429]
        assert (sign_in().status_code, sign_in(address=ELSEWHERE).status_code) == (429, 302)

    def test_a_right_password_gives_the_tries_back(self, sign_in, officer):
        assert wrong(sign_in, 4) == [200] * 4
        assert sign_in().status_code == 302
        assert wrong(sign_in, 6) == [200] * 5 + [429]

    def test_a_name_that_nobody_has_is_counted_like_one_that_somebody_has(self, sign_in, officer):
        assert wrong(sign_in, 6, account="nobody") == [200] * 5 + [429]
        assert set(SignIn.objects.values_list("account", "user")) == {("", None)}

    def test_who_waits_is_told_how_long_it_still_is(self, sign_in, officer):
        wrong(sign_in, 5)
        with time_machine.travel(timezone.now() + timedelta(minutes=10)):
            assert 290 <= int(sign_in().headers["Retry-After"]) <= 300

    def test_staff_let_an_account_in_again(self, sign_in, officer, client, user):
        wrong(sign_in, 6)
        client.force_login(user)
        form = {"action": "let_in", "_selected_action": [officer.pk]}
        assert "1 account may try again." in client.post("/admin/auth/user/", form, follow=True).text
        assert SignIn.objects.filter(outcome="let in").values_list("account", "by_name").get() == (
            "nurlan",
            "aida",
        )
        assert sign_in().status_code == 302


@pytest.mark.parametrize("port", ["{}", "{}:5{}", "[{}]:5{}", "[{}]"])
@pytest.mark.parametrize("address", ["203.0.113.5", "2001:db8:1:2::9"])
def test_a_port_that_a_proxy_writes_does_not_make_each_try_another_reader_s(
    sign_in, officer, settings, port, address
):
    if ":" in address and port == "{}:5{}":
        pytest.skip("an address of IPv6 with a port stands in brackets")
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for number in range(6):
        last = sign_in("not it", **{"x-forwarded-for": port.format(address, number)})
    assert last.status_code == 429
    assert Tried("nurlan", network_of_address(address)).count() is not None


def test_a_list_in_which_nobody_has_an_account_lets_nobody_in(sign_in, client, user):
    sign_in("not it", account="nobody")
    client.force_login(user)
    form = {"action": "let_in", "_selected_action": [SignIn.objects.get().pk]}
    page = client.post("/admin/desk/signin/", form, follow=True)
    assert ("nobody was let in" in page.text, "may try again" in page.text) == (True, False)


def test_an_old_hash_is_made_anew_as_argon2_at_the_next_sign_in(sign_in, officer):
    officer.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    officer.save()
    assert sign_in().status_code == 302
    officer.refresh_from_db()
    assert officer.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_one_time_password_stays_one_when_its_hash_is_made_anew(sign_in, officer):
    officer.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    officer.save()
    OneTimePassword.hand_to(officer)
    sign_in()
    officer.refresh_from_db()
    assert (officer.password[:6], OneTimePassword.is_in_use_by(officer)) == ("argon2", True)


def test_the_old_password_is_not_tried_out_at_a_desk_left_open(client, officer):
    client.force_login(officer)
    form = {
        "old_password": "not it",
        "new_password1": "another sentence 1",
        "new_password2": "another sentence 1",
    }
    answers = [client.post("/admin/password_change/", form).status_code for _each in range(6)]
    right = client.post("/admin/password_change/", {**form, "old_password": PASSWORD}).status_code
    assert (answers, right) == ([200] * 5 + [429], 429)


def test_a_password_is_changed(client, officer):
    client.force_login(officer)
    form = {
        "old_password": PASSWORD,
        "new_password1": "another sentence 1",
        "new_password2": "another sentence 1",
    }
    assert client.post("/admin/password_change/", form).status_code == 302
    assert outcomes() == []


def test_who_was_let_in_again_tries_at_once_even_while_the_guessing_goes_on(sign_in, officer, user):
    guess_from_everywhere()
    wrong(sign_in, 5, address=HERE)
    let_in(officer, actor=user)
    guess_from_everywhere()
    assert sign_in(address=HERE).status_code == 302
    assert SignIn.objects.filter(outcome="let in").values_list("account", "by_name").get() == (
        "nurlan",
        "aida",
    )


def test_staff_with_the_right_let_an_account_in_again_from_the_list(client, sign_in, officer):
    wrong(sign_in, 6)
    clerk = UserFactory()
    client.force_login(clerk)
    form = {"action": "let_in", "_selected_action": [SignIn.objects.first().pk]}
    address = "/admin/desk/signin/"
    assert client.get(address).status_code == 403
    clerk.user_permissions.set(Permission.objects.filter(codename="view_signin"))
    page = client.get(address)
    assert ("nurlan" in page.text, "Let these accounts try" in page.text) == (True, False)
    client.post(address, form)
    assert sign_in().status_code == 429
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_signin", "let_in"]))
    client.force_login(clerk)
    assert "1 account may try again." in client.post(address, form, follow=True).text
    assert sign_in().status_code == 302


def test_the_users_page_lets_an_account_in_again(desk, sign_in, officer, client, user):
    wrong(sign_in, 6)
    client.force_login(user)
    client.post("/admin/auth/user/", {"action": "let_in", "_selected_action": [officer.pk]})
    assert sign_in().status_code == 302
