"""A real MLflow server with the guarded registry, on this machine, and whoever it asks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.acceptance.projects import (
    FRAMEWORK,
    PROJECT,
    STATEMENTS,
    log_bytes,
    project,
    tierlock,
)
from tests.unit.permit.tokens import KEYS, stated, token
from tierlock.permit import write_keys
from tierlock.usecases import replace_file, subject_digest

if TYPE_CHECKING:
    import pytest

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "GIT_PYTHON_REFRESH": "quiet",
}
CHAMPION: dict[str, Any] = {
    "alias": "champion",
    "action": "deploy",
    "surface": "api",
    "audience": "general",
}
PRODUCTION: dict[str, Any] = {**CHAMPION, "alias": None, "stage": "Production"}
RULES = (CHAMPION, PRODUCTION)


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port


class Permits:
    """Permit files of today, and the rules that point to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.permits = folder / "permits"
        self.permits.mkdir(parents=True)
        (folder / "keys.json").write_text(write_keys(KEYS))
        self.rules()
        self.tell()

    @property
    def file(self) -> Path:
        return self.folder / "registry.yaml"

    def rules(self, *rules: Mapping[str, Any], **changed: Any) -> None:
        where = {"permits": "permits", "status": "status.json", "keys": "keys.json"}
        listed = [
            {name: value for name, value in rule.items() if value is not None}
            for rule in (rules or RULES)
        ]
        said = {"permits": where, "rules": listed, **changed}
        self.file.write_text(yaml.safe_dump(said))

    def tell(self, *, age: timedelta = timedelta(0), **changed: Any) -> None:
        """Write a status by which everything that was signed holds, begun `age` ago."""
        begins = datetime.now(UTC).replace(microsecond=0) - age
        times = {"issued_at": begins, "expires_at": begins + timedelta(hours=1)}
        # A server may read it at this moment.
        replace_file(self.folder / "status.json", data=stated(**{**times, **changed}))

    def permit(self, digest: str, *, age: timedelta = timedelta(0), **changed: Any) -> Path:
        """Write a permit of a day for the subject with this digest, begun `age` ago."""
        begins = datetime.now(UTC).replace(microsecond=0) - age
        known: dict[str, Any] = {
            "parts": {"weights": digest},
            "issued_at": begins,
            "not_before": begins,
            "expires_at": begins + timedelta(days=1),
        }
        path = self.permits / f"{len(list(self.permits.iterdir()))}.json"
        path.write_bytes(token(**{**known, **changed}))
        self.tell()
        return path

    def revoke_all(self) -> None:
        for path in self.permits.iterdir():
            path.unlink()


class Server:
    """An MLflow server as a process of its own."""

    def __init__(self, folder: Path, *, rules: Path, registry: str = "tierlock+sqlite") -> None:
        self.folder = folder
        self.rules = rules
        self.registry = registry
        self.artifacts = folder / "artifacts"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        database = self.folder / "mlflow.db"
        environment = {**os.environ, **QUIET, "TIERLOCK_MLFLOW": str(self.rules)}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "mlflow", "server",
                    "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1",
                    "--backend-store-uri", f"sqlite:///{database}",
                    "--registry-store-uri", f"{self.registry}:///{database}",
                    "--artifacts-destination", str(self.artifacts),
                ],
                stdout=log, stderr=log, env=environment, start_new_session=True,
            )  # fmt: skip
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{self.uri}/health"):  # noqa: S310
                    return
            except (urllib.error.URLError, ConnectionError):
                assert self.process.poll() is None, self.said
                time.sleep(0.2)
        raise AssertionError(self.said)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)

    def client(self) -> Any:
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    def version(self, name: str, content: bytes, *, tag: bool | str = True) -> tuple[str, str]:
        """Register a model version with one file; returns its number and the files' digest."""
        client = self.client()
        if not client.search_registered_models(f"name = '{name}'"):
            client.create_registered_model(name)
        run = client.create_run("0")
        local = self.folder / "to-log" / run.info.run_id
        local.mkdir(parents=True)
        (local / "model.bin").write_bytes(content)
        client.log_artifacts(run.info.run_id, str(local), "model")
        source = f"{run.info.artifact_uri}/model"
        made = client.create_model_version(name, source, run.info.run_id)
        digest = subject_digest(str(local)).digest
        if tag:
            said = tag if isinstance(tag, str) else digest
            client.set_model_version_tag(name, made.version, "tierlock.subject", said)
        return str(made.version), digest

    def file_of(self, name: str, version: str) -> Path:
        """Return the path of the one file of a version, where the server keeps it."""
        run = self.client().get_model_version(name, version).run_id
        (found,) = self.artifacts.rglob(f"{run}/artifacts/model/model.bin")
        return found


def quiet(patch: pytest.MonkeyPatch) -> None:
    for name, value in QUIET.items():
        patch.setenv(name, value)


def todays_project(
    folder: Path, *, digest: str, lab: str = FRAMEWORK, compute: float | None = None
) -> Path:
    """Write a project about weights whose evidence and statements are of the last days."""
    now = datetime.now(UTC).replace(microsecond=0)
    measured, claimed = now - timedelta(days=3), now - timedelta(days=1)
    grown = "" if compute is None else f"  effective_compute: {compute}\n"
    parts = f'  parts: {{weights: "{digest}"}}\n{grown}  surfaces:'
    text = PROJECT.replace("  surfaces:", parts)
    statements = STATEMENTS
    for old in ("2026-03-09T00:00:00Z", "2026-03-05T00:00:00Z", "2026-03-04T00:00:00Z"):
        statements = statements.replace(old, f"{claimed:%Y-%m-%dT%H:%M:%SZ}")
    project(folder, tierlock=text, statements=statements, lab=lab)
    head = {"stats": {"completed_at": measured.isoformat()}}
    (folder / "bio.eval").write_bytes(log_bytes(created=measured.isoformat(), head=head))
    ran = tierlock("assess", folder / "bio.eval", "--project", folder, "--format", "json")
    assert ran.code == 0, ran.err
    return folder
