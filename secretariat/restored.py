"""The one signal that says: this database was restored from a backup, and knows nothing of what went out since.

Sent inside the transaction that notices it. Receivers write rows only.
"""

from django.dispatch import Signal

database_restored = Signal()
