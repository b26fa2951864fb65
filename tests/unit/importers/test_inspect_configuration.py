"""Configurations from Inspect logs: prompts, scaffold, tools and sampling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.importers import (
    ConfigurationReader,
    normal_prompt,
    open_transcripts,
    read,
    software,
)


def settings(tmp_path: Path, *rows: dict[str, Any], **changes: Any) -> dict[str, str]:
    """Return the settings of a log with these attempts; keywords change its header."""
    each = list(rows) or [sample("a")]
    path = write(tmp_path, "a.eval", pack(members(each, header(each, **changes))))
    with open_transcripts(path) as log:
        reader = ConfigurationReader(log.header)
        for one in log.samples:
            reader.take(one)
        found = reader.result()
    assert found is not None
    return found.settings


def system(text: str, name: str = "a") -> dict[str, Any]:
    return sample(name, messages=[{"role": "system", "content": text}])


def test_the_header_says_the_prompt_before_the_samples_do(tmp_path: Path) -> None:
    steps = [{"solver": "system_message", "params": {"template": "Be brief.\r\n"}}]
    found = settings(tmp_path, system("Be long."), plan={"steps": steps, "config": {}})
    assert found["prompt"] == "Be brief."
    assert found["scaffold/1 system_message"] == "solver"


def test_samples_say_the_prompt_where_the_header_does_not(tmp_path: Path) -> None:
    assert settings(tmp_path, system("Be brief.\n"), system("Be brief.", "b"))["prompt"] == (
        "Be brief."
    )
    found = settings(tmp_path, system("Be long."), system("Be brief.", "b"))
    assert (found["prompt/1"], found["prompt/2"]) == ("Be brief.", "Be long.")


def test_prompts_made_per_sample_are_one_digest(tmp_path: Path) -> None:
    rows = [system(f"You are number {number}.", str(number)) for number in range(30)]
    found = settings(tmp_path, *rows)
    assert found["prompt"].startswith("30 prompts, one per sample: sha256:")
    rows[3] = system("You are somebody else.", "3")
    assert settings(tmp_path, *rows)["prompt"] != found["prompt"]


def test_sampling_stands_in_two_places_and_throughput_is_no_part_of_it(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        eval={"model_generate_config": {"max_tokens": 5, "temperature": 1.0, "max_retries": 3}},
        plan={"steps": [], "config": {"temperature": 0.5, "max_connections": 9, "seed": None}},
    )
    sampling = {name: text for name, text in found.items() if name.startswith("sampling/")}
    assert sampling == {"sampling/max_tokens": "5", "sampling/temperature": "0.5"}


def test_tools_are_those_that_any_call_was_offered(tmp_path: Path) -> None:
    def offered(name: str, *tools: dict[str, Any]) -> dict[str, Any]:
        return sample(name, events=[{"event": "model", "tools": list(tools)}, {"event": "info"}])

    bash = {"name": "bash", "description": "attachment://d", "options": None}
    rows = [
        {**offered("a", bash), "attachments": {"d": "runs commands"}},
        offered("b", {"name": "bash", "description": "runs commands"}, {"name": "python"}),
        offered("c", {"name": "bash", "description": "runs anything"}),
    ]
    found = settings(tmp_path, *rows)
    assert [name for name in found if name.startswith("tools/")] == [
        "tools/bash",
        "tools/python",
        "tools/bash 2",
    ]
    assert "runs commands" in found["tools/bash"]
    assert "runs anything" in found["tools/bash 2"]


def test_what_looks_like_a_secret_is_not_kept(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        eval={
            "model_args": {"api_key": "sk-1", "device": "cpu", "headers": {"Authorization": "x y"}},
            "task_args": {"deep": [{"auth_token": "sk-2"}], "max_tokens": 5},
            "model_generate_config": {"access_token": "sk-3"},
        },
    )
    whole = " ".join(found.values())
    assert "sk-" not in whole
    assert "x y" not in whole
    assert found["model/args/device"] == "cpu"
    assert found["scaffold/task args/max_tokens"] == "5"


@pytest.mark.parametrize(
    "changes",
    [
        {"eval": {"config": {"message_limit": 30}}},
        {"eval": {"task_args": {"cot": True}}},
        {"eval": {"model_roles": {"grader": {"model": "other"}}}},
        {"plan": {"steps": [{"solver": "react", "params": {"attempts": 2}}], "config": {}}},
        {"plan": {"steps": [], "config": {"temperature": 0.1}}},
    ],
)
def test_what_changes_how_a_model_is_used_is_another_version(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    assert settings(tmp_path, **changes) != settings(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"eval": {"packages": {"inspect_ai": "9"}}},
        {"eval": {"config": {"epochs": 4, "max_samples": 2}}},
        {"eval": {"eval_id": "run-2", "created": "2026-04-01T12:00:00+00:00"}},
    ],
)
def test_what_does_not_is_the_same_version(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert settings(tmp_path, **changes) == settings(tmp_path)


def test_software_is_known_and_no_part_of_the_version(tmp_path: Path) -> None:
    rows = [sample("a")]
    revision = {"type": "git", "commit": "abc1234", "dirty": True}
    whole = header(rows, eval={"packages": {"b": "2", "a": "1"}, "revision": revision})
    path = write(tmp_path, "a.eval", pack(members(rows, whole)))
    with open_transcripts(path) as log:
        assert software(log.header) == {"a": "1", "b": "2", "revision": "abc1234 dirty"}


def test_line_ends_do_not_make_a_prompt_another() -> None:
    assert normal_prompt("a\r\nb \n\n") == normal_prompt("a\nb") == "a\nb"
    assert normal_prompt(" a") == " a"


def test_a_reader_of_evidence_hands_on_what_the_first_attempt_shows(tmp_path: Path) -> None:
    rows = [system("Be brief."), system("Be long.", "b")]
    path = write(tmp_path, "a.eval", pack(members(rows, header(rows))))
    (made,) = read(path).made
    with open_transcripts(path, first=True) as log:
        reader = ConfigurationReader(log.header)
        for one in log.samples:
            reader.take(one)
        assert (made.configuration, made.software) == (reader.result(), software(log.header))
    assert made.configuration is not None
    assert made.configuration.settings["prompt"] == "Be brief."


def test_texts_that_can_not_be_read_never_keep_evidence_out(tmp_path: Path) -> None:
    rows = [sample("a", events={"no": "list"}), sample("b")]
    path = write(tmp_path, "a.eval", pack(members(rows, header(rows))))
    found = read(path)
    assert (len(found.evidence[0].samples), found.made) == (2, ())


def test_of_a_document_whoever_asks_looks_at_all_attempts(tmp_path: Path) -> None:
    rows = [sample("a")]
    path = write(tmp_path, "a.json", {**header(rows), "samples": rows})
    found = read(path)
    assert (len(found.evidence), found.made) == (1, ())
