"""Passkeys: registering one, signing in with one, and keeping them.

Owns the order of the checks and what is demanded of an authenticator: that it verified its user.
The mathematics belongs to the WebAuthn library, sessions to `sessions`.
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
from zerobyte.features.auth.service.login_throttle import Attempts
from zerobyte.features.auth.service.one_time_state import PASSKEY, OneTimeState
from zerobyte.features.auth.service.sessions import Sessions, SignedIn, Visitor, refuse_banned
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
_ID_BYTES: Final = 1023  # WebAuthn's own limit of a credential's id
_REGISTER: Final = "register"
_AUTHENTICATE: Final = "authenticate"
_FAILED: Final = "AUTHENTICATION_FAILED"


class Passkeys:
    """Registers passkeys and signs people in with them."""

    def __init__(
        self, *, settings: Settings, tickets: OneTimeState, sessions: Sessions, attempts: Attempts
    ) -> None:
        address = urls.parse(settings.base_url)
        self._rp_id = address.host
        self._is_ip_address = address.is_ip_address
        self._settings = settings
        self._origins = frozenset(settings.origins)
        self._tickets = tickets
        self._sessions = sessions
        self._attempts = attempts

    async def register_options(
        self, request: HttpRequest, user: User, query: RegisterOptionsQuery
    ) -> dict[str, Any]:
        """What `navigator.credentials.create` needs; sets the challenge's cookie."""
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
        await self._challenge(request, _REGISTER, options.challenge, user_id=user.id)
        return {**as_json(options), "extensions": {"credProps": True}, "hints": []}

    async def register(
        self, request: HttpRequest, found: SignedIn, response: Mapping[str, Any], name: str | None
    ) -> Passkey:
        """Keep a new passkey of a signed-in person.

        Raises Invalid, Forbidden, and Unauthenticated when they are signed out meanwhile.
        """
        user = found.user
        origin = self._origin_of(request)
        challenge = await self._take(request, _REGISTER, user_id=user.id)
        verified = _registration(response, challenge=challenge, rp_id=self._rp_id, origin=origin)
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
                # Many at once must not pass the limit together, nor outlast a reset password.
                await self._sessions.hold(found)
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
        """What `navigator.credentials.get` needs; sets the challenge's cookie."""
        self._require_host_name()
        found = await self._sessions.find(request)
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            allow_credentials=await self._descriptors(found.user.id) if found else None,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        await self._challenge(request, _AUTHENTICATE, options.challenge)
        shown = as_json(options)
        if not found:
            # Absent, the authenticator itself offers the accounts that it knows.
            shown.pop("allowCredentials", None)
        return shown

    async def authenticate(self, request: HttpRequest, response: Mapping[str, Any]) -> SignedIn:
        """Sign a person in with a passkey.

        Raises Invalid, Unauthenticated, Forbidden, TooManyRequests.
        """
        origin = self._origin_of(request)
        challenge = await self._take(request, _AUTHENTICATE)
        credential_id = response.get("id")
        address = Visitor.of(request).key
        account = f"passkey {str(credential_id)[:64]}"
        async with self._attempts.counted("passkey", address=address, account=account):
            passkey = await _find(credential_id)
            user = cast("User", passkey.user)
            await self._sessions.tell_attempt(request, user)
            try:
                await _check_assertion(
                    passkey, response, challenge=challenge, rp_id=self._rp_id, origin=origin
                )
            except Invalid:
                # A wrong answer is 400 by contract, and for the trail what a wrong password is.
                audit.mark_refused(request, _FAILED)
                raise
            refuse_banned(user)
        if user.banned:
            user.banned, user.ban_reason, user.ban_expires = False, None, None
            await user.save(update_fields=["banned", "ban_reason", "ban_expires"])
        async with in_transaction():
            # Whoever resets the password removes it, and ends what it has opened before.
            await User.filter(id=user.id).select_for_update().first()
            await _find(credential_id)
            return await self._sessions.begin(request, user)

    async def of_user(self, user: User) -> list[Passkey]:
        """Every passkey of a person, the oldest first."""
        return await Passkey.filter(user_id=user.id).order_by("created_at", "id")

    async def rename(self, user: User, passkey_id: str, name: str) -> Passkey:
        """Give a passkey another name. Raises NotFound, also when it is somebody else's."""
        passkey = await _own(user, passkey_id)
        passkey.name = name
        await passkey.save(update_fields=["name"])
        return passkey

    async def delete(self, user: User, passkey_id: str) -> None:
        """Forget a passkey.

        Raises NotFound, also when it is somebody else's, and Invalid when the person could not
        sign in any more.
        """
        async with in_transaction():
            await User.filter(id=user.id).select_for_update().get()
            passkey = await _own(user, passkey_id)
            others = await Passkey.filter(user_id=user.id).exclude(id=passkey.id).exists()
            if not others and not await Account.exists(user_id=user.id):
                raise Invalid(
                    "This passkey is your only way to sign in. Add another one first.",
                    code="FAILED_TO_DELETE_LAST_PASSKEY",
                )
            await passkey.delete()

    def _require_host_name(self) -> None:
        # Browsers refuse an IP address as relying party with an error that names no cause.
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

    async def _challenge(
        self, request: HttpRequest, purpose: str, challenge: bytes, *, user_id: str | None = None
    ) -> None:
        payload = {
            "purpose": purpose,
            "challenge": bytes_to_base64url(challenge),
            "userId": user_id,
        }
        await self._tickets.issue(request, PASSKEY, payload)

    async def _take(
        self, request: HttpRequest, purpose: str, *, user_id: str | None = None
    ) -> bytes:
        """The challenge that this browser was given for this; it is used up, whatever follows."""
        held = await self._tickets.find(request, PASSKEY)
        if (
            held is None
            or not await self._tickets.consume(request, PASSKEY, held)
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


def _registration(
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
        # The bytes come from outside and pass through several parsers, each with errors of its
        # own; whatever they say, the attestation was not verified.
        _log.info("a passkey was not accepted", reason=str(error)[:200])
        raise failed from None
    if len(verified.credential_id) > _ID_BYTES:
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
        is_owner = _names_owner(response["response"], passkey)
    except Exception as error:  # as above: whatever a parser says
        _log.info("a passkey was refused", reason=str(error)[:200])
        raise failed from None
    if not is_owner:
        raise failed
    if not verified.user_verified:
        raise Unauthenticated(
            "The authenticator did not verify its user. Unlock it with a PIN, a finger or a face.",
            code="USER_VERIFICATION_REQUIRED",
        )
    if verified.new_sign_count:
        # Of two answers with the same count one is a copy; the row takes only the first.
        moved = await Passkey.filter(id=passkey.id, counter__lt=verified.new_sign_count).update(
            counter=verified.new_sign_count, backed_up=verified.credential_backed_up
        )
        if not moved:
            raise failed


def _names_owner(response: Mapping[str, Any], passkey: Passkey) -> bool:
    """Whether the authenticator thinks of the same person, if it says of whom."""
    handle = response.get("userHandle")
    return not handle or base64url_to_bytes(handle) == passkey.user_id.encode()


async def _own(user: User, passkey_id: str) -> Passkey:
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
