"""Tables of samples: the documented columns, and every mistake with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import only, read_text, write
from tierlock.core import ImportFailed
from tierlock.importers import Limits, read

HEAD = "subject,evaluation,run_id,sample_id,value,measured_at"
ROW = {
    "subject": "m",
    "evaluation": "e",
    "run_id": "r",
    "sample_id": "s1",
    "value": 1,
    "measured_at": "2026-03-01",
}


def csv_of(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows])


def test_a_table(tmp_path: Path) -> None:
    head = f"{HEAD},epoch,error,limit,refused,arm,family,hard"
    text = csv_of(
        'm,e,r,"a, 1",0.5,2026-03-02,1,,token,true,model,f1,yes',
        "m,e,r,b,,2026-03-01T12:00:00+01:00,2,,,,control,f2,",
        "m,e,r,c,1,2026-03-02,,out of memory,,0,,,",
        "",
        head=head,
    )
    evidence = only(read_text(tmp_path, "t.csv", "\ufeff" + text.replace("\n", "\r\n")))
    samples = evidence.samples
    assert samples.id == ("a, 1", "b", "c")
    assert samples.epoch == (1, 2, 1)
    assert samples.state == ("scored", "unscored", "errored")
    assert samples.limit == ("token", "", "")
    assert samples.refused == (True, False, False)
    assert samples.scores == {"value": (0.5, None, None)}
    assert samples.attributes == {
        "arm": ("model", "control", ""),
        "family": ("f1", "f2", ""),
        "hard": ("yes", "", ""),
    }
    assert evidence.measured_at.isoformat() == "2026-03-01T11:00:00+00:00"
    assert evidence.source.format == "table"


def test_lines_of_json_are_the_same_table(tmp_path: Path) -> None:
    rows = [ROW | {"refused": True}, ROW | {"sample_id": 2, "value": None, "refused": False}]
    lines = "\n".join(json.dumps(row) for row in rows)
    cells = csv_of("m,e,r,s1,1,2026-03-01,yes", "m,e,r,2,NaN,2026-03-01,no", head=f"{HEAD},refused")
    from_json = only(read_text(tmp_path, "t.jsonl", lines))
    assert from_json.digest == only(read_text(tmp_path, "t.csv", cells)).digest
    assert from_json.samples.state == ("scored", "unscored")


def test_blanks_around_names_do_not_matter(tmp_path: Path) -> None:
    text = csv_of("m, e, r, a, 1, 2026-03-01", "m,e,r,b,1,2026-03-01", head=HEAD.replace(",", ", "))
    evidence = only(read_text(tmp_path, "t.csv", text))
    assert (evidence.evaluation, evidence.run_id, evidence.samples.id) == ("e", "e/r", ("a", "b"))


def test_rows_are_grouped_into_runs(tmp_path: Path) -> None:
    text = csv_of(
        "m,e,r1,a,1,2026-03-01",
        "m,e,r2,a,0,2026-03-01",
        "m,e,r1,b,0,2026-03-01",
        "n,e,r1,a,1,2026-03-01",
    )
    found = read_text(tmp_path, "t.csv", text).evidence
    assert [(e.subject.name, e.run_id, len(e.samples)) for e in found] == [
        ("m", "e/r1", 2),
        ("m", "e/r2", 1),
        ("n", "e/r1", 1),
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1", 1.0), (" .5 ", 0.5), ("-2e-3", -0.002), ("TRUE", 1.0), ("false", 0.0), ("nan", None)],
)
def test_values(cell: str, value: float | None, tmp_path: Path) -> None:
    evidence = only(read_text(tmp_path, "t.csv", csv_of(f"m,e,r,a,{cell},2026-03-01")))
    assert evidence.samples.scores["value"] == (value,)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("m,e,r,a,C,2026-03-01", "import.value"),
        ("m,e,r,a,inf,2026-03-01", "import.value"),
        ("m,e,r,a,1e999,2026-03-01", "import.value"),
        ("m,e,r,a,1_0,2026-03-01", "import.value"),
        ("m,e,r,a,1,yesterday", "import.value"),
        ("m,e,r,a,1,2026-03-01T10:00:00", "import.value"),
        ("m,e,r,a,1,", "import.value"),
        (",e,r,a,1,2026-03-01", "import.value"),
        ("m,e,r, ,1,2026-03-01", "import.value"),
        ("m,e,r,z,1,2026-03-01", "import.value"),
        ("m,e,r,a,1", "import.schema"),
        ("m,e,r,a,1,2026-03-01,x", "import.schema"),
        ('m,e,r,"a"b,1,2026-03-01', "import.unreadable"),
    ],
)
def test_mistakes_are_located(row: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        read_text(tmp_path, "t.csv", csv_of("m,e,r,z,1,2026-03-01", row))
    assert caught.value.code == code
    assert caught.value.location == str(tmp_path / "t.csv:3")


@pytest.mark.parametrize("name", ["epoch", "refused"])
@pytest.mark.parametrize("cell", ["x", "1.5", "9" * 5000, "-1", "0x1"])
def test_bad_optional_cells_are_located(name: str, cell: str, tmp_path: Path) -> None:
    text = csv_of(f"m,e,r,a,1,2026-03-01,{cell}", head=f"{HEAD},{name}")
    with pytest.raises(ImportFailed) as caught:
        read_text(tmp_path, "t.csv", text)
    assert caught.value.location == str(tmp_path / "t.csv:2")


@pytest.mark.parametrize("missing", sorted(ROW))
def test_a_line_without_a_required_column_is_located(missing: str, tmp_path: Path) -> None:
    second: dict[str, Any] = {k: v for k, v in ROW.items() if k != missing} | {"extra": 1}
    lines = f"{json.dumps(ROW)}\n{json.dumps(second)}"
    with pytest.raises(ImportFailed, match=missing) as caught:
        read_text(tmp_path, "t.jsonl", lines)
    assert caught.value.location == str(tmp_path / "t.jsonl:2")


def test_nested_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="neither text nor a finite number"):
        read_text(tmp_path, "t.jsonl", json.dumps(ROW | {"extra": {"a": 1}}))


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="twice"):
        read_text(tmp_path, "t.csv", csv_of("m,e,r,a,1,2026-03-01,2", head=f"{HEAD},value"))


def test_a_table_without_rows_is_an_omission(tmp_path: Path) -> None:
    (omission,) = read_text(tmp_path, "t.csv", HEAD).omissions
    assert omission.code == "log.no-samples"


def test_too_many_rows_and_too_long_cells_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", csv_of("m,e,r,a,1,2026-03-01", "m,e,r,b,1,2026-03-01"))
    with pytest.raises(ImportFailed, match="more than 2"):
        read(path, limits=Limits(rows=2))
    with pytest.raises(ImportFailed):
        read_text(tmp_path, "t.csv", csv_of(f"m,e,r,{'x' * 200_000},1,2026-03-01"))


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="UTF-8"):
        read(write(tmp_path, "t.csv", csv_of("m").encode() + b"\xff"))
