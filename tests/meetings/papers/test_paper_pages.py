"""Papers on the desk: the languages at a glance, uploads refused in clear words, files for who may read them."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Document, LanguageVersion, TakenSymbol
from meetings.papers.acts import issue_document
from rotation.history import history_of
from tests.acts import confirm, seal_of
from tests.factories import UserFactory
from tests.meetings.papers.files import PDF, office

pytestmark = pytest.mark.django_db
LIST = reverse("admin:meetings_document_changelist")


def page(name, *arguments):
    return reverse(f"admin:meetings_document_{name}", args=arguments)


def upload(desk, document, content=PDF, name="draft.pdf", language="zh"):
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    return desk.post(page("upload", document.pk), {"language": language, "file": file}, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_a_paper_is_registered_in_the_languages_of_its_scheme(desk, track, user):
    form = desk.get(page("add") + f"?track={track.pk}").context["form"]
    assert (form.initial["track"], form.initial["required_languages"]) == (track, ["zh", "ru"])
    values = {"track": track.pk, "titles_en": "Draft communiqué", "titles_zh": "", "titles_ru": "", "dated_on": "2027-04-01",
              "distribution": "limited", "required_languages": ["zh", "ru"], "authentic_languages": ["ru"],
              "nature": "L."}  # fmt: skip
    answer = desk.post(page("add"), values, follow=True)
    document = Document.objects.get()
    assert said(answer) == ["Registered as CCA/2027/L.1. Add its texts now."]
    assert (document.titles, document.authentic_languages) == ({"en": "Draft communiqué"}, ["ru"])
    assert (document.symbol.recorded_by, history_of(document)[0].user) == (user, user.username)


def test_a_paper_without_a_scheme_is_not_registered_and_the_page_leads_to_one(desk, track):
    track.mechanism.symbol_schemes.all().delete()
    values = {"track": track.pk, "titles_en": "Draft", "titles_zh": "", "titles_ru": "", "dated_on": "2027-04-01",
              "distribution": "limited", "required_languages": ["zh"]}  # fmt: skip
    answer = desk.post(page("add"), values)
    assert answer.context["form"].errors.keys() == {"track"}
    assert reverse("admin:meetings_symbolscheme_add") in answer.content.decode()
    assert not TakenSymbol.objects.exists()


def test_a_missing_language_stands_out_in_the_list_and_on_the_page(desk, draft):
    document = draft("ru", "en")
    text = desk.get(LIST).content.decode()
    assert '<span class="chip chip-late" title="中文">ZH missing</span>' in text
    assert '<span class="chip chip-received" title="Русский">RU</span>' in text
    assert '<span class="chip chip-courtesy" title="English">EN</span>' in text
    cells = desk.get(page("change", document.pk)).context["matrix"]
    assert [(cell["code"], cell["is_missing"], cell["is_authentic"]) for cell in cells] == [
        ("en", False, False),
        ("zh", True, True),
        ("ru", False, True),
    ]


def test_the_list_filters_what_is_not_complete_and_what_was_issued_all_the_same(desk, draft, issued):
    incomplete = draft("ru")
    issued()
    found = [
        desk.get(LIST + f"?languages={what}").context["cl"].result_list for what in ("missing", "exception")
    ]
    assert [list(rows) for rows in found] == [[incomplete], []]


def test_an_upload_is_kept_and_told(desk, draft, user):
    document = draft()
    assert said(upload(desk, document)) == ["The text in 中文 was kept."]
    version = LanguageVersion.objects.get()
    assert (version.language, version.name, version.recorded_by) == ("zh", "draft.pdf", user)


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "draft.pdf", "The file is empty."),
        (office(**{"word/vbaProject.bin": b"x"}), "draft.docx", "The file contains macros; save it without them."),
        (PDF, "draft.docx", "The name says another type than the content, which is pdf. Send the file that you mean."),
        (b"MZ\x90\x00" * 9, "draft.pdf", "This kind of file is not taken. Send PDF, DOCX, XLSX, PPTX, ODT, ODS or plain"
                                         " text in UTF-8."),
    ],
)  # fmt: skip
def test_a_refused_upload_says_why_at_its_field(desk, draft, content, name, why):
    answer = upload(desk, draft(), content, name)
    assert answer.context["form"].errors == {"file": [why]}
    assert not LanguageVersion.objects.exists()


def test_a_file_is_served_as_an_attachment_that_no_browser_draws(desk, draft):
    upload(desk, draft(), name="Проект.pdf", language="ru")
    answer = desk.get(page("file", LanguageVersion.objects.get().pk))
    assert b"".join(answer.streaming_content) == PDF
    expected = {
        "Content-Disposition": 'attachment; filename="CCA-2027-1_ru.pdf"',
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert "no-store" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_stored_file_that_changed_is_not_served_and_the_page_says_so(desk, draft, settings):
    upload(desk, draft())
    version = LanguageVersion.objects.get()
    with open(version.file.path, "ab") as file:
        file.write(b"x")
    answer = desk.get(page("file", version.pk), follow=True)
    assert said(answer) == [
        "The stored file is gone or is no longer the one that was kept. Tell the administrator."
    ]


def test_what_is_missing_is_shown_before_the_paper_is_issued_by_an_exception(desk, draft):
    document = draft("ru")
    shown = desk.get(page("issue", document.pk))
    assert (shown.context["missing"], shown.context["missing_authentic"]) == (["中文"], ["中文"])
    refused = confirm(desk, page("issue", document.pk), {"exception_reason": ""})
    assert refused.context["form"].errors.keys() == {"exception_reason"}
    confirm(desk, page("issue", document.pk), {"exception_reason": "They meet tomorrow."})
    assert Document.objects.get().missing_at_issue == ["zh"]
    assert "They meet tomorrow." in desk.get(page("change", document.pk)).content.decode()


def test_a_paper_that_changed_since_it_was_shown_is_shown_again(desk, draft):
    document = draft("zh", "ru")
    seen = seal_of(desk.get(page("issue", document.pk)))
    Document.objects.update(titles={"en": "Another draft"})
    answer = desk.post(page("issue", document.pk), {"confirm": "1", "seen": seen})
    assert "What would be done is no longer what was shown." in answer.content.decode()
    assert Document.objects.get().status == "draft"


def test_an_issued_paper_is_shown_and_not_asked_and_a_revision_follows_it(desk, issued):
    document = issued()
    assert 'name="_save"' not in desk.get(page("change", document.pk)).content.decode()
    values = {
        "suffix": "Rev",
        "titles_en": "Second draft",
        "titles_zh": "",
        "titles_ru": "",
        "dated_on": "2027-04-09",
    }
    answer = confirm(desk, page("follow", document.pk), values, follow=True)
    assert said(answer) == ["Registered as CCA/2027/1/Rev.1. Add its texts now."]
    assert Document.objects.get(suffix="Rev").parent == document


def test_the_history_of_a_paper_tells_who_issued_it_and_why(desk, draft, user):
    document = draft("ru")
    issue_document(document.pk, actor=user, exception_reason="They meet tomorrow.")
    text = desk.get(page("history", document.pk)).content.decode()
    assert ("They meet tomorrow." in text, user.username in text) == (True, True)


def test_a_draft_is_edited_with_its_reason(desk, draft, user):
    document = draft("ru")
    titles = {"titles_en": "Communiqué", "titles_zh": "", "titles_ru": ""}
    languages = {"required_languages": ["ru"], "authentic_languages": ["ru"]}
    values = {**titles, **languages, "dated_on": "2027-04-02", "distribution": "limited"}
    values |= {"reason": "One language is enough.", "seen": document.revision}
    answer = desk.post(page("change", document.pk), values)
    assert answer.status_code == 302, answer.context["errors"]
    stored = Document.objects.get()
    assert (stored.titles, stored.required_languages, stored.dated_on) == (
        {"en": "Communiqué"},
        ["ru"],
        date(2027, 4, 2),
    )
    assert (history_of(stored)[0].user, history_of(stored)[0].reason) == (
        user.username,
        "One language is enough.",
    )


def test_a_draft_that_somebody_else_issued_meanwhile_is_not_overwritten(desk, draft):
    document = draft("zh", "ru")
    issue_document(document.pk, actor=None)
    values = {"titles_en": "Another", "titles_zh": "", "titles_ru": "", "dated_on": "2027-04-02",
              "distribution": "limited", "required_languages": ["ru"], "seen": document.revision}  # fmt: skip
    answer = desk.post(page("change", document.pk), values)
    assert answer.context["adminform"].form.non_field_errors() == [
        "The paper has changed since this was shown. Open it anew and look again."
    ]
    assert Document.objects.get().titles == {"en": "Draft communiqué"}


def test_a_withdrawn_paper_says_why_and_offers_nothing(desk, issued):
    document = issued()
    confirm(desk, page("withdraw", document.pk), {"reason": "A wrong text."})
    text = desk.get(page("change", document.pk)).content.decode()
    assert "A wrong text." in text
    assert page("withdraw", document.pk) not in text


ACTS = ["upload", "issue", "follow", "withdraw"]


def allowed(officer, *names):
    officer.user_permissions.set(Permission.objects.filter(codename__in=names))


def test_each_page_wants_its_permission(client, draft, issued):
    open_draft, ready = draft("zh"), issued()
    officer = UserFactory()
    client.force_login(officer)
    pages = [
        page("add"),
        *(page(name, ready.pk if name == "follow" else open_draft.pk) for name in ACTS),
        LIST,
    ]
    codes = {}
    for names in ((), ("view_document",), ("view_document", "add_document", "change_document")):
        allowed(officer, *names)
        codes[names[-1:]] = [client.get(address).status_code for address in pages]
    assert codes == {
        (): [403] * 6,
        ("view_document",): [403] * 5 + [200],
        ("change_document",): [200] * 6,
    }


def test_a_restricted_paper_and_one_that_is_not_there_look_the_same(client, draft):
    document = draft("zh", distribution="restricted")
    version = document.versions.get()
    officer = UserFactory()
    client.force_login(officer)
    allowed(officer, "view_document", "change_document")
    hidden, absent = client.get(page("file", version.pk)), client.get(page("file", version.pk + 1000))
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert client.get(page("upload", document.pk)).status_code == 404
    assert document.symbol_id not in client.get(LIST).content.decode()
    allowed(officer, "view_document", "change_document", "read_restricted_document")
    assert client.get(page("file", version.pk)).status_code == 200
    allowed(officer)
    assert client.get(page("file", version.pk)).status_code == 404


def queries(desk, address):
    with CaptureQueriesContext(connection) as found:
        assert desk.get(address).status_code == 200
    return len(found)


def test_the_list_costs_the_same_for_one_paper_and_for_fifty(desk, draft):
    addresses = [LIST, LIST + "?languages=missing"]
    draft("ru")
    before = [queries(desk, address) for address in addresses]
    for _number in range(49):
        draft()
    assert [queries(desk, address) for address in addresses] == before


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "cca"}, "body"),
        ({"pattern": "{body}{number}"}, "pattern"),
        ({"pattern": "{body}/{series}/{number}"}, "series"),
        ({"natures": "L"}, "natures"),
        ({"languages": []}, "languages"),
    ],
)
def test_a_scheme_that_would_make_no_symbol_is_refused_at_its_field(desk, track, values, field):
    track.mechanism.symbol_schemes.all().delete()
    given = {
        "mechanism": track.mechanism_id,
        "track": "",
        "pattern": "{body}/{year}/{nature}{number}",
        "body": "CCA",
        "series": "",
        "natures": "L.,INF/",
        "languages": ["zh", "ru"],
        "authentic_languages": [],
    }
    address = reverse("admin:meetings_symbolscheme_add")
    answer = desk.post(address, given | values)
    assert answer.context["adminform"].form.errors.keys() == {field}
    assert desk.post(address, given).status_code == 302


def test_a_request_larger_than_any_paper_is_refused_unread_from_anybody(db, settings):
    client, settings.UPLOAD_MAX_MB = Client(enforce_csrf_checks=True), 0
    client.get(reverse("admin:login"))  # a stranger's cookie, with which the token in the body is looked for
    file = SimpleUploadedFile("draft.pdf", b"x" * 1_100_000)
    assert client.post(page("upload", 1), {"file": file}).status_code == 400


def test_who_takes_a_restricted_paper_leaves_a_line_in_its_record(desk, draft):
    restricted, limited = draft("zh", distribution="restricted"), draft("zh")
    for document in (restricted, limited):
        assert desk.get(page("file", document.versions.get().pk)).status_code == 200
    name = restricted.symbol_id.replace("/", "-")
    pages = {document.pk: desk.get(page("history", document.pk)).text for document in (restricted, limited)}
    assert [f"{name}_zh.txt" in pages[restricted.pk], "took a copy" in pages[restricted.pk]] == [True, True]
    assert "took a copy" not in pages[limited.pk]


def test_a_restricted_paper_that_is_refused_leaves_no_line(client, draft):
    document = draft("zh", distribution="restricted")
    client.force_login(UserFactory())
    assert (client.get(page("file", document.versions.get().pk)).status_code, LogEntry.objects.count()) == (
        404,
        0,
    )
