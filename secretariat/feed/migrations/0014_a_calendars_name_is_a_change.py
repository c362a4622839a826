"""A new name of a track or state is a change of every feed, whether or not a meeting shows it: calendars bear it.

At commit and under the lock that orders the commits, as the numbers of items are: counted earlier, the feed's row would
be held while others who number wait for it with their own. By the database, so that bulk SQL counts too. The number is
one that no item has: who follows the changes finds none.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION feed_count_name_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('feed_number_at_commit'));
    UPDATE feed_feed SET high_seq = high_seq + 1, changed_at = clock_timestamp()
    WHERE audience IN (SELECT audience FROM feed_feed ORDER BY audience FOR UPDATE);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER feed_count_name_at_commit
    AFTER UPDATE OF names ON meetings_track
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.names IS DISTINCT FROM NEW.names)
    EXECUTE FUNCTION feed_count_name_at_commit();
CREATE CONSTRAINT TRIGGER feed_count_name_at_commit
    AFTER UPDATE OF names ON rotation_state
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.names IS DISTINCT FROM NEW.names)
    EXECUTE FUNCTION feed_count_name_at_commit();
"""
BACKWARD = """
DROP TRIGGER feed_count_name_at_commit ON rotation_state;
DROP TRIGGER feed_count_name_at_commit ON meetings_track;
DROP FUNCTION feed_count_name_at_commit();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("feed", "0013_tokens_are_warned_of"),
        ("meetings", "0019_terms_are_over_on_a_day"),
        ("rotation", "0004_the_secretariat_has_a_seat"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
