"""A permit, or why it is refused, as text for people and as JSON."""

from __future__ import annotations

import json

from tierlock.core import format_instant
from tierlock.permit import Permit, PermitRefused
from tierlock.report.document import short
from tierlock.report.layout import finish, wrap
from tierlock.report.sanitize import clean, escape_json


def render_permit(permit: Permit, *, width: int = 80) -> str:
    """Return what is permitted, until when, and under which conditions."""
    until = format_instant(permit.expires_at)
    rows = [
        f"permitted: {_asked(permit)} of {permit.subject} until {until}",
        f"permit {permit.id}",
        f"rests on {permit.framework}, determination {short(permit.determination)}",
        *(f"while it holds: {one.says} ({one.code})" for one in permit.conditions),
    ]
    return finish([line for row in rows for line in wrap(clean(row), width=width)])


def render_permit_json(permit: Permit) -> str:
    """Return the same as indented JSON under the key `permit`."""
    said = {
        "id": permit.id,
        "subject": permit.subject,
        "parts": dict(permit.parts),
        "action": permit.action,
        "surface": permit.surface,
        "audience": permit.audience,
        "framework": {"name": permit.framework, "digest": permit.framework_digest},
        "determination": permit.determination,
        "decision": permit.decision,
        "conditions": [{"code": one.code, "says": one.says} for one in permit.conditions],
        "issuedAt": format_instant(permit.issued_at),
        "notBefore": format_instant(permit.not_before),
        "expiresAt": format_instant(permit.expires_at),
    }
    return _json({"exitCode": 0, "permitted": True, "permit": said})


def render_refused_json(refused: PermitRefused) -> str:
    """Return why a permit is refused as indented JSON under the key `refused`."""
    said = {"code": refused.code, "says": refused.message, "hint": refused.hint}
    return _json({"exitCode": refused.exit_code, "permitted": False, "refused": said})


def _asked(permit: Permit) -> str:
    return " / ".join(filter(None, (permit.action, permit.surface, permit.audience)))


def _json(whole: dict[str, object]) -> str:
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"
