"""Whatever staff do beyond saving a form goes by one view: what holds of one act's page holds of all."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from rotation.act_view import Act, ActsAdmin
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOBODY = {"pk": 999_999_999, "period": "2099", "kind": "swap", "stage": "provisional"}


def acts():
    """Each act of the desk with its address, of a row that is not there."""
    for model, pages in admin.site._registry.items():
        if not isinstance(pages, ActsAdmin):
            continue
        names = pages.act_namespace or f"{model._meta.app_label}_{model._meta.model_name}"
        for act in pages.acts:
            given = {name: value for name, value in NOBODY.items() if f":{name}>" in act.path}
            yield pytest.param(
                act, reverse(f"admin:{names}_{act.slug}", kwargs=given), id=f"{names}_{act.slug}"
            )


ACTS = list(acts())


def test_the_acts_of_the_desk_are_found():
    assert len(ACTS) >= 17


@pytest.mark.parametrize(("act", "address"), ACTS)
def test_who_has_not_signed_in_is_asked_to(client, act, address):
    answer = client.post(address, {"confirm": "1"})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize(("act", "address"), ACTS)
def test_without_its_permission_nobody_learns_whether_there_is_such_a_row(client, act, address):
    client.force_login(UserFactory())
    assert (client.get(address).status_code, client.post(address, {"confirm": "1"}).status_code) == (403, 403)


@pytest.mark.parametrize(("act", "address"), ACTS)
def test_a_row_that_is_not_there_is_not_found(desk, act, address):
    assert (desk.get(address).status_code, desk.post(address, {"confirm": "1"}).status_code) == (404, 404)


@pytest.mark.parametrize(("act", "address"), ACTS)
def test_a_page_of_another_site_confirms_nothing(user, act, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(address, {"confirm": "1"}).status_code == 403


@pytest.mark.parametrize(("act", "address"), ACTS)
def test_an_act_says_what_it_is_called_and_what_confirms_it(act, address):
    has_own_title = type(act).title_of is not Act.title_of
    has_own_confirm = type(act).confirm_of is not Act.confirm_of
    assert has_own_title or str(act.title)
    assert has_own_confirm or str(act.confirm)
    assert act.foreseen in ("", "row", "form")
