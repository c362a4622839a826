"""A desk after many years, filled by bulk SQL: what `benchmarks.desk` reads."""

from __future__ import annotations

TABLES = (
    *("meetings_ministry", "meetings_contact", "meetings_meeting", "meetings_deadline", "meetings_due"),
    *("reminders_delivery", "reminders_bounce", "reminders_reply", "meetings_agenda"),
)

# Each statement is of whole years on both sides of today: most mail has gone, most deadlines are settled.
STATEMENTS = (
    """
    INSERT INTO meetings_ministry (names, is_example, state_id)
    SELECT jsonb_build_object('en', 'Ministry ' || n || ' of ' || code, 'ru', 'Министерство ' || n), true, code
    FROM rotation_state CROSS JOIN generate_series(1, 10) AS n
    """,
    """
    INSERT INTO meetings_contact (
        name, office, email, language, zone, is_undeliverable, is_example, ministry_id, roles, digest_at
    )
    SELECT (ARRAY['Пётр', 'Ғани', 'Әсел', 'Li Wei', 'Aygül', 'Dilnoza'])[1 + n % 6] || ' ' || ministry.id || '-' || n,
           'Desk ' || n, 'desk' || n || '@m' || ministry.id || '.synthetic.example.org',
           (ARRAY['en', 'ru', 'zh'])[1 + n % 3], state.zone, n = 9 AND ministry.id % 5 = 0, true,
           ministry.id, ARRAY['focal point'], '09:00'
    FROM meetings_ministry AS ministry JOIN rotation_state AS state ON state.code = ministry.state_id
         CROSS JOIN generate_series(1, 10) AS n
    WHERE ministry.is_example
    """,
    """
    INSERT INTO meetings_meeting (
        uid, titles, status, visibility, format, precision, first_on, last_on, zone, starts_at, ends_at, city, venue,
        source, note, is_example, sequence, revision, created_at, updated_at, country_id, host_id, track_id
    )
    SELECT gen_random_uuid(),
           jsonb_build_object('en', 'Expert meeting ' || n || ' on ' || subject[1 + n % 7],
                              'ru', 'Встреча экспертов № ' || n),
           CASE WHEN day < current_date THEN 'held' ELSE 'confirmed' END, 'internal', 'in person', 'day', day, day,
           state.zone, day::timestamp AT TIME ZONE state.zone, (day + 1)::timestamp AT TIME ZONE state.zone,
           state.capital, 'Hall ' || n % 40, '', '', true, 0, 1, now(), now(), state.code, state.code, track.id
    FROM generate_series(1, {meetings}) AS n
         CROSS JOIN LATERAL (SELECT current_date - 3650 + (n * 4015 / {meetings}) AS day) AS on_day
         CROSS JOIN (SELECT ARRAY['customs', 'water', 'energy', 'health', 'rail', 'trade', 'culture'] AS subject) AS s
         JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS place, code, zone, capital
               FROM rotation_state) AS state ON state.place = n % 6
         JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM meetings_track) AS track
              ON track.place = n % (SELECT count(*) FROM meetings_track)
    """,
    """
    INSERT INTO meetings_deadline (
        position, titles, offset_days, close_at, roll, addressee, meeting_id, calendars, key, min_notice_days,
        source, purpose
    )
    SELECT n, jsonb_build_object('en', (ARRAY['Draft papers', 'Names of delegates', 'Comments', 'Nominations',
                                              'Credentials', 'Reports'])[n], 'ru', 'Срок ' || n),
           -10 * n, '18:00', 'back', 'all', meeting.id, 'state', '', 0, '', ''
    FROM meetings_meeting AS meeting CROSS JOIN generate_series(1, 6) AS n
    WHERE meeting.is_example AND meeting.source = ''
    ORDER BY meeting.id LIMIT {dues} / 6 + 1
    """,
    """
    INSERT INTO meetings_due (
        target_on, due_on, due_at, zone, trail, sequence, is_pinned, pin_reason, status, received_at, settle_reason,
        deadline_id, state_id, notice
    )
    SELECT day, day, due_at, state.zone, jsonb_build_array(jsonb_build_object('code', 'worked', 'day', day, 'state', code)),
           0, false, '', CASE WHEN is_open THEN 'open' ELSE 'received' END,
           CASE WHEN is_open THEN NULL ELSE due_at - interval '1 day' END, '', deadline_id, code, 'full'
    FROM (
        SELECT meeting.first_on + deadline.offset_days AS day, deadline.id AS deadline_id, state.code, state.zone,
               (meeting.first_on + deadline.offset_days + time '18:00') AT TIME ZONE state.zone AS due_at,
               meeting.first_on + deadline.offset_days > current_date OR deadline.id % 500 = 0 AS is_open
        FROM meetings_deadline AS deadline JOIN meetings_meeting AS meeting ON meeting.id = deadline.meeting_id
             CROSS JOIN rotation_state AS state
        WHERE deadline.key = '' AND meeting.source = ''
        ORDER BY deadline.id, state.code LIMIT {dues}
    ) AS state
    """,
    """
    INSERT INTO reminders_delivery (
        uid, kind, sequence, offset_code, reason, says_due_at, planned_on, planned_hour, zone, planned_at, expires_at,
        state, next_try_at, attempts, message_id, in_reply_to, language, recipient, subject, text, html, sha256,
        sent_at, reply, created_at, contact_id, due_id, meeting_id, calendar, is_held, is_item
    )
    SELECT uid, 'reminder', 0, 'P' || days || 'D', 'reminder rule P' || days || 'D', due_at, planned_at::date, '09:00',
           zone, planned_at, due_at, state, planned_at, (state <> 'pending')::int,
           '<' || uid || '@secretariat.example.org>', '',
           CASE WHEN state = 'sent' THEN language ELSE '' END, CASE WHEN state = 'sent' THEN email ELSE '' END,
           CASE WHEN state = 'sent' THEN title || ': due in ' || days || ' days' ELSE '' END,
           CASE WHEN state = 'sent' THEN repeat('A line of the mail as it was sent. ', 30) ELSE '' END, '', '',
           CASE WHEN state = 'sent' THEN planned_at + interval '3 seconds' END,
           CASE WHEN state = 'sent' THEN '250 ok' ELSE '' END, now(), contact_id, due_id, meeting_id, '', false, false
    FROM (
        SELECT gen_random_uuid() AS uid, days, due.due_at, contact.zone, contact.language, contact.email,
               contact.id AS contact_id, due.id AS due_id, deadline.meeting_id, deadline.titles->>'en' AS title,
               due.due_at - interval '9 hours' - days * interval '1 day' AS planned_at,
               CASE WHEN due.due_at - days * interval '1 day' > now() THEN 'pending'
                    WHEN due.id % 4000 = 0 THEN (ARRAY['failed', 'uncertain', 'lapsed'])[1 + due.id / 4000 % 3]
                    WHEN due.id % 40 = 0 THEN 'cancelled' ELSE 'sent' END AS state
        FROM meetings_due AS due
             JOIN meetings_deadline AS deadline ON deadline.id = due.deadline_id
             CROSS JOIN unnest(ARRAY[30, 14, 7, 3, 1]) AS days
             JOIN (SELECT contact.id, contact.zone, contact.language, contact.email, ministry.state_id,
                          row_number() OVER (PARTITION BY ministry.state_id ORDER BY contact.id) - 1 AS place
                   FROM meetings_contact AS contact JOIN meetings_ministry AS ministry ON ministry.id = contact.ministry_id
                   WHERE contact.is_example) AS contact
                  ON contact.state_id = due.state_id AND contact.place = deadline.meeting_id % 100
        ORDER BY due.id, days DESC LIMIT {deliveries}
    ) AS planned
    """,
    """
    INSERT INTO reminders_bounce (verdict, status, diagnostic, text, sha256, at, delivery_id, contact_id)
    SELECT (ARRAY['returned', 'gone', 'delayed'])[1 + id % 3], '5.1.1', '550 no such user', '', md5(uid::text), sent_at,
           id, contact_id
    FROM reminders_delivery WHERE state = 'sent' AND id % 100 = 0
    """,
    """
    INSERT INTO reminders_reply (what, text, at, delivery_id, due_id, contact_id)
    SELECT (ARRAY['received', 'submitted'])[1 + id % 2], 'Sent by note', sent_at, id, due_id, contact_id
    FROM reminders_delivery WHERE state = 'sent' AND id % 50 = 7
    """,
    """
    INSERT INTO meetings_agenda (
        meeting_id, provisional_days, supplementary_days, list_days, cooling_days, revision, created_at
    )
    SELECT id, 42, 21, 14, 7, 1, now() FROM meetings_meeting AS meeting
    WHERE is_example AND NOT EXISTS (SELECT 1 FROM meetings_agenda WHERE meeting_id = meeting.id)
    """,
)


def fill(*, meetings: int, dues: int, deliveries: int) -> None:
    """Adds so many of each, of which one in ten is to come; nothing is announced, so nothing is derived of it.

    Triggers are off meanwhile, since a history of half a million rows would take longer than all else.
    """
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in STATEMENTS:
            cursor.execute(statement.format(meetings=meetings, dues=dues, deliveries=deliveries))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum does within a minute
