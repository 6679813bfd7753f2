"""Redaction of secrets in texts before they leave the process."""

import re
from collections.abc import Iterable
from typing import Final

_NAME = (
    r"(?i)(?:\b|(?<=_))(pass(?:word|wd)?|secret|token|api[-_]?key|access[-_]?key(?:[-_]?id)?"
    r"|authorization)"
)
_VALUE = r"(\"[^\"]*\"|'[^']*'|(?:basic|bearer)\s+\S+|[^\s,;&]+)"
# `password: The provided …` is a sentence: a word of letters alone that more words follow.
_PROSE = r"(?!\s*:\s+(?!basic\s|bearer\s)[a-z]+(?:['\u2019][a-z]+)?[ \t]+[^\s=:]+(?:\s|$|[.,;]))"
_ASSIGNED = re.compile(_NAME + _PROSE + r"(\s*[=:]\s*)" + _VALUE)
# The last `@` ends the user info: a password may hold `/` and `@`. The bounds keep it linear.
_PASSWORD_IN_ADDRESS = re.compile(r"(//[^\s/@:\"'<>]{0,256}):[^\s\"'<>]{0,1024}@")
_USER_IN_ADDRESS = re.compile(r"(?<=//)[^\s/@:?#\"'<>]{1,1024}@")
_SEALED = re.compile(r"\b(?:encv1|zb1):[A-Za-z0-9+/=_:-]+")

SHORTEST: Final = 4
"""Shorter values are left: replacing them would make every text unreadable."""
ANYWHERE: Final = 8
"""Values of this length or more are replaced everywhere, shorter ones only as whole words."""


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Replace every given or recognised secret by `***`.

    secrets     the values in use. Pass them for the output of a program or server, never for our
                own sentences: they hold no secret, and a secret that is a common word would make
                them unreadable. A value of 4 to 7 characters is replaced only as a whole word, so
                the secret `lock` leaves `locked` readable.
    """
    for secret in sorted({s for s in secrets if len(s) >= SHORTEST}, key=len, reverse=True):
        if len(secret) >= ANYWHERE:
            text = text.replace(secret, "***")
        else:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", text)
    text = _SEALED.sub("***", text)
    return _ASSIGNED.sub(r"\1\2***", redact_user_info(text))


def redact_user_info(text: str) -> str:
    """Replace the password of every address by `***`, and a user name without a password too."""
    return _USER_IN_ADDRESS.sub("***@", _PASSWORD_IN_ADDRESS.sub(r"\1:***@", text))
