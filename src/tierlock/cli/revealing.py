"""Options of commands that show texts which may be withheld."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from tierlock.usecases import Ask

F = TypeVar("F", bound=Callable[..., Any])


def reveal_options(function: F) -> F:
    """Add `--reveal`, `--reason` and `--as`."""
    for option in (
        click.option("--as", "who", metavar="NAME", default="", help="Who asks."),
        click.option("--reason", metavar="TEXT", default="", help="Why; recorded in the ledger."),
        click.option("--reveal", is_flag=True, help="Show texts that are withheld."),
    ):
        function = option(function)
    return function


def ask_of(*, reveal: bool, reason: str, who: str) -> Ask | None:
    """Return the wish to see withheld texts; None where nobody has it."""
    from tierlock.usecases import Ask

    return Ask(who=who, reason=reason) if reveal else None
