"""The parts of promptfoo's result files that Tierlock reads, as types for partial decoding.

Source: files that promptfoo 0.121 writes with `eval --output FILE.json` (results version 3).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

NO_FAILURE: Final = 0
ERROR: Final = 2
"""`failureReason` of a row that is no verdict: the model, or the tool, failed."""


class Names(msgspec.Struct, frozen=True):
    """A provider by its id and, where one was given, its label."""

    id: str = ""
    label: str | None = None


class Grade(msgspec.Struct, frozen=True, rename={"parts": "componentResults"}):
    """What the assertions said; without assertions there are no parts."""

    pass_: Any = msgspec.field(default=None, name="pass")
    score: Any = None
    reason: str | None = None
    parts: tuple[Any, ...] | None = None


class Response(msgspec.Struct, frozen=True, rename="camel"):
    """What the model gave; its text is looked at only to see that there is one."""

    output: Any = None
    error: Any = None
    cached: bool | None = None
    is_refusal: bool | None = None


class Case(msgspec.Struct, frozen=True):
    """The test as its author wrote it."""

    vars: Any = None
    description: str | None = None
    metadata: Any = None
    asserts: Any = msgspec.field(default=None, name="assert")


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """One row: one test under one prompt and provider."""

    prompt_idx: int
    test_idx: int
    provider: Names
    success: bool
    score: Any = None
    named_scores: dict[str, Any] | None = None
    failure_reason: int = NO_FAILURE
    error: Any = None
    grading_result: Grade | None = None
    response: Response | None = None
    test_case: Case | None = None
    vars: Any = None
    metadata: dict[str, Any] | None = None
    token_usage: Any = None
    cost: Any = None
    latency_ms: Any = None


class Metrics(msgspec.Struct, frozen=True, rename="camel"):
    """What promptfoo counted for one prompt and provider."""

    test_pass_count: int | None = None
    test_fail_count: int | None = None
    test_error_count: int | None = None


class Prompt(msgspec.Struct, frozen=True):
    """One prompt with its provider: one column of promptfoo's table."""

    id: str | None = None
    metrics: Metrics | None = None


class Results(msgspec.Struct, frozen=True):
    """The rows and what was counted."""

    version: int
    timestamp: str
    results: tuple[Outcome, ...]
    prompts: tuple[Prompt, ...] = ()


class Versions(msgspec.Struct, frozen=True, rename="camel"):
    """Who wrote the file, and when the evaluation was made."""

    promptfoo_version: str | None = None
    evaluation_created_at: str | None = None


class Options(msgspec.Struct, frozen=True, rename="camel"):
    """How the evaluation was run."""

    repeat: Any = None
    cache: Any = None


class Config(msgspec.Struct, frozen=True):
    """The configuration, as far as it names the evaluation and how models were called."""

    description: str | None = None
    providers: Any = None


class Document(msgspec.Struct, frozen=True, rename="camel"):
    """A whole result file."""

    results: Results
    eval_id: str | None = None
    config: Config = Config()
    metadata: Versions = Versions()
    runtime_options: Options | None = None
