"""Our reader of Inspect logs against Inspect's own, over real logs and the golden ones."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tierlock.core import Evidence, ImportFailed
from tierlock.importers import (
    Imported,
    find_logs,
    import_logs,
    interface,
    read,
    scan_header,
    scan_scores,
)
from tierlock.importers.inspect_values import Unmappable, to_number

inspect_log = pytest.importorskip("inspect_ai.log", reason="inspect-ai is not installed")

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TIERLOCK_SHARED_DATA", ROOT.parent / "shared" / "data"))
FOLDERS = (
    ROOT / "tests" / "golden" / "inspect",
    DATA / "inspect-logs",
    DATA / "vivaria-inspect",
    DATA / "every-eval-ever" / "tests" / "data" / "inspect",
)
LOGS = sorted(
    path
    for folder in FOLDERS
    for path in folder.rglob("*")
    if path.suffix in {".eval", ".json"} and path.name != "MANIFEST.json"
)

# Files that Inspect can not read: no logs at all, and what we say about them.
NO_LOGS = [path for path in LOGS if path.parent.name == "test_skeleton"]
# Logs without a single score, which we hand back as omissions, with the number of their samples.
UNUSABLE = {
    "all-errors.eval": ("log.unscored", 2),
    "data_cvebench_empty_choices.json": ("log.unscored", 1),
    "log_tool_call_error.json": ("log.unscored", 1),
    "2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval": ("log.unscored", 10),
    "data_with_llm_scoring.json": ("log.no-samples", 0),
    "2025-05-12T20-28-13-04-00_no-samples.json": ("log.no-samples", 0),
}
USABLE = [path for path in LOGS if path not in NO_LOGS and path.name not in UNUSABLE]


def label(path: Path) -> str:
    return path.name


@cache
def theirs(path: Path) -> Any:
    return inspect_log.read_eval_log(str(path))


@cache
def ours(path: Path) -> Imported:
    return read(path)


def evidence_of(path: Path) -> Evidence:
    (evidence,) = ours(path).evidence
    return evidence


def flat(scores: dict[str, Any]) -> dict[str, float | None]:
    """Return Inspect's values as our columns; what it would silently count as 0 is no value."""
    found: dict[str, float | None] = {}
    for name, score in (scores or {}).items():
        parts = score.value if isinstance(score.value, dict) else {None: score.value}
        for key, value in parts.items():
            try:
                number = to_number(value)
            except Unmappable:
                number = None
            found[name if key is None else f"{name}/{key}"] = number
    return found


def test_real_logs_are_there() -> None:
    if not DATA.is_dir():
        pytest.skip(f"no folder `{DATA}`; set TIERLOCK_SHARED_DATA")
    assert len([path for path in LOGS if DATA in path.parents]) > 30
    assert len(NO_LOGS) == 10


@pytest.mark.parametrize("path", USABLE, ids=label)
def test_the_run_is_the_same(path: Path) -> None:
    log, evidence = theirs(path), evidence_of(path)
    assert evidence.status == log.status
    assert evidence.evaluation == log.eval.task
    assert evidence.subject.name == log.eval.model
    assert evidence.run_id == log.eval.eval_id
    assert evidence.task_version == str(log.eval.task_version)
    finished = log.stats.completed_at or None
    assert (evidence.finished_at and evidence.finished_at.isoformat()) == finished


@pytest.mark.parametrize("path", USABLE, ids=label)
def test_the_attempts_are_the_same(path: Path) -> None:
    log, samples = theirs(path), evidence_of(path).samples
    wanted = {
        (str(sample.id), sample.epoch): (
            sample.limit.type if sample.limit else "",
            sample.error is not None,
            sample.invalidation is not None,
            bool(sample.model_fallbacks),
            any(score.history for score in (sample.scores or {}).values()),
            any(score.reason == "refusal" for score in (sample.scores or {}).values()),
            flat(sample.scores),
        )
        for sample in log.samples
    }
    assert len(wanted) == len(log.samples)
    assert set(zip(samples.id, samples.epoch, strict=True)) == set(wanted)
    for i, key in enumerate(zip(samples.id, samples.epoch, strict=True)):
        limit, errored, invalid, fallback, edited, refused, values = wanted[key]
        usable = not (errored or invalid or fallback)
        scored = usable and any(value is not None for value in values.values())
        assert samples.limit[i] == limit
        assert samples.edited[i] == edited
        assert samples.refused[i] == refused
        assert (samples.state[i] == "scored") == scored
        assert (samples.state[i] == "invalidated") == invalid
        assert (samples.state[i] == "errored") == (errored and not invalid)
        got = {name: column[i] for name, column in samples.scores.items() if name in values}
        assert got == (values if scored else dict.fromkeys(values))


@pytest.mark.parametrize("path", [path for path in LOGS if path not in NO_LOGS], ids=label)
def test_the_tokens_are_the_same(path: Path) -> None:
    (evidence,) = ours(path).evidence
    stats = theirs(path).stats
    parts = [part for part in (evidence.tokens, evidence.other_tokens) if part is not None]
    for name in ("output", "total"):
        wanted = sum(getattr(usage, f"{name}_tokens") for usage in stats.model_usage.values())
        assert sum(getattr(part, name) for part in parts) == wanted


@pytest.mark.parametrize("path", USABLE, ids=label)
def test_no_value_is_nan(path: Path) -> None:
    for column in evidence_of(path).samples.scores.values():
        assert not [value for value in column if value is not None and not math.isfinite(value)]


@pytest.mark.parametrize("path", [path for path in LOGS if path.name in UNUSABLE], ids=label)
def test_logs_without_scores_are_said_and_count_as_missing(path: Path) -> None:
    code, count = UNUSABLE[path.name]
    imported = ours(path)
    (evidence,) = imported.evidence
    assert len(evidence.samples) == count
    assert not any(value is not None for c in evidence.samples.scores.values() for value in c)
    assert sum(evidence.missing().values()) >= count
    assert [omission.code for omission in imported.omissions] == [code]
    log = theirs(path)
    assert len(log.samples or []) == count
    assert not any(sample.scores for sample in log.samples or [])
    assert log.eval.eval_id in imported.omissions[0].says


def test_files_that_are_no_logs_are_rejected_by_both() -> None:
    if not NO_LOGS:
        pytest.skip(f"no folder `{DATA}`; set TIERLOCK_SHARED_DATA")
    for path in NO_LOGS:
        with pytest.raises((TypeError, ValueError)):
            theirs(path)
        with pytest.raises(ImportFailed) as caught:
            read(path)
        assert caught.value.code == "import.format"
        with pytest.raises(ImportFailed) as caught:
            read(path, format="inspect")
        assert caught.value.code == "import.schema"
    logs, omissions = find_logs([NO_LOGS[0].parent])
    assert logs == []
    codes = [omission.code for omission in omissions]
    assert codes == ["file.not-a-log"] * len(NO_LOGS) + ["folder.no-logs"]


@pytest.mark.parametrize("format_", ["eval", "json"])
@pytest.mark.parametrize("path", USABLE, ids=label)
def test_a_converted_log_is_the_same_evidence(path: Path, format_: str, tmp_path: Path) -> None:
    """`.eval` and `.json` of one run share a digest, whichever Inspect wrote from the other."""
    evidence = evidence_of(path)
    target = tmp_path / f"2026-01-01T00-00-00+00-00_copy.{format_}"
    inspect_log.write_eval_log(theirs(path), str(target))
    (copy,) = read(target).evidence
    assert copy.samples.digest == evidence.samples.digest
    assert copy.configuration == evidence.configuration
    assert (copy.tokens, copy.other_tokens) == (evidence.tokens, evidence.other_tokens)
    assert copy.digest == evidence.digest


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("data_intercode_ctf_local_path.json", 0.35443),
        ("data_cyse2_vuln_exploit_challenges.json", 0.38109),
    ],
)
def test_real_logs_that_were_cut_short_are_in_doubt(name: str, held: float) -> None:
    """Their headers hold a mean that the one sample left in them can not give."""
    found = [path for path in USABLE if path.name == name]
    if not found:
        pytest.skip(f"no folder `{DATA}`; set TIERLOCK_SHARED_DATA")
    evidence = evidence_of(found[0])
    assert evidence.doubtful
    assert evidence.missing()["absent"] > 70
    mismatches = [p.says for p in evidence.problems if p.code == "header.mismatch"]
    assert f"{held:g}" in mismatches[0]


def test_no_whole_log_is_in_doubt() -> None:
    """A false alarm would keep sound evidence from supporting anything."""
    cut = {"data_intercode_ctf_local_path.json", "data_cyse2_vuln_exploit_challenges.json"}
    doubtful = {path.name for path in USABLE if evidence_of(path).doubtful}
    assert doubtful - cut == {"header-mismatch.eval"}


def headed(path: Path) -> Any:
    try:
        return inspect_log.read_eval_log(str(path), header_only=True)
    except ValueError:
        # Inspect's header-only reader of documents stumbles where its whole reader does not.
        return theirs(path)


@pytest.mark.parametrize("path", [path for path in LOGS if path not in NO_LOGS], ids=label)
def test_a_quick_header_is_the_same(path: Path) -> None:
    log, found = headed(path), scan_header(path)
    assert (found.evaluation, found.model) == (log.eval.task, log.eval.model)
    assert (found.status, found.run_id) == (log.status, log.eval.eval_id)
    assert found.invalidated == log.invalidated
    assert found.samples == (log.results.total_samples if log.results else None)
    wanted = {
        f"{score.name}/{name}{f'/{score.reducer}' if score.reducer else ''}": metric.value
        for score in (log.results.scores if log.results else [])
        for name, metric in score.metrics.items()
    }
    assert found.metrics == pytest.approx(wanted, nan_ok=True, rel=0, abs=0)


@pytest.mark.parametrize("path", [path for path in LOGS if path not in NO_LOGS], ids=label)
def test_quick_scores_are_the_same(path: Path) -> None:
    rows = inspect_log.read_eval_log_sample_summaries(str(path))
    found = scan_scores(path)
    keys = list(zip(found.id, found.epoch, strict=True))
    wanted = {(str(row.id), row.epoch): row for row in rows}
    assert set(keys) == set(wanted)
    for place, key in enumerate(keys):
        row = wanted[key]
        got = {name: column[place] for name, column in found.scores.items()}
        values = flat(row.scores)
        assert {name: got.get(name) for name in values} == values
        assert not [name for name, value in got.items() if value is not None and name not in values]
        assert found.errored[place] == (row.error is not None)
        assert found.limit[place] == (row.limit or "")


@pytest.mark.parametrize("path", [path for path in LOGS if path not in NO_LOGS], ids=label)
def test_reading_piece_by_piece_is_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bigger logs are not held in memory, and long summaries are decoded row by row."""
    monkeypatch.setattr(interface, "HELD_BYTES", 0)
    monkeypatch.setattr("tierlock.importers.content.Opened.block", 5000)
    monkeypatch.setattr("tierlock.importers.inspect_container._AT_ONCE", 0)
    assert read(path) == ours(path)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two logs as the benchmarks make them, with what Inspect writes today."""
    folder = tmp_path_factory.mktemp("generated") / "logs"
    command = [sys.executable, str(ROOT / "benchmarks" / "corpus.py"), str(folder)]
    subprocess.run([*command, "--logs", "2", "--samples", "23"], check=True, capture_output=True)
    return folder


def test_a_generated_corpus_is_the_same(generated: Path) -> None:
    imports = import_logs([generated])
    assert len(imports.evidence) == 2
    for path in sorted(generated.glob("*.eval")):
        test_the_run_is_the_same(path)
        test_the_attempts_are_the_same(path)
        test_the_tokens_are_the_same(path)
        test_a_quick_header_is_the_same(path)
        test_quick_scores_are_the_same(path)
        assert evidence_of(path).problems == ()
