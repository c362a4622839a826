"""A contact's history is erased with the rights of who owns the table, and only where retention asks for it.

Where another role than the owner calls, today is the database's own; a day more, for zones ahead of UTC. What is
written is not the caller's: the three columns say nothing of anybody. Without a rule of the desk's contacts are kept
for 730 days (`retention.DEFAULT_DAYS`).
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION erase_history_of_contact(erased bigint, today date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ignored text := coalesce(current_setting('pgtrigger.ignore', true), '');
    kept_days integer := 730;
    rows integer;
BEGIN
    IF NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        today := least(today, current_date + 1);
    END IF;
    IF EXISTS (SELECT FROM meetings_retentionrule WHERE category = 'contacts') THEN
        SELECT days INTO kept_days FROM meetings_retentionrule WHERE category = 'contacts';
    END IF;
    IF NOT EXISTS (
        SELECT FROM meetings_contact contact JOIN meetings_erasure mark ON mark.contact_id = contact.id
        WHERE contact.id = erased AND NOT contact.is_example AND contact.valid_until + kept_days < today
    ) THEN
        RAISE EXCEPTION 'Contact % is not to be erased: retention does not ask for it', erased;
    END IF;
    PERFORM set_config('pgtrigger.ignore', '{pgtrigger_append_only_2059b}', true);
    UPDATE meetings_contactevent
    SET name = '#' || erased, office = '', email = 'erased-' || erased || '@contacts.invalid'
    WHERE pgh_obj_id = erased;
    GET DIAGNOSTICS rows = ROW_COUNT;
    PERFORM set_config('pgtrigger.ignore', ignored, true);
    RETURN rows;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [("meetings", "0027_open_dues_are_found_in_their_index")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION erase_history_of_contact(bigint, date)")]
