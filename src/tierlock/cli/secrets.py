"""Secrets from the person at the keyboard, or from the environment of a machine."""

from __future__ import annotations

import os
import sys
from typing import Final

import click

from tierlock.core import InputError

PASSPHRASE: Final = "TIERLOCK_KEY_PASSPHRASE"  # noqa: S105  # the name, not the secret


def ask_secret(what: str) -> str:
    """Return the secret called `what`: the passphrase from the environment, else typed unseen.

    Raises:
        InputError: `key.passphrase`, there is neither variable nor terminal.
    """
    if what == "passphrase" and PASSPHRASE in os.environ:
        return os.environ[PASSPHRASE]
    _needs_terminal(what)
    return str(click.prompt(what, hide_input=True, err=True))


def choose_passphrase() -> str:
    """Return a new passphrase, typed twice unless the environment has it.

    Raises:
        InputError: `key.passphrase`, there is neither variable nor terminal.
    """
    if PASSPHRASE in os.environ:
        return os.environ[PASSPHRASE]
    _needs_terminal("passphrase")
    return str(click.prompt("passphrase", hide_input=True, confirmation_prompt=True, err=True))


def _needs_terminal(what: str) -> None:
    if not sys.stdin.isatty():
        raise InputError(
            "key.passphrase",
            f"nobody is there to type the {what}",
            hint=f"set {PASSPHRASE}, or give --no-passphrase for a machine's key",
        )
