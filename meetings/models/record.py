"""What `load_mechanism` loaded last, so that a second load changes only what the file changed."""

from django.db import models


class RecordEntry(models.Model):
    """One entry of the record file as it was last loaded; the desk's later edits are not undone by a reload."""

    key = models.CharField(max_length=255, unique=True)  # <mechanism>:<kind>:<its own key>
    values = models.JSONField()
    object_id = models.CharField(max_length=40)
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "record entry"
        verbose_name_plural = "record entries"

    def __str__(self) -> str:
        return self.key
