"""The page that a client asks for in a long list."""

from typing import Annotated

from pydantic import AfterValidator, Field

from zerobyte.contract.base import ApiModel

DEFAULT_LIMIT = 500
MAX_LIMIT = 1000
_MAX_OFFSET = 2**53 - 1


class PageQuery(ApiModel):
    """A page of a list; numbers outside their range are clamped."""

    offset: Annotated[
        int,
        AfterValidator(lambda n: min(max(n, 0), _MAX_OFFSET)),
        Field(json_schema_extra={"minimum": 0, "maximum": _MAX_OFFSET}),
    ] = 0
    limit: Annotated[
        int,
        AfterValidator(lambda n: min(max(n, 1), MAX_LIMIT)),
        Field(json_schema_extra={"minimum": 1, "maximum": MAX_LIMIT}),
    ] = DEFAULT_LIMIT
