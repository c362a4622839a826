"""Who changed what and why is append-only, like the changes themselves.

The two tables are other packages': pghistory's contexts and the log of Django's admin, so their triggers are written
by hand. pghistory writes a context anew while its request lasts, when more is known of it: who is named then stays,
and after ten minutes all of it does.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_to_change_what_was_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Cannot update or delete rows of %: what was told stays', TG_TABLE_NAME;
END;
$$;

CREATE TRIGGER contexts_are_never_deleted BEFORE DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_what_was_told();

CREATE TRIGGER contexts_stay_as_they_were_told BEFORE UPDATE ON pghistory_context
    FOR EACH ROW WHEN (
        OLD.created_at < now() - interval '10 minutes'
        OR NEW.id <> OLD.id
        OR NEW.created_at <> OLD.created_at
        OR (OLD.metadata -> 'user' <> 'null'::jsonb AND NEW.metadata -> 'user' IS DISTINCT FROM OLD.metadata -> 'user')
        OR (OLD.metadata ? 'name' AND NEW.metadata -> 'user' IS NOT DISTINCT FROM OLD.metadata -> 'user'
            AND NEW.metadata -> 'name' IS DISTINCT FROM OLD.metadata -> 'name')
    ) EXECUTE FUNCTION refuse_to_change_what_was_told();

CREATE TRIGGER log_of_the_desk_is_append_only BEFORE UPDATE OR DELETE ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_what_was_told();
"""
BACK = """
DROP TRIGGER contexts_are_never_deleted ON pghistory_context;
DROP TRIGGER contexts_stay_as_they_were_told ON pghistory_context;
DROP TRIGGER log_of_the_desk_is_append_only ON django_admin_log;
DROP FUNCTION refuse_to_change_what_was_told();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("desk", "0002_sign_ins_are_recorded"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
