"""One question to whoever gives permission, and its answer: allowed until then, or refused.

Only a return is permission. Whatever else happens, also a defect of our own, is a refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from tierlock.core import InputError, TierlockError, printable
from tierlock.permit import PermitRefused

LOG: Final = logging.getLogger("tierlock.integrations")
"""Every refusal is a warning here; without any handler Python prints it on standard error."""


class Asked(NamedTuple):
    """What is about to be done, with what.

    Attributes:
        action: name of the action in the framework.
        surface, audience: where and for whom; None where the action has none.
        digests: part of the subject to its live `sha256:<hex>` digest, of all that have one.
        effective_compute: what went into the subject by now, in FLOP; None: as declared.
    """

    action: str
    surface: str | None
    audience: str | None
    digests: Mapping[str, str] = MappingProxyType({})
    effective_compute: float | None = None


class Allowed(NamedTuple):
    """A permission.

    Attributes:
        until: when it ends; None where no end is known.
        says: what gave it, for a log.
    """

    until: datetime | None
    says: str


class Permission(Protocol):
    """Whoever can be asked: permit files, the gate of a project."""

    @property
    def judges_compute(self) -> bool:
        """Whether an answer takes `Asked.effective_compute` into account."""

    def check(self, asked: Asked, *, at: datetime) -> Allowed:
        """Return the permission.

        Raises:
            TierlockError: no.
            PermitRefused: no.
        """


class Refused(Exception):
    """No: with a stable code, the reason and what helps.

    Attributes:
        code: one of the codes of errors or of permits (docs/reference/errors.md).
        message: lower case.
        hint: what to do about it.

    >>> print(Refused("permit.status", "there is no status", hint="fetch one"))
    refused[permit.status] there is no status
      hint: fetch one
    """

    def __init__(self, code: str, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        # Pickled by default, a refusal would lose its hint on its way to another process.
        return _again, (self.code, self.message, self.hint)

    def __str__(self) -> str:
        return f"refused[{self.code}] {printable(self.message)}\n  hint: {printable(self.hint)}"


def _again(code: str, message: str, hint: str) -> Refused:
    return Refused(code, message, hint=hint)


def allowed_by(permission: Permission, *, asked: Asked, at: datetime) -> Allowed:
    """Return the permission to do what is asked; an error of any kind is a refusal.

    Args:
        permission: whom to ask.
        asked: what is about to be done.
        at: now.

    Raises:
        Refused: for every reason not to go on.
    """
    try:
        found: object = permission.check(asked, at=at)
    except Exception as error:  # whatever it is, nothing was permitted
        raise as_refused(error) from error
    if not isinstance(found, Allowed):
        raise as_refused(TypeError("whoever was asked gave no answer"))
    if found.until is not None and found.until <= at:
        raise as_refused(
            not_allowed(
                f"the permission ended at {found.until.isoformat()}", hint="ask the gate again"
            )
        )
    return found


def as_refused(error: Exception) -> Refused:
    """Return an error as the refusal that it amounts to.

    >>> as_refused(OSError("disk")).code
    'internal'
    """
    if isinstance(error, Refused):
        return error
    if isinstance(error, TierlockError | PermitRefused):
        hint = error.hint or f"`tierlock explain {error.code}` says what helps"
        return Refused(error.code, error.message, hint=hint)
    return Refused(
        "internal",
        f"it could not be asked: {type(error).__name__}: {error}",
        hint="this is a defect in Tierlock, or of whoever was asked; nothing was permitted",
    )


def not_allowed(message: str, *, hint: str) -> InputError:
    """Return the error that says that the gate does not allow what was asked."""
    return InputError("integration.gate", message, hint=hint)
