"""Counters of wrong passwords and codes per user; they survive a restart."""

from tortoise import fields

from zerobyte.db.base import Row, key_field


class GuessCount(Row):
    """Number of failures of one kind for one user in a time window.

    key         `kind:user id`, or `kind:user id:device id` for a trusted device.
    ends_at     epoch ms; end of the window, after which counting restarts.
    """

    key: str = key_field(128, primary_key=True)
    count = fields.IntField(default=0)
    ends_at = fields.BigIntField()

    class Meta:
        table = "guess_counts"
