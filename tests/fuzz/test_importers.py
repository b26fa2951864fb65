"""Bytes from strangers cause errors of ours or evidence with a digest, and nothing else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.importers import test_garak, test_metr, test_promptfoo
from tests.unit.importers.logs import as_log, header, mean_of, members, pack, sample
from tests.unit.importers.test_every_eval_ever_write import PUBLISHER
from tests.unit.importers.test_every_eval_ever_write import evidence as measured
from tierlock.core import Reported, Samples, TierlockError, canonical_bytes
from tierlock.importers import Limits, find_logs, formats, read, write_every_eval_ever
from tierlock.importers.untrusted_zip import Archive

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "inspect"
ROWS = [
    sample(1, "C", started_at="2026-03-01T12:30:00+00:00", error_retries=[{"message": "x"}]),
    sample("q/2", {"a": 1, "b": float("nan")}, limit={"type": "token", "limit": 1}),
    sample(3, "I", error={"message": "x"}, invalidation={"author": "x"}),
]
HEAD = header(
    ROWS,
    results=mean_of(0.5),
    eval={"model_generate_config": {"temperature": 0}, "revision": {"commit": "a", "dirty": True}},
    config_updates=[{"changes": [{"config": "eval", "name": "message_limit"}]}],
)
EEE = {
    "schema_version": "0.3.0",
    "evaluation_id": "x",
    "evaluation_timestamp": "1750000000",
    "retrieved_timestamp": "1750000001",
    "source_metadata": {"source_type": "t", "source_organization_name": "o"},
    "model_info": {"id": "m"},
    "evaluation_results": [
        {
            "evaluation_name": "e",
            "metric_config": {"lower_is_better": False, "metric_id": "acc"},
            "score_details": {
                "score": 0.5,
                "uncertainty": {
                    "standard_error": {"value": 0.1},
                    "confidence_interval": {"lower": 0, "upper": 1, "confidence_level": 0.9},
                    "num_samples": 5,
                },
            },
        }
    ],
    "detailed_evaluation_results": {"file_path": "data/x", "checksum": "0"},
}
LM_EVAL = {
    "results": {"task": {"acc,none": 0.5, "acc_stderr,none": 0.1}, "group": {"acc,none": 1}},
    "group_subtasks": {"group": ["task"]},
    "configs": {},
    "versions": {"task": 1},
    "n-samples": {"task": {"original": 10, "effective": 5}},
    "higher_is_better": {"task": {"acc": True}},
    "config": {"model": "hf", "model_args": "pretrained=x"},
    "date": 1768964383.5,
    "total_evaluation_time_seconds": "100.5",
}
CSV = "subject,evaluation,run_id,sample_id,value,measured_at,epoch\nm,e,r,a,0.5,2026-03-01,1\n"
JSONL = json.dumps(
    {"subject": "m", "evaluation": "e", "run_id": "r", "sample_id": "a", "value": 1}
    | {"measured_at": "2026-03-01", "extra": True}
)
YAML = (
    "reported:\n  - {subject: m, evaluation: e, measured_at: 2026-03-01, citation: c, n: 5,\n"
    "     successes: 2, mean: 0.4, configuration: {a: b}}\n"
)
PROMPTFOO = test_promptfoo.document(
    [
        test_promptfoo.outcome(0, namedScores={"sums": 1}, metadata={"pluginId": "x"}),
        test_promptfoo.outcome(1, passed=False, response={"output": "", "cached": True}),
    ],
    results=test_promptfoo.counted(1, 1, 0),
    config={"providers": [{"id": "lab:m", "config": {"temperature": 1}}]},
)
GARAK = [
    test_garak.SETUP,
    test_garak.INIT,
    test_garak.attempt("a", 1.0, 0.5, intent="T1"),
    test_garak.attempt("b", None, status=1, outputs=[None, {"text": ""}]),
    test_garak.counted(1, 1),
    test_garak.END,
]
METR = test_metr.run("1", agent="a", invsqrt_task_weight=0.5, generation_cost=1.0)
OURS = measured(samples=Samples(), reported=(Reported(n=5, mean=0.5, spread=0.1, spread_is="se"),))
WRITTEN = json.loads(write_every_eval_ever(OURS, publisher=PUBLISHER).record)


def as_text(document: Any) -> bytes:
    """Return a document as JSON; a list of documents is a file of lines."""
    lines = document if isinstance(document, list) else [document]
    return "\n".join(map(json.dumps, lines)).encode()


TEXTS = {
    "p.json": as_text(PROMPTFOO),
    "g.report.jsonl": as_text(GARAK),
    "m.jsonl": as_text(METR),
    "w.json": as_text(WRITTEN),
    "a.json": json.dumps({**HEAD, "samples": ROWS}).encode(),
    "e.json": json.dumps(EEE).encode(),
    "results_x.json": json.dumps(LM_EVAL).encode(),
    "t.csv": CSV.encode(),
    "t.jsonl": JSONL.encode(),
    "r.yaml": YAML.encode(),
}
GOLDENS = {path.name: path.read_bytes() for path in sorted(GOLDEN.glob("*.eval"))[:6]}
FILES = {**TEXTS, **GOLDENS, "b.eval": pack(members(ROWS, HEAD))}
SMALL = Limits(file_bytes=2**22, member_bytes=2**22, total_bytes=2**24)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def settle(folder: Path, name: str, data: bytes, format_: str | None = None) -> None:
    """Read a file; any error that is not ours fails the test, and so does unusable evidence.

    The door turns whatever an importer raises into an error of ours and names the cause. For our
    own importers such a cause is a defect: they know what can be wrong with a file.
    """
    path = folder / name
    path.write_bytes(data)
    try:
        if format_ is None:
            find_logs([folder])
        imported = read(path, format=format_, limits=SMALL)
    except TierlockError as error:
        if isinstance(error.__cause__, Exception) and not isinstance(
            error.__cause__, TierlockError
        ):
            raise error.__cause__ from error
        return
    finally:
        path.unlink()
    assert imported.evidence or imported.omissions
    for evidence in imported.evidence:
        assert evidence.digest
        assert canonical_bytes(evidence)
    for omission in imported.omissions:
        assert canonical_bytes(omission)


def mutated(data: bytes) -> st.SearchStrategy[bytes]:
    """Return strategies that cut, flip, double, drop and insert bytes."""

    @st.composite
    def mutations(draw: st.DrawFn) -> bytes:
        changed = bytearray(data)
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, max(len(changed) - 1, 0)))
            kind = draw(st.sampled_from(["cut", "set", "insert", "drop", "double"]))
            span = draw(st.integers(1, 40))
            if kind == "cut":
                del changed[at:]
            elif kind == "set" and changed:
                changed[at] = draw(st.integers(0, 255))
            elif kind == "insert":
                changed[at:at] = draw(st.binary(max_size=8))
            elif kind == "drop":
                del changed[at : at + span]
            else:
                changed[at:at] = changed[at : at + span]
        return bytes(changed)

    return mutations()


@given(data=st.binary(max_size=200), name=st.sampled_from(sorted(FILES)))
def test_random_bytes_under_every_name(data: bytes, name: str, folder: Path) -> None:
    settle(folder, name, data)


@given(data=st.binary(max_size=60), format_=st.sampled_from(formats()))
def test_random_bytes_for_every_format(data: bytes, format_: str, folder: Path) -> None:
    settle(folder, "x", data, format_)
    settle(folder, "y.eval", b"PK\x05\x06" + data, format_)


@given(data=st.data())
def test_mutated_files(data: st.DataObject, folder: Path) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    settle(folder, name, data.draw(mutated(FILES[name])))


@given(data=st.data())
def test_mutated_members_with_a_right_checksum(data: st.DataObject, folder: Path) -> None:
    entries: dict[str, Any] = members(ROWS, HEAD)
    name = data.draw(st.sampled_from(sorted(entries)))
    entries[name] = data.draw(mutated(json.dumps(entries[name]).encode()))
    settle(folder, "m.eval", pack(entries, method=data.draw(st.sampled_from([0, 8, 93]))))


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**70, -(2**70), 10**400]),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["\ud800", "C", "nan", "1e999", "2026-01-01T00:00:00Z", "9999-12-31", "\0"]),
    st.just([]),
    st.just({}),
    st.just([[1]]),
    st.just({"value": {"value": 1}}),
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value inside `value`."""
    if not isinstance(value, dict | list):
        return [at]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [at, *(place for key, child in inner for place in places(child, (*at, key)))]


DOCUMENTS: dict[str, Any] = {
    "p.json": PROMPTFOO,
    "g.report.jsonl": GARAK,
    "m.jsonl": METR,
    "w.json": WRITTEN,
    "a.json": {**HEAD, "samples": ROWS},
    "e.json": EEE,
    "results_x.json": LM_EVAL,
    "t.jsonl": json.loads(JSONL),
}


@given(data=st.data())
def test_any_value_in_any_place(data: st.DataObject, folder: Path) -> None:
    name = data.draw(st.sampled_from(sorted(DOCUMENTS)))
    document = copy.deepcopy(DOCUMENTS[name])
    place = data.draw(st.sampled_from(places(document)[1:]))
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = data.draw(LEAVES)
    settle(folder, name, as_text(document))
    if name == "a.json":
        rows = document.pop("samples") if isinstance(document.get("samples"), list) else []
        rows = [row for row in rows if isinstance(row, dict) and "id" in row]
        if isinstance(document.get("eval"), dict):
            pairs: dict[str, Any] = {f"samples/{i}_epoch_1.json": row for i, row in enumerate(rows)}
            settle(folder, "a.eval", pack({**pairs, "header.json": document}))


@given(data=st.data())
def test_every_archive_ends_in_an_error_of_ours_or_in_bytes(data: st.DataObject) -> None:
    log = as_log(data.draw(mutated(pack({"a": b"x" * 50, "b": b"y" * 5}, method=0))))
    try:
        archive = Archive(log.data, where="x", limits=SMALL)
        read_bytes = sum(len(archive.read(name)) for name in archive.entries)
        assert read_bytes + archive.dead_bytes() <= 2 * len(log.data)
    except TierlockError as error:
        caught = error
        assert caught.location


def test_the_harness_notices_a_foreign_exception(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(log: object) -> None:
        raise LookupError

    monkeypatch.setattr("tierlock.importers.table.read", explode)
    with pytest.raises(LookupError):
        settle(folder, "t.csv", CSV.encode())
