"""Every Eval Ever, written and read again: the law in(out(x)) == x, and what it is held against."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.importers.logs import only
from tierlock.core import (
    Evidence,
    ImportFailed,
    InputError,
    Problem,
    Reported,
    Samples,
    Source,
    SubjectRef,
    Tokens,
)
from tierlock.core.samples import STATES
from tierlock.importers import Publisher, Written, read, write_every_eval_ever

AT = datetime(2026, 5, 1, tzinfo=UTC)
PUBLISHER = Publisher("Example Lab", "first_party", AT)
SOURCE = Source(format="inspect", file="x.eval", sha256="sha256:" + "0" * 64, tool="inspect_ai 1.0")


def samples(**changes: Any) -> Samples:
    columns: dict[str, Any] = {
        "id": ("a", "a", "b", "c"),
        "epoch": (1, 2, 1, 1),
        "state": ("scored", "scored", "errored", "scored"),
        "limit": ("", "token", "", ""),
        "refused": (False, True, False, False),
        "edited": (False, False, False, True),
        "scores": {"check": (1.0, 0.0, None, 0.25), "judge": (None, 1.0, None, 1.0)},
        "attributes": {"family": ("f", "f", "", "g")},
    }
    return Samples(**columns | changes)


def evidence(**changes: Any) -> Evidence:
    fields: dict[str, Any] = {
        "evaluation": "lab/biology",
        "task_version": "2",
        "run_id": "run-1",
        "subject": SubjectRef(name="lab/model-1"),
        "measured_at": datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
        "status": "error",
        "planned_samples": 9,
        "higher_is_better": True,
        "configuration": {"temperature": "0.5"},
        "seconds": 1.5,
        "tokens": Tokens(input=1, output=2, total=3),
        "samples": samples(),
        "source": SOURCE,
        "problems": (Problem(code="header.mismatch", says="x", severity="doubt"),),
    }
    return Evidence(**fields | changes)


def put(written: Written, folder: Path) -> Path:
    place = folder / written.folder
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{written.name}.json"
    path.write_bytes(written.record)
    if written.instances is not None:
        (place / f"{written.name}_samples.jsonl").write_bytes(written.instances)
    return path


def again(given_: Evidence, folder: Path) -> Evidence:
    return only(read(put(write_every_eval_ever(given_, publisher=PUBLISHER), folder)))


def ordered(given_: Evidence) -> Evidence:
    """Return the evidence with its rows by id and epoch and no source: what must come back."""
    columns, rows = given_.samples, range(len(given_.samples))
    order = sorted(rows, key=lambda i: (columns.id[i], columns.epoch[i]))
    turned: dict[str, Any] = {
        name: tuple(getattr(columns, name)[i] for i in order)
        for name in ("id", "epoch", "state", "limit", "refused", "edited")
    }
    for kind in ("scores", "attributes"):
        turned[kind] = {
            name: tuple(column[i] for i in order) for name, column in getattr(columns, kind).items()
        }
    return given_.model_copy(update={"samples": Samples(**turned), "source": SOURCE})


def test_what_was_written_is_read(tmp_path: Path) -> None:
    found = again(evidence(), tmp_path)
    assert found.digest == evidence().digest
    assert ordered(found) == ordered(evidence())
    assert found.doubtful
    assert found.source.format == "every-eval-ever"
    assert found.source.tool == "inspect_ai 1.0"


@pytest.mark.parametrize(
    "changes",
    [
        {"samples": Samples(), "reported": (Reported(n=8, mean=0.63, spread=0.1),)},
        {"samples": Samples(), "reported": (Reported(n=8, successes=3),)},
        {"samples": Samples(), "reported": (Reported(upper=1.0, confidence=0.9),)},
        {"samples": Samples(), "reported": tuple(Reported(mean=0.5, arm=arm) for arm in "ab")},
        {"samples": Samples(), "status": "started"},
        {"samples": samples(state=("errored",) * 4, scores={"check": (None,) * 4})},
        {"samples": samples(scores={})},
        {"samples": samples(scores={"none": (None,) * 4, "check": (1.0, 1.0, None, 0.0)})},
        {"samples": samples(scores={"check": (1.7e308, 1.7e308, None, 5e-324)})},
        {"higher_is_better": None, "configuration": {}, "tokens": None, "problems": ()},
        {"higher_is_better": False, "subject": SubjectRef(name="no slash")},
        {"subject": SubjectRef(name="../..//\u202e"), "evaluation": "a/b\n\x00"},
    ],
)
def test_the_law_at_its_edges(changes: dict, tmp_path: Path) -> None:
    found = again(evidence(**changes), tmp_path)
    assert ordered(found) == ordered(evidence(**changes))


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> Samples:
    keys = draw(st.lists(st.tuples(TEXT, st.integers(-3, 3)), max_size=6, unique=True))
    n = len(keys)
    column = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False),
                      min_size=n, max_size=n)  # fmt: skip
    states = draw(st.lists(st.sampled_from(STATES), min_size=n, max_size=n))
    names = st.dictionaries(TEXT.filter(lambda name: not name.startswith("tierlock_")),
                            st.lists(TEXT, min_size=n, max_size=n), max_size=2)  # fmt: skip
    scores = draw(st.dictionaries(TEXT, column, max_size=3))
    return Samples(
        id=tuple(key[0] for key in keys),
        epoch=tuple(key[1] for key in keys),
        state=tuple(states),
        limit=tuple(draw(st.lists(TEXT, min_size=n, max_size=n))),
        refused=tuple(draw(st.lists(st.booleans(), min_size=n, max_size=n))),
        edited=tuple(draw(st.lists(st.booleans(), min_size=n, max_size=n))),
        scores={
            name: tuple(v if s == "scored" else None for v, s in zip(values, states, strict=True))
            for name, values in scores.items()
        },
        attributes={name: tuple(values) for name, values in draw(names).items()},
    )


@given(table=tables())
def test_the_law(table: Samples, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = evidence(samples=table)
    found = again(made, tmp_path_factory.mktemp("law"))
    assert found.digest == made.digest
    assert ordered(found) == ordered(made)


def test_the_same_evidence_gives_the_same_bytes() -> None:
    turned = ordered(evidence())
    first, second = (write_every_eval_ever(e, publisher=PUBLISHER) for e in (evidence(), turned))
    assert first == second


def test_what_other_readers_see(tmp_path: Path) -> None:
    written = write_every_eval_ever(evidence(), publisher=PUBLISHER)
    assert written.folder == "data/Example-Lab/lab/model-1"
    record = json.loads(written.record)
    check, judge = record["evaluation_results"]
    assert check["score_details"]["score"] == pytest.approx(1.25 / 3)
    assert check["score_details"]["uncertainty"] == {"num_samples": 2}, "epochs are not samples"
    assert check["score_details"]["details"] == {
        "attempts_with_a_value": "3",
        "attempts_missing": "absent: 5, errored: 1",
        "doubts": "header.mismatch",
        "status": "error",
    }
    assert judge["score_details"]["details"]["attempts_missing"].endswith("without this score: 1")
    assert judge["metric_config"]["score_type"] == "binary"
    assert "score_type" not in check["metric_config"]
    rows = [json.loads(line) for line in (written.instances or b"").splitlines()]
    assert [(r["sample_id"], r["evaluation_result_id"]) for r in rows] == [
        ("a", "check"), ("a", "check"), ("c", "check"), ("a", "judge"), ("c", "judge"),
    ]  # fmt: skip
    assert rows[0]["metadata"]["family"] == "f"


@pytest.mark.parametrize("changes", [{}, {"samples": samples(state=("errored",) * 4)}])
def test_it_follows_the_published_schema(changes: dict, shared_data: Path) -> None:
    schemas = shared_data / "every-eval-ever" / "every_eval_ever" / "schemas"
    written = write_every_eval_ever(evidence(**changes), publisher=PUBLISHER)
    for name, documents in (
        ("eval", [json.loads(written.record)]),
        ("instance_level_eval", map(json.loads, (written.instances or b"").splitlines())),
    ):
        schema = json.loads((schemas / f"{name}.schema.json").read_text("utf-8"))
        validator = jsonschema.validators.validator_for(schema)(schema)
        for document in documents:
            validator.validate(document)


def test_who_says_so() -> None:
    with pytest.raises(InputError, match="blank"):
        Publisher.checked("  ", relationship="first_party", at=AT)
    with pytest.raises(InputError, match="no relationship"):
        Publisher.checked("Lab", relationship="friend", at=AT)
    named = Publisher.checked(" Lab ", relationship="other", at=AT, developer="maker")
    written = write_every_eval_ever(evidence(), publisher=named)
    assert written.folder == "data/Lab/maker/model-1"
    assert json.loads(written.record)["model_info"]["developer"] == "maker"


def test_a_name_of_our_own_can_not_be_written() -> None:
    table = samples(attributes={"tierlock_epoch": ("1",) * 4})
    with pytest.raises(InputError, match="tierlock_epoch"):
        write_every_eval_ever(evidence(samples=table), publisher=PUBLISHER)


def _edit(path: Path, change: Any) -> None:
    record = json.loads(path.read_bytes())
    change(record)
    path.write_text(json.dumps(record), encoding="utf-8")


def _hidden(**changes: Any) -> Any:
    def change(record: dict[str, Any]) -> None:
        details = record["eval_library"]["additional_details"]
        carried = json.loads(details["tierlock_evidence"])
        carried["evidence"].update(changes)
        details["tierlock_evidence"] = json.dumps(carried)

    return change


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (_hidden(taskVersion="3"), "import.value", "digest does not follow"),
        (_hidden(problems=[]), "import.value", "not those of the evidence"),
        (_hidden(plannedSamples=-1), "import.value", "plannedSamples"),
        (_hidden(novel=1), "import.value", "novel"),
        (lambda r: r["evaluation_results"].pop(), "import.value", "not those of the evidence"),
        (
            lambda r: r["evaluation_results"][0]["score_details"].update(score=0.0),
            "import.value",
            "not those of the evidence",
        ),
        (lambda r: r["model_info"].update(id="lab/other"), "import.value", "not those"),
        (lambda r: r.update(evaluation_timestamp="2026-04-01"), "import.value", "not those"),
        (lambda r: r.update(evaluation_id="x"), "import.unreadable", "instances"),
        (lambda r: r.pop("detailed_evaluation_results"), "import.value", "digest"),
        (
            lambda r: r["eval_library"]["additional_details"].update(tierlock_evidence="{}"),
            "import.schema",
            "evidence",
        ),
        (
            lambda r: r["eval_library"]["additional_details"].update(tierlock_evidence="{"),
            "import.unreadable",
            "not JSON",
        ),
    ],
)
def test_a_record_that_was_changed_is_refused(
    change: Any, code: str, says: str, tmp_path: Path
) -> None:
    path = put(write_every_eval_ever(evidence(), publisher=PUBLISHER), tmp_path)
    _edit(path, change)
    with pytest.raises(ImportFailed, match=says) as caught:
        read(path)
    assert caught.value.code == code


def _rows(path: Path, change: Any) -> None:
    """Change the rows and make the record's checksum and count those of the changed rows."""
    import hashlib

    samples_file = path.with_name(f"{path.stem}_samples.jsonl")
    rows = [json.loads(line) for line in samples_file.read_bytes().splitlines()]
    change(rows)
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    samples_file.write_bytes(data)
    stated = {"checksum": hashlib.sha256(data).hexdigest(), "total_rows": len(rows)}
    _edit(path, lambda record: record["detailed_evaluation_results"].update(stated))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[0]["evaluation"].update(score=0.0), "digest does not follow"),
        (lambda rows: rows.pop(), "digest does not follow"),
        (lambda rows: rows.append(rows[0]), "occurs twice"),
        (lambda rows: rows[0]["metadata"].pop("tierlock_epoch"), "lacks what Tierlock wrote"),
        (lambda rows: rows[0]["metadata"].update(tierlock_epoch="\u0661"), "lacks what"),
        (lambda rows: rows[0]["metadata"].update(tierlock_refused="maybe"), "lacks what"),
        (lambda rows: rows[0].update(sample_id="b"), "has a value, and has none"),
        (lambda rows: rows[0]["metadata"].update(family="other"), "digest does not follow"),
    ],
)
def test_rows_that_were_changed_are_refused(change: Any, says: str, tmp_path: Path) -> None:
    path = put(write_every_eval_ever(evidence(), publisher=PUBLISHER), tmp_path)
    _rows(path, change)
    with pytest.raises(ImportFailed, match=says) as caught:
        read(path)
    assert caught.value.code == "import.value"


def test_a_record_without_its_rows_is_refused(tmp_path: Path) -> None:
    path = put(write_every_eval_ever(evidence(), publisher=PUBLISHER), tmp_path)
    path.with_name(f"{path.stem}_samples.jsonl").unlink()
    with pytest.raises(ImportFailed, match="does not lie beside") as caught:
        read(path)
    assert caught.value.hint == (
        "keep the record and its file of samples in one folder, as they were written"
    )
