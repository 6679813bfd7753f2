"""Key-value rows about the whole installation."""

from tortoise import fields

from zerobyte.db.base import Row


class AppMetadata(Row):
    """One value about the whole installation, such as whether users may sign up."""

    key = fields.CharField(max_length=255, primary_key=True)
    value = fields.TextField()

    class Meta:
        table = "app_metadata"
