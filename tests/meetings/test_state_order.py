"""States stand in one order wherever staff and ministries read of several: China, then by the reader's alphabet."""

import re
from datetime import date
from html import unescape
from urllib.parse import urljoin

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from meetings.models import Delegation, Meeting, Organisation
from meetings.papers.acts import add_version, issue_document, register_document
from meetings.silence.acts import object_to, open_silence
from rotation.models import State
from secretariat.reminders.letters import with_related
from secretariat.reminders.message import written_of
from secretariat.reminders.models import Delivery
from tests.factories import SeatFactory
from tests.meetings.papers.files import text
from tests.meetings.silence.test_silences import FRIDAY

pytestmark = pytest.mark.django_db
ORDER = {
    "en": "China Kazakhstan Kyrgyzstan Tajikistan Turkmenistan Uzbekistan",
    "ru": "Китай Казахстан Кыргызстан Таджикистан Туркменистан Узбекистан",
    "zh-hans": "中国 哈萨克斯坦 吉尔吉斯斯坦 塔吉克斯坦 土库曼斯坦 乌兹别克斯坦",  # Hā, Jí, Tǎ, Tǔ, Wū
}
BESIDE = re.compile(r"[\s,;、；和и]*(and)?[\s,]*")


def lists_of_states(html, names):
    """The states that stand one after the other on a page, and nothing but a comma or a tag between them."""
    text = unescape(re.sub(r"<[^>]+>", "\n", re.sub(r"<script[\s\S]*?</script>", "", html)))
    found, end = [], None
    for name in re.finditer(f"(?<! of )({'|'.join(names)})", text):  # not the name of a chamber of one
        if end is not None and BESIDE.fullmatch(text, end, name.start()):
            found[-1].append(name.group())
        else:
            found.append([name.group()])
        end = name.end()
    return [each for each in found if len(each) > 1 and len(set(each)) == len(each)]


def every_kind_of_page(desk):
    """The HTML by the address of one page of each kind that links lead to."""
    waiting, kinds, found = ["/admin/"], set(), {}
    while waiting:
        address = waiting.pop(0)
        kind = re.sub(r"\d+", "N", address.partition("?")[0])
        if kind in kinds or not address.startswith(("/admin/", "/meetings/")) or "logout" in address:
            continue
        kinds.add(kind)
        answer = desk.get(address, follow=True)
        if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            found[address] = answer.content.decode()
            waiting += [
                urljoin(address, unescape(link)).partition("#")[0]
                for link in re.findall(r'href="([^"]+)"', found[address])
            ]
    return found


@pytest.fixture
def filled(record):
    call_command("load_example", verbosity=0)
    meeting = Meeting.objects.get(is_example=True, ordinal=None)
    titles = {"en": "Communiqué"}
    paper = register_document(actor=None, track=meeting.track, titles=titles, dated_on=date(2027, 4, 1))
    for code in paper.required_languages:
        add_version(paper.pk, language=code, file=text(code), name="draft.txt", actor=None)
    issue_document(paper.pk, actor=None)
    silence = open_silence(paper.pk, closing=FRIDAY, actor=None, reason="Note 3 of the chair")
    for code in ("KG", "KZ"):
        object_to(silence.pk, state=code, text="Paragraph 4.", actor=None)
    for state in State.objects.order_by("code"):
        Delegation.objects.create(meeting=meeting, state=state)
        chamber = Organisation.objects.create(state=state, names={"en": "Chamber"})
        SeatFactory(track=meeting.track, organisation=chamber)


@pytest.mark.parametrize("language", ORDER)
def test_every_page_lists_states_in_the_order_of_protocol(filled, desk, settings, language):
    names = ORDER[language].split()
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    pages = every_kind_of_page(desk)
    assert len(pages) > 100
    lists = {address: lists_of_states(html, names) for address, html in pages.items()}
    others = [
        (address, each)
        for address, found in lists.items()
        for each in found
        if each != sorted(each, key=names.index)
    ]
    assert others == []
    whole = [address for address, found in lists.items() if names in found]
    assert len(whole) > 20


ROWS = {
    "state": lambda row: row,
    "ministry": lambda row: row.state,
    "organisation": lambda row: row.state,
    "contact": lambda row: row.ministry.state,
    "delegation": lambda row: row.state,
    "seat": lambda row: row.organisation.state,
}


@pytest.mark.parametrize("language", ORDER)
def test_rows_of_lists_stand_by_their_states_in_the_order_of_protocol(filled, desk, settings, language):
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    listed = {}
    for name, state_of in ROWS.items():
        app = "rotation" if name == "state" else "meetings"
        page = desk.get(reverse(f"admin:{app}_{name}_changelist"))
        with override(language):
            states = [str(state_of(row)) for row in page.context["cl"].result_list if state_of(row)]
        listed[name] = " ".join(dict.fromkeys(states))
    assert listed == dict.fromkeys(ROWS, ORDER[language])


MAILED = {
    "en": "China, Kazakhstan, Kyrgyzstan, Tajikistan, Turkmenistan and Uzbekistan",
    "ru": "Китай, Казахстан, Кыргызстан, Таджикистан, Туркменистан и Узбекистан",
    "zh": "中国、哈萨克斯坦、吉尔吉斯斯坦、塔吉克斯坦、土库曼斯坦和乌兹别克斯坦",
}


@pytest.mark.parametrize("language", MAILED)
def test_a_mail_about_silence_lists_the_parties_in_the_order_of_protocol(filled, language):
    row = Delivery.objects.filter(silence__isnull=False, kind="opened", contact__language=language).first()
    assert MAILED[language] in written_of(with_related(Delivery.objects.filter(pk=row.pk)).get()).text
