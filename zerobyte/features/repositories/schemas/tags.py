"""The request that changes tags of snapshots."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from zerobyte.contract.base import ApiModel
from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping

_MAX_SNAPSHOTS = 10_000
_MAX_TAGS = 100


def _tag(name: str) -> str:
    try:
        return escaping.tag(name)
    except Invalid as error:
        raise ValueError(error.message) from error


_Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_tag)]],
    Field(max_length=_MAX_TAGS),
]


class TagSnapshots(ApiModel):
    """The tags to add and remove, or the tags that replace all others.

    set         the schedule's own tag, and the tag of an incomplete snapshot, stay beside these.
    """

    snapshot_ids: Annotated[list[str], Field(min_length=1, max_length=_MAX_SNAPSHOTS)]
    add: _Tags = Field(default_factory=list)
    remove: _Tags = Field(default_factory=list)
    set: _Tags = Field(default_factory=list)

    @model_validator(mode="after")
    def _check_combination(self) -> Self:
        if self.set and (self.add or self.remove):
            raise ValueError("send either set, or add and remove")
        if not (self.set or self.add or self.remove):
            raise ValueError("send at least one tag in add, remove or set")
        if both := set(self.add) & set(self.remove):
            raise ValueError(f"{min(both)!r} cannot be added and removed at once")
        return self
