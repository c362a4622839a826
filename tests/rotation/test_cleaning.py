"""Text is cleaned where it is entered, whichever way it comes: composed, and without signs that nobody sees."""

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from meetings.models import Contact, DeadlineTemplate, Meeting, Ministry
from rotation.addresses import validate_address, wire_address
from rotation.cleaning import clean_line, clean_prose
from rotation.entered import EnteredText
from tests.factories import ContactFactory, MinistryFactory

MAC = "Фе\u0306дор"  # as a Mac pastes Фӗдор
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("\u200eAida\u200f", "Aida"),
        ("\u202eexe.fdp\u202c", "exe.fdp"),
        ("Mi\u00adni\u200bstry\ufeff\u2060", "Ministry"),
        ("Иваи\u0306", "Ивай"),
        ("e\u0301", "é"),
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("one\r\ntwo\tthree\u2028four\x00five", "one  two three fourfive"),
        ("中国—中亚机制 ", "中国—中亚机制 "),
        ("half\ud83d", "half"),
        ("Aida", "Aida"),
    ],
)
def test_of_a_line_stays_what_is_seen(pasted, kept):
    assert clean_line(pasted) == kept


def test_of_prose_the_line_breaks_and_tabs_stay():
    assert clean_prose("\u200eone\r\n\ttwo\x00\u2029three") == "one\r\n\ttwo\nthree"


@given(st.text(max_size=30))
def test_what_is_clean_stays_as_it_is(text):
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_prose(clean_prose(text)) == clean_prose(text)


CODES = {
    # What programs write, or a list or a rule of its own allows.
    *("code", "zone", "languages", "locale", "digest", "prefix", "sha256", "status", "language", "extension"),
    *(
        "required_languages",
        "authentic_languages",
        "original_language",
        "missing_at_issue",
        "required_states",
    ),
    *("natures", "row", "rule", "party", "scan", "key", "object_id", "level", "received_zone", "states"),
    *(
        "offset_code",
        "message_id",
        "in_reply_to",
        "worker",
        "start_key",
        "url",
        "secret",
        "former_secret",
        "place",
    ),
    # What we or a mail server say.
    *("subject", "html", "calendar", "reply", "diagnostic", "said", "detail", "words", "recipient"),
}
OURS = {
    ("reminders.Delivery", "text"),
    ("reminders.Bounce", "text"),
    *(("desk.SignIn", name) for name in ("account", "typed", "address", "network", "by_name")),
    ("reminders.Delivery", "reason"),
    ("reminders.MailDomain", "name"),
}


def test_every_field_that_people_write_in_cleans():
    left = []
    for model in apps.get_models():
        ours = model.__module__.startswith(("rotation.", "meetings.", "secretariat."))
        if not ours or "pgh_id" in {field.name for field in model._meta.fields}:
            continue
        for field in model._meta.fields:
            inner = field.base_field if isinstance(field, ArrayField) else field
            is_text = isinstance(inner, models.CharField | models.TextField) and not inner.choices
            is_code = field.name in CODES or isinstance(inner, models.SlugField)
            name = (model._meta.label, field.name)
            if is_text and not is_code and not isinstance(inner, EnteredText) and name not in OURS:
                left.append(name)
    assert left == [], left


@pytest.mark.django_db
def test_a_name_is_clean_whichever_way_it_is_written():
    contact = ContactFactory(name=f"\u200e{MAC}", office="one\ntwo")
    assert (contact.name, contact.office) == ("Фӗдор", "one two")
    contact.refresh_from_db()
    assert (contact.name, contact.office) == ("Фӗдор", "one two")
    Contact.objects.update(name="\u202bПё\u0306тр")
    assert Contact.objects.get().name == "Пё\u0306тр"  # there is no such letter in one piece
    contact.name = "Иваи\u0306"
    Contact.objects.bulk_update([contact], ["name"])
    assert Contact.objects.get(name="Иваи\u0306").name == "Ивай"
    made = DeadlineTemplate.objects.bulk_create(
        [DeadlineTemplate(name="\u2068Papers\u2069", note="a\u00ad\nb")]
    )
    made[0].refresh_from_db()
    assert (made[0].name, made[0].note) == ("Papers", "a\nb")


@pytest.mark.django_db
def test_texts_in_languages_are_clean_in_each():
    ministry = MinistryFactory(names={"ru": "Мини\u00adстерство ино\u0301го", "zh": "外交部\u200e"})
    ministry.refresh_from_db()
    assert ministry.names == {"ru": "Министерство ино\u0301го", "zh": "外交部"}
    Ministry.objects.update(names={"en": "\ufeffMFA"})
    assert Ministry.objects.get().names == {"en": "MFA"}


@pytest.mark.django_db
def test_a_form_measures_and_checks_what_is_left():
    form = Contact._meta.get_field("email").formfield()
    assert form.clean("\u200eaida@example.org\u200f") == "aida@example.org"
    city = Meeting._meta.get_field("city").formfield()
    assert city.clean("\u200e" + "a" * 100) == "a" * 100


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("desk@example.org", "desk@example.org"),
        ("desk@почта.рф", "desk@xn--80a1acny.xn--p1ai"),
        ("desk@ПОЧТА.РФ", "desk@xn--80a1acny.xn--p1ai"),
        ("desk@мемлекет.қаз", "desk@xn--e1aaatdeb6c.xn--80ao21a"),
        ("desk@外交部.中国", "desk@xn--tlq87w5j9b.xn--fiqs8s"),
        ("desk@外交部。中国", "desk@xn--tlq87w5j9b.xn--fiqs8s"),
    ],
)
def test_a_domain_in_any_script_has_a_form_for_the_wire(address, on_the_wire):
    assert wire_address(address) == on_the_wire
    validate_address(address)


@pytest.mark.parametrize(
    "address", ["почта@example.org", "desk@\u200dпочта.рф", "desk@-поч-.рф", "a\r\nb@x.org"]
)
def test_what_cannot_go_over_the_wire_is_refused(address):
    with pytest.raises(ValueError, match=r"@|odepoint|abel|Joiner"):
        wire_address(address)
    with pytest.raises(ValidationError):
        validate_address(address)
