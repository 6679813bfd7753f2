"""Rows that count wrong passwords and codes of people; a restart does not forget them."""

from tortoise import fields

from zerobyte.db.base import Row, key_field


class GuessCount(Row):
    """How often something of one person was tried in vain in a window of time.

    key         `what:user id`, or `what:user id:device id` for a device of theirs.
    ends_at     epoch ms at which counting begins anew.
    """

    key: str = key_field(128, primary_key=True)
    count = fields.IntField(default=0)
    ends_at = fields.BigIntField()

    class Meta:
        table = "guess_counts"
