"""The keys of the record's entries begin with their mechanism; the rows, and with them the UIDs, stay as they are."""

from django.db import migrations, models

# These had the mechanism's slug inside the key.
OF_THE_MECHANISM = {"side", "membership", "summit", "announcement"}


def mechanism_of(apps):
    """Gives the slug of the mechanism that an entry is of; the first one where several share the row."""
    get = apps.get_model
    slugs = {str(pk): slug for pk, slug in get("rotation", "Mechanism").objects.values_list("pk", "slug")}
    first = next(iter(slugs.values()), None)

    def by(app, model, to):
        return {str(pk): slug for pk, slug in get(app, model).objects.order_by("-pk").values_list("pk", to)}

    meetings = by("meetings", "Meeting", "track__mechanism__slug")
    shared = get("rotation", "Membership").objects.order_by("-side__mechanism").values_list(
        "state", "side__mechanism__slug"
    )
    of = {
        "mechanism": slugs,
        "side": by("rotation", "Side", "mechanism__slug"),
        "membership": by("rotation", "Membership", "side__mechanism__slug"),
        "summit": by("rotation", "Summit", "mechanism__slug"),
        "announcement": by("rotation", "RotationDecision", "mechanism__slug"),
        "state": dict(shared),
        "track": by("meetings", "Track", "mechanism__slug"),
        "meeting": meetings,
        "outcomes": meetings,
        "delegations": meetings,
        "hostoffer": by("meetings", "HostOffer", "track__mechanism__slug"),
        "committee": by("meetings", "Committee", "track__mechanism__slug"),
        "seat": by("meetings", "Seat", "track__mechanism__slug"),
        "organisation": by("meetings", "Organisation", "seats__track__mechanism__slug"),
        "preparatorystep": by("meetings", "PreparatoryStep", "track__mechanism__slug"),
        "symbolscheme": by("meetings", "SymbolScheme", "mechanism__slug"),
    }
    return lambda kind, row: of.get(kind, {}).get(row) or first


def give_keys_to_their_mechanism(apps, schema_editor):
    slug_of = mechanism_of(apps)
    entries = list(apps.get_model("meetings", "RecordEntry").objects.all())
    for entry in entries:
        kind, _colon, rest = entry.key.partition(":")
        slug = slug_of(kind, entry.object_id)
        if slug is not None:
            own = rest.removeprefix(f"{slug}:") if kind in OF_THE_MECHANISM else rest
            entry.key = f"{slug}:{kind}:{own}"
    apps.get_model("meetings", "RecordEntry").objects.bulk_update(entries, ["key"], batch_size=500)


def give_keys_back(apps, schema_editor):
    """An older release knows one key for all mechanisms: that of the mechanism entered first is kept."""
    model, seen, kept = apps.get_model("meetings", "RecordEntry"), set(), []
    for entry in model.objects.order_by("pk"):
        slug, kind, rest = entry.key.split(":", 2)
        former = f"{kind}:{slug}:{rest}" if kind in OF_THE_MECHANISM else f"{kind}:{rest}"
        if kind == "decision" or former in seen:
            entry.delete()
            continue
        seen.add(former)
        entry.key = former
        kept.append(entry)
    model.objects.bulk_update(kept, ["key"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0001_squashed_0019_terms_are_over_on_a_day"),
        ("rotation", "0005_a_turn_can_be_brought_forward"),
    ]

    operations = [
        migrations.AlterField(
            model_name="recordentry",
            name="key",
            field=models.CharField(max_length=255, unique=True),
        ),
        migrations.RunPython(give_keys_to_their_mechanism, give_keys_back),
    ]
