"""The registry plugin as MLflow finds it: light, since MLflow loads it wherever Tierlock is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tierlock.integrations.mlflow_store import GuardedStore

PREFIX: Final = "tierlock+"
_DATABASES: Final = ("mssql", "mysql", "postgresql", "sqlite")


def open_store(store_uri: str, *, tracking_uri: str | None = None) -> GuardedStore:
    """Return the guarded registry at an address, for MLflow.

    Args:
        store_uri: `tierlock+` before the address of the registry that keeps everything.
        tracking_uri: not needed.

    Raises:
        MlflowException: no such kind of registry can be guarded.
    """
    from mlflow.environment_variables import MLFLOW_ENABLE_WORKSPACES
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
    from mlflow.store.model_registry.rest_store import RestStore
    from mlflow.utils.credentials import get_default_host_creds

    from tierlock.integrations.mlflow_store import GuardedStore

    del tracking_uri
    behind = store_uri.removeprefix(PREFIX)
    scheme = behind.partition(":")[0].partition("+")[0]
    if MLFLOW_ENABLE_WORKSPACES.get():
        raise MlflowException("workspaces can not be guarded: one rule would mean several models")
    if scheme in _DATABASES:
        from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

        return GuardedStore(SqlAlchemyStore(behind))
    if scheme in ("http", "https"):
        return GuardedStore(RestStore(partial(get_default_host_creds, behind)))
    raise MlflowException(
        f"a registry at `{scheme}:` can not be guarded", error_code=INVALID_PARAMETER_VALUE
    )
