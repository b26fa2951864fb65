"""Every operation of a model registry, and what the guard does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import PERMISSION_DENIED

from tierlock.core import InputError, printable
from tierlock.integrations.asking import LOG, Refused, as_refused

READS: Final = frozenset(
    (
        "get_latest_versions",
        "get_model_version",
        "get_model_version_by_alias",
        "get_model_version_download_uri",
        "get_registered_model",
        "get_webhook",
        "list_webhooks",
        "list_webhooks_by_event",
        "search_model_versions",
        "search_registered_models",
        "test_webhook",
    )
)
"""Operations that change nothing."""
FREE: Final = frozenset(
    (
        "create_model_version",
        "create_webhook",
        "delete_model_version",
        "delete_registered_model",
        "delete_registered_model_alias",
        "delete_registered_model_tag",
        "delete_webhook",
        "set_registered_model_tag",
        "update_model_version",
        "update_webhook",
    )
)
"""Operations that promote nothing: what is new has no alias and no stage, and closing is free."""
GUARDED: Final = frozenset(
    (
        "create_registered_model",
        "delete_model_version_tag",
        "rename_registered_model",
        "set_model_version_tag",
        "set_registered_model_alias",
        "transition_model_version_stage",
        "update_registered_model",
    )
)
"""Operations that are decided on here."""
COMPOSED: Final = frozenset(
    (
        "copy_model_version",
        "create_prompt",
        "create_prompt_version",
        "delete_prompt",
        "delete_prompt_alias",
        "delete_prompt_tag",
        "delete_prompt_version",
        "delete_prompt_version_tag",
        "get_prompt",
        "get_prompt_version",
        "get_prompt_version_by_alias",
        "link_prompt_version_to_model",
        "link_prompt_version_to_run",
        "link_prompts_to_trace",
        "search_prompt_versions",
        "search_prompts",
        "set_prompt_alias",
        "set_prompt_tag",
        "set_prompt_version_tag",
    )
)
"""Operations that MLflow itself makes of the others: they pass the guard with each of those."""


class Refusing:
    """Turns whatever is raised inside into the one answer that MLflow shows, and logs it.

    Args:
        what: what was asked for, for the log.

    Raises:
        MlflowException: PERMISSION_DENIED, with the code and hint; what MLflow itself raises about
            a name or number stays as it is.
    """

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, MlflowException):
            raise _denied(self._what, as_refused(error)) from error


def _denied(what: str, refused: Refused) -> MlflowException:
    LOG.warning("%s: %s", printable(what), refused)
    return MlflowException(f"{refused}", error_code=PERMISSION_DENIED)


def passed_on(name: str) -> Callable[..., Any]:
    """Return the method that leaves an operation to the registry behind."""

    def operation(self: Any, *args: Any, **named: Any) -> Any:
        return getattr(self._behind, name)(*args, **named)

    return operation


def closed(name: str) -> Callable[..., Any]:
    """Return the method that refuses an operation, whatever it would do."""

    def operation(*_: object, **__: object) -> None:
        with Refusing(f"operation `{name}`"):
            raise InputError(
                "integration.operation",
                f"this version of MLflow has an operation `{name}`, which is not known here",
                hint="use a version of Tierlock that knows it",
            )

    return operation


def operations(store: type) -> frozenset[str]:
    """Return the names of all public operations of a kind of registry."""
    return frozenset(
        name for name in dir(store) if name[0] != "_" and callable(getattr(store, name))
    )
