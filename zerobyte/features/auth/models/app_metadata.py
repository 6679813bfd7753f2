"""Rows about the installation as a whole."""

from tortoise import fields

from zerobyte.db.base import Row


class AppMetadata(Row):
    """One fact about the installation as a whole, such as whether people may register."""

    key = fields.CharField(max_length=255, primary_key=True)
    value = fields.TextField()

    class Meta:
        table = "app_metadata"
