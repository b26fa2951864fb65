"""A model registry of MLflow in which nothing is promoted without permission.

MLflow loads it for a registry address such as `tierlock+sqlite:///mlflow.db`. It keeps nothing of
its own: the registry behind it does, and this one stands before each of its operations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from mlflow.entities.model_registry.model_version_stages import (
    STAGE_ARCHIVED,
    STAGE_NONE,
    get_canonical_stage,
)
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.store.model_registry.abstract_store import AbstractStore

from tierlock.core import InputError, printable
from tierlock.integrations.asking import LOG, Asked, allowed_by
from tierlock.integrations.mlflow_operations import (
    COMPOSED,
    FREE,
    GUARDED,
    READS,
    Refusing,
    closed,
    operations,
    passed_on,
)
from tierlock.integrations.mlflow_rules import load_rules
from tierlock.integrations.mlflow_subject import TAG, version_digest

_VERSION: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class GuardedStore(AbstractStore):
    """A model registry that asks before it promotes.

    An operation that MLflow has and this class does not know is refused.

    Args:
        behind: the registry that keeps everything.
    """

    supports_workspaces = False

    def __init__(self, behind: Any) -> None:
        super().__init__()
        self._behind = behind

    def set_registered_model_alias(self, name: str, alias: str, version: object) -> None:
        """Point an alias to a version, where every rule about it is allowed.

        Raises:
            MlflowException: PERMISSION_DENIED; the alias is what it was, or gone.
        """
        undo = partial(self._behind.delete_registered_model_alias, name, alias)
        do = self._behind.set_registered_model_alias
        self._promote(name, version, do=lambda one: do(name, alias, one), undo=undo, alias=alias)

    def transition_model_version_stage(
        self,
        name: str,
        version: object,
        stage: str,
        archive_existing_versions: bool,  # noqa: FBT001  # MLflow calls it so
    ) -> Any:
        """Move a version to a stage, where every rule about it is allowed.

        `None` and `Archived` need no permission.

        Raises:
            MlflowException: PERMISSION_DENIED; the version is where it was, or archived.
        """
        wanted = get_canonical_stage(stage)
        move = self._behind.transition_model_version_stage
        if wanted in (STAGE_NONE, STAGE_ARCHIVED):
            return move(name, version, wanted, archive_existing_versions)
        return self._promote(
            name,
            version,
            do=lambda one: move(name, one, wanted, archive_existing_versions),
            undo=lambda: move(name, version, STAGE_ARCHIVED, archive_existing_versions=False),
            stage=wanted,
        )

    def rename_registered_model(self, name: str, new_name: str) -> Any:
        """Rename a model of which no version is promoted: by its name it may stand for more.

        Raises:
            MlflowException: PERMISSION_DENIED.
        """
        with Refusing(f"rename `{name}` to `{new_name}`"):
            if self._is_promoted(name):
                raise InputError(
                    "integration.promoted",
                    f"versions of `{name}` have an alias or a stage, which would go along",
                    hint="take aliases and stages away first, and set them again afterwards",
                )
        return self._behind.rename_registered_model(name, new_name)

    def set_model_version_tag(self, name: str, version: object, tag: Any) -> Any:
        """Set a tag; that of the subject stays as it is while a version is promoted.

        Raises:
            MlflowException: PERMISSION_DENIED.
        """
        self._check_tag(name, version, key=tag.key)
        return self._behind.set_model_version_tag(name, version, tag)

    def delete_model_version_tag(self, name: str, version: object, key: str) -> Any:
        """Delete a tag; that of the subject stays as it is while a version is promoted.

        Raises:
            MlflowException: PERMISSION_DENIED.
        """
        self._check_tag(name, version, key=key)
        return self._behind.delete_model_version_tag(name, version, key)

    def create_registered_model(
        self,
        name: str,
        tags: Any = None,
        description: str | None = None,
        deployment_job_id: str | None = None,
    ) -> Any:
        """Create a model; none that a job deploys by itself.

        Raises:
            MlflowException: PERMISSION_DENIED.
        """
        _check_job(name, deployment_job_id)
        return self._behind.create_registered_model(name, tags, description)

    def update_registered_model(
        self, name: str, description: str | None, deployment_job_id: str | None = None
    ) -> Any:
        """Describe a model; never name a job that deploys it by itself.

        Raises:
            MlflowException: PERMISSION_DENIED.
        """
        _check_job(name, deployment_job_id)
        return self._behind.update_registered_model(name, description)

    def _promote(
        self,
        name: str,
        version: object,
        *,
        do: Callable[[str], Any],
        undo: Callable[[], Any],
        alias: str | None = None,
        stage: str | None = None,
    ) -> Any:
        """Ask, do it, and look whether it was done to what was asked about; else take it back."""
        what = f"{'alias' if stage is None else 'stage'} `{alias or stage}` of `{name}/{version}`"
        with Refusing(what):
            number = _as_version(version)
            before = self._snapshot(name, number)
            self._check(before, alias=alias, stage=stage)
        done = do(number)
        try:
            same = self._snapshot(name, number)[1:] == before[1:]
        except Exception:  # noqa: BLE001  # what can not be looked at is not what was allowed
            same = False
        if not same:
            _undone(undo, what=what)
            with Refusing(what):
                raise InputError(
                    "integration.moved",
                    f"`{name}/{number}` was changed while permission for it was asked",
                    hint="the alias was removed, or the version archived; try again",
                )
        LOG.info("allowed: %s", printable(what))
        return done

    def _check(self, before: tuple[Any, ...], *, alias: str | None, stage: str | None) -> None:
        file, folder = load_rules()
        version, location = before[0], before[1]
        rules = file.rules_for(version.name, alias=alias, stage=stage)
        weights = version_digest(version, location=location, declared=file.declared)
        permission = file.permission(folder=folder)
        for rule in rules:
            asked = Asked(
                action=rule.action,
                surface=rule.surface,
                audience=rule.audience,
                digests={**rule.digests, "weights": weights},
            )
            allowed_by(permission, asked=asked, at=datetime.now(UTC))

    def _snapshot(self, name: str, version: str) -> tuple[Any, ...]:
        """A version, and all by which another one under its number would show."""
        found = self._behind.get_model_version(name, version)
        location = self._behind.get_model_version_download_uri(name, version)
        tags = dict(found.tags)
        return found, location, found.creation_timestamp, found.source, tags.get(TAG)

    def _is_promoted(self, name: str) -> bool:
        model = self._behind.get_registered_model(name)
        staged = self._behind.get_latest_versions(name, None)
        return bool(model.aliases) or any(_is_staged(version) for version in staged)

    def _check_tag(self, name: str, version: object, *, key: str) -> None:
        if key != TAG:
            return
        with Refusing(f"tag `{key}` of `{name}/{version}`"):
            found = self._behind.get_model_version(name, _as_version(version))
            if found.aliases or _is_staged(found):
                raise InputError(
                    "integration.promoted",
                    f"`{name}/{found.version}` has an alias or a stage, which stands for its tag",
                    hint="take them away first, and set them again afterwards",
                )


def _undone(undo: Callable[[], Any], *, what: str) -> None:
    """Take back what was done; if that fails, whoever reads the log must."""
    try:
        undo()
    except Exception:  # noqa: BLE001  # the refusal is told all the same
        LOG.exception("NOT TAKEN BACK, and not permitted: %s", printable(what))


def _is_staged(version: Any) -> bool:
    return version.current_stage not in (None, STAGE_NONE, STAGE_ARCHIVED)


def _as_version(version: object) -> str:
    """The one way to write a number: MLflow itself takes `01`, ` 1` and digits of any script."""
    text = str(version) if type(version) is int else version
    if not isinstance(text, str) or _VERSION.fullmatch(text) is None:
        raise MlflowException(
            f"`{version}` is not written as the number of a version",
            error_code=INVALID_PARAMETER_VALUE,
        )
    return text


def _check_job(name: str, job: str | None) -> None:
    with Refusing(f"deployment job of `{name}`"):
        if job:
            raise InputError(
                "integration.operation",
                f"the job `{job}` would deploy new versions of `{name}` without asking",
                hint="let the job ask: tierlock gate, or a permit",
            )


def close_unknown(store: type[GuardedStore]) -> type[GuardedStore]:
    """Return a guarded registry that refuses what MLflow can do and no list here names."""
    for name in operations(AbstractStore) - READS - FREE - GUARDED - COMPOSED:
        setattr(store, name, closed(name))
    return store


for _name in READS | FREE:
    setattr(GuardedStore, _name, passed_on(_name))
close_unknown(GuardedStore)
