"""Secrets from the person at the keyboard, or from the environment of a machine."""

from __future__ import annotations

import os
import sys
from typing import Final

import click

from tierlock.core import InputError

PASSPHRASE: Final = "TIERLOCK_KEY_PASSPHRASE"  # noqa: S105  # the name, not the secret
PIN: Final = "TIERLOCK_KEY_PIN"
_VARIABLES: Final = {"passphrase": PASSPHRASE, "pin": PIN}


def ask_secret(what: str) -> str:
    """Return the secret called `what`: passphrase and PIN from the environment, else typed unseen.

    Raises:
        InputError: `key.passphrase`, there is neither variable nor terminal.
    """
    variable = _VARIABLES.get(what.lower())
    if variable is not None and variable in os.environ:
        return os.environ[variable]
    _needs_terminal(what, hint="" if variable is None else f"set {variable}")
    return str(click.prompt("PIN" if variable == PIN else what, hide_input=True, err=True))


def choose_passphrase() -> str:
    """Return a new passphrase, typed twice unless the environment has it.

    Raises:
        InputError: `key.passphrase`, there is neither variable nor terminal.
    """
    if PASSPHRASE in os.environ:
        return os.environ[PASSPHRASE]
    _needs_terminal(
        "passphrase", hint=f"set {PASSPHRASE}, or give --no-passphrase for a machine's key"
    )
    return str(click.prompt("passphrase", hide_input=True, confirmation_prompt=True, err=True))


def _needs_terminal(what: str, *, hint: str) -> None:
    if not sys.stdin.isatty():
        raise InputError("key.passphrase", f"nobody is there to type the {what}", hint=hint or None)
