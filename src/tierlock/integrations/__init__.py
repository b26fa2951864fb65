"""INTEGRATIONS: other systems ask before they go on: model registries and training loops.

The door loads a file when it is first asked for something: each needs another tool's library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import homes_in, opener

if TYPE_CHECKING:
    from tierlock.integrations.asking import Allowed, Asked, Permission, Refused, allowed_by
    from tierlock.integrations.compute import EffectiveCompute
    from tierlock.integrations.mlflow_entry import open_store
    from tierlock.integrations.mlflow_store import GuardedStore
    from tierlock.integrations.permit_files import PermitFiles
    from tierlock.integrations.project_gate import ProjectGate
    from tierlock.integrations.trainer import TierlockCallback

_HOMES = homes_in(
    __name__,
    {
        "asking": "Allowed Asked Permission Refused allowed_by",
        "compute": "EffectiveCompute",
        "mlflow_entry": "open_store",
        "mlflow_store": "GuardedStore",
        "permit_files": "PermitFiles",
        "project_gate": "ProjectGate",
        "trainer": "TierlockCallback",
    },
)

__all__ = [
    "Allowed",
    "Asked",
    "EffectiveCompute",
    "GuardedStore",
    "Permission",
    "PermitFiles",
    "ProjectGate",
    "Refused",
    "TierlockCallback",
    "allowed_by",
    "open_store",
]

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
