"""Takes secrets out of texts before they leave the process."""

import re
from collections.abc import Iterable

_ASSIGNED = re.compile(
    r"(?i)(?:\b|(?<=_))(pass(?:word|wd)?|secret|token|api[-_]?key|access[-_]?key(?:[-_]?id)?|authorization)"
    r"(\s*[=:]\s*)(?!The provided password )(\"[^\"]*\"|'[^']*'|(?:basic|bearer)\s+\S+|[^\s,;&]+)"
)
_USERINFO = re.compile(r"(?i)(//[^\s/@:]*):[^\s/@]*@")
_SEALED = re.compile(r"\b(?:encv1|zb1):[A-Za-z0-9+/=_:-]+")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Replace every secret that can be known or recognised by `***`.

    secrets     values that were used; each is replaced wherever it stands. Values shorter than
                four characters are left: replacing them would make the text unreadable.
    """
    for secret in sorted({s for s in secrets if len(s) >= 4}, key=len, reverse=True):
        text = text.replace(secret, "***")
    text = _SEALED.sub("***", text)
    text = _USERINFO.sub(r"\1:***@", text)
    return _ASSIGNED.sub(r"\1\2***", text)
