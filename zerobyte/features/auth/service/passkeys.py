"""Passkeys: register, sign in, rename and delete.

Authenticators must verify their user (PIN or biometrics). The WebAuthn library checks signatures.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final, cast

import webauthn
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers import options_to_json_dict as as_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithm
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from zerobyte.core import urls
from zerobyte.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from zerobyte.core.log import get_logger
from zerobyte.db import constraints
from zerobyte.features.auth.models import Account, Passkey, User
from zerobyte.features.auth.schemas.passkeys import RegisterOptionsQuery
from zerobyte.features.auth.service.login_throttle import LoginThrottle
from zerobyte.features.auth.service.one_time_state import PASSKEY, OneTimeState
from zerobyte.features.auth.service.sessions import (
    ClientInfo,
    Sessions,
    SignedIn,
    require_not_banned,
)
from zerobyte.http import audit
from zerobyte.http.auth import HttpRequest, header
from zerobyte.http.csrf import invalid_origin
from zerobyte.settings import Settings

_log = get_logger(__name__)

LIMIT: Final = 50
NAME: Final = "Zerobyte"
_ALGORITHMS: Final = [
    Algorithm.EDDSA,
    Algorithm.ECDSA_SHA_256,
    Algorithm.RSASSA_PKCS1_v1_5_SHA_256,
]
_TRANSPORTS: Final = ("usb", "nfc", "ble", "smart-card", "internal", "cable", "hybrid")
_MAX_ID_BYTES: Final = 1023  # maximum length of a credential id in WebAuthn
_REGISTER: Final = "register"
_AUTHENTICATE: Final = "authenticate"
_FAILED: Final = "AUTHENTICATION_FAILED"


class Passkeys:
    """Registers passkeys and signs users in with them."""

    def __init__(
        self,
        *,
        settings: Settings,
        one_time_state: OneTimeState,
        sessions: Sessions,
        throttle: LoginThrottle,
    ) -> None:
        address = urls.parse(settings.base_url)
        self._rp_id = address.host
        self._is_ip_address = address.is_ip_address
        self._settings = settings
        self._origins = frozenset(settings.origins)
        self._one_time_state = one_time_state
        self._sessions = sessions
        self._throttle = throttle

    async def register_options(
        self, request: HttpRequest, user: User, query: RegisterOptionsQuery
    ) -> dict[str, Any]:
        """Return the options for `navigator.credentials.create`; set the challenge cookie."""
        self._require_host_name()
        attachment = query.authenticator_attachment
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=NAME,
            user_id=user.id.encode(),
            user_name=query.name or user.email,
            user_display_name=user.name or user.email,
            authenticator_selection=AuthenticatorSelectionCriteria(
                authenticator_attachment=AuthenticatorAttachment(attachment)
                if attachment
                else None,
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=await self._descriptors(user.id),
            supported_pub_key_algs=_ALGORITHMS,
        )
        await self._issue_challenge(request, _REGISTER, options.challenge, user_id=user.id)
        return {**as_json(options), "extensions": {"credProps": True}, "hints": []}

    async def register(
        self, request: HttpRequest, found: SignedIn, response: Mapping[str, Any], name: str | None
    ) -> Passkey:
        """Store a new passkey of a signed-in user.

        Raises Invalid, Forbidden, and Unauthenticated if the session has ended meanwhile.
        """
        user = found.user
        origin = self._origin_of(request)
        challenge = await self._consume_challenge(request, _REGISTER, user_id=user.id)
        verified = _verify_registration(
            response, challenge=challenge, rp_id=self._rp_id, origin=origin
        )
        passkey = Passkey(
            user_id=user.id,
            name=name,
            credential_id=bytes_to_base64url(verified.credential_id),
            public_key=base64.b64encode(verified.credential_public_key).decode(),
            counter=verified.sign_count,
            device_type="multiDevice"
            if verified.credential_device_type.value == "multi_device"
            else "singleDevice",
            backed_up=verified.credential_backed_up,
            transports=_transports(response),
            aaguid=verified.aaguid,
        )
        try:
            async with in_transaction():
                # Lock the session: parallel requests must not exceed the limit, and a password
                # reset must not leave a new passkey behind.
                await self._sessions.lock(found)
                if await Passkey.filter(user_id=user.id).count() >= LIMIT:
                    raise Forbidden(
                        f"You have reached the limit of {LIMIT} passkeys",
                        code="PASSKEY_LIMIT_REACHED",
                    )
                await passkey.save(force_create=True)
        except IntegrityError as error:
            if not constraints.breaks_unique(error, "credential_id"):
                raise
            raise Invalid(
                "This passkey is registered already", code="PREVIOUSLY_REGISTERED"
            ) from None
        return passkey

    async def authenticate_options(self, request: HttpRequest) -> dict[str, Any]:
        """Return the options for `navigator.credentials.get`; set the challenge cookie."""
        self._require_host_name()
        found = await self._sessions.find(request)
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            allow_credentials=await self._descriptors(found.user.id) if found else None,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        await self._issue_challenge(request, _AUTHENTICATE, options.challenge)
        shown = as_json(options)
        if not found:
            # Without this field the authenticator lists its own accounts.
            shown.pop("allowCredentials", None)
        return shown

    async def authenticate(self, request: HttpRequest, response: Mapping[str, Any]) -> SignedIn:
        """Sign a user in with a passkey.

        Raises Invalid, Unauthenticated, Forbidden, TooManyRequests.
        """
        origin = self._origin_of(request)
        challenge = await self._consume_challenge(request, _AUTHENTICATE)
        credential_id = response.get("id")
        address = ClientInfo.of(request).key
        account = f"passkey {str(credential_id)[:64]}"
        async with self._throttle.count_failures("passkey", address=address, account=account):
            passkey = await _find(credential_id)
            user = cast("User", passkey.user)
            await self._sessions.record_attempted_user(request, user)
            try:
                await _check_assertion(
                    passkey, response, challenge=challenge, rp_id=self._rp_id, origin=origin
                )
            except Invalid:
                # The contract requires 400 for a wrong response; the audit log records it like a
                # wrong password.
                audit.mark_refused(request, _FAILED)
                raise
            require_not_banned(user)
        if user.banned:
            user.banned, user.ban_reason, user.ban_expires = False, None, None
            await user.save(update_fields=["banned", "ban_reason", "ban_expires"])
        async with in_transaction():
            # Lock the user and read the passkey again: a password reset deletes passkeys and
            # sessions.
            await User.filter(id=user.id).select_for_update().first()
            await _find(credential_id)
            return await self._sessions.create(request, user)

    async def list_for_user(self, user: User) -> list[Passkey]:
        """List the passkeys of a user, oldest first."""
        return await Passkey.filter(user_id=user.id).order_by("created_at", "id")

    async def rename(self, user: User, passkey_id: str, name: str) -> Passkey:
        """Rename a passkey. Raises NotFound, also for another user's passkey."""
        passkey = await _get_own(user, passkey_id)
        passkey.name = name
        await passkey.save(update_fields=["name"])
        return passkey

    async def delete(self, user: User, passkey_id: str) -> None:
        """Delete a passkey.

        Raises NotFound, also for another user's passkey, and Invalid if it is the user's only way
        to sign in.
        """
        async with in_transaction():
            await User.filter(id=user.id).select_for_update().get()
            passkey = await _get_own(user, passkey_id)
            others = await Passkey.filter(user_id=user.id).exclude(id=passkey.id).exists()
            if not others and not await Account.exists(user_id=user.id):
                raise Invalid(
                    "This passkey is your only way to sign in. Add another one first.",
                    code="FAILED_TO_DELETE_LAST_PASSKEY",
                )
            await passkey.delete()

    def _require_host_name(self) -> None:
        # Browsers reject an IP address as relying party with an error that does not name the
        # cause.
        if self._is_ip_address:
            raise Invalid(
                f"Passkeys need a host name, but BASE_URL is {self._settings.base_url}. Reach the "
                "server by a name and set BASE_URL to it.",
                code="PASSKEYS_NEED_HOST_NAME",
            )

    def _origin_of(self, request: HttpRequest) -> str:
        self._require_host_name()
        said = header(request, "origin")
        if not said:
            raise Invalid("origin missing", code="ORIGIN_MISSING")
        origin = urls.origin_or_none(said) or said
        if origin not in self._origins:
            raise invalid_origin(origin, self._settings)
        return origin

    async def _issue_challenge(
        self, request: HttpRequest, purpose: str, challenge: bytes, *, user_id: str | None = None
    ) -> None:
        payload = {
            "purpose": purpose,
            "challenge": bytes_to_base64url(challenge),
            "userId": user_id,
        }
        await self._one_time_state.issue(request, PASSKEY, payload)

    async def _consume_challenge(
        self, request: HttpRequest, purpose: str, *, user_id: str | None = None
    ) -> bytes:
        """Consume and return the browser's challenge; a mismatch consumes it too."""
        held = await self._one_time_state.find(request, PASSKEY)
        if (
            held is None
            or not await self._one_time_state.consume(request, PASSKEY, held)
            or (held.payload["purpose"], held.payload["userId"]) != (purpose, user_id)
        ):
            raise Invalid("Challenge not found", code="CHALLENGE_NOT_FOUND")
        return base64url_to_bytes(held.payload["challenge"])

    async def _descriptors(self, user_id: str) -> list[PublicKeyCredentialDescriptor]:
        ids = await Passkey.filter(user_id=user_id).values_list("credential_id", flat=True)
        return [
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(cast("str", known)))
            for known in ids
        ]


def _verify_registration(
    response: Mapping[str, Any], *, challenge: bytes, rp_id: str, origin: str
) -> VerifiedRegistration:
    failed = Invalid("Failed to verify registration", code="FAILED_TO_VERIFY_REGISTRATION")
    try:
        verified = webauthn.verify_registration_response(
            credential=dict(response),
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except Exception as error:
        # The response is untrusted and passes through several parsers with different errors. Any
        # error means that the attestation is not verified.
        _log.info("passkey registration rejected", reason=str(error)[:200])
        raise failed from None
    if len(verified.credential_id) > _MAX_ID_BYTES:
        raise failed
    return verified


async def _find(credential_id: object) -> Passkey:
    passkey = None
    if isinstance(credential_id, str):
        passkey = await Passkey.filter(credential_id=credential_id).select_related("user").first()
    if passkey is None:
        raise Unauthenticated("Passkey not found", code="PASSKEY_NOT_FOUND")
    return passkey


async def _check_assertion(
    passkey: Passkey, response: Mapping[str, Any], *, challenge: bytes, rp_id: str, origin: str
) -> None:
    failed = Invalid("Authentication failed", code=_FAILED)
    try:
        verified = webauthn.verify_authentication_response(
            credential=dict(response),
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=base64.b64decode(passkey.public_key),
            credential_current_sign_count=passkey.counter,
        )
        is_owner = _matches_owner(response["response"], passkey)
    except Exception as error:  # as above: any parser error
        _log.info("passkey sign-in rejected", reason=str(error)[:200])
        raise failed from None
    if not is_owner:
        raise failed
    if not verified.user_verified:
        raise Unauthenticated(
            "The authenticator did not verify its user. Unlock it with a PIN, a finger or a face.",
            code="USER_VERIFICATION_REQUIRED",
        )
    if verified.new_sign_count:
        # Two responses with the same counter mean a cloned authenticator; only the first is
        # accepted.
        moved = await Passkey.filter(id=passkey.id, counter__lt=verified.new_sign_count).update(
            counter=verified.new_sign_count, backed_up=verified.credential_backed_up
        )
        if not moved:
            raise failed


def _matches_owner(response: Mapping[str, Any], passkey: Passkey) -> bool:
    """Return True if the response names no user, or the owner of the passkey."""
    handle = response.get("userHandle")
    return not handle or base64url_to_bytes(handle) == passkey.user_id.encode()


async def _get_own(user: User, passkey_id: str) -> Passkey:
    passkey = await Passkey.get_or_none(id=passkey_id, user_id=user.id)
    if passkey is None:
        raise NotFound("Passkey not found", code="PASSKEY_NOT_FOUND")
    return passkey


def _transports(response: Mapping[str, Any]) -> str | None:
    inner = response.get("response")
    given = (
        cast("Mapping[str, Any]", inner).get("transports") if isinstance(inner, Mapping) else None
    )
    if not isinstance(given, list):
        return None
    return ",".join(name for name in _TRANSPORTS if name in given) or None
