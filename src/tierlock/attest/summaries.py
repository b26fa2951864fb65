"""Decisions as other tools read them: SLSA VSA v1 and in-toto SVR v0.2 (A-25 to A-29).

Sources: SLSA v1.1, verification summary; in-toto attestation framework, predicates/svr.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from tierlock.attest.predicates import URI_BASE
from tierlock.attest.statement import ResourceDescriptor, Statement
from tierlock.core import DIGEST_PREFIX, Action, Decision, InputError, Verdict, format_instant

VSA_TYPE: Final = "https://slsa.dev/verification_summary/v1"
SVR_TYPE: Final = "https://in-toto.io/attestation/svr/v0.2"
_PREFIX: Final = "TIERLOCK_ALLOW"
_NOT_A_WORD: Final = re.compile(r"[^A-Z0-9]+")


def allowed_property(action: Action) -> str:
    """Return the property that an admission controller asks for: what was allowed, and only that.

    >>> allowed_property(Action(name="deploy", surface="api", audience="general public"))
    'TIERLOCK_ALLOW_DEPLOY__API__GENERAL_PUBLIC'
    >>> allowed_property(Action(name="store"))
    'TIERLOCK_ALLOW_STORE'
    """
    words = [action.name, action.surface, action.audience]
    while words[-1] is None:
        words.pop()
    return "__".join(
        [f"{_PREFIX}_{_word(action.name)}", *(_word(word or "ANY") for word in words[1:])]
    )


def make_vsa(
    decision: Decision,
    *,
    subjects: Sequence[ResourceDescriptor],
    verifier: str,
    resource: str,
    inputs: Sequence[ResourceDescriptor] = (),
) -> Statement:
    """Return a decision as a SLSA Verification Summary Attestation v1.

    PASSED is ALLOW, nothing else is. Conditions and expiry, for which SLSA has no field, are
    extension fields; a reader that does not know them must limit the age itself.

    Args:
        decision: the gate's answer.
        subjects: what is admitted: an image, a weights directory.
        verifier: URI of who decided.
        resource: URI of what is deployed where; a summary for one place is not good for another.
        inputs: every attestation that was used; if one is named, all are.

    Raises:
        InputError: no subject, or `verifier` or `resource` is not a URI.
    """
    allowed = decision.verdict is Verdict.ALLOW
    predicate: dict[str, JsonValue] = {
        "verifier": {"id": _uri(verifier)},
        "timeVerified": format_instant(decision.decided_at),
        "resourceUri": _uri(resource),
        "policy": _policy(decision),
        "verificationResult": "PASSED" if allowed else "FAILED",
        "verifiedLevels": [allowed_property(decision.action) if allowed else "FAILED"],
        **_limits(decision),
    }
    if inputs:
        predicate["inputAttestations"] = [
            each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in inputs
        ]
    return _statement(VSA_TYPE, subjects=subjects, predicate=predicate)


def make_svr(
    decision: Decision, *, subjects: Sequence[ResourceDescriptor], verifier: str
) -> Statement:
    """Return a decision as an in-toto Simple Verification Result v0.2.

    Only what passed is a property: a HOLD and a DENY have none.

    Raises:
        InputError: no subject, or `verifier` is not a URI.
    """
    allowed = decision.verdict is Verdict.ALLOW
    predicate: dict[str, JsonValue] = {
        "verifier": {"id": _uri(verifier), "policies": [_policy(decision)]},
        "timeCreated": format_instant(decision.decided_at),
        "properties": [allowed_property(decision.action)] if allowed else [],
        **_limits(decision),
    }
    return _statement(SVR_TYPE, subjects=subjects, predicate=predicate)


def _statement(
    kind: str, *, subjects: Sequence[ResourceDescriptor], predicate: dict[str, JsonValue]
) -> Statement:
    if not subjects:
        raise InputError("input.type", "a summary needs something that it is about")
    return Statement(subject=tuple(subjects), predicate_type=kind, predicate=predicate)


def _policy(decision: Decision) -> JsonValue:
    framework = decision.framework
    return {
        "uri": f"{URI_BASE.rpartition('/')[0]}/framework/{framework.framework}",
        "digest": {"sha256": framework.digest.removeprefix(DIGEST_PREFIX)},
    }


def _limits(decision: Decision) -> dict[str, JsonValue]:
    """What an ALLOW is bound to, under field names that are URIs, as both specifications ask."""
    if decision.verdict is not Verdict.ALLOW:
        return {}
    found: dict[str, JsonValue] = {}
    if decision.expires_at is not None:
        found[f"{URI_BASE}/expiresAt"] = format_instant(decision.expires_at)
    if decision.conditions:
        found[f"{URI_BASE}/conditions"] = [condition.says for condition in decision.conditions]
    return found


def _word(text: str) -> str:
    return _NOT_A_WORD.sub("_", text.upper()).strip("_")


def _uri(text: str) -> str:
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", text) is None:
        raise InputError(
            "input.type", f"`{text}` is not a URI", hint="for example https://example.org/gate"
        )
    return text
