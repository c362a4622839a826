"""What a search compares: no case, no accents, one way of composing, letters that are typed for one another.

`pg_trgm` is a trusted extension: who owns the database may create it. The functions' bodies are bound to what they
name when they are made, so that a dump of an index over them is restored under any search path.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

FOLDED = r"""
CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN translate(
    regexp_replace(lower(normalize(words, NFKD)), '[\u0300-\u036f]', '', 'g'),
    'әғқңөұүһҳҷіıøłđʻʼ‘’`',
    'агкноууххчиiold'''''''''''
)
"""
FOLDED_TEXTS = r"""
CREATE FUNCTION folded_texts(texts jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT folded(string_agg(text, E'\n' ORDER BY language)) FROM jsonb_each_text(texts) AS each (language, text))
"""
# The ORM's lists are arrays, whose words the database joins by a function that it takes for changeable: of text it is not.
FOLDED_LIST = r"""
CREATE FUNCTION folded_list(words text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN folded(array_to_string(words, E'\n'))
"""
FOLDED_PATTERN = r"""
CREATE FUNCTION folded_pattern(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN '%' || replace(replace(replace(folded(words), '\', '\\'), '%', '\%'), '_', '\_') || '%'
"""


class Migration(migrations.Migration):
    dependencies = [("rotation", "0006_zones_are_known")]
    operations = [
        TrigramExtension(),
        migrations.RunSQL(FOLDED, "DROP FUNCTION folded(text)"),
        migrations.RunSQL(FOLDED_TEXTS, "DROP FUNCTION folded_texts(jsonb)"),
        migrations.RunSQL(FOLDED_LIST, "DROP FUNCTION folded_list(text[])"),
        migrations.RunSQL(FOLDED_PATTERN, "DROP FUNCTION folded_pattern(text)"),
    ]
