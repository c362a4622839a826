"""Lists of people and of names stand in the order of the reader's alphabet, also where the database sorts them."""

import pytest
from django.apps import apps
from django.db.models import F
from django.urls import reverse
from django.utils.translation import override

from meetings.models import Contact, Ministry
from rotation import sort_keys
from rotation.sort_keys import ByAlphabet, make_keys_anew
from secretariat.feed.models import City
from tests.factories import ContactFactory, MinistryFactory, OrganisationFactory, StateFactory, UserFactory

pytestmark = pytest.mark.django_db

# Ё, Ӣ and Ӯ are to ICU, as to a Russian dictionary, Е, И and У with a sign above: the next letter decides first.
RUSSIAN = "Егоров Ежов Ёлкин Емельянов Жуков Иванов Йорданов Катаев"
KAZAKH = "Асанов Әбдіров Гулов Ғабитов Каримов Қасымов Назаров Ңұрлы Омаров Өтеген Умаров Үмітов Ұлықбек Хасанов Һашим"
TAJIK = "Гафуров Ғаниев Ибодов Ӣсоев Комилов Қосимов Ӯктамов Умедов Хоналиев Ҳакимов Чоршанбе Ҷалилов Шарипов"
CHINESE = "陈明 李强 王芳 张伟 周杰"  # Chén, Lǐ, Wáng, Zhāng, Zhōu
MIXED = {
    "en": "Smith Zhang Ёлкин Қасымов Яковлев 李强 王芳",
    "ru": "Ёлкин Қасымов Яковлев Smith Zhang 李强 王芳",
    "zh-hans": "李强 王芳 Smith Zhang Ёлкин Қасымов Яковлев",
}


def contacts(names):
    ministry = MinistryFactory()
    for name in sorted(names, reverse=True):
        ContactFactory(ministry=ministry, name=name)


def read(language):
    with override(language):
        return " ".join(Contact.objects.values_list("name", flat=True))


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
@pytest.mark.parametrize("alphabet", [RUSSIAN, KAZAKH, TAJIK], ids=["russian", "kazakh", "tajik"])
def test_contacts_stand_by_their_alphabet(alphabet, language):
    contacts(alphabet.split())
    assert read(language) == alphabet


def test_chinese_names_stand_by_pinyin():
    contacts(CHINESE.split())
    assert read("zh-hans") == CHINESE


@pytest.mark.parametrize("language", MIXED)
def test_the_readers_own_script_comes_first(language):
    contacts(MIXED[language].split())
    assert read(language) == MIXED[language]


def ministries(*names):
    state = StateFactory(code="KZ")
    return [MinistryFactory(state=state, names=each) for each in names]


def shown(client, name, language, query=""):
    page = client.get(reverse(f"admin:{name}_changelist") + query, headers={"Accept-Language": language})
    return list(page.context["cl"].result_list)


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_ministries_stand_by_the_name_that_the_reader_is_shown(desk):
    water, health, energy = ministries(
        {"en": "Water", "ru": "Водное хозяйство", "zh": "水利部"},
        {"en": "Health", "ru": "Здравоохранение", "zh": "卫生部"},
        {"en": "Energy", "ru": "Ёмкая энергетика"},
    )
    assert shown(desk, "meetings_ministry", "en") == [energy, health, water]
    assert shown(desk, "meetings_ministry", "ru") == [water, energy, health]
    assert shown(desk, "meetings_ministry", "zh-hans") == [water, health, energy]  # shuǐ, wèi, then Latin


def test_a_column_of_names_is_sorted_both_ways_by_the_alphabet(desk):
    contacts(TAJIK.split())
    names = [row.name for row in shown(desk, "meetings_contact", "ru", "?o=1")]
    assert " ".join(names) == TAJIK
    assert [row.name for row in shown(desk, "meetings_contact", "ru", "?o=-1")] == names[::-1]


def test_organisations_and_cities_stand_by_the_alphabet(desk):
    state = StateFactory(code="TJ")
    rows = [OrganisationFactory(state=state, names={"ru": name}) for name in ("Ҷамъият", "Чинор", "Шафақ")]
    assert shown(desk, "meetings_organisation", "ru") == [rows[1], rows[0], rows[2]]
    for name in ("Ҳисор", "Хуҷанд", "Ҷиликӯл", "Чорӯҳ"):
        City.objects.create(country=state, name=name, latitude=38, longitude=68)
    assert [row.name for row in shown(desk, "feed_city", "ru")] == ["Хуҷанд", "Ҳисор", "Чорӯҳ", "Ҷиликӯл"]


def test_a_choice_of_ministries_is_offered_by_the_alphabet(desk):
    ministries({"ru": "Ғ дело"}, {"ru": "Дело"}, {"ru": "Г дело"})
    asked = {"app_label": "meetings", "model_name": "contact", "field_name": "ministry", "term": "дело"}
    found = desk.get(reverse("admin:autocomplete"), asked, headers={"Accept-Language": "ru"}).json()[
        "results"
    ]
    assert [each["text"].removeprefix("KZ · ") for each in found] == ["Г дело", "Ғ дело", "Дело"]


def test_a_renamed_contact_moves_and_a_bulk_write_stands_in_its_place():
    contacts(["Ежов", "Жуков"])
    row = Contact.objects.get(name="Жуков")
    row.name = "Егоров"
    row.save()
    Contact.objects.bulk_create([ContactFactory.build(ministry=row.ministry, name="Ёлкин", email="e@x.kz")])
    assert read("ru") == "Егоров Ежов Ёлкин"


def test_no_history_keeps_a_key():
    tracked = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    assert tracked
    assert [m for m in tracked if any(field.name == "sorted_as" for field in m._meta.fields)] == []


def test_keys_of_another_icu_and_missing_ones_are_made_anew(monkeypatch):
    contacts(RUSSIAN.split())
    Contact.objects.filter(name="Ёлкин").update(sorted_as={})
    assert read("ru").endswith("Ёлкин")  # no key yet: last, and nothing breaks
    make_keys_anew()
    assert read("ru") == RUSSIAN
    Contact.objects.update(sorted_as={"by": "1.0 en", "ru": "00"})
    monkeypatch.setattr(sort_keys, "AT_ONCE", 3)
    make_keys_anew()
    assert read("ru") == RUSSIAN
    events = Contact.pgh_event_model.objects
    assert events.count() == Contact.objects.count()  # nothing of it is a change of the contact
    before = list(Contact.objects.order_by("pk").values_list("sorted_as", flat=True))
    make_keys_anew()
    assert list(Contact.objects.order_by("pk").values_list("sorted_as", flat=True)) == before


def test_the_order_is_found_through_another_table():
    contacts(["Жуков", "Ёлкин"])
    with override("ru"):
        names = Ministry.objects.order_by("contacts").values_list("contacts__name", flat=True)
        assert list(names) == ["Ёлкин", "Жуков"]
        assert list(
            Contact.objects.order_by(ByAlphabet(F("sorted_as")).desc()).values_list("name", flat=True)
        ) == [
            "Жуков",
            "Ёлкин",
        ]
