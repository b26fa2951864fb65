"""Who may do what: one table of routes, one of roles. What is in neither is refused."""

from __future__ import annotations

from typing import Final

from tierlock.server.principal import Principal

PERMISSIONS: Final[dict[str, str]] = {
    "public": "reach what shows nothing: health, sign-in, assets",
    "read": "see subjects, findings, frameworks, reviews and the ledger",
    "gate": "ask whether an action may happen",
    "metrics": "read how the server does",
    "evidence": "send evidence, plans and claims",
    "transcript": "read the texts of samples; dangerous ones need the scope `transcripts` too",
    "sign": "approve, rule, dissent and comment, in the framework roles that are given",
    "audit": "take out bundles and the ledger, and see who did and tried what",
    "administer": "make subjects, tokens and webhooks",
}
"""Permission -> what it lets somebody do."""

ROLES: Final[dict[str, frozenset[str]]] = {
    "viewer": frozenset({"read", "gate"}),
    "machine": frozenset({"gate", "metrics"}),
    "engineer": frozenset({"read", "gate", "evidence", "transcript"}),
    "reviewer": frozenset({"read", "gate", "sign", "transcript"}),
    "auditor": frozenset({"read", "gate", "audit", "metrics", "transcript"}),
    "admin": frozenset(PERMISSIONS),
}
"""Role of the server -> its permissions; everybody has `public`."""

ROUTES: Final[dict[str, str]] = {
    "health": "public",
    "ready": "public",
    "metrics": "metrics",
    "overview": "read",
    "subject": "read",
    "findings": "read",
    "finding": "read",
    "evidence": "read",
    "run": "read",
    "sample": "read",
    "transcript": "transcript",
    "subject-safeguards": "read",
    "timeline": "read",
    "configuration": "read",
    "gate": "gate",
    "reviews": "read",
    "subject-reviews": "read",
    "board": "read",
    "sign": "sign",
    "sign-complete": "sign",
    "comment": "sign",
    "enrol": "sign",
    "enrolled": "sign",
    "api-subjects": "read",
    "api-subject": "read",
    "api-determination": "read",
    "api-decisions": "read",
    "api-expiring": "read",
    "api-evidence": "read",
    "api-evidence-add": "evidence",
    "api-statements": "read",
    "api-statements-add": "evidence",
    "api-ledger": "read",
    "api-entries": "read",
    "api-entry": "read",
    "api-ledger-export": "audit",
    "api-frameworks": "read",
    "api-framework": "read",
    "api-webhooks": "administer",
    "api-webhooks-add": "administer",
    "api-webhooks-end": "administer",
    "api-deliveries": "administer",
    "frameworks": "read",
    "framework": "read",
    "framework-file": "read",
    "framework-diff": "read",
    "framework-contrast": "read",
    "framework-proofs": "read",
    "framework-prove": "read",
    "framework-impact": "read",
    "framework-redecide": "read",
    "crosswalk": "read",
    "crosswalk-relation": "read",
    "compare": "read",
    "compare-answers": "transcript",
    "safeguards": "read",
    "ledger": "read",
    "ledger-of": "read",
    "ledger-verify": "read",
    "ledger-entry": "read",
    "ledger-proof": "read",
    "ledger-export": "audit",
    "register": "read",
}
"""Name of a route -> the permission that it needs. A route that is not here is refused."""

ACCOUNT_ROUTES: Final[dict[str, str]] = {
    "login": "public",
    "login-callback": "public",
    "logout": "public",
    "logged-out": "public",
    "account": "read",
    "account-token-new": "read",
    "account-token-revoke": "read",
    "audit": "audit",
    "api-audit": "audit",
    "api-tokens": "administer",
    "api-token-new": "administer",
    "api-token-revoke": "administer",
    "api-people": "administer",
    "api-person": "administer",
}
"""The same for the routes that a server with accounts has besides."""


def permitted(principal: Principal, *, route: str) -> bool:
    """Tell whether somebody may use a route; one that no table names, nobody may.

    >>> permitted(Principal("ci", roles=frozenset({"machine"})), route="gate")
    True
    >>> permitted(Principal("ci", roles=frozenset({"machine"})), route="overview")
    False
    >>> permitted(Principal("root", roles=frozenset({"admin"})), route="forgotten")
    False
    """
    needed = ROUTES.get(route) or ACCOUNT_ROUTES.get(route)
    if needed is None:
        return False
    return needed == "public" or any(needed in ROLES.get(role, ()) for role in principal.roles)
