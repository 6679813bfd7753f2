"""Identity providers of organizations: register, change and delete.

No change may silently leave a member without a way to sign in.
"""

from typing import Any, Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.contract.base import MASK
from zerobyte.core import ids
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from zerobyte.core.secrets import Sealer
from zerobyte.db import constraints
from zerobyte.features.auth.models import Account, Member, Passkey, SsoProvider, User
from zerobyte.features.auth.schemas.sso import (
    OidcSettings,
    RegisterOidc,
    RegisterProvider,
    UpdateOidc,
    UpdateProvider,
)
from zerobyte.features.auth.schemas.sso_rules import RULES
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sign_in import CREDENTIAL
from zerobyte.features.auth.service.sso.account_linking import unlink_all
from zerobyte.features.auth.service.sso.discovery import Discovery, with_openid
from zerobyte.features.auth.service.sso.oidc_client import client_secret_aad, settings_or_empty

LIMIT: Final = 10
_ADMINS: Final = ("owner", "admin")
_ADDRESSES: Final = {
    "discovery_endpoint",
    "skip_discovery",
    "authorization_endpoint",
    "token_endpoint",
    "user_info_endpoint",
    "jwks_endpoint",
}
_OPTIONS: Final = ("token_endpoint_authentication", "scopes", "pkce", "mapping")
# Fields that determine which user an identity is; changing them would mix up linked users.
_IDENTITY_FIELDS: Final = (*sorted(_ADDRESSES), "mapping")


class SsoProviders:
    """Manages the providers of every organization."""

    def __init__(
        self, *, sealer: Sealer, discovery: Discovery, registration: RegistrationSettings
    ) -> None:
        self._sealer = sealer
        self._discovery = discovery
        self._registration = registration

    async def register(self, user: User, body: RegisterProvider) -> SsoProvider:
        """Register a provider; the user must be an owner of the organization.

        Raises Invalid, Forbidden, Unprocessable.
        """
        await self._check_registration(user, body)
        settings = await self._discovery.settings_of(body.issuer, body.oidc_config)
        require_valid(body, RULES, at=())
        provider = SsoProvider(
            id=ids.token(),
            provider_id=body.provider_id,
            organization_id=body.organization_id,
            user_id=user.id,
            issuer=body.issuer,
            domain=body.domain,
            client_id=body.oidc_config.client_id,
            config=_config_of(settings),
        )
        provider.client_secret = self._sealer.seal(
            body.oidc_config.client_secret, aad=client_secret_aad(provider)
        )
        try:
            async with in_transaction():
                # Lock the user, so that parallel requests cannot exceed the limit.
                await User.filter(id=user.id).select_for_update().get()
                await _check_limit(user)
                await provider.save(force_create=True)
        except IntegrityError as error:
            if not constraints.breaks_unique(error, "provider_id"):
                raise
            raise _already_exists() from None
        return provider

    async def list_administered(self, user: User) -> list[SsoProvider]:
        """List the providers of organizations where the user is owner or admin."""
        return await SsoProvider.filter(
            organization_id__in=await _organizations_of(user, _ADMINS)
        ).order_by("created_at", "id")

    async def get_administered(
        self, user: User, provider_id: str, *, roles: tuple[str, ...] = _ADMINS
    ) -> SsoProvider:
        """Return a provider of an organization in which the user has one of the roles.

        Raises NotFound, also for other organizations' providers, and Forbidden.
        """
        provider = await SsoProvider.get_or_none(
            provider_id=provider_id,
            organization_id__in=await _organizations_of(user, ("owner", "admin", "member")),
        )
        if provider is None:
            raise _not_found()
        if provider.organization_id not in await _organizations_of(user, roles):
            who = "owners" if roles == ("owner",) else "owners and admins"
            raise Forbidden(f"Only organization {who} can do this with an SSO provider")
        return provider

    async def update(self, user: User, body: UpdateProvider) -> SsoProvider:
        """Change a provider; the user must be an owner of the organization.

        Raises
            Conflict    users are linked, and the change could map them to other identities.
            Invalid     the secret must be entered again, or discovery found an error.
        """
        provider = await self.get_administered(user, body.provider_id, roles=("owner",))
        changes = body.oidc_config if "oidc_config" in body.model_fields_set else UpdateOidc()
        before = settings_or_empty(provider)
        is_damaged = not before.token_endpoint
        issuer = body.issuer if "issuer" in body.model_fields_set else provider.issuer
        moves = issuer != provider.issuer or (is_damaged and "oidc_config" in body.model_fields_set)
        after = before
        if moves or not is_damaged:
            after = await self._settings_after(issuer, before, changes, issuer_changed=moves)
        require_valid(body, RULES, at=())
        client_id = changes.client_id if "client_id" in changes.model_fields_set else None
        moved = issuer != provider.issuer or any(
            getattr(before, name) != getattr(after, name) for name in _IDENTITY_FIELDS
        )
        if (moved or client_id not in (None, provider.client_id)) and await Account.exists(
            provider_id=provider.provider_id
        ):
            raise Conflict(
                "Users sign in through this provider. Its issuer, addresses, client and mapping "
                "cannot change; register another provider instead."
            )
        self._update_secret(provider, changes, moved=before.token_endpoint != after.token_endpoint)
        provider.issuer = issuer
        if "domain" in body.model_fields_set:
            provider.domain = body.domain
        provider.client_id = client_id or provider.client_id
        if after.token_endpoint:
            provider.config = _config_of(after)
        if user.role != "admin":
            # The trust of an instance admin does not extend to later changes by others.
            provider.user_id = user.id
        await provider.save(
            update_fields=["issuer", "domain", "client_id", "client_secret", "config", "user_id"]
        )
        return provider

    async def list_for_organization(self, organization_id: str) -> list[SsoProvider]:
        """List the providers of an organization."""
        return await SsoProvider.filter(organization_id=organization_id).order_by("created_at")

    async def has_any(self, organization_id: str) -> bool:
        """Return True if an organization has a provider."""
        return await SsoProvider.exists(organization_id=organization_id)

    async def list_public(self, user_id: str | None) -> list[tuple[str, str]]:
        """List every provider's id with its organization's slug, for the login page.

        user_id     the requesting user; slugs of organizations without their membership are empty.
        """
        rows = await SsoProvider.all().select_related("organization").order_by("created_at")
        places = Member.filter(user_id=user_id).values_list("organization_id", flat=True)
        own = set(await places) if user_id is not None else set[Any]()
        return [
            (row.provider_id, row.organization.slug if row.organization_id in own else "")
            for row in rows
        ]

    async def set_auto_linking(
        self, organization_id: str, provider_id: str, *, enabled: bool
    ) -> None:
        """Allow or forbid linking an account by its verified e-mail. Raises NotFound."""
        provider = await self._get(organization_id, provider_id)
        provider.auto_link_matching_emails = enabled
        await provider.save(update_fields=["auto_link_matching_emails"])

    async def delete(self, organization_id: str, provider_id: str, *, force: bool) -> None:
        """Delete a provider with its account links, and end the sessions of the linked users.

        force   delete even if members of the organization then have no way to sign in.

        Raises
            NotFound    the organization has no such provider.
            Conflict    members would be locked out; the message lists them.
        """
        provider = await self._get(organization_id, provider_id)
        async with in_transaction():
            if not force:
                await self._require_no_lock_out(organization_id, [provider.provider_id])
            await unlink_all([provider.provider_id])
            await provider.delete()

    async def require_no_lock_out(self, organization_id: str) -> None:
        """Check that members can sign in without the organization's providers.

        Raises Conflict; the message lists the members who could not.
        """
        await self._require_no_lock_out(organization_id, await provider_ids_of(organization_id))

    async def _get(self, organization_id: str, provider_id: str) -> SsoProvider:
        provider = await SsoProvider.get_or_none(
            organization_id=organization_id, provider_id=provider_id
        )
        if provider is None:
            raise _not_found()
        return provider

    async def _require_no_lock_out(self, organization_id: str, provider_ids: list[str]) -> None:
        linked = await Account.filter(provider_id__in=provider_ids).values_list(
            "user_id", flat=True
        )
        others = Account.filter(user_id__in=linked).exclude(provider_id__in=provider_ids)
        if await self._registration.password_login_disabled():
            others = others.exclude(provider_id=CREDENTIAL)
        able = {
            *await others.values_list("user_id", flat=True),
            *await Passkey.filter(user_id__in=linked).values_list("user_id", flat=True),
        }
        locked_out = await Member.filter(
            organization_id=organization_id,
            user_id__in=[user_id for user_id in linked if user_id not in able],
        ).select_related("user")
        if locked_out:
            names = ", ".join(sorted(member.user.email for member in locked_out)[:5])
            more = f" and {len(locked_out) - 5} more" if len(locked_out) > 5 else ""
            raise Conflict(
                f"These users can only sign in through this provider: {names}{more}. Give them "
                "another way first, remove them, or delete the provider with force=true to lock "
                "them out.",
                code="USERS_WOULD_BE_LOCKED_OUT",
            )

    async def _check_registration(self, user: User, body: RegisterProvider) -> None:
        if body.provider_id.lower() == CREDENTIAL:
            raise Invalid("This providerId is reserved", code="PROVIDER_ID_RESERVED")
        if body.saml_config is not None:
            raise Invalid("SAML is not supported; register an OIDC provider")
        if not body.organization_id:
            raise Invalid("organizationId is required to register an SSO provider")
        member = await Member.get_or_none(user_id=user.id, organization_id=body.organization_id)
        if member is None:
            raise Forbidden("You are not a member of this organization")
        if member.role != "owner":
            raise Forbidden("Only organization owners can register SSO providers")
        await _check_limit(user)
        # A link created while its provider was being deleted remains. A new provider of that name
        # would sign in its users.
        if await SsoProvider.exists(provider_id=body.provider_id) or await Account.exists(
            provider_id=body.provider_id
        ):
            raise _already_exists()

    async def _settings_after(
        self, issuer: str, before: OidcSettings, changes: UpdateOidc, *, issuer_changed: bool
    ) -> OidcSettings:
        given = {name: getattr(changes, name) for name in changes.model_fields_set}
        options = before.model_dump(include=set(_OPTIONS), by_alias=False) | {
            name: given[name] for name in _OPTIONS if name in given
        }
        options["scopes"] = with_openid(options["scopes"])
        if not issuer_changed and not given.keys() & _ADDRESSES:
            return OidcSettings.model_validate(before.model_dump(by_alias=False) | options)
        # Discover again: of the known endpoints, keep only those that were entered by hand.
        skip = given.get("skip_discovery", before.skip_discovery)
        known = before.model_dump(include=_ADDRESSES, by_alias=False) if skip else {}
        if not issuer_changed:
            known["discovery_endpoint"] = before.discovery_endpoint
        merged = known | given | options | {"skip_discovery": skip}
        return await self._discovery.settings_of(
            issuer, RegisterOidc.model_validate(merged | {"client_id": "-", "client_secret": "-"})
        )

    def _update_secret(self, provider: SsoProvider, changes: UpdateOidc, *, moved: bool) -> None:
        given = "client_secret" in changes.model_fields_set and changes.client_secret != MASK
        if given:
            provider.client_secret = self._sealer.seal(
                changes.client_secret, aad=client_secret_aad(provider)
            )
        elif moved:
            raise Invalid.at(
                ["oidcConfig", "clientSecret"],
                "clientSecret must be entered again because the token endpoint has changed",
            )


def _config_of(settings: OidcSettings) -> dict[str, Any]:
    require_valid(settings, RULES, at=("oidcConfig",))
    return settings.model_dump(by_alias=True, exclude_none=True)


async def provider_ids_of(organization_id: str) -> list[str]:
    """List the provider ids of an organization, to which linked accounts refer."""
    providers = SsoProvider.filter(organization_id=organization_id)
    return [str(found) for found in await providers.values_list("provider_id", flat=True)]


async def _organizations_of(user: User, roles: tuple[str, ...]) -> list[Any]:
    return await Member.filter(user_id=user.id, role__in=roles).values_list(
        "organization_id", flat=True
    )


async def _check_limit(user: User) -> None:
    if await SsoProvider.filter(user_id=user.id).count() >= LIMIT:
        raise Forbidden(
            f"You have reached the limit of {LIMIT} SSO providers", code="PROVIDER_LIMIT_REACHED"
        )


def _not_found() -> NotFound:
    return NotFound("Provider not found", code="PROVIDER_NOT_FOUND")


def _already_exists() -> Unprocessable:
    return Unprocessable(
        "SSO provider with this providerId already exists", code="PROVIDER_ALREADY_EXISTS"
    )
