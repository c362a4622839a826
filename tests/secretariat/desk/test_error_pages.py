"""What goes wrong is said in the reader's language, and says what to do."""

import pytest
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import server_error

pytestmark = pytest.mark.django_db

NO_SUCH_PAGE = {
    "en": "The address is wrong, or what stood here was removed.",
    "zh-hans": "地址有误，或原有内容已被删除。",
    "ru": "Адрес неверен, либо то, что здесь было, удалено.",
}


@pytest.mark.parametrize("language", NO_SUCH_PAGE)
def test_a_wrong_address_is_said_in_the_reader_s_language(client, language):
    page = client.get("/nothing/here/", headers={"accept-language": language})
    assert (page.status_code, page.headers["Content-Language"]) == (404, language)
    assert NO_SUCH_PAGE[language] in page.text


def test_a_form_sent_without_its_mark_is_refused_in_words():
    page = Client(enforce_csrf_checks=True).post("/i18n/setlang/", headers={"accept-language": "ru"})
    assert page.status_code == 403
    assert "Ничего не сохранено." in page.text


def test_a_fault_of_ours_is_told_without_the_desk_itself():
    with translation.override("zh-hans"):
        page = server_error(RequestFactory().get("/"))
    assert (page.status_code, "未保存任何内容。" in page.content.decode()) == (500, True)


@pytest.mark.parametrize("query", ["host__code__exact=%00", "format__exact=a%00b", "q=%00"])
def test_an_address_of_the_desk_that_no_row_can_answer_is_told_as_one(admin_client, query):
    assert admin_client.get(f"/admin/meetings/meeting/?{query}").status_code == 400
    assert admin_client.get("/admin/meetings/meeting/?format__exact=a").status_code == 200
