"""The walk to an identity provider and back.

Owns what ties the two halves together: a ticket that the browser holds as a signed cookie, used up
by the first return. Which provider answers is fixed by the ticket, by the address that it returns
to, and by the `iss` that it says: an answer of one provider is never taken for another's.
"""

import hmac
import re
from collections.abc import Mapping
from posixpath import normpath
from typing import Any, Final, cast
from urllib.parse import quote, unquote, urlsplit

from zerobyte.core import ids
from zerobyte.core.errors import Forbidden, Invalid, NotFound
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.features.auth.models import Organization, SsoProvider
from zerobyte.features.auth.schemas.sso import CallbackQuery, SignInSso
from zerobyte.features.auth.service.one_time_state import INTENT, STATE, HeldState, OneTimeState
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.features.auth.service.sso.account_linking import Intent, admit, is_of_domain
from zerobyte.features.auth.service.sso.oidc_client import (
    FAILED,
    Attempt,
    Protocol,
    SsoSignInRefused,
    settings_of,
)
from zerobyte.http import audit
from zerobyte.http.auth import HttpRequest
from zerobyte.settings import Settings

_log = get_logger(__name__)

_OURS: Final = re.compile(r"/sso/(callback|saml2)(/|$)")
LOGIN_ERRORS: Final[Mapping[str, str]] = {
    "account_not_linked": "ACCOUNT_LINK_REQUIRED",
    "unable_to_link_account": "ACCOUNT_LINK_REQUIRED",
    "email_not_verified": "ACCOUNT_LINK_REQUIRED",
    "account_link_required": "ACCOUNT_LINK_REQUIRED",
    "banned": "BANNED_USER",
    "banned_user": "BANNED_USER",
    "invite_required": "INVITE_REQUIRED",
    "unable_to_create_session": "INVITE_REQUIRED",
    "passkey_login_failed": "PASSKEY_LOGIN_FAILED",
    "error_invalid_rp_id": "ERROR_INVALID_RP_ID",
}


def redirect_uri(settings: Settings, provider_id: str) -> str:
    """Where a provider sends people back to; each provider has an address of its own."""
    return f"{settings.base_url}/api/auth/sso/callback/{provider_id}"


def login_error(said: str) -> str:
    """The code that the login page knows, for whatever was said."""
    words = re.sub(r"[^a-z]+", "_", said.lower()).strip("_")
    if words in LOGIN_ERRORS:
        return LOGIN_ERRORS[words]
    if "banned" in words.split("_"):
        return "BANNED_USER"
    if words.startswith("invite") or "_invite" in words or "invitation" in words:
        return "INVITE_REQUIRED"
    return FAILED


class SsoSignIn:
    """Sends people to their provider and takes them back."""

    def __init__(
        self, *, settings: Settings, protocol: Protocol, tickets: OneTimeState, sessions: Sessions
    ) -> None:
        self._settings = settings
        self._protocol = protocol
        self._tickets = tickets
        self._sessions = sessions

    async def start(self, request: HttpRequest, body: SignInSso) -> str:
        """The address at the provider where the browser must go; sets the ticket's cookie.

        Raises Invalid, Forbidden, NotFound.
        """
        check_callback(body.callback_url, "callbackURL", "CALLBACK_URL")
        check_callback(body.error_callback_url, "errorCallbackURL", "ERROR_CALLBACK_URL")
        check_callback(body.new_user_callback_url, "newUserCallbackURL", "NEW_USER_CALLBACK_URL")
        provider = await _find(body)
        payload = {
            "provider": provider.id,
            "nonce": ids.token(43),
            "verifier": ids.token(64),
            "callback": body.callback_url,
            "error": body.error_callback_url or body.callback_url,
            "newUser": body.new_user_callback_url or body.callback_url,
        }
        state = await self._tickets.issue(request, STATE, payload)
        return self._protocol.address(
            provider,
            self._attempt(provider, payload),
            state=state,
            scopes=body.scopes,
            login_hint=body.login_hint or body.email,
        )

    async def finish(self, request: HttpRequest, provider_id: str, query: CallbackQuery) -> str:
        """Take somebody back from a provider, signed in or with an error; where they go then."""
        held = await self._tickets.find(request, STATE)
        if held is None or not hmac.compare_digest(held.token.encode(), query.state.encode()):
            return self._mismatch(request, "the state is not that of this browser")
        if not await self._tickets.consume(request, STATE, held):
            return self._mismatch(request, "the state was used before")
        provider = await SsoProvider.get_or_none(id=held.payload["provider"])
        if provider is None or provider.provider_id != provider_id:
            return self._mismatch(request, "another provider answers than the one that was asked")
        audit.add_details(request, organization_id=provider.organization_id)
        try:
            return await self._come_in(request, provider, held, query)
        except SsoSignInRefused as refusal:
            _log.info(
                "a sign-in through a provider was refused",
                provider=provider_id,
                code=refusal.code,
                reason=refusal.reason,
            )
            audit.mark_refused(request, refusal.code)
            if refusal.user_id is not None:
                audit.add_details(request, userId=refusal.user_id)
            return _with_error(held.payload["error"], refusal.code)

    async def _come_in(
        self, request: HttpRequest, provider: SsoProvider, held: HeldState, query: CallbackQuery
    ) -> str:
        _check_issuer(provider, query.iss)
        if query.error is not None or not query.code:
            said = "".join(char for char in query.error or "" if char.isprintable())
            reason = f"answered {redact(said)[:200]}" if said else "refused or gave no code"
            raise SsoSignInRefused(FAILED, f"the provider {reason}")
        identity = await self._protocol.identity(
            provider, self._attempt(provider, held.payload), query.code
        )
        intent_ticket = await self._tickets.find(request, INTENT)
        intent = Intent(**intent_ticket.payload) if intent_ticket else None
        admitted = await admit(provider, identity, intent)
        if intent_ticket is not None and admitted.used_intent:
            await self._tickets.consume(request, INTENT, intent_ticket)
        found = await self._sessions.begin(request, admitted.user)
        # They came through this organization's door, whichever they belonged to first.
        found.session.active_organization_id = provider.organization_id
        await found.session.save(update_fields=["active_organization_id"])
        return cast("str", held.payload["newUser" if admitted.is_new else "callback"])

    def _attempt(self, provider: SsoProvider, payload: Mapping[str, Any]) -> Attempt:
        return Attempt(
            redirect_uri=redirect_uri(self._settings, provider.provider_id),
            nonce=payload["nonce"],
            verifier=payload["verifier"],
        )

    def _mismatch(self, request: HttpRequest, reason: str) -> str:
        _log.warning("a return from a provider was refused", reason=reason)
        audit.mark_refused(request, "STATE_MISMATCH")
        return f"{self._settings.base_url}/api/auth/error?error=state_mismatch"


def check_callback(url: str | None, name: str, code: str) -> None:
    """Refuse to send anybody elsewhere, or straight into another sign-in.

    Raises Forbidden, Invalid.
    """
    if url is None:
        return
    try:
        path = unquote(urlsplit(url).path) if url.startswith("/") else ""
    except ValueError:
        path = ""
    is_relative = path.startswith("/") and not path.startswith(("//", "/\\"))
    if not is_relative or url.startswith("//") or "\\" in url or not url.isprintable():
        raise Forbidden(f"Invalid {name}", code=f"INVALID_{code}")
    if _OURS.search(normpath(path)):
        raise Invalid(f"Invalid {name}", code=f"INVALID_{name.upper()}")


async def _find(body: SignInSso) -> SsoProvider:
    providers = SsoProvider.all().order_by("created_at", "id")
    found: SsoProvider | None = None
    if body.provider_id:
        found = await providers.filter(provider_id=body.provider_id).first()
    elif body.organization_slug:
        organization = await Organization.get_or_none(slug=body.organization_slug)
        found = organization and await providers.filter(organization_id=organization.id).first()
    elif body.domain or body.email:
        # The first that was registered for a domain stays the one that is found by it.
        address = body.email or f"@{body.domain}"
        found = next((row for row in await providers if is_of_domain(address, row.domain)), None)
    else:
        raise Invalid("One of providerId, email, organizationSlug and domain is required")
    if found is None:
        raise NotFound("No provider found for the issuer", code="NO_PROVIDER_FOUND")
    return found


def _check_issuer(provider: SsoProvider, said: str | None) -> None:
    """RFC 9207: an answer that says who gives it must come from whom we asked."""
    if said is None and settings_of(provider).iss_parameter:
        raise SsoSignInRefused(
            FAILED, "the answer does not say who gives it, as the provider promised"
        )
    if said is not None and said != provider.issuer:
        raise SsoSignInRefused(FAILED, "the answer is that of another issuer")


def _with_error(url: str, code: str) -> str:
    parts = urlsplit(url)
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=f"{query}error={quote(code, safe='')}").geturl()
