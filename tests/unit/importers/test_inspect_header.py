"""The header as settings, plan and notes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.importers.logs import archive, codes, header, only, sample
from tierlock.core import Evidence

ROWS = [sample(1), sample(2)]


def imported(**changes: Any) -> Evidence:
    return only(archive(ROWS, header(ROWS, **changes)))


def with_eval(**changes: Any) -> Evidence:
    return imported(eval=changes)


def test_identity() -> None:
    evidence = imported()
    assert evidence.evaluation == "package/biology"
    assert evidence.task_version == "2"
    assert evidence.run_id == "run-1"
    assert evidence.subject.name == "lab/model-1"
    assert evidence.subject.binding == "declared"
    assert evidence.status == "success"
    assert evidence.finished_at is not None
    assert evidence.finished_at.isoformat() == "2026-03-01T13:00:00+00:00"
    assert evidence.source.tool == "inspect_ai 0.3.285"
    assert evidence.source.file == "log.eval"


def test_generation_settings_come_from_both_places_and_the_task_s_own_win() -> None:
    evidence = imported(
        eval={"model_generate_config": {"max_tokens": 99, "temperature": 1.0, "max_retries": 3}},
        plan={"config": {"temperature": 0.0, "seed": 2**60, "top_p": None}},
    )
    kept = {"max_tokens", "temperature", "seed", "max_retries", "top_p"}
    assert {k: v for k, v in evidence.configuration.items() if k in kept} == {
        "max_tokens": "99",
        "temperature": "0",
        "seed": str(2**60),
    }


def test_limits_and_the_old_name_of_the_message_limit() -> None:
    settings = with_eval(config={"max_messages": 30, "token_limit": 500, "time_limit": None})
    limits = {k: v for k, v in settings.configuration.items() if k.endswith("_limit")}
    assert limits == {"message_limit": "30", "token_limit": "500"}


def test_objects_are_canonical_and_long_text_is_a_digest() -> None:
    configuration = with_eval(
        task_args={"b": 1.0, "a": [True]},
        model_args={"x": "y" * 300},
        model_roles={"grader": {"model": "lab/judge", "config": {}, "base_url": None}},
        revision={"commit": "abc1234", "dirty": False},
        scorers=[{"name": "check"}, {"name": "judge"}],
    ).configuration
    assert configuration["task_args"] == '{"a":[true],"b":1}'
    assert configuration["model_args"].startswith("sha256:")
    assert configuration["model_roles"] == '{"grader":{"model":"lab/judge"}}'
    assert configuration["revision"] == "abc1234"
    assert configuration["scorers"] == "check, judge"
    assert configuration["dataset"] == "questions"


def test_a_system_message_is_kept_as_digest_only() -> None:
    first, second = (
        imported(plan={"steps": [{"solver": "system_message", "params": {"template": text}}]})
        for text in ("be helpful", "be terse")
    )
    assert first.configuration["system_message"].startswith("sha256:")
    assert first.configuration["system_message"] != second.configuration["system_message"]
    assert first.digest != second.digest


@pytest.mark.parametrize(
    ("changes", "planned"),
    [
        ({}, 2),
        ({"results": {"total_samples": 7}}, 7),
        ({"results": None}, 2),
        ({"results": None, "eval": {"config": {"epochs": 3}}}, 6),
        ({"results": None, "eval": {"config": {"epochs": 0}}}, 2),
        ({"results": None, "eval": {"dataset": {"samples": 9, "sample_ids": None}}}, 9),
        ({"results": None, "eval": {"dataset": {"samples": 9}, "config": {"limit": 4}}}, 4),
        ({"results": None, "eval": {"dataset": {"samples": 9}, "config": {"limit": [2, 5]}}}, 2),
        ({"results": None, "eval": {"dataset": {}}}, 2),
        ({"results": {"total_samples": 1}, "eval": {"dataset": {"sample_ids": [1]}}}, 2),
    ],
)
def test_planned_samples(changes: dict[str, Any], planned: int) -> None:
    assert imported(**changes).planned_samples == planned


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"eval": {"dataset": {"samples": 8, "sample_ids": [1, 2]}}}, "dataset.subset"),
        ({"eval": {"dataset": {"samples": 2}, "config": {"sample_id": [1]}}}, "dataset.subset"),
        ({"eval": {"dataset": {}, "config": {"limit": 2}}}, "dataset.subset"),
        ({"eval": {"config": {"sample_shuffle": 42}}}, "dataset.shuffled"),
        ({"eval": {"revision": {"commit": "a", "dirty": True}}}, "revision.dirty"),
        ({"log_updates": [{"edits": []}]}, "log.updated"),
        (
            {"config_updates": [{"changes": [{"config": "eval", "name": "message_limit"}]}]},
            "config.updated",
        ),
        (
            {"config_updates": [{"changes": [{"config": "eval", "name": "max_samples"}]}]},
            "config.retuned",
        ),
        (
            {"config_updates": [{"changes": [{"config": "concurrency", "name": "any"}]}]},
            "config.retuned",
        ),
        ({"eval": {"created": "2026-03-01T12:00:00"}}, "time.naive"),
    ],
)
def test_notes(changes: dict[str, Any], code: str) -> None:
    assert codes(imported(**changes)) == [code]


def test_a_limit_beyond_the_dataset_cuts_nothing() -> None:
    assert codes(with_eval(config={"limit": 100})) == []


def test_settings_that_change_while_the_run_goes_on_cast_doubt() -> None:
    changes = [{"config": "generate", "name": "temperature"}]
    assert imported(config_updates=[{"changes": changes}]).doubtful
