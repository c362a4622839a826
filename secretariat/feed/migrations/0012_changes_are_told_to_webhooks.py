"""Write a message for each webhook that may see a change, in the transaction that makes the change, as it is numbered.

In the database, as the numbers are: whoever writes (the services, bulk SQL, a shell), no change is without its messages.
What was not sent yet of the same meeting is overtaken: the receiver reads what there is now.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION feed_webhook_is_told(system bigint, seen bigint[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM feed_partnersystem_tracks WHERE partnersystem_id = system)
        OR EXISTS (SELECT FROM feed_partnersystem_tracks WHERE partnersystem_id = system AND track_id = ANY (seen))
$$;
CREATE FUNCTION feed_tell_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever commits a change waits for no worker: a message that one holds is found overtaken when its turn comes.
    UPDATE feed_webhookmessage SET state = 'overtaken' WHERE id IN (
        SELECT message.id FROM feed_webhookmessage AS message
        JOIN feed_webhook AS webhook ON webhook.id = message.webhook_id
        JOIN feed_partnersystem AS system ON system.id = webhook.system_id
        WHERE system.feed_id = NEW.audience AND message.meeting = NEW.uid AND message.state IN ('pending', 'deferred')
        FOR UPDATE OF message SKIP LOCKED);
    INSERT INTO feed_webhookmessage (webhook_id, uid, kind, meeting, seq, epoch, state, tries, next_try_at, created_at)
    SELECT webhook.id, gen_random_uuid(), 'changed', NEW.uid, NEW.seq, feed.epoch, 'pending', 0,
        clock_timestamp(), clock_timestamp()
    FROM feed_webhook AS webhook
    JOIN feed_partnersystem AS system ON system.id = webhook.system_id
    JOIN feed_feed AS feed ON feed.audience = system.feed_id
    WHERE webhook.state = 'active' AND feed.audience = NEW.audience
        AND feed_webhook_is_told(system.id, NEW.tracks_seen)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER feed_tell_webhooks
    AFTER UPDATE OF seq ON feed_feeditem
    FOR EACH ROW WHEN (NEW.seq IS NOT NULL AND OLD.seq IS DISTINCT FROM NEW.seq)
    EXECUTE FUNCTION feed_tell_webhooks();
"""
BACKWARD = """
DROP TRIGGER feed_tell_webhooks ON feed_feeditem;
DROP FUNCTION feed_tell_webhooks();
DROP FUNCTION feed_webhook_is_told(bigint, bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("feed", "0011_webhooks")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
