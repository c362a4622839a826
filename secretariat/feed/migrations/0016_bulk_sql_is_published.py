"""Mark a meeting's items when the meeting is written, whoever writes it.

The services render them in the same transaction, which takes the mark away again. Bulk SQL, a shell or a migration does
not: what it wrote is found by the mark within a minute.
"""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION feed_mark_unpublished() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE feed_feeditem SET renderer = 0 WHERE meeting_id = NEW.id AND renderer <> 0 AND NOT removed;
    RETURN NULL;
END
$$;
CREATE TRIGGER feed_mark_unpublished
    AFTER UPDATE ON meetings_meeting
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION feed_mark_unpublished();
"""
BACKWARD = """
DROP TRIGGER feed_mark_unpublished ON meetings_meeting;
DROP FUNCTION feed_mark_unpublished();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("feed", "0015_webhooks_may_sign_by_a_key_pair"),
        ("meetings", "0019_terms_are_over_on_a_day"),
    ]
    operations = [
        migrations.AddIndex(
            model_name="feeditem",
            index=models.Index(
                condition=models.Q(removed=False, renderer=0), fields=["meeting"], name="feed_unpublished"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
