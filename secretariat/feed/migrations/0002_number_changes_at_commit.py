"""Number feed items at commit, in commit order, so that a reader never misses a change.

A number given earlier (a sequence, a timestamp) does not follow the order of commits: who reads 42 while 41 is
still open never sees 41. Here a deferred constraint trigger runs at commit, takes one advisory lock as late as
possible and numbers all that the transaction changed. PostgreSQL lets go of the lock after the commit is
visible, so the next number is always visible later. The counter is a row, not a sequence: it rolls back.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION feed_number_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
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
        INSERT INTO feed_feed AS feed (audience, high_seq, floor_seq, epoch)
        SELECT audience, count(*), 0, gen_random_uuid() FROM unnumbered GROUP BY audience ORDER BY audience
        ON CONFLICT (audience) DO UPDATE SET high_seq = feed.high_seq + EXCLUDED.high_seq
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
CREATE CONSTRAINT TRIGGER feed_number_at_commit
    AFTER INSERT OR UPDATE ON feed_feeditem
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.seq IS NULL)
    EXECUTE FUNCTION feed_number_at_commit();
INSERT INTO feed_feed (audience, high_seq, floor_seq, epoch)
    VALUES ('public', 0, 0, gen_random_uuid()), ('partners', 0, 0, gen_random_uuid());
"""
BACKWARD = """
DROP TRIGGER feed_number_at_commit ON feed_feeditem;
DROP FUNCTION feed_number_at_commit();
DELETE FROM feed_feed WHERE NOT EXISTS (SELECT 1 FROM feed_partnersystem);
"""


class Migration(migrations.Migration):
    dependencies = [("feed", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
