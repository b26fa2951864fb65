"""Makes the golden Inspect logs in `inspect/` and their manifest, by running Inspect itself.

Run it from the top of the checkout, in an environment that has inspect-ai 0.3.285:

    python -m tests.golden.build_goldens

The logs get new ids and times with every build; what the manifest says about them stays the same.
The tests read the kept files and never run this script.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from inspect_ai import score
from inspect_ai.log import (
    EvalLog,
    ProvenanceData,
    edit_score,
    invalidate_samples,
    read_eval_log,
    read_eval_log_sample_summaries,
    write_eval_log,
)
from inspect_ai.scorer import Score, ScoreEdit

from tests.golden import golden_runs

HERE = Path(__file__).resolve().parent
OUT = HERE / "inspect"

RUNS: dict[str, Callable[[Path], None]] = {
    "success.eval": golden_runs.success,
    "success.json": golden_runs.success_json,
    "one-error.eval": golden_runs.one_error,
    "all-errors.eval": golden_runs.all_errors,
    "stopped-by-error.eval": golden_runs.stopped_by_error,
    "cancelled.eval": golden_runs.cancelled,
    "crashed.eval": golden_runs.crashed,
    "unscored.eval": golden_runs.unscored,
    "refusal.eval": golden_runs.refusal,
    "epochs.eval": golden_runs.epochs,
    "reducers.eval": golden_runs.reducers,
    "limit-hit.eval": golden_runs.limit_hit,
    "fallback.eval": golden_runs.fallback,
    "subset.eval": golden_runs.subset,
    "clustered.eval": golden_runs.clustered,
    "several-scorers.eval": golden_runs.several_scorers,
    "value-words.eval": golden_runs.value_words,
    "value-lists.eval": golden_runs.value_lists,
    "value-dicts.eval": golden_runs.value_dicts,
}


def make_runs() -> dict[str, str]:
    """Runs each evaluation; returns how each file was made."""
    for name, make in RUNS.items():
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder))
            (made,) = [file for file in Path(folder).iterdir() if file.suffix in (".eval", ".json")]
            shutil.move(made, OUT / name)
    return {name: f"run by Inspect: {make.__doc__}" for name, make in RUNS.items()}


def edited(log: EvalLog) -> EvalLog:
    """One score changed from wrong to right with Inspect's `edit_score`."""
    provenance = ProvenanceData(author="reviewer", reason="regraded")
    edit_score(log, "q-3", "check", ScoreEdit(value="C", provenance=provenance))
    return log


def invalidated(log: EvalLog) -> EvalLog:
    """Two samples marked invalid with Inspect's `invalidate_samples`; the metrics do not change."""
    uuids = [sample.uuid for sample in (log.samples or [])[:2] if sample.uuid]
    return invalidate_samples(log, uuids, ProvenanceData(author="reviewer", reason="leaked"))


def rescored(log: EvalLog) -> EvalLog:
    """Every score replaced with `score(action="overwrite")`; Inspect records no trace of it."""
    scorers = [golden_runs.rule_scorer(lambda _number, _epoch: Score(value="C"))]
    return score(log, scorers, action="overwrite", display="none")


def make_changed() -> dict[str, str]:
    """Changes the clean log with Inspect's own functions, as a user would."""
    for change in (edited, invalidated, rescored):
        log = change(read_eval_log(str(OUT / "success.eval")))
        write_eval_log(log, str(OUT / f"{change.__name__}.eval"))
    return {
        f"{change.__name__}.eval": f"success.eval, changed by Inspect: {change.__doc__}"
        for change in (edited, invalidated, rescored)
    }


def repack(
    source: Path, target: Path, *, method: int, replace: Callable[[str, bytes], bytes]
) -> None:
    """Copies a log member by member, with another compression or other bytes."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression=method) as new:
        for name in old.namelist():
            new.writestr(name, replace(name, old.read(name)))


def _raise_accuracy(name: str, content: bytes) -> bytes:
    """Sets the header's accuracy to 1 and leaves the samples as they are."""
    if name != "header.json":
        return content
    header = json.loads(content)
    header["results"]["scores"][0]["metrics"]["accuracy"]["value"] = 1.0
    return json.dumps(header).encode()


def make_constructed() -> dict[str, str]:
    """Makes what this version of Inspect does not write by itself, from a log that it wrote."""
    source = OUT / "success.eval"
    shutil.copyfile(source, OUT / "duplicate.eval")
    repack(
        source,
        OUT / "deflate.eval",
        method=zipfile.ZIP_DEFLATED,
        replace=lambda _, content: content,
    )
    zstandard = 93
    repack(source, OUT / "header-mismatch.eval", method=zstandard, replace=_raise_accuracy)
    return {
        "duplicate.eval": "constructed: success.eval under another name, byte for byte",
        "deflate.eval": "constructed: success.eval with its members repacked by deflate,"
        " as Inspect wrote them before 0.3.206",
        "header-mismatch.eval": "constructed: success.eval with its header accuracy set to 1",
    }


def _plain(value: object) -> object:
    """The value as JSON holds it; a score that is not a number becomes the word NaN."""
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def _finite(value: float) -> float | None:
    return round(value, 9) if math.isfinite(value) else None


def facts_of(path: Path) -> dict[str, object]:
    """What Inspect's own reader says about a log; a crashed log has only sample summaries."""
    header = read_eval_log(str(path), header_only=True)
    facts: dict[str, object] = {
        "status": header.status,
        "task": header.eval.task,
        "model": header.eval.model,
        "invalidated": header.invalidated,
        "dataset_samples": header.eval.dataset.samples,
        "selected_samples": len(header.eval.dataset.sample_ids or []),
        "epochs": header.eval.config.epochs,
        "metrics": {
            f"{entry.name}/{entry.reducer or 'default'}/{name}": _finite(metric.value)
            for entry in (header.results.scores if header.results else [])
            for name, metric in entry.metrics.items()
        },
    }
    if header.results:
        facts["total_rows"] = header.results.total_samples
        facts["completed_rows"] = header.results.completed_samples
        facts["unscored_by_header"] = (
            max((entry.unscored_samples or 0) for entry in header.results.scores)
            if header.results.scores
            else 0
        )
    if header.status == "started":
        return facts | {"logged_rows": len(read_eval_log_sample_summaries(str(path)))}
    return facts | _sample_facts(read_eval_log(str(path)))


def _sample_facts(log: EvalLog) -> dict[str, object]:
    """Counts that need the full samples."""
    samples = log.samples or []
    scores = [(sample, each) for sample in samples for each in (sample.scores or {}).values()]
    return {
        "logged_rows": len(samples),
        "errored": sum(sample.error is not None for sample in samples),
        "without_scores": sum(not sample.scores for sample in samples),
        "unscored": len(
            {
                (sample.id, sample.epoch)
                for sample, each in scores
                if isinstance(each.value, float) and math.isnan(each.value)
            }
        ),
        "invalidated_samples": sum(sample.invalidation is not None for sample in samples),
        "fallback": sum(bool(sample.model_fallbacks) for sample in samples),
        "limits": dict(Counter(sample.limit.type for sample in samples if sample.limit)),
        "edited_scores": sum(bool(each.history) for _, each in scores),
        "refusals": sum(each.reason == "refusal" for _, each in scores),
        "values": {
            f"{sample.id}/{sample.epoch}/{name}": _plain(each.value)
            for sample in samples
            for name, each in (sample.scores or {}).items()
        },
    }


def main() -> None:
    """Builds every log anew and writes the manifest."""
    # Inspect records the working folder's commit; a golden log shall not depend on it.
    os.chdir(HERE)
    os.environ["GIT_CEILING_DIRECTORIES"] = str(HERE.parent)
    OUT.mkdir(exist_ok=True)
    made = make_runs() | make_changed() | make_constructed()
    manifest = {
        "madeBy": "tests/golden/build_goldens.py",
        "inspectVersion": version("inspect-ai"),
        "files": {
            name: {"how": " ".join(how.split()), "facts": facts_of(OUT / name)}
            for name, how in sorted(made.items())
        },
    }
    text = json.dumps(manifest, indent=2, sort_keys=True)
    (OUT / "MANIFEST.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
