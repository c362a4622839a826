"""A new database's tables are made in one step."""

import pytest
from django.db import connection, models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from rotation.creation import CreateModels


def tables_of_the_test():
    return {name for name in connection.introspection.table_names() if name.startswith("theatre_")}


def reference(to):
    return models.ForeignKey(to, on_delete=models.CASCADE, null=True, related_name="+")


@pytest.mark.django_db
def test_tables_that_refer_to_each_other_are_made_in_one_step_and_go_in_one():
    key = ("id", models.AutoField(primary_key=True))
    stage = CreateModel("Stage", [key, ("opened_with", reference("theatre.Play"))])
    play = CreateModel(
        "Play", [key, ("stage", reference("theatre.Stage")), ("guests", models.ManyToManyField("self"))]
    )
    step = CreateModels(state_operations=[stage, play])
    before, after = ProjectState(), ProjectState()
    step.state_forwards("theatre", after)

    with connection.schema_editor() as editor:
        step.database_forwards("theatre", editor, before, after)
    assert tables_of_the_test() == {"theatre_stage", "theatre_play", "theatre_play_guests"}

    with connection.schema_editor() as editor:
        step.database_backwards("theatre", editor, after, before)
    assert tables_of_the_test() == set()


def test_models_are_rendered_after_the_last_and_not_at_each():
    state = ProjectState()
    rendered_before = state.apps
    step = CreateModels(state_operations=[CreateModel("Stage", [("id", models.AutoField(primary_key=True))])])
    step.state_forwards("theatre", state)
    assert "apps" not in vars(state)
    assert state.apps.get_model("theatre", "stage")
    assert state.apps is not rendered_before
