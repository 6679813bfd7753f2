"""The warning that the first sign-up becomes administrator, with the addresses that are open to it.

The API logs it and `serve` prints it among its start lines, both only until an account exists.
"""

from typing import Final

_EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def warning(host: str, port: int, *, needs_token: bool) -> str:
    """Return the warning for the operator while no account exists.

    needs_token     SETUP_TOKEN is set.
    """
    if host in _EVERY_ADDRESS:
        where = f"port {port} of every address of this machine ({host})"
    else:
        where = f"{host} port {port}"
    rule = (
        "The first sign-up with the setup token becomes administrator"
        if needs_token
        else "The first account that signs up becomes administrator; "
        "set SETUP_TOKEN to require a token"
    )
    return f"There is no account yet. {rule}. Zerobyte listens on {where}."
