"""What databases raise, as Tierlock's errors: no foreign exception leaves the room."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tierlock.core import InputError
from tierlock.ledger.interface import damaged

_SQLITE_DAMAGE: Final = {11: "a page of the file is damaged", 26: "the file is no database"}
_POSTGRES_DAMAGE: Final = {"XX001": "a page is damaged", "XX002": "an index is damaged"}


@contextmanager
def translated(what: str, *, where: str) -> Iterator[None]:
    """Turn errors of the database into coded ones.

    Args:
        what: what was attempted, such as `append to`.
        where: the ledger as people know it, without a password.

    Raises:
        InputError: `ledger.unavailable`.
        IntegrityError: `ledger.damaged`.
    """
    try:
        yield
    except DBAPIError as error:
        why = _damage(error.orig)
        if why is not None:
            raise damaged(why) from None
        raise unavailable(what, where=where, reason=_first_line(error.orig)) from None
    except (SQLAlchemyError, OSError) as error:
        raise unavailable(what, where=where, reason=_first_line(error)) from None


def unavailable(what: str, *, where: str, reason: str) -> InputError:
    """Return the error for a ledger that can not be used now."""
    return InputError(
        "ledger.unavailable",
        f"can not {what} the ledger `{where}`: {reason}",
        hint="check free space, permissions and the server, then do it again; what was not "
        "acknowledged is not in the ledger, or is found there when it is appended again",
    )


def _damage(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        if "decode" in str(error).lower():
            return "a text is not UTF-8"
        return _SQLITE_DAMAGE.get(code & 0xFF)
    return _POSTGRES_DAMAGE.get(getattr(error, "sqlstate", None) or "")


def _first_line(error: BaseException | None) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".").lower()
