"""Number a meeting's items anew when it is shown to others than before, whoever wrote that.

The services render a meeting's items in the transaction that changes it. Bulk SQL, a shell or a migration does not; what
it hides must all the same reach who keeps a copy, and end every 304 that speaks for the old state.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION feed_tell_of_hidden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE feed_feeditem SET seq = NULL WHERE meeting_id = NEW.id AND seq IS NOT NULL AND NOT removed;
    RETURN NULL;
END
$$;
CREATE TRIGGER feed_tell_of_hidden
    AFTER UPDATE OF visibility, status ON meetings_meeting
    FOR EACH ROW WHEN (NEW.visibility <> OLD.visibility OR NEW.status <> OLD.status)
    EXECUTE FUNCTION feed_tell_of_hidden();
"""
BACKWARD = """
DROP TRIGGER feed_tell_of_hidden ON meetings_meeting;
DROP FUNCTION feed_tell_of_hidden();
"""


class Migration(migrations.Migration):
    dependencies = [("feed", "0004_feeds_say_when_they_changed"), ("meetings", "0002_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
