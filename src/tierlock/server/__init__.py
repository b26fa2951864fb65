"""Pages and an API over a workspace: what a team sees, and what machines ask.

The room holds no rule of its own: every answer comes from the same use cases as on the command
line, every page shows values that `report` put into words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import homes_in, opener
from tierlock.server.app import create_app
from tierlock.server.context import Clock, Context, utc_now
from tierlock.server.permissions import PERMISSIONS, ROLES, ROUTES
from tierlock.server.principal import Authenticator, LocalUser, Principal
from tierlock.server.settings import Settings

if TYPE_CHECKING:
    from tierlock.server.identity.account_routes import account_api, account_router
    from tierlock.server.identity.accounts import Accounts
    from tierlock.server.identity.audit import Audit, list_events
    from tierlock.server.identity.authenticator import AccountAuthenticator
    from tierlock.server.identity.grants import Grant
    from tierlock.server.identity.login_routes import login_router
    from tierlock.server.identity.opening import open_identity
    from tierlock.server.identity.people import list_people, set_disabled
    from tierlock.server.identity.service import AuditDenials, Identity
    from tierlock.server.identity.settings import IdentitySettings
    from tierlock.server.identity.tokens import Token, list_tokens, make_token, revoke_token
    from tierlock.server.team import CONFIG, ServerFile, create_team_app, load_server_file

# Loaded when first asked for: a server for one person has no accounts.
_HOMES = homes_in(
    "tierlock.server",
    {
        "identity.account_routes": "account_api account_router",
        "identity.accounts": "Accounts",
        "identity.audit": "Audit list_events",
        "identity.authenticator": "AccountAuthenticator",
        "identity.grants": "Grant",
        "identity.login_routes": "login_router",
        "identity.opening": "open_identity",
        "identity.people": "list_people set_disabled",
        "identity.service": "AuditDenials Identity",
        "identity.settings": "IdentitySettings",
        "team": "CONFIG ServerFile create_team_app load_server_file",
        "identity.tokens": "Token list_tokens make_token revoke_token",
    },
)

__all__ = [
    "CONFIG",
    "PERMISSIONS",
    "ROLES",
    "ROUTES",
    "AccountAuthenticator",
    "Accounts",
    "Audit",
    "AuditDenials",
    "Authenticator",
    "Clock",
    "Context",
    "Grant",
    "Identity",
    "IdentitySettings",
    "LocalUser",
    "Principal",
    "ServerFile",
    "Settings",
    "Token",
    "account_api",
    "account_router",
    "create_app",
    "create_team_app",
    "list_events",
    "list_people",
    "list_tokens",
    "load_server_file",
    "login_router",
    "make_token",
    "open_identity",
    "revoke_token",
    "set_disabled",
    "utc_now",
]

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
