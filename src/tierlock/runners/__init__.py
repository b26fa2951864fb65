"""RUN EVALUATIONS: drives other tools' runners, and records what anyone runs with them.

The door loads a file when it is first asked for something: others' processes load only the hooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import opener

if TYPE_CHECKING:
    from tierlock.runners.inspect_runner import Model, run_once
    from tierlock.runners.running import Watcher, run_plan

_HOMES = {
    "Model": "tierlock.runners.inspect_runner",
    "Watcher": "tierlock.runners.running",
    "run_once": "tierlock.runners.inspect_runner",
    "run_plan": "tierlock.runners.running",
}

__all__ = ["Model", "Watcher", "run_once", "run_plan"]

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
