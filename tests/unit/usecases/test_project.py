"""Project files: what people write, and every way in which it can be wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.acceptance.projects import PROJECT, STATEMENTS, project
from tierlock.core import Action, InputError
from tierlock.usecases import bare_project, init_project, load_project


def failure(folder: Path, **texts: str) -> InputError:
    with pytest.raises(InputError) as caught:
        load_project(project(folder, **texts))
    return caught.value


def test_a_project_is_loaded_from_its_folder_or_its_file(tmp_path: Path) -> None:
    folder = project(tmp_path)
    for path in (folder, folder / "tierlock.yaml"):
        found = load_project(path)
        assert found.framework.name == "lab/small-1"
        assert found.subject.name == "model-1"
        assert found.action == Action(name="deploy", surface="api", audience="everybody")
        assert found.store.folder == folder / ".tierlock"
        assert [claim.criterion for claim in found.statements.to_claims()] == ["usual-care:policy"]


def test_a_framework_on_the_command_line_outranks_the_file(tmp_path: Path) -> None:
    found = load_project(project(tmp_path), framework="asl/reference-1")
    assert found.framework.name == "asl/reference-1"


def test_a_part_may_be_a_file_whose_digest_is_taken(tmp_path: Path) -> None:
    (tmp_path / "filter.py").write_bytes(b"filter")
    text = PROJECT.replace("surfaces:", "parts: {safeguards: file:filter.py}\n  surfaces:")
    found = load_project(project(tmp_path, tierlock=text)).subject.parts
    assert found.safeguards == f"sha256:{hashlib.sha256(b'filter').hexdigest()}"
    assert found.weights is None
    (tmp_path / "filter.py").unlink()
    assert failure(tmp_path, tierlock=text).code == "input.file"


def test_without_statements_nothing_is_claimed(tmp_path: Path) -> None:
    text = PROJECT.replace("statements: statements.yaml\n", "")
    found = load_project(project(tmp_path, tierlock=text)).statements
    assert found.to_claims() == ()
    assert found.to_negatives().complete_as_of is None


def test_no_project_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_project(tmp_path)
    assert caught.value.code == "input.not-found"
    assert "tierlock init" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("known_as:", "known_az:", "input.unknown-key", "tierlock.yaml:4:3"),
        ("known_as: [lab/model-1]", "known_as: lab/model-1", "input.schema", "tierlock.yaml:4"),
        ("name: model-1", "name: ''", "input.schema", "tierlock.yaml:3"),
        ("{paths: [interactive]}", "{paths: []}", "input.schema", "tierlock.yaml:6"),
        ("{paths: [interactive]}", "{paths: [a, a]}", "input.schema", "tierlock.yaml:6"),
        ("statements: statements.yaml", "statements: none.yaml", "input.file", None),
        ("framework: lab.yaml", "framework: none.yaml", "input.file", None),
        ("framework: lab.yaml", "framework: asl/referenze", "framework.unknown", None),
        ("subject:", "subject: {name: a}\nsubject:", "input.schema", "tierlock.yaml:"),
        ("framework: lab.yaml", "framework: &a [*a]", "input.yaml", "tierlock.yaml:1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, code: str, where: str | None
) -> None:
    assert old in PROJECT
    error = failure(tmp_path, tierlock=PROJECT.replace(old, new, 1))
    assert error.code == code
    assert where is None or where in str(error)


@pytest.mark.parametrize("number", [".nan", ".inf", "-1", "0"])
def test_compute_is_a_positive_number(tmp_path: Path, number: str) -> None:
    text = PROJECT.replace("surfaces:", f"effective_compute: {number}\n  surfaces:")
    assert failure(tmp_path, tierlock=text).code in {"input.schema", "input.number"}


def test_a_fact_is_not_made_from_text(tmp_path: Path) -> None:
    text = PROJECT.replace("surfaces:", "facts: {general: 'true', flop: 1.0e+15}\n  surfaces:")
    facts = load_project(project(tmp_path, tierlock=text)).subject.facts
    assert facts == {"general": "true", "flop": 1e15}


def test_statements_about_another_subject_are_refused(tmp_path: Path) -> None:
    text = STATEMENTS.replace("subject: model-1", "subject: model-2")
    assert failure(tmp_path, statements=text).code == "input.subject"
    known = STATEMENTS.replace("subject: model-1", "subject: lab/model-1")
    assert load_project(project(tmp_path, statements=known)).statements.to_claims()


def test_a_project_without_a_file_claims_and_asks_nothing(tmp_path: Path) -> None:
    subject = load_project(project(tmp_path)).subject
    found = bare_project(tmp_path, framework="asl/reference-1", subject=subject)
    assert found.action is None
    assert found.statements.to_claims() == ()


# -- init -------------------------------------------------------------------------------------


def test_init_writes_a_project_that_loads_and_claims_nothing(tmp_path: Path) -> None:
    written = init_project(tmp_path / "new", framework="asl/reference-1", subject="model-1")
    assert [path.name for path in written] == ["tierlock.yaml", "statements.yaml"]
    found = load_project(tmp_path / "new")
    assert found.subject.known_as == ("model-1",)
    assert found.subject.facts == {}
    assert found.action is not None
    assert found.action.name == "deploy"
    assert found.statements.to_claims() == ()
    text = written[1].read_text(encoding="utf-8")
    for standard in found.framework.baseline:
        for criterion in found.framework.standards[standard].criteria:
            assert f"{standard}:{criterion}" in text


@pytest.mark.parametrize("name", ["tierlock.yaml", "statements.yaml"])
def test_init_never_overwrites(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError) as caught:
        init_project(tmp_path, framework="asl/reference-1", subject="model-1")
    assert caught.value.code == "input.exists"
    assert (tmp_path / name).read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_init_does_not_write_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.yaml"
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "tierlock.yaml").symlink_to(target)
    with pytest.raises(InputError):
        init_project(tmp_path / "new", framework="asl/reference-1", subject="model-1")
    assert not target.exists()


@pytest.mark.parametrize("subject", ['a"b\\c', "line\nline", "ü: #{}", "  ", "null"])
def test_init_quotes_any_name(tmp_path: Path, subject: str) -> None:
    init_project(tmp_path, framework="asl/reference-1", subject=subject)
    assert load_project(tmp_path).subject.name == subject


def test_init_names_a_framework_file_from_where_the_project_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path)
    monkeypatch.chdir(tmp_path)
    init_project(Path("new"), framework="lab.yaml", subject="model-1")
    assert load_project(Path("new")).framework.name == "lab/small-1"
    init_project(tmp_path / "other", framework=str(tmp_path / "lab.yaml"), subject="model-1")
    assert load_project(Path("other")).framework.name == "lab/small-1"


def test_init_of_an_unknown_framework_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        init_project(tmp_path / "new", framework="asl/referenc-1", subject="model-1")
    assert caught.value.code == "framework.unknown"
    assert "asl/reference" in str(caught.value)
    assert not (tmp_path / "new").exists()


def test_init_into_a_file_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        init_project(tmp_path / "file", framework="asl/reference-1", subject="model-1")
    assert caught.value.code == "input.file"
