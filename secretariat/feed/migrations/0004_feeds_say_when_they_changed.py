"""Stamp the feed with the moment of its last change, and tell each stored item its track.

The moment is the database's own, taken under the lock that orders the commits: it is all that Last-Modified needs.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION feed_number_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One event a changed row is queued; the first one numbers them all. No other transaction's row can be
    -- without a number here: a committed row has one.
    IF NOT EXISTS (SELECT 1 FROM feed_feeditem WHERE id = NEW.id AND seq IS NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('feed_number_at_commit'));
    WITH unnumbered AS (
        SELECT id, audience, row_number() OVER (PARTITION BY audience ORDER BY id) AS place
        FROM feed_feeditem WHERE seq IS NULL
    ), counted AS (
        INSERT INTO feed_feed AS feed (audience, high_seq, floor_seq, epoch{columns})
        SELECT audience, count(*), 0, gen_random_uuid(){values} FROM unnumbered GROUP BY audience ORDER BY audience
        ON CONFLICT (audience) DO UPDATE SET high_seq = feed.high_seq + EXCLUDED.high_seq{updates}
        RETURNING audience, high_seq
    )
    UPDATE feed_feeditem AS item
    SET seq = counted.high_seq - total.rows + unnumbered.place
    FROM unnumbered
    JOIN counted USING (audience)
    JOIN (SELECT audience, count(*) AS rows FROM unnumbered GROUP BY audience) AS total USING (audience)
    WHERE item.id = unnumbered.id;
    RETURN NULL;
END
$$;
"""
FORWARD = FUNCTION.format(
    columns=", changed_at", values=", clock_timestamp()", updates=", changed_at = EXCLUDED.changed_at"
) + """
UPDATE feed_feeditem AS item
    SET track = meeting.track_id, tracks_seen = ARRAY[meeting.track_id]
    FROM meetings_meeting AS meeting WHERE meeting.id = item.meeting_id;
"""
BACKWARD = FUNCTION.format(columns="", values="", updates="")


class Migration(migrations.Migration):
    dependencies = [("feed", "0003_items_know_tracks_and_systems_their_reach")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
