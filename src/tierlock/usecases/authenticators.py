"""A person's keys as the trust file names them, and what signs with an assertion of one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tierlock.core import InputError, IntegrityError
from tierlock.usecases.hands import Hand
from tierlock.usecases.project import Project

if TYPE_CHECKING:
    from tierlock.attest import Assertion, EnvelopeSignature, TrustedKey


class Authenticators:
    """The keys of one person; it signs with the assertion of one of them, if it was given one."""

    def __init__(self, keys: dict[str, TrustedKey], answer: tuple[str, Assertion] | None) -> None:
        self._keys = keys
        self._answer = answer

    @property
    def key_id(self) -> str:
        """The name of the key; of all where there are several."""
        return " or ".join(self._keys)

    def sign(self, data: bytes) -> EnvelopeSignature:
        """Return the assertion, if it is over `data` by one of the keys.

        Raises:
            InputError: `sign.assertion`, there is none.
            IntegrityError: `attest.signature`.
        """
        from tierlock.attest import EnvelopeSignature, assertion_problem, write_assertion

        if self._answer is None:
            raise InputError("sign.assertion", "an authenticator signs in a browser only")
        name, assertion = self._answer
        problem = "the trust file names no authenticator of theirs in this role"
        for key_id, trusted in self._keys.items():
            where = trusted.webauthn
            if where is None or where.credential not in {None, name}:
                continue
            written = write_assertion(assertion, key=trusted.key)
            found = assertion_problem(data, signature=written, key=trusted.key, authenticator=where)
            if found is None:
                return EnvelopeSignature(sig=written, keyid=key_id)
            problem = found
        raise IntegrityError(
            "attest.signature",
            f"what the authenticator returned does not count: {problem}",
            hint="nothing was signed; reload the page, and use the authenticator that is enrolled",
        )


def hand_of_person(project: Project, *, person: str, at: datetime) -> Hand:
    """Return a person as the project's trust file names them, with all of their keys.

    Args:
        project: its trust file says who they are.
        person: whose login the caller has checked.
        at: the instant of signing.

    Raises:
        InputError: `sign.trust`; nothing that they sign would count.
    """
    keys = keys_of_person(project, person=person, at=at)
    if not keys:
        raise InputError(
            "sign.trust",
            f"the trust file names no key of `{person}` that is valid now",
            hint="enrol an authenticator, or make a key with `tierlock key new`; whoever keeps "
            "the trust file adds its entry",
        )
    roles = dict.fromkeys(role for key in keys.values() for role in key.roles)
    return Hand(Authenticators(keys, None), next(iter(keys.values())).person, tuple(roles))


def keys_of_person(
    project: Project, *, person: str, at: datetime, role: str | None = None
) -> dict[str, TrustedKey]:
    """Return the keys of a person that are valid at `at`, for a role if one is named."""
    if project.trust is None:
        return {}
    from tierlock.attest import same_person

    return {
        key_id: key
        for key_id, key in project.trust.keys.items()
        if same_person(key.person, other=person)
        and key.revoked_at is None
        and key.was_valid(at)
        and (role is None or role in key.roles)
    }
