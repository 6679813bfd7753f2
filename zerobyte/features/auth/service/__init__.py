"""Services of accounts, sessions and organizations, one topic per module."""

from typing import cast

from zerobyte.core.secrets import Sealer
from zerobyte.features.audit.service import AuditLog
from zerobyte.features.auth.service.allowed_roots import RootGrants
from zerobyte.features.auth.service.api_keys import ApiKeys, revoke_keys
from zerobyte.features.auth.service.authenticator import RequestAuthenticator
from zerobyte.features.auth.service.cookies import Cookies
from zerobyte.features.auth.service.deletion import Deletions, OrganizationData
from zerobyte.features.auth.service.impersonation import Impersonation
from zerobyte.features.auth.service.invitations import Invitations
from zerobyte.features.auth.service.key_check import KeyCheck
from zerobyte.features.auth.service.login_throttle import LoginThrottle
from zerobyte.features.auth.service.members import Members
from zerobyte.features.auth.service.one_time_state import OneTimeState
from zerobyte.features.auth.service.organization_editor import OrganizationEditor
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.features.auth.service.passkeys import Passkeys
from zerobyte.features.auth.service.password_change import Credentials
from zerobyte.features.auth.service.password_hashing import Passwords
from zerobyte.features.auth.service.profile import Profile
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.features.auth.service.sign_in import Accounts
from zerobyte.features.auth.service.sso import (
    SsoInvitations,
    SsoProviders,
    SsoSignIn,
    make_sso,
)
from zerobyte.features.auth.service.two_factor.challenges import Challenges
from zerobyte.features.auth.service.two_factor.enrollment import TwoFactors
from zerobyte.features.auth.service.two_factor.step_up import StepUp
from zerobyte.features.auth.service.two_factor.trusted_devices import TrustedDevices
from zerobyte.features.auth.service.two_factor.verification import TwoFactorVerifier
from zerobyte.features.auth.service.user_admin import UserAdmin
from zerobyte.http.audit import Auditor
from zerobyte.http.auth import Authenticator
from zerobyte.settings import Settings

__all__ = [
    "Accounts",
    "ApiKeys",
    "Cookies",
    "Credentials",
    "Deletions",
    "Impersonation",
    "Invitations",
    "KeyCheck",
    "LoginThrottle",
    "Members",
    "OrganizationEditor",
    "Organizations",
    "Passkeys",
    "Passwords",
    "Profile",
    "RegistrationSettings",
    "RequestAuthenticator",
    "RootGrants",
    "Sessions",
    "SsoInvitations",
    "SsoProviders",
    "SsoSignIn",
    "StepUp",
    "TwoFactorVerifier",
    "TwoFactors",
    "UserAdmin",
    "make_services",
]


def make_services(
    settings: Settings, sealer: Sealer, *, organization_data: OrganizationData | None = None
) -> dict[type, object]:
    """Return every service by type, including the API's `Authenticator` and `Auditor`.

    organization_data   counts and deletes backup data; None if only accounts are served.
    """
    organizations = Organizations(sealer)
    cookies = Cookies(settings)
    sessions = Sessions(cookies, organizations)
    throttle, passwords = LoginThrottle(settings), Passwords()
    registration = RegistrationSettings(setup_token=settings.setup_token)
    credentials = Credentials(passwords=passwords, throttle=throttle, revoke_keys=revoke_keys)
    challenges, devices = Challenges(cookies), TrustedDevices(cookies)
    two_factors = TwoFactors(sealer)
    accounts = Accounts(
        passwords=passwords, registration=registration, sessions=sessions, throttle=throttle,
        credentials=credentials, challenges=challenges, devices=devices,
    )  # fmt: skip
    verifier = TwoFactorVerifier(
        sessions=sessions, throttle=throttle, challenges=challenges, devices=devices,
        two_factors=two_factors,
    )  # fmt: skip
    profile = Profile(
        sessions=sessions, credentials=credentials, registration=registration, throttle=throttle
    )
    keys, deletions, audit_log = ApiKeys(accounts), Deletions(organization_data), AuditLog()
    one_time_state = OneTimeState(settings)
    passkeys = Passkeys(
        settings=settings, one_time_state=one_time_state, sessions=sessions, throttle=throttle
    )
    sso = make_sso(
        settings=settings, sealer=sealer, sessions=sessions, registration=registration,
        one_time_state=one_time_state,
    )  # fmt: skip
    providers = cast("SsoProviders", sso[SsoProviders])
    invitations = Invitations(requires_sso=providers.has_any)
    parts: tuple[object, ...] = (
        accounts, throttle, cookies, credentials, deletions, keys, organizations, passwords,
        profile, StepUp(verifier.check), verifier, sessions, settings, registration, audit_log,
        two_factors, passkeys, Impersonation(sessions, cookies), invitations, Members(),
        OrganizationEditor(accounts, deletions, providers),
        UserAdmin(passwords, credentials, deletions), RootGrants(settings),
    )  # fmt: skip
    services: dict[type, object] = {type(part): part for part in parts}
    return (
        services | sso | {Authenticator: RequestAuthenticator(sessions, keys), Auditor: audit_log}
    )
