"""Every operation of MLflow's registry is decided on; one that is not known is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.registry import Permits, quiet
from tierlock.usecases import subject_digest

# MLflow's own code warns of what its libraries will drop.
pytestmark = pytest.mark.filterwarnings("ignore")
TAG = "tierlock.subject"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch)


@pytest.fixture
def permits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Permits:
    made = Permits(tmp_path / "tierlock")
    monkeypatch.setenv("TIERLOCK_MLFLOW", str(made.file))
    return made


@pytest.fixture
def store(tmp_path: Path, permits: Permits) -> Any:
    from tierlock.integrations import open_store

    return open_store(f"tierlock+sqlite:///{tmp_path}/mlflow.db")


def model(store: Any, folder: Path, *, name: str = "m", content: bytes = b"w") -> tuple[str, str]:
    """Register a version whose files lie in a folder; returns its number and their digest."""
    from mlflow.entities.model_registry import ModelVersionTag

    weights = folder / f"weights-{content.hex()}"
    weights.mkdir(exist_ok=True)
    (weights / "model.bin").write_bytes(content)
    digest = subject_digest(str(weights)).digest
    if name not in {one.name for one in store.search_registered_models()}:
        store.create_registered_model(name)
    made = store.create_model_version(name, weights.as_uri(), tags=[ModelVersionTag(TAG, digest)])
    return str(made.version), digest


def denied(code: str, do: Callable[..., Any], *args: Any) -> None:
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException) as caught:
        do(*args)
    assert caught.value.error_code == "PERMISSION_DENIED"
    assert f"refused[{code}]" in caught.value.message


def test_every_operation_of_this_mlflow_is_in_one_list() -> None:
    from mlflow.store.model_registry.abstract_store import AbstractStore

    from tierlock.integrations.mlflow_operations import COMPOSED, FREE, GUARDED, READS, operations
    from tierlock.integrations.mlflow_store import GuardedStore

    lists = (READS, FREE, GUARDED, COMPOSED)
    assert operations(AbstractStore) == frozenset().union(*lists)
    assert sum(map(len, lists)) == len(operations(AbstractStore))
    own = vars(GuardedStore)
    # What is composed comes from MLflow and calls the others; everything else is ours.
    assert {name for name in own if name in COMPOSED} == set()
    assert own.keys() >= READS | FREE | GUARDED


def test_an_operation_that_is_not_known_is_refused(
    monkeypatch: pytest.MonkeyPatch, permits: Permits
) -> None:
    from mlflow.store.model_registry.abstract_store import AbstractStore

    from tierlock.integrations import mlflow_store

    name = "promote_model_version_everywhere"
    monkeypatch.setattr(AbstractStore, name, lambda self, *args: "done", raising=False)
    made = mlflow_store.close_unknown(type("Later", (mlflow_store.GuardedStore,), {}))
    denied("integration.operation", getattr(made(None), name), "m", "1")


def test_a_registry_is_guarded_without_a_server_too(
    store: Any, permits: Permits, tmp_path: Path
) -> None:
    version, digest = model(store, tmp_path)
    denied("integration.gate", store.set_registered_model_alias, "m", "champion", version)
    denied(
        "integration.gate", store.transition_model_version_stage, "m", version, "Production", False
    )
    permits.permit(digest)
    store.set_registered_model_alias("m", "champion", version)
    store.transition_model_version_stage("m", version, "Production", True)
    found = store.get_model_version("m", version)
    assert (found.current_stage, list(found.aliases)) == ("Production", ["champion"])
    # An older version takes its turn: the alias is asked for again.
    second, _ = model(store, tmp_path, content=b"x")
    denied("permit.digest", store.set_registered_model_alias, "m", "champion", second)
    denied("integration.promoted", store.rename_registered_model, "m", "n")
    store.delete_registered_model_alias("m", "champion")
    store.transition_model_version_stage("m", version, "Archived", False)
    store.rename_registered_model("m", "n")


def test_a_job_that_deploys_by_itself_is_refused(store: Any) -> None:
    denied("integration.operation", store.create_registered_model, "m", None, None, "job-1")
    store.create_registered_model("m")
    denied("integration.operation", store.update_registered_model, "m", "says", "job-1")
    store.update_registered_model("m", "says")
    assert store.get_registered_model("m").description == "says"


@pytest.mark.parametrize("change", ["tag", "deleted", "another"])
def test_a_version_that_changes_while_it_is_asked_about_is_not_promoted(
    store: Any, permits: Permits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    from mlflow.entities.model_registry import ModelVersionTag
    from mlflow.exceptions import MlflowException

    version, digest = model(store, tmp_path)
    permits.permit(digest)
    behind = store._behind
    set_alias = behind.set_registered_model_alias

    def meanwhile(name: str, alias: str, number: str) -> None:
        if change == "tag":
            behind.set_model_version_tag(name, number, ModelVersionTag(TAG, "other"))
        else:
            behind.delete_registered_model(name)
        if change == "another":
            model(store, tmp_path, content=b"never judged")
        set_alias(name, alias, number)

    monkeypatch.setattr(behind, "set_registered_model_alias", meanwhile)
    with pytest.raises(MlflowException) as caught:
        store.set_registered_model_alias("m", "champion", version)
    if change != "deleted":
        assert "refused[integration.moved]" in caught.value.message
        assert store.get_registered_model("m").aliases == {}


def test_a_link_in_the_files_is_no_weight(store: Any, permits: Permits, tmp_path: Path) -> None:
    version, digest = model(store, tmp_path)
    permits.permit(digest)
    weights = tmp_path / f"weights-{b'w'.hex()}"
    shutil.move(weights / "model.bin", tmp_path / "elsewhere")
    (weights / "model.bin").symlink_to(tmp_path / "elsewhere")
    permits.rules(declared="accepted")
    denied("subject.unusable", store.set_registered_model_alias, "m", "champion", version)


def test_every_refusal_is_logged(
    store: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    version, _ = model(store, tmp_path)
    denied("integration.rule", store.set_registered_model_alias, "m", "a\x1b[2J", version)
    (entry,) = [row for row in caplog.records if row.name == "tierlock.integrations"]
    assert entry.levelname == "WARNING"
    assert "alias `a\\x1b[2J` of `m/1`: refused[integration.rule]" in entry.getMessage()


@pytest.mark.parametrize(
    "address", ["databricks://x", "uc:http://x", "tierlock+sqlite:///x", "", "file:///x"]
)
def test_what_can_not_be_guarded_is_refused(address: str) -> None:
    from mlflow.exceptions import MlflowException

    from tierlock.integrations import open_store

    with pytest.raises(MlflowException, match="can not be guarded"):
        open_store(f"tierlock+{address}")


def test_workspaces_can_not_be_guarded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from mlflow.exceptions import MlflowException

    from tierlock.integrations import open_store

    monkeypatch.setenv("MLFLOW_ENABLE_WORKSPACES", "true")
    with pytest.raises(MlflowException, match="workspaces"):
        open_store(f"tierlock+sqlite:///{tmp_path}/x.db")


def test_mlflow_finds_the_plugin_by_its_address(tmp_path: Path) -> None:
    from mlflow.tracking._model_registry.utils import _get_store

    from tierlock.integrations import GuardedStore

    assert isinstance(_get_store(f"tierlock+sqlite:///{tmp_path}/x.db"), GuardedStore)
