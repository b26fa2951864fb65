"""Runs the evaluations and keeps their logs under `logs/`, one folder per act of the tutorial.

python make_logs.py real   # Gemma 3 270M, served by serve_model.py
python make_logs.py mock   # Inspect's mock model, in place of the next checkpoint
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import tasks
from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.log import read_eval_log
from inspect_ai.model import Model, get_model
from mock_model import MODEL_NAME, Outputs, mock_requests, mock_screen
from serve_model import DEFAULT_WEIGHTS, WEIGHTS_SHA256, model_server

HERE = Path(__file__).resolve().parent
REAL_MODEL_NAME = "openai-api/local/gemma-3-270m"
SOURCES = ("tasks.py", "scorers.py", "safeguards.py", "item_files.py", "mock_model.py")


@dataclass(frozen=True)
class Run:
    """One log to make: the folder it goes to, the task, and what the mock model answers."""

    folder: str
    task: Callable[..., Task]
    arguments: dict[str, str] = field(default_factory=dict)
    mock: Outputs | None = None

    @property
    def file(self) -> Path:
        """Where the log goes, relative to the output folder."""
        return Path(self.folder) / f"{self.task.__name__}.eval"


def real_runs() -> list[Run]:
    """The runs with the real model."""
    screens = (tasks.bio_prerequisites, tasks.cyber_prerequisites, tasks.autonomy_prerequisites)
    filtered = {"safeguard": "word-list-filter"}
    return [
        *(Run("release-1", screen) for screen in screens),
        Run("release-1", tasks.misuse_requests, filtered),
        Run("release-1-unfiltered", tasks.misuse_requests),
        *(Run("release-1-open-answer", s, {"elicitation": "open-answer"}) for s in screens),
    ]


def mock_runs() -> list[Run]:
    """The runs with the mock model; the shares are ours and measure nothing."""
    shares = {
        "bio_prerequisites": 0.70,
        "cyber_prerequisites": 0.28,
        "autonomy_prerequisites": 0.25,
    }
    screens = [
        Run("release-2", getattr(tasks, name), mock=mock_screen(name, share_right=share, salt="2"))
        for name, share in shares.items()
    ]
    plain = mock_requests(share_complying=0.30, salt="2")
    attacked = mock_requests(share_complying=0.60, salt="2")
    filtered = {"safeguard": "word-list-filter"}
    return [
        *screens,
        Run("release-2", tasks.misuse_requests, mock=plain),
        Run("release-2-mitigated", tasks.misuse_requests, filtered, mock=plain),
        Run(
            "release-2-failed", tasks.misuse_requests, filtered | {"attack": "respelled"}, attacked
        ),
    ]


def _metadata(run: Run) -> dict[str, str]:
    """What the log shall say about its model and its sources, beside what Inspect records."""
    sources = hashlib.sha256()
    for name in [*SOURCES, *(f"items/{file.name}" for file in sorted(HERE.glob("items/*.jsonl")))]:
        sources.update((HERE / name).read_bytes())
    model = (
        {"weights_sha256": WEIGHTS_SHA256, "weights_file": DEFAULT_WEIGHTS.name}
        if run.mock is None
        else {"stands_for": "the next checkpoint; outputs are made up"}
    )
    return {"sources_sha256": sources.hexdigest(), **model}


def keep(run: Run, *, model: Model, out: Path) -> None:
    """Runs one evaluation and moves its log to a name that stays the same.

    Raises:
        RuntimeError: Inspect did not finish, or a sample has no score.
    """
    with tempfile.TemporaryDirectory() as logs:
        made = evaluate(
            run.task(**run.arguments),
            model=model,
            metadata=_metadata(run),
            log_dir=logs,
            log_format="eval",
            log_realtime=False,
            log_model_api=False,
            display="none",
            max_connections=1,
        )[0]
        target = out / run.file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made.location, target)
    log = read_eval_log(str(target))
    if log.status != "success" or log.results is None:
        raise RuntimeError(f"`{run.file}` ended with status {log.status}")
    scores = log.results.scores[0]
    if scores.scored_samples != log.eval.dataset.samples:
        raise RuntimeError(f"`{run.file}` has samples without a score")
    accuracy = scores.metrics["accuracy"].value
    print(f"{run.file}  n={scores.scored_samples}  {scores.name}={accuracy:.3f}", flush=True)


def main() -> None:
    """Makes the real logs, the mock logs, or both."""
    parser = argparse.ArgumentParser(description="Run the evaluations of this example.")
    parser.add_argument("what", choices=("real", "mock", "all"))
    parser.add_argument("--out", type=Path, default=HERE / "logs")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    options = parser.parse_args()
    out, weights = options.out.resolve(), options.weights.resolve()
    # Inspect records task files relative to the working folder, and that folder's commit. These
    # logs name the digest of their sources instead: it stays true in every checkout and commit.
    os.chdir(HERE)
    os.environ["GIT_CEILING_DIRECTORIES"] = str(HERE.parent)
    if options.what in ("real", "all"):
        with model_server(port=options.port, weights=weights) as address:
            model = get_model(REAL_MODEL_NAME, base_url=address, api_key="none")
            for run in real_runs():
                keep(run, model=model, out=out)
    if options.what in ("mock", "all"):
        for run in mock_runs():
            keep(run, model=get_model(MODEL_NAME, custom_outputs=run.mock), out=out)


if __name__ == "__main__":
    main()
