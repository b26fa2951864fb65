"""How every command is called: kept apart, so that the list of commands imports click alone."""

from __future__ import annotations

from typing import Final

HELP: Final = {"help_option_names": ["-h", "--help"]}
"""Context of every command; a command must not depend on who called it."""
