"""What databases raise, as Tierlock's errors: no foreign exception leaves the room."""

from __future__ import annotations

from tierlock.core import InputError, TierlockError
from tierlock.ledger.interface import damaged


def refused(
    error: BaseException | None, *, what: str, where: str, damage: str | None = None
) -> TierlockError:
    """Return the error that stands for one of the database.

    Args:
        error: what the database raised.
        what: what was attempted, such as `append to`.
        where: the ledger as people know it, without a password.
        damage: what is damaged, where the error says so.

    Returns:
        `ledger.damaged` or `ledger.unavailable`.
    """
    if damage is not None:
        return damaged(damage)
    text = str(error).strip() or type(error).__name__
    return unavailable(what, where=where, reason=text.splitlines()[0].rstrip(".").lower())


def unavailable(what: str, *, where: str, reason: str) -> InputError:
    """Return the error for a ledger that can not be used now."""
    return InputError(
        "ledger.unavailable",
        f"can not {what} the ledger `{where}`: {reason}",
        hint="check free space, permissions and the server, then do it again; what was not "
        "acknowledged is not in the ledger, or is found there when it is appended again",
    )
